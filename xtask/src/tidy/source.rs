//! Rust source, line by line, with code, string literals and comments told apart.
//!
//! A small lexer, not a parser: it knows strings (raw ones, bytes), characters against lifetimes, nested comments, and which
//! lines are test code: a file under a `tests` folder or named `tests.rs`, and whatever item a `#[cfg(test)]` or `#[test]` stands on.

/// One line of a source file.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// From 1.
    pub(crate) number: usize,
    /// The code, with each literal replaced by `""` and comments left out.
    pub(crate) code: String,
    /// The string literals that begin on this line, whole, escapes as written.
    pub(crate) strings: Vec<String>,
    /// The comment's text, if any.
    pub(crate) comment: String,
    pub(crate) test: bool,
}

/// Splits a source text; `path` decides whether all of it is test code.
pub(crate) fn lines(path: &str, text: &str) -> Vec<Line> {
    let mut lines = split(text);
    let all = path
        .split('/')
        .any(|part| part == "tests" || part == "tests.rs" || part == "benches");
    mark_tests(&mut lines, all);
    lines
}

/// Whether `text` has `word` with no letter, digit or `_` on either side. A side of `word` that is none itself needs none beside it.
pub(crate) fn has_word(text: &str, word: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || c == '_';
    let (first, last) = (
        word.chars().next().is_some_and(joins),
        word.chars().next_back().is_some_and(joins),
    );
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(joins);
        let after = text[at + word.len()..].chars().next().is_some_and(joins);
        !(first && before || last && after)
    })
}

fn split(text: &str) -> Vec<Line> {
    let chars: Vec<char> = text.chars().collect();
    let mut lines = vec![Line {
        number: 1,
        ..Line::default()
    }];
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        let line = lines.len() - 1;
        match rest {
            ['\n', ..] => {
                lines.push(Line {
                    number: line + 2,
                    ..Line::default()
                });
                at += 1;
            }
            ['/', '/', ..] => {
                let end = rest.iter().position(|c| *c == '\n').unwrap_or(rest.len());
                lines[line].comment.extend(&rest[2..end]);
                at += end;
            }
            ['/', '*', ..] => at += block_comment(rest, &mut lines),
            _ => match literal(rest, chars[..at].last().copied()) {
                Some((length, content)) => {
                    lines[line].code.push_str("\"\"");
                    lines[line].strings.push(content);
                    for _ in rest[..length].iter().filter(|c| **c == '\n') {
                        let number = lines.len() + 1;
                        lines.push(Line {
                            number,
                            ..Line::default()
                        });
                    }
                    at += length;
                }
                None => {
                    let length = character(rest);
                    if length > 1 {
                        lines[line].code.push_str("''");
                    } else {
                        lines[line].code.push(rest[0]);
                    }
                    at += length;
                }
            },
        }
    }
    lines
}

fn block_comment(rest: &[char], lines: &mut Vec<Line>) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match &rest[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            ['\n', ..] => {
                let number = lines.len() + 1;
                lines.push(Line {
                    number,
                    ..Line::default()
                });
                at += 1;
            }
            _ => {
                if let Some(line) = lines.last_mut() {
                    line.comment.push(rest[at]);
                }
                at += 1;
            }
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// The length and content of a string literal that begins here, if one does.
fn literal(rest: &[char], before: Option<char>) -> Option<(usize, String)> {
    let inside_word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let prefix = rest
        .iter()
        .take_while(|c| matches!(c, 'r' | 'b' | 'c'))
        .count();
    if prefix > 2 || (prefix > 0 && inside_word) {
        return None;
    }
    let raw = rest[..prefix].contains(&'r');
    let hashes = if raw {
        rest[prefix..].iter().take_while(|c| **c == '#').count()
    } else {
        0
    };
    let open = prefix + hashes;
    if rest.get(open) != Some(&'"') {
        return None;
    }
    let mut at = open + 1;
    while at < rest.len() {
        match rest[at] {
            '\\' if !raw => at += 2,
            '"' if rest[at + 1..]
                .iter()
                .take_while(|c| **c == '#')
                .take(hashes)
                .count()
                == hashes =>
            {
                return Some((at + 1 + hashes, rest[open + 1..at].iter().collect()));
            }
            _ => at += 1,
        }
    }
    None
}

/// The length of a character literal, or 1: a lifetime's quote, or any other character of code.
fn character(rest: &[char]) -> usize {
    match rest {
        ['\'', '\\', _, tail @ ..] => tail
            .iter()
            .position(|c| *c == '\'')
            .map_or(1, |end| end + 4),
        ['\'', _, '\'', ..] => 3,
        _ => 1,
    }
}

fn mark_tests(lines: &mut [Line], all: bool) {
    let mut depth = 0i32;
    // `Some(depth)`: an attribute has announced a test item that begins at this depth; `inside` once its braces are open.
    let (mut announced, mut inside): (Option<i32>, Option<i32>) = (None, None);
    for line in lines {
        let code = line.code.clone();
        if announced.is_none()
            && inside.is_none()
            && ["#[cfg(test", "#[cfg(all(test", "#[test]"]
                .iter()
                .any(|a| code.contains(a))
        {
            announced = Some(depth);
        }
        line.test = all || announced.is_some() || inside.is_some();
        for c in code.chars() {
            match c {
                '{' => {
                    if announced == Some(depth) {
                        (announced, inside) = (None, Some(depth));
                    }
                    depth += 1;
                }
                '}' => {
                    depth -= 1;
                    if inside == Some(depth) {
                        inside = None;
                    }
                }
                ';' if announced == Some(depth) => announced = None,
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_strings_and_comments_are_told_apart() {
        let found = lines(
            "crates/x/src/a.rs",
            "let a = \"x // y\"; // why\nlet b = r#\"q\"r\"#; /* p\n q */ let c: &'a str = '\"';",
        );
        assert_eq!(found[0].code.trim(), "let a = \"\";");
        assert_eq!(found[0].strings, ["x // y"]);
        assert_eq!(found[0].comment, " why");
        assert_eq!(found[1].strings, ["q\"r"]);
        assert_eq!(found[1].comment, " p");
        assert_eq!(found[2].code.trim(), "let c: &'a str = '';");
        assert_eq!(found[2].strings.len(), 0);
    }

    #[test]
    fn a_string_of_several_lines_keeps_the_numbers_right() {
        let found = lines("a.rs", "f(\"one\ntwo\");\ng();");
        assert_eq!(found[0].strings, ["one\ntwo"]);
        assert_eq!((found[2].number, found[2].code.as_str()), (3, "g();"));
    }

    #[test]
    fn test_items_are_marked_and_what_follows_is_not() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() { {} }\n}\nfn c() {}\n#[cfg(test)]\nmod more;\nfn d() {}";
        let marks: Vec<bool> = lines("a.rs", text).iter().map(|line| line.test).collect();
        assert_eq!(
            marks,
            [false, true, true, true, true, false, true, true, false]
        );
        assert!(lines("crates/x/tests/it/main.rs", "fn a() {}")[0].test);
    }

    #[test]
    fn words_have_borders() {
        assert!(has_word("x: f64,", "f64"));
        assert!(!has_word("as_f64()", "f64"));
        assert!(has_word("a.await?", ".await"));
        assert!(!has_word("todos", "todo"));
    }
}
