//! Who a standard scores where nobody is named.

use crate::error::Error;
use crate::office::Office;
use crate::view::View;
use domain::id::{HolderId, UnitId};
use domain::name::Name;
use domain::pack::standard::Standard;
use domain::period::Window;
use domain::unit::Unit;
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

/// The unit in which a member worked during the window, where it is one: a posting is seen from its unit and those below, so that is the
/// highest unit that sees one. `None` where he worked in several, or is no member.
pub(super) fn home(
    office: &Office,
    units: &[Unit],
    holder: HolderId,
    window: Window,
) -> Result<Option<UnitId>, Error> {
    let mut seen: Vec<&Unit> = Vec::new();
    for unit in units {
        let view = office.reload_if_outdated(unit.id)?;
        let known = posts(&[view], holder, window).is_some_and(|posts| !posts.is_empty());
        let below_one = unit
            .parent
            .is_some_and(|parent| seen.iter().any(|above| above.id == parent));
        if known {
            seen.push(unit);
            if !below_one && seen.len() > 1 {
                return Ok(None);
            }
        }
    }
    Ok(seen.first().map(|unit| unit.id))
}
