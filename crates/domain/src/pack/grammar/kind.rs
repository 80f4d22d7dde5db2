//! kinds/*.yaml.

use super::{
    DAY_KIND, EN, NAME, NAMES, PERIOD, SEASON_IN, SEASON_OUT, WORDS, ZH, key, must, object,
};
use crate::pack::shape::{Object, Shape};
use Shape::{
    Bool, Bp, Either, Empty, Expr, Int, Literal, Many, Map, Named, Span, Text, Title, Word,
};

pub(in crate::pack) const ROLES: &[&str] = &[
    "member",
    "posting",
    "leave",
    "shift",
    "team",
    "place",
    "override",
    "mark",
    "outage",
    "metric",
    "seal",
    "scorecard",
    "appeal",
    "sample",
    "grant",
];
pub(in crate::pack) static KIND: Object = object(&[
    must("kind", &NAME, "类型名，同文件名 / its name, as the file's"),
    key(
        "is",
        &Word(ROLES),
        "程序自己要读的台账 / a register that the program reads",
    ),
    key("name", &Title, "名称 / title"),
    key(
        "number",
        &Text,
        "编号规则 / pattern: WX-{unit}-{date}-{seq:4}",
    ),
    key(
        "label",
        &NAMES,
        "列表里代表它的字段 / fields that stand for it in lists",
    ),
    key(
        "unique",
        &NAMES,
        "同一单元内未了结的单据不得重复的字段 / fields in which no two open records of a unit are the same",
    ),
    key(
        "assignee",
        &NAME,
        "处理人字段 / the member field of who works on it",
    ),
    key("team", &NAME, "班组字段 / the team field"),
    key("links", &Map(&LINK), "链接 / links to other records"),
    key("fields", &Map(&FIELD), "字段 / fields"),
    must("states", &STATES, "状态 / states"),
    key(
        "open",
        &Shape::Object(&OPEN),
        "开立 / how a record comes about",
    ),
    key("steps", &Map(&Shape::Object(&STEP)), "步骤 / steps"),
    key("facts", &Map(&FACT), "事实 / facts found at a step"),
    key("duties", &Map(&Shape::Object(&DUTY)), "应办 / duties"),
    key("approve", &Map(&APPROVAL), "审批 / approvals"),
    key("merge", &MERGE, "并入 / merging into an incident"),
    key(
        "published",
        &PUBLISHED,
        "公示：本单元客户看得到什么，何时 / what customers of the unit are shown of it, and when",
    ),
    key(
        "secret",
        &Bool,
        "保密档案：经批准、限时、逐次留痕才能看 / seen only under a grant in force, every view on record",
    ),
    key(
        "hidden-until",
        &NAME,
        "在此步骤前保密 / hidden from its targets until this step",
    ),
    key(
        "migrate",
        &Map(&MIGRATION),
        "按版本迁移旧单据 / by version: what becomes of older records",
    ),
]);
static PUBLISHED: Shape = Named(
    "published",
    &Shape::Object(&object(&[
        must(
            "in",
            &NAMES,
            "在哪些状态公示 / the states in which it is shown",
        ),
        must(
            "fields",
            &NAMES,
            "公示哪些字段，其余不公示 / the fields that are shown, and no others",
        ),
        key(
            "receipt",
            &NAME,
            "回执的单据类型：客户由此确认已阅 / the kind by which a customer confirms that he has read it",
        ),
    ])),
);
static LINK: Shape = Either(&[
    Shape::Name,
    Shape::Object(&object(&[
        ZH,
        EN,
        must("kind", &NAME, "单据类型 / kind"),
        key("required", &Bool, "必填 / required"),
    ])),
]);
pub(in crate::pack) const TYPES: &[&str] = &[
    "text",
    "phone",
    "bool",
    "int",
    "money",
    "ratio",
    "choice",
    "choices",
    "day",
    "instant",
    "moment",
    "member",
    "team",
    "unit",
    "photos",
    "files",
    "signature",
];
static FIELD: Shape = Either(&[
    Word(TYPES),
    Shape::Object(&object(&[
        ZH,
        EN,
        must("type", &Word(TYPES), "类型 / type"),
        key("required", &Bool, "开立时必填 / asked for at opening"),
        key("default", &Literal, "默认值 / default"),
        key(
            "max",
            &Int,
            "上限：字数、值、个数 / most characters, value or files",
        ),
        key("min", &Int, "下限 / least value"),
        key("long", &Bool, "多行 / several lines"),
        key(
            "of",
            &CHOICES,
            "选项，或文件种类 / choices, or kinds of files",
        ),
        key("sensitive", &SENSITIVE, "敏感 / private"),
        key(
            "opinion",
            &Bool,
            "对服务的评价，经办人自录的不计 / an opinion of the work",
        ),
    ])),
]);
static CHOICES: Shape = Named("choices", &Either(&[NAMES_OR_ONE, Map(&TITLE_OR_EMPTY)]));
const NAMES_OR_ONE: Shape = Many(&NAME);
static TITLE_OR_EMPTY: Shape = Named("case", &Either(&[Empty, Title]));
static SENSITIVE: Shape = Named(
    "sensitive",
    &Shape::Object(&object(&[
        must("purpose", &Title, "用途 / what it is kept for"),
        must("keep", &KEEP, "保存多久 / how long"),
        key(
            "search",
            &Word(&["none", "exact", "ending", "words"]),
            "怎样查找 / how it may be found",
        ),
        must(
            "seen-by",
            &NAMES_OR_NONE,
            "可见的岗位；保密档案还须经批准 / posts that see it; of a secret kind only under a grant",
        ),
        key(
            "of",
            &NAME,
            "说的是谁：指向此人的链接 / the link to the person whom it tells of",
        ),
    ])),
);
static KEEP: Shape = Named(
    "keep",
    &Either(&[
        Span,
        Shape::Object(&object(&[must("param", &NAME, "参数 / a parameter")])),
    ]),
);
static NAMES_OR_NONE: Shape = Many(&NAME);
static STATE: Object = object(&[
    ZH,
    EN,
    key("closed", &Bool, "不再需要办理 / nothing more is expected"),
    key("waits", &NAME, "等待的原因 / the cause it waits for"),
    key("with", &NAME, "在谁手里 / who holds the matter"),
]);
static STATES: Shape = Either(&[
    Shape::List(&Either(&[Shape::Name, Map(&STATE_BODY)])),
    Map(&STATE_BODY),
]);
static STATE_BODY: Shape = Named("state", &Either(&[Empty, Text, Shape::Object(&STATE)]));

