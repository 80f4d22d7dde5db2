//! The neutral form of a clause, and numbers in prose.

use super::node::{Fields, Node, Unread};
use super::prose;
use domain::number::{Bp, Points, Ratio};
use domain::points::{
    Band, Bound, Combine, Direction, Earned, Evidence, Part, PointsError, Rule, Tiers, Way,
    WhenEmpty, clause,
};
use domain::tally::Tally;

/// A clause of a case.
pub(crate) struct Form {
    pub(crate) rule: Rule,
    parts: Vec<(Way, Option<Points>, Evidence)>,
}

impl Form {
    pub(crate) fn read(node: &Node) -> Result<Self, Unread> {
        let fields = node.fields()?;
        let points: Points = fields.need("points")?.parse()?;
        let parts: Vec<_> = fields
            .need("parts")?
            .list()?
            .iter()
            .map(part)
            .collect::<Result<_, _>>()?;
        let measured = parts
            .iter()
            .map(|(_, _, evidence)| !matches!(evidence, Evidence::Counts(_)));
        let when_empty = match fields.get("when-empty").map(Node::text).transpose()? {
            None => WhenEmpty::default_for(measured),
            Some(choice) => empty(choice)?,
        };
        // The counts are of cases already.
        fields.get("count-once-per");
        let form = Self {
            rule: Rule {
                points,
                cap: fields.get("cap").map(Node::parse).transpose()?,
                when_empty,
            },
            parts,
        };
        fields.all_read("clause")?;
        Ok(form)
    }

    /// One part that counts.
    pub(crate) fn of(points: Points, way: Way, evidence: Evidence, when_empty: WhenEmpty) -> Self {
        Self {
            rule: Rule {
                points,
                cap: None,
                when_empty,
            },
            parts: vec![(way, None, evidence)],
        }
    }

    pub(crate) fn parts(&self) -> Vec<Part<'_>> {
        self.parts
            .iter()
            .map(|(way, may_cost, evidence)| Part {
                way,
                may_cost: *may_cost,
                evidence: evidence.clone(),
            })
            .collect()
    }

    pub(crate) fn earned(&self) -> Result<Earned, Unread> {
        clause(self.rule, &self.parts()).map_err(|error| error.to_string())
    }
}

pub(crate) fn empty(choice: &str) -> Result<WhenEmpty, Unread> {
    match choice {
        "full" => Ok(WhenEmpty::Full),
        "zero" => Ok(WhenEmpty::Zero),
        "exclude" => Ok(WhenEmpty::Exclude),
        other => Err(format!("no choice `{other}`")),
    }
}

fn part(node: &Node) -> Result<(Way, Option<Points>, Evidence), Unread> {
    let fields = node.fields()?;
    let may_cost = fields.get("may-cost").map(Node::parse).transpose()?;
    let (word, value) = match fields.need("way")? {
        Node::Map(pairs) if pairs.len() == 1 => (pairs[0].0.as_str(), Some(&pairs[0].1)),
        word => (word.text()?, None),
    };
    let target = fields.get("target").map(Node::parse::<Bp>).transpose()?;
    // Where a clause is all or nothing the pack gives a reason; a case need not.
    let reason = fields.get("reason").map_or(Ok("S7.3"), Node::text)?;
    let way = match word {
        "by-rate" => Way::ByRate { target },
        "all-or-nothing" => Way::AllOrNothing {
            target,
            reason: reason.to_owned(),
        },
        "per-violation" => Way::PerViolation {
            each: value.map_or_else(|| fields.need("each"), Ok)?.parse()?,
        },
        "tiers" => {
            let otherwise = fields.get("else").map(Node::parse).transpose()?;
            let bands = value.map_or_else(|| fields.need("bands"), Ok)?;
            Way::Tiers(tiers(bands, otherwise)?.map_err(|error| error.to_string())?)
        }
        "marks" => Way::Marks {
            combine: match value.map_or_else(|| fields.need("combine"), Ok)?.text()? {
                "last" => Combine::Last,
                "mean" => Combine::Mean,
                "sum-of-deductions" => Combine::SumOfDeductions,
                other => return Err(format!("no combination `{other}`")),
            },
        },
        other => return Err(format!("no way `{other}`")),
    };
    let evidence = evidence(&fields)?;
    fields.all_read("part")?;
    Ok((way, may_cost, evidence))
}

