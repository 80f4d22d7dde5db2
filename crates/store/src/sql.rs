//! The few things the store must know about the text of a statement: where its parameters are and where it ends.
//!
//! SQL is written with `?1 ?2 …`. PostgreSQL wants `$1 $2 …`, and SQLite numbers `$1` by first appearance and would silently swap values,
//! so the one text is rewritten for PostgreSQL and the other way is refused. Strings, quoted names and comments are left alone.

use crate::Error;

/// What the scanner passes over, piece by piece.
enum Piece {
    /// Copied as it stands: quoted text, a comment, anything without a meaning here.
    Plain,
    Parameter,
    End,
}

/// The text for PostgreSQL, `?n` as `$n`.
///
/// # Errors
/// `Database` for a bare `?` or a `$n`, which the two databases would number differently.
pub(crate) fn for_postgres(sql: &str) -> Result<String, Error> {
    let mut out = String::with_capacity(sql.len());
    pieces(sql, |piece, text| {
        match piece {
            Piece::Parameter if text.starts_with('?') && text.len() > 1 => {
                out.push('$');
                out.push_str(&text[1..]);
            }
            Piece::Parameter => {
                return Err(Error::database(format!(
                    "write ?1, ?2 …, not {text}: {sql}"
                )));
            }
            Piece::Plain | Piece::End => out.push_str(text),
        }
        Ok(())
    })?;
    Ok(out)
}

/// The statements of a migration, each to be sent as a message of its own.
pub(crate) fn statements(script: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut statement = String::new();
    let scanned = pieces(script, |piece, text| {
        match piece {
            Piece::End => all.push(std::mem::take(&mut statement)),
            Piece::Plain | Piece::Parameter if text.starts_with("--") => {}
            Piece::Plain | Piece::Parameter => statement.push_str(text),
        }
        Ok(())
    });
    debug_assert!(scanned.is_ok());
    all.push(statement);
    all.iter()
        .map(|it| it.trim().to_owned())
        .filter(|it| !it.is_empty())
        .collect()
}

fn pieces(sql: &str, mut each: impl FnMut(Piece, &str) -> Result<(), Error>) -> Result<(), Error> {
    let bytes = sql.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let (piece, end) = match bytes[at] {
            quote @ (b'\'' | b'"') => (Piece::Plain, after(sql, at + 1, char::from(quote))),
            b'-' if bytes.get(at + 1) == Some(&b'-') => (Piece::Plain, after(sql, at, '\n')),
            b';' => (Piece::End, at + 1),
            b'?' | b'$' => {
                let digits = bytes[at + 1..]
                    .iter()
                    .take_while(|it| it.is_ascii_digit())
                    .count();
                (Piece::Parameter, at + 1 + digits)
            }
            _ => {
                let next = bytes[at + 1..]
                    .iter()
                    .position(|it| matches!(it, b'\'' | b'"' | b'-' | b';' | b'?' | b'$'));
                (Piece::Plain, next.map_or(bytes.len(), |it| at + 1 + it))
            }
        };
        each(piece, &sql[at..end])?;
        at = end;
    }
    Ok(())
}

/// The position behind the next `stop`. A doubled quote ends one piece and begins another, which comes to the same.
fn after(sql: &str, from: usize, stop: char) -> usize {
    sql[from..].find(stop).map_or(sql.len(), |it| from + it + 1)
}

#[cfg(test)]
mod tests {
    use super::{for_postgres, statements};

    #[test]
    fn parameters_are_rewritten_and_quoted_text_is_not() {
        for (sql, expected) in [
            ("select ?2, ?1", "select $2, $1"),
            (
                "select '?1', \"?2\", ?3 -- ?4\n, ?12",
                "select '?1', \"?2\", $3 -- ?4\n, $12",
            ),
            ("select 'it''s ?1', ?1", "select 'it''s ?1', $1"),
            ("select '问?1' where 门 = ?1", "select '问?1' where 门 = $1"),
            ("select a-?1", "select a-$1"),
        ] {
            assert_eq!(for_postgres(sql).unwrap(), expected);
        }
    }

    #[test]
    fn parameters_numbered_by_appearance_are_refused() {
        for sql in ["select ?", "select $1", "select ?1, ? from x"] {
            assert!(for_postgres(sql).is_err(), "{sql}");
        }
    }

    #[test]
    fn a_script_falls_into_its_statements() {
        let script = "-- a; b\ncreate table a (b text check (b <> ';'));\n\ncreate index c on a (b); -- end\n";
        assert_eq!(
            statements(script),
            [
                "create table a (b text check (b <> ';'))",
                "create index c on a (b)"
            ]
        );
    }
}
