//! What members and teams are called, as far as a unit sees them: those of its own and of the units above.

use domain::holder::Holder;
use domain::id::{HolderId, RecordId, UnitId};
use domain::measure::holder_id;
use domain::record::Record;
use std::collections::BTreeMap;

/// Who is registered, by id.
#[derive(Clone, Debug, Default)]
pub struct People(BTreeMap<HolderId, Person>);

/// A member or a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    /// A member's login, a team's code.
    pub login: Option<String>,
}

impl People {
    /// `fields`: where the name stands, and where login or code.
    pub(crate) fn add(&mut self, record: &Record, fields: &[&str; 2]) {
        let text = |field: &str| {
            let text = record.doc.data.get(field)?.as_text()?;
            (!text.is_empty()).then(|| text.to_owned())
        };
        let login = text(fields[1]);
        let name = text(fields[0])
            .or_else(|| login.clone())
            .unwrap_or_else(|| record.number.clone());
        self.0.insert(
            HolderId::from_uuid(record.id.uuid()),
            Person { name, login },
        );
    }

    pub fn get(&self, id: HolderId) -> Option<&Person> {
        self.0.get(&id)
    }

    /// The name, if the unit knows one.
    pub fn name(&self, id: HolderId) -> Option<&str> {
        self.get(id).map(|person| person.name.as_str())
    }

    /// Who holds a duty, by name; a unit and a pool have none here.
    pub fn holder(&self, holder: &Holder, unit: UnitId) -> Option<&str> {
        match holder {
            Holder::Member(_) | Holder::Team(_) => self.name(holder_id(holder, unit)),
            Holder::Pool { .. } | Holder::Unit => None,
        }
    }

    /// A member or team by id, login or code.
    pub fn find(&self, text: &str) -> Option<RecordId> {
        if let Ok(id) = text.parse::<RecordId>() {
            return Some(id);
        }
        self.0
            .iter()
            .find(|(_, person)| person.login.as_deref() == Some(text))
            .map(|(id, _)| RecordId::from_uuid(id.uuid()))
    }
}
