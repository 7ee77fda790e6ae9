//! Reads values of JSON text, in the one way in which everything that a phone reads is read.
//!
//! The reader of a type is generic in what it reads from, and serde_json's own reader of text puts
//! the parsing of spaces, commas, colons and places of errors into the reader of each type: a tenth
//! of the app's library. Here an object or a list is first split into the texts of its parts, by
//! serde_json and by one function each, and the reader of a type only takes parts. A text is so
//! gone through once for each level of it that has a type.
//!
//! JSON writes a struct as an object, never as a list; serde's own reading would take both.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde_json::Error;
use serde_json::value::RawValue;

/// The value of a JSON text. A struct is an object with named fields; a list is refused in its
/// place.
///
/// # Errors
/// When the text is no JSON, with line and column, or the value has another shape, with the fields
/// that lead to it.
pub fn from_json<'de, T: Deserialize<'de>>(text: &'de [u8]) -> Result<T, Error> {
    T::deserialize(Text(whole(text)?))
}

/// The text of one value.
fn whole(text: &[u8]) -> Result<&str, Error> {
    serde_json::from_slice::<&RawValue>(text).map(RawValue::get)
}

/// One value as its text, without spaces around it.
#[derive(Clone, Copy)]
struct Text<'de>(&'de str);

/// What serde_json reads by itself.
type Reader<'de> = serde_json::Deserializer<serde_json::de::SliceRead<'de>>;

impl<'de> Text<'de> {
    fn reader(self) -> Reader<'de> {
        serde_json::Deserializer::from_slice(self.0.as_bytes())
    }

    fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    /// The texts of the entries of an object. A key's has its quotes.
    fn entries(self) -> Result<Entries<'de>, Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Vec<(&'de RawValue, &'de RawValue)>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(entry) = entries.next_entry()? {
                    all.push(entry);
                }
                Ok(all)
            }
        }
        Ok(Entries { all: self.reader().deserialize_map(All)?, taken: 0 })
    }

    /// The texts of the items of a list.
    fn items(self) -> Result<Items<'de>, Error> {
        Ok(Items { all: Vec::deserialize(&mut self.reader())?, taken: 0 })
    }

    /// The characters of a string.
    #[inline(never)]
    fn string(self) -> Result<Cow<'de, str>, Error> {
        struct Characters;
        impl<'de> Visitor<'de> for Characters {
            type Value = Cow<'de, str>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }
        }
        self.reader().deserialize_str(Characters)
    }

    fn visit_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if !self.0.starts_with('"') {
            return Err(Error::invalid_type(self.kind(), &visitor));
        }
        match self.string()? {
            Cow::Borrowed(text) => visitor.visit_borrowed_str(text),
            Cow::Owned(text) => visitor.visit_string(text),
        }
    }

    /// What it is, if it is no string, for an error.
    #[cold]
    fn kind(self) -> Unexpected<'de> {
        match self.0.as_bytes().first() {
            Some(b'{') => Unexpected::Map,
            Some(b'[') => Unexpected::Seq,
            Some(b'n') => Unexpected::Unit,
            Some(b't') => Unexpected::Bool(true),
            Some(b'f') => Unexpected::Bool(false),
            _ => self.0.parse().map_or(Unexpected::Other("number"), Unexpected::Signed),
        }
    }
}

/// An error in a part, with the part's name before it. Where a part begins is not known any more,
/// and its own lines and columns would mislead.
#[cold]
fn inside(part: &str, error: &Error) -> Error {
    let why = error.to_string();
    let why = why.rsplit_once(" at line ").map_or(why.as_str(), |(why, _)| why);
    Error::custom(format_args!("{}: {why}", part.trim_matches('"')))
}

/// Passes calls on to serde_json: values without parts, and those of any shape.
macro_rules! pass {
    ($($name:ident)*) => {
        $(fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.reader().$name(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Text<'de> {
    type Error = Error;

    pass! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
        deserialize_char deserialize_bytes deserialize_byte_buf deserialize_unit
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.visit_string(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.visit_string(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.visit_string(visitor)
    }

    /// It was seen to be JSON when it was split off.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0 == "null" { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_map(self.entries()?)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(self.entries()?)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(self.items()?)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        let items = self.items()?;
        if items.all.len() > len {
            return Err(Error::invalid_length(items.all.len(), &visitor));
        }
        visitor.visit_seq(items)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_tuple(len, visitor)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    /// By this name serde_json is asked for a value as its text.
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        if name == "$serde_json::private::RawValue" {
            return self.reader().deserialize_newtype_struct(name, visitor);
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(Variant::of(self)?)
    }
}

/// An object: texts of keys and values.
struct Entries<'de> {
    all: Vec<(&'de RawValue, &'de RawValue)>,
    /// How many keys were read.
    taken: usize,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((key, _)) = self.all.get(self.taken) else { return Ok(None) };
        self.taken += 1;
        seed.deserialize(Key(Text(key.get()))).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let Some((key, value)) = self.taken.checked_sub(1).and_then(|last| self.all.get(last)) else {
            return Err(Error::custom("a value is read before its key"));
        };
        seed.deserialize(Text(value.get())).map_err(|why| inside(key.get(), &why))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.all.len() - self.taken)
    }
}

/// A key with its quotes: a string, and where a number is wanted the number in it.
struct Key<'de>(Text<'de>);

impl<'de> Key<'de> {
    fn number(self) -> Text<'de> {
        Text(self.0.0.trim_matches('"'))
    }
}

