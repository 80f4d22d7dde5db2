//! Samples that anybody can repeat (S10.1), and plans that their targets do not see (S10.2).
//!
//! The population is listed and its Merkle root fixed in the journal; then two people type a number; the seed is a hash over both, and the
//! draw follows from the seed alone. There is no randomness here and no arithmetic on hashes, so no bias of a remainder either.
//!
//! To repeat a draw with the tools of any system:
//!
//! 1. leaf = SHA-256(0x00 ‖ id) for each id in the order listed; node = SHA-256(0x01 ‖ left ‖ right) of two neighbours, the last of an odd
//!    level is carried up as it is; what remains is the root.
//! 2. seed = SHA-256 over the UTF-8 text `root␟standard␟unit␟period␟number`: root in lower-case hex, period as `2026-03`, number in
//!    decimal, `␟` one byte 0x1F.
//! 3. key of an id = SHA-256 over the UTF-8 text `seed␟id`, seed in lower-case hex. The sample of n are the n ids with the lowest keys, in
//!    the order of their keys: `printf '%s\x1f%s' "$seed" "$id" | sha256sum`, sorted.

use crate::id::MemberId;
use crate::name::Text;
use crate::period::Window;
use crate::time::Instant;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// What joins the fields of a hashed text.
pub const SEPARATOR: char = '\u{1f}';

/// A SHA-256, shown in lower-case hex.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
    /// Of a text.
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }
    fn leaf(id: &str) -> Self {
        Self(
            Sha256::new()
                .chain_update([0])
                .chain_update(id)
                .finalize()
                .into(),
        )
    }
    fn node(left: &Self, right: &Self) -> Self {
        let hash = Sha256::new().chain_update([1]);
        Self(
            hash.chain_update(left.0)
                .chain_update(right.0)
                .finalize()
                .into(),
        )
    }
}
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
/// 64 lower-case hex digits.
impl FromStr for Digest {
    type Err = SampleError;
    fn from_str(text: &str) -> Result<Self, SampleError> {
        let hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 64 || !text.bytes().all(hex) {
            return Err(SampleError::NotADigest);
        }
        let mut bytes = [0; 32];
        for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
            *byte =
                u8::from_str_radix(&text[at..at + 2], 16).map_err(|_| SampleError::NotADigest)?;
        }
        Ok(Self(bytes))
    }
}
impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SampleError {
    #[error("64 lower-case hex digits are expected")]
    NotADigest,
    #[error("nothing is listed to draw from; list the population first")]
    Empty,
    #[error("`{0}` is listed twice; list each once")]
    ListedTwice(String),
    #[error("`{0}` holds the byte that joins fields; such an id cannot be drawn")]
    Separator(String),
    #[error("two people type the number; the same person did it twice")]
    SamePerson,
    #[error("the two numbers differ; type the number again")]
    NumbersDiffer,
    #[error("the number was typed before the root was fixed; type it again")]
    TooEarly,
    #[error("this sample has been drawn; a further draw needs its reason")]
    Drawn,
}

impl SampleError {
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotADigest => "sample.digest",
            Self::Empty => "sample.empty",
            Self::ListedTwice(_) => "sample.listed-twice",
            Self::Separator(_) => "sample.separator",
            Self::SamePerson => "sample.same-person",
            Self::NumbersDiffer => "sample.numbers-differ",
            Self::TooEarly => "sample.too-early",
            Self::Drawn => "sample.drawn",
        }
    }
    pub fn text(&self) -> Text {
        let zh = match self {
            Self::NotADigest => "应为 64 位小写十六进制数".into(),
            Self::Empty => "没有可抽的对象；请先列出总体".into(),
            Self::ListedTwice(id) => format!("“{id}”列了两次；每项只列一次"),
            Self::Separator(id) => format!("“{id}”含有字段分隔符，不能参加抽样"),
            Self::SamePerson => "抽样数须由两人输入；两次为同一人".into(),
            Self::NumbersDiffer => "两人输入的数不一致；请重新输入".into(),
            Self::TooEarly => "抽样数早于总体根的记录；请重新输入".into(),
            Self::Drawn => "本期已抽样；再次抽样须说明理由".into(),
        };
        Text {
            zh,
            en: self.to_string(),
        }
    }
}

/// The Merkle root of a list, in its order; `None` of an empty one.
pub fn merkle_root<'a>(ids: impl IntoIterator<Item = &'a str>) -> Option<Digest> {
    let mut level: Vec<Digest> = ids.into_iter().map(Digest::leaf).collect();
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => Digest::node(left, right),
                rest => rest[0],
            })
            .collect();
    }
    level.first().copied()
}

