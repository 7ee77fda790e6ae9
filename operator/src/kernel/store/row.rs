//! Rows by name: what a column holds, and how a type names and reads the columns it wants.

use std::marker::PhantomData;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use mesto_protocol::kernel::ids::{
    AccountId, AttemptId, AuditId, DeviceId, EntryId, EpochId, GrantId, MessageId, PaymentId, QuoteId, RefundId,
    SaleId, VehicleId,
};
use mesto_protocol::kernel::operator_name::OperatorName;
use mesto_protocol::kernel::reference::Reference;
use mesto_rules::money::Currency;
use mesto_rules::{CityId, Language, TariffId};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{StoreError, Value};

/// The names of an answer's columns, shared by its rows.
pub(crate) type Names = Arc<[Box<str>]>;

/// One row of an answer.
#[derive(Debug, Clone)]
pub struct Row {
    names: Names,
    values: Vec<Value>,
}

/// The same values; the names follow from the statement.
impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        self.values == other.values
    }
}

impl Row {
    pub(crate) const fn new(names: Names, values: Vec<Value>) -> Self {
        Self { names, values }
    }

    /// The value of a column.
    ///
    /// # Errors
    /// When there is no such column, or it holds something else.
    pub fn get<T: Column>(&self, name: &str) -> Result<T, StoreError> {
        Cells { row: self, next: 0 }.take(name)
    }

    /// Names and values in the order of the statement.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.names.iter().map(|name| &**name).zip(&self.values)
    }

    /// Reads a whole row.
    pub(crate) fn read<T: Columns>(&self) -> Result<T, StoreError> {
        T::read(&mut Cells { row: self, next: 0 })
    }
}

/// A row on its way into a type: columns are found by their names, and mostly stand where the last
/// one ended.
#[derive(Debug)]
pub struct Cells<'a> {
    row: &'a Row,
    next: usize,
}

impl Cells<'_> {
    fn find(&mut self, name: &str) -> Result<&Value, StoreError> {
        let names = &self.row.names;
        let is_next = names.get(self.next).is_some_and(|next| **next == *name);
        let place = if is_next { Some(self.next) } else { names.iter().position(|known| **known == *name) };
        let place = place.ok_or_else(|| StoreError::unreadable(name, "the answer has no such column"))?;
        self.next = place + 1;
        self.row.values.get(place).ok_or_else(|| StoreError::unreadable(name, "the row is too short"))
    }

    /// The value of a column.
    ///
    /// # Errors
    /// When there is no such column, or it holds something else.
    pub fn take<T: Column>(&mut self, name: &str) -> Result<T, StoreError> {
        T::from_value(self.find(name)?).map_err(|error| match error {
            StoreError::Broken(why) => StoreError::unreadable(name, why),
            other => other,
        })
    }

    fn is_null(&mut self, name: &str) -> Result<bool, StoreError> {
        let before = self.next;
        let is_null = *self.find(name)? == Value::Null;
        self.next = before;
        Ok(is_null)
    }
}

/// What a column can hold.
pub trait Column: Sized {
    fn into_value(self) -> Value;

    /// # Errors
    /// When it holds something else.
    fn from_value(value: &Value) -> Result<Self, StoreError>;
}

pub(crate) fn mismatch<T>(expected: &str, found: &Value) -> Result<T, StoreError> {
    let found = match found {
        Value::Null => "null",
        Value::Int(_) => "an integer",
        Value::Text(_) => "text",
    };
    Err(StoreError::Broken(format!("it should be {expected} and is {found}")))
}

impl Column for i64 {
    fn into_value(self) -> Value {
        Value::Int(self)
    }

    fn from_value(value: &Value) -> Result<Self, StoreError> {
        match value {
            Value::Int(number) => Ok(*number),
            other => mismatch("an integer", other),
        }
    }
}

macro_rules! smaller_integer {
    ($($integer:ty),*) => {$(
        impl Column for $integer {
            fn into_value(self) -> Value {
                Value::Int(i64::from(self))
            }

            fn from_value(value: &Value) -> Result<Self, StoreError> {
                let number = i64::from_value(value)?;
                Self::try_from(number).map_err(|error| StoreError::Broken(format!("{number}: {error}")))
            }
        }
    )*};
}
smaller_integer!(u16, u32);

