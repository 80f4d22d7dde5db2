//! The grammar of every file of a pack, as `docs/packs.md` describes it.

mod kind;
mod standard;

pub(in crate::pack) use kind::KIND;
pub(in crate::pack) use standard::STANDARD;

use super::shape::{Key, Object, Shape};
use Shape::{Bool, Either, Empty, Expr, Int, Literal, Many, Map, Named, Text, Title, Word};

const fn key(name: &'static str, shape: &'static Shape, about: &'static str) -> Key {
    Key {
        name,
        required: false,
        shape,
        about,
    }
}
const fn must(name: &'static str, shape: &'static Shape, about: &'static str) -> Key {
    Key {
        name,
        required: true,
        shape,
        about,
    }
}
const fn object(keys: &'static [Key]) -> Object {
    Object {
        keys,
        rest: None,
        one_of: &[],
    }
}

const ZH: Key = key("zh", &Text, "中文名 / title in Chinese");
const EN: Key = key("en", &Text, "英文名 / title in English");
static NAME: Shape = Shape::Name;
static NAMES: Shape = Many(&NAME);
static WORD: Shape = Text;
static WORDS: Shape = Many(&WORD);
pub(in crate::pack) const PERIODS: &[&str] =
    &["day", "week", "month", "quarter", "half-year", "year"];
static PERIOD: Shape = Word(PERIODS);

// pack.yaml

pub(in crate::pack) static PACK: Object = object(&[
    must("pack", &NAME, "包名 / the pack's name"),
    must("version", &Text, "版本，三个数 / three numbers: 1.4.0"),
    key("title", &Title, "名称 / title"),
    key("zone", &Text, "时区，默认 Asia/Shanghai / IANA time zone"),
    key("languages", &WORDS, "语言（BCP 47）/ languages"),
    key(
        "causes",
        &Map(&CAUSE),
        "等待的原因 / what a record may wait for",
    ),
    key("parameters", &Map(&PARAMETER), "参数 / parameters"),
    key("ledgers", &Map(&LEDGER), "台账（账目）/ ledgers"),
]);
static LEDGER: Shape = Shape::Object(&object(&[
    ZH,
    EN,
    must(
        "unit",
        &Title,
        "单位：fen，或自己的词 / fen, or a word of your own",
    ),
    must(
        "account",
        &NAME,
        "账户的单据类型 / an account is a record of this kind",
    ),
    key("least", &Int, "余额下限 / no account falls below"),
]));
static CAUSE: Shape = Either(&[
    Empty,
    Text,
    Shape::Object(&object(&[
        ZH,
        EN,
        key(
            "contact-attempt",
            &Bool,
            "先联系过才算 / counts only after an attempt to reach the other side",
        ),
    ])),
]);
pub(in crate::pack) const UNITS: &[&str] = &["duration", "bp", "fen", "count", "flag", "text"];
static PARAMETER: Shape = Shape::Object(&object(&[
    ZH,
    EN,
    must("unit", &Word(UNITS), "单位 / unit"),
    must("default", &Literal, "默认值 / default"),
    key(
        "bounds",
        &Shape::List(&Literal),
        "上下限，含 / inclusive bounds",
    ),
    key(
        "by",
        &Map(&Map(&Literal)),
        "按单元属性的默认值 / defaults by an attribute of the unit",
    ),
    key(
        "looser",
        &Word(&["higher", "lower", "neither"]),
        "哪个方向更松 / which way favours the one who is scored",
    ),
    key(
        "loosened-by",
        &Word(&["above"]),
        "放松由上级设定 / a loosening override comes from above",
    ),
]));

// posts.yaml, schedules.yaml, calendars

