//! Finds tests by their names in Rust, Kotlin, Swift, Python and scenario files, and the clause ids
//! those names end in.
//!
//! A test names its clauses at the end: `red_zone_refuses_91_minutes_bg_50`,
//! `stay_closes_bg_48_bg_50`, ``fun `red refuses 91 minutes BG-50`()``. A scenario says `"clauses":
//! ["BG-50"]`.

use crate::failure::{About, Outcome};

/// The five documents whose clauses the product implements.
pub const DOCUMENTS: [&str; 5] = ["PQ", "BG", "AV", "RK", "BK"];

/// A test found in a source file.
#[derive(Debug, PartialEq, Eq)]
pub struct FoundTest {
    pub name: String,
    /// Counted from 1.
    pub line: usize,
    /// Ids as the list writes them (`BG-50`), in the order of the name.
    pub clauses: Vec<String>,
}

/// The languages whose tests are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Rust,
    Kotlin,
    Swift,
    Python,
}

impl Language {
    pub fn of_extension(extension: &str) -> Option<Self> {
        match extension {
            "rs" => Some(Self::Rust),
            "kt" => Some(Self::Kotlin),
            "swift" => Some(Self::Swift),
            "py" => Some(Self::Python),
            _ => None,
        }
    }
}

/// The clause ids a name ends in; anything before the last one that is not an id ends the search.
pub fn clauses_of_name(name: &str) -> Vec<String> {
    let words: Vec<&str> = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let mut clauses = Vec::new();
    let mut rest = words.as_slice();
    while let [before @ .., document, number] = rest {
        let document = document.to_ascii_uppercase();
        let known = DOCUMENTS.contains(&document.as_str());
        match number.parse::<u32>() {
            Ok(number) if known => clauses.push(format!("{document}-{number:02}")),
            _ => break,
        }
        rest = before;
    }
    clauses.reverse();
    clauses
}

/// Every test of a source text, in order. Ignored and commented-out tests do not count: they prove
/// nothing.
pub fn tests_in(language: Language, text: &str) -> Vec<FoundTest> {
    let mut found = Vec::new();
    // Attributes or annotations seen since the last item; they belong to the next function.
    let mut marks = String::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with("//") {
            continue;
        }
        let (mark, code) = split_marks(language, line);
        marks.push_str(mark);
        let Some(name) = function_name(language, code) else {
            let marks_go_on = code.is_empty() || (!marks.is_empty() && opens_more_than_it_closes(&marks));
            if marks_go_on {
                marks.push_str(code);
            } else {
                marks.clear();
            }
            continue;
        };
        if is_test(language, &marks, &name) {
            let mut clauses = clauses_of_name(&name);
            if language == Language::Swift {
                clauses.extend(quoted(&marks).iter().flat_map(|title| clauses_of_name(title)));
            }
            found.push(FoundTest { name, line: index + 1, clauses });
        }
        marks.clear();
    }
    found
}

/// The clauses of a scenario file: one "test" per file, named by its `name`.
pub fn scenario(file_name: &str, text: &str) -> Outcome<Option<FoundTest>> {
    let value: serde_json::Value = serde_json::from_str(text).about(file_name)?;
    let Some(clauses) = value.get("clauses").and_then(|clauses| clauses.as_array()) else { return Ok(None) };
    let name = value.get("name").and_then(|name| name.as_str()).unwrap_or(file_name);
    let clauses = clauses.iter().filter_map(|id| id.as_str()).map(str::to_owned).collect();
    Ok(Some(FoundTest { name: format!("scenario {name}"), line: 1, clauses }))
}

/// Clause ids written out (`BG-50`) in the part of a source text that is not a test, with their
/// lines.
pub fn clauses_in_code(text: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim() == "#[cfg(test)]" {
            break;
        }
        for document in DOCUMENTS {
            let mut rest = line;
            while let Some(at) = rest.find(document) {
                let (before, from) = rest.split_at(at);
                let after = &from[document.len()..];
                let stands_alone = !before.ends_with(|c: char| c.is_alphanumeric());
                let digits: String =
                    after.strip_prefix('-').unwrap_or("").chars().take_while(char::is_ascii_digit).collect();
                if let (true, Ok(number)) = (stands_alone, digits.parse::<u32>()) {
                    found.push((format!("{document}-{number:02}"), index + 1));
                }
                rest = after;
            }
        }
    }
    found
}

