//! The values that both databases carry, and nothing else: a type that one of them lacks does not compile.
//!
//! Six kinds: null, 64-bit integer, text, bytes, and an id (16 bytes in SQLite, `uuid` in PostgreSQL). A truth is the integer 0 or 1,
//! an instant its microseconds, a list JSON text. Parameters are sent to PostgreSQL with the type of their kind, so that it infers none.

use crate::Error;
use domain::id::{HolderId, ImportId, MemberId, RecordId, SessionId, TeamId, UnitId, Uuid};
use domain::name::Name;
use domain::time::Instant;
use postgres::types as pg;
use rusqlite::types as lite;
use serde::de::{DeserializeOwned, DeserializeSeed};
use std::borrow::Cow;
use std::error::Error as Source;

/// A value on its way into a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'v> {
    Null(Kind),
    Int(i64),
    Text(&'v str),
    Bytes(&'v [u8]),
    Id(Uuid),
}

/// A value kept, as a capture of statements needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owned {
    Null(Kind),
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
    Id(Uuid),
}

/// What a parameter holds, known from its Rust type also where the value is null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Int,
    Text,
    Bytes,
    Id,
}

impl Kind {
    pub(crate) const fn postgres(self) -> pg::Type {
        match self {
            Self::Int => pg::Type::INT8,
            Self::Text => pg::Type::TEXT,
            Self::Bytes => pg::Type::BYTEA,
            Self::Id => pg::Type::UUID,
        }
    }
}

impl Value<'_> {
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Null(kind) => *kind,
            Self::Int(_) => Kind::Int,
            Self::Text(_) => Kind::Text,
            Self::Bytes(_) => Kind::Bytes,
            Self::Id(_) => Kind::Id,
        }
    }
    pub(crate) fn keep(self) -> Owned {
        match self {
            Self::Null(kind) => Owned::Null(kind),
            Self::Int(value) => Owned::Int(value),
            Self::Text(value) => Owned::Text(value.to_owned()),
            Self::Bytes(value) => Owned::Bytes(value.to_owned()),
            Self::Id(value) => Owned::Id(value),
        }
    }
}

mod sealed {
    pub trait Sealed {}
    /// The kind of a type, also of an absent value.
    pub trait Kinded {
        const KIND: super::Kind;
    }
}
use sealed::{Kinded, Sealed};

/// What may be bound to `?n`. Closed: its implementations are the contract.
pub trait Bind: Sealed {
    fn value(&self) -> Value<'_>;
}

/// What may be read from a row. Closed, like [`Bind`].
pub trait Column: Sealed + Sized {
    #[doc(hidden)]
    fn from_cell(cell: Cell<'_>) -> Option<Self>;
}

macro_rules! bind {
    ($($type:ty, $kind:ident, |$value:ident| $to:expr;)*) => {$(
        impl Sealed for $type {}
        impl Kinded for $type {
            const KIND: Kind = Kind::$kind;
        }
        impl Bind for $type {
            fn value(&self) -> Value<'_> {
                let $value = self;
                Value::$kind($to)
            }
        }
    )*};
}
bind! {
    i64, Int, |it| *it;
    bool, Int, |it| i64::from(*it);
    Instant, Int, |it| it.micros();
    String, Text, |it| it;
    str, Text, |it| it;
    Cow<'_, str>, Text, |it| it;
    Name, Text, |it| it.as_str();
    Vec<u8>, Bytes, |it| it;
    [u8], Bytes, |it| it;
    [u8; 32], Bytes, |it| it;
}

impl<T: Sealed + ?Sized> Sealed for &T {}
impl<T: Kinded + ?Sized> Kinded for &T {
    const KIND: Kind = T::KIND;
}
impl<T: Bind + ?Sized> Bind for &T {
    fn value(&self) -> Value<'_> {
        (**self).value()
    }
}

impl<T: Sealed> Sealed for Option<T> {}
impl<T: Bind + Kinded> Bind for Option<T> {
    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null(T::KIND), Bind::value)
    }
}

impl Sealed for Owned {}
impl Bind for Owned {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Null(kind) => Value::Null(*kind),
            Self::Int(value) => Value::Int(*value),
            Self::Text(value) => Value::Text(value),
            Self::Bytes(value) => Value::Bytes(value),
            Self::Id(value) => Value::Id(*value),
        }
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<lite::ToSqlOutput<'_>> {
        use lite::{ToSqlOutput::Borrowed, ValueRef};
        Ok(Borrowed(match self {
            Self::Null(_) => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Bytes(value) => ValueRef::Blob(value),
            Self::Id(value) => ValueRef::Blob(value.as_bytes()),
        }))
    }
}
type Boxed = Box<dyn Source + Sync + Send>;

impl pg::ToSql for Value<'_> {
    fn to_sql(&self, ty: &pg::Type, out: &mut bytes::BytesMut) -> Result<pg::IsNull, Boxed> {
        match self {
            Self::Null(_) => Ok(pg::IsNull::Yes),
            Self::Int(value) => value.to_sql(ty, out),
            Self::Text(value) => value.to_sql(ty, out),
            Self::Bytes(value) => value.to_sql(ty, out),
            Self::Id(value) => value.to_sql(ty, out),
        }
    }
    fn accepts(_: &pg::Type) -> bool {
        true
    }
    fn to_sql_checked(
        &self,
        ty: &pg::Type,
        out: &mut bytes::BytesMut,
    ) -> Result<pg::IsNull, Boxed> {
        if *ty == self.kind().postgres() {
            pg::ToSql::to_sql(self, ty, out)
        } else {
            Err(format!(
                "a parameter of this statement was {ty}, now it is {:?}",
                self.kind()
            )
            .into())
        }
    }
}

