//! Keeping the accounts of others: adding members, resetting, disabling; the first administrator; invitations of customers.

use super::session::{Presented, SignedIn, current, held};
use super::{AccountError, digest, normal, ones_own, password};
use crate::access::{Actor, Came};
use crate::error::Error;
use crate::office::Office;
use domain::access::{Permit, Privilege};
use domain::id::{MemberId, RecordId, UnitId};
use domain::name::Name;
use domain::pack::model::{Kind, Pack, Role};
use domain::record::By;
use domain::value::Value;
use store::Lane;
use store::account::{self, Account, Code, SignIn};

/// How long a set-up code holds.
const SET_UP: i64 = 24 * 3_600_000_000;

/// Somebody who begins to work here.
#[derive(Clone, Debug)]
pub struct NewMember {
    pub unit: UnitId,
    pub login: String,
    pub name: String,
    pub post: Name,
    pub grid: Option<String>,
    pub team: Option<String>,
}

/// The first administrator.
#[derive(Clone, Debug)]
pub struct SetUp {
    pub code: String,
    pub login: String,
    pub name: String,
    pub password: String,
}

/// An account as its keeper sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub id: RecordId,
    pub login: Option<String>,
    pub disabled: bool,
    pub second_factor: bool,
}

pub(super) fn register(pack: &Pack, role: Role) -> Result<&Kind, Error> {
    let kind = pack.kinds.values().find(|kind| kind.role == Some(role));
    kind.ok_or_else(|| {
        Error::Usage(format!(
            "规则包没有登记 {role:?} 的单据类型 (the pack has no register of {role:?})"
        ))
    })
}

/// A password that a person can type: four groups of four letters and digits that are not mistaken for one another.
pub(super) fn spoken(secret: &str) -> String {
    const SIGNS: &[u8; 16] = b"abcdefghkmnprstw";
    let signs: Vec<char> = secret
        .bytes()
        .take(16)
        .map(|sign| {
            let value = char::from(sign).to_digit(16).unwrap_or(0);
            char::from(SIGNS[value as usize])
        })
        .collect();
    let groups: Vec<String> = signs
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    groups.join("-")
}

impl Office {
    /// Registers a member, posts him and gives him an account; the password to hand to him, which he must change.
    ///
    /// # Errors
    /// `Denied`, `Refused`, `LoginTaken`.
    pub fn add_member(&self, actor: &Actor, new: NewMember) -> Result<(RecordId, String), Error> {
        let permit = self.privilege(actor, Privilege::Accounts, Some(new.unit))?;
        let given = spoken(&self.clock().secret());
        let id = self.take_on(actor, &new)?;
        self.give_account(&permit, id, new.unit, &new.login, &given, true)?;
        Ok((id, given))
    }

    /// Writes the member and his posting, in one transaction.
    pub(super) fn take_on(&self, actor: &Actor, new: &NewMember) -> Result<RecordId, Error> {
        let login = normal(&new.login);
        if self.read(|tx| account::by_login(tx, &login))?.is_some() {
            return Err(AccountError::LoginTaken.into());
        }
        let view = self.reload_if_outdated(new.unit)?;
        let pack = &view.rules.pack;
        if !pack.posts.contains_key(&new.post) {
            let known: Vec<&str> = pack.posts.keys().map(Name::as_str).collect();
            return Err(Error::Usage(format!(
                "没有岗位“{}”；有：{} (no such post)",
                new.post,
                known.join(", ")
            )));
        }
        let (member, posting) = (
            register(pack, Role::Member)?.name.clone(),
            register(pack, Role::Posting)?.name.clone(),
        );
        let today = view.unit.zone.day_of(self.clock().now());
        let (actor_of, new) = (actor.clone(), new.clone());
        self.at(actor, new.unit, Lane::Interactive, move |desk| {
            let open = |fields: &[(&str, Option<&str>)]| {
                let mut command = actor_of.command("open");
                for (name, value) in fields {
                    if let Some(value) = value {
                        command.data.insert(Name::from(*name), Value::from(*value));
                    }
                }
                command
            };
            let registered = open(&[("name", Some(&new.name)), ("login", Some(&login))]);
            let id = desk.open(&member, None, &registered)?.record.id;
            let from = today.to_string();
            let mut posted = open(&[
                ("post", Some(new.post.as_str())),
                ("from", Some(&from)),
                ("grid", new.grid.as_deref()),
                ("team", new.team.as_deref()),
            ]);
            posted.links.insert("member".into(), id);
            desk.open(&posting, None, &posted)?;
            Ok(id)
        })
    }