macro_rules! pass_key {
    (strings: $($string:ident)*; numbers: $($number:ident)*) => {
        $(fn $string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.0.visit_string(visitor)
        })*
        $(fn $number<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.number().$number(visitor)
        })*
    };
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = Error;

    pass_key! {
        strings: deserialize_any deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf
            deserialize_unit deserialize_seq deserialize_map deserialize_identifier;
        numbers: deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
            deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    serde::forward_to_deserialize_any! { unit_struct tuple tuple_struct struct }
}

/// A list: texts of its items.
struct Items<'de> {
    all: Vec<&'de RawValue>,
    taken: usize,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some(item) = self.all.get(self.taken) else { return Ok(None) };
        self.taken += 1;
        seed.deserialize(Text(item.get())).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.all.len() - self.taken)
    }
}

/// A variant: its name alone, or an object with its name as the only key.
struct Variant<'de> {
    name: Text<'de>,
    content: Option<Text<'de>>,
}

impl<'de> Variant<'de> {
    fn of(text: Text<'de>) -> Result<Self, Error> {
        if !text.is_object() {
            return Ok(Self { name: text, content: None });
        }
        match text.entries()?.all.as_slice() {
            [(name, content)] => Ok(Self { name: Text(name.get()), content: Some(Text(content.get())) }),
            entries => Err(Error::custom(format_args!(
                "a word with what belongs to it is an object with one field, not with {}",
                entries.len()
            ))),
        }
    }

    fn content(self) -> Result<Text<'de>, Error> {
        self.content.ok_or_else(|| Error::custom(format_args!("what belongs to the word {} is missing", self.name.0)))
    }
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self), Error> {
        Ok((seed.deserialize(self.name)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        self.content.map_or(Ok(()), <()>::deserialize)
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        let name = self.name;
        seed.deserialize(self.content()?).map_err(|why| inside(name.0, &why))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        self.content()?.deserialize_tuple(len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        self.content()?.deserialize_map(visitor)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;
    use serde_json::value::RawValue;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Point {
        x: u8,
        y: Option<i64>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        Plain,
        Of(Point),
        Pair(u8, Point),
        With { points: Vec<Point> },
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(tag = "type", rename_all = "snake_case")]
    enum Tagged {
        None,
        One { point: Point },
    }

    #[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
    struct Id(u64);

    #[derive(Debug, PartialEq, Deserialize)]
    struct Whole {
        words: Vec<Word>,
        tagged: BTreeMap<String, Tagged>,
        any: serde_json::Value,
        pair: (String, Option<Point>),
        years: BTreeMap<i32, String>,
        ids: BTreeMap<Id, bool>,
    }

    #[test]
    fn every_shape_is_read_as_by_serde_itself() {
        let whole = json!({
            "words": ["plain", {"of": {"x": 1, "y": -2}}, {"pair": [3, {"x": 4, "y": null}]}, {"with": {"points": [{"x": 5}]}}],
            "tagged": {"a": {"type": "none"}, "b": {"type": "one", "point": {"x": 6, "y": 7}}},
            "any": {"list": [1, 2.5, true, null, "text"]},
            "pair": ["\"quoted\"\n", {"x": 8}],
            "years": {"2022": "04-24", "-1": ""},
            "ids": {"7": true},
            "later": {"passed": ["over"]},
        })
        .to_string();
        let read: Whole = from_json(whole.as_bytes()).unwrap();
        assert_eq!(read, serde_json::from_str(&whole).unwrap());
        assert_eq!(read.words.len(), 4);
    }

    #[test]
    fn a_text_inside_stays_as_it_was_written() {
        let read: BTreeMap<String, Box<RawValue>> = from_json(br#"{"a": { "b" :1.50 }}"#).unwrap();
        assert_eq!(read.get("a").map(|raw| raw.get()), Some(r#"{ "b" :1.50 }"#));
    }

    #[test]
    fn a_list_is_no_struct_at_any_depth() {
        assert!(from_json::<Point>(b"[1, 2]").unwrap_err().to_string().contains("expected an object"));
        assert!(from_json::<Vec<Word>>(br#"[{"of": [1, 2]}]"#).is_err());
        assert!(from_json::<Vec<Word>>(br#"[{"with": [[{"x": 1}]]}]"#).is_err());
        assert!(from_json::<Vec<Word>>(br#"["with"]"#).is_err());
    }

    #[test]
    fn an_error_names_the_fields_that_lead_to_it() {
        let error = |text: &str| from_json::<Vec<Word>>(text.as_bytes()).unwrap_err().to_string();
        assert_eq!(
            error(r#"[{"with": {"points": [{"x": "1"}]}}]"#),
            "points: x: invalid type: string \"1\", expected u8"
        );
        assert_eq!(error(r#"[{"of": {"y": 1}}]"#), "of: missing field `x`");
        assert_eq!(error(r#"["of"]"#), "what belongs to the word \"of\" is missing");
        assert_eq!(
            error(r#"[{"plain": null, "of": null}]"#),
            "a word with what belongs to it is an object with one field, not with 2"
        );
        assert!(error(r#"["other"]"#).starts_with("unknown variant `other`"));
        assert!(error(r#"[{"pair": [1, {"x": 2}, 3]}]"#).contains("invalid length 3"));
        // No JSON at all: where.
        assert_eq!(error("[1,\n2,]"), "expected value at line 2 column 3");
    }

    #[test]
    fn depth_is_bounded_where_any_value_may_stand() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert!(from_json::<serde_json::Value>(deep.as_bytes()).unwrap_err().to_string().contains("recursion"));
        assert!(from_json::<Vec<Vec<u8>>>(deep.as_bytes()).is_err());
    }

    #[test]
    fn what_follows_a_value_is_refused() {
        assert!(from_json::<Point>(br#"{"x": 1} 2"#).unwrap_err().to_string().contains("trailing"));
    }
}
