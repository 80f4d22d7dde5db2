//! The duties that an approval's stages are (X26).

use super::model::{
    Approval, Charge, Credit, DueSpec, Duty, HolderRule, Limit, OnRepeat, Proof, Start, Then, Until,
};
use crate::clock::Span;
use crate::name::{Name, Text};
use std::collections::BTreeMap;

/// A chain that names no time limit is met whenever it is answered: a hundred years.
const UNLIMITED: Span = Span::Days(36_500);

/// The last part of the name of the duty to tell the applicant.
pub(super) const ANSWER: &str = "answer";

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

    /// `NAME/answer`: the applicant is told.
    pub fn answer_name(&self) -> Name {
        Name::from(format!("{}/{ANSWER}", self.name))
    }

    /// Whether a duty is one of its stages'.
    pub fn owns(&self, duty: &Name) -> bool {
        duty.as_str()
            .strip_prefix(self.name.as_str())
            .and_then(|rest| rest.strip_prefix('/'))
            .is_some_and(|rest| rest != ANSWER)
    }

    /// One duty for each post of each stage, which no step of the pack starts or does: asking and answering do; and the one to tell the
    /// applicant. A stage is called by the title of its post; a post without one by its name.
    pub fn duties(&self, titles: &BTreeMap<Name, Text>) -> Vec<Duty> {
        let stages = (1_u32..).zip(&self.chain);
        let limit = self.within.clone().unwrap_or(Limit::Fixed(UNLIMITED));
        let mut duties: Vec<Duty> = stages
            .flat_map(|(stage, posts)| posts.iter().map(move |post| (stage, post)))
            .map(|(stage, post)| {
                let named = || Text::both(post.as_str(), post.as_str());
                let post_title = titles.get(post).cloned().unwrap_or_else(named);
                let title = Text {
                    zh: format!("{}（{}）", self.title.zh, post_title.zh),
                    en: format!("{} ({})", self.title.en, post_title.en),
                };
                Duty {
                    pauses: self
                        .on_return
                        .iter()
                        .filter_map(|back| back.pauses.clone())
                        .collect(),
                    holder: vec![HolderRule::Post(post.clone()), HolderRule::Unit],
                    ..plain(self.duty_name(stage, post), title, limit.clone())
                }
            })
            .collect();
        if let Some(answer) = &self.answer {
            let title = Text {
                zh: format!("{}答复", self.title.zh),
                en: format!("{}: answer", self.title.en),
            };
            duties.push(Duty {
                start: Start::Steps(vec![self.then.clone()]),
                until: vec![Until {
                    step: answer.step.clone(),
                    times: 1,
                    distinct: None,
                    when: None,
                    then: Then::Done,
                }],
                holder: answer.holder.clone(),
                ..plain(self.answer_name(), title, answer.until.clone())
            });
        }
        duties
    }
}

fn plain(name: Name, title: Text, limit: Limit) -> Duty {
    Duty {
        name,
        title,
        start: Start::Steps(Vec::new()),
        when: None,
        until: Vec::new(),
        due: DueSpec::Within {
            limit,
            roll: false,
            until_close: false,
        },
        not_before: None,
        calendar: None,
        on_due: None,
        fair: None,
        pauses: Vec::new(),
        proof: Proof::Server,
        holder: Vec::new(),
        credit: Credit::default(),
        charge: Charge::default(),
        on_repeat: OnRepeat::default(),
        stands: None,
        late: None,
        remind: None,
        safety: false,
    }
}