    fn give_account(
        &self,
        permit: &Permit,
        id: RecordId,
        unit: UnitId,
        login: &str,
        given: &str,
        must_change: bool,
    ) -> Result<(), Error> {
        let hash = self.turns().hash(self.clock(), given)?;
        let account = Account {
            login: Some(normal(login)),
            password: Some(hash),
            must_change,
            ..Account::of(id, unit, self.clock().now())
        };
        let written = self.write(permit, Lane::Interactive, move |tx| {
            account::put(tx, &account)
        });
        match written {
            Err(store::Error::Conflict(_)) => Err(AccountError::LoginTaken.into()),
            written => Ok(written?),
        }
    }

    /// Leave to keep somebody's account: at the unit that registers him and wherever he has a posting of his own.
    fn keeper(&self, actor: &Actor, account: &Account) -> Result<Permit, Error> {
        let permit = self.privilege(actor, Privilege::Accounts, Some(account.unit))?;
        let holder = Actor::member(account.id.into(), Came::Password);
        for unit in self.units_of(&holder)? {
            let _ = self.privilege(actor, Privilege::Accounts, Some(unit.id))?;
        }
        Ok(permit)
    }

    fn account_of(&self, login: &str) -> Result<Account, Error> {
        let found = self.read(|tx| account::by_login(tx, &normal(login)))?;
        found.ok_or(Error::NotFound)
    }

    /// Gives a member a new password to hand to him, which he must change; his sessions and tokens end, and his second factor with them. At an
    /// OpenID provider he is found by his login again. Whoever was registered with a login and no account has one from now on.
    ///
    /// # Errors
    /// `Denied`, `NotFound`; `LoginTaken` if two are registered with it.
    pub fn reset_password(&self, actor: &Actor, login: &str) -> Result<String, Error> {
        let account = match self.account_of(login) {
            Err(Error::NotFound) => return self.first_password(actor, login),
            found => found?,
        };
        let permit = self.keeper(actor, &account)?;
        let given = spoken(&self.clock().secret());
        let hash = self.turns().hash(self.clock(), &given)?;
        let line = self.line(Some(account.id), "password-reset", &by(actor));
        self.write(&permit, Lane::Interactive, move |tx| {
            account::note(tx, &line)?;
            let known = held(tx, account.id)?;
            account::put(
                tx,
                &Account {
                    password: Some(hash),
                    must_change: true,
                    totp: None,
                    totp_step: None,
                    subject: None,
                    ..known
                },
            )?;
            account::forget_devices(tx, account.id)?;
            Ok::<_, Error>(account::end_sessions(tx, account.id, None)?)
        })?;
        Ok(given)
    }

    /// An account for a member who was registered without one.
    fn first_password(&self, actor: &Actor, login: &str) -> Result<String, Error> {
        let login = normal(login);
        let library = self.library()?;
        let active = library.active().ok_or(Error::NotFound)?;
        let members = register(&active.pack, Role::Member)?.name.clone();
        let mut found = Vec::new();
        self.read(|tx| {
            store::record::each_of_kind(tx, None, Some(&members), |record| {
                let of_his = record.doc.data.get("login").and_then(Value::as_text);
                if of_his.is_some_and(|his| normal(his) == login)
                    && record.closed_at.is_none()
                    && !record.doc.void
                {
                    found.push((record.id, record.unit));
                }
                Ok(())
            })
        })?;
        let (id, unit) = match found.as_slice() {
            [one] => *one,
            [] => return Err(Error::NotFound),
            _ => return Err(AccountError::LoginTaken.into()),
        };
        // One who has an account under another login keeps it as it is.
        if self.read(|tx| account::get(tx, id))?.is_some() {
            return Err(Error::NotFound);
        }
        let permit = self.keeper(actor, &Account::of(id, unit, self.clock().now()))?;
        let given = spoken(&self.clock().secret());
        self.give_account(&permit, id, unit, &login, &given, true)?;
        Ok(given)
    }

