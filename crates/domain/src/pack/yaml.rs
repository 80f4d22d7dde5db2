//! YAML as a tree of texts with places.
//!
//! What a text means is said by the place where it stands, so nothing is guessed here: `no`, `1.0` and `08:30` are texts. Files, nesting
//! and what aliases unfold to are bounded; a key that stands twice is a fault.

use super::load::source::{Place, Raw};
use crate::name::Text;
use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use std::collections::HashMap;

/// Bytes of one file.
pub(super) const MAX_BYTES: usize = 512 * 1024;
const MAX_DEPTH: usize = 24;
/// Nodes of one file, what aliases repeat included.
const MAX_NODES: usize = 50_000;

/// A value with its place; every plain value is a text.
#[derive(Clone, Debug)]
pub struct Node {
    pub(super) at: Place,
    pub(super) data: Data,
}

#[derive(Clone, Debug)]
pub(super) enum Data {
    Null,
    Scalar(String),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// The line on which it begins, from 1.
    pub fn line(&self) -> u32 {
        self.at.line
    }
    pub fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }
    pub fn is_list(&self) -> bool {
        matches!(self.data, Data::List(_))
    }
    pub fn is_map(&self) -> bool {
        matches!(self.data, Data::Map(_))
    }
    /// The text of a plain value; `None` where there is nothing, a list or a map.
    pub fn text(&self) -> Option<&str> {
        match &self.data {
            Data::Scalar(text) => Some(text),
            _ => None,
        }
    }
    /// What stands under a key of a map.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.pairs()
            .iter()
            .find(|(name, _)| name.text() == Some(key))
            .map(|(_, value)| value)
    }
    /// The key itself, for its place.
    pub(super) fn key(&self, key: &str) -> Option<&Node> {
        self.pairs()
            .iter()
            .find(|(name, _)| name.text() == Some(key))
            .map(|(name, _)| name)
    }
    /// The keys and values of a map, in the order of the file.
    pub fn pairs(&self) -> &[(Node, Node)] {
        match &self.data {
            Data::Map(pairs) => pairs,
            _ => &[],
        }
    }
    /// Every plain value as a text.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value;
        match &self.data {
            Data::Null => Value::Null,
            Data::Scalar(text) => Value::String(text.clone()),
            Data::List(items) => Value::Array(items.iter().map(Self::to_json).collect()),
            Data::Map(pairs) => {
                let pair =
                    |(name, value): &(Node, Node)| Some((name.text()?.to_owned(), value.to_json()));
                Value::Object(pairs.iter().filter_map(pair).collect())
            }
        }
    }
    /// The same tree with other texts in place of its plain values; keys stay.
    #[must_use]
    pub fn filled(&self, fill: &mut impl FnMut(&str) -> String) -> Self {
        let data = match &self.data {
            Data::Null => Data::Null,
            Data::Scalar(text) => Data::Scalar(fill(text)),
            Data::List(items) => Data::List(items.iter().map(|item| item.filled(fill)).collect()),
            Data::Map(pairs) => {
                let pair = |(name, value): &(Self, Self)| (name.clone(), value.filled(fill));
                Data::Map(pairs.iter().map(pair).collect())
            }
        };
        Self { at: self.at, data }
    }
    /// The items of a list, or the one value that stands for it.
    pub fn many(&self) -> &[Node] {
        match &self.data {
            Data::List(items) => items,
            Data::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }
}

enum Open {
    List(Node, usize),
    Map {
        node: Node,
        key: Option<Node>,
        anchor: usize,
    },
}

struct Reader<'a> {
    file: u32,
    stack: Vec<Open>,
    root: Option<Node>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    faults: &'a mut Vec<Raw>,
}

/// The document of a file; `None` when it cannot be read at all (the fault is reported).
pub(super) fn read(file: u32, text: &str, faults: &mut Vec<Raw>) -> Option<Node> {
    let first = Place {
        file,
        line: 1,
        column: 1,
        length: 1,
    };
    if text.len() > MAX_BYTES {
        faults.push(Raw::new(
            "file-size",
            first,
            Text::both(
                format!("文件有 {} 字节，上限 {MAX_BYTES}", text.len()),
                format!(
                    "the file has {} bytes, at most {MAX_BYTES} are read",
                    text.len()
                ),
            ),
            Text::both("拆成几个文件", "split it into several files"),
        ));
        return None;
    }
    let mut reader = Reader {
        file,
        stack: Vec::new(),
        root: None,
        anchors: HashMap::new(),
        nodes: 0,
        faults,
    };
    let mut documents = 0;
    for event in Parser::new_from_str(text) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => {
                let marker = error.marker();
                let place = place(file, marker.line(), marker.col(), 1);
                reader.faults.push(Raw::new(
                    "yaml",
                    place,
                    Text::both(
                        format!("不是合法的 YAML：{}", error.info()),
                        format!("this is not YAML: {}", error.info()),
                    ),
                    Text::both(
                        "检查缩进、引号和括号；含 `: ` 或 `#` 的文字放在引号里",
                        "look at indentation, quotes and brackets; a text with `: ` or `#` goes in quotes",
                    ),
                ));
                return None;
            }
        };
        if let Event::DocumentStart(_) = event {
            documents += 1;
        }
        if documents > 1 || !reader.take(event, span) {
            if documents > 1 {
                reader.faults.push(Raw::new(
                    "yaml",
                    place(file, span.start.line(), span.start.col(), 3),
                    Text::both("一个文件只能有一份文档", "a file holds one document"),
                    Text::both(
                        "去掉 `---`，另建文件",
                        "remove the `---` and make another file",
                    ),
                ));
            }
            return None;
        }
    }
    if reader.root.is_none() {
        reader.faults.push(Raw::new(
            "yaml",
            first,
            Text::both("文件是空的", "the file is empty"),
            Text::both("写上内容，或删掉文件", "fill it in or remove it"),
        ));
    }
    reader.root
}

