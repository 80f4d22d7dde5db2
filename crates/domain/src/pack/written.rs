//! A pack as it is written: every plain value with the keys that lead to it.
//!
//! What `show` puts into words is less than what a pack can say. Two versions are compared as they are written too, so that no change of a
//! rule goes unsaid: a comment, an order of keys or another way of quoting is none.

use super::diff::{Change, Nature, diff};
use super::load::document;
use super::model::Pack;
use super::yaml::{Data, Node};
use super::{is_rules, lines};
use crate::name::Text;
use std::collections::{BTreeMap, BTreeSet};

/// A pack with the files that it was read from, path and text of each.
#[derive(Clone, Copy)]
pub struct Version<'v> {
    pub pack: &'v Pack,
    pub sources: &'v [(String, String)],
}

/// Everything that `new` changes: in words where there are words for it, and as it is written where there are none.
pub fn differences(old: Version<'_>, new: Version<'_>) -> Vec<Change> {
    let mut changes = diff(old.pack, new.pack);
    let said = Said::of(&changes, old.pack, new.pack);
    let (was, is) = (written(old.sources), written(new.sources));
    let paths: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    for path in paths {
        let (before, after) = (was.get(path), is.get(path));
        if before == after || said.covers(path) {
            continue;
        }
        let (nature, zh, en) = match (before, after) {
            (None, Some(new)) => (Nature::Added, format!("新增：{new}"), format!("new: {new}")),
            (Some(old), None) => (
                Nature::Removed,
                format!("取消：{old}"),
                format!("dropped: {old}"),
            ),
            (Some(old), Some(new)) => (
                Nature::Changed,
                format!("由“{old}”改为“{new}”"),
                format!("from `{old}` to `{new}`"),
            ),
            (None, None) => continue,
        };
        changes.push(Change {
            path: path.clone(),
            nature,
            text: Text::both(format!("{path} {zh}"), format!("{path} {en}")),
        });
    }
    changes
}

/// What the words have said already.
struct Said {
    /// Statements that changed and have none below them, and things that came or went as a whole.
    whole: BTreeSet<String>,
}

impl Said {
    fn of(changes: &[Change], old: &Pack, new: &Pack) -> Self {
        let known: BTreeSet<String> = [old, new]
            .into_iter()
            .flat_map(lines)
            .map(|line| line.path)
            .collect();
        let has_more = |path: &str| {
            let below = format!("{path}/");
            let first = known.range(below.clone()..).next();
            first.is_some_and(|next| next.starts_with(&below))
        };
        let whole = changes
            .iter()
            .filter(|change| change.nature != Nature::Changed || !has_more(&change.path))
            .map(|change| change.path.clone())
            .collect();
        Self { whole }
    }

    fn covers(&self, path: &str) -> bool {
        let ends = path.match_indices('/').map(|(at, _)| at);
        let mut above = ends.chain([path.len()]).map(|end| &path[..end]);
        above.any(|part| self.whole.contains(part))
    }
}

/// `kinds/repair/duties/send/fair` → `PT5M`; what cannot be read says nothing, since it was never active.
fn written(sources: &[(String, String)]) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for (file, text) in sources.iter().filter(|(file, _)| is_rules(file)) {
        let stem = file
            .rsplit_once('.')
            .map_or(file.as_str(), |(stem, _)| stem);
        // What the whole company's file says stands at the top, as in the words.
        let at = if stem == "pack" { "" } else { stem };
        if let Ok(node) = document(file, text) {
            collect(&node, at.to_owned(), &mut all);
        }
    }
    all
}

fn collect(node: &Node, at: String, all: &mut BTreeMap<String, String>) {
    let below = |key: &str| {
        if at.is_empty() {
            key.to_owned()
        } else {
            format!("{at}/{key}")
        }
    };
    match &node.data {
        Data::Map(pairs) => {
            for (key, value) in pairs {
                collect(value, below(key.text().unwrap_or_default()), all);
            }
        }
        Data::List(items) if items.iter().all(|item| item.text().is_some()) => {
            let items: Vec<&str> = items.iter().filter_map(Node::text).collect();
            all.insert(at, items.join(", "));
        }
        Data::List(items) => {
            for (nth, item) in items.iter().enumerate() {
                collect(item, below(&(nth + 1).to_string()), all);
            }
        }
        Data::Scalar(text) => {
            all.insert(at, text.clone());
        }
        Data::Null => {
            all.insert(at, String::new());
        }
    }
}
