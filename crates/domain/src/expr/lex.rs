//! Text → tokens.

use super::ExprFault;
use crate::name::Text;
use std::ops::Range;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Word(String),
    Int(i64),
    Text(String),
    /// Operators and brackets.
    Sign(&'static str),
    End,
}

/// Longest first.
const SIGNS: [&str; 23] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "+", "-", "*", "/", "%", "?", ":", "(", ")",
    "[", "]", ",", ".", "{",
];

pub(super) fn fault(
    code: &'static str,
    at: Range<usize>,
    zh: impl Into<String>,
    en: impl Into<String>,
    help_zh: impl Into<String>,
    help_en: impl Into<String>,
) -> Box<ExprFault> {
    Box::new(ExprFault {
        code,
        at,
        cause: Text {
            zh: zh.into(),
            en: en.into(),
        },
        help: Text {
            zh: help_zh.into(),
            en: help_en.into(),
        },
    })
}

pub(super) fn lex(source: &str) -> Result<Vec<(Token, Range<usize>)>, Box<ExprFault>> {
    let bytes = source.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let byte = bytes[at];
        let token = if byte.is_ascii_whitespace() {
            at += 1;
            continue;
        } else if byte.is_ascii_alphabetic() || byte == b'_' {
            while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_') {
                at += 1;
            }
            Token::Word(source[start..at].into())
        } else if byte.is_ascii_digit() {
            while at < bytes.len() && bytes[at].is_ascii_digit() {
                at += 1;
            }
            if bytes.get(at) == Some(&b'.') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
                return Err(fault(
                    "expr-syntax",
                    start..at + 2,
                    "条件里只有整数",
                    "there are whole numbers only",
                    "金额用分，比率用万分之一（9500 即 95%）",
                    "write money in fen and ratios in basis points (9500 is 95%)",
                ));
            }
            match source[start..at].parse() {
                Ok(number) => Token::Int(number),
                Err(_) => {
                    return Err(fault(
                        "expr-syntax",
                        start..at,
                        "这个数超出 64 位整数的范围",
                        "this number leaves the range of 64 bits",
                        "写一个不大于 9223372036854775807 的数",
                        "write a number of at most 9223372036854775807",
                    ));
                }
            }
        } else if byte == b'\'' || byte == b'"' {
            let (text, end) = quoted(source, start)?;
            at = end;
            Token::Text(text)
        } else if let Some(sign) = SIGNS.iter().find(|sign| source[at..].starts_with(**sign)) {
            at += sign.len();
            Token::Sign(sign)
        } else {
            let found = source[at..].chars().next().unwrap_or(' ');
            let help = match found {
                '=' => (
                    "相等写 `==`；赋值不在条件里写",
                    "equality is written `==`; a condition assigns nothing",
                ),
                '&' => ("“并且”写 `&&`", "`and` is written `&&`"),
                '|' => ("“或者”写 `||`", "`or` is written `||`"),
                _ => (
                    "文字放在引号里；名字只含字母、数字和 `_`（名字里的 `-` 写成 `_`）",
                    "put texts in quotes; names have letters, digits and `_` (a `-` in a name is written `_`)",
                ),
            };
            return Err(fault(
                "expr-syntax",
                at..at + found.len_utf8(),
                format!("这里不能有 `{found}`"),
                format!("`{found}` means nothing here"),
                help.0,
                help.1,
            ));
        };
        tokens.push((token, start..at));
    }
    tokens.push((Token::End, source.len()..source.len()));
    Ok(tokens)
}

/// The text between the quotes that begin at `start`, and the byte after it.
fn quoted(source: &str, start: usize) -> Result<(String, usize), Box<ExprFault>> {
    let quote = if source.as_bytes()[start] == b'"' {
        '"'
    } else {
        '\''
    };
    let mut text = String::new();
    let mut rest = source[start + 1..].char_indices();
    while let Some((offset, found)) = rest.next() {
        let at = start + 1 + offset;
        if found == quote {
            return Ok((text, at + 1));
        }
        if found != '\\' {
            text.push(found);
            continue;
        }
        match rest.next() {
            Some((_, 'n')) => text.push('\n'),
            Some((_, 't')) => text.push('\t'),
            Some((_, plain @ ('\\' | '\'' | '"'))) => text.push(plain),
            _ => {
                return Err(fault(
                    "expr-syntax",
                    at..at + 1,
                    "不认识的转义",
                    "unknown escape",
                    r#"可用的转义：\\ \' \" \n \t"#,
                    r#"known escapes: \\ \' \" \n \t"#,
                ));
            }
        }
    }
    Err(fault(
        "expr-syntax",
        start..source.len(),
        "引号没有闭合",
        "the quote is not closed",
        format!("在文字后面补上 {quote}"),
        format!("put {quote} after the text"),
    ))
}
