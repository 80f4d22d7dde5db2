//! A map beside the pack whose records it makes: every name must be there, and every conversion must fit its field.

use super::fault::RawFault;
use super::yaml::At;
use super::{Convert, Fill, Map};
use domain::name::Name;
use domain::near::did_you_mean;
use domain::pack::Fault;
use domain::pack::model::{FieldType, Kind, Pack};
use std::collections::BTreeMap;

impl Map {
    /// What of the map the pack does not know; `file` and `text` are the map's own.
    pub fn against(&self, pack: &Pack, file: &str, text: &str) -> Vec<Fault> {
        let Some(kind) = pack.kinds.get(&self.kind) else {
            let help = did_you_mean(self.kind.as_str(), pack.kinds.keys().map(Name::as_str));
            let fault = RawFault::new(
                self.place,
                "no-such-kind",
                format!("规则包“{}”没有单据类型 `{}`", pack.name, self.kind),
                format!("the pack `{}` has no kind `{}`", pack.name, self.kind),
            );
            return vec![fault.help(help).within(file, text)];
        };
        let mut faults = Vec::new();
        fields(kind, &self.open.fields, &mut faults);
        for link in self
            .open
            .links
            .keys()
            .filter(|link| !kind.links.contains_key(*link))
        {
            faults.push(unknown(
                self.open.place,
                "link",
                "关联",
                link,
                kind.links.keys(),
            ));
        }
        for rule in &self.steps {
            if rule.step == *"open" || !kind.steps.contains_key(&rule.step) {
                faults.push(unknown(
                    rule.place,
                    "step",
                    "步骤",
                    &rule.step,
                    kind.steps.keys(),
                ));
            }
            fields(kind, &rule.fields, &mut faults);
        }
        faults.sort_by_key(|fault| fault.at);
        faults
            .into_iter()
            .map(|fault| fault.within(file, text))
            .collect()
    }
}

fn unknown<'a>(
    at: At,
    what: &str,
    zh: &str,
    name: &Name,
    known: impl Iterator<Item = &'a Name>,
) -> RawFault {
    let code = match what {
        "field" => "no-such-field",
        "link" => "no-such-link",
        _ => "no-such-step",
    };
    let fault = RawFault::new(
        at,
        code,
        format!("单据没有{zh} `{name}`"),
        format!("the kind has no {what} `{name}`"),
    );
    fault.help(did_you_mean(name.as_str(), known.map(Name::as_str)))
}

fn fields(kind: &Kind, fills: &BTreeMap<Name, Fill>, faults: &mut Vec<RawFault>) {
    for (name, fill) in fills {
        let Some(field) = kind.field(name.as_str()) else {
            let known = kind.fields.iter().map(|field| &field.name);
            faults.push(unknown(fill.place, "field", "字段", name, known));
            continue;
        };
        if !fits(&fill.convert, &field.ty) {
            faults.push(RawFault::new(
                fill.place,
                "wrong-conversion",
                format!("字段 `{name}` 不能这样填；请改 `as`"),
                format!("the field `{name}` cannot be filled in like that; change `as`"),
            ));
        }
        if let FieldType::Choice(choices) = &field.ty {
            let known = || choices.iter().map(|choice| choice.name.as_str());
            let words = fill
                .take
                .values
                .iter()
                .flat_map(|values| values.of.values().chain(&values.others));
            for word in words
                .chain(&fill.default)
                .filter(|word| !word.is_empty() && *word != "{value}")
            {
                if !known().any(|choice| choice == word) {
                    let fault = RawFault::new(
                        fill.place,
                        "no-such-choice",
                        format!("字段 `{name}` 没有选项 `{word}`"),
                        format!("the field `{name}` has no choice `{word}`"),
                    );
                    faults.push(fault.help(did_you_mean(word, known())));
                }
            }
        }
    }
}

fn fits(convert: &Convert, ty: &FieldType) -> bool {
    match ty {
        FieldType::Text { .. } | FieldType::Phone | FieldType::Choice(_) => {
            *convert == Convert::Text
        }
        FieldType::Bool => *convert == Convert::YesNo,
        FieldType::Int { .. } => *convert == Convert::Whole,
        FieldType::Money { .. } => *convert == Convert::Fen,
        FieldType::Ratio => *convert == Convert::BasisPoints,
        FieldType::Choices(_) => matches!(convert, Convert::List(_)),
        FieldType::Day => *convert == Convert::Day,
        FieldType::Instant => *convert == Convert::Instant,
        FieldType::Moment => matches!(convert, Convert::Moment | Convert::Instant | Convert::Day),
        FieldType::Member => *convert == Convert::Member,
        FieldType::Team => matches!(convert, Convert::Team { .. }),
        FieldType::Unit | FieldType::Files { .. } | FieldType::Signature => false,
    }
}