/// 0 or 1.
impl Column for bool {
    fn into_value(self) -> Value {
        Value::Int(i64::from(self))
    }

    fn from_value(value: &Value) -> Result<Self, StoreError> {
        Ok(i64::from_value(value)? != 0)
    }
}

impl Column for String {
    fn into_value(self) -> Value {
        Value::Text(self)
    }

    fn from_value(value: &Value) -> Result<Self, StoreError> {
        match value {
            Value::Text(text) => Ok(text.clone()),
            other => mismatch("text", other),
        }
    }
}

/// A calendar day, `2026-11-27`.
impl Column for NaiveDate {
    fn into_value(self) -> Value {
        Value::Text(self.to_string())
    }

    fn from_value(value: &Value) -> Result<Self, StoreError> {
        match value {
            Value::Text(text) => text.parse().map_err(|error| StoreError::Broken(format!("{error}"))),
            other => mismatch("a day", other),
        }
    }
}

/// Epoch milliseconds.
impl Column for DateTime<Utc> {
    fn into_value(self) -> Value {
        Value::Int(self.timestamp_millis())
    }

    fn from_value(value: &Value) -> Result<Self, StoreError> {
        let millis = i64::from_value(value)?;
        Self::from_timestamp_millis(millis).ok_or_else(|| StoreError::Broken(format!("{millis} is no time")))
    }
}

/// Its ISO 4217 code.
impl Column for Currency {
    fn into_value(self) -> Value {
        self.code().into()
    }

    fn from_value(value: &Value) -> Result<Self, StoreError> {
        Self::new(&String::from_value(value)?).map_err(|error| StoreError::Broken(error.to_string()))
    }
}

/// Ids are stored as their text. A service says its own.
macro_rules! id_columns {
    ($($id:ty),* $(,)?) => {$(
        impl $crate::kernel::store::Column for $id {
            fn into_value(self) -> $crate::kernel::store::Value {
                $crate::kernel::store::Value::Text(self.to_string())
            }

            fn from_value(value: &$crate::kernel::store::Value) -> Result<Self, $crate::kernel::store::StoreError> {
                match value {
                    $crate::kernel::store::Value::Text(text) => text.parse().map_err(|error| $crate::kernel::store::StoreError::Broken(format!("{error}"))),
                    other => $crate::kernel::store::mismatch("an id", other),
                }
            }
        }

        impl From<$id> for $crate::kernel::store::Value {
            fn from(id: $id) -> Self {
                $crate::kernel::store::Value::Text(id.to_string())
            }
        }

        impl From<&$id> for $crate::kernel::store::Value {
            fn from(id: &$id) -> Self {
                $crate::kernel::store::Value::Text(id.to_string())
            }
        }

        impl $crate::kernel::store::IntoColumn<$id> for &str {
            fn into_column(self) -> $crate::kernel::store::Value {
                self.into()
            }
        }
    )*};
}
pub(crate) use id_columns;
id_columns![
    AccountId,
    AttemptId,
    AuditId,
    DeviceId,
    EpochId,
    GrantId,
    MessageId,
    VehicleId,
    QuoteId,
    SaleId,
    PaymentId,
    RefundId,
    EntryId,
    Language,
    CityId,
    TariffId,
    Reference,
    OperatorName,
];

impl<T: Column> Column for Option<T> {
    fn into_value(self) -> Value {
        self.map_or(Value::Null, T::into_value)
    }

    fn from_value(value: &Value) -> Result<Self, StoreError> {
        if *value == Value::Null { Ok(None) } else { T::from_value(value).map(Some) }
    }
}

/// A JSON document in a column, read when it is asked for.
#[derive(Debug, Clone)]
pub struct Json<T> {
    text: String,
    document: PhantomData<fn() -> T>,
}

/// By text.
impl<T> PartialEq for Json<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<T: Serialize> Json<T> {
    /// # Errors
    /// When it has no JSON form.
    pub fn of(document: &T) -> Result<Self, serde_json::Error> {
        Ok(Self { text: serde_json::to_string(document)?, document: PhantomData })
    }
}

impl<T: DeserializeOwned> Json<T> {
    /// # Errors
    /// When it is not such a document.
    pub fn read(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.text)
    }
}

impl<T> Column for Json<T> {
    fn into_value(self) -> Value {
        Value::Text(self.text)
    }

