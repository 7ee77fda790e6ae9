//! The words of a Kotlin, Swift or Python file without its comments and texts.

use std::collections::BTreeSet;

/// The names in a source text, and the types it declares for others.
#[derive(Debug)]
pub struct Words {
    words: Vec<Word>,
    pub types: BTreeSet<String>,
}

#[derive(Debug)]
struct Word {
    text: String,
    line: usize,
    /// A dot stands before or after it, or it is imported.
    is_path: bool,
}

impl Words {
    /// Reads a text; `extension` says which language it is: `kt`, `swift` or `py`.
    pub fn of(extension: &str, text: &str) -> Self {
        const KINDS: [&str; 8] = ["class", "interface", "object", "struct", "enum", "protocol", "actor", "typealias"];
        let code = code(text, extension, Scope::Code);
        let (mut words, mut types) = (Vec::new(), BTreeSet::new());
        for (index, line) in code.lines().enumerate() {
            let is_import = line.trim_start().starts_with("import ") || line.trim_start().starts_with("from ");
            let is_hidden = line.contains("private");
            let mut before = "";
            let mut rest = line;
            while let Some(start) = rest.find(is_letter) {
                let (gap, from) = rest.split_at(start);
                let end = from.find(|c| !is_letter(c)).unwrap_or(from.len());
                let (word, after) = from.split_at(end);
                let is_path = gap.ends_with('.') || after.starts_with('.') || is_import;
                words.push(Word { text: word.to_owned(), line: index + 1, is_path });
                // `enum class Zone` declares Zone, not `class`.
                let is_declared = KINDS.contains(&before) && gap.trim().is_empty() && !KINDS.contains(&word);
                if is_declared && !is_hidden && !word.starts_with('_') {
                    types.insert(word.to_owned());
                }
                (before, rest) = (word, after);
            }
        }
        Self { words, types }
    }

    /// The first place that has this name in a path, or one of these types.
    pub fn first_of(&self, name: &str, types: &BTreeSet<String>) -> Option<(usize, &str)> {
        let is_named = |word: &&Word| (word.is_path && word.text == name) || types.contains(&word.text);
        self.words.iter().find(is_named).map(|word| (word.line, word.text.as_str()))
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What [`code`] keeps of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Neither comments nor strings.
    Code,
    /// Everything but comments.
    Texts,
}

/// The text with every comment and, if asked, every string left out, line by line as it was.
pub fn code(text: &str, extension: &str, scope: Scope) -> String {
    let (mark, has_blocks) = match extension {
        "py" | "toml" | "ftl" => ("#", false),
        "sql" => ("--", true),
        _ => ("//", true),
    };
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        // A Fluent comment fills its line, and its texts have no quotes.
        let is_mark = rest.starts_with(mark) && (extension != "ftl" || code.is_empty() || code.ends_with('\n'));
        let (length, is_text) = if is_mark {
            (rest.find('\n').unwrap_or(rest.len()), false)
        } else if has_blocks && rest.starts_with("/*") {
            (comment(rest), false)
        } else if extension == "ftl" {
            (first.len_utf8(), true)
        } else if let Some(mark) = ["\"\"\"", "'''"].into_iter().find(|mark| rest.starts_with(mark)) {
            (rest.get(3..).and_then(|inside| inside.find(mark)).map_or(rest.len(), |end| end + 6), true)
        } else if first == '"' || (first == '\'' && !(extension == "rs" && is_lifetime(rest))) {
            (string(rest, first), true)
        } else {
            code.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        };
        let (part, after) = rest.split_at(length.min(rest.len()));
        if is_text && scope == Scope::Texts {
            code.push_str(part);
        } else {
            code.extend(part.chars().filter(|c| *c == '\n'));
        }
        rest = after;
    }
    code
}

/// `'a` without a quote at its end.
fn is_lifetime(text: &str) -> bool {
    let mut letters = text.chars().skip(1);
    letters.next().is_some_and(|c| c.is_alphabetic() || c == '_') && letters.next() != Some('\'')
}

/// The length of a comment, others inside it included.
fn comment(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, _) in text.char_indices() {
        let here = text.get(at..).unwrap_or_default();
        if here.starts_with("/*") {
            depth += 1;
        } else if here.starts_with("*/") {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return at + 2;
            }
        }
    }
    text.len()
}

/// The length of a string in one line, its quotes included; at the line's end it is over in any
/// case.
fn string(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\n' => return at,
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(extension: &str, text: &str) -> Vec<String> {
        Words::of(extension, text).types.into_iter().collect()
    }

    #[test]
    fn comments_and_texts_are_no_code() {
        assert_eq!(
            code("a // b\nc /* d /* e\n */ f */ g \"h\\\"i\" 'j' \"\"\"k\n\"l\"\n\"\"\" m", "kt", Scope::Code),
            "a \nc \n g   \n\n m"
        );
        assert_eq!(code("a # b\n'''c\n''' 'd' // e", "py", Scope::Code), "a \n\n  // e");
        assert_eq!(code("a \"never closed\nb /* never closed\n", "kt", Scope::Code), "a \nb \n");
    }

    #[test]
    fn types_that_others_can_name_are_declared() {
        let kotlin =
            "sealed interface State\nenum class Kind { A }\nprivate class Row\ncompanion object {\n}\nx::class.java";
        assert_eq!(types("kt", kotlin), ["Kind", "State"]);
        assert_eq!(types("swift", "public struct Zone: Sendable {}\nfinal class A {}\nactor B {}"), ["A", "B", "Zone"]);
        assert_eq!(types("py", "class Link:\nclass _Hidden:"), ["Link"]);
    }

    #[test]
    fn a_name_counts_in_a_path_and_a_type_anywhere() {
        let words = Words::of("kt", "val garages = 1\nval a = b.garages\nval c: Garage");
        assert_eq!(words.first_of("garages", &BTreeSet::new()), Some((2, "garages")));
        assert_eq!(words.first_of("rides", &BTreeSet::from(["Garage".to_owned()])), Some((3, "Garage")));
        assert_eq!(words.first_of("rides", &BTreeSet::new()), None);
    }
}
