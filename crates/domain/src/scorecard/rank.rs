//! Rankings (S7.13): by score, with rows of few cases marked.

use crate::number::Points;

/// A rate of fewer cases is shown with its interval, and its row in a ranking is marked.
pub const FEW_CASES: i64 = 20;

/// A row of a ranking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranked<K> {
    pub key: K,
    pub total: Option<Points>,
    /// From 1; equal totals share a rank and the next one is left out. `None` without a total (S7.10).
    pub rank: Option<usize>,
    /// n < 20.
    pub few_cases: bool,
}

/// Rows by total, the highest first, then by key; rows without a total at the end. `n` is the row's m + v.
pub fn rank<K: Ord>(rows: impl IntoIterator<Item = (K, Option<Points>, i128)>) -> Vec<Ranked<K>> {
    let mut rows: Vec<Ranked<K>> = rows
        .into_iter()
        .map(|(key, total, n)| Ranked {
            key,
            total,
            rank: None,
            few_cases: n < i128::from(FEW_CASES),
        })
        .collect();
    rows.sort_by(|a, b| b.total.cmp(&a.total).then_with(|| a.key.cmp(&b.key)));
    let totals: Vec<_> = rows.iter().map(|row| row.total).collect();
    for row in &mut rows {
        let before = totals.partition_point(|total| *total > row.total);
        row.rank = row.total.map(|_| before + 1);
    }
    rows
}
