//! Accounts for a demo: one password for everybody, printed, so that each post can be tried at once.

use super::customer::is_party;
use super::manage::{register, spoken};
use super::{called, normal};
use crate::access::{Actor, Came};
use crate::error::Error;
use crate::office::Office;
use domain::access::Privilege;
use domain::id::UnitId;
use domain::name::Text;
use domain::pack::model::Role;
use domain::value::Value;
use store::account::{self, Account};
use store::{Lane, record};

/// What a customer of the demo signs in by.
const CUSTOMER: &str = "customer";

/// Somebody in the demo who may sign in.
#[derive(Clone, Debug)]
pub struct DemoAccount {
    pub login: String,
    pub name: String,
    /// Code of the unit at which he stands.
    pub unit: String,
    /// What he is there.
    pub post: Text,
}

/// Everybody's password, and everybody.
#[derive(Clone, Debug)]
pub struct Demo {
    pub password: String,
    pub accounts: Vec<DemoAccount>,
}

impl Office {
    /// Gives every member of the demo who has a login an account with one password, which he need not change, and a customer likewise.
    ///
    /// # Errors
    /// A database that cannot be written.
    pub fn demo_accounts(&self, actor: &Actor) -> Result<Demo, Error> {
        let permit = self.privilege(actor, Privilege::Accounts, None)?;
        let password = spoken(&self.clock().secret());
        // One text for all: it is one password, and hashing takes time.
        let hash = self.turns().hash(self.clock(), &password)?;
        let library = self.library()?;
        let pack = library.active().ok_or(Error::NotFound)?.pack.clone();
        let members = register(&pack, Role::Member)?.name.clone();
        let customers = pack.kinds.values().find(|kind| is_party(&pack, kind));
        let now = self.clock().now();
        let accounts: Vec<Account> = self.read(|tx| {
            let mut accounts: Vec<Account> = Vec::new();
            record::each_of_kind(tx, None, Some(&members), |record| {
                let login = record.doc.data.get("login").and_then(Value::as_text);
                if let (Some(login), None) = (login, record.closed_at) {
                    let account = Account::of(record.id, record.unit, now);
                    let (login, password) = (Some(normal(login)), Some(hash.clone()));
                    accounts.push(Account {
                        login,
                        password,
                        ..account
                    });
                }
                Ok(())
            })?;
            let mut first: Option<Account> = None;
            if let Some(kind) = customers {
                record::each_of_kind(tx, None, Some(&kind.name), |record| {
                    if first.is_none() && record.closed_at.is_none() {
                        first = Some(Account {
                            is_party: true,
                            login: Some(CUSTOMER.to_owned()),
                            password: Some(hash.clone()),
                            ..Account::of(record.id, record.unit, now)
                        });
                    }
                    Ok(())
                })?;
            }
            accounts.extend(first);
            Ok::<_, store::Error>(accounts)
        })?;
        let written = accounts.clone();
        self.write(&permit, Lane::Interactive, move |tx| {
            written
                .iter()
                .try_for_each(|account| account::put(tx, account))
        })?;
        let shown = accounts.iter().map(|account| self.introduced(account));
        Ok(Demo {
            password,
            accounts: shown.collect::<Result<_, _>>()?,
        })
    }

    /// Where somebody stands first of all, and as what.
    fn introduced(&self, account: &Account) -> Result<DemoAccount, Error> {
        let login = account.login.clone().unwrap_or_default();
        let actor = if account.is_party {
            Actor::party(account.unit, account.id)
        } else {
            Actor::member(account.id.into(), Came::Password)
        };
        let places = self.standings(&actor)?;
        let at = |wanted: UnitId| places.iter().find(|place| place.unit.id == wanted);
        let place = at(account.unit).or(places.first());
        let view = self.view(account.unit)?;
        let pack = &view.rules.pack;
        let record = self.read(|tx| record::get(tx, account.unit, account.id))?;
        let post = place
            .and_then(|place| place.postings.first())
            .and_then(|posting| pack.posts.get(&posting.post))
            .map(|post| post.title.clone())
            .or_else(|| Some(pack.kinds.get(&record.kind)?.title.clone()));
        Ok(DemoAccount {
            name: called(&record).unwrap_or(&login).to_owned(),
            login,
            unit: place
                .map(|place| place.unit.code.clone())
                .unwrap_or_default(),
            post: post.unwrap_or_default(),
        })
    }
}
