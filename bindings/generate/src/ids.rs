//! Ids as types of each language: UniFFI alone makes aliases of them, and then none is told from
//! another.

use std::fmt::Write as _;

use uniffi_meta::{Metadata, Type};

/// The ids that the library exports: custom types over text whose names end in `Id`.
pub fn exported(metadata: &[Metadata]) -> Vec<String> {
    let mut names: Vec<String> = metadata
        .iter()
        .filter_map(|item| match item {
            Metadata::CustomType(one) if one.builtin == Type::String && one.name.ends_with("Id") => {
                Some(one.name.clone())
            }
            _ => None,
        })
        .collect();
    names.sort();
    names
}

/// How each language makes an id of its text and a text of its id, for the generator.
pub fn config(ids: &[String]) -> String {
    let mut config = String::new();
    for id in ids {
        for (language, lower) in [("kotlin", "{}.value"), ("swift", "{}.value"), ("python", "{}")] {
            let _ = write!(
                config,
                "\n[crates.mesto_bindings.bindings.{language}.custom_types.{id}]\nlift = \"{id}({{}})\"\nlower = \"{lower}\"\n"
            );
        }
    }
    config
}

pub fn kotlin(ids: &[String]) -> String {
    let mut text = "// Ids: none is taken for another, nor for any text.\npackage city.mesto.sdk.core\n".to_owned();
    for id in ids {
        let _ = write!(
            text,
            "\n@JvmInline\npublic value class {id}(public val value: String) {{\n    override fun toString(): String = value\n}}\n"
        );
    }
    text
}

pub fn swift(ids: &[String]) -> String {
    let mut text = "// Ids: none is taken for another, nor for any text.\n".to_owned();
    for id in ids {
        let _ = write!(
            text,
            "\npublic struct {id}: Hashable, Codable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {{
    public let value: String
    public init(_ value: String) {{ self.value = value }}
    public init(stringLiteral value: String) {{ self.value = value }}
    public init(from decoder: any Decoder) throws {{ value = try decoder.singleValueContainer().decode(String.self) }}
    public func encode(to encoder: any Encoder) throws {{
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }}
    public var description: String {{ value }}
}}\n"
        );
    }
    text
}

pub fn python(ids: &[String]) -> String {
    let mut text = "\nclass _Id(str):\n    __slots__ = ()\n\n    def __repr__(self):\n        \
                    return f\"{type(self).__name__}({str.__repr__(self)})\"\n"
        .to_owned();
    for id in ids {
        let _ =
            write!(text, "\n\nclass {id}(_Id):\n    \"\"\"Text that is an id of its kind.\"\"\"\n    __slots__ = ()\n");
    }
    text
}
