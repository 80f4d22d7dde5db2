//! On how many days of the window a member was there (S7.10).

use crate::view::View;
use domain::id::MemberId;
use domain::period::Window;
use domain::scorecard::Present;
use std::sync::Arc;

/// A day counts if he had a posting at noon and was not on leave then. Days that are still to come count as if he will be there.
pub(super) fn present(
    views: &[Arc<View>],
    member: MemberId,
    window: Window,
    as_of: domain::time::Instant,
) -> Present {
    let of = window.days();
    let mut days = 0;
    for day in (0..of).map(|n| window.first().plus_days(n)) {
        let there = views.iter().any(|view| {
            let noon = view.unit.zone.at_minute(day, 12 * 60);
            noon > as_of
                || (view.roster.is_member(member, noon)
                    && view.roster.leave(member, noon).is_none())
        });
        days += i64::from(there);
    }
    Present::Days { present: days, of }
}
