//! YAML as texts, lists and maps that remember which of their keys were read: a key that nobody read is a shape that nobody understood.

use saphyr_parser::{Event, Parser, ScalarStyle};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// What is wrong with the form of a case.
pub(crate) type Unread = String;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Null,
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    /// The document of a file.
    pub(crate) fn read(text: &str) -> Result<Self, Unread> {
        enum Open {
            List(Vec<Node>),
            Map(Vec<(String, Node)>, Option<String>),
        }
        let mut stack: Vec<Open> = Vec::new();
        let mut root = None;
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|error| error.to_string())?;
            let node = match event {
                Event::Scalar(text, style, ..) => {
                    let empty = style == ScalarStyle::Plain && matches!(&*text, "" | "~" | "null");
                    if empty {
                        Node::Null
                    } else {
                        Node::Text(text.into_owned())
                    }
                }
                Event::SequenceStart(..) => {
                    stack.push(Open::List(Vec::new()));
                    continue;
                }
                Event::MappingStart(..) => {
                    stack.push(Open::Map(Vec::new(), None));
                    continue;
                }
                Event::SequenceEnd | Event::MappingEnd => match stack.pop() {
                    Some(Open::List(items)) => Node::List(items),
                    Some(Open::Map(pairs, _)) => Node::Map(pairs),
                    None => return Err("an end without a beginning".into()),
                },
                Event::Alias(_) => {
                    return Err(format!("line {}: aliases are not read", span.start.line()));
                }
                _ => continue,
            };
            match stack.last_mut() {
                None => root = Some(node),
                Some(Open::List(items)) => items.push(node),
                Some(Open::Map(pairs, key)) => match key.take() {
                    Some(key) if pairs.iter().any(|(other, _)| *other == key) => {
                        return Err(format!("line {}: `{key}` stands twice", span.start.line()));
                    }
                    Some(key) => pairs.push((key, node)),
                    None => *key = Some(node.text()?.to_owned()),
                },
            }
        }
        root.ok_or_else(|| "the file is empty".into())
    }

    pub(crate) fn text(&self) -> Result<&str, Unread> {
        match self {
            Self::Text(text) => Ok(text),
            other => Err(format!("a text is expected, not {other:?}")),
        }
    }
    pub(crate) fn list(&self) -> Result<&[Node], Unread> {
        match self {
            Self::List(items) => Ok(items),
            other => Err(format!("a list is expected, not {other:?}")),
        }
    }
    pub(crate) fn texts(&self) -> Result<Vec<&str>, Unread> {
        self.list()?.iter().map(Node::text).collect()
    }
    pub(crate) fn fields(&self) -> Result<Fields<'_>, Unread> {
        match self {
            Self::Map(pairs) => Ok(Fields {
                pairs,
                read: RefCell::default(),
            }),
            other => Err(format!("a map is expected, not {other:?}")),
        }
    }
    pub(crate) fn flag(&self) -> Result<bool, Unread> {
        match self.text()? {
            "true" => Ok(true),
            "false" => Ok(false),
            other => Err(format!("true or false is expected, not `{other}`")),
        }
    }
    /// Reads a text as whatever it stands for.
    pub(crate) fn parse<T: std::str::FromStr>(&self) -> Result<T, Unread> {
        let text = self.text()?;
        text.parse()
            .map_err(|_| format!("`{text}` is no {}", std::any::type_name::<T>()))
    }
}

/// A map of a case.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    pairs: &'a [(String, Node)],
    read: RefCell<BTreeSet<&'a str>>,
}

impl<'a> Fields<'a> {
    pub(crate) fn get(&self, key: &str) -> Option<&'a Node> {
        let (key, node) = self.pairs.iter().find(|(name, _)| name == key)?;
        self.read.borrow_mut().insert(key);
        Some(node)
    }
    pub(crate) fn need(&self, key: &str) -> Result<&'a Node, Unread> {
        self.get(key).ok_or_else(|| format!("`{key}` is missing"))
    }
    pub(crate) fn has(&self, key: &str) -> bool {
        self.pairs.iter().any(|(name, _)| name == key)
    }
    /// All pairs, which thereby count as read.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&'a str, &'a Node)> + use<'a> {
        self.read
            .borrow_mut()
            .extend(self.pairs.iter().map(|(name, _)| name.as_str()));
        self.pairs.iter().map(|(name, node)| (name.as_str(), node))
    }
    pub(crate) fn keys(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.pairs.iter().map(|(name, _)| name.as_str())
    }
    /// A value that thereby does not count as read.
    pub(crate) fn peek(&self, key: &str) -> Option<&'a Node> {
        self.pairs
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, node)| node)
    }
    /// Keys that nobody has read yet.
    pub(crate) fn unread(&self) -> Vec<&'a str> {
        let read = self.read.borrow();
        self.keys().filter(|key| !read.contains(key)).collect()
    }
    /// Fails on a key that nobody read.
    pub(crate) fn all_read(&self, place: &str) -> Result<(), Unread> {
        let read = self.read.borrow();
        let unread: Vec<_> = self.keys().filter(|key| !read.contains(key)).collect();
        if unread.is_empty() {
            Ok(())
        } else {
            Err(format!(
                "{place}: this runner does not understand {unread:?}"
            ))
        }
    }
}
