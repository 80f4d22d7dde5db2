//! Files → a checked pack, or every fault at once.
//!
//! First the shape of every file is checked, then the names that others refer to are collected (`index`), then everything is compiled
//! against them. A fault never hides another file's; what a fault has already explained is not reported again.

mod access;
mod approval;
mod company;
mod days;
mod duty;
mod effect;
mod every;
mod fact;
mod flow;
mod index;
mod kind;
mod ledger;
mod limit;
mod migrate;
mod part;
mod private;
mod published;
mod role;
mod schedule;
pub(super) mod source;
mod standard;
mod step;

pub(super) use kind::type_word;

use super::fault::Fault;
use super::grammar;
use super::model::{Kind, Pack};
use super::shape::{self, Object};
use super::standard::Standard;
use super::yaml::{self, Node};
use crate::expr::{Expr, ExprFault, Schema, Type};
use crate::name::{Name, Text};
use crate::near::did_you_mean;
use index::Index;
use sha2::{Digest, Sha256};
use source::{Place, Raw, Sources};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Files of a pack at most.
const MAX_FILES: usize = 2_000;
/// A story to try the pack with; no part of its rules, nor of its digest.
pub(super) const DEMO: &str = "demo.yaml";

/// A YAML text that is no part of a pack, every plain value as a text.
pub(super) fn plain(path: &str, text: &str) -> Result<serde_json::Value, Vec<Fault>> {
    document(path, text).map(|node| node.to_json())
}

/// The same with the place of every value.
pub(super) fn document(path: &str, text: &str) -> Result<Node, Vec<Fault>> {
    let sources = Sources::new(vec![(path.to_owned(), text.to_owned())]);
    let mut faults = Vec::new();
    match yaml::read(0, text, &mut faults) {
        Some(node) if faults.is_empty() => Ok(node),
        _ => Err(sources.finish(faults)),
    }
}

/// A pack out of its files, `(path inside the pack, text)` in any order.
///
/// # Errors
/// Every fault that was found, in the order of files and lines.
pub fn load<P: Into<String>, T: Into<String>>(
    files: impl IntoIterator<Item = (P, T)>,
) -> Result<Pack, Vec<Fault>> {
    let files: Vec<(String, String)> = files
        .into_iter()
        .take(MAX_FILES)
        .map(|(path, text)| (path.into().replace('\\', "/"), text.into()))
        .filter(|(path, _)| super::is_rules(path))
        .collect();
    let sources = Sources::new(files);
    let mut ctx = Ctx {
        sources: &sources,
        faults: Vec::new(),
        index: Rc::default(),
        hosted: Vec::new(),
    };
    let pack = ctx.pack();
    match pack {
        Some(pack) if ctx.faults.is_empty() => Ok(pack),
        _ => Err(sources.finish(ctx.faults)),
    }
}

/// SHA-256 over path and text of every file in path order; lengths in between, so that no two packs share one.
fn digest(sources: &Sources) -> [u8; 32] {
    let mut hash = Sha256::new();
    for (_, path, text) in sources.files() {
        for part in [path, text] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
    }
    hash.finalize().into()
}

/// A condition over records of a kind by themselves, which somebody asks beside the pack: their state and fields, nothing behind links.
///
/// # Errors
/// Every fault in it.
pub fn condition(kind: &Kind, source: &str) -> Result<Expr, Vec<ExprFault>> {
    let states = kind.states.iter().map(|state| state.name.clone()).collect();
    let mut schema = Schema::default();
    schema.insert(vec!["state".into()], Type::Choice(states));
    for field in &kind.fields {
        schema.insert(vec![field.name.clone()], index::type_of(&field.ty));
    }
    Expr::condition(source, &schema)
}

/// The files by what they are.
#[derive(Default)]
struct Files {
    pack: Option<Node>,
    posts: Option<Node>,
    schedules: Option<Node>,
    hours: Vec<Node>,
    years: Vec<Node>,
    seasons: Vec<(Name, Node)>,
    kinds: Vec<(Name, Node)>,
    standards: Vec<(Name, Node)>,
    /// A file could not be read at all.
    unread: bool,
}

struct Ctx<'a> {
    sources: &'a Sources,
    faults: Vec<Raw>,
    index: Rc<Index>,
    /// Duties that live in the records of another kind.
    hosted: Vec<every::Hosted>,
}