/// Splits `@Test fun x()` or `#[test] fn x()` into what marks the item and the item.
fn split_marks(language: Language, line: &str) -> (&str, &str) {
    let mut rest = line;
    loop {
        let length = match language {
            Language::Rust if rest.starts_with("#[") => closing(rest, '[', ']'),
            Language::Kotlin | Language::Swift if rest.starts_with('@') => {
                let word = rest.find(|c: char| c != '@' && c != '.' && !c.is_alphanumeric()).unwrap_or(rest.len());
                let open = rest.get(word..).is_some_and(|after| after.starts_with('('));
                if open { closing(rest, '(', ')') } else { Some(word) }
            }
            Language::Python if rest.starts_with('@') => Some(rest.len()),
            _ => break,
        };
        // An attribute that goes on in the next line takes the whole of this one.
        let length = length.unwrap_or(rest.len());
        rest = rest.get(length..).unwrap_or("").trim_start();
        if rest.is_empty() {
            break;
        }
    }
    line.split_at(line.len() - rest.len())
}

/// Bytes up to and with the bracket that closes the first `open`.
fn closing(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(at + c.len_utf8());
            }
        }
    }
    None
}

fn opens_more_than_it_closes(text: &str) -> bool {
    let count = |bracket: [char; 2]| text.matches(bracket).count();
    count(['(', '[']) > count([')', ']'])
}

