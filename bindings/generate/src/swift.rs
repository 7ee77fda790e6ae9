//! What the generated Swift lacks: a day as a type, records that lists can tell apart, and values
//! that do not end the process.

use std::error::Error;
use std::fmt::Write as _;

use uniffi_meta::Metadata;

/// A day without a time, as `LocalDate` and `datetime.date` are in the other languages.
pub const DAY: &str = r#"
/// A day without a time, in the city's zone.
public struct Day: Hashable, Comparable, Codable, Sendable, CustomStringConvertible {
    public let year: Int
    public let month: Int
    public let day: Int

    public init(year: Int, month: Int, day: Int) { (self.year, self.month, self.day) = (year, month, day) }

    /// `2025-02-01`; nil when it is written otherwise.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2] else { return nil }
        self.init(year: year, month: month, day: day)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let day = Day(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is no day")
        }
        self = day
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    public var description: String {
        func padded(_ number: Int, _ length: Int) -> String {
            String(repeating: "0", count: max(0, length - String(number).count)) + String(number)
        }
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
    }

    public static func < (left: Day, right: Day) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }
}
"#;

/// Records with an `id` are told apart by it in lists of views.
pub fn identifiable(metadata: &[Metadata]) -> String {
    let mut names: Vec<&str> = metadata
        .iter()
        .filter_map(|item| match item {
            Metadata::Record(one) if one.fields.iter().any(|field| field.name == "id") => Some(one.name.as_str()),
            _ => None,
        })
        .collect();
    names.sort_unstable();
    let mut text = String::new();
    for name in names {
        let _ = write!(text, "\nextension {name}: Identifiable {{}}\n");
    }
    text
}

/// A moment or a length that no number of seconds names does not end the process: it crosses as the
/// last one there is, which the core refuses.
///
/// # Errors
/// When the generator no longer writes what is looked for.
pub fn without_traps(swift: &str) -> Result<String, Box<dyn Error>> {
    let traps = [
        (
            "        if delta.rounded(.down) > Double(Int64.max) {
            fatalError(\"Timestamp overflow, exceeds max bounds supported by Uniffi\")
        }
",
            "        if !(delta < Double(Int64.max)) {
            writeInt(&buf, sign * Int64.max)
            return writeInt(&buf, UInt32(0))
        }
",
        ),
        (
            "        if value.rounded(.down) > Double(Int64.max) {
            fatalError(\"Duration overflow, exceeds max bounds supported by Uniffi\")
        }

        if value < 0 {
            fatalError(\"Invalid duration, must be non-negative\")
        }
",
            "        let value = value < 0 ? 0 : value
        if !(value < Double(Int64.max)) {
            writeInt(&buf, UInt64(Int64.max))
            return writeInt(&buf, UInt32(0))
        }
",
        ),
    ];
    let mut text = swift.to_owned();
    for (trap, instead) in traps {
        if !text.contains(trap) {
            return Err(format!("the generator no longer writes `{trap}`").into());
        }
        text = text.replace(trap, instead);
    }
    Ok(text)
}
