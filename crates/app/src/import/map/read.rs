//! From YAML to a map, gathering every fault on the way.

use super::fault::RawFault;
use super::keys;
use super::tree::{Object, Reader};
use super::yaml::{self, At, Node, Yaml};
use super::{
    Convert, Fill, Log, MAP_MAX, Map, OpenRule, Part, StepRule, StepTime, Take, UnitName, UnitRule,
    Values, When,
};
use crate::import::habit::{DayOrder, Epoch, Habit};
use crate::import::source::{Encoding, Reading};
use domain::name::{Name, Text};
use domain::pack::Fault;
use domain::time::Zone;
use std::collections::BTreeMap;

pub(super) fn map(file: &str, text: &str) -> Result<Map, Vec<Fault>> {
    let mut faults = match raw(text) {
        Ok(map) => return Ok(map),
        Err(faults) => faults,
    };
    faults.sort_by_key(|fault| fault.at);
    Err(faults
        .into_iter()
        .map(|fault| fault.within(file, text))
        .collect())
}

fn raw(text: &str) -> Result<Map, Vec<RawFault>> {
    if text.len() > MAP_MAX {
        return Err(vec![RawFault::new(
            At { line: 1, column: 1 },
            "map-too-large",
            format!("映射文件超过 {MAP_MAX} 字节"),
            format!("the map is larger than {MAP_MAX} bytes"),
        )]);
    }
    let node = yaml::parse(text).map_err(|fault| vec![fault.into()])?;
    let mut reader = Reader::default();
    match reader.map(&node, super::digest(text)) {
        Some(map) if reader.faults.is_empty() => Ok(map),
        _ => Err(reader.faults),
    }
}

impl Reader {
    fn map(&mut self, node: &Node, digest: [u8; 32]) -> Option<Map> {
        let object = self.object(node, keys::MAP)?;
        let name = object.get("map").and_then(|node| self.text(node));
        let title = self.title(object.get("name"), name.as_deref());
        let source = object.get("source").and_then(|node| self.name(node));
        let kind = object.get("kind").and_then(|node| self.name(node));
        let reading = object
            .get("read")
            .map(|node| self.reading(node))
            .unwrap_or_default();
        let habit = object.get("times").and_then(|node| self.habit(node));
        let blank = object
            .get("blank")
            .map(|node| self.texts(node))
            .unwrap_or_default();
        let id = object.get("id").and_then(|node| self.column(node));
        let log = object.get("log").map(|node| self.log(node));
        let unit = object.get("unit").and_then(|node| self.unit(node));
        let open = object.get("open").and_then(|node| self.open(node));
        let row_time = match &log {
            Some(Some(log)) => Some(log.at),
            _ => None,
        };
        let steps = object
            .get("steps")
            .map(|node| self.steps(node, log.is_some(), row_time))
            .unwrap_or_default();
        Some(Map {
            name: name?.into(),
            title,
            digest,
            source: source?,
            kind: kind?,
            place: object.get("kind").map_or(object.at, |node| node.at),
            reading,
            habit: habit?,
            blank: blank.into_iter().collect(),
            id: id?,
            log: match log {
                None => None,
                Some(log) => Some(log?),
            },
            unit: unit?,
            open: open?,
            steps,
            columns: std::mem::take(&mut self.columns),
        })
    }

    fn reading(&mut self, node: &Node) -> Reading {
        let Some(object) = self.object(node, keys::READ) else {
            return Reading::default();
        };
        let delimiters = [("comma", b','), ("semicolon", b';'), ("tab", b'\t')];
        Reading {
            delimiter: object
                .get("delimiter")
                .and_then(|node| self.one_of(node, &delimiters)),
            encoding: object.get("encoding").and_then(|node| {
                let known: Vec<(&str, Encoding)> = keys::ENCODINGS
                    .iter()
                    .filter_map(|name| Some((*name, Encoding::named(name)?)))
                    .collect();
                self.one_of(node, &known)
            }),
            sheet: object.get("sheet").and_then(|node| self.text(node)),
        }
    }

    fn habit(&mut self, node: &Node) -> Option<Habit> {
        let object = self.object(node, keys::TIMES)?;
        let order = object.get("order").and_then(|node| {
            self.one_of(
                node,
                &[
                    ("day-first", DayOrder::DayFirst),
                    ("month-first", DayOrder::MonthFirst),
                ],
            )
        });
        let excel = object
            .get("excel")
            .and_then(|node| self.one_of(node, &[("1900", Epoch::Y1900), ("1904", Epoch::Y1904)]));
        let node = object.get("zone")?;
        let zone = self.text(node)?;
        let Some(zone) = Zone::named(&zone) else {
            self.fault(
                node.at,
                "map-zone",
                format!("没有时区“{zone}”；写 IANA 名称，如 Asia/Shanghai"),
                format!("there is no time zone `{zone}`; write an IANA name such as Asia/Shanghai"),
            );
            return None;
        };
        Some(Habit { zone, order, excel })
    }

