//! standards/*.yaml.

use super::{EN, NAME, NAMES, PERIOD, WORDS, ZH, key, must, object};
use crate::pack::shape::{Object, Shape};
use Shape::{
    Bool, Bp, Either, Empty, Expr, Int, Many, Map, Named, Points, Span, Text, Title, Word,
};

pub(in crate::pack) static STANDARD: Object = object(&[
    must(
        "standard",
        &NAME,
        "标准名，同文件名 / its name, as the file's",
    ),
    key("name", &Title, "名称 / title"),
    key("version", &Int, "版本 / version"),
    must(
        "scores",
        &Word(&["member", "team", "unit"]),
        "考核对象 / what is scored",
    ),
    must("period", &PERIOD, "周期 / period"),
    key("full", &Points, "满分 / what the clauses add up to"),
    key(
        "least-covered",
        &Points,
        "覆盖分下限 / below these covered points no total",
    ),
    key(
        "sections",
        &Map(&Either(&[
            Empty,
            Text,
            Shape::Object(&object(&[ZH, EN, key("points", &Points, "分值 / points")])),
        ])),
        "分节 / sections",
    ),
    key(
        "grades",
        &Map(&Shape::Object(&object(&[
            ZH,
            EN,
            must("from", &Points, "下限，含 / inclusive lower bound"),
        ]))),
        "等级 / grades",
    ),
    key(
        "weights",
        &Map(&WEIGHT),
        "评分人的权重，合计 10000 / weights of appraisers, 10000 in all",
    ),
    must("clauses", &Map(&Shape::Object(&CLAUSE)), "条款 / clauses"),
]);
static WEIGHT: Shape = Either(&[
    Bp,
    Shape::Object(&object(&[
        ZH,
        EN,
        must("weight", &Bp, "权重 / weight"),
        key(
            "by",
            &Word(&["self", "reviewer"]),
            "自评或他评 / oneself or a reviewer",
        ),
        key(
            "within",
            &Shape::Span,
            "期末后多久内评 / how long after the period",
        ),
    ])),
]);
static CLAUSE: Object = object(&[
    ZH,
    EN,
    key("section", &Text, "所属分节 / section"),
    must("points", &Points, "分值 / points"),
    must(
        "parts",
        &Many(&Named("part", &Shape::Object(&PART))),
        "计分部分 / parts",
    ),
    key("posts", &NAMES, "适用岗位 / whose clause it is"),
    key(
        "applies",
        &Expr,
        "适用条件 / unit.type, unit.level, unit.flags",
    ),
    key("window", &PERIOD, "更长的周期 / a longer window"),
    key(
        "counts-in",
        &Word(&["closing-period"]),
        "计入末期 / counts in the closing period",
    ),
    key(
        "when-empty",
        &Word(&["full", "zero", "exclude"]),
        "无案例时 / without cases",
    ),
    key(
        "count-once-per",
        &NAME,
        "按链接合并 / a link whose cases count once",
    ),
    key("veto", &VETO, "否决 / veto"),
    key("cap", &Points, "最高 / points it cannot exceed"),
    key("covers", &WORDS, "对应的要求 / requirement ids"),
]);
static VETO: Shape = Shape::Object(&Object {
    keys: &[
        key(
            "section",
            &Word(&["zero"]),
            "本节为零 / the section is zero",
        ),
        key("total-at-most", &Points, "总分封顶 / caps the total"),
        key("grade-at-most", &NAME, "等级封顶 / caps the grade"),
    ],
    rest: None,
    one_of: &["section", "total-at-most", "grade-at-most"],
});
static SHARE: Shape = Either(&[
    Bp,
    Shape::Object(&object(&[must("param", &NAME, "参数 / a parameter")])),
]);
static LEAST: Shape = Either(&[
    Int,
    Shape::Object(&object(&[must("param", &NAME, "参数 / a parameter")])),
]);
static PART: Object = Object {
    keys: &[
        key("duty", &NAME, "KIND/DUTY"),
        key("quota", &QUOTA, "定额 / so many per period"),
        key("none-of", &NONE_OF, "不得发生 / must not happen"),
        key(
            "complete",
            &NAME,
            "填写完整 / a kind whose form is complete",
        ),
        key("ratio", &RATIO, "比率 / a ratio"),
        key("mean", &MEAN, "平均 / a mean"),
        key("mark", &Bool, "人工评分 / a human mark"),
        key("metric", &NAME, "外部指标 / a metric"),
        key("score", &NAME, "另一标准的结果 / another standard's result"),
        key("at", &NAME, "步骤（complete）/ the step"),
        key("fields", &NAMES, "字段（complete）/ the fields"),
        key("where", &Expr, "条件 / condition"),
        must("way", &WAY, "计分方式 / way"),
        key("target", &Bp, "目标 / target"),
        key("reason", &Text, "理由 / why all or nothing"),
        key("may-cost", &Points, "最多扣 / what it may cost at most"),
    ],
    rest: None,
    one_of: &[
        "duty", "quota", "none-of", "complete", "ratio", "mean", "mark", "metric", "score",
    ],
};
static QUOTA: Shape = Named(
    "quota",
    &Shape::Object(&Object {
        keys: &[
            must("of", &NAME, "单据类型 / kind"),
            key("at", &NAME, "步骤 / step"),
            key("where", &Expr, "条件 / condition"),
            key("subject", &NAME, "对象（链接）/ subject, a link"),
            key("at-least", &LEAST, "至少几次 / at least"),
            key("share", &SHARE, "比例 / a share"),
            key(
                "population",
                &NAME,
                "总体的单据类型 / kind of the population",
            ),
            key("over", &Expr, "总体的条件 / for which this holds"),
            key(
                "count",
                &Word(&["mean", "start", "end", "during"]),
                "总体怎样数 / how the population is counted",
            ),
            key("distinct-day", &Bool, "不同日 / on distinct days"),
            key(
                "sum",
                &NAME,
                "累加的字段 / sums a field instead of counting",
            ),
            key(
                "min-gap",
                &Span,
                "同一对象至少相隔 / least time between two of one subject",
            ),
        ],
        rest: None,
        one_of: &["at-least", "share"],
    }),
);
static NONE_OF: Shape = Named(
    "none-of",
    &Shape::Object(&object(&[
        must("kind", &NAME, "单据类型 / kind"),
        key("where", &Expr, "条件 / condition"),
        key(
            "whose",
            &NAME,
            "记在谁头上（字段或链接）/ whose: a field or link",
        ),
    ])),
);
static RATIO: Shape = Named(
    "ratio",
    &Shape::Object(&object(&[
        must("kind", &NAME, "单据类型 / kind"),
        must("at", &NAME, "步骤 / step"),
        must("of", &Expr, "分子条件 / those for which this holds"),
        key("over", &Expr, "分母条件 / over those for which this holds"),
        key(
            "ceiling",
            &Bool,
            "目标为上限 / the target is not to be exceeded",
        ),
    ])),
);
static MEAN: Shape = Named(
    "mean",
    &Shape::Object(&Object {
        keys: &[
            must("kind", &NAME, "单据类型 / kind"),
            key(
                "between",
                &Shape::List(&NAME),
                "两个步骤之间 / between two steps",
            ),
            key("field", &NAME, "字段 / a field"),
            key("where", &Expr, "条件 / condition"),
        ],
        rest: None,
        one_of: &["between", "field"],
    }),
);
static BANDS: Shape = Shape::List(&Shape::List(&Text));
static WAY: Shape = Named(
    "way",
    &Either(&[
        Word(&["by-rate", "all-or-nothing", "marks"]),
        Shape::Object(&Object {
            keys: &[
                key("per-violation", &Points, "每次扣 / taken for each"),
                key(
                    "tiers",
                    &Either(&[TIER_LIST, Shape::Object(&TIERS)]),
                    "分档 / bands",
                ),
                key(
                    "marks",
                    &Word(&["last", "mean", "sum-of-deductions"]),
                    "评分合并 / how marks combine",
                ),
                key(
                    "adjust",
                    &Shape::List(&Points),
                    "加减分 [下限, 上限] / bounds",
                ),
            ],
            rest: None,
            one_of: &["per-violation", "tiers", "marks", "adjust"],
        }),
    ]),
);
const TIER_LIST: Shape = Shape::List(&Shape::List(&Text));
static TIERS: Object = Object {
    keys: &[
        key("at-least", &BANDS, "不低于 / from a bound upwards"),
        key("at-most", &BANDS, "不高于 / up to a bound"),
        key("else", &Points, "其余 / the rest"),
    ],
    rest: None,
    one_of: &["at-least", "at-most"],
};
