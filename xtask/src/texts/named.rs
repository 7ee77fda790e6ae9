//! Every text is named by code that shows it: by its id, by its typed function, or by an id that
//! is composed of a prefix and a word of the wire. What nothing names is a text that nobody sees.

use std::collections::{BTreeMap, BTreeSet};

use super::write::name_of;
use super::{KOTLIN, SWIFT};
use crate::repository::is_test_file;

/// A prefix, and the words that make ids with it: `<prefix>-<word>` or `<prefix>-<service>-<word>`.
#[derive(Clone, Copy, Debug)]
pub struct Composed {
    pub prefix: &'static str,
    /// The file that composes the ids.
    pub file: &'static str,
    /// What stands there.
    pub says: &'static str,
}

/// The ids that code composes, with the place where it does.
pub const COMPOSED: &[Composed] = &[
    Composed { prefix: "error", file: "core/texts/src/lib.rs", says: "\"error-{code}\"" },
    Composed { prefix: "line", file: "core/client/src/kernel/client.rs", says: "kind_text(city, \"line\"" },
    Composed { prefix: "notice", file: "core/client/src/kernel/client.rs", says: "kind_text(city, \"notice\"" },
    Composed { prefix: "entry", file: "core/client/src/base/wallet.rs", says: "kind_text(None, \"entry\"" },
    Composed {
        prefix: "plate-warning",
        file: "core/client/src/base/vehicles.rs",
        says: "tagged_text(\"plate-warning\"",
    },
    Composed {
        prefix: "payment-state",
        file: "core/client/src/base/payments/mod.rs",
        says: "word_text(\"payment-state\"",
    },
    Composed { prefix: "refund", file: "core/client/src/base/payments/mod.rs", says: "word_text(\"refund\"" },
    Composed { prefix: "intent-state", file: "cli/src/base/payments.rs", says: "\"intent-state-{}\"" },
    Composed { prefix: "ride-state", file: "cli/src/rides/show.rs", says: "\"ride-state-{}\"" },
    Composed { prefix: "ride-kind", file: "cli/src/rides/show.rs", says: "\"ride-kind-{}\"" },
    Composed { prefix: "card-state", file: "cli/src/cards/show.rs", says: "\"card-state-{}\"" },
    Composed { prefix: "card-trouble", file: "cli/src/cards/show.rs", says: "\"card-trouble-{}\"" },
    Composed { prefix: "card-top-up", file: "cli/src/cards/show.rs", says: "\"card-top-up-{}\"" },
    Composed { prefix: "visit-state", file: "cli/src/garages/show.rs", says: "\"visit-state-{}\"" },
];

/// Ids that code composes without a word of the wire: what stands in which file, and the ids.
const SUFFIXED: &[(&str, &str, &[&str])] = &[(
    "core/client/src/garages/tariff.rs",
    "\"{text}-short\"",
    &["tariff-garages-free-short", "tariff-garages-disabled-free-short"],
)];

/// What sources name.
#[derive(Debug, Default)]
struct Named {
    /// Short strings of Rust and Python, each part between dots.
    literals: BTreeSet<String>,
    /// Names in Rust: variants are words of the wire.
    names: BTreeSet<String>,
    /// Functions that Kotlin and Swift call or hand on.
    calls: BTreeSet<String>,
}

impl Named {
    fn read(sources: &BTreeMap<String, String>) -> Self {
        let mut named = Self::default();
        for (path, text) in sources {
            if is_test_file(path) || path == KOTLIN || path == SWIFT {
                continue;
            }
            let is_app = path.ends_with(".kt") || path.ends_with(".swift");
            for line in text.lines().filter(|line| !line.trim_start().starts_with(['/', '*', '#'])) {
                if is_app { named.calls_of(line) } else { named.names_of(line) }
            }
        }
        named
    }

    fn names_of(&mut self, line: &str) {
        let literals = line
            .split('"')
            .skip(1)
            .step_by(2)
            .filter(|text| text.chars().all(|sign| is_name(sign) || "-.".contains(sign)));
        // A kind of a line is `rides.fare`.
        self.literals.extend(literals.flat_map(|text| text.split('.').map(str::to_owned)));
        self.names.extend(line.split(|sign| !is_name(sign)).filter(|name| !name.is_empty()).map(str::to_owned));
    }

    /// Names before a bracket, or after `::`; not where they are declared.
    fn calls_of(&mut self, line: &str) {
        let mut rest = line;
        while let Some(start) = rest.find(is_name) {
            let (before, from) = rest.split_at(start);
            let end = from.find(|sign| !is_name(sign)).unwrap_or(from.len());
            let (name, after) = from.split_at(end);
            let is_called = after.trim_start_matches('`').starts_with('(') || before.ends_with("::");
            let place = line.len().saturating_sub(rest.len()) + start;
            let is_declared =
                line.get(..place).is_some_and(|so_far| so_far.ends_with("fun ") || so_far.ends_with("func "));
            if is_called && !is_declared {
                self.calls.insert(name.to_owned());
            }
            rest = after;
        }
    }

    fn has(&self, id: &str) -> bool {
        self.literals.contains(id) || self.calls.contains(name_of(id).trim_matches('`'))
    }

    /// Whether a word of the wire that an id ends in is one: `day-cap` is `"day_cap"` or `DayCap`.
    fn has_word(&self, of_id: &str) -> bool {
        let word = of_id.replace('-', "_");
        let variant: String = word.split('_').map(capital).collect();
        word == "other" || self.literals.contains(&word) || self.names.contains(&variant)
    }
}

