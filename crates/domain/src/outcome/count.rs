//! Counting outcomes: m met, v missed, and what is left out (S4.2–S4.5, S4.8).

use super::Outcome;
use serde::{Deserialize, Serialize};

/// One judged duty as a count sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    pub outcome: Outcome,
    /// Imported with times that cannot be: left out of rates, and said (S4.8).
    pub anomalous: bool,
}

/// How many came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    pub met: u64,
    pub missed: u64,
    pub pending: u64,
    pub excused: u64,
    pub exempt: u64,
    pub withdrawn: u64,
    pub anomalous: u64,
}

impl Count {
    /// m + v: what a rate divides by.
    pub const fn n(&self) -> u64 {
        self.met + self.missed
    }
    pub const fn all(&self) -> u64 {
        self.n() + self.pending + self.excused + self.exempt + self.withdrawn + self.anomalous
    }
    pub const fn add(&mut self, counted: Counted) {
        let place = match counted {
            Counted {
                anomalous: true, ..
            } => &mut self.anomalous,
            Counted { outcome, .. } => match outcome {
                Outcome::Met => &mut self.met,
                Outcome::Missed => &mut self.missed,
                Outcome::Pending => &mut self.pending,
                Outcome::Excused => &mut self.excused,
                Outcome::Exempt => &mut self.exempt,
                Outcome::Withdrawn => &mut self.withdrawn,
            },
        };
        *place += 1;
    }
}

impl FromIterator<Counted> for Count {
    fn from_iter<T: IntoIterator<Item = Counted>>(items: T) -> Self {
        let mut count = Self::default();
        items.into_iter().for_each(|item| count.add(item));
        count
    }
}
