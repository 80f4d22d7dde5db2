//! SQL: where it may stand and how it binds values.

use super::{Finding, Tree};

/// Files that speak to the PostgreSQL driver itself, outside the text that both databases share.
const POSTGRES_ONLY: [&str; 1] = ["crates/store/src/migrate.rs"];

pub(super) fn only_store_has_sql(tree: &Tree) -> Vec<Finding> {
    strings(tree, &["crates/"])
        .filter(|(path, ..)| !path.starts_with("crates/store/"))
        .filter(|(_, _, string)| is_sql(string))
        .map(|(path, line, _)| {
            Finding::new(
                path,
                line,
                "SQL outside crates/store: write a function there and call it",
            )
        })
        .collect()
}

/// Statements as they are written, all capitals or none, so that a sentence which begins with "Select" is none.
fn is_sql(text: &str) -> bool {
    let text = text.trim_start();
    [
        ("select ", " from "),
        ("insert into ", ""),
        ("update ", " set "),
        ("delete from ", ""),
        ("create table ", ""),
        ("create index ", ""),
        ("create unique index ", ""),
        ("alter table ", ""),
        ("drop table ", ""),
        ("pragma ", ""),
        ("begin immediate", ""),
    ]
    .iter()
    .any(|(begin, then)| {
        let loud = (begin.to_uppercase(), then.to_uppercase());
        (text.starts_with(begin) && text.contains(then))
            || (text.starts_with(&loud.0) && text.contains(&loud.1))
    })
}

/// SQLite numbers `$1` by first appearance and would bind the wrong values without a word; `?1` is rewritten for PostgreSQL.
pub(super) fn sql_placeholders_are_portable(tree: &Tree) -> Vec<Finding> {
    let dollar = |text: &str| {
        text.match_indices('$')
            .any(|(at, _)| text[at + 1..].starts_with(|c: char| c.is_ascii_digit()))
    };
    let message =
        "write ?1, ?2 … in SQL: SQLite numbers $1 by first appearance and swaps values silently";
    let sources = strings(tree, &["crates/store/src/"])
        .filter(|(path, _, string)| dollar(string) && !POSTGRES_ONLY.contains(path))
        .map(|(path, line, _)| Finding::new(path, line, message));
    let files = tree
        .texts()
        .filter(|(path, _)| path.ends_with(".sql"))
        .flat_map(|(path, text)| {
            let lines = text.lines().enumerate().filter(|(_, line)| dollar(line));
            lines
                .map(|(at, _)| Finding::new(path, at + 1, message))
                .collect::<Vec<_>>()
        });
    sources.chain(files).collect()
}

/// What a distributed PostgreSQL refuses or SQLite lacks, and what to write instead. Found in statements that both databases share.
const UNPORTABLE: [(&str, &str); 11] = [
    ("now(", "bind the instant"),
    ("current_timestamp", "bind the instant"),
    ("random(", "bind the value"),
    ("grouping sets", "group in Rust, or over one unit"),
    ("with recursive", "walk the tree in Rust"),
    ("merge into", "use insert … on conflict"),
    ("for update", "use Tx::lock or Tx::claim"),
    ("::", "write cast(… as …)"),
    ("ilike", "lower both sides in Rust"),
    ("json_extract", "decode JSON in Rust"),
    ("->>", "decode JSON in Rust"),
];

/// The few files of the store that speak to one database alone.
const ONE_DATABASE: [&str; 5] = [
    "crates/store/src/lite/",
    "crates/store/src/pg.rs",
    "crates/store/src/migrate.rs",
    "crates/store/src/testing.rs",
    "crates/store/src/tx.rs",
];

pub(super) fn sql_is_for_both_databases(tree: &Tree) -> Vec<Finding> {
    let shared = |path: &str| !ONE_DATABASE.iter().any(|it| path.starts_with(it));
    let mut findings = Vec::new();
    for (path, line, string) in strings(tree, &["crates/store/src/"]) {
        let text = string.to_lowercase();
        if !shared(path) || !is_sql(&text) {
            continue;
        }
        for (word, instead) in UNPORTABLE {
            if text.contains(word) {
                let message = format!("`{word}` in SQL for both databases: {instead}");
                findings.push(Finding::new(path, line, message));
            }
        }
        // A sum of bigint is numeric on PostgreSQL, which SQLite has not.
        if text.contains("sum(")
            && !text.contains("cast(sum(")
            && !text.contains("cast(coalesce(sum(")
        {
            findings.push(Finding::new(path, line, "write cast(sum(x) as bigint)"));
        }
    }
    findings
}

/// The string literals of code that is not a test.
fn strings<'t>(
    tree: &'t Tree,
    folders: &'t [&str],
) -> impl Iterator<Item = (&'t str, usize, String)> + 't {
    tree.rust(folders).flat_map(|(path, lines)| {
        let lines = lines.into_iter().filter(|line| !line.test);
        lines.flat_map(move |line| {
            line.strings
                .into_iter()
                .map(move |string| (path, line.number, string))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::{at, lines_of};
    use super::*;

    #[test]
    fn sql_outside_store_is_found_and_a_sentence_is_not() {
        let files = [
            (
                "crates/app/src/a.rs",
                "let a = \"Select a unit from the list\";\nlet b = \"\n   select id from record\";\nlet c = \"INSERT INTO entry\";",
            ),
            (
                "crates/store/src/a.rs",
                "let b = \"select id from record\";",
            ),
        ];
        assert_eq!(
            lines_of(only_store_has_sql, &files),
            [at("crates/app/src/a.rs", 2), at("crates/app/src/a.rs", 4)]
        );
    }

    #[test]
    fn words_of_one_database_are_found() {
        let files = [
            (
                "crates/store/src/a.rs",
                "let a = \"update record set doc = now() where id = ?1\";\nlet b = \"select cast(sum(n) as bigint) from tally\";\nlet c = \"select sum(n) from tally\";\nlet d = \"a::b\";",
            ),
            (
                "crates/store/src/pg.rs",
                "let a = \"select a::text from b\";",
            ),
        ];
        assert_eq!(
            lines_of(sql_is_for_both_databases, &files),
            [
                at("crates/store/src/a.rs", 1),
                at("crates/store/src/a.rs", 3)
            ]
        );
    }

    #[test]
    fn dollar_placeholders_are_found() {
        let files = [
            (
                "crates/store/src/a.rs",
                "let a = \"select ?1\";\nlet b = \" and id = $2\";\nlet c = format!(\"${n}\");",
            ),
            (
                "crates/store/migrations/1.sql",
                "create table a (b bigint);\nselect $1;",
            ),
        ];
        assert_eq!(
            lines_of(sql_placeholders_are_portable, &files),
            [
                at("crates/store/src/a.rs", 2),
                at("crates/store/migrations/1.sql", 2)
            ]
        );
    }
}
