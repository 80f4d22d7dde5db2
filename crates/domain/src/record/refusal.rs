//! Why a step was not taken: a stable code, the field at fault and what to do, in Chinese and English.
//!
//! Codes are part of the API; a text is built from code and parameters and may change.

use super::called::Titles;
use crate::name::{Name, Text};
use std::fmt;

/// A business refusal. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub code: Code,
    /// The field, link or signature at fault.
    pub field: Option<Name>,
    /// What the text names: states, posts, limits.
    pub with: Vec<String>,
    /// What these are called, where that is known: [`Refusal::called`].
    pub(crate) titles: Box<Titles>,
}

impl Refusal {
    pub fn new(code: Code) -> Self {
        Self {
            code,
            field: None,
            with: Vec::new(),
            titles: Box::default(),
        }
    }
    pub fn at(code: Code, field: &Name) -> Self {
        Self {
            code,
            field: Some(field.clone()),
            with: Vec::new(),
            titles: Box::default(),
        }
    }
    pub fn with(mut self, value: impl fmt::Display) -> Self {
        self.with.push(value.to_string());
        self
    }
    fn arg(&self, index: usize) -> &str {
        self.with.get(index).map_or("", String::as_str)
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $zh:literal, $en:literal;)*) => {
        /// `{f}` is the field, `{0}` and `{1}` the parameters.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$doc])* $variant,)* }

        impl Code {
            pub const ALL: &[Code] = &[$(Code::$variant),*];
            /// Stable, for programs.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }
            fn patterns(self) -> (&'static str, &'static str) {
                match self { $(Self::$variant => ($zh, $en),)* }
            }
        }
    };
}

