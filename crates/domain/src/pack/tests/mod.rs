mod faults;
mod shipped;
mod versions;

use super::model::Pack;
use super::{Fault, load};

/// A small pack that is sound: what the tests break in one place each.
pub(super) const SOUND: [(&str, &str); 6] = [
    ("pack.yaml", include_str!("sound/pack.yaml")),
    ("posts.yaml", include_str!("sound/posts.yaml")),
    (
        "calendars/business.yaml",
        include_str!("sound/business.yaml"),
    ),
    ("kinds/home.yaml", include_str!("sound/home.yaml")),
    ("kinds/repair.yaml", include_str!("sound/repair.yaml")),
    ("standards/card.yaml", include_str!("sound/card.yaml")),
];

pub(super) fn sound() -> Pack {
    load(SOUND).unwrap_or_else(|faults| panic!("{}", super::render(&faults, super::Language::En)))
}

/// The sound pack with a text replaced in one file.
pub(super) fn broken(file: &str, old: &str, new: &str) -> Result<Pack, Vec<Fault>> {
    let mut found = false;
    let files: Vec<(String, String)> = SOUND
        .iter()
        .map(|(path, text)| {
            let here = *path == file && text.contains(old);
            found |= here;
            let text = if here {
                text.replacen(old, new, 1)
            } else {
                (*text).to_owned()
            };
            ((*path).to_owned(), text)
        })
        .collect();
    assert!(found, "{file} does not contain {old:?}");
    load(files)
}
