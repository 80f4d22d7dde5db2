//! `guanjia member` and `guanjia token`: accounts, by the operator of the machine.

use super::{open, operator};
use crate::args::{Member, Token};
use crate::output::{Done, json_line, line};
use app::Error;
use app::account::NewMember;
use domain::name::Name;
use serde_json::json;

pub(crate) fn run(command: Member, json: bool) -> Result<Done, Error> {
    match command {
        Member::Add {
            at,
            login,
            name,
            post,
            unit,
            grid,
            team,
        } => {
            let office = open(&at)?;
            let unit = match unit {
                Some(code) => office.unit(&code)?.id,
                None => office.units()?.first().ok_or(Error::NotFound)?.id,
            };
            let new = NewMember {
                unit,
                login: login.clone(),
                name: name.unwrap_or_else(|| login.clone()),
                post: Name::from(post),
                grid,
                team,
            };
            let (id, password) = office.add_member(&operator(), new)?;
            said(json, &login, &password, Some(id.to_string()))
        }
        Member::Password { at, login } => {
            let password = open(&at)?.reset_password(&operator(), &login)?;
            said(json, &login, &password, None)
        }
        Member::Disable { at, login, undo } => {
            open(&at)?.disable(&operator(), &login, !undo)?;
            if json {
                json_line(&json!({"login": login, "disabled": !undo}))?;
            } else if undo {
                line(&format!("{login} 可以登录 (may sign in again)"))?;
            } else {
                line(&format!(
                    "{login} 不能再登录，会话与令牌已失效 (signs in no more; sessions and tokens have ended)"
                ))?;
            }
            Ok(Done::Well)
        }
        Member::Log { at, login, limit } => {
            let lines = open(&at)?.sign_ins(&operator(), &login, limit.into())?;
            if json {
                let shown: Vec<_> = lines
                    .iter()
                    .map(
                        |it| json!({"at": it.at.to_string(), "what": it.what, "source": it.source}),
                    )
                    .collect();
                json_line(&json!({"login": login, "log": shown}))?;
                return Ok(Done::Well);
            }
            for it in &lines {
                let source = it.source.as_deref().unwrap_or("—");
                line(&format!("{}  {:<16} {source}", it.at, it.what))?;
            }
            Ok(Done::Well)
        }
        Member::List { at } => {
            let all = open(&at)?.accounts(&operator())?;
            if json {
                let shown: Vec<_> = all
                    .iter()
                    .map(|account| json!({"id": account.id.to_string(), "login": account.login, "disabled": account.disabled, "second_factor": account.second_factor}))
                    .collect();
                json_line(&json!({"accounts": shown}))?;
                return Ok(Done::Well);
            }
            for account in &all {
                let marks = [
                    account.disabled.then_some("停用 disabled"),
                    account.second_factor.then_some("双因素 second factor"),
                ];
                let marks: Vec<&str> = marks.into_iter().flatten().collect();
                line(&format!(
                    "{:<24} {}",
                    account.login.as_deref().unwrap_or("—"),
                    marks.join(", ")
                ))?;
            }
            Ok(Done::Well)
        }
    }
}

/// A password is shown once, to be handed over.
fn said(json: bool, login: &str, password: &str, id: Option<String>) -> Result<Done, Error> {
    if json {
        json_line(&json!({"login": login, "password": password, "id": id}))?;
    } else {
        line(&format!(
            "{login} 的初始密码，首次登录须修改 (password, to be changed at the first sign-in): {password}"
        ))?;
    }
    Ok(Done::Well)
}

pub(crate) fn token(command: Token, json: bool) -> Result<Done, Error> {
    let Token::Add {
        at,
        login,
        name,
        scopes,
        days,
    } = command;
    let office = open(&at)?;
    let all = office.accounts(&operator())?;
    let account = all
        .iter()
        .find(|account| account.login.as_deref() == Some(&login.trim().to_lowercase()))
        .ok_or(Error::NotFound)?;
    let made = office.make_token(&operator(), account.id, &name, &scopes, days)?;
    if json {
        json_line(
            &json!({"id": made.id.to_string(), "token": made.token, "expires_at": made.expires_at.to_string()}),
        )?;
    } else {
        line(&format!(
            "令牌，只显示这一次 (token, shown this once): {}\n到期 (until): {}",
            made.token, made.expires_at
        ))?;
    }
    Ok(Done::Well)
}
