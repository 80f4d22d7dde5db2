//! The packs that ship load.

use crate::pack::model::Pack;
use crate::pack::{Language, load, render};
use std::path::{Path, PathBuf};

fn files(root: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).expect("a folder of the pack");
        for path in entries.map(|entry| entry.expect("an entry").path()) {
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                let inside = path.strip_prefix(root).expect("inside the pack");
                found.push((inside.to_string_lossy().into_owned(), text));
            }
        }
    }
    found
}

pub(super) fn shipped(name: &str) -> Pack {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../packs")
        .join(name);
    match load(files(&root)) {
        Ok(pack) => pack,
        Err(faults) => panic!("{name}\n{}", render(&faults, Language::En)),
    }
}

#[test]
fn the_packs_that_ship_have_no_fault() {
    for name in ["residential-cn", "service-request"] {
        let pack = shipped(name);
        assert_eq!(pack.name, *name);
        assert!(!pack.kinds.is_empty() && !pack.standards.is_empty());
    }
}

/// X26: who looks at what is to do reads the title of the post that is asked, not its name in the pack.
#[test]
fn a_stage_of_an_approval_is_called_by_the_title_of_its_post() {
    let pack = shipped("residential-cn");
    for kind in pack.kinds.values() {
        for approval in kind.approvals.values() {
            for (stage, posts) in (1_u32..).zip(&approval.chain) {
                for post in posts {
                    let name = approval.duty_name(stage, post);
                    let duty = kind.duty(name.as_str()).expect("a duty of the stage");
                    let title = &pack.posts[post].title;
                    assert_eq!(
                        duty.title.zh,
                        format!("{}（{}）", approval.title.zh, title.zh)
                    );
                    assert_eq!(
                        duty.title.en,
                        format!("{} ({})", approval.title.en, title.en)
                    );
                }
            }
        }
    }
}
