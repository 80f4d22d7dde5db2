//! The packs that ship: they load, they speak both languages, no number in them is idle, and their story can be told.

mod demo;

use domain::expr::Expr;
use domain::name::{Name, Text};
use domain::pack::model::{DueSpec, FieldType, Keep, Kind, Limit, Pack, PointDay};
use domain::pack::standard::{Given, Needed, Selector};
use domain::pack::{Language, load, render};
use domain::record::refusal::{Code, Refusal};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn packs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs")
}

/// Path inside the pack and text of every file.
fn sources(root: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut left = vec![root.to_owned()];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of a pack") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                left.push(path);
            } else {
                let inside = path.strip_prefix(root).expect("inside the pack");
                let text = fs::read_to_string(&path).expect("UTF-8");
                found.push((inside.to_string_lossy().into_owned(), text));
            }
        }
    }
    found
}

/// Every folder under packs/.
fn shipped() -> Vec<Pack> {
    let mut folders: Vec<PathBuf> = fs::read_dir(packs())
        .expect("the folder of packs")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    let mut said = String::new();
    let mut loaded = Vec::new();
    for folder in folders {
        match load(sources(&folder)) {
            Ok(pack) => loaded.push(pack),
            Err(faults) => {
                said += &format!("{}\n{}", folder.display(), render(&faults, Language::En));
            }
        }
    }
    assert!(said.is_empty(), "{said}");
    loaded
}

#[test]
fn every_pack_under_packs_loads_without_a_fault() {
    let names: Vec<String> = shipped().iter().map(|pack| pack.name.to_string()).collect();
    assert_eq!(names, ["residential-cn", "service-request"]);
}

/// Everything that a user reads, with where it stands.
fn titles(pack: &Pack) -> Vec<(String, &Text)> {
    let mut found = vec![(format!("{}", pack.name), &pack.title)];
    for (name, post) in &pack.posts {
        found.push((format!("post {name}"), &post.title));
    }
    for (name, cause) in &pack.causes {
        found.push((format!("cause {name}"), &cause.title));
    }
    for (name, parameter) in &pack.parameters {
        found.push((format!("parameter {name}"), &parameter.title));
    }
    for (name, kind) in &pack.kinds {
        found.push((name.to_string(), &kind.title));
        for field in &kind.fields {
            found.push((format!("{name}.{}", field.name), &field.title));
            if let FieldType::Choice(choices) | FieldType::Choices(choices) = &field.ty {
                for choice in choices {
                    let place = format!("{name}.{} {}", field.name, choice.name);
                    found.push((place, &choice.title));
                }
            }
            if let Some(sensitive) = &field.sensitive {
                found.push((format!("{name}.{} purpose", field.name), &sensitive.purpose));
            }
        }
        for link in kind.links.values() {
            found.push((format!("{name} link {}", link.name), &link.title));
        }
        for state in &kind.states {
            found.push((format!("{name} state {}", state.name), &state.title));
        }
        for step in kind.steps.values().chain([&kind.open]) {
            found.push((format!("{name} step {}", step.name), &step.title));
        }
        for duty in &kind.duties {
            found.push((format!("{name} duty {}", duty.name), &duty.title));
        }
    }
    for (name, standard) in &pack.standards {
        found.push((name.to_string(), &standard.title));
        for clause in &standard.clauses {
            found.push((format!("{name} {}", clause.name), &clause.title));
        }
        for section in &standard.sections {
            found.push((format!("{name} {}", section.name), &section.title));
        }
        for grade in &standard.grades {
            found.push((format!("{name} {}", grade.name), &grade.title));
        }
    }
    found
}

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

#[test]
fn whatever_a_user_reads_is_there_in_chinese_and_in_english() {
    for pack in shipped() {
        let lacking: Vec<String> = titles(&pack)
            .into_iter()
            .filter(|(_, text)| {
                !is_chinese(&text.zh) || is_chinese(&text.en) || text.en.trim().is_empty()
            })
            .map(|(place, text)| format!("{place}: {text:?}"))
            .collect();
        assert!(lacking.is_empty(), "{}:\n{}", pack.name, lacking.join("\n"));
    }
}

