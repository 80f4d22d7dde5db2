//! Customers: by an invitation first, and by one-time codes to a telephone that they have confirmed.
//!
//! The telephone stands in the account as a keyed token alone, which is also the directory: a number leads to its account, and so to its unit,
//! without a search. Whether a number is known is told to nobody: a code is asked for in vain as it is asked for with success.

use super::manage::spoken;
use super::session::{Presented, Seat, SignedIn, held};
use super::throttle::{Keys, Limit};
use super::{AccountError, digest, ones_own};
use crate::access::{Actor, Came};
use crate::attachment::Digest;
use crate::error::Error;
use crate::office::Office;
use crate::sender::Message;
use domain::id::{RecordId, UnitId};
use domain::name::Text;
use domain::pack::model::{Kind, Pack};
use domain::record::Command;
use domain::time::Instant;
use store::account::{self, Account, Code};
use store::{Lane, record};

/// How long an invitation holds, and a one-time code.
const INVITED: i64 = 14 * 86_400_000_000;
const ONCE: i64 = 600_000_000;

/// The digits of a telephone number, without the country's own prefix.
///
/// # Errors
/// `phone-wrong`.
fn digits(phone: &str) -> Result<String, Error> {
    let phone = phone.trim();
    let local = phone
        .strip_prefix("+86")
        .or_else(|| phone.strip_prefix("0086"));
    let local = local.unwrap_or(phone);
    let is_number = local
        .chars()
        .all(|sign| sign.is_ascii_digit() || matches!(sign, ' ' | '-' | '+' | '(' | ')'));
    let digits: String = local.chars().filter(char::is_ascii_digit).collect();
    if is_number && (5..=20).contains(&digits.len()) {
        return Ok(digits);
    }
    Err(Error::asked(
        "phone-wrong",
        "phone",
        "电话号码不对；请填写 5 至 20 位数字。",
        "That is no telephone number; it has 5 to 20 digits.",
    ))
}

fn said(purpose: &'static str, to: &str, code: &str) -> Message {
    let text = Text::both(
        format!("您的验证码是 {code}，10 分钟内有效，请勿告诉他人。"),
        format!("Your code is {code}. It is good for 10 minutes; tell it to nobody."),
    );
    Message {
        to: to.to_owned(),
        purpose,
        code: code.to_owned(),
        text,
    }
}

impl Office {
    /// What stands for a telephone number.
    fn phone_token(&self, digits: &str) -> Result<String, Error> {
        let keys = self.keys().ok_or_else(|| {
            Error::Usage(
                "没有密钥库，不能按电话登录 (no key store: nobody signs in by telephone)".into(),
            )
        })?;
        let digest = Digest(keys.digest("phone", digits));
        Ok(format!("tel:{}", digest.hex()))
    }

    /// Six digits.
    fn one_time_code(&self) -> String {
        let secret = self.clock().secret();
        let number = u64::from_str_radix(&secret[..12], 16).unwrap_or(0);
        format!("{:06}", number % 1_000_000)
    }

    /// A code for whoever has confirmed this telephone, to be sent there; `None` if there is nobody, or too many were sent.
    ///
    /// # Errors
    /// `phone-wrong`.
    pub fn customer_code(&self, phone: &str) -> Result<Option<Message>, Error> {
        let token = self.phone_token(&digits(phone)?)?;
        let found = self.read(|tx| account::by_login(tx, &token))?;
        let usable = found.filter(|account| account.is_party && account.disabled_at.is_none());
        let Some(account) = usable else {
            return Ok(None);
        };
        self.sent_code(account.id, "login", &token, phone, "sign-in-code")
    }

