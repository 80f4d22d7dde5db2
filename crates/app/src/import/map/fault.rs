//! What is wrong with a map, said as for packs: file, line, column, cause, help.

use super::yaml::{At, YamlFault};
use domain::name::Text;
use domain::pack::Fault;

/// A fault before the text around it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RawFault {
    pub(super) at: At,
    pub(super) code: &'static str,
    pub(super) cause: Text,
    pub(super) help: Option<Text>,
}

impl RawFault {
    pub(super) fn new(
        at: At,
        code: &'static str,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            at,
            code,
            cause: Text {
                zh: zh.into(),
                en: en.into(),
            },
            help: None,
        }
    }

    pub(super) fn help(mut self, help: Text) -> Self {
        self.help = Some(help);
        self
    }

    pub(super) fn within(self, file: &str, text: &str) -> Fault {
        let source = text
            .lines()
            .nth(self.at.line.saturating_sub(1))
            .unwrap_or("");
        let word = source
            .chars()
            .skip(self.at.column.saturating_sub(1))
            .take_while(|c| !c.is_whitespace() && !matches!(c, ',' | ':' | '}' | ']'))
            .count();
        let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Fault {
            code: self.code,
            file: file.into(),
            line: narrow(self.at.line),
            column: narrow(self.at.column),
            length: narrow(word.max(1)),
            cause: self.cause,
            help: self.help.unwrap_or_else(|| Text {
                zh: "格式见 docs/import.md".into(),
                en: "docs/import.md describes the format".into(),
            }),
            source: source.into(),
        }
    }
}

impl From<YamlFault> for RawFault {
    fn from(fault: YamlFault) -> Self {
        match fault {
            YamlFault::Syntax(at, cause) => Self::new(
                at,
                "yaml-syntax",
                format!("不是合法的 YAML：{cause}"),
                format!("not valid YAML: {cause}"),
            ),
            YamlFault::Alias(at) => Self::new(
                at,
                "yaml-alias",
                "映射文件不用别名（*name），请把内容写出来",
                "a map uses no aliases (*name); write the content out",
            ),
            YamlFault::KeyNotText(at) => {
                Self::new(at, "yaml-key", "键必须是文字", "a key must be a text")
            }
            YamlFault::KeyTwice(at, key) => Self::new(
                at,
                "key-twice",
                format!("键 `{key}` 写了两次"),
                format!("the key `{key}` is given twice"),
            ),
            YamlFault::SecondDocument(at) => Self::new(
                at,
                "yaml-documents",
                "一个文件只能有一个映射",
                "a file holds one map",
            ),
        }
    }
}
