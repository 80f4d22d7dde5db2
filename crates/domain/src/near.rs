//! "Did you mean": the nearest of a few known names.

use crate::name::Text;

/// Help for an unknown name: the nearest known one, else what there is.
pub fn did_you_mean<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Text {
    let mut known: Vec<&str> = known.into_iter().collect();
    known.sort_unstable();
    known.dedup();
    if let Some(near) = nearest(wrong, &known) {
        return Text {
            zh: format!("是不是 `{near}`？"),
            en: format!("did you mean `{near}`?"),
        };
    }
    if known.is_empty() {
        return Text {
            zh: "这里还没有可用的名字，先定义它".into(),
            en: "nothing is defined here yet: define it first".into(),
        };
    }
    let listed: Vec<String> = known
        .iter()
        .take(12)
        .map(|name| format!("`{name}`"))
        .collect();
    let (more_zh, more_en) = if known.len() > 12 {
        (" 等", " …")
    } else {
        ("", "")
    };
    Text {
        zh: format!("可用的有：{}{more_zh}", listed.join("、")),
        en: format!("known: {}{more_en}", listed.join(", ")),
    }
}

/// The known name within a third of its length (at least one change), the closest first.
pub(crate) fn nearest<'a>(wrong: &str, known: &[&'a str]) -> Option<&'a str> {
    let allowed = |name: &str| (name.chars().count().max(wrong.chars().count()) / 3).max(1);
    known
        .iter()
        .map(|name| (distance(wrong, name), *name))
        .filter(|(steps, name)| *steps <= allowed(name) && *steps < name.chars().count())
        .min()
        .map(|(_, name)| name)
}

/// Changes, insertions, deletions and swaps of neighbours; letters count without case, `_` as `-`.
fn distance(a: &str, b: &str) -> usize {
    let plain = |text: &str| -> Vec<char> {
        text.chars()
            .take(64)
            .map(|c| {
                if c == '_' {
                    '-'
                } else {
                    c.to_ascii_lowercase()
                }
            })
            .collect()
    };
    let (a, b) = (plain(a), plain(b));
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_found_and_a_stranger_is_not() {
        let known = ["urgent", "normal", "follow-up"];
        assert_eq!(nearest("urgnet", &known), Some("urgent"));
        assert_eq!(nearest("follow_up", &known), Some("follow-up"));
        assert_eq!(nearest("lift", &known), None);
    }
}