static EFFECTS: Shape = Named(
    "effects",
    &Many(&Shape::Object(&Object {
        keys: &[
            key("set", &Map(&Expr), "字段: 值 / field: CEL"),
            key("add", &Map(&Expr), "字段: 加数 / whole-number field: CEL"),
            key(
                "open",
                &Either(&[Shape::Name, Shape::Object(&EFFECT_OPEN)]),
                "开立另一单据 / open another record",
            ),
            key(
                "step",
                &Shape::Object(&EFFECT_STEP),
                "链接单据走一步 / take a step on a linked record",
            ),
            key(
                "post",
                &Shape::Object(&EFFECT_POST),
                "记账 / a line of a ledger",
            ),
            key(
                "send",
                &Shape::Object(&EFFECT_SEND),
                "发往另一单元 / a message to another unit",
            ),
        ],
        rest: None,
        one_of: &["set", "add", "open", "step", "post", "send"],
    })),
);
static EFFECT_OPEN: Object = object(&[
    must("kind", &NAME, "单据类型 / kind"),
    key("when", &Expr, "条件 / condition"),
    key("data", &Map(&Expr), "字段: 值 / field: CEL"),
    key(
        "links",
        &Map(&NAME),
        "链接: this 或本单据的链接 / link: this, or a link of this record",
    ),
]);
static EFFECT_STEP: Object = object(&[
    must("link", &NAME, "链接 / link"),
    must("step", &NAME, "步骤 / step"),
    key("when", &Expr, "条件 / condition"),
    key("data", &Map(&Expr), "字段: 值 / field: CEL"),
]);
static EFFECT_POST: Object = object(&[
    must("ledger", &NAME, "台账 / ledger"),
    must(
        "account",
        &NAME,
        "账户：this 或链接 / this, or a link of this record",
    ),
    must("amount", &Expr, "数额，可为负 / signed amount"),
    key("when", &Expr, "条件 / condition"),
]);
static EFFECT_SEND: Object = Object {
    keys: &[
        must(
            "to",
            &Text,
            "above、company、sender、field(字段) / to which unit",
        ),
        key("open", &NAME, "在那里开立 / the kind to open there"),
        key(
            "step",
            &NAME,
            "来信单据走一步（to: sender）/ a step on the record that had sent",
        ),
        key("when", &Expr, "条件 / condition"),
        key("data", &Map(&Expr), "字段: 值 / field: CEL"),
        key(
            "kind",
            &NAME,
            "来信单据的类型（step）/ the kind of the record that had sent",
        ),
    ],
    rest: None,
    one_of: &["open", "step"],
};
static OPEN: Object = object(&[
    ZH,
    EN,
    key("by", &WORDS, "谁可以 / who may"),
    key(
        "not-by",
        &WORDS,
        "谁不可以，因涉及本人工作：creator、assignee、team、doer(步骤)、员工字段 / who may not, since it is his own work",
    ),
    key("form", &WORDS, "表单字段 / fields of its form"),
    key("to", &NAME, "开立后的状态 / the state it begins in"),
    key("when", &Expr, "条件 / condition"),
    key("cosign", &WORDS, "会签 / who signs beside"),
    key("effects", &EFFECTS, "同时发生的事 / what it does besides"),
]);
static STEP: Object = object(&[
    ZH,
    EN,
    key("from", &NAMES, "从哪些状态 / from which states"),
    key("to", &NAME, "到哪个状态 / the state after"),
    key("by", &WORDS, "谁可以 / who may"),
    key(
        "not-by",
        &WORDS,
        "谁不可以，因涉及本人工作：creator、assignee、team、doer(步骤)、员工字段 / who may not, since it is his own work",
    ),
    key(
        "form",
        &WORDS,
        "表单字段，? 为选填 / fields of its form, `?` optional",
    ),
    key("when", &Expr, "条件 / condition"),
    key("cosign", &WORDS, "会签 / who signs beside"),
    key("effects", &EFFECTS, "同时发生的事 / what it does besides"),
    key(
        "undoes",
        &NAMES,
        "使哪些步骤的结果失效 / steps whose outcome it revokes",
    ),
    key(
        "withdraws",
        &NAMES,
        "撤销哪些应办，或 all / duties that cease, or all",
    ),
    key(
        "confirm",
        &Bool,
        "须第二人或对方确认 / a second person or the other side confirms",
    ),
    key(
        "contact-attempt",
        &Bool,
        "算一次联系 / counts as an attempt to reach the other side",
    ),
]);
static FACT: Shape = Shape::Object(&Object {
    keys: &[
        key(
            "last",
            &NAME,
            "最近一次的单据类型 / the last earlier record of this kind",
        ),
        key(
            "count",
            &NAME,
            "数这类单据有几张 / how many records of this kind there are",
        ),
        key(
            "posted",
            &NAMES,
            "当时在任这些岗位的人数 / how many members hold one of these posts",
        ),
        key(
            "served",
            &NAME,
            "哪个字段写着网格编号：另有几人在服务它 / the field with a grid's code: how many others serve it",
        ),
        key(
            "unmanned",
            &NAMES,
            "排班里这些岗位一个人也没有的分钟数（最久一天）/ minutes of the worst day in which the roster has nobody of these posts",
        ),
        key(
            "after",
            &Span,
            "从几天后看起（unmanned）/ so many days later (unmanned)",
        ),
        key(
            "day",
            &NAME,
            "哪一天：日期字段（served），从哪天看起（unmanned，不写为当日）/ the field with the day (served), with the day to begin at (unmanned; else the day on which it is asked)",
        ),
        key(
            "calendar",
            &NAME,
            "承诺的时段（unmanned）；不写为全天 / the promised hours (unmanned); else around the clock",
        ),
        key(
            "same",
            &NAMES,
            "相同的链接或字段 / with the same links or fields",
        ),
        key(
            "through",
            &NAME,
            "那类单据指向本单据的链接（count）/ the link of theirs that leads to this record (count)",
        ),
        key("within", &Span, "在多久之内 / within"),
        key(
            "state",
            &Expr,
            "条件（last）/ and for which this holds (last)",
        ),
        key(
            "where",
            &Expr,
            "条件（count）/ and for which this holds (count)",
        ),
        key(
            "on",
            &NAMES,
            "在哪些步骤查；count 不写则凡读到它的步骤都查 / steps at which it is looked up; a count without it wherever it is read",
        ),
    ],
    rest: None,
    one_of: &["last", "count", "posted", "served", "unmanned"],
});
static LIMIT: Shape = Named(
    "limit",
    &Either(&[
        Span,
        Shape::Object(&Object {
            keys: &[
                key("param", &NAME, "参数 / a parameter"),
                key("by", &NAME, "按哪个选项字段 / by a choice"),
            ],
            rest: Some(&LIMIT),
            one_of: &["param", "by"],
        }),
    ]),
);
static DUE: Shape = Named(
    "due",
    &Either(&[
        DUE_SHORT,
        Shape::Object(&Object {
            keys: &[
                key("within", &LIMIT, "多久之内 / so long after the start"),
                key("calendar", &NAME, "营业时间 / opening hours"),
                key(
                    "roll",
                    &Word(&["next-workday"]),
                    "遇休息日顺延 / a day of rest moves on",
                ),
                key(
                    "until",
                    &Word(&["close"]),
                    "到当日下班 / ends with closing time",
                ),
                key("field", &NAME, "由字段写明 / the record says when"),
                key("point", &POINT, "日历上的一天 / a day of the calendar"),
                key("before", &BEFORE, "在计划日之前 / before a planned day"),
                key("earliest", &Shape::List(&DUE), "取最早 / the earliest of"),
                key("latest", &Shape::List(&DUE), "取最晚 / the latest of"),
            ],
            rest: None,
            one_of: &["within", "field", "point", "before", "earliest", "latest"],
        }),
    ]),
);
const DUE_SHORT: Shape = Text;
static POINT_DAY: Shape = Either(&[
    Int,
    Shape::Object(&object(&[must(
        "param",
        &NAME,
        "参数 / a parameter of unit count",
    )])),
]);
static POINT: Shape = Shape::Object(&object(&[
    must("day", &POINT_DAY, "几日 / day of the month"),
    must(
        "of",
        &Text,
        "哪个月 / this-month, next-month, first-month-of-quarter …",
    ),
]));
static BEFORE: Shape = Shape::Object(&object(&[
    must("field", &NAME, "计划日期字段 / the field with the plan"),
    must("by", &LIMIT, "提前多久 / how long before"),
]));
static DUTY: Object = object(&[
    ZH,
    EN,
    must("on", &ON, "起点 / what starts it"),
    key("when", &Expr, "条件 / else no duty"),
    must("until", &UNTIL, "办成的步骤 / what does it"),
    key("due", &DUE, "时限 / when it is due"),
    key("not-before", &DUE, "不早于 / done earlier does not count"),
    key("calendar", &NAME, "营业时间 / opening hours"),
    key("around-the-clock", &Bool, "全天候计时 / around the clock"),
    key(
        "on-due",
        &Either(&[
            Shape::Name,
            Shape::Object(&object(&[must("step", &NAME, "步骤 / step")])),
        ]),
        "到时由系统走的步骤 / a timed transition",
    ),
    key(
        "fair",
        &Span,
        "接手后的合理时间 / for a holder whom it reaches late",
    ),
    key("pauses", &NAMES, "哪些等待停表 / waits that stop its clock"),
    key(
        "proof",
        &Word(&["server", "device", "counterpart", "typed"]),
        "以何时间为准 / which time decides",
    ),
    key(
        "holder",
        &WORDS,
        "责任人，取第一个有的 / the first that exists",
    ),
    key("credit", &Text, "记功 / holder, doer, each(FIELD)"),
    key(
        "charge",
        &Text,
        "记过 / longest, holder-at-due, unit, link(NAME)",
    ),
    key(
        "on-repeat",
        &Word(&["new", "keep", "restart"]),
        "再次发生时 / when its start recurs",
    ),
    key(
        "stands",
        &Span,
        "结果多久内可被推翻 / how long an outcome stands against undoing",
    ),
    key("late", &LATE, "迟办 / done late"),
    key(
        "remind",
        &LIMIT,
        "到期前多久提醒 / how long before its due time its holder is reminded",
    ),
    key("safety", &Bool, "安全优先 / ordered first"),
]);
static LATE: Shape = Shape::Object(&object(&[
    must("within", &Span, "迟多久以内 / counted from its due time"),
    must("worth", &Bp, "值多少 / what it is still worth"),
]));
static ON: Shape = Named(
    "on",
    &Either(&[
        Many(&NAME),
        Shape::Object(&Object {
            keys: &[
                key("at", &NAME, "字段写明的时间 / at the time of a field"),
                key(
                    "posting",
                    &Word(&["ended"]),
                    "任职结束 / when the posting ends",
                ),
                key("every", &Text, "节奏（RRULE）/ the rhythm"),
                key("while", &Expr, "条件 / while this holds"),
                key("period", &PERIOD, "所属周期 / the period it stands for"),
                key(
                    "for",
                    &NAME,
                    "对每个此类单据 / one for each record of this kind",
                ),
                key(
                    "each",
                    &NAME,
                    "指向它的链接 / the link of this kind that leads to it",
                ),
                SEASON_IN,
                SEASON_OUT,
                DAY_KIND,
            ],
            rest: None,
            one_of: &["at", "posting", "every"],
        }),
    ]),
);
static UNTIL: Shape = Named(
    "until",
    &Many(&Either(&[
        Shape::Name,
        Shape::Object(&object(&[
            must("step", &NAME, "步骤 / step"),
            key("times", &Int, "次数 / times"),
            key(
                "distinct",
                &Word(&["day", "day-part"]),
                "不同日或不同时段 / on distinct days or parts of the day",
            ),
            key("when", &Expr, "条件 / condition"),
            key(
                "then",
                &Word(&["done", "exempt"]),
                "结果 / what it makes of the duty",
            ),
        ])),
    ])),
);
static APPROVAL: Shape = Shape::Object(&object(&[
    ZH,
    EN,
    must("on", &NAME, "提请的步骤 / the step that asks"),
    must(
        "then",
        &NAME,
        "通过后的步骤 / the step taken when all have agreed",
    ),
    must(
        "chain",
        &Shape::List(&Many(&NAME)),
        "逐级岗位 / posts, stage by stage",
    ),
    key("within", &LIMIT, "整个时限 / for the whole chain"),
    key("on-return", &RETURN, "退回 / where a return leads"),
    key(
        "lapse",
        &Word(&["escalate", "wait"]),
        "逾期 / when nobody answers",
    ),
    key(
        "stand-in",
        &Word(&["acting", "nobody"]),
        "代批 / who answers for a post that is away",
    ),
    key("answer", &ANSWER, "答复申请人 / the applicant is told"),
]));
static ANSWER: Shape = Shape::Object(&object(&[
    must("step", &NAME, "答复的步骤 / the step that tells him"),
    must("until", &LIMIT, "多久之内 / within"),
    key("holder", &WORDS, "责任人 / who holds it"),
]));
static MIGRATION: Shape = Shape::Object(&object(&[
    key(
        "fields",
        &Map(&NAME),
        "旧字段: 新字段 / old field: new field",
    ),
    key("links", &Map(&NAME), "旧链接: 新链接 / old link: new link"),
    key(
        "states",
        &Map(&NAME),
        "旧状态: 新状态 / old state: new state",
    ),
    key("duties", &Map(&NAME), "旧应办: 新应办 / old duty: new duty"),
    key(
        "defaults",
        &Map(&Literal),
        "空着的字段填什么 / what an empty field holds then",
    ),
]));
static RETURN: Shape = Shape::Object(&object(&[
    must("to", &NAME, "状态 / state"),
    key("pauses", &NAME, "等待原因 / the cause of the wait"),
]));
static MERGE: Shape = Shape::Object(&object(&[
    must("into", &NAME, "链接 / link"),
    key("withdraws", &NAMES, "撤销的应办 / duties that cease"),
    key("keeps", &NAMES, "保留的应办 / duties that stay"),
    key(
        "counts",
        &Text,
        "once-per(LINK)，同 into / the same link as into",
    ),
]));
