//! What SQLite is told of the tables, so that it goes about every statement as it should in a company that is large.
//!
//! Without figures it takes any first column of an index for a choosy one. Here the first column is the unit, which says little: a statement
//! about one record would read through all that its unit ever did. The figures are those of a million records in twenty units, the same in
//! every company and on every day, so that no plan changes by itself.

use rusqlite::{Connection, Result, TransactionBehavior};

/// Table, index (of a table that is its own index, the table), rows, and how many of them agree in its first column, its first two, and so on.
const OF_A_LARGE_COMPANY: &[(&str, &str, &str)] = &[
    ("attachment_use", "attachment_use", "1000000 50000 2 1 1"),
    ("blob", "sqlite_autoindex_blob_1", "1000000 50000 1"),
    ("change", "change", "200000 10000 1"),
    ("counter", "counter", "100000 5000 1"),
    ("duty", "duty_period", "4000000 200000 300 100 40 4"),
    ("duty", "sqlite_autoindex_duty_1", "4000000 200000 4 2 1"),
    ("entry", "entry_import", "1000000 50000 10000"),
    ("entry", "entry_key", "500000 25000 1"),
    ("entry", "sqlite_autoindex_entry_1", "5000000 250000 5 1"),
    ("erasure", "sqlite_autoindex_erasure_1", "10000 500 1"),
    ("job", "job", "10000 500 2 1"),
    ("job", "job_kind", "10000 500 100 2"),
    ("ledger_balance", "ledger_balance", "100000 5000 1000 1"),
    ("ledger_line", "ledger_line", "1000000 50000 10000 10 1 1"),
    ("link", "link", "2000000 100000 20 10 1"),
    ("person_key", "person_key", "400000 20000 2 1"),
    ("place", "place", "1000000 50000 1"),
    ("private_view", "private_view_record", "200000 10000 5 1"),
    (
        "private_view",
        "sqlite_autoindex_private_view_1",
        "200000 10000 1",
    ),
    ("record", "record_assignee", "100000 5000 50 2 1 1"),
    ("record", "record_claim", "20000 1000 1"),
    ("record", "record_due", "100000 5000 2 1 1 1"),
    ("record", "record_kind", "1000000 50000 2000 1"),
    ("record", "record_number", "1000000 50000 1"),
    ("record", "record_owes", "10000 500 2"),
    ("record", "record_source", "500000 25000 1"),
    ("record", "sqlite_autoindex_record_1", "1000000 50000 1"),
    ("reminder", "reminder_at", "1000000 50000 500 1"),
    ("reminder", "reminder_unread", "50000 2500 25"),
    (
        "reminder",
        "sqlite_autoindex_reminder_1",
        "1000000 50000 500 1",
    ),
    ("search", "search", "1000000 50000 25000 1"),
    ("search_token", "search_token", "2000000 100000 4 1"),
    ("subject", "subject", "1000000 50000 1000 50 10 1"),
    ("tally", "tally", "200000 10000 200 5 1"),
    ("unapplied", "unapplied", "10000 500 2 1"),
];

/// Tells the database, unless it knows.
pub(super) fn tell(connection: &mut Connection) -> Result<()> {
    if known(connection)? {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Makes the table of figures, of which it is told nothing itself.
    transaction.execute_batch("analyze sqlite_schema; delete from sqlite_stat1")?;
    for row in OF_A_LARGE_COMPANY {
        transaction.execute(
            "insert into sqlite_stat1 (tbl, idx, stat) values (?1, ?2, ?3)",
            *row,
        )?;
    }
    transaction.commit()?;
    // This connection had read none; every later one reads them as it opens.
    connection.execute_batch("analyze sqlite_schema")
}

fn known(connection: &Connection) -> Result<bool> {
    let told: bool = connection.query_row(
        "select exists (select 1 from sqlite_schema where name = 'sqlite_stat1')",
        [],
        |row| row.get(0),
    )?;
    if !told {
        return Ok(false);
    }
    let mut rows =
        connection.prepare("select tbl, idx, stat from sqlite_stat1 order by tbl, idx")?;
    let rows: Vec<(String, String, String)> = rows
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_>>()?;
    let told = rows
        .iter()
        .map(|(table, index, stat)| (table.as_str(), index.as_str(), stat.as_str()));
    Ok(told.eq(OF_A_LARGE_COMPANY.iter().copied()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Home;
    use std::collections::BTreeMap;

    /// Few rows in any company.
    const SMALL: [&str; 4] = ["rhythm", "schedule", "unit", "webhook"];

    #[test]
    fn every_index_that_begins_with_a_unit_has_its_figures() {
        let home = Home::sqlite();
        drop(home.open());
        let crate::Location::File(file) = home.location() else {
            unreachable!("a file");
        };
        let connection = Connection::open(file).unwrap();
        assert!(known(&connection).unwrap());
        let sql = "select t.name, case when i.origin = 'pk' and t.wr then t.name else i.name end, count(*)
            from pragma_table_list t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
            group by t.name, i.name having min(case when c.seqno = 0 then c.name end) = 'unit_id' order by 1, 2";
        let mut rows = connection.prepare(sql).unwrap();
        let columns: BTreeMap<(String, String), i64> = rows
            .query_map([], |row| {
                Ok((
                    (row.get::<_, String>(0)?, row.get::<_, String>(1)?),
                    row.get(2)?,
                ))
            })
            .unwrap()
            .map(Result::unwrap)
            .filter(|((table, _), _)| !SMALL.contains(&table.as_str()))
            .collect();
        let told: BTreeMap<(String, String), i64> = OF_A_LARGE_COMPANY
            .iter()
            .map(|(table, index, stat)| {
                let columns = i64::try_from(stat.matches(' ').count()).unwrap();
                (((*table).to_owned(), (*index).to_owned()), columns)
            })
            .collect();
        assert_eq!(told, columns);
    }
}
