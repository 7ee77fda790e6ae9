//! No value of an app ends its process: a call that takes a value which may be no value of the core
//! (an id, a sum, a moment) can fail.
//!
//! Where a call cannot fail, Swift ends the process and Kotlin throws an error of the generator's
//! own for such a value.

use std::collections::HashMap;

use uniffi_meta::{FnParamMetadata, Metadata, Type};

/// Custom types that any value of their kind makes.
const EVERY_VALUE: [&str; 1] = ["Params"];

/// The exported calls that cannot fail though what they are given may be no value; empty when all
/// is well.
pub fn panics(metadata: &[Metadata]) -> Vec<String> {
    let types = Types::of(metadata);
    let calls = metadata.iter().filter_map(|item| match item {
        Metadata::Func(one) => Some((one.name.clone(), &one.inputs, one.throws.is_some())),
        Metadata::Constructor(one) => {
            Some((format!("{}::{}", one.self_name, one.name), &one.inputs, one.throws.is_some()))
        }
        Metadata::Method(one) => Some((format!("{}::{}", one.self_name, one.name), &one.inputs, one.throws.is_some())),
        Metadata::TraitMethod(one) => {
            Some((format!("{}::{}", one.trait_name, one.name), &one.inputs, one.throws.is_some()))
        }
        _ => None,
    });
    let mut found: Vec<String> = calls
        .filter(|(_, inputs, throws)| !throws && inputs.iter().any(|input| types.may_fail(input)))
        .map(|(name, _, _)| name)
        .collect();
    found.sort();
    found
}

/// What records and enums are made of.
struct Types<'m>(HashMap<&'m str, Vec<&'m Type>>);

impl<'m> Types<'m> {
    fn of(metadata: &'m [Metadata]) -> Self {
        let parts = metadata.iter().filter_map(|item| match item {
            Metadata::Record(one) => Some((one.name.as_str(), one.fields.iter().map(|field| &field.ty).collect())),
            Metadata::Enum(one) => {
                let fields = one.variants.iter().flat_map(|variant| &variant.fields).map(|field| &field.ty);
                Some((one.name.as_str(), fields.collect()))
            }
            _ => None,
        });
        Self(parts.collect())
    }

    fn may_fail(&self, input: &FnParamMetadata) -> bool {
        self.has_custom(&input.ty, &mut Vec::new())
    }

    fn has_custom(&self, ty: &'m Type, seen: &mut Vec<&'m str>) -> bool {
        match ty {
            Type::Custom { name, .. } => !EVERY_VALUE.contains(&name.as_str()),
            Type::Optional { inner_type }
            | Type::Sequence { inner_type }
            | Type::Set { inner_type }
            | Type::Box { inner_type } => self.has_custom(inner_type, seen),
            Type::Map { key_type, value_type } => self.has_custom(key_type, seen) || self.has_custom(value_type, seen),
            Type::Record { name, .. } | Type::Enum { name, .. } => {
                if seen.contains(&name.as_str()) {
                    return false;
                }
                seen.push(name);
                self.0.get(name.as_str()).is_some_and(|parts| parts.iter().any(|part| self.has_custom(part, seen)))
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uniffi_meta::{EnumMetadata, EnumShape, FieldMetadata, FnMetadata, RecordMetadata, VariantMetadata};

    fn named(name: &str) -> String {
        name.to_owned()
    }

    fn custom(name: &str) -> Type {
        Type::Custom { module_path: named("mesto"), name: named(name), builtin: Box::new(Type::String) }
    }

    fn field(ty: Type) -> FieldMetadata {
        FieldMetadata { name: named("field"), orig_name: None, ty, default: None, docstring: None }
    }

    /// A function of this name and one argument.
    fn function(name: &str, ty: Type, throws: bool) -> Metadata {
        Metadata::Func(FnMetadata {
            module_path: named("mesto"),
            name: named(name),
            orig_name: None,
            is_async: false,
            inputs: vec![FnParamMetadata { name: named("it"), ty, by_ref: false, optional: false, default: None }],
            return_type: None,
            throws: throws.then_some(Type::String),
            checksum: None,
            docstring: None,
        })
    }

    #[test]
    fn an_export_without_a_result_that_takes_a_value_which_may_be_none_is_found_however_deep_it_lies() {
        let record = |name: &str| Type::Record { module_path: named("mesto"), name: named(name) };
        let choice = Type::Enum { module_path: named("mesto"), name: named("Choice") };
        let metadata = [
            Metadata::Record(RecordMetadata {
                module_path: named("mesto"),
                name: named("Deep"),
                orig_name: None,
                remote: false,
                fields: vec![field(Type::Optional { inner_type: Box::new(choice) })],
                docstring: None,
            }),
            Metadata::Enum(EnumMetadata {
                module_path: named("mesto"),
                name: named("Choice"),
                orig_name: None,
                shape: EnumShape::Enum,
                remote: false,
                variants: vec![VariantMetadata {
                    name: named("One"),
                    orig_name: None,
                    discr: None,
                    fields: vec![field(record("Deep")), field(custom("CityId"))],
                    docstring: None,
                }],
                discr_type: None,
                non_exhaustive: false,
                docstring: None,
            }),
            function("plain", Type::String, false),
            function("texts", custom("Params"), false),
            function("deep", Type::Sequence { inner_type: Box::new(record("Deep")) }, false),
            function("id", custom("CityId"), false),
            function("refuses", custom("CityId"), true),
        ];
        assert_eq!(panics(&metadata), ["deep", "id"]);
    }
}
