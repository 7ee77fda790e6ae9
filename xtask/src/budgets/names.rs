//! The names in a file of any language, without its comments.

use super::words::{Scope, code};

/// What the files are written in.
pub const LANGUAGES: [&str; 7] = ["rs", "sql", "kt", "swift", "py", "ftl", "toml"];

/// A name, by its words: `exitBy`, `exit_by`, `EXIT_BY`, `exit-by` and `exit::BY` are `exit`, `by`.
#[derive(Debug, PartialEq, Eq)]
pub struct Name {
    pub line: usize,
    /// As it is written.
    pub text: String,
    words: Vec<String>,
}

impl Name {
    /// Whether these words stand in it, one after another.
    pub fn has(&self, words: &[String]) -> bool {
        !words.is_empty() && self.words.windows(words.len()).any(|part| part == words)
    }

    /// The same; of one word alone it is the whole name.
    pub fn is_of(&self, words: &[String]) -> bool {
        if words.len() == 1 { self.words == words } else { self.has(words) }
    }
}

/// Every name in a text; `extension` says which language it is. What only tests compile is left
/// out, and comments are.
pub fn names(extension: &str, text: &str) -> Vec<Name> {
    let code = code(text, extension, Scope::Texts);
    let tested = if extension == "rs" { before_tests(&code) } else { &code };
    let mut names = Vec::new();
    for (index, line) in tested.lines().enumerate() {
        for text in line.split(|c: char| !is_in_name(c)) {
            let text = text.trim_matches(':');
            let words = words(text);
            if !words.is_empty() {
                names.push(Name { line: index + 1, text: text.to_owned(), words });
            }
        }
    }
    names
}

/// The tests of a Rust file stand at its end.
fn before_tests(code: &str) -> &str {
    let tests = code.match_indices("#[cfg(test)]").find(|(at, found)| {
        let after = code.get(at + found.len()..).unwrap_or_default().trim_start();
        after.starts_with("mod ")
            && after
                .split_once(['{', ';'])
                .is_some_and(|(head, _)| after.get(head.len()..).is_some_and(|rest| rest.starts_with('{')))
    });
    tests.and_then(|(at, _)| code.get(..at)).unwrap_or(code)
}

fn is_in_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-' || c == ':'
}

/// The words of a name in small letters.
pub fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for part in name.split(|c: char| !c.is_alphanumeric()) {
        let letters: Vec<char> = part.chars().collect();
        let mut word = String::new();
        for (at, letter) in letters.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|before| letters.get(before));
            // `zoneId` has two words, `HTTPLink` too, `V1` one.
            let begins = letter.is_uppercase()
                && before.is_some_and(|before| {
                    !before.is_uppercase() || letters.get(at + 1).is_some_and(|after| after.is_lowercase())
                });
            if begins && !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            word.extend(letter.to_lowercase());
        }
        if !word.is_empty() {
            words.push(word);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_its_words_in_every_manner_of_writing() {
        for name in ["exit_by", "exitBy", "ExitBy", "EXIT_BY", "exit-by", "exit::BY", "garages-exit_by"] {
            let found = names("kt", name).remove(0);
            assert!(found.has(&words("exit by")), "{name}");
        }
        for name in ["exit_by_x", "by_exit", "exit", "exits_by", "exitbyx"] {
            let found = names("kt", name).remove(0);
            assert_eq!(found.has(&words("exit by")), name == "exit_by_x", "{name}");
        }
        let found =
            names("rs", "visit visit_map visit_id").iter().map(|name| name.is_of(&words("visit"))).collect::<Vec<_>>();
        assert_eq!(found, [true, false, false]);
        assert_eq!(words("HTTPLink V1 zoneId2"), ["http", "link", "v1", "zone", "id2"]);
    }

    #[test]
    fn comments_of_every_language_are_left_out_and_texts_are_not() {
        let of = |extension: &str, text: &str| -> Vec<String> {
            names(extension, text).into_iter().map(|name| format!("{}:{}", name.line, name.text)).collect()
        };
        assert_eq!(of("rs", "a(\"b_c\", 'd'); // e\n/* f */ &'a g"), ["1:a", "1:b_c", "1:d", "2:a", "2:g"]);
        assert_eq!(of("rs", "a(\"https://b\");"), ["1:a", "1:https", "1:b"]);
        assert_eq!(of("sql", "a -- b\n/* c */ 'd'"), ["1:a", "2:d"]);
        assert_eq!(of("py", "a # b\n'c'"), ["1:a", "2:c"]);
        assert_eq!(of("ftl", "# a\nb-c = { $d } # e"), ["2:b-c", "2:d", "2:e"]);
        assert_eq!(of("toml", "a = \"b#c\" # d"), ["1:a", "1:b", "1:c"]);
    }

    #[test]
    fn the_tests_of_a_rust_file_are_left_out() {
        let text = "#[cfg(test)]\nmod tests;\nfn a() {}\n#[cfg(test)]\nmod tests {\n  fn b() {}\n}";
        let found: Vec<String> = names("rs", text).into_iter().map(|name| name.text).collect();
        assert_eq!(found, ["cfg", "test", "mod", "tests", "fn", "a"]);
    }
}