    /// Keeps a code for an account, unless one was sent a moment ago; it takes the place of those before, and wrong guesses are forgotten.
    fn sent_code(
        &self,
        id: RecordId,
        purpose: &'static str,
        token: &str,
        to: &str,
        why: &'static str,
    ) -> Result<Option<Message>, Error> {
        let now = self.clock().now();
        let code = self.one_time_code();
        let kept = Code {
            digest: digest(purpose, &format!("{token}\0{id}\0{code}")),
            purpose: purpose.to_owned(),
            account: Some(id),
            unit: None,
            expires_at: now.plus_micros(ONCE),
        };
        let (limit, guesses) = (Limit::sent(token), Limit::guessed(token));
        let kept = self.write(&ones_own(), Lane::Interactive, move |tx| {
            if !limit.admits(tx, now)? {
                return Ok::<_, store::Error>(false);
            }
            guesses.forget(tx)?;
            account::put_code(tx, &kept)?;
            Ok(true)
        })?;
        Ok(kept.then(|| said(why, to, &code)))
    }

    /// Lets a customer in by the code that was sent to his telephone; it is used up, and so it is by five wrong guesses.
    ///
    /// # Errors
    /// `CodeWrong`, `Wait`; `phone-wrong`.
    pub fn sign_in_by_code(
        &self,
        phone: &str,
        code: &str,
        from: &Presented,
    ) -> Result<SignedIn, Error> {
        let token = self.phone_token(&digits(phone)?)?;
        let now = self.clock().now();
        let keys = Keys::new(&token, &from.source, None);
        self.read(|tx| Ok::<_, Error>(keys.check(tx, now)??))?;
        let account = self
            .read(|tx| account::by_login(tx, &token))?
            .filter(|account| account.is_party && account.disabled_at.is_none());
        let taken = self.taken(account.as_ref(), "login", &token, code, keys)?;
        match account.filter(|_| taken) {
            Some(account) => self.let_in(account, Came::Code, None, None, from),
            None => Err(AccountError::CodeWrong.into()),
        }
    }

    /// Uses a code up; a wrong one is counted, and the fifth takes the right one with it.
    fn taken(
        &self,
        account: Option<&Account>,
        purpose: &'static str,
        token: &str,
        code: &str,
        keys: Keys,
    ) -> Result<bool, Error> {
        let now = self.clock().now();
        let id = account.map(|account| account.id);
        let mark = id.map(|id| digest(purpose, &format!("{token}\0{id}\0{}", code.trim())));
        let guesses = Limit::guessed(token);
        Ok(self.write(&ones_own(), Lane::Interactive, move |tx| {
            let taken = match &mark {
                Some(mark) => account::take_code(tx, purpose, mark, now)?,
                None => None,
            };
            if taken.is_some() {
                keys.succeeded(tx)?;
                return Ok::<_, store::Error>(true);
            }
            keys.failed(tx, now)?;
            if let (Some(id), false) = (id, guesses.admits(tx, now)?) {
                account::end_codes(tx, purpose, id)?;
            }
            Ok(false)
        })?)
    }

    /// A code to confirm one's telephone with, to be sent there; `None` if too many were sent.
    ///
    /// # Errors
    /// `phone-wrong`; `Denied`: a member signs in by his login.
    pub fn confirm_code(&self, seat: Seat, phone: &str) -> Result<Option<Message>, Error> {
        let token = self.phone_token(&digits(phone)?)?;
        self.is_customer(seat)?;
        self.sent_code(seat.account, "phone", &token, phone, "confirm-phone")
    }

    /// Signs a customer in by this telephone from now on. Whoever confirmed it before has it no more: it is not his any longer.
    ///
    /// # Errors
    /// `CodeWrong`, `Wait`; `phone-wrong`; `Denied`.
    pub fn confirm_phone(
        &self,
        seat: Seat,
        phone: &str,
        code: &str,
        from: &Presented,
    ) -> Result<(), Error> {
        let token = self.phone_token(&digits(phone)?)?;
        let account = self.is_customer(seat)?;
        let keys = Keys::new(&token, &from.source, None);
        let now = self.clock().now();
        self.read(|tx| Ok::<_, Error>(keys.check(tx, now)??))?;
        if !self.taken(Some(&account), "phone", &token, code, keys)? {
            return Err(AccountError::CodeWrong.into());
        }
        self.write(&ones_own(), Lane::Interactive, move |tx| {
            if let Some(other) = account::by_login(tx, &token)?
                && other.id != seat.account
            {
                account::put(
                    tx,
                    &Account {
                        login: None,
                        ..other
                    },
                )?;
            }
            let known = held(tx, seat.account)?;
            let login = Some(token);
            Ok::<_, Error>(account::put(tx, &Account { login, ..known })?)
        })
    }

