//! What a token lets its bearer do, which is never more than his posts do.

use super::may::Privilege;
use crate::name::Name;
use std::fmt;
use std::str::FromStr;

/// The scopes of a token: `see`, `see:KIND`, `do`, `do:KIND`, `do:KIND/STEP`, `run:PRIVILEGE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token(Vec<Grant>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Grant {
    See(Option<Name>),
    Do(Option<(Name, Option<Name>)>),
    Run(Privilege),
}

/// No scope of a token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no scope: write see, see:KIND, do, do:KIND, do:KIND/STEP or run:PRIVILEGE")]
pub struct WrongToken(pub String);

impl Token {
    /// What may be done may be seen.
    pub(super) fn sees(&self, kind: &Name) -> bool {
        self.0.iter().any(|grant| match grant {
            Grant::See(None) | Grant::Do(None) => true,
            Grant::See(Some(known)) | Grant::Do(Some((known, _))) => known == kind,
            Grant::Run(_) => false,
        })
    }
    pub(super) fn does(&self, kind: &Name, step: &Name) -> bool {
        self.0.iter().any(|grant| match grant {
            Grant::Do(None) => true,
            Grant::Do(Some((known, None))) => known == kind,
            Grant::Do(Some((known, Some(one)))) => known == kind && one == step,
            Grant::See(_) | Grant::Run(_) => false,
        })
    }
    pub(super) fn runs(&self, privilege: Privilege) -> bool {
        self.0.contains(&Grant::Run(privilege))
    }
}

impl FromStr for Token {
    type Err = WrongToken;
    /// Scopes with spaces between them.
    fn from_str(text: &str) -> Result<Self, WrongToken> {
        let grants: Vec<Grant> = text
            .split_whitespace()
            .map(|word| grant(word).ok_or_else(|| WrongToken(word.to_owned())))
            .collect::<Result<_, _>>()?;
        if grants.is_empty() {
            return Err(WrongToken(String::new()));
        }
        Ok(Self(grants))
    }
}

fn grant(word: &str) -> Option<Grant> {
    let (verb, what) = match word.split_once(':') {
        Some((_, "")) => return None,
        Some((verb, what)) => (verb, Some(what)),
        None => (word, None),
    };
    Some(match (verb, what) {
        ("see", what) => Grant::See(what.map(Name::from)),
        ("do", None) => Grant::Do(None),
        ("do", Some(what)) => Grant::Do(Some(match what.split_once('/') {
            Some((kind, step)) => (kind.into(), Some(step.into())),
            None => (what.into(), None),
        })),
        ("run", Some(privilege)) => Grant::Run(Privilege::named(privilege)?),
        _ => return None,
    })
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, grant) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str(" ")?;
            }
            match grant {
                Grant::See(None) => f.write_str("see")?,
                Grant::See(Some(kind)) => write!(f, "see:{kind}")?,
                Grant::Do(None) => f.write_str("do")?,
                Grant::Do(Some((kind, None))) => write!(f, "do:{kind}")?,
                Grant::Do(Some((kind, Some(step)))) => write!(f, "do:{kind}/{step}")?,
                Grant::Run(privilege) => write!(f, "run:{}", privilege.as_str())?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_read_back_as_they_are_written_and_anything_else_is_refused() {
        for text in [
            "see",
            "see:repair do:repair/send",
            "do run:exports",
            "do:visit",
        ] {
            let token: Token = text.parse().expect("scopes");
            assert_eq!(token.to_string(), text);
        }
        for text in ["", "all", "see:", "run", "run:everything", "do: "] {
            assert!(text.parse::<Token>().is_err(), "{text}");
        }
    }
}