/// A value on its way out of a row.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum Cell<'r> {
    Null,
    Int(i64),
    Text(&'r str),
    Bytes(&'r [u8]),
    Id(Uuid),
}

impl<'r> pg::FromSql<'r> for Cell<'r> {
    fn from_sql(ty: &pg::Type, raw: &'r [u8]) -> Result<Self, Boxed> {
        use pg::Type;
        Ok(match *ty {
            Type::INT8 => Self::Int(i64::from_sql(ty, raw)?),
            // A bare literal is an int4 and a comparison a bool; SQLite has one integer for all three.
            Type::INT4 => Self::Int(i32::from_sql(ty, raw)?.into()),
            Type::BOOL => Self::Int(bool::from_sql(ty, raw)?.into()),
            Type::BYTEA => Self::Bytes(raw),
            Type::UUID => Self::Id(Uuid::from_sql(ty, raw)?),
            _ => Self::Text(<&str>::from_sql(ty, raw)?),
        })
    }
    fn from_sql_null(_: &pg::Type) -> Result<Self, Boxed> {
        Ok(Self::Null)
    }
    fn accepts(ty: &pg::Type) -> bool {
        use pg::Type;
        matches!(
            *ty,
            Type::INT8
                | Type::INT4
                | Type::BOOL
                | Type::BYTEA
                | Type::UUID
                | Type::TEXT
                | Type::VARCHAR
                | Type::NAME
        )
    }
}

macro_rules! column {
    ($($type:ty, $($cell:pat => $to:expr),+;)*) => {$(
        impl Column for $type {
            fn from_cell(cell: Cell<'_>) -> Option<Self> {
                match cell {
                    $($cell => $to,)+
                    _ => None,
                }
            }
        }
    )*};
}
column! {
    i64, Cell::Int(it) => Some(it);
    bool, Cell::Int(0) => Some(false), Cell::Int(1) => Some(true);
    Instant, Cell::Int(it) => Some(Self::from_micros(it));
    String, Cell::Text(it) => Some(it.to_owned());
    Name, Cell::Text(it) => Some(Self::from(it));
    Vec<u8>, Cell::Bytes(it) => Some(it.to_owned());
    [u8; 32], Cell::Bytes(it) => it.try_into().ok();
}

macro_rules! ids {
    ($($type:ident)*) => {$(
        bind! { $type, Id, |it| it.uuid(); }
        impl Column for $type {
            fn from_cell(cell: Cell<'_>) -> Option<Self> {
                id(cell).map(Self::from_uuid)
            }
        }
    )*};
}
ids! { UnitId RecordId MemberId TeamId ImportId HolderId SessionId }

fn id(cell: Cell<'_>) -> Option<Uuid> {
    match cell {
        Cell::Id(id) => Some(id),
        Cell::Bytes(bytes) => Uuid::from_slice(bytes).ok(),
        _ => None,
    }
}

impl<T: Column> Column for Option<T> {
    fn from_cell(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Null => Some(None),
            other => T::from_cell(other).map(Some),
        }
    }
}

/// One row of an answer, valid while the mapper looks at it.
pub struct Row<'r>(pub(crate) Answer<'r>);

pub(crate) enum Answer<'r> {
    Lite(&'r rusqlite::Row<'r>),
    Pg(&'r postgres::Row),
}

impl Row<'_> {
    /// Column `i`, from 0.
    ///
    /// # Errors
    /// `Database` if there is no such column or it holds something else; that is a fault of the statement.
    pub fn get<T: Column>(&self, i: usize) -> Result<T, Error> {
        let cell = self.cell(i)?;
        T::from_cell(cell).ok_or_else(|| {
            Error::database(format!(
                "column {i} does not hold a {}: {cell:?}",
                std::any::type_name::<T>()
            ))
        })
    }
    /// Column `i`, JSON text, decoded without a copy of the text.
    ///
    /// # Errors
    /// `Database` if it is no text or does not decode.
    pub fn json<T: DeserializeOwned>(&self, i: usize) -> Result<T, Error> {
        match self.cell(i)? {
            Cell::Text(text) => serde_json::from_str(text).map_err(Error::database),
            other => Err(Error::database(format!(
                "column {i} holds no JSON: {other:?}"
            ))),
        }
    }
    /// As [`Row::json`], by a reader that says what it wants of it.
    pub(crate) fn json_with<'s, S>(&'s self, i: usize, seed: S) -> Result<S::Value, Error>
    where
        S: DeserializeSeed<'s>,
    {
        match self.cell(i)? {
            Cell::Text(text) => {
                let mut json = serde_json::Deserializer::from_str(text);
                let value = seed.deserialize(&mut json).map_err(Error::database)?;
                json.end().map_err(Error::database)?;
                Ok(value)
            }
            other => Err(Error::database(format!(
                "column {i} holds no JSON: {other:?}"
            ))),
        }
    }
    fn cell(&self, i: usize) -> Result<Cell<'_>, Error> {
        use lite::ValueRef;
        match self.0 {
            Answer::Pg(row) => row.try_get(i).map_err(Error::from),
            Answer::Lite(row) => Ok(match row.get_ref(i)? {
                ValueRef::Null => Cell::Null,
                ValueRef::Integer(value) => Cell::Int(value),
                ValueRef::Text(text) => {
                    Cell::Text(std::str::from_utf8(text).map_err(Error::database)?)
                }
                ValueRef::Blob(bytes) => Cell::Bytes(bytes),
                ValueRef::Real(value) => {
                    return Err(Error::database(format!(
                        "column {i} holds a float: {value}"
                    )));
                }
            }),
        }
    }
}
