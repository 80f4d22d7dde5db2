//! Commands with private values, made ready for the writer.

use crate::access::Actor;
use crate::attachment::named_in;
use crate::desk::Asked;
use crate::error::Error;
use crate::import::plan::{Filled, ImportItem};
use crate::keys::{Keys, KeysError, Opened};
use crate::office::Office;
use crate::view::View;
use domain::access::{Privilege, own_work};
use domain::id::{RecordId, UnitId};
use domain::name::Name;
use domain::pack::model::{Keep, Kind, Sensitive};
use domain::privacy;
use domain::record::form::unsealed_fault;
use domain::record::refusal::Code;
use domain::record::{BuiltIn, Command, Refusal, Tokens};
use domain::value::{Data, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{Lane, record};

impl Office {
    /// Seals what a command fills in.
    ///
    /// # Errors
    /// `Refused`: a value that its field does not take, no key store.
    pub(crate) fn seal(
        &self,
        view: &View,
        asked: &Asked,
        command: &mut Command,
    ) -> Result<(), Error> {
        let corrects = matches!(command.built_in, Some(BuiltIn::Correct { .. }));
        if !corrects && !view.rules.is_private(&command.data) {
            return Ok(());
        }
        let kinds = &view.rules.pack.kinds;
        match asked {
            Asked::Open { kind, id, .. } => match kinds.get(kind) {
                Some(kind) => {
                    self.seal_form(view, kind, *id, &BTreeMap::new(), &Data::new(), command)
                }
                None => Ok(()),
            },
            Asked::Step(id) => {
                let record = self.read(|tx| record::get(tx, view.unit.id, *id))?;
                match kinds.get(&record.kind) {
                    Some(kind) => self.seal_form(
                        view,
                        kind,
                        *id,
                        &record.doc.links,
                        &record.doc.data,
                        command,
                    ),
                    None => Ok(()),
                }
            }
        }
    }

    fn seal_form(
        &self,
        view: &View,
        kind: &Kind,
        id: RecordId,
        links: &BTreeMap<Name, RecordId>,
        have: &Data,
        command: &mut Command,
    ) -> Result<(), Error> {
        let mut faults = Vec::new();
        let mut filled: Vec<(&Name, &Sensitive, &mut Value)> = Vec::new();
        for (name, value) in &mut command.data {
            if let Some((field, sensitive)) = private(kind, name) {
                faults.extend(unsealed_fault(field, value));
                filled.push((&field.name, sensitive, value));
            }
        }
        if let Some(BuiltIn::Correct {
            field: name, new, ..
        }) = &mut command.built_in
            && let Some((field, sensitive)) = private(kind, name)
        {
            faults.extend(unsealed_fault(field, new));
            filled.push((&field.name, sensitive, new));
        }
        if !faults.is_empty() {
            return Err(Error::Refused(faults));
        }
        let Some((first, ..)) = filled.first() else {
            return Ok(());
        };
        let Some(keys) = self.keys() else {
            return Err(Refusal::at(Code::KeysMissing, first).into());
        };
        let persons = &view.rules.persons;
        let mut owns: Vec<(Keep, i64)> = Vec::new();
        let mut tokens = Tokens::default();
        for (field, sensitive, value) in filled {
            if let Some(Value::Sealed(old)) = have.get(field)
                && let Opened::Value(old) = keys.open_value(old)?
            {
                tokens.drop.extend(tokens_of(
                    keys,
                    view.unit.id,
                    &kind.name,
                    field,
                    sensitive,
                    &old,
                ));
            }
            if value.is_null() {
                continue;
            }
            let person = match &sensitive.of {
                Some(of) => command.links.get(of).or_else(|| links.get(of)).copied(),
                None => None,
            };
            let person = person.or_else(|| persons.contains(&kind.name).then_some(id));
            let person = match person {
                Some(person) => Some(self.person_key(keys, view.unit.id, person)?),
                None => None,
            };
            tokens.add.extend(tokens_of(
                keys,
                view.unit.id,
                &kind.name,
                field,
                sensitive,
                value,
            ));
            let files = named_in(value).into_iter();
            tokens.files.extend(files.map(|file| (field.clone(), file)));
            let own = own_key(keys, &mut owns, &sensitive.keep)?;
            *value = Value::Sealed(keys.seal(own, person, value)?);
        }
        // What the old value and the new share stays.
        tokens.drop.retain(|token| !tokens.add.contains(token));
        command.tokens = tokens;
        Ok(())
    }

    /// The key that seals what is new of a person, made if there is none.
    fn person_key(&self, keys: &Keys, unit: UnitId, person: RecordId) -> Result<i64, Error> {
        if let Some(known) = self.known_person(unit, person) {
            return Ok(known);
        }
        let stored = self.read(|tx| store::privacy::person_key(tx, unit, person))?;
        let key = match stored {
            Some(key) => key,
            None => {
                let (key, at) = (keys.make()?, self.clock().now());
                self.write(&own_work(), Lane::Interactive, move |tx| {
                    store::privacy::claim_person_key(tx, unit, person, key, at)
                })?
            }
        };
        self.know_person(unit, person, key);
        Ok(key)
    }

    /// Gives everybody who has a key another one for what is new; how many they are. What was sealed before keeps its key.
    ///
    /// # Errors
    /// `Denied`; no key store.
    pub fn renew_person_keys(&self, actor: &Actor) -> Result<u64, Error> {
        let _ = self.privilege(actor, Privilege::Accounts, None)?;
        let keys = self.keys().ok_or(KeysError::MasterMissing)?;
        let (mut renewed, at) = (0, self.clock().now());
        for unit in self.units()? {
            let unit = unit.id;
            let persons = self.read(|tx| store::privacy::persons(tx, unit))?;
            for some in persons.chunks(200) {
                let fresh: Vec<(RecordId, i64)> = some
                    .iter()
                    .map(|person| Ok((*person, keys.make()?)))
                    .collect::<Result<_, KeysError>>()?;
                renewed += fresh.len() as u64;
                self.write(&own_work(), Lane::Bulk, move |tx| {
                    fresh.iter().try_for_each(|(person, key)| {
                        store::privacy::add_person_key(tx, unit, *person, *key, at)
                    })
                })?;
            }
        }
        self.forget_persons();
        Ok(renewed)
    }

    /// Whether a request that was made before under the same key said the same: what is sealed twice is not the same text.
    pub(crate) fn same_sealed(&self, stored: &Data, asked: &Data) -> Result<bool, Error> {
        let Some(keys) = self.keys() else {
            return Ok(true);
        };
        for (name, value) in asked {
            if let (Value::Sealed(new), Some(Value::Sealed(old))) = (value, stored.get(name))
                && new != old
                && keys.open_value(new)? != keys.open_value(old)?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Items, and of each the tokens of its opening, then of each step; none where nothing is private.
pub(crate) type SealedItems = (Arc<Vec<ImportItem>>, Vec<Vec<Tokens>>);

/// Imported items with their private values sealed; of each item the tokens of its opening, then of each step. Whom a value tells of is known
/// only once links are looked up, so it has the key of its own record alone; erasing a person goes through the links.
pub(crate) fn seal_items(
    office: &Office,
    unit: UnitId,
    items: &Arc<Vec<ImportItem>>,
) -> Result<SealedItems, Error> {
    let view = office.view(unit)?;
    let has_private = |item: &ImportItem| {
        let steps = item.steps.iter().map(|step| &step.data);
        std::iter::once(&item.opening.data)
            .chain(steps)
            .any(|data| view.rules.is_any_private(data.keys()))
    };
    if !items.iter().any(has_private) {
        return Ok((items.clone(), Vec::new()));
    }
    let mut sealed = Vec::clone(items);
    let tokens = sealed
        .iter_mut()
        .map(|item| seal_item(office, &view, unit, item))
        .collect::<Result<_, _>>()?;
    Ok((Arc::new(sealed), tokens))
}

fn seal_item(
    office: &Office,
    view: &View,
    unit: UnitId,
    item: &mut ImportItem,
) -> Result<Vec<Tokens>, Error> {
    let mut all = vec![Tokens::default(); item.steps.len() + 1];
    let Some(kind) = view.rules.pack.kinds.get(&item.kind) else {
        return Ok(all);
    };
    let mut owns = Vec::new();
    let steps = item.steps.iter_mut().map(|step| &mut step.data);
    for (data, tokens) in std::iter::once(&mut item.opening.data)
        .chain(steps)
        .zip(&mut all)
    {
        for (name, filled) in data {
            let (Some((field, sensitive)), Filled::Value(value)) = (private(kind, name), filled)
            else {
                continue;
            };
            // What no such field holds is refused at the desk, unsealed.
            if value.is_null() || unsealed_fault(field, value).is_some() {
                continue;
            }
            let Some(keys) = office.keys() else {
                return Err(Refusal::at(Code::KeysMissing, name).into());
            };
            tokens
                .add
                .extend(tokens_of(keys, unit, &kind.name, name, sensitive, value));
            let files = named_in(value).into_iter();
            tokens.files.extend(files.map(|file| (name.clone(), file)));
            let own = own_key(keys, &mut owns, &sensitive.keep)?;
            *value = Value::Sealed(keys.seal(own, None, value)?);
        }
    }
    Ok(all)
}

/// The fields of two forms are the same, as far as somebody without a key can say.
pub(crate) fn same_apart_from_sealed(one: &Data, other: &Data) -> bool {
    let same = |((name, value), (other_name, other)): ((&Name, &Value), (&Name, &Value))| {
        name == other_name
            && (value == other || matches!((value, other), (Value::Sealed(_), Value::Sealed(_))))
    };
    one.len() == other.len() && one.iter().zip(other).all(same)
}

fn private<'k>(
    kind: &'k Kind,
    name: &Name,
) -> Option<(&'k domain::pack::model::Field, &'k Sensitive)> {
    let field = kind.field(name.as_str())?;
    Some((field, field.sensitive.as_ref()?))
}

/// One key for all values of a form that are kept equally long.
fn own_key(keys: &Keys, owns: &mut Vec<(Keep, i64)>, keep: &Keep) -> Result<i64, KeysError> {
    if let Some((_, key)) = owns.iter().find(|(known, _)| known == keep) {
        return Ok(*key);
    }
    let key = keys.make()?;
    owns.push((keep.clone(), key));
    Ok(key)
}

/// What a record's private values are found by in a unit that it comes to from another. Without keys nothing is found.
pub(crate) fn tokens_in(
    office: &Office,
    unit: UnitId,
    kind: &Kind,
    data: &Data,
) -> Result<Tokens, Error> {
    let mut tokens = Tokens::default();
    let Some(keys) = office.keys() else {
        return Ok(tokens);
    };
    for (field, sensitive) in privacy::private(kind) {
        if let Some(Value::Sealed(sealed)) = data.get(&field.name)
            && let Opened::Value(value) = keys.open_value(sealed)?
        {
            let (kind, field) = (&kind.name, &field.name);
            let found = tokens_of(keys, unit, kind, field, sensitive, &value);
            tokens.add.extend(found);
        }
    }
    Ok(tokens)
}

pub(super) fn tokens_of(
    keys: &Keys,
    unit: UnitId,
    kind: &Name,
    field: &Name,
    sensitive: &Sensitive,
    value: &Value,
) -> Vec<domain::record::Token> {
    privacy::terms(sensitive.search, value)
        .iter()
        .map(|term| keys.token(unit, kind, field, term))
        .collect()
}