fn evidence(fields: &Fields<'_>) -> Result<Evidence, Unread> {
    if let Some(marks) = fields.get("marks") {
        let marks: Result<_, _> = marks.list()?.iter().map(Node::parse).collect();
        return Ok(Evidence::Marks(marks?));
    }
    if let Some(value) = fields.get("value") {
        let text = value.text()?;
        let value = match text.parse::<Bp>() {
            Ok(bp) if text.ends_with("bp") || text.ends_with('%') => bp.ratio(),
            _ => value.parse()?,
        };
        return Ok(Evidence::Measured {
            value: Some(value),
            ceiling: fields.get("ceiling").map_or(Ok(false), Node::flag)?,
        });
    }
    let count = |key: &str| fields.get(key).map_or(Ok(0), Node::parse);
    let (late, worth) = (count("late")?, fields.get("worth"));
    let worth: Bp = worth.map_or(Ok(Bp::ZERO), Node::parse)?;
    Ok(Evidence::Counts(Tally {
        met: fields.need("m")?.parse()?,
        missed: fields.need("v")?.parse()?,
        late,
        late_worth_bp: late * worth.get(),
        pending: count("pending")?,
        excused: count("excused")?,
        exempt: count("exempt")?,
        withdrawn: count("withdrawn")?,
        anomalous: count("anomalous")?,
        ..Tally::ZERO
    }))
}

/// Bands from above: `[[9800bp, 5], [9500bp, 4], [0bp, 0]]`.
pub(crate) fn tiers(
    node: &Node,
    otherwise: Option<Points>,
) -> Result<Result<Tiers, PointsError>, Unread> {
    let mut bands = Vec::new();
    for band in node.list()? {
        let [bound, points] = band.list()? else {
            return Err(format!("a band is a bound and points, not {band:?}"));
        };
        bands.push(Band {
            bound: bound.parse::<Bound>()?,
            points: points.parse()?,
        });
    }
    Ok(Tiers::new(Direction::AtLeast, bands, otherwise))
}

/// What a text group of prose stands for: `three`, `12`, `4,500.00`.
pub(crate) fn number<T: std::str::FromStr>(text: &str) -> Result<T, Unread> {
    const WORDS: [&str; 13] = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ];
    let lower = text.to_lowercase();
    let digits = match WORDS.iter().position(|word| *word == lower) {
        Some(number) => number.to_string(),
        None => text
            .trim_start_matches('+')
            .trim_end_matches('.')
            .replace(',', ""),
    };
    digits
        .parse()
        .map_err(|_| format!("`{text}` is no {}", std::any::type_name::<T>()))
}

/// The groups of a pattern that the facts must hold.
pub(crate) fn must<'a>(pattern: &str, facts: &'a str) -> Result<Vec<&'a str>, Unread> {
    prose::first(pattern, facts).ok_or_else(|| format!("the facts do not say `{pattern}`"))
}

/// Points under `expect`: a number, or null where a clause is left out.
pub(crate) fn points(node: &Node) -> Result<Option<Points>, Unread> {
    match node {
        Node::Null => Ok(None),
        given => given.parse().map(Some),
    }
}

/// A decimal fraction in basis points.
pub(crate) fn four_decimals(node: &Node) -> Result<Bp, Unread> {
    let exact: Ratio = node.parse()?;
    exact.bp().map_err(|error| error.to_string())
}

/// The year of the facts; where they name none, that of the other cases.
pub(crate) fn year(facts: &str) -> Result<i16, Unread> {
    prose::first(r"\b(20\d\d)\b", facts).map_or(Ok(2026), |found| number(found[0]))
}