pub(in crate::pack) static POSTS: Object = object(&[
    key("everyone", &MAY, "每个岗位都可以 / what every post may"),
    must("posts", &Map(&POST), "岗位 / posts"),
]);
static MAY: Shape = Named(
    "may",
    &Shape::Object(&object(&[
        key(
            "see",
            &Shape::Object(&SEE),
            "看到的单据 / the records it sees",
        ),
        key(
            "do",
            &WORDS,
            "各类单据都有的步骤：excuse、KIND/merge / steps that every kind has, or KIND/STEP",
        ),
        key(
            "run",
            &Many(&Word(PRIVILEGES)),
            "权限 / what is no step of a record",
        ),
    ])),
);
static SEE: Object = object(&[
    key("unit", &NAMES, "全单元 / of the whole unit: kinds, or all"),
    key("grid", &NAMES, "本网格与本人 / of its grid, and one's own"),
    key("own", &NAMES, "本人 / one's own"),
    key("none", &NAMES, "看不到 / none"),
]);
pub(in crate::pack) const PRIVILEGES: &[&str] = &[
    "accounts",
    "units",
    "packs",
    "parameters",
    "imports",
    "exports",
    "scores",
    "seal",
    "appeals",
    "audit",
    "integrations",
];
static POST: Shape = Either(&[
    Empty,
    Text,
    Shape::Object(&object(&[
        ZH,
        EN,
        key("synonyms", &WORDS, "别名 / what other companies call it"),
        key(
            "reports-to",
            &NAME,
            "上级岗位 / where missed duties climb first",
        ),
        key("grid", &Bool, "服务网格 / serves a grid"),
        key("may", &MAY, "可以看和办什么 / what it may see and do"),
    ])),
]);
pub(in crate::pack) static SCHEDULES: Object = object(&[must(
    "schedules",
    &Map(&Shape::Object(&object(&[
        ZH,
        EN,
        must("every", &Text, "节奏（RFC 5545 RRULE）/ the rhythm"),
        must("open", &NAME, "开立的单据类型 / the kind to open"),
        key("data", &Map(&Literal), "字段的值 / values of fields"),
        key(
            "each",
            &NAME,
            "每个这类单据一份 / one for every record of this kind",
        ),
        key("when", &Expr, "条件 / for which this holds"),
        key("link", &NAME, "链接名 / linked under this name"),
        key(
            "fill",
            &Map(&Expr),
            "由该单据算出的字段 / fields worked out from that record",
        ),
        key(
            "roll",
            &NAMES,
            "其中遇休息日顺延到下一工作日的日期 / days among them that move on to the next working day",
        ),
        key("from", &Literal, "自何日起 / the day from which"),
        key(
            "at",
            &Many(&Word(LEVELS)),
            "在哪一级单元 / in units of which level",
        ),
        SEASON_IN,
        SEASON_OUT,
        DAY_KIND,
    ]))),
    "定期开立 / records that open on a rhythm",
)]);
pub(in crate::pack) const LEVELS: &[&str] = &["project", "region", "company"];
const SEASON_IN: Key = key("season", &NAME, "只在此季节 / in this season only");
const DAY_KIND: Key = key(
    "days",
    &Word(&["workdays", "restdays"]),
    "只在工作日（含调休上班）或休息日 / on working days only, made-up ones included, or on days of rest",
);
const SEASON_OUT: Key = key("outside", &NAME, "只在此季节之外 / out of this season only");
pub(in crate::pack) static SEASON: Object = object(&[
    must(
        "season",
        &NAME,
        "季节名，同文件名 / its name, as the file's",
    ),
    ZH,
    EN,
    must(
        "years",
        &Map(&Either(&[
            DAYS,
            Shape::Object(&object(&[
                key("usual", &DAYS, "一般的起止日 / first and last day"),
                key("regions", &Map(&DAYS), "按单元编号 / by the code of a unit"),
            ])),
        ])),
        "按开始的年份 / by the year in which it begins",
    ),
]);
const DAYS: Shape = Shape::List(&Literal);
pub(in crate::pack) static YEAR: Object = object(&[
    must("year", &Int, "年份 / year"),
    key("country", &Text, "国家或地区 / country"),
    key(
        "version",
        &Int,
        "第几版，更正时加一 / counts up with every correction",
    ),
    key("off", &Map(&Literal), "放假日 / days off"),
    key("work", &Map(&Literal), "调休上班日 / make-up working days"),
]);
pub(in crate::pack) static HOURS: Object = Object {
    keys: &[],
    rest: Some(&Many(&OPENING)),
    one_of: &[],
};
static OPENING: Shape = Shape::Object(&object(&[
    must(
        "periods",
        &Shape::List(&Shape::List(&Text)),
        "时段 / periods: [[08:30, 12:00], [13:30, 17:30]]",
    ),
    key(
        "days",
        &WORDS,
        "workdays、restdays、every-day 或 [mon, sat] / on which days",
    ),
]));
