//! What a map file is made of: keys, texts, columns, templates; each fault is kept and reading goes on.

use super::Part;
use super::fault::RawFault;
use super::keys::Key;
use super::yaml::{At, Node, Yaml};
use domain::name::{Name, Text};
use domain::near::did_you_mean;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub(super) struct Reader {
    pub(super) faults: Vec<RawFault>,
    pub(super) columns: Vec<String>,
}

/// The keys of one YAML mapping.
pub(super) struct Object<'a> {
    pub(super) at: At,
    items: BTreeMap<&'a str, &'a Node>,
}

impl<'a> Object<'a> {
    pub(super) fn get(&self, key: &str) -> Option<&'a Node> {
        self.items.get(key).copied()
    }
}

impl Reader {
    pub(super) fn template(&mut self, at: At, text: &str) -> Option<Vec<Part>> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            if !before.is_empty() {
                parts.push(Part::Text(before.into()));
            }
            let Some((column, behind)) = after.split_once('}') else {
                self.fault(
                    at,
                    "map-template",
                    "“{”没有配对的“}”",
                    "a `{` without its `}`",
                );
                return None;
            };
            let column = self.column_named(at, column)?;
            parts.push(Part::Column(column));
            rest = behind;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.into()));
        }
        Some(parts)
    }

    pub(super) fn fault(
        &mut self,
        at: At,
        code: &'static str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) {
        self.faults.push(RawFault::new(at, code, zh, en));
    }

    pub(super) fn columns_of(&mut self, node: Option<&Node>) -> Vec<usize> {
        let Some(node) = node else { return Vec::new() };
        match &node.value {
            Yaml::List(items) => items.iter().filter_map(|item| self.column(item)).collect(),
            _ => self.column(node).into_iter().collect(),
        }
    }

    pub(super) fn values_by_column(
        &mut self,
        node: Option<&Node>,
    ) -> BTreeMap<usize, BTreeSet<String>> {
        let Some(node) = node else {
            return BTreeMap::new();
        };
        let entries = self.entries(node);
        let mut by_column = BTreeMap::new();
        for (name, node) in entries {
            if let Some(column) = self.column_named(node.at, name) {
                by_column.insert(column, self.texts(node).into_iter().collect());
            }
        }
        by_column
    }

    pub(super) fn column(&mut self, node: &Node) -> Option<usize> {
        let name = self.text(node)?;
        self.column_named(node.at, &name)
    }

    pub(super) fn column_named(&mut self, at: At, name: &str) -> Option<usize> {
        let name = name.trim();
        if name.is_empty() {
            self.fault(
                at,
                "map-column-blank",
                "列名是空的",
                "the name of a column is empty",
            );
            return None;
        }
        let known = self.columns.iter().position(|known| known == name);
        Some(known.unwrap_or_else(|| {
            self.columns.push(name.into());
            self.columns.len() - 1
        }))
    }

    pub(super) fn object<'a>(&mut self, node: &'a Node, known: &[Key]) -> Option<Object<'a>> {
        let Yaml::Map(items) = &node.value else {
            self.wrong_shape(node, "键和值", "keys and values");
            return None;
        };
        for (key, _) in items {
            if known.iter().any(|known| known.name == key.text) {
                continue;
            }
            let help = did_you_mean(&key.text, known.iter().map(|key| key.name));
            let fault = RawFault::new(
                key.at,
                "unknown-key",
                format!("不认识的键 `{}`", key.text),
                format!("unknown key `{}`", key.text),
            );
            self.faults.push(fault.help(help));
        }
        for key in known.iter().filter(|key| key.required) {
            if !items.iter().any(|(given, _)| given.text == key.name) {
                self.fault(
                    node.at,
                    "missing-key",
                    format!("缺少键“{}”", key.name),
                    format!("the key `{}` is missing", key.name),
                );
            }
        }
        Some(Object {
            at: node.at,
            items: items
                .iter()
                .map(|(key, node)| (key.text.as_str(), node))
                .collect(),
        })
    }

    /// A mapping with keys of the writer's choice.
    pub(super) fn entries<'a>(&mut self, node: &'a Node) -> Vec<(&'a str, &'a Node)> {
        let Yaml::Map(items) = &node.value else {
            self.wrong_shape(node, "键和值", "keys and values");
            return Vec::new();
        };
        items
            .iter()
            .map(|(key, node)| (key.text.as_str(), node))
            .collect()
    }

    pub(super) fn text(&mut self, node: &Node) -> Option<String> {
        if let Yaml::Text(text) = &node.value {
            return Some(text.clone());
        }
        self.wrong_shape(node, "文字", "a text");
        None
    }

    pub(super) fn name(&mut self, node: &Node) -> Option<Name> {
        self.text(node).map(Name::from)
    }

    pub(super) fn texts(&mut self, node: &Node) -> Vec<String> {
        match &node.value {
            Yaml::List(items) => items.iter().filter_map(|item| self.text(item)).collect(),
            _ => self.text(node).into_iter().collect(),
        }
    }

    pub(super) fn flag(&mut self, node: &Node) -> bool {
        self.one_of(node, &[("true", true), ("false", false)])
            .unwrap_or(false)
    }

    pub(super) fn title(&mut self, node: Option<&Node>, name: Option<&str>) -> Text {
        let plain = name.unwrap_or_default().to_string();
        let plain = Text {
            zh: plain.clone(),
            en: plain,
        };
        let Some(node) = node else { return plain };
        let entries = self.entries(node);
        let mut title = plain;
        for (language, node) in entries {
            let Some(text) = self.text(node) else {
                continue;
            };
            match language {
                "zh" => title.zh = text,
                "en" => title.en = text,
                _ => self.fault(
                    node.at,
                    "unknown-key",
                    format!("不认识的语言“{language}”；可写 zh、en"),
                    format!("unknown language `{language}`; known: zh, en"),
                ),
            }
        }
        title
    }

    pub(super) fn one_of<T: Clone>(&mut self, node: &Node, known: &[(&str, T)]) -> Option<T> {
        let text = self.text(node)?;
        let found = known
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, value)| value.clone());
        if found.is_none() {
            let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
            self.fault(
                node.at,
                "map-value",
                format!("“{text}”不在可选之列：{}", names.join("、")),
                format!("`{text}` is not one of: {}", names.join(", ")),
            );
        }
        found
    }

    pub(super) fn wrong_shape(&mut self, node: &Node, zh: &str, en: &str) {
        let (is_zh, is_en) = match node.value {
            Yaml::Empty => ("空的", "nothing"),
            Yaml::Text(_) => ("文字", "a text"),
            Yaml::List(_) => ("列表", "a list"),
            Yaml::Map(_) => ("键和值", "keys and values"),
        };
        self.fault(
            node.at,
            "wrong-shape",
            format!("这里应是{zh}，却是{is_zh}"),
            format!("expected {en}, found {is_en}"),
        );
    }
}