fn function_name(language: Language, code: &str) -> Option<String> {
    let keyword = match language {
        Language::Rust => "fn",
        Language::Kotlin => "fun",
        Language::Swift => "func",
        Language::Python => "def",
    };
    let mut rest = code;
    loop {
        let (word, after) = rest.split_once(' ')?;
        if word == keyword {
            rest = after.trim_start();
            break;
        }
        // Only modifiers stand before a function: `pub(crate) async fn`, `override suspend fun`.
        let is_modifier = !word.is_empty() && word.chars().all(|c| c.is_ascii_alphabetic() || c == '(' || c == ')');
        if !is_modifier {
            return None;
        }
        rest = after.trim_start();
    }
    if let Some(quoted) = rest.strip_prefix('`') {
        return quoted.split_once('`').map(|(name, _)| name.to_owned());
    }
    let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

fn is_test(language: Language, marks: &str, name: &str) -> bool {
    match language {
        Language::Rust => (marks.contains("#[test]") || marks.contains("::test")) && !marks.contains("#[ignore"),
        Language::Kotlin => {
            let marked = ["@Test", "@ParameterizedTest", "@RepeatedTest", "@TestFactory"];
            marked.iter().any(|mark| marks.contains(mark)) && !marks.contains("@Disabled") && !marks.contains("@Ignore")
        }
        Language::Swift => (marks.contains("@Test") && !marks.contains(".disabled")) || name.starts_with("test"),
        Language::Python => name.starts_with("test_") && !marks.contains("skip"),
    }
}

/// The texts in double quotes.
fn quoted(text: &str) -> Vec<&str> {
    text.split('"').skip(1).step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(language: Language, text: &str) -> Vec<String> {
        tests_in(language, text).into_iter().map(|test| test.name).collect()
    }

    #[test]
    fn a_name_ends_in_one_or_several_clauses() {
        assert_eq!(clauses_of_name("red_zone_refuses_91_minutes_bg_50"), ["BG-50"]);
        assert_eq!(clauses_of_name("limits_bg_49_bg_50_pq_07"), ["BG-49", "BG-50", "PQ-07"]);
        assert_eq!(clauses_of_name("red zone refuses 91 minutes BG-50"), ["BG-50"]);
        assert_eq!(clauses_of_name("wallet_bg_7"), ["BG-07"], "numbers are written with two digits");
        assert_eq!(clauses_of_name("a_name_bg_104"), ["BG-104"]);
    }

    #[test]
    fn a_number_that_is_no_clause_is_none() {
        assert!(clauses_of_name("grants_90_of_120").is_empty());
        assert!(clauses_of_name("bg_50_is_named_too_early").is_empty());
        assert!(clauses_of_name("bg_fifty").is_empty());
        assert!(clauses_of_name("").is_empty());
        assert!(clauses_of_name("50").is_empty());
    }

    #[test]
    fn rust_tests_are_functions_with_a_test_attribute() {
        let text = "
            #[test]
            fn plain_bg_50() {}
            fn no_test_bg_51() {}
            #[tokio::test(flavor = \"current_thread\")]
            async fn with_runtime() {}
            #[test]
            #[ignore]
            fn ignored() {}
            // #[test]
            // fn commented() {}
            #[test]
            /// A line between.
            #[should_panic(expected = \"x\")]
            pub(crate) fn between() {}
            #[test] fn on_one_line(a in 0..9) {}
            #[test]
            const NOT_A_FUNCTION: u8 = 0;
            fn after_a_constant() {}
        ";
        assert_eq!(names(Language::Rust, text), ["plain_bg_50", "with_runtime", "between", "on_one_line"]);
        assert_eq!(tests_in(Language::Rust, text).first().map(|test| test.line), Some(3));
    }

    #[test]
    fn kotlin_tests_carry_an_annotation_and_may_be_quoted() {
        let text = "
            @Test
            fun `red zone refuses 91 minutes BG-50`() = runTest {}
            @Test fun quick_bg_49() {}
            @Disabled(\"x\") @Test fun off() {}
            @ParameterizedTest
            @ValueSource(ints = [1, 2])
            internal suspend fun many(n: Int) {}
            fun helper() {}
        ";
        let expected = ["red zone refuses 91 minutes BG-50", "quick_bg_49", "many"];
        assert_eq!(names(Language::Kotlin, text), expected);
        assert_eq!(
            tests_in(Language::Kotlin, text).first().map(|test| test.clauses.clone()),
            Some(vec!["BG-50".into()])
        );
    }

    #[test]
    fn swift_tests_are_named_test_or_titled() {
        let text = "
            func testRefuses_bg_50() throws {}
            @Test func short_bg_51() async {}
            @Test(\"red refuses 91 minutes BG-50\") func titled() {}
            @Test(.disabled(\"x\")) func off() {}
            @Test(\"over several\",
                  arguments: [1, 2])
            func split() {}
            func helper() {}
        ";
        assert_eq!(names(Language::Swift, text), ["testRefuses_bg_50", "short_bg_51", "titled", "split"]);
        assert_eq!(tests_in(Language::Swift, text).get(2).map(|test| test.clauses.clone()), Some(vec!["BG-50".into()]));
    }

    #[test]
    fn python_tests_begin_with_test() {
        let text = "
            def test_refuses_bg_50(self): pass
            async def test_async(self): pass
            @unittest.skip('x')
            def test_off(self): pass
            def helper(self): pass
        ";
        assert_eq!(names(Language::Python, text), ["test_refuses_bg_50", "test_async"]);
    }

    #[test]
    fn a_scenario_lists_its_clauses() {
        let found = scenario("a.json", r#"{"name": "journey", "clauses": ["BG-50", "PQ-07"]}"#);
        let found = found.ok().flatten().map(|test| (test.name, test.clauses));
        assert_eq!(found, Some(("scenario journey".into(), vec!["BG-50".into(), "PQ-07".into()])));
        assert!(matches!(scenario("schema.json", "{}"), Ok(None)));
        assert!(scenario("broken.json", "{").is_err());
    }

    #[test]
    fn code_names_clauses_outside_its_tests() {
        let text = "//! Limits (BG-50, PQ-7).\nfn x() {} // XBG-51 is another word, BG-x none\n#[cfg(test)]\n// BG-52";
        // Document by document within a line.
        assert_eq!(clauses_in_code(text), [("PQ-07".to_owned(), 1), ("BG-50".to_owned(), 1)]);
    }
}
