//! docs/coverage.md: the account as a page.

use super::{Account, Standing, group_of};
use std::fmt::Write;

/// The page, the same for the same account.
pub fn page(account: &Account) -> String {
    let counts = account.counts();
    let count = |standing: Standing| counts.get(&standing).copied().unwrap_or(0);
    let all = account.requirements.len();
    let mut page = format!(
        "# 覆盖情况 · Coverage\n\n\
         {} of {all} requirements are covered: each thing that the account names for them was taken out of the pack in turn, and a scenario failed\n\
         for it. {} more are covered by the program itself, each with a test; {} name what covers them but are not proven; {} ask nothing of\n\
         software; {} are open. How an account is written and proven: [testing.md](testing.md).\n\n\
         Made by `cargo xtask coverage` from the account beside the pack; the figures by `cargo xtask coverage --mutate`.\n\n\
         | 组 · group | covered | program | unproven | not software | open |\n| --- | ---: | ---: | ---: | ---: | ---: |\n",
        count(Standing::Covered),
        count(Standing::Program),
        count(Standing::Unproven),
        count(Standing::NotSoftware),
        count(Standing::Open),
    );
    for (group, title) in &account.groups {
        let of = |standing: Standing| {
            account
                .requirements
                .iter()
                .filter(|one| group_of(&one.id) == group && account.standing(&one.id) == standing)
                .count()
        };
        let _ = writeln!(
            page,
            "| {group} {} | {} | {} | {} | {} | {} |",
            title.zh,
            of(Standing::Covered),
            of(Standing::Program),
            of(Standing::Unproven),
            of(Standing::NotSoftware),
            of(Standing::Open),
        );
    }
    for (group, title) in &account.groups {
        let _ = write!(
            page,
            "\n## {group} {} · {}\n\n| id | 要求 · requirement | 怎样 · how | by | test |\n| --- | --- | --- | --- | --- |\n",
            title.zh, title.en
        );
        for one in account
            .requirements
            .iter()
            .filter(|one| group_of(&one.id) == group)
        {
            let Some(entry) = account.entries.get(&one.id) else {
                continue;
            };
            let code = |names: Vec<&str>| {
                names
                    .iter()
                    .map(|name| format!("`{name}`"))
                    .collect::<Vec<_>>()
                    .join(" ")
            };
            let how = match account.standing(&one.id) {
                Standing::Covered | Standing::Program => {
                    format!("{}<br>{}", entry.how.zh, entry.how.en)
                }
                Standing::Unproven => {
                    format!("**未证实 · unproven** {}<br>{}", entry.how.zh, entry.how.en)
                }
                Standing::NotSoftware => said("非软件 · not software", entry.not_software.as_ref()),
                Standing::Open => said("未办 · open", entry.open.as_ref()),
            };
            let tests = entry
                .scenarios
                .iter()
                .map(String::as_str)
                .chain(entry.tests.iter().map(String::as_str))
                .collect();
            let _ = writeln!(
                page,
                "| {} | {}<br>{} | {how} | {} | {} |",
                one.id,
                one.title.zh,
                one.title.en,
                code(
                    entry
                        .by
                        .iter()
                        .map(|reference| reference.text.as_str())
                        .collect()
                ),
                code(tests),
            );
        }
    }
    page
}

fn said(word: &str, reason: Option<&domain::name::Text>) -> String {
    match reason {
        Some(text) if text.zh == text.en => format!("**{word}** {}", text.zh),
        Some(text) => format!("**{word}** {}<br>{}", text.zh, text.en),
        None => format!("**{word}**"),
    }
}