/// What a name refers to: code of the fault, and how it is called.
type Ref = (&'static str, &'static str, &'static str);
const KIND: Ref = ("no-such-kind", "单据类型", "kind");
const FIELD: Ref = ("no-such-field", "字段", "field");
const STATE: Ref = ("no-such-state", "状态", "state");
const STEP: Ref = ("no-such-step", "步骤", "step");
const POST: Ref = ("no-such-post", "岗位", "post");
const PARAMETER: Ref = ("no-such-parameter", "参数", "parameter");
const CAUSE: Ref = ("no-such-cause", "等待原因", "cause");
const CALENDAR: Ref = ("no-such-calendar", "营业时间", "calendar");
const LINK: Ref = ("no-such-link", "链接", "link");
const DUTY: Ref = ("no-such-duty", "应办", "duty");
const STANDARD: Ref = ("no-such-standard", "考核标准", "standard");
const SEASON: Ref = ("no-such-season", "季节", "season");
const LEDGER: Ref = ("no-such-ledger", "台账", "ledger");
const CASE: Ref = ("no-such-case", "选项", "case");

impl Ctx<'_> {
    fn fault(&mut self, code: &'static str, at: Place, cause: Text, help: Text) {
        self.faults.push(Raw::new(code, at, cause, help));
    }

    /// Whether a file has such a fault already: what follows from it is not told again.
    fn told(&self, file: u32, codes: &[&str]) -> bool {
        self.faults.iter().any(|fault| fault.is_one_of(file, codes))
    }

    /// The name at a node, if it is one of the known; else a fault.
    fn refer<'n>(
        &mut self,
        node: &Node,
        what: Ref,
        known: impl IntoIterator<Item = &'n Name>,
    ) -> Option<Name> {
        let text = node.text()?;
        self.refer_text(text, node.at, what, known)
    }

    fn refer_text<'n>(
        &mut self,
        text: &str,
        at: Place,
        (code, zh, en): Ref,
        known: impl IntoIterator<Item = &'n Name>,
    ) -> Option<Name> {
        let known: Vec<&str> = known.into_iter().map(Name::as_str).collect();
        if known.contains(&text) {
            return Some(Name::from(text));
        }
        let cause = Text::both(
            format!("没有{zh} `{text}`"),
            format!("there is no {en} `{text}`"),
        );
        self.fault(code, at, cause, did_you_mean(text, known));
        None
    }

    /// A condition or value; its faults are placed inside the text where the source shows it as it is.
    fn expr(
        &mut self,
        node: &Node,
        schema: Option<&Schema>,
        wanted: Option<&Type>,
    ) -> Option<Expr> {
        let (text, schema) = (node.text()?, schema?);
        match Expr::compile(text, schema, wanted) {
            Ok(expr) => Some(expr),
            Err(faults) => {
                for fault in faults {
                    let at = self.inside(node.at, text, &fault.at);
                    self.fault(fault.code, at, fault.cause, fault.help);
                }
                None
            }
        }
    }

    fn condition(&mut self, node: Option<&Node>, schema: Option<&Schema>) -> Option<Expr> {
        self.expr(node?, schema, Some(&Type::Bool))
    }

    fn inside(&self, at: Place, text: &str, bytes: &std::ops::Range<usize>) -> Place {
        let line: Vec<char> = self.sources.line(at).chars().collect();
        let begin = at.column.saturating_sub(1) as usize;
        let skip = usize::from(matches!(line.get(begin), Some('"' | '\'')));
        let shown: String = line
            .iter()
            .skip(begin + skip)
            .take(text.chars().count())
            .collect();
        if shown != text {
            return at;
        }
        let narrow = |count: usize| u32::try_from(count).unwrap_or(0);
        let before = text[..bytes.start].chars().count();
        Place {
            column: at.column + narrow(skip + before),
            length: narrow(text[bytes.clone()].chars().count()).max(1),
            ..at
        }
    }

    fn pack(&mut self) -> Option<Pack> {
        let files = self.files();
        if files.unread {
            // Names in a file that cannot be read would look as if they did not exist.
            return None;
        }
        self.index = Rc::new(index::collect(self, &files));
        let company = self.company(&files);
        let mut kinds: BTreeMap<Name, Kind> = BTreeMap::new();
        for (name, node) in &files.kinds {
            if let Some(kind) = self.kind(name, node) {
                kinds.insert(name.clone(), kind);
            }
        }
        self.host(&mut kinds);
        self.cycles(&files, &kinds);
        self.secrets(&files, &kinds);
        self.receipts(&files, &mut kinds);
        let mut standards: BTreeMap<Name, Standard> = BTreeMap::new();
        for (name, node) in &files.standards {
            if let Some(standard) = self.standard(name, node) {
                standards.insert(name.clone(), standard);
            }
        }
        self.score_cycles(&files, &standards);
        let schedules = self.schedules(files.schedules.as_ref());
        let mut company = company?;
        self.rights(files.posts.as_ref(), &mut company.posts, &kinds);
        Some(Pack {
            name: company.name,
            version: company.version,
            digest: digest(self.sources),
            title: company.title,
            zone: company.zone,
            parameters: company.parameters,
            posts: company.posts,
            calendars: company.calendars,
            special_days: company.special_days,
            causes: company.causes,
            seasons: company.seasons,
            ledgers: company.ledgers,
            kinds,
            schedules,
            standards,
        })
    }

    /// Reads every file and checks its shape.
    fn files(&mut self) -> Files {
        let mut files = Files::default();
        let sources = self.sources;
        for (number, path, text) in sources.files() {
            let at = Place {
                file: number,
                line: 1,
                column: 1,
                length: 1,
            };
            let Some(stem) = path.strip_suffix(".yaml") else {
                if path.ends_with(".yml") {
                    self.fault(
                        "file-name",
                        at,
                        Text::both(
                            "文件名要以 .yaml 结尾",
                            "the file's name must end with .yaml",
                        ),
                        Text::both("改名为 .yaml", "rename it to .yaml"),
                    );
                }
                continue;
            };
            let (folder, name) = stem.split_once('/').unwrap_or(("", stem));
            let object: &Object = match (folder, name) {
                ("", "pack") => &grammar::PACK,
                ("", "posts") => &grammar::POSTS,
                ("", "schedules") => &grammar::SCHEDULES,
                ("kinds", _) => &grammar::KIND,
                ("standards", _) => &grammar::STANDARD,
                ("calendars", _) => &grammar::HOURS,
                _ => {
                    self.fault(
                        "file-name",
                        at,
                        Text::both(
                            format!("包里没有 `{path}` 这种文件"),
                            format!("a pack has no file `{path}`"),
                        ),
                        Text::both(
                            "可用：pack.yaml、posts.yaml、schedules.yaml、kinds/、standards/、calendars/ 下的 .yaml",
                            "known: pack.yaml, posts.yaml, schedules.yaml, and .yaml files in kinds/, standards/, calendars/",
                        ),
                    );
                    continue;
                }
            };
            let Some(node) = yaml::read(number, text, &mut self.faults) else {
                files.unread = true;
                continue;
            };
            let is_year = folder == "calendars" && node.get("year").is_some();
            let is_season = folder == "calendars" && node.get("season").is_some();
            let object = match (is_year, is_season) {
                (true, _) => &grammar::YEAR,
                (_, true) => &grammar::SEASON,
                _ => object,
            };
            self.shape(&node, at, object);
            match (folder, name) {
                ("", "pack") => files.pack = Some(node),
                ("", "posts") => files.posts = Some(node),
                ("", "schedules") => files.schedules = Some(node),
                ("calendars", _) if is_year => files.years.push(node),
                ("calendars", _) if is_season => {
                    let name = self.named(&node, "season", name);
                    files.seasons.push((name, node));
                }
                ("calendars", _) => files.hours.push(node),
                ("kinds", _) => {
                    let name = self.named(&node, "kind", name);
                    files.kinds.push((name, node));
                }
                _ => {
                    let name = self.named(&node, "standard", name);
                    files.standards.push((name, node));
                }
            }
        }
        if files.pack.is_none() && sources.files().all(|(_, path, _)| path != "pack.yaml") {
            self.fault(
                "no-pack",
                Place {
                    file: 0,
                    line: 1,
                    column: 1,
                    length: 1,
                },
                Text::both("包里没有 pack.yaml", "the pack has no pack.yaml"),
                Text::both(
                    "建一个 pack.yaml，写上 pack 和 version",
                    "make a pack.yaml with `pack` and `version`",
                ),
            );
        }
        files
    }

    fn shape(&mut self, node: &Node, at: Place, object: &Object) {
        // An object behind a plain reference is checked as any other shape is.
        shape::check_root(node, at, object, &mut self.faults);
    }

    /// What a file calls its content, which is the file's own name.
    fn named(&mut self, node: &Node, key: &str, file: &str) -> Name {
        if let Some(value) = node.get(key)
            && let Some(text) = value.text()
            && text != file
        {
            self.fault(
                "file-name",
                value.at,
                Text::both(
                    format!("文件叫 `{file}`，里面写的是 `{text}`"),
                    format!("the file is called `{file}` and says `{text}`"),
                ),
                Text::both("两处写成一样", "let both be the same"),
            );
        }
        Name::from(file)
    }
}

