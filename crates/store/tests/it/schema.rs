//! The rules of the schema: what lets the same tables distribute by unit and be the same on both databases.

use crate::{contract, plain};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use store::testing::Home;
use store::{Error, Store, migrations};

/// Few rows, read by all, written alone: copied to every node of a distributed database, so their keys need no unit.
const REFERENCE: [&str; 14] = [
    "unit",
    "unit_key",
    "config",
    "pack",
    "import",
    "migration",
    "account",
    "session",
    "code",
    "failure",
    "device",
    "sign_in",
    "lease",
    "mailbox",
];

/// A table, in words that both databases share.
#[derive(Debug, Default, PartialEq, Eq)]
struct Table {
    /// Name and nullability; the type by the fixed mapping.
    columns: BTreeMap<String, (Type, Nullable)>,
    key: Vec<String>,
    /// By name: unique or not, columns, and whether only some rows are in it.
    indexes: BTreeMap<String, (Unique, Vec<String>, Partial)>,
    /// Columns here, table and columns there.
    references: BTreeSet<(Vec<String>, String, Vec<String>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Integer,
    Text,
    Blob,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Nullable(bool);
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Unique(bool);
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Partial(bool);

type Schema = BTreeMap<String, Table>;

fn words(list: &str) -> Vec<String> {
    list.split(',').map(str::to_owned).collect()
}

fn sqlite(store: &Store) -> Schema {
    store.read(|tx| {
        let mut schema = Schema::new();
        let names: Vec<String> = tx.all("select name from sqlite_master where type = 'table' and name not like 'sqlite!_%' escape '!' order by name", &[], |row| row.get(0))?;
        for name in names {
            let mut table = Table::default();
            let mut key = BTreeMap::new();
            tx.each("select name, type, \"notnull\", pk, dflt_value from pragma_table_info(?1)", &[&name], |row| {
                let column: String = row.get(0)?;
                let ty = match row.get::<String>(1)?.to_lowercase().as_str() {
                    "integer" | "bigint" => Type::Integer,
                    "text" => Type::Text,
                    "blob" => Type::Blob,
                    other => panic!("{name}.{column} is {other}"),
                };
                assert_eq!(row.get::<Option<String>>(4)?, None, "{name}.{column} has a default");
                if row.get::<i64>(3)? > 0 {
                    key.insert(row.get::<i64>(3)?, column.clone());
                }
                table.columns.insert(column, (ty, Nullable(!row.get::<bool>(2)?)));
                Ok(())
            })?;
            table.key = key.into_values().collect();
            let indexes: Vec<(String, bool, String, bool)> = tx.all(
                "select name, \"unique\", origin, partial from pragma_index_list(?1) where origin <> 'pk'",
                &[&name],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
            )?;
            for (index, unique, origin, partial) in indexes {
                let columns: Vec<String> = tx.all("select name from pragma_index_info(?1) order by seqno", &[&index], |row| row.get(0))?;
                // A constraint's index has a name of the database's choice.
                let index = if origin == "u" { format!("{name} {}", columns.join(",")) } else { index };
                table.indexes.insert(index, (Unique(unique), columns, Partial(partial)));
            }
            let mut references: BTreeMap<i64, (Vec<String>, String, Vec<String>)> = BTreeMap::new();
            tx.each("select id, \"table\", \"from\", \"to\" from pragma_foreign_key_list(?1) order by id, seq", &[&name], |row| {
                let entry = references.entry(row.get(0)?).or_default();
                entry.1 = row.get(1)?;
                entry.0.push(row.get(2)?);
                entry.2.push(row.get(3)?);
                Ok(())
            })?;
            table.references = references.into_values().collect();
            schema.insert(name, table);
        }
        Ok::<_, Error>(schema)
    })
    .unwrap()
}

fn postgres(store: &Store) -> Schema {
    store.read(|tx| {
        let mut schema = Schema::new();
        tx.each(
            "select table_name::text, column_name::text, data_type::text, is_nullable = 'YES', column_default::text
             from information_schema.columns where table_schema = 'public'",
            &[],
            |row| {
                let (name, column): (String, String) = (row.get(0)?, row.get(1)?);
                let ty = match row.get::<String>(2)?.as_str() {
                    "bigint" => Type::Integer,
                    "text" => Type::Text,
                    "bytea" | "uuid" => Type::Blob,
                    other => panic!("{name}.{column} is {other}"),
                };
                assert_eq!(row.get::<Option<String>>(4)?, None, "{name}.{column} has a default");
                schema.entry(name).or_default().columns.insert(column, (ty, Nullable(row.get(3)?)));
                Ok(())
            },
        )?;
        tx.each(
            "select t.relname::text, i.relname::text, x.indisprimary, x.indisunique, x.indpred is not null,
                    (select string_agg(a.attname::text, ',' order by k.n) from unnest(x.indkey) with ordinality as k (attnum, n)
                     join pg_attribute a on a.attrelid = t.oid and a.attnum = k.attnum),
                    exists (select 1 from pg_constraint c where c.conindid = i.oid and c.contype = 'u')
             from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
             join pg_namespace n on n.oid = t.relnamespace where n.nspname = 'public'",
            &[],
            |row| {
                let (name, index): (String, String) = (row.get(0)?, row.get(1)?);
                let columns = words(&row.get::<String>(5)?);
                let table = schema.entry(name.clone()).or_default();
                if row.get(2)? {
                    table.key = columns;
                } else {
                    let index = if row.get(6)? { format!("{name} {}", columns.join(",")) } else { index };
                    table.indexes.insert(index, (Unique(row.get(3)?), columns, Partial(row.get(4)?)));
                }
                Ok(())
            },
        )?;
        tx.each(
            "select t.relname::text, f.relname::text,
                    (select string_agg(a.attname::text, ',' order by k.n) from unnest(c.conkey) with ordinality as k (attnum, n)
                     join pg_attribute a on a.attrelid = t.oid and a.attnum = k.attnum),
                    (select string_agg(a.attname::text, ',' order by k.n) from unnest(c.confkey) with ordinality as k (attnum, n)
                     join pg_attribute a on a.attrelid = f.oid and a.attnum = k.attnum)
             from pg_constraint c join pg_class t on t.oid = c.conrelid join pg_class f on f.oid = c.confrelid where c.contype = 'f'",
            &[],
            |row| {
                let reference = (words(&row.get::<String>(2)?), row.get(1)?, words(&row.get::<String>(3)?));
                schema.entry(row.get(0)?).or_default().references.insert(reference);
                Ok(())
            },
        )?;
        Ok::<_, Error>(schema)
    })
    .unwrap()
}

pub(crate) fn both_databases_have_the_same_schema() {
    let (lite, pg) = (Home::sqlite(), Home::postgres().unwrap());
    let (lite, pg) = (sqlite(&lite.open()), postgres(&pg.open()));
    assert_eq!(
        lite.keys().collect::<Vec<_>>(),
        pg.keys().collect::<Vec<_>>()
    );
    for (name, table) in &lite {
        assert_eq!(table, &pg[name], "{name}: SQLite left, PostgreSQL right");
    }
}

contract! {
    fn every_key_and_index_of_an_operational_table_begins_with_the_unit(home: &Home) {
        let store = home.open();
        let schema = if home.is_postgres() { postgres(&store) } else { sqlite(&store) };
        for reference in REFERENCE {
            assert!(schema.contains_key(reference), "{reference} is listed and does not exist");
        }
        for (name, table) in schema.iter().filter(|(name, _)| !REFERENCE.contains(&name.as_str())) {
            assert_eq!(table.key.first().map(String::as_str), Some("unit_id"), "{name}: key {:?}", table.key);
            for (index, (_, columns, _)) in &table.indexes {
                assert_eq!(columns[0], "unit_id", "{index}");
            }
            for (columns, other, there) in &table.references {
                let alike = columns[0] == "unit_id" && there[0] == "unit_id";
                assert!(alike || REFERENCE.contains(&other.as_str()), "{name} refers to {other} on another node");
            }
        }
    }

    fn every_table_has_a_key_without_nulls(home: &Home) {
        let store = home.open();
        let schema = if home.is_postgres() { postgres(&store) } else { sqlite(&store) };
        for (name, table) in &schema {
            assert!(!table.key.is_empty(), "{name} has no key");
            for column in &table.key {
                assert_eq!(table.columns[column].1, Nullable(false), "{name}.{column}");
            }
        }
    }
}

plain! { RULES:
    fn the_folders_hold_the_migrations_that_the_program_knows() {
        for folder in ["sqlite", "postgres"] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
            let files: BTreeSet<String> = fs::read_dir(path).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
            let known: BTreeSet<String> = migrations().iter().map(|it| format!("{}.sql", it.name)).collect();
            assert_eq!(files, known, "{folder}");
        }
        for (migration, version) in migrations().iter().zip(1..) {
            assert_eq!(migration.version, version);
            assert!(migration.name.starts_with(&format!("{version:04}_")), "{}", migration.name);
        }
    }

    fn the_tables_of_sqlite_are_strict() {
        let home = Home::sqlite();
        let loose: Vec<String> = home.open().read(|tx| {
            tx.all(
                "select name from pragma_table_list where type = 'table' and schema = 'main' and strict = 0
                 and name not like 'sqlite%' order by name",
                &[],
                |row| row.get(0),
            )
        }).unwrap();
        assert_eq!(loose, [""; 0]);
    }

    fn migrations_use_nothing_that_one_database_or_many_nodes_lack() {
        let refused = [
            "trigger", "sequence", "serial", "identity", "default", "generated", "deferrable", "autoincrement", "now(", "jsonb", "array",
            "[]", "cascade", "collate", "boolean", "timestamp", "varchar",
        ];
        for migration in migrations() {
            for (folder, text) in [("sqlite", migration.sqlite), ("postgres", migration.postgres)] {
                let statements: String = text.lines().filter(|it| !it.trim_start().starts_with("--")).collect::<Vec<_>>().join("\n").to_lowercase();
                for word in refused {
                    assert!(!statements.contains(word), "{folder}/{}: {word}", migration.name);
                }
            }
        }
    }
}