fn place(file: u32, line: usize, column_from_0: usize, length: usize) -> Place {
    let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Place {
        file,
        line: narrow(line.max(1)),
        column: narrow(column_from_0 + 1),
        length: narrow(length.max(1)),
    }
}

impl Reader<'_> {
    /// False: give up on the file.
    fn take(&mut self, event: Event<'_>, span: Span) -> bool {
        let one_line = span.start.line() == span.end.line();
        let length = if one_line {
            span.end.col().saturating_sub(span.start.col())
        } else {
            1
        };
        let at = place(self.file, span.start.line(), span.start.col(), length);
        let node = |data| Node { at, data };
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let empty = style == ScalarStyle::Plain && matches!(&*text, "" | "~" | "null");
                let data = if empty {
                    Data::Null
                } else {
                    Data::Scalar(text.into_owned())
                };
                self.count(1, at) && self.put(node(data), anchor)
            }
            Event::SequenceStart(anchor, _) => {
                let open = Open::List(node(Data::List(Vec::new())), anchor);
                self.open(open, at)
            }
            Event::MappingStart(anchor, _) => {
                let node = node(Data::Map(Vec::new()));
                let open = Open::Map {
                    node,
                    key: None,
                    anchor,
                };
                self.open(open, at)
            }
            Event::SequenceEnd | Event::MappingEnd => match self.stack.pop() {
                Some(Open::List(node, anchor) | Open::Map { node, anchor, .. }) => {
                    self.put(node, anchor)
                }
                None => true,
            },
            Event::Alias(anchor) => match self.anchors.get(&anchor).cloned() {
                Some(copy) => self.count(size(&copy), at) && self.put(Node { at, ..copy }, 0),
                None => self.put(node(Data::Null), 0),
            },
            _ => true,
        }
    }

    fn open(&mut self, open: Open, at: Place) -> bool {
        if self.stack.len() >= MAX_DEPTH {
            self.faults.push(Raw::new(
                "file-size",
                at,
                Text::both(
                    format!("嵌套超过 {MAX_DEPTH} 层"),
                    format!("nested more than {MAX_DEPTH} levels deep"),
                ),
                Text::both("没有哪种写法需要这么深", "no key needs this"),
            ));
            return false;
        }
        self.stack.push(open);
        self.count(1, at)
    }

    fn count(&mut self, nodes: usize, at: Place) -> bool {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes <= MAX_NODES {
            return true;
        }
        self.faults.push(Raw::new(
            "file-size",
            at,
            Text::both(
                format!("文件展开后超过 {MAX_NODES} 个值"),
                format!("the file unfolds to more than {MAX_NODES} values"),
            ),
            Text::both(
                "少用别名（*），或拆成几个文件",
                "use fewer aliases (*), or split the file",
            ),
        ));
        false
    }

    fn put(&mut self, node: Node, anchor: usize) -> bool {
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.stack.last_mut() {
            None => self.root = Some(node),
            Some(Open::List(list, _)) => {
                if let Data::List(items) = &mut list.data {
                    items.push(node);
                }
            }
            Some(Open::Map { node: map, key, .. }) => match key.take() {
                None => *key = Some(node),
                Some(name) => {
                    let Data::Map(pairs) = &mut map.data else {
                        return true;
                    };
                    let twice = pairs
                        .iter()
                        .find(|(known, _)| known.text().is_some() && known.text() == name.text());
                    if let Some((first, _)) = twice {
                        let key = name.text().unwrap_or_default();
                        self.faults.push(Raw::new(
                            "key-twice",
                            name.at,
                            Text::both(
                                format!("键 `{key}` 写了两次，第一次在第 {} 行", first.at.line),
                                format!(
                                    "the key `{key}` stands twice, first in line {}",
                                    first.at.line
                                ),
                            ),
                            Text::both(
                                "删掉一个，或换个名字",
                                "remove one, or give it another name",
                            ),
                        ));
                    } else {
                        pairs.push((name, node));
                    }
                }
            },
        }
        true
    }
}

fn size(node: &Node) -> usize {
    1 + match &node.data {
        Data::List(items) => items.iter().map(size).sum::<usize>(),
        Data::Map(pairs) => pairs.iter().map(|(k, v)| size(k) + size(v)).sum(),
        _ => 0,
    }
}
