//! Chance, the same every time: every story draws from a stream of its own, which follows from the seed and the story's name, so that a flow
//! that is changed leaves the others as they were. Whole numbers alone, so that every machine draws alike.

use rand_core::{Rng as _, SeedableRng as _};
use rand_xorshift::XorShiftRng;
use sha2::{Digest, Sha256};

/// How careful somebody is, from 1 (careless) to 5; 3 is as everybody.
pub(super) type Care = u8;

/// A stream of draws.
pub(super) struct Draw(XorShiftRng);

impl Draw {
    /// The stream of a name under a seed.
    pub(super) fn of(seed: u64, name: &[&str]) -> Self {
        let mut sha = Sha256::new();
        sha.update(seed.to_be_bytes());
        for part in name {
            sha.update(part.as_bytes());
            sha.update([0]);
        }
        let digest = sha.finalize();
        let mut start = [0; 16];
        start.copy_from_slice(&digest[..16]);
        Self(XorShiftRng::from_seed(start))
    }

    /// A number below `count`; 0 of nothing.
    pub(super) fn below(&mut self, count: u64) -> u64 {
        let wide = u128::from(self.0.next_u64()) * u128::from(count);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// Whether something happens that happens `parts` times in a million.
    pub(super) fn millionths(&mut self, parts: u64) -> bool {
        self.below(1_000_000) < parts
    }

    /// One of several.
    pub(super) fn one<'t, T>(&mut self, of: &'t [T]) -> Option<&'t T> {
        let count = u64::try_from(of.len()).unwrap_or(0);
        of.get(usize::try_from(self.below(count)).ok()?)
    }

    /// A duration in microseconds between quantiles that lie equally likely apart; whoever is careful takes the shorter of several draws,
    /// whoever is careless the longer.
    pub(super) fn between(&mut self, quantiles: &[i64], care: Care) -> i64 {
        let [first, .., _] = quantiles else {
            return quantiles.first().copied().unwrap_or(0);
        };
        let gaps = u64::try_from(quantiles.len() - 1).unwrap_or(1);
        let unit = 1 << 20;
        let draws = (0..=care.abs_diff(3)).map(|_| self.below(gaps * unit));
        let drawn = if care > 3 { draws.min() } else { draws.max() }.unwrap_or(0);
        let gap = usize::try_from(drawn / unit).unwrap_or(0);
        let (low, high) = match quantiles.get(gap..gap + 2) {
            Some([low, high]) => (*low, *high),
            _ => (*first, *first),
        };
        let share = i128::from(drawn % unit);
        let along = i128::from(high - low) * share / i128::from(unit);
        low + i64::try_from(along).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_follows_from_seed_and_name_alone() {
        let some = |seed, name: &[&str]| {
            let mut draw = Draw::of(seed, name);
            (0..4).map(|_| draw.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(some(1, &["a", "b"]), some(1, &["a", "b"]));
        assert_ne!(some(1, &["a", "b"]), some(2, &["a", "b"]));
        assert_ne!(some(1, &["a", "b"]), some(1, &["ab"]));
    }

    #[test]
    fn draws_lie_between_their_quantiles_and_the_careful_are_quicker() {
        let quantiles = [60, 120, 600, 3600];
        let mean = |care| {
            let mut draw = Draw::of(7, &["mean"]);
            let all: Vec<i64> = (0..2000).map(|_| draw.between(&quantiles, care)).collect();
            assert!(all.iter().all(|it| (60..=3600).contains(it)));
            all.iter().sum::<i64>() / 2000
        };
        let means: Vec<i64> = (1..=5).map(mean).collect();
        assert!(means.is_sorted_by(|slow, quick| slow > quick), "{means:?}");
        // The mean of the middles of the three gaps: 90, 360 and 2,100 seconds.
        assert!((800..900).contains(&means[2]), "{means:?}");
    }

    #[test]
    fn one_duration_is_that_duration() {
        assert_eq!(Draw::of(1, &[]).between(&[42], 1), 42);
        assert_eq!(Draw::of(1, &[]).between(&[], 1), 0);
        assert_eq!(Draw::of(1, &[]).one::<u8>(&[]), None);
    }
}