/// A population as it was listed, each id once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Population {
    ids: Vec<String>,
    root: Digest,
}

impl Population {
    /// In the order given, which is the order of the tree.
    pub fn listed(ids: impl IntoIterator<Item = String>) -> Result<Self, SampleError> {
        let ids: Vec<String> = ids.into_iter().collect();
        let mut seen = BTreeSet::new();
        for id in &ids {
            if id.contains(SEPARATOR) {
                return Err(SampleError::Separator(id.clone()));
            }
            if !seen.insert(id.as_str()) {
                return Err(SampleError::ListedTwice(id.clone()));
            }
        }
        let root = merkle_root(ids.iter().map(String::as_str)).ok_or(SampleError::Empty)?;
        Ok(Self { ids, root })
    }
    pub fn ids(&self) -> &[String] {
        &self.ids
    }
    pub fn root(&self) -> Digest {
        self.root
    }
    /// The n ids that the seed picks, all of them if there are no more, in the order of the draw.
    pub fn draw(&self, seed: Digest, n: usize) -> Vec<&str> {
        let mut keyed: Vec<(Digest, &str)> = self
            .ids
            .iter()
            .map(|id| (Digest::of(&format!("{seed}{SEPARATOR}{id}")), id.as_str()))
            .collect();
        keyed.sort_unstable();
        keyed.into_iter().take(n).map(|(_, id)| id).collect()
    }
}

/// What a draw is for: one for each standard, unit and period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw<'a> {
    pub standard: &'a str,
    /// The unit's code.
    pub unit: &'a str,
    pub period: Window,
}

impl Draw<'_> {
    /// S10.1: the seed, for a root and the number that two people typed.
    pub fn seed(&self, root: Digest, number: u64) -> Digest {
        let fields = [
            root.to_string(),
            self.standard.to_owned(),
            self.unit.to_owned(),
            self.period.to_string(),
            number.to_string(),
        ];
        Digest::of(&fields.join(&SEPARATOR.to_string()))
    }
}

/// A number that somebody typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Typed {
    pub by: MemberId,
    pub at: Instant,
    pub number: u64,
}

/// The number that two people typed after the root was fixed.
pub fn agreed(first: Typed, second: Typed, root_fixed_at: Instant) -> Result<u64, SampleError> {
    if first.by == second.by {
        Err(SampleError::SamePerson)
    } else if first.at <= root_fixed_at || second.at <= root_fixed_at {
        Err(SampleError::TooEarly)
    } else if first.number != second.number {
        Err(SampleError::NumbersDiffer)
    } else {
        Ok(first.number)
    }
}

/// What a draw is when so many of the same were drawn before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrawEntry<'a> {
    First,
    /// An entry of its own, with its reason.
    Further {
        reason: &'a str,
    },
}

/// S10.1: one draw for each (standard, unit, period); a further one needs its reason.
pub fn may_draw(before: usize, reason: Option<&str>) -> Result<DrawEntry<'_>, SampleError> {
    match (before, reason.map(str::trim)) {
        (0, _) => Ok(DrawEntry::First),
        (_, None | Some("")) => Err(SampleError::Drawn),
        (_, Some(reason)) => Ok(DrawEntry::Further { reason }),
    }
}

/// S10.2: whether a mystery call, an inspection or its plan is hidden from somebody, in lists, search, counts and numbers alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan<'a, T> {
    pub targets: &'a [T],
    pub published: bool,
}