codes! {
    KindUnknown = "kind-unknown", "没有“{0}”这种单据；请从单据类型列表中选择。", "There is no kind `{0}`; choose one of the list of kinds.";
    StepUnknown = "step-unknown", "“{1}”没有“{0}”这一步骤；请刷新页面后重选。", "`{1}` has no step `{0}`; reload and choose again.";
    RecordExists = "record-exists", "这条记录已经登记过了；请打开原记录。", "This record exists already; open it instead.";
    Stale = "stale", "记录已被他人更新到第 {0} 版（您看到的是第 {1} 版）；请刷新后再办。", "Somebody has changed the record to version {0} (you saw {1}); reload and try again.";
    StateWrong = "state-wrong", "当前状态为“{0}”，不能办理“{1}”；请先完成前面的步骤。", "The record is `{0}`, which does not admit `{1}`; take the earlier steps first.";
    PostNotAllowed = "post-not-allowed", "您的岗位不能办理“{0}”；可办理的岗位：{1}。", "Your post may not take `{0}`; these may: {1}.";
    RecordUnseen = "not-found", "没有找到这条记录；请核对编号，或向负责该单元的同事查询。", "There is no such record; check its number, or ask a colleague of its unit.";
    PrivilegeMissing = "privilege-missing", "您的岗位没有“{0}”权限；请由有此权限的岗位办理。", "Your post lacks the privilege `{0}`; have a post do it that has it.";
    TokenScope = "token-scope", "此令牌没有“{0}”范围；请换用范围足够的令牌。", "The token lacks the scope `{0}`; use one that has it.";
    NotYourself = "not-yourself", "不能以他人名义办理；请本人办理，或注明代办。", "Nobody acts in another's name; let him do it, or say that it is on his behalf.";
    FieldUnknown = "field-unknown", "“{0}”的表单没有“{f}”这一项；请去掉它。", "The form of `{0}` has no field `{f}`; leave it out.";
    FieldRequired = "field-required", "请填写“{f}”。", "Fill in `{f}`.";
    FieldType = "field-type", "“{f}”应为{0}，现为“{1}”；请改正。", "`{f}` must be {0}, but is `{1}`; correct it.";
    FieldTooLong = "field-too-long", "“{f}”最多 {0} 个字，现有 {1} 个；请缩短，或写入附件。", "`{f}` takes at most {0} characters and has {1}; shorten it or attach it.";
    FieldOutOfRange = "field-out-of-range", "“{f}”应在 {0} 与 {1} 之间。", "`{f}` must lie between {0} and {1}.";
    FieldChoice = "field-choice", "“{f}”没有“{0}”这个选项；可选：{1}。", "`{f}` has no choice `{0}`; choose one of {1}.";
    FieldCharacter = "field-character", "“{f}”含有不能保存的字符（U+0000）；请去掉。", "`{f}` holds a character that cannot be stored (U+0000); remove it.";
    FieldUnsealed = "field-unsealed", "“{f}”是敏感字段，未加密不能保存；请通过正常入口登记。", "`{f}` is private and is not kept unsealed; enter it the ordinary way.";
    ValueTaken = "value-taken", "“{f}”{0} 已由 {1} 使用；请换一个，或先办结、注销那一条。", "`{f}` {0} is taken by {1}; choose another, or close that one first.";
    LinkRequired = "link-required", "请关联“{f}”。", "Link a `{f}`.";
    LinkUnknown = "link-unknown", "“{0}”没有“{f}”这种关联。", "`{0}` has no link `{f}`.";
    LinkWrong = "link-wrong", "“{f}”应关联“{0}”，所选记录不存在或类型不符。", "`{f}` must lead to a `{0}`; the record does not exist or is of another kind.";
    ConditionFails = "condition-fails", "不满足“{0}”的条件：{1}。", "The condition of `{0}` does not hold: {1}.";
    ConditionFault = "condition-fault", "“{0}”的条件无法计算：{1}；请联系管理员检查规则包。", "The condition of `{0}` cannot be worked out: {1}; ask whoever keeps the pack.";
    SignatureMissing = "signature-missing", "“{0}”需要 {1} 签字。", "`{0}` needs the signature of {1}.";
    SignatureOwn = "signature-own", "不能给自己办理的步骤签字；请由他人签。", "Nobody signs his own step; have another sign.";
    SecondPersonMissing = "second-person-missing", "此操作需要第二人确认；请填写确认人。", "This needs a second person; name one.";
    SecondPersonOwn = "second-person-own", "第二人不能是本人；请由他人确认。", "The second person must be another.";
    ReasonMissing = "reason-missing", "请说明原因。", "Give the reason.";
    TimeFuture = "time-future", "发生时间 {0} 晚于现在 2 分钟以上；请核对时钟或改正时间。", "The time {0} lies more than 2 minutes in the future; check the clock or the time.";
    TimeBeforeRecord = "time-before-record", "发生时间 {0} 早于记录登记的 {1}；请改正。", "The time {0} is earlier than the record's own, {1}; correct it.";
    CalendarMissing = "calendar-missing", "{0} 年没有节假日数据，算不出期限；请在规则包 calendars 下加入该年数据。", "There is no calendar data for {0}, so no due time can be worked out; add that year under `calendars` of the pack.";
    DueUnclear = "due-unclear", "应办“{0}”的期限算不出来：{1}。", "The due time of `{0}` cannot be worked out: {1}.";
    ParameterUnknown = "parameter-unknown", "没有名为“{0}”的参数；请从参数表中选择。", "There is no parameter `{0}`; choose one of the list.";
    OverrideValue = "override-value", "“{0}”不能作参数“{1}”的值，或与其单位不符（日与小时不作比较）；请改正。", "`{0}` is no value of the parameter `{1}`, or of another unit (days and hours are not compared); correct it.";
    OverrideBounds = "override-bounds", "“{0}”超出规则包为“{1}”规定的范围；请改在范围之内。", "`{0}` lies outside the bounds that the pack sets for `{1}`; choose one within them.";
    OverrideBackwards = "override-backwards", "参数调整自某日起生效，不得追溯；请填今天之后的日期。", "An override takes effect from a date, never backwards; give a later day.";
    OverrideLoosens = "override-loosens", "放宽“{1}”须由上级单位设定；请由上级办理。", "Loosening `{1}` is for a unit above; have it set there.";
    OverrideFixed = "override-fixed", "参数调整登记后不能改“{f}”；请另立一项调整，或提前结束这一项。", "An override keeps its `{f}`; set another one, or end this one earlier.";
    OverrideEnd = "override-end", "最后一日应在起始日之后，且不早于今天；请改正。", "The last day comes after the first and is not over yet; correct it.";
    OutageOwn = "outage-own", "停机须由上一级单位的管理人员申报；请由上级办理。", "An outage is declared by a manager one level up; have it declared there.";
    PaperOutside = "paper-outside", "发生时间不在已申报的停机时段内；请按普通补录登记。", "It did not happen during a declared outage; enter it as any late entry.";
    PaperLate = "paper-late", "该次停机的补录期（三个工作日）已过；请按普通补录登记。", "The three working days for paper entries of this outage are over; enter it as any late entry.";
    PaperPhoto = "paper-photo", "停机期间的纸质记录须附照片；请上传。", "A paper entry of an outage needs a photo of the paper; attach it.";
    ApprovalUnasked = "approval-unasked", "没有待批的“{0}”；请先提请审批。", "No approval `{0}` is asked for; ask for it first.";
    ApprovalNoReturn = "approval-no-return", "“{0}”没有规定退回到哪里；请先由规则包补充 on-return。", "`{0}` says nowhere to send it back to; the pack must give it `on-return` first.";
    MergeUnknown = "merge-unknown", "“{0}”不能并入其他记录。", "A `{0}` merges into nothing.";
    MergedAlready = "merged-already", "该记录已并入其他记录；请先撤销并入。", "The record is merged already; take that back first.";
    NotMerged = "not-merged", "该记录没有并入任何记录。", "The record is merged into nothing.";
    NotMissed = "not-missed", "“{0}”没有超时，无需免责。", "`{0}` was not missed, so there is nothing to excuse.";
    NotImported = "not-imported", "该记录不是导入的，不能按撤销导入处理；请走取消步骤。", "The record was not imported, so no import of it can be undone; cancel it instead.";
    SystemOnly = "system-only", "“{0}”只由系统办理。", "`{0}` is taken by the system alone.";
    EntryUnknown = "entry-unknown", "没有第 {0} 条流水。", "There is no entry {0}.";
    CorrectionNotAllowed = "correction-not-allowed", "该项不能由您单独更正：登记人本人在 15 分钟内且下一步骤之前才可自行更正；请加第二人。", "You may not correct this alone: only its author, within 15 minutes and before the next step; add a second person.";
    CorrectionNothing = "correction-nothing", "更正前后的值相同。", "The old value and the new are the same.";
    DutyUnknown = "duty-unknown", "没有待办的应办“{0}”。", "There is no duty `{0}` to do.";
    HolderWrong = "holder-wrong", "“{0}”现由他人负责，不能认领。", "`{0}` is held by another and cannot be taken.";
    ConflictOfInterest = "conflict-of-interest", "不能决定涉及本人考核的事项；请由他人办理。", "Nobody decides what touches his own score; have another do it.";
    EffectFailed = "effect-failed", "联动步骤“{0}”未能办理：{1}。", "The effect `{0}` could not be taken: {1}.";
    LedgerShort = "ledger-short", "“{0}”余额不足：现有 {1}，不能再减；请核对数量或先补足。", "The balance of `{0}` is too small: it is {1}; check the amount or top it up first.";
    TooManyToCount = "too-many-to-count", "要数的单据超过 {0} 张（事实“{1}”）；请在规则包里用 within 或更近的链接收窄。", "More than {0} records to look through for the fact `{1}`; narrow it in the pack by `within` or by a closer link.";
    TooManyEffects = "too-many-effects", "联动层数超过 {0} 层；请检查规则包。", "More than {0} levels of effects; check the pack.";
    RecordMoved = "record-moved", "该记录已转到另一单元（{0}）；请在那里办理。", "The record went on in another unit ({0}); work on it there.";
    UseCaseOnly = "use-case-only", "“{0}”只能经专门的功能办理，不能直接登记。", "A `{0}` is kept by its own function and cannot be filled in by hand.";
    MarkUnknown = "mark-unknown", "没有可评分的“{0}”；请从考核标准中选择。", "There is no `{0}` that takes a mark; choose one of the standard.";
    MarkPeriod = "mark-period", "“{0}”不是该条款的考核期。", "`{0}` is no period of this clause.";
    MarkValue = "mark-value", "评分 {0} 应在 0 与 {1} 之间，以 0.5 分为一级。", "The mark {0} must lie between 0 and {1}, in steps of half a point.";
    MarkPart = "mark-part", "请填写评分人类别；可选：{0}。", "Say whose sheet the mark is on; one of {0}.";
    MarkOwn = "mark-own", "除自评外不能给自己评分；自评只能由本人填写。", "Nobody marks himself except on his own sheet, which nobody else fills in.";
    SealTooEarly = "seal-too-early", "{0} 之前仍可能有记录改变本期结果；请在此之后封存。", "Entries may still change the period until {0}; seal it after that.";
    SealedAlready = "sealed-already", "本期已封存；迟到的依据请走修订。", "The period is sealed; late evidence proposes a revision.";
    NotSealed = "not-sealed", "该考核表没有封存。", "This scorecard is not sealed.";
    NothingChanged = "nothing-changed", "重算结果与封存的一致，无需修订。", "Computed anew it is as it was sealed; there is nothing to revise.";
    AppealTooLate = "appeal-too-late", "申诉期限已过（截至 {0}）。", "The time to appeal ended at {0}.";
    AppealExhausted = "appeal-exhausted", "上级单位已作决定，不能再申诉。", "The unit above has decided; there is no further appeal.";
    AppealInChain = "appeal-in-chain", "申诉须由评分链以外的人决定；请由他人办理。", "An appeal is decided by somebody outside the chain that gave the score; have another do it.";
    AppealAbove = "appeal-above", "此事须由上级单位决定。", "This is for the unit above to decide.";
    AppealNothing = "appeal-nothing", "依据中没有这一项未达标的判定，无可申诉。", "The evidence holds no such verdict against anybody, so there is nothing to appeal against.";
    AppealOwn = "appeal-own", "只能就本人的考核申诉。", "An appeal is against one's own score.";
    AppealCorrect = "appeal-correct", "这一判定取自记录的内容；请更正该记录。", "This verdict follows from what the record says; correct the record instead.";
    SampleRefused = "sample-refused", "不能抽样：{0}。", "The sample cannot be drawn: {1}.";
    TransferSame = "transfer-same", "记录已在该单元；请选择另一单元。", "The record is in that unit already; choose another.";
    KeysMissing = "keys-missing", "没有密钥库，敏感字段“{f}”不能保存；请先运行 guanjia keys init，或用 --keys 指明。", "There is no key store, so the private field `{f}` cannot be kept; run `guanjia keys init` or name it with --keys.";
    NotSeen = "not-seen", "您的岗位不能查看“{f}”；请按规定申请。", "Your post does not see `{f}`; ask for access.";
    GrantMissing = "grant-missing", "这是保密档案：请先申请查阅，经批准并在期限内再看“{f}”。", "This file is secret: ask for access, and see `{f}` once it is granted and while the grant lasts.";
    VoidRecord = "record-void", "该记录来自已撤销的导入，不能再办理。", "The record belongs to an import that was undone; no step can be taken on it.";
}

