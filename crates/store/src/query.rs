//! Statements whose filters are chosen at run time: conditions are written with `?`, each takes the next place.

use crate::{Bind, Error, Owned, Row, Tx};

pub(crate) struct Query {
    pub(crate) sql: String,
    values: Vec<Owned>,
}

impl Query {
    pub(crate) fn new(sql: String) -> Self {
        Self {
            sql,
            values: Vec::new(),
        }
    }
    pub(crate) fn place(&mut self, value: Owned) -> String {
        self.values.push(value);
        format!("?{}", self.values.len())
    }
    pub(crate) fn and(&mut self, condition: &str, value: Owned) {
        self.sql.push_str(" and ");
        self.end_with(condition, value);
    }
    pub(crate) fn and_pair(&mut self, condition: &str, first: Owned, second: Owned) {
        let first = self.place(first);
        let second = self.place(second);
        let condition = condition.replacen('?', &first, 1);
        // The second mark stands behind the first place, which holds a mark of its own.
        let at = condition.rfind('?').unwrap_or(0);
        self.sql.push_str(&format!(
            " and {}{second}{}",
            &condition[..at],
            &condition[at + 1..]
        ));
    }
    /// One of several values; `condition` ends with `in`.
    pub(crate) fn and_any(&mut self, condition: &str, values: impl Iterator<Item = Owned>) {
        self.sql.push_str(" and ");
        self.any(condition, values);
    }
    /// As [`Query::and_any`], with what stands before as the other way.
    pub(crate) fn or_any(&mut self, condition: &str, values: impl Iterator<Item = Owned>) {
        self.sql.push_str(" or ");
        self.any(condition, values);
    }
    fn any(&mut self, condition: &str, values: impl Iterator<Item = Owned>) {
        let places: Vec<String> = values.map(|value| self.place(value)).collect();
        self.sql
            .push_str(&format!("{condition} ({})", places.join(", ")));
    }
    pub(crate) fn end(&mut self, tail: &str, value: Owned) {
        self.sql.push(' ');
        self.end_with(tail, value);
    }
    fn end_with(&mut self, text: &str, value: Owned) {
        let place = self.place(value);
        self.sql.push_str(&text.replacen('?', &place, 1));
    }
    fn bound(&self) -> Vec<&dyn Bind> {
        self.values.iter().map(|value| value as &dyn Bind).collect()
    }
    pub(crate) fn all<T>(
        &self,
        tx: &mut Tx<'_>,
        map: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        tx.all(&self.sql, &self.bound(), map)
    }
    pub(crate) fn each(
        &self,
        tx: &mut Tx<'_>,
        each: impl FnMut(&Row<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        tx.each(&self.sql, &self.bound(), each)
    }
}