/// The titles at a node: a text, or `zh` and `en`, else the name.
fn titled(node: Option<&Node>, name: &str) -> Text {
    let Some(node) = node else {
        return Text::both(name, name);
    };
    if let Some(text) = node.text() {
        return Text::both(text, text);
    }
    let part = |key: &str| node.get(key).and_then(Node::text);
    let (zh, en) = (part("zh"), part("en"));
    Text::both(zh.or(en).unwrap_or(name), en.or(zh).unwrap_or(name))
}

/// The titles of an entry whose plain text means something else.
fn titled_map(node: &Node, name: &str) -> Text {
    titled(node.text().is_none().then_some(node), name)
}

fn flag(node: &Node, key: &str) -> bool {
    node.get(key).and_then(Node::text) == Some("true")
}

/// A value that the shape check has already judged.
fn parsed<T: std::str::FromStr>(node: Option<&Node>) -> Option<T> {
    node?.text()?.parse().ok()
}

/// `link(home)` → (`link`, `home`); a plain word has no argument.
fn called(text: &str) -> (&str, Option<&str>) {
    match text.split_once('(') {
        Some((word, rest)) => match rest.strip_suffix(')') {
            Some(argument) => (word.trim(), Some(argument.trim())),
            None => (text, None),
        },
        None => (text, None),
    }
}
