//! The little CBOR (RFC 8949) that signed things need: maps with integer labels, written and read
//! in one deterministic form.

use chrono::{DateTime, Utc};
use ciborium::Value;

/// Writes a value; the order of map entries is the caller's, ascending by label.
pub(crate) fn write(value: &Value) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).map_err(|fault| fault.to_string())?;
    Ok(bytes)
}

/// Reads exactly one value, in the one form [`write`] gives it: another spelling of the same value
/// is refused, so that nobody can make a second text for the same code.
pub(crate) fn read(bytes: &[u8]) -> Result<Value, String> {
    // A reader of the type that COSE's library has too: another one would be a second reader of
    // CBOR in the app.
    let mut reader = bytes;
    let value: Value = ciborium::from_reader(&mut reader).map_err(|fault| fault.to_string())?;
    if write(&value)? == bytes { Ok(value) } else { Err("not in the shortest form".to_owned()) }
}

/// Entries of a map under construction, in the deterministic order of RFC 8949 §4.2.1: labels from
/// 0 up, then -1 and down. Public in a private module: nobody else writes a kind of code.
#[derive(Default)]
pub struct MapWriter(Vec<(Value, Value)>);

impl MapWriter {
    pub(crate) fn set(mut self, label: i64, value: impl Into<Value>) -> Self {
        self.0.push((Value::from(label), value.into()));
        self
    }

    pub(crate) fn set_some(self, label: i64, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.set(label, value),
            None => self,
        }
    }

    /// The entries of another map behind these.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    pub(crate) fn done(self) -> Value {
        Value::Map(self.0)
    }
}

/// A map being read: each label is taken once. Labels nobody takes are allowed, later versions may
/// add some.
#[derive(Debug, Clone, PartialEq)]
pub struct MapReader(Vec<(i64, Value)>);

impl MapReader {
    pub(crate) fn new(value: Value) -> Result<Self, String> {
        let Value::Map(entries) = value else { return Err("not a map".to_owned()) };
        let mut read: Vec<(i64, Value)> = Vec::with_capacity(entries.len());
        for (label, value) in entries {
            let label = integer(&label).ok_or("a label is not an integer")?;
            if read.iter().any(|(known, _)| *known == label) {
                return Err(format!("label {label} stands twice"));
            }
            read.push((label, value));
        }
        Ok(Self(read))
    }

    pub(crate) fn take(&mut self, label: i64) -> Option<Value> {
        let at = self.0.iter().position(|(known, _)| *known == label)?;
        Some(self.0.swap_remove(at).1)
    }

    fn has(&self, label: i64) -> bool {
        self.0.iter().any(|(known, _)| *known == label)
    }

    pub(crate) fn text(&mut self, label: i64) -> Result<String, String> {
        self.some_text(label)?.ok_or_else(|| missing(label))
    }

    pub(crate) fn some_text(&mut self, label: i64) -> Result<Option<String>, String> {
        match self.take(label) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(_) => Err(format!("label {label} is not a text")),
        }
    }

    pub(crate) fn bytes(&mut self, label: i64) -> Result<Vec<u8>, String> {
        match self.take(label) {
            None => Err(missing(label)),
            Some(Value::Bytes(bytes)) => Ok(bytes),
            Some(_) => Err(format!("label {label} is not a byte string")),
        }
    }

    pub(crate) fn some_bytes(&mut self, label: i64) -> Result<Option<Vec<u8>>, String> {
        if self.has(label) { self.bytes(label).map(Some) } else { Ok(None) }
    }

    pub(crate) fn some_integer(&mut self, label: i64) -> Result<Option<i64>, String> {
        if self.has(label) { self.integer(label).map(Some) } else { Ok(None) }
    }

    pub(crate) fn integer(&mut self, label: i64) -> Result<i64, String> {
        let value = self.take(label).ok_or_else(|| missing(label))?;
        integer(&value).ok_or_else(|| format!("label {label} is not an integer"))
    }

    pub(crate) fn seconds(&mut self, label: i64) -> Result<DateTime<Utc>, String> {
        self.some_seconds(label)?.ok_or_else(|| missing(label))
    }

    /// A NumericDate of RFC 8392: whole seconds since 1970.
    pub(crate) fn some_seconds(&mut self, label: i64) -> Result<Option<DateTime<Utc>>, String> {
        let Some(value) = self.take(label) else { return Ok(None) };
        let seconds = integer(&value).and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        Ok(Some(seconds.ok_or_else(|| format!("label {label} is not a time in seconds"))?))
    }
}

/// Whole seconds, not before the moment: what was paid for never gets shorter.
pub(crate) fn filled_up(moment: DateTime<Utc>) -> i64 {
    moment.timestamp() + i64::from(moment.timestamp_subsec_nanos() > 0)
}

pub(crate) fn integer(value: &Value) -> Option<i64> {
    value.as_integer().and_then(|integer| i64::try_from(integer).ok())
}

fn missing(label: i64) -> String {
    format!("label {label} is missing")
}
