//! One declaration for each table: [`table!`](crate::table) makes a row's struct, its insert, its
//! select list and its reading from it. Conditions and changes name the fields of that struct, so
//! that a wrong name or type does not compile.

use super::Value;
use super::row::{Column, IntoColumn};

/// A value for a column that a field of a row's struct stands for. The function is never called: it
/// ties name and type together.
pub fn column_value<R, T: Column>(_: fn(&R) -> &T, value: impl IntoColumn<T>) -> Value {
    value.into_column()
}

/// The row of a table: `table! { pub struct VehicleRow in "vehicle" { id: String, label:
/// Option<String> } }`.
#[macro_export]
macro_rules! table {
    ($(#[$meta:meta])* $vis:vis struct $name:ident in $table:literal {
        $($(#[$column_meta:meta])* $column:ident: $type:ty),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        $vis struct $name { $($(#[$column_meta])* pub $column: $type),* }

        impl $crate::store::Columns for $name {
            fn list(sql: &mut String) {
                sql.push_str(concat!(
                    $($table, ".", stringify!($column), " AS \"", $table, ".", stringify!($column), "\", "),*
                ));
            }

            fn read(cells: &mut $crate::store::Cells<'_>) -> Result<Self, $crate::store::StoreError> {
                Ok(Self { $($column: cells.take(concat!($table, ".", stringify!($column)))?),* })
            }
        }

        impl $crate::store::Table for $name {
            const NAME: &'static str = $table;
            const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),*];
            const ALIASES: &'static [&'static str] = &[$(concat!($table, ".", stringify!($column))),*];

            fn into_values(self) -> Vec<$crate::store::Value> {
                vec![$($crate::store::Column::into_value(self.$column)),*]
            }
        }
    };
}

/// A part of an answer that is no table's row: each field with its expression in SQL.
///
/// `projection! { struct Count { count: i64 = "COUNT(*)" } }`
#[macro_export]
macro_rules! projection {
    ($(#[$meta:meta])* $vis:vis struct $name:ident {
        $($(#[$column_meta:meta])* $column:ident: $type:ty = $expression:expr),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        $vis struct $name { $($(#[$column_meta])* pub $column: $type),* }

        impl $crate::store::Columns for $name {
            fn list(sql: &mut String) {
                sql.push_str(concat!($($expression, " AS ", stringify!($column), ", "),*));
            }

            fn read(cells: &mut $crate::store::Cells<'_>) -> Result<Self, $crate::store::StoreError> {
                Ok(Self { $($column: cells.take(stringify!($column))?),* })
            }
        }
    };
}

/// The words of a column. They are the store's own: renaming a word of the wire leaves the rows as
/// they are.
///
/// `stored_words! { enum StateWord for TicketState { Active = "active" } }` converts from and to an
/// enum of the wire; `for VisitState, RulesState` also from and to one of the rules, which has the
/// same words.
#[macro_export]
macro_rules! stored_words {
    ($(#[$meta:meta])* $vis:vis enum $name:ident for $wire:ident, $rules:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $word:literal),* $(,)?
    }) => {
        $crate::stored_words! { $(#[$meta])* $vis enum $name for $wire { $($(#[$variant_meta])* $variant = $word),* } }

        impl From<$name> for $rules {
            fn from(stored: $name) -> Self {
                match stored { $($name::$variant => Self::$variant),* }
            }
        }

        impl From<$rules> for $name {
            fn from(of_rules: $rules) -> Self {
                match of_rules { $($rules::$variant => Self::$variant),* }
            }
        }
    };
    ($(#[$meta:meta])* $vis:vis enum $name:ident for $wire:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $word:literal),* $(,)?
    }) => {
        $crate::stored_words! { $(#[$meta])* $vis enum $name { $($(#[$variant_meta])* $variant = $word),* } }

        impl From<$name> for $wire {
            fn from(stored: $name) -> Self {
                match stored { $($name::$variant => Self::$variant),* }
            }
        }

        impl TryFrom<$wire> for $name {
            type Error = $crate::store::StoreError;

            fn try_from(wire: $wire) -> Result<Self, Self::Error> {
                match wire {
                    $($wire::$variant => Ok(Self::$variant),)*
                    #[allow(unreachable_patterns)]
                    other => Err($crate::store::StoreError::Broken(format!("{other:?} is never stored"))),
                }
            }
        }
    };
    ($(#[$meta:meta])* $vis:vis enum $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $word:literal),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        $vis enum $name { $($(#[$variant_meta])* $variant),* }

        impl $name {
            /// The word as it is stored.
            $vis const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl $crate::store::Column for $name {
            fn into_value(self) -> $crate::store::Value {
                self.word().into()
            }

            fn from_value(value: &$crate::store::Value) -> Result<Self, $crate::store::StoreError> {
                match value {
                    $($crate::store::Value::Text(word) if word == $word => Ok(Self::$variant),)*
                    other => Err($crate::store::StoreError::Broken(format!("{other:?} is none of its words"))),
                }
            }
        }
    };
}

/// Names and values of a row's columns, checked against its struct.
#[macro_export]
#[doc(hidden)]
macro_rules! named_values {
    ($row:ty { $($column:ident: $value:expr),* $(,)? }) => {
        vec![$((stringify!($column), $crate::store::column_value(|row: &$row| &row.$column, $value))),*]
    };
}

/// The rows of a table with these values: `find!(VehicleRow { id: vehicle, account: &account })`.
#[macro_export]
macro_rules! find {
    ($row:ty { $($by:tt)* }) => {
        $crate::store::Select::<$row>::by($crate::named_values!($row { $($by)* }))
    };
}

/// Changes the rows with these values: `update!(TicketRow { id: ticket } set { state:
/// StateWord::Expired })`.
#[macro_export]
macro_rules! update {
    ($row:ty { $($by:tt)* } set { $($set:tt)* }) => {
        $crate::store::Write::update::<$row>(
            $crate::named_values!($row { $($by)* }),
            $crate::named_values!($row { $($set)* }),
        )
    };
}

/// Removes the rows with these values: `delete!(DueRow { kind: kind, reference: reference })`.
#[macro_export]
macro_rules! delete {
    ($row:ty { $($by:tt)* }) => {
        $crate::store::Write::delete::<$row>($crate::named_values!($row { $($by)* }))
    };
}