fn is_name(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || sign == '_'
}

fn capital(word: &str) -> String {
    let mut signs = word.chars();
    signs.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(signs).collect()
}

/// What is wrong: a text that nothing names, and a place of [`COMPOSED`] that composes no more.
/// `ids` are messages without attributes, `quoted` those that other texts quote.
pub fn problems(ids: &BTreeSet<&str>, quoted: &BTreeSet<String>, sources: &BTreeMap<String, String>) -> Vec<String> {
    let named = Named::read(sources);
    let stands = |file: &str, says: &str| sources.get(file).is_some_and(|text| text.contains(says));
    let mut problems = Vec::new();
    let mut composed = BTreeSet::new();
    for one in COMPOSED {
        let begins = format!("{}-", one.prefix);
        let words = ids.iter().filter_map(|id| id.strip_prefix(&begins).map(|word| (*id, word)));
        let mut words = words.peekable();
        if words.peek().is_none() || !stands(one.file, one.says) {
            problems.push(format!("ids of `{begins}` are not composed in {} by {} any more", one.file, one.says));
        }
        let of_service = |word: &str| word.split_once('-').is_some_and(|(_, word)| named.has_word(word));
        composed.extend(words.filter(|(_, word)| named.has_word(word) || of_service(word)).map(|(id, _)| id));
    }
    for (file, says, of) in SUFFIXED {
        if !stands(file, says) {
            problems.push(format!("{} are not composed in {file} by {says} any more", of.join(", ")));
        }
        composed.extend(*of);
    }
    let dead = ids.iter().filter(|id| !named.has(id) && !quoted.contains(**id) && !composed.contains(*id));
    problems.extend(dead.map(|id| {
        format!("nothing shows `{id}`: remove it, or list the place that composes it in xtask/src/texts/named.rs")
    }));
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The places that compose ids, words of the wire, and more files.
    fn sources(more: &[(&str, &str)]) -> BTreeMap<String, String> {
        let places = COMPOSED
            .iter()
            .map(|one| (one.file, one.says))
            .chain(SUFFIXED.iter().map(|(file, says, _)| (*file, *says)));
        let mut sources = BTreeMap::<String, String>::new();
        for (file, says) in places.chain([("core/protocol/src/words.rs", WORDS)]) {
            sources.entry(file.to_owned()).or_default().extend([says, "\n"]);
        }
        sources.extend(more.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
        sources
    }

    const WORDS: &str = "\"offline\", Limited, NoRefund, Order, OhOrZero, Captured, Due, \"lost\", Left, Registered, Bus, \
         Blocked, Stolen, Waiting";

    /// One text of each prefix that code composes.
    const ALIVE: [&str; 14] = [
        "error-offline",
        "line-parking-limited",
        "notice-parking-no-refund",
        "entry-orders-order",
        "plate-warning-oh_or_zero",
        "payment-state-captured",
        "refund-due",
        "intent-state-lost",
        "visit-state-left",
        "ride-state-registered",
        "ride-kind-bus",
        "card-state-blocked",
        "card-trouble-stolen",
        "card-top-up-waiting",
    ];

    fn of(id: &str, sources: &BTreeMap<String, String>) -> Vec<String> {
        problems(&ALIVE.into_iter().chain([id]).collect(), &BTreeSet::new(), sources)
    }

    #[test]
    fn a_text_that_nothing_names_fails() {
        let all = sources(&[]);
        for dead in ["planted-text", "line-parking-planted_word", "error-planted_code"] {
            let said = of(dead, &all);
            assert!(said.len() == 1 && said.iter().all(|text| text.contains(&format!("`{dead}`"))), "{said:?}");
        }
        let quoted = BTreeSet::from(["planted-text".to_owned()]);
        assert!(problems(&ALIVE.into_iter().chain(["planted-text"]).collect(), &quoted, &all).is_empty());
    }

    #[test]
    fn a_text_is_named_by_its_id_or_its_function_outside_tests_and_comments() {
        let says = |path: &str, text: &str| of("planted-text", &sources(&[(path, text)])).is_empty();
        assert!(says("cli/src/a.rs", "say(word(\"planted-text\"))"));
        assert!(says("cli/src/a.rs", "say(word(\"planted-text.body\"))"));
        assert!(says("android/ui/src/main/A.kt", "Text(texts.plantedText(1))"));
        assert!(says("android/ui/src/main/A.kt", "map(texts::plantedText)"));
        assert!(says("ios/Sources/A.swift", "Text(texts.plantedText())"));
        assert!(!says("cli/tests/it/a.rs", "word(\"planted-text\")"));
        assert!(!says("cli/src/a.rs", "/// word(\"planted-text\")"));
        assert!(!says("android/ui/src/main/A.kt", "private fun plantedText() = 1"));
        assert!(!says("android/ui/src/main/A.kt", "val plantedText = 1"));
        assert!(!says(KOTLIN, "fun plantedText() = a.plantedText()"));
    }

    #[test]
    fn a_prefix_that_is_composed_no_more_fails() {
        let file = "core/client/src/base/wallet.rs";
        let said = of("error-offline", &sources(&[(file, "")]));
        assert!(said.iter().any(|text| text.contains(file)), "{said:?}");
        let without: BTreeSet<&str> = ALIVE.into_iter().filter(|id| *id != "refund-due").collect();
        let said = problems(&without, &BTreeSet::new(), &sources(&[]));
        assert!(said.iter().any(|text| text.contains("`refund-`")), "{said:?}");
    }
}
