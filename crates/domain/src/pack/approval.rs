//! The duties that an approval's stages are (X26).

use super::model::{
    Approval, Charge, Credit, DueSpec, Duty, HolderRule, Limit, OnRepeat, Proof, Start,
};
use crate::clock::Span;
use crate::name::{Name, Text};

/// A chain that names no time limit is met whenever it is answered: a hundred years.
const UNLIMITED: Span = Span::Days(36_500);

impl Approval {
    /// The posts of a stage, from 1; empty after the last.
    pub fn posts(&self, stage: u32) -> &[Name] {
        let place = usize::try_from(stage)
            .ok()
            .and_then(|stage| stage.checked_sub(1));
        place
            .and_then(|place| self.chain.get(place))
            .map_or(&[], Vec::as_slice)
    }

    /// `NAME/2`, and `NAME/2/POST` where several posts agree in one stage.
    pub fn duty_name(&self, stage: u32, post: &Name) -> Name {
        if self.posts(stage).len() > 1 {
            Name::from(format!("{}/{stage}/{post}", self.name))
        } else {
            Name::from(format!("{}/{stage}", self.name))
        }
    }

    /// Whether a duty is one of its stages'.
    pub fn owns(&self, duty: &Name) -> bool {
        duty.as_str()
            .strip_prefix(self.name.as_str())
            .is_some_and(|rest| rest.starts_with('/'))
    }

    /// One duty for each post of each stage; no step of the pack starts or does them: asking and answering do.
    pub fn duties(&self) -> Vec<Duty> {
        let stages = (1_u32..).zip(&self.chain);
        stages
            .flat_map(|(stage, posts)| posts.iter().map(move |post| (stage, post)))
            .map(|(stage, post)| Duty {
                name: self.duty_name(stage, post),
                title: Text {
                    zh: format!("{}（{post}）", self.title.zh),
                    en: format!("{} ({post})", self.title.en),
                },
                start: Start::Steps(Vec::new()),
                when: None,
                until: Vec::new(),
                due: DueSpec::Within {
                    limit: self.within.clone().unwrap_or(Limit::Fixed(UNLIMITED)),
                    roll: false,
                    until_close: false,
                },
                not_before: None,
                calendar: None,
                on_due: None,
                fair: None,
                pauses: self
                    .on_return
                    .iter()
                    .filter_map(|back| back.pauses.clone())
                    .collect(),
                proof: Proof::Server,
                holder: vec![HolderRule::Post(post.clone()), HolderRule::Unit],
                credit: Credit::default(),
                charge: Charge::default(),
                on_repeat: OnRepeat::default(),
                stands: None,
                late: None,
                safety: false,
            })
            .collect()
    }
}