    fn is_customer(&self, seat: Seat) -> Result<Account, Error> {
        let account = self.read(|tx| super::session::current(tx, seat.account))?;
        if account.is_party {
            Ok(account)
        } else {
            Err(Error::Denied(domain::access::Denied::Identity))
        }
    }

    /// An invitation for a customer, to hand to him; one before it holds no more.
    ///
    /// # Errors
    /// `Denied`; `NotFound`.
    pub fn invite(
        &self,
        actor: &Actor,
        unit: UnitId,
        party: RecordId,
    ) -> Result<(String, Instant), Error> {
        let view = self.reload_if_outdated(unit)?;
        let now = self.clock().now();
        let found = self.read(|tx| {
            let record = record::get(tx, unit, party)?;
            let _ = actor.may_see(tx, &view, now, &record)?;
            Ok::<_, Error>(record)
        })?;
        // Whoever may open a record of the customer's kind may invite him to look after it himself.
        let pack = &view.rules.pack;
        let kind = pack.kinds.get(&found.kind).ok_or(Error::NotFound)?;
        if !is_party(pack, kind) || found.closed_at.is_some() {
            return Err(Error::NotFound);
        }
        let command = Command::new("open", actor.by());
        let _ = self.read(|tx| actor.may_command(tx, &view, now, kind, None, &command))?;
        let code = spoken(&self.clock().secret());
        let expires_at = now.plus_micros(INVITED);
        let kept = Code {
            digest: digest("invitation", &code),
            purpose: "invitation".into(),
            account: Some(party),
            unit: Some(unit),
            expires_at,
        };
        self.write(&ones_own(), Lane::Interactive, move |tx| {
            account::put_code(tx, &kept)
        })?;
        Ok((code, expires_at))
    }

    /// Lets a customer in by his invitation, which is used up.
    ///
    /// # Errors
    /// `CodeWrong`, `Wait`.
    pub fn accept_invitation(&self, code: &str, from: &Presented) -> Result<SignedIn, Error> {
        let now = self.clock().now();
        let keys = Keys::new("invitation", &from.source, None);
        self.read(|tx| Ok::<_, Error>(keys.check(tx, now)??))?;
        let mark = digest("invitation", code.trim());
        let account = self.write(&ones_own(), Lane::Interactive, move |tx| {
            let taken = account::take_code(tx, "invitation", &mark, now)?;
            let Some((id, unit)) = taken.and_then(|code| code.account.zip(code.unit)) else {
                keys.failed(tx, now)?;
                return Ok::<_, Error>(None);
            };
            let account = match account::hold(tx, id)? {
                Some(known) => known,
                None => Account {
                    is_party: true,
                    ..Account::of(id, unit, now)
                },
            };
            account::put(tx, &account)?;
            Ok(Some(account))
        })?;
        let account = account
            .filter(|account| account.disabled_at.is_none())
            .ok_or(AccountError::CodeWrong)?;
        self.let_in(account, Came::Code, None, None, from)
    }
}

/// A kind whose records are customers: steps of some kind name the link to it.
pub(crate) fn is_party(pack: &Pack, kind: &Kind) -> bool {
    use domain::pack::model::Who;
    pack.kinds.values().any(|other| {
        let steps = other.steps.values().chain([&other.open]);
        let mut links = steps.flat_map(|step| &step.by).filter_map(|who| match who {
            Who::Party(link) => other.links.get(link),
            _ => None,
        });
        links.any(|link| link.kind == kind.name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_its_digits_however_it_is_written() {
        for phone in ["13912345678", " +86 139-1234-5678", "0086 139 1234 5678"] {
            assert_eq!(
                digits(phone).ok().as_deref(),
                Some("13912345678"),
                "{phone}"
            );
        }
        for phone in ["", "1234", "139x2345678", "123456789012345678901"] {
            assert!(digits(phone).is_err(), "{phone}");
        }
    }
}