fn limit(limit: &Limit, read: &mut BTreeSet<String>) {
    match limit {
        Limit::Fixed(_) => {}
        Limit::Param(name) => {
            read.insert(name.to_string());
        }
        Limit::By { cases, .. } => cases.values().for_each(|case| self::limit(case, read)),
    }
}

fn due(spec: &DueSpec, read: &mut BTreeSet<String>) {
    match spec {
        DueSpec::Within { limit, .. } | DueSpec::Before { by: limit, .. } => {
            self::limit(limit, read);
        }
        DueSpec::Point {
            day: PointDay::Param(name),
            ..
        } => {
            read.insert(name.to_string());
        }
        DueSpec::Earliest(list) | DueSpec::Latest(list) => {
            list.iter().for_each(|spec| due(spec, read));
        }
        DueSpec::Point { .. } | DueSpec::Field(_) | DueSpec::PeriodEnd => {}
    }
}

fn conditions(kind: &Kind) -> impl Iterator<Item = &Expr> {
    let steps = kind.steps.values().chain([&kind.open]);
    let duties = kind.duties.iter();
    steps
        .filter_map(|step| step.when.as_ref())
        .chain(duties.filter_map(|duty| duty.when.as_ref()))
}

#[test]
fn no_parameter_is_idle() {
    for pack in shipped() {
        let mut read = BTreeSet::new();
        for duty in pack.kinds.values().flat_map(|kind| &kind.duties) {
            due(&duty.due, &mut read);
            if let Some(earliest) = &duty.not_before {
                due(earliest, &mut read);
            }
            if let Some(remind) = &duty.remind {
                limit(remind, &mut read);
            }
        }
        for condition in pack.kinds.values().flat_map(conditions) {
            for path in condition.reads() {
                if let [first, name @ ..] = path
                    && first.as_str() == "param"
                {
                    let parts: Vec<_> = name.iter().map(Name::as_str).collect();
                    read.insert(parts.join("."));
                }
            }
        }
        for (_, sensitive) in pack.kinds.values().flat_map(domain::privacy::private) {
            if let Keep::Param(name) = &sensitive.keep {
                read.insert(name.to_string());
            }
        }
        for clause in pack.standards.values().flat_map(|s| &s.clauses) {
            for part in &clause.parts {
                if let Selector::Quota(quota) = &part.selector
                    && let Needed::AtLeast(Given::Param(name))
                    | Needed::Share {
                        share: Given::Param(name),
                        ..
                    } = &quota.needed
                {
                    read.insert(name.to_string());
                }
            }
        }
        let idle: Vec<_> = pack
            .parameters
            .keys()
            .filter(|name| !read.contains(name.as_str()))
            .collect();
        assert!(idle.is_empty(), "{}: {idle:?}", pack.name);
    }
}

/// Repairs, follow-ups and complaints are counted from records; nobody marks them.
#[test]
fn sections_a_c_and_e_of_the_card_need_no_human_mark() {
    let pack = shipped().remove(0);
    let card = &pack.standards["scorecard-100"];
    let mut counted = 0;
    for clause in &card.clauses {
        let section = clause.section.as_ref().map(|name| name.as_str());
        if matches!(section, Some("A" | "C" | "E")) {
            let marks = clause
                .parts
                .iter()
                .any(|p| matches!(p.selector, Selector::Mark));
            assert!(!marks, "{}", clause.name);
            counted += clause.points.hundredths();
        }
    }
    assert_eq!(counted, 2_600);
}

/// Whoever is refused reads why in words: these few conditions put texts together or join what cannot be said shortly.
#[test]
fn conditions_are_said_in_words() {
    let mut raw = Vec::new();
    let mut told = 0;
    for pack in shipped() {
        for kind in pack.kinds.values() {
            for step in kind.steps.values().chain([&kind.open]) {
                let Some(when) = &step.when else { continue };
                told += 1;
                let refusal = Refusal::new(Code::ConditionFails)
                    .with(&step.name)
                    .with(when.source());
                let said = refusal.called(&pack, kind).text();
                let is_field = kind.field(when.source()).is_some();
                if said.zh.contains(when.source()) && !is_field {
                    raw.push(format!("{}/{}", kind.name, step.name));
                }
            }
        }
    }
    assert!(told > 100, "{told}");
    let known = [
        "conduct-check/open",
        "key/open",
        "staffing-plan/open",
        "vacant-check/open",
    ];
    assert_eq!(raw, known);
}
