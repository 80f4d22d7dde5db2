//! A first page for the browser: projects, what is open, what is overdue. Plain HTML, no script; the web app takes its place.

use crate::State;
use crate::ask::blocking;
use crate::problem::Problem;
use axum::extract::State as Given;
use axum::response::Html;
use std::fmt::Write as _;

pub(crate) async fn home(Given(state): Given<State>) -> Result<Html<String>, Problem> {
    let boards = blocking(state.office, |office| {
        app::board::overview(office, &app::Actor::operator("serve"))
    })
    .await?;
    let mut rows = String::new();
    for board in &boards {
        let late = if board.overdue > 0 {
            " class=\"late\""
        } else {
            ""
        };
        let _ = write!(
            rows,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td{late}>{}</td></tr>",
            escape(&board.name),
            escape(&board.code),
            board.open,
            board.overdue
        );
    }
    let mut list = String::new();
    for record in boards.iter().flat_map(|board| &board.next) {
        let _ = write!(
            list,
            "<tr{}><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            if record.late { " class=\"late\"" } else { "" },
            escape(&record.number),
            escape(&record.title),
            escape(&record.duty),
            escape(&record.holder),
            escape(&record.due_at)
        );
    }
    Ok(Html(format!(
        "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>管家</title>\
         <style>body{{font:16px/1.6 system-ui,'Noto Sans CJK SC',sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;color:#1c2733}}\
         table{{border-collapse:collapse;width:100%;margin:0 0 2rem}}th,td{{text-align:left;padding:.4rem .8rem;border-bottom:1px solid #d8dee6}}\
         thead th{{color:#5b6776;font-weight:500}}.late{{color:#b3261e;font-weight:600}}</style>\
         <h1>管家 · Guanjia</h1><h2>项目 Projects</h2><table><thead><tr><th>项目 Project</th><th>代码 Code</th><th>未结单据 Open</th><th>逾期未办 Overdue</th></tr></thead>\
         <tbody>{rows}</tbody></table><h2>最先到期 Due first</h2><table><thead><tr><th>编号 Number</th><th>单据 Record</th><th>应办 Duty</th><th>责任人 Holder</th><th>到期 Due</th></tr></thead>\
         <tbody>{list}</tbody></table></html>"
    )))
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