impl Refusal {
    /// What happened and what to do.
    pub fn text(&self) -> Text {
        let (zh, en) = self.code.patterns();
        Text {
            zh: self.fill(zh, |title| &title.zh),
            en: self.fill(en, |title| &title.en),
        }
    }
    /// Each place is filled once: what somebody typed may look like one.
    fn fill(&self, pattern: &str, spoken: fn(&Text) -> &str) -> String {
        let titles = &self.titles;
        let (zero, one) = (&titles.with[0], &titles.with[1]);
        let mut parts = pattern.split('{');
        let mut text = String::with_capacity(pattern.len() + 64);
        text.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let (place, rest) = part.split_once('}').unwrap_or((part, ""));
            let (title, name) = match place {
                "f" => (&titles.field, self.field.as_ref().map_or("", Name::as_str)),
                "0" => (zero, self.arg(0)),
                _ => (one, self.arg(1)),
            };
            text.push_str(title.as_ref().map_or(name, spoken));
            text.push_str(rest);
        }
        text
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.text().en)
    }
}
impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_distinct_and_say_something_in_both_languages() {
        let codes: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), Code::ALL.len());
        for code in Code::ALL {
            let text = Refusal::at(*code, &Name::from("field"))
                .with("one")
                .with("two")
                .text();
            assert!(
                text.zh.ends_with('。') && text.en.ends_with('.'),
                "{}",
                code.as_str()
            );
            assert!(
                !text.zh.contains('{') && !text.en.contains('{'),
                "{}",
                code.as_str()
            );
        }
    }
}
