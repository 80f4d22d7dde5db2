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
