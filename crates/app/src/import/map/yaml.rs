//! YAML as a tree that knows where each part stands; scalars stay texts, so that `no`, `08` and `1.0` mean what they say.

use saphyr_parser::{Event, Marker, Parser, ScalarStyle};

/// A place in a map file, both counted from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    pub line: usize,
    pub column: usize,
}

impl From<Marker> for At {
    fn from(marker: Marker) -> Self {
        Self {
            line: marker.line(),
            column: marker.col() + 1,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) at: At,
    pub(super) value: Yaml,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Yaml {
    /// Nothing was written.
    Empty,
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) at: At,
    pub(super) text: String,
}

/// What stands in the way of reading the YAML at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum YamlFault {
    Syntax(At, String),
    Alias(At),
    KeyNotText(At),
    KeyTwice(At, String),
    SecondDocument(At),
}

enum Open {
    List(Node, Vec<Node>),
    Map(Node, Vec<(Key, Node)>, Option<Key>),
}

/// The first document of a text.
pub(super) fn parse(text: &str) -> Result<Node, YamlFault> {
    let mut open: Vec<Open> = Vec::new();
    let mut root = None;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|fault| {
            YamlFault::Syntax((*fault.marker()).into(), fault.info().to_string())
        })?;
        let at = At::from(span.start);
        let done = match event {
            Event::Alias(_) => return Err(YamlFault::Alias(at)),
            Event::Scalar(text, style, ..) => {
                let plain = style == ScalarStyle::Plain;
                let empty = plain && matches!(&*text, "" | "~" | "null");
                let value = if empty {
                    Yaml::Empty
                } else {
                    Yaml::Text(text.into_owned())
                };
                Node { at, value }
            }
            Event::SequenceStart(..) => {
                open.push(Open::List(
                    Node {
                        at,
                        value: Yaml::Empty,
                    },
                    Vec::new(),
                ));
                continue;
            }
            Event::MappingStart(..) => {
                open.push(Open::Map(
                    Node {
                        at,
                        value: Yaml::Empty,
                    },
                    Vec::new(),
                    None,
                ));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(Open::List(node, items)) => Node {
                    value: Yaml::List(items),
                    ..node
                },
                Some(Open::Map(node, items, _)) => Node {
                    value: Yaml::Map(items),
                    ..node
                },
                None => continue,
            },
            Event::DocumentStart(_) if root.is_some() => {
                return Err(YamlFault::SecondDocument(at));
            }
            _ => continue,
        };
        match open.last_mut() {
            None => root = Some(done),
            Some(Open::List(_, items)) => items.push(done),
            Some(Open::Map(_, items, key)) => match key.take() {
                Some(key) => items.push((key, done)),
                None => {
                    let Yaml::Text(text) = done.value else {
                        return Err(YamlFault::KeyNotText(done.at));
                    };
                    if items.iter().any(|(key, _)| key.text == text) {
                        return Err(YamlFault::KeyTwice(done.at, text));
                    }
                    *key = Some(Key { at: done.at, text });
                }
            },
        }
    }
    Ok(root.unwrap_or(Node {
        at: At { line: 1, column: 1 },
        value: Yaml::Empty,
    }))
}
