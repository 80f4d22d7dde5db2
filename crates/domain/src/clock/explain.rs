//! The reasons for a due time, in words; made only when somebody asks.

use super::span::length;
use super::{Clock, Due, End, Span};
use crate::calendar::SpecialDays;
use crate::name::Text;
use crate::time::{Day, Instant, Zone};

/// So many days one by one, then only their number: an explanation is for reading.
const SHOWN_DAYS: u32 = 31;

/// Notes what the computation passes, or nothing.
pub(super) struct Trace {
    lines: Option<Vec<Text>>,
    counted: u32,
}

impl Trace {
    pub(super) fn off() -> Self {
        Self {
            lines: None,
            counted: 0,
        }
    }
    pub(super) fn on() -> Self {
        Self {
            lines: Some(Vec::new()),
            counted: 0,
        }
    }
    pub(super) fn lines(self) -> Vec<Text> {
        self.lines.unwrap_or_default()
    }
    fn say(&mut self, text: impl FnOnce() -> (String, String)) {
        if let Some(lines) = &mut self.lines {
            let (zh, en) = text();
            lines.push(Text { zh, en });
        }
    }

    pub(super) fn clock(&mut self, start: Instant, span: Span, clock: &Clock<'_>) {
        self.say(|| {
            let (from, limit) = (start.in_zone(clock.zone), span.text());
            match clock.hours {
                None => (
                    format!("自 {from} 起连续计算 {}，含到期的那一刻", limit.zh),
                    format!(
                        "{} from {from} around the clock, its last instant included",
                        limit.en
                    ),
                ),
                Some(_) => (
                    format!("自 {from} 起只计开放时间 {}，含到期的那一刻", limit.zh),
                    format!(
                        "{} of opening time from {from}, its last instant included",
                        limit.en
                    ),
                ),
            }
        });
        for pause in clock.pauses.iter().filter(|pause| pause.until > start) {
            self.say(|| {
                let (from, until) = (
                    pause.from.in_zone(clock.zone),
                    pause.until.in_zone(clock.zone),
                );
                let long = length(pause.until.since(pause.from));
                (
                    format!(
                        "暂停 {from} 至 {until}（{}，{}）：届时未到期则剔除",
                        pause.cause, long.zh
                    ),
                    format!(
                        "paused {from} to {until} ({}, {}): left out if the clock had not run out",
                        pause.cause, long.en
                    ),
                )
            });
        }
    }
    pub(super) fn start_without_time(&mut self, day: Day) {
        self.say(|| {
            (
                format!("起点 {day} 只有日期，按该日结束起算"),
                format!("the start {day} has no time, so the clock runs from the end of that day"),
            )
        });
    }
    pub(super) fn same_day(&mut self, day: Day) {
        self.say(|| {
            (
                format!("当日 {day} 办结"),
                format!("on the same day, {day}"),
            )
        });
    }
    pub(super) fn start_day(&mut self, day: Day) {
        self.counted = 0;
        self.say(|| {
            (
                format!("开始当日 {day} 不计入"),
                format!("the starting day {day} is not counted"),
            )
        });
    }
    pub(super) fn counted(&mut self, day: Day, days: &SpecialDays) {
        self.counted += 1;
        let number = self.counted;
        if number > SHOWN_DAYS {
            return;
        }
        self.say(|| {
            let make_up = day.weekday() > 5 && days.is_workday(day) == Ok(true);
            let (zh, en) = if make_up {
                ("（调休上班）", " (make-up day)")
            } else {
                ("", "")
            };
            (
                format!("{day}{zh} 为第 {number} 日"),
                format!("{day}{en} is day {number}"),
            )
        });
    }
    pub(super) fn rest(&mut self, day: Day, days: &SpecialDays) {
        if self.counted > SHOWN_DAYS {
            return;
        }
        self.say(|| {
            let holiday = day.weekday() <= 5 && days.is_workday(day) == Ok(false);
            if holiday {
                (
                    format!("{day} 放假，不计"),
                    format!("{day} is a holiday, skipped"),
                )
            } else {
                (
                    format!("{day} 休息日，不计"),
                    format!("{day} is a day of rest, skipped"),
                )
            }
        });
    }
    pub(super) fn paused(&mut self, day: Day) {
        self.say(|| {
            (
                format!("{day} 暂停超过半日，剔除"),
                format!("{day} was paused for more than half, left out"),
            )
        });
    }
    pub(super) fn months(&mut self, from: Day, to: Day) {
        self.say(|| {
            let clamped = from.day_of_month() != to.day_of_month();
            let (zh, en) = if clamped {
                (
                    "该月没有同一日，取末日 ",
                    "that month has no such day, so its last, ",
                )
            } else {
                ("", "")
            };
            (
                format!("自 {from} 起，{zh}{to} 为末日"),
                format!("from {from}: {en}{to} is the last day"),
            )
        });
    }
    pub(super) fn point(&mut self, from: Day, to: Day) {
        self.say(|| {
            (
                format!("自 {from} 看，期限日为 {to}"),
                format!("seen from {from}, the day is {to}"),
            )
        });
    }
    pub(super) fn with_day(&mut self, day: Day) {
        self.say(|| {
            (
                format!("以 {day} 全天为限"),
                format!("the whole of {day} counts"),
            )
        });
    }
    pub(super) fn before_day(&mut self, day: Day) {
        self.say(|| {
            (
                format!("须在 {day} 开始之前"),
                format!("before {day} begins"),
            )
        });
    }
    pub(super) fn stated_instant(&mut self) {
        self.say(|| {
            (
                "单据写明的时刻，含该刻".into(),
                "the instant that the record states, included".into(),
            )
        });
    }
    pub(super) fn before_planned(&mut self, planned: Day, by: Span) {
        self.say(|| {
            let by = by.text();
            (
                format!("计划 {planned} 之前 {}", by.zh),
                format!("{} before the planned {planned}", by.en),
            )
        });
    }
    pub(super) fn rolled(&mut self, from: Day, to: Day) {
        self.say(|| {
            (
                format!("末日 {from} 为休息日，顺延至下一工作日 {to}"),
                format!("the last day {from} is a day of rest, so the next working day {to}"),
            )
        });
    }
    pub(super) fn closes(&mut self, day: Day) {
        self.say(|| {
            (
                format!("到 {day} 收工时刻为止"),
                format!("until closing time on {day}"),
            )
        });
    }
    pub(super) fn candidate(&mut self, due: Due, zone: &Zone) {
        self.say(|| {
            let at = due.at.in_zone(zone);
            (format!("其一：{at}"), format!("one of them: {at}"))
        });
    }
    pub(super) fn chosen(&mut self, earliest: bool) {
        self.say(|| {
            if earliest {
                ("取其中最早者".into(), "the earliest of them".into())
            } else {
                ("取其中最晚者".into(), "the latest of them".into())
            }
        });
    }
    pub(super) fn ends(&mut self, due: Due, zone: &Zone) {
        self.say(|| {
            let at = due.at.in_zone(zone);
            match due.end {
                End::Inclusive => (
                    format!("到期 {at}，该刻办结仍算按时"),
                    format!("due {at}; done at that instant is in time"),
                ),
                End::Exclusive => (
                    format!("到期 {at}，须在此刻之前办结"),
                    format!("due {at}; done before that instant is in time"),
                ),
            }
        });
    }
}
