//! Human numbers of records: per unit, kind and day (or month, or year), as the kind's pattern says.

use crate::name::Name;
use crate::pack::model::{NumberPart, NumberPattern};
use crate::time::Day;

/// The sequence that a number counts in: the kind and the finest part of the date that the pattern has.
pub fn counter(kind: &Name, pattern: &NumberPattern, day: Day) -> String {
    let has = |part: &NumberPart| pattern.parts.contains(part);
    if has(&NumberPart::Date) {
        format!("{kind}/{}", compact(day))
    } else if has(&NumberPart::Month) {
        format!("{kind}/{}", &compact(day)[..6])
    } else if has(&NumberPart::Year) {
        format!("{kind}/{}", &compact(day)[..4])
    } else {
        kind.to_string()
    }
}

/// The number with its parts filled in; a sequence that outgrows its width takes more digits rather than begin again.
pub fn format(pattern: &NumberPattern, unit_code: &str, day: Day, sequence: i64) -> String {
    let date = compact(day);
    let mut number = String::new();
    for part in &pattern.parts {
        match part {
            NumberPart::Literal(text) => number.push_str(text),
            NumberPart::Unit => number.push_str(unit_code),
            NumberPart::Date => number.push_str(&date),
            NumberPart::Month => number.push_str(&date[..6]),
            NumberPart::Year => number.push_str(&date[..4]),
            NumberPart::Sequence { width } => {
                let width = usize::from(*width);
                number.push_str(&format!("{sequence:0width$}"));
            }
        }
    }
    number
}

/// `yyyymmdd`.
fn compact(day: Day) -> String {
    format!(
        "{:04}{:02}{:02}",
        day.year(),
        day.month(),
        day.day_of_month()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_counts_per_kind_and_day_and_outgrows_its_width() {
        let pattern = NumberPattern {
            parts: vec![
                NumberPart::Literal("WX-".into()),
                NumberPart::Unit,
                NumberPart::Literal("-".into()),
                NumberPart::Date,
                NumberPart::Literal("-".into()),
                NumberPart::Sequence { width: 4 },
            ],
        };
        let day = Day::new(2026, 3, 5).unwrap();
        assert_eq!(counter(&"repair".into(), &pattern, day), "repair/20260305");
        assert_eq!(format(&pattern, "NORTH", day, 7), "WX-NORTH-20260305-0007");
        assert_eq!(
            format(&pattern, "NORTH", day, 12_345),
            "WX-NORTH-20260305-12345"
        );
    }
}
