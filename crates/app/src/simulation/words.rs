//! Words with gaps: `$surname` is drawn from a list, `$unit` is known, `$on(P3D)` lies three days ahead, `$pick(a|b)` is one of two.

use super::draw::Draw;
use super::read::micros;
use domain::time::{Instant, Zone};
use std::collections::BTreeMap;

/// What words mean at one place of a story.
pub(super) struct Words<'w> {
    pub(super) lists: &'w BTreeMap<String, Vec<String>>,
    pub(super) vars: &'w BTreeMap<String, String>,
    /// Before a name that a story gives its own records, all of which begin with `it`.
    pub(super) own: &'w str,
    pub(super) now: Instant,
    pub(super) zone: &'w Zone,
}

impl Words<'_> {
    /// The text with its gaps filled; what nobody knows stays as it is.
    pub(super) fn fill(&self, text: &str, draw: &mut Draw) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            filled.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let end = rest
                .find(|c: char| !(c.is_ascii_lowercase() || c == '_'))
                .unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            if let Some((argument, after)) = after
                .strip_prefix('(')
                .and_then(|inside| inside.split_once(')'))
                && let Some(value) = self.function(name, argument, draw)
            {
                filled.push_str(&value);
                rest = after;
                continue;
            }
            match self.word(name, draw) {
                Some(value) => filled.push_str(&value),
                None => {
                    filled.push('$');
                    filled.push_str(name);
                }
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    fn word(&self, name: &str, draw: &mut Draw) -> Option<String> {
        if let Some(value) = self.vars.get(name) {
            return Some(value.clone());
        }
        if name == "month" {
            let day = self.zone.day_of(self.now);
            return Some(format!("{:04}-{:02}", day.year(), day.month()));
        }
        if let Some(list) = self.lists.get(name) {
            // What is drawn may have gaps itself.
            return draw.one(list).map(|text| match text.contains('$') {
                true => self.fill(text, draw),
                false => text.clone(),
            });
        }
        name.starts_with("it").then(|| self.key(name))
    }

    /// The name that a record has for all stories together.
    pub(super) fn key(&self, name: &str) -> String {
        if name == "it" || name.starts_with("it_") {
            format!("{}{name}", self.own)
        } else {
            name.to_owned()
        }
    }

    fn function(&self, name: &str, argument: &str, draw: &mut Draw) -> Option<String> {
        match name {
            "on" | "at" => {
                let (sign, span) = match argument.strip_prefix('-') {
                    Some(span) => (-1, span),
                    None => (1, argument),
                };
                let then = self.now.plus_micros(sign * micros(span)?);
                let day = self.zone.day_of(then);
                if name == "on" {
                    return Some(day.to_string());
                }
                let minute = self.zone.minute_of(then);
                Some(format!("{day} {:02}:{:02}", minute / 60, minute % 60))
            }
            "pick" => {
                let all: Vec<&str> = argument.split('|').collect();
                draw.one(&all).map(|text| (*text).to_owned())
            }
            "number" => {
                let (from, to) = argument.split_once('-')?;
                let (from, to): (u64, u64) = (from.parse().ok()?, to.parse().ok()?);
                Some((from + draw.below(to.checked_sub(from)? + 1)).to_string())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_and_what_nobody_knows_stays() {
        let lists = BTreeMap::from([
            ("name".to_owned(), vec!["王".to_owned()]),
            ("who".to_owned(), vec!["$name先生".to_owned()]),
        ]);
        let vars = BTreeMap::from([("unit".to_owned(), "WT".to_owned())]);
        let zone = Zone::shanghai();
        let day: domain::time::Day = "2026-03-05".parse().unwrap();
        let words = Words {
            lists: &lists,
            vars: &vars,
            own: "repair-7-",
            now: zone.at_minute(day, 10 * 60 + 5),
            zone: &zone,
        };
        for (text, filled) in [
            ("$unit-desk", "WT-desk"),
            ("$who来电", "王先生来电"),
            ("$it", "repair-7-it"),
            ("$it_order", "repair-7-it_order"),
            ("$on(P3D)", "2026-03-08"),
            ("$on(-P5D)", "2026-02-28"),
            ("$month", "2026-03"),
            ("$at(PT2H)", "2026-03-05 12:05"),
            ("$pick(a)", "a"),
            ("$number(4-4)", "4"),
            ("$nobody, 5$", "$nobody, 5$"),
        ] {
            assert_eq!(words.fill(text, &mut Draw::of(1, &[])), filled, "{text}");
        }
    }
}
