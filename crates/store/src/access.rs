//! What somebody sees, as a condition on rows of records: the policy of `domain::access` turned into a `where`.

use crate::Owned;
use crate::query::Query;
use domain::access::Scope;
use domain::name::Name;

/// Adds the condition. The scope of nobody leaves no row.
pub(crate) fn within(query: &mut Query, scope: &Scope) {
    if scope.all {
        return;
    }
    let mut parts = Vec::new();
    if !scope.kinds.is_empty() {
        parts.push(is_of(query, scope.kinds.iter()));
    }
    for (kind, grids) in &scope.grids {
        let kind = query.place(Owned::Text(kind.to_string()));
        let grids = listed(query, grids.iter());
        parts.push(format!(
            "(kind = {kind} and exists (select 1 from place p where p.unit_id = record.unit_id and p.id = record.place and p.grid in ({grids})))"
        ));
    }
    if let Some(own) = &scope.own {
        let member = query.place(Owned::Id(own.member.uuid()));
        let holders: Vec<String> = own
            .holders()
            .map(|holder| query.place(Owned::Id(holder.uuid())))
            .collect();
        let holders = holders.join(", ");
        let mut mine = vec![
            format!("assignee = {member}"),
            format!("holder in ({holders})"),
            format!("team in ({holders})"),
            format!(
                "exists (select 1 from entry e where e.unit_id = record.unit_id and e.record_id = record.id and e.seq = 1 and e.by = {member})"
            ),
        ];
        if !own.members.is_empty() {
            let kinds = is_of(query, own.members.iter());
            mine.push(format!("({kinds} and id = {member})"));
        }
        if !own.about.is_empty() {
            let kinds = is_of(query, own.about.iter());
            mine.push(format!(
                "({kinds} and exists (select 1 from link l where l.unit_id = record.unit_id and l.to_id = {member} and l.name = 'member' and l.from_id = record.id))"
            ));
        }
        let kinds = is_of(query, own.kinds.iter());
        parts.push(format!("({kinds} and ({}))", mine.join(" or ")));
    }
    if let Some((party, links)) = &scope.party {
        let id = query.place(Owned::Id(party.uuid()));
        parts.push(format!("id = {id}"));
        for (kind, link) in links {
            let kind = query.place(Owned::Text(kind.to_string()));
            let link = query.place(Owned::Text(link.to_string()));
            parts.push(format!(
                "(kind = {kind} and exists (select 1 from link l where l.unit_id = record.unit_id and l.to_id = {id} and l.name = {link} and l.from_id = record.id))"
            ));
        }
    }
    for (kind, states) in &scope.published {
        let kind = query.place(Owned::Text(kind.to_string()));
        let states = listed(query, states.iter());
        parts.push(format!("(kind = {kind} and state in ({states}))"));
    }
    if parts.is_empty() {
        parts.push("1 = 0".to_owned());
    }
    query
        .sql
        .push_str(&format!(" and ({})", parts.join(" or ")));
}

fn is_of<'n>(query: &mut Query, kinds: impl Iterator<Item = &'n Name>) -> String {
    format!("kind in ({})", listed(query, kinds))
}

fn listed<'n>(query: &mut Query, names: impl Iterator<Item = &'n Name>) -> String {
    let places: Vec<String> = names
        .map(|name| query.place(Owned::Text(name.to_string())))
        .collect();
    places.join(", ")
}