    /// Lets a member in no more, or again; his sessions and tokens end at once.
    ///
    /// # Errors
    /// `Denied`, `NotFound`.
    pub fn disable(&self, actor: &Actor, login: &str, disabled: bool) -> Result<(), Error> {
        let account = self.account_of(login)?;
        let permit = self.keeper(actor, &account)?;
        let at = disabled.then(|| self.clock().now());
        let what = if disabled { "disabled" } else { "enabled" };
        let line = self.line(Some(account.id), what, &by(actor));
        self.write(&permit, Lane::Interactive, move |tx| {
            account::note(tx, &line)?;
            let known = held(tx, account.id)?;
            account::put(
                tx,
                &Account {
                    disabled_at: at,
                    ..known
                },
            )?;
            Ok::<_, Error>(account::end_sessions(tx, account.id, None)?)
        })
    }

    /// A member in whose name the operator of the machine acts there; that he does is written down with the member's sign-ins first.
    ///
    /// # Errors
    /// A database that cannot be written.
    pub fn at_machine(&self, operator: &str, member: MemberId) -> Result<Actor, Error> {
        let source = Presented {
            source: operator.to_owned(),
            ..Presented::default()
        };
        let line = self.line(Some(member.into()), Came::AtMachine.as_str(), &source);
        self.write(&ones_own(), Lane::Interactive, move |tx| {
            Ok::<_, Error>(account::note(tx, &line)?)
        })?;
        Ok(Actor::member(member, Came::AtMachine))
    }

    /// When somebody signed in with an account or failed to, changed its password or second factor, or acted in its member's name: the latest first, so many.
    ///
    /// # Errors
    /// `Denied`, `NotFound`.
    pub fn sign_ins(&self, actor: &Actor, login: &str, limit: i64) -> Result<Vec<SignIn>, Error> {
        let account = self.account_of(login)?;
        self.keeper(actor, &account)?;
        Ok(self.read(|tx| account::notes(tx, account.id, limit))?)
    }

    /// The accounts of members registered where the actor keeps accounts.
    ///
    /// # Errors
    /// `Denied`.
    pub fn accounts(&self, actor: &Actor) -> Result<Vec<Listed>, Error> {
        let mut kept = std::collections::HashSet::new();
        for unit in self.units_of(actor)? {
            if self
                .privilege(actor, Privilege::Accounts, Some(unit.id))
                .is_ok()
            {
                kept.insert(unit.id);
            }
        }
        if kept.is_empty() {
            let _ = self.privilege(actor, Privilege::Accounts, None)?;
        }
        let all = self.read(account::of_members)?;
        let shown = all
            .into_iter()
            .filter(|account| kept.contains(&account.unit));
        Ok(shown
            .map(|account| Listed {
                id: account.id,
                login: account.login,
                disabled: account.disabled_at.is_some(),
                second_factor: account.totp.is_some(),
            })
            .collect())
    }

    /// A code with which the first administrator sets himself up; `None` once there is an account. A new one takes the place of the last.
    ///
    /// # Errors
    /// A database that cannot be written.
    pub fn set_up_code(&self) -> Result<Option<String>, Error> {
        if self.read(account::is_any)? {
            return Ok(None);
        }
        let code = spoken(&self.clock().secret());
        let kept = Code {
            digest: digest("setup", &code),
            purpose: "setup".into(),
            account: None,
            unit: None,
            expires_at: self.clock().now().plus_micros(SET_UP),
        };
        self.write(&ones_own(), Lane::Interactive, move |tx| {
            account::put_code(tx, &kept)
        })?;
        Ok(Some(code))
    }