impl<T: PartialEq> Plan<'_, T> {
    pub fn hidden_from(&self, viewer: &T) -> bool {
        !self.published && self.targets.contains(viewer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{RecordId, Uuid};
    use proptest::prelude::*;

    fn homes(n: usize) -> Vec<String> {
        (1..=n).map(|k| format!("home-{k:02}")).collect()
    }

    /// S10.1: vectors computed apart, with another library's SHA-256.
    #[test]
    fn s10_1_roots_agree_with_those_computed_elsewhere() {
        for (n, root) in [
            (
                1,
                "242a21da308ef81fd6d8bd13210b05739e640ec74fde2b39db49a8d055ce4854",
            ),
            (
                2,
                "e0f0b339b344b531fcf18b347a485edf60cf9c5113c6fdf7ac5ddb8d3499dbc0",
            ),
            (
                3,
                "5f5e091e27cd15fe696a8689ce2c7e0a87b9c0ddc1c55a5daac8975ce595cb26",
            ),
            (
                7,
                "ea39baca9fa07eb48668995a36c6aeeb839d0ce6b707e24b686c0d3ae0efdc1a",
            ),
        ] {
            let listed = Population::listed(homes(n)).unwrap();
            assert_eq!(listed.root().to_string(), root, "{n}");
        }
        let owners = ["业主甲", "业主乙", "业主丙"].map(String::from);
        let root = "b748fd0dbd5a90c6b4f9bb7f294edf2826285f48c25f50182546dee62c96aa6e";
        assert_eq!(Population::listed(owners).unwrap().root().to_string(), root);
    }

    /// S10.1: seed and draw, computed apart.
    #[test]
    fn s10_1_a_draw_can_be_repeated_by_anybody() {
        let population = Population::listed(homes(7)).unwrap();
        let draw = Draw {
            standard: "inspection",
            unit: "north",
            period: "2026-03".parse().unwrap(),
        };
        let seed = draw.seed(population.root(), 271_828);
        let expected = "8d501520b56129e8c0b9d57f50dcaa3c768abed39ae09d4cee57467704a8ecd9";
        assert_eq!(seed.to_string(), expected);
        let drawn = population.draw(seed, 3);
        assert_eq!(drawn, ["home-03", "home-02", "home-01"]);
        assert_eq!(population.draw(seed, 99).len(), 7);
        assert_eq!(population.draw(seed, 0), Vec::<&str>::new());
    }

    #[test]
    fn s10_1_a_population_is_listed_once_and_not_empty() {
        assert_eq!(Population::listed([]), Err(SampleError::Empty));
        let twice = Population::listed(["a", "b", "a"].map(String::from));
        assert_eq!(twice, Err(SampleError::ListedTwice("a".into())));
        let joined = Population::listed(["a\u{1f}b".to_owned()]);
        assert!(matches!(joined, Err(SampleError::Separator(_))));
    }

    /// S10.1: two people type the number, after the root was fixed.
    #[test]
    fn s10_1_two_people_type_the_number_after_the_root_is_fixed() {
        let member = |n| MemberId::from(RecordId::from_uuid(Uuid::from_u128(n)));
        let typed = |by, at, number| Typed {
            by: member(by),
            at: Instant::from_micros(at),
            number,
        };
        let agreed = |a, b| agreed(a, b, Instant::from_micros(10));
        assert_eq!(agreed(typed(1, 11, 7), typed(2, 12, 7)), Ok(7));
        assert_eq!(
            agreed(typed(1, 11, 7), typed(1, 12, 7)),
            Err(SampleError::SamePerson)
        );
        assert_eq!(
            agreed(typed(1, 11, 7), typed(2, 12, 8)),
            Err(SampleError::NumbersDiffer)
        );
        assert_eq!(
            agreed(typed(1, 10, 7), typed(2, 12, 7)),
            Err(SampleError::TooEarly)
        );
    }

    /// S10.1: a further draw is a new entry with its reason.
    #[test]
    fn s10_1_a_further_draw_needs_its_reason() {
        assert_eq!(may_draw(0, None), Ok(DrawEntry::First));
        assert_eq!(may_draw(1, None), Err(SampleError::Drawn));
        assert_eq!(may_draw(1, Some("  ")), Err(SampleError::Drawn));
        let further = DrawEntry::Further {
            reason: "two homes were sold",
        };
        assert_eq!(may_draw(2, Some("two homes were sold")), Ok(further));
    }

    /// S10.2
    #[test]
    fn s10_2_a_plan_is_hidden_from_its_targets_until_published() {
        let plan = |published| Plan {
            targets: &["steward"],
            published,
        };
        assert!(plan(false).hidden_from(&"steward"));
        assert!(!plan(false).hidden_from(&"inspector"));
        assert!(!plan(true).hidden_from(&"steward"));
    }

    #[test]
    fn a_digest_reads_as_it_shows() {
        let digest = Digest::of("x");
        assert_eq!(digest.to_string().parse(), Ok(digest));
        let json = serde_json::to_string(&digest).unwrap();
        assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), digest);
        let upper = digest.to_string().to_uppercase();
        assert_eq!(upper.parse::<Digest>(), Err(SampleError::NotADigest));
    }

    proptest! {
        /// S10.1: a larger sample extends a smaller one, and any change of the list changes the root.
        #[test]
        fn s10_1_samples_grow_by_extension(n in 1_usize..40, number: u64) {
            let population = Population::listed(homes(n)).unwrap();
            let draw = Draw { standard: "s", unit: "u", period: "2026-Q1".parse().unwrap() };
            let seed = draw.seed(population.root(), number);
            let all = population.draw(seed, n);
            prop_assert_eq!(&all[..n / 2], &population.draw(seed, n / 2)[..]);
            prop_assert_ne!(population.root(), Population::listed(homes(n + 1)).unwrap().root());
        }
    }
}
