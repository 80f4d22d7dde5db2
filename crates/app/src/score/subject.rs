//! Who a standard scores where nobody is named.

use crate::view::View;
use domain::id::HolderId;
use domain::name::Name;
use domain::pack::standard::Standard;
use domain::period::Window;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Members who worked in the units during the window, in a post that some clause is for.
pub(super) fn members(
    views: &[Arc<View>],
    standard: &Standard,
    window: Window,
) -> BTreeSet<HolderId> {
    let every = standard
        .clauses
        .iter()
        .any(|clause| clause.posts.is_empty());
    let named = |post: &Name| {
        standard
            .clauses
            .iter()
            .any(|clause| clause.posts.contains(post))
    };
    let mut members = BTreeSet::new();
    for view in views {
        let (from, until) = (window.begins(&view.unit.zone), window.ends(&view.unit.zone));
        for posting in &view.roster.postings {
            let then = posting.from < until && posting.until.is_none_or(|end| end > from);
            if then
                && (named(&posting.post)
                    || (every
                        && standard
                            .clauses
                            .iter()
                            .all(|clause| clause.posts.is_empty())))
            {
                members.insert(posting.member.into());
            }
        }
    }
    members
}

/// The teams of the units.
pub(super) fn teams(views: &[Arc<View>]) -> BTreeSet<HolderId> {
    views
        .iter()
        .flat_map(|view| view.roster.teams.iter().map(|team| team.id.into()))
        .collect()
}

/// Posts that a holder had in the units during the window; `None` where it is no member.
pub(super) fn posts(views: &[Arc<View>], holder: HolderId, window: Window) -> Option<Vec<Name>> {
    let mut posts = BTreeSet::new();
    let mut member = false;
    for view in views {
        let (from, until) = (window.begins(&view.unit.zone), window.ends(&view.unit.zone));
        for posting in view
            .roster
            .postings
            .iter()
            .filter(|posting| HolderId::from(posting.member) == holder)
        {
            member = true;
            if posting.from < until && posting.until.is_none_or(|end| end > from) {
                posts.insert(posting.post.clone());
            }
        }
    }
    member.then(|| posts.into_iter().collect())
}