    /// Sets the first administrator up: a member at the top of the company, in a post that keeps accounts and packs.
    ///
    /// # Errors
    /// `SetUp`, `CodeWrong`, `Weak`, `NoPost`.
    pub fn set_up(&self, asked: &SetUp, from: &Presented) -> Result<SignedIn, Error> {
        if self.read(account::is_any)? {
            return Err(AccountError::SetUp.into());
        }
        let login = normal(&asked.login);
        password::check(&login, &asked.password)?;
        let library = self.library()?;
        let active = library.active().ok_or(Error::NotFound)?;
        let keeps = |post: &&domain::pack::model::Post| {
            [Privilege::Accounts, Privilege::Packs]
                .iter()
                .all(|one| post.may.run.contains(one))
        };
        let post = active.pack.posts.values().find(keeps);
        let post = post.ok_or(AccountError::NoPost)?.name.clone();
        let unit = self.units()?.first().ok_or(Error::NotFound)?.id;
        let (mark, now) = (digest("setup", asked.code.trim()), self.clock().now());
        let taken = self.write(&ones_own(), Lane::Interactive, move |tx| {
            account::take_code(tx, "setup", &mark, now)
        })?;
        if taken.is_none() {
            return Err(AccountError::CodeWrong.into());
        }
        let new = NewMember {
            unit,
            login: login.clone(),
            name: asked.name.clone(),
            post,
            grid: None,
            team: None,
        };
        // The code was printed on the machine: whoever has it stands at it.
        let id = self.take_on(&Actor::operator("set-up"), &new)?;
        self.give_account(&ones_own(), id, unit, &login, &asked.password, false)?;
        let account = self.read(|tx| current(tx, id))?;
        self.let_in(account, Came::Password, None, None, from)
    }
}

/// Whoever keeps accounts, as the source of a line.
fn by(actor: &Actor) -> Presented {
    let source = match actor.by() {
        By::Member(id) => id.to_string(),
        By::Operator(name) => name,
        By::Party(_) | By::System | By::Source(_) => String::new(),
    };
    Presented {
        source,
        ..Presented::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::office::Extras;
    use domain::time::{Instant, Zone};
    use domain::unit::{Attributes, Level, Unit};
    use store::testing::Home;
    use store::{Options, Store, unit};

    #[test]
    fn what_somebody_proved_himself_by_lets_him_in_only_while_it_holds() {
        for home in std::iter::once(Home::sqlite()).chain(Home::postgres()) {
            let now = Instant::from_micros(1_767_571_200_000_000);
            let store = Store::open(home.location(), &Options::default()).unwrap();
            let office = Office::with(store, Clock::standing_at(now), Extras::default());
            let put = |account: Account| {
                let written = office.write(&ones_own(), Lane::Interactive, move |tx| {
                    account::put(tx, &account)
                });
                written.unwrap();
            };
            let company = Unit {
                id: office.clock().unit_id(),
                level: Level::Company,
                parent: None,
                code: "CO".into(),
                name: "CO".into(),
                zone: Zone::shanghai(),
                attributes: Attributes::default(),
                roster_version: 0,
                config_version: 0,
            };
            let unit = company.id;
            let written = office.write(&ones_own(), Lane::Interactive, move |tx| {
                unit::insert(tx, &company, now)
            });
            written.unwrap();
            let seen = Account {
                login: Some("desk".into()),
                password: Some("old".into()),
                ..Account::of(office.clock().record_id(), unit, now)
            };
            put(seen.clone());
            let come = || {
                let from = Presented::default();
                let came = office.let_in(seen.clone(), Came::Password, None, None, &from);
                match came {
                    Ok(_) => true,
                    Err(Error::Account(AccountError::Wrong)) => false,
                    Err(error) => panic!("{error}"),
                }
            };
            assert!(come());
            // While his password was being judged, it was reset, a second factor was asked for, his account was closed.
            for since in [
                Account {
                    password: Some("new".into()),
                    ..seen.clone()
                },
                Account {
                    totp: Some("a secret".into()),
                    ..seen.clone()
                },
                Account {
                    disabled_at: Some(now),
                    ..seen.clone()
                },
            ] {
                put(since.clone());
                assert!(!come(), "{since:?}");
            }
            put(seen.clone());
            assert!(come());
        }
    }

    #[test]
    fn a_spoken_password_is_long_enough_and_has_no_signs_that_are_mistaken() {
        let said = spoken("0123456789abcdef0000");
        assert_eq!(said, "abcd-efgh-kmnp-rstw");
        assert_eq!(password::check("wt-desk", &said), Ok(()));
    }
}