    fn log(&mut self, node: &Node) -> Option<Log> {
        let object = self.object(node, keys::LOG)?;
        let order = object.get("order").and_then(|node| self.column(node));
        let at = object.get("at").and_then(|node| self.column(node))?;
        Some(Log { order, at })
    }

    fn unit(&mut self, node: &Node) -> Option<UnitRule> {
        if let Yaml::Text(_) = node.value {
            let column = self.column(node)?;
            return Some(UnitRule {
                from: Take::column(column),
                blank: None,
            });
        }
        let object = self.object(node, keys::UNIT)?;
        let from = self.take(&object);
        let blank = object.get("blank").and_then(|node| {
            if let Yaml::Text(text) = &node.value {
                let title = Text {
                    zh: text.clone(),
                    en: text.clone(),
                };
                return Some(UnitName {
                    key: text.clone(),
                    title,
                });
            }
            let object = self.object(node, keys::UNIT_NAME)?;
            let key = object.get("key").and_then(|node| self.text(node))?;
            let mut said = |name| {
                object
                    .get(name)
                    .and_then(|node| self.text(node))
                    .unwrap_or_else(|| key.clone())
            };
            let title = Text {
                zh: said("zh"),
                en: said("en"),
            };
            Some(UnitName { key, title })
        });
        Some(UnitRule { from: from?, blank })
    }

    fn open(&mut self, node: &Node) -> Option<OpenRule> {
        let object = self.object(node, keys::OPEN)?;
        let by = object.get("by").and_then(|node| self.short_take(node));
        let fields = self.fields(object.get("fields"));
        let mut links = BTreeMap::new();
        if let Some(node) = object.get("links") {
            for (name, node) in self.entries(node) {
                if let Some(column) = self.column(node) {
                    links.insert(Name::from(name), column);
                }
            }
        }
        let at = object.get("at").and_then(|node| self.column(node))?;
        Some(OpenRule {
            at,
            by,
            fields,
            links,
            place: object.at,
        })
    }

    fn steps(&mut self, node: &Node, in_log: bool, row_time: Option<usize>) -> Vec<StepRule> {
        let Yaml::List(items) = &node.value else {
            self.wrong_shape(node, "列表", "a list");
            return Vec::new();
        };
        items
            .iter()
            .filter_map(|item| self.step(item, in_log, row_time))
            .collect()
    }

    fn step(&mut self, node: &Node, in_log: bool, row_time: Option<usize>) -> Option<StepRule> {
        let object = self.object(node, keys::STEP)?;
        let step = object.get("step").and_then(|node| self.name(node));
        let when = object
            .get("when")
            .map(|node| self.when(node, in_log))
            .unwrap_or_default();
        let at = match object.get("at") {
            Some(node) => self.step_time(node, in_log, row_time),
            None if in_log => row_time.map(|column| StepTime { column, last: None }),
            None => {
                self.fault(
                    object.at,
                    "missing-key",
                    "步骤缺少 at：写明它发生的时间在哪一列",
                    "the step lacks `at`: say which column holds when it happened",
                );
                None
            }
        };
        let by = object.get("by").and_then(|node| self.short_take(node));
        let fields = self.fields(object.get("fields"));
        let only_changed = object
            .get("only-changed")
            .is_some_and(|node| self.flag(node));
        if only_changed && !in_log {
            self.fault(
                object.at,
                "map-log-only",
                "only-changed 只用于 log",
                "`only-changed` needs `log`",
            );
        }
        Some(StepRule {
            step: step?,
            when,
            at: at?,
            by,
            fields,
            only_changed,
            place: object.at,
        })
    }

    fn step_time(
        &mut self,
        node: &Node,
        in_log: bool,
        row_time: Option<usize>,
    ) -> Option<StepTime> {
        if let Yaml::Text(_) = node.value {
            return self
                .column(node)
                .map(|column| StepTime { column, last: None });
        }
        let object = self.object(node, keys::STEP_TIME)?;
        let column = object.get("column").map(|node| self.column(node));
        let last = object.get("last").and_then(|node| self.column(node));
        if last.is_some() && !in_log {
            self.fault(
                object.at,
                "map-log-only",
                "last 只用于 log",
                "`last` needs `log`",
            );
        }
        let column = match column {
            Some(column) => column?,
            None => row_time?,
        };
        Some(StepTime { column, last })
    }