    fn from_value(value: &Value) -> Result<Self, StoreError> {
        String::from_value(value).map(|text| Self { text, document: PhantomData })
    }
}

/// What may be given for a column of type `T`: such a value, a reference to one, or borrowed text.
pub trait IntoColumn<T> {
    fn into_column(self) -> Value;
}

impl<T: Column> IntoColumn<T> for T {
    fn into_column(self) -> Value {
        self.into_value()
    }
}

impl<T: Column + Clone> IntoColumn<T> for &T {
    fn into_column(self) -> Value {
        self.clone().into_value()
    }
}

impl IntoColumn<String> for &str {
    fn into_column(self) -> Value {
        self.into()
    }
}

impl IntoColumn<Option<String>> for Option<&str> {
    fn into_column(self) -> Value {
        self.into()
    }
}

/// A type that names the columns it is read from.
pub trait Columns: Sized {
    /// Appends its part of a select list, every entry with `, ` behind it.
    fn list(sql: &mut String);

    /// # Errors
    /// When a column is not there or holds something else.
    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError>;
}

/// A type that stands for a whole row of one table; [`table!`](crate::table) makes one.
pub trait Table: Columns {
    const NAME: &'static str;
    /// Its columns as the table calls them.
    const COLUMNS: &'static [&'static str];
    /// Its columns as an answer calls them: `table.column`.
    const ALIASES: &'static [&'static str];

    /// Its values in the order of [`Table::COLUMNS`].
    fn into_values(self) -> Vec<Value>;
}

/// The row of a table that an outer join may not find.
impl<T: Table> Columns for Option<T> {
    fn list(sql: &mut String) {
        T::list(sql);
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        for name in T::ALIASES {
            if !cells.is_null(name)? {
                return T::read(cells).map(Some);
            }
        }
        Ok(None)
    }
}

macro_rules! side_by_side {
    ($($part:ident),*) => {
        /// Rows of several tables side by side.
        impl<$($part: Columns),*> Columns for ($($part,)*) {
            fn list(sql: &mut String) {
                $($part::list(sql);)*
            }

            fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
                Ok(($($part::read(cells)?,)*))
            }
        }
    };
}
side_by_side!(A, B);
side_by_side!(A, B, C);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    crate::table! {
        struct Left in "left_table" { id: String, place: Option<i64> }
    }
    crate::table! {
        struct Right in "right_table" { id: String, place: i64 }
    }

    fn row(names: &[&str], values: &[Value]) -> Row {
        Row::new(names.iter().map(|name| Box::from(*name)).collect(), values.to_vec())
    }

    #[test]
    fn columns_are_read_by_name_in_whatever_order_they_stand() {
        let names = ["right_table.place", "left_table.place", "left_table.id", "right_table.id"];
        let row = row(&names, &[Value::Int(2), Value::Null, "l".into(), "r".into()]);
        let (left, right): (Left, Right) = row.read().unwrap();
        assert_eq!((left.id.as_str(), left.place), ("l", None));
        assert_eq!((right.id.as_str(), right.place), ("r", 2));
    }

    #[test]
    fn a_row_that_an_outer_join_did_not_find_is_absent_and_a_broken_one_is_told() {
        let names = ["left_table.id", "left_table.place", "right_table.id", "right_table.place"];
        let alone = row(&names, &["l".into(), Value::Int(1), Value::Null, Value::Null]);
        assert_eq!(alone.read::<(Left, Option<Right>)>().unwrap().1, None);
        let broken = row(&names, &["l".into(), Value::Int(1), Value::Null, Value::Int(1)]);
        let told = broken.read::<(Left, Option<Right>)>().unwrap_err().to_string();
        assert!(told.contains("right_table.id: it should be text and is null"), "{told}");
    }

    #[test]
    fn what_a_column_does_not_hold_is_told_with_its_name() {
        let row = row(&["at", "code"], &["noon".into(), "dinar".into()]);
        for told in [
            row.get::<DateTime<Utc>>("at").unwrap_err().to_string(),
            row.get::<u16>("at").unwrap_err().to_string(),
            row.get::<String>("place").unwrap_err().to_string(),
            row.get::<Currency>("code").unwrap_err().to_string(),
        ] {
            assert!(["at:", "place:", "code:"].iter().any(|name| told.contains(name)), "{told}");
        }
    }
}
