//! How SQLite goes about every statement that a company at work needs, kept beside the tests: a statement that begins to look through a whole
//! unit for one record shows as a changed line here, long before a company is large enough to feel it.

use expect_test::expect_file;
use std::collections::BTreeSet;
use store::Captured;
use store::testing::Home;

/// Compares with what is kept; `UPDATE_EXPECT=1` keeps it anew.
pub(crate) fn are_as_kept(home: &Home, statements: &[Captured]) {
    let texts: BTreeSet<&str> = statements.iter().map(|it| it.sql.as_str()).collect();
    let mut shown = String::new();
    for sql in texts {
        let plan = home.plan(sql);
        assert!(
            !plan
                .iter()
                .any(|line| line.starts_with("SCAN record") || line.starts_with("SCAN r ")),
            "{sql}: {plan:?}"
        );
        shown.push_str(sql);
        for line in plan {
            shown.push_str("\n    ");
            shown.push_str(&line);
        }
        shown.push('\n');
    }
    expect_file!["../plans.txt"].assert_eq(&shown);
}