    fn when(&mut self, node: &Node, in_log: bool) -> When {
        let Some(object) = self.object(node, keys::WHEN) else {
            return When::default();
        };
        let mut when = When {
            filled: self.columns_of(object.get("filled")),
            blank: self.columns_of(object.get("blank")),
            changes: self.columns_of(object.get("changes")),
            unchanged: self.columns_of(object.get("unchanged")),
            is: self.values_by_column(object.get("is")),
            is_not: self.values_by_column(object.get("is-not")),
            ..When::default()
        };
        when.first = object.get("first").map(|node| self.flag(node));
        when.from = object
            .get("from")
            .map(|node| self.texts(node).into_iter().collect());
        when.to = object
            .get("to")
            .map(|node| self.texts(node).into_iter().collect());
        for key in ["changes", "unchanged", "from", "to", "first"] {
            if let Some(node) = object.get(key)
                && !in_log
            {
                self.fault(
                    node.at,
                    "map-log-only",
                    format!("{key} 只用于 log"),
                    format!("`{key}` needs `log`"),
                );
            }
        }
        if (when.from.is_some() || when.to.is_some()) && when.changes.len() != 1 {
            self.fault(
                object.at,
                "map-changes",
                "from、to 说的是一列的变化，changes 须恰好写一列",
                "`from` and `to` speak of one column: `changes` must name exactly one",
            );
        }
        when
    }

    fn fields(&mut self, node: Option<&Node>) -> BTreeMap<Name, Fill> {
        let Some(node) = node else {
            return BTreeMap::new();
        };
        let entries = self.entries(node);
        entries
            .into_iter()
            .filter_map(|(name, node)| Some((Name::from(name), self.fill(node)?)))
            .collect()
    }

    fn fill(&mut self, node: &Node) -> Option<Fill> {
        if let Yaml::Text(_) = node.value {
            let column = self.column(node)?;
            return Some(Fill {
                take: Take::column(column),
                convert: Convert::Text,
                default: None,
                required: false,
                last: false,
                place: node.at,
            });
        }
        let object = self.object(node, keys::FILL)?;
        let take = self.take(&object);
        let convert = match object.get("as") {
            None => Convert::Text,
            Some(node) => self.conversion(node, &object)?,
        };
        for (key, only) in [("separator", "list"), ("department", "team")] {
            let fits = matches!(
                (&convert, key),
                (Convert::List(_), "separator") | (Convert::Team { .. }, "department")
            );
            if let Some(node) = object.get(key)
                && !fits
            {
                self.fault(
                    node.at,
                    "map-key-misplaced",
                    format!("{key} 只用于 as: {only}"),
                    format!("`{key}` needs `as: {only}`"),
                );
            }
        }
        Some(Fill {
            take: take?,
            convert,
            default: object.get("default").and_then(|node| self.text(node)),
            required: object.get("required").is_some_and(|node| self.flag(node)),
            last: object.get("last").is_some_and(|node| self.flag(node)),
            place: object.at,
        })
    }

    fn conversion(&mut self, node: &Node, object: &Object<'_>) -> Option<Convert> {
        let separator = object
            .get("separator")
            .and_then(|node| self.text(node))
            .unwrap_or_else(|| ";".into());
        let department = object
            .get("department")
            .and_then(|node| self.short_take(node))
            .map(Box::new);
        let known = [
            ("text", Convert::Text),
            ("int", Convert::Whole),
            ("bool", Convert::YesNo),
            ("money", Convert::Fen),
            ("ratio", Convert::BasisPoints),
            ("day", Convert::Day),
            ("instant", Convert::Instant),
            ("moment", Convert::Moment),
            ("list", Convert::List(separator)),
            ("member", Convert::Member),
            ("team", Convert::Team { department }),
        ];
        self.one_of(node, &known)
    }

    fn short_take(&mut self, node: &Node) -> Option<Take> {
        if let Yaml::Text(_) = node.value {
            return self.column(node).map(Take::column);
        }
        let object = self.object(node, keys::TAKE)?;
        self.take(&object)
    }

    /// `column` or `text`, and `values`.
    fn take(&mut self, object: &Object<'_>) -> Option<Take> {
        let parts = match (object.get("column"), object.get("text")) {
            (Some(node), None) => vec![Part::Column(self.column(node)?)],
            (None, Some(node)) => {
                let text = self.text(node)?;
                self.template(node.at, &text)?
            }
            _ => {
                self.fault(
                    object.at,
                    "map-take",
                    "须写 column 或 text 之一",
                    "say either `column` or `text`",
                );
                return None;
            }
        };
        let values = object.get("values").map(|node| {
            let mut values = Values::default();
            for (word, node) in self.entries(node) {
                let ours = match &node.value {
                    Yaml::Empty => String::new(),
                    _ => self.text(node).unwrap_or_default(),
                };
                if word == "*" {
                    values.others = Some(ours);
                } else {
                    values.of.insert(word.trim().to_string(), ours);
                }
            }
            values
        });
        Some(Take { parts, values })
    }
}

impl Take {
    fn column(column: usize) -> Self {
        Self {
            parts: vec![Part::Column(column)],
            values: None,
        }
    }
}
