//! One language's messages with their variables, and what all languages agree on.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast;

use crate::failure::{Failure, Outcome};

/// The messages of one language, or of all of them once they agree.
#[derive(Debug)]
pub struct Catalogue {
    pub language: String,
    /// By id; an attribute is a message of its own, `id.attribute`.
    pub messages: BTreeMap<String, Message>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// In the order in which the text first names them.
    pub variables: Vec<(String, Kind)>,
    /// The text as the catalogue writes it, for the reader of the generated file.
    pub sample: String,
    /// Messages that this one quotes; their variables are its variables too.
    references: BTreeSet<String>,
}

impl Catalogue {
    /// Messages that other messages quote, without the attribute.
    pub fn quoted(&self) -> BTreeSet<String> {
        let references = self.messages.values().flat_map(|message| &message.references);
        references.map(|id| id.split('.').next().unwrap_or(id).to_owned()).collect()
    }
}

impl Message {
    /// A variable is a number when any of its uses says so.
    fn uses(&mut self, name: &str, kind: Kind) {
        match self.variables.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) if kind == Kind::Number => *known = kind,
            Some(_) => {}
            None => self.variables.push((name.to_owned(), kind)),
        }
    }

    fn names(&self) -> BTreeSet<&str> {
        self.variables.iter().map(|(name, _)| name.as_str()).collect()
    }
}

/// What a screen hands in for a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// Chosen by plural rules or formatted by NUMBER in any text of any language, or said to be one
    /// by a comment `$minutes (Number)`. One name is one idea: it is then a number in every
    /// text.
    Number,
}

/// Whether a file can be read; an error names it and the place.
pub fn check(file: &str, text: &str) -> Outcome<()> {
    read(file, text).map(drop)
}

fn read<'t>(file: &str, text: &'t str) -> Outcome<ast::Resource<&'t str>> {
    fluent_syntax::parser::parse(text).map_err(|(_, errors)| {
        let places: Vec<String> = errors
            .iter()
            .map(|error| {
                let before = text.get(..error.pos.start).unwrap_or(text);
                format!("{file}.ftl:{}: {error}", before.matches('\n').count() + 1)
            })
            .collect();
        Failure::new(places.join("\n"))
    })
}

/// Reads the texts of a language; an error names the language and the place.
pub fn parse(language: &str, text: &str) -> Outcome<Catalogue> {
    let resource = read(language, text)?;
    let mut messages = BTreeMap::new();
    for entry in &resource.body {
        let ast::Entry::Message(message) = entry else { continue };
        let comment = message.comment.as_ref().map(|comment| comment.content.join("\n")).unwrap_or_default();
        let value = message.value.iter().map(|pattern| (message.id.name.to_owned(), pattern));
        let attributes = message
            .attributes
            .iter()
            .map(|attribute| (format!("{}.{}", message.id.name, attribute.id.name), &attribute.value));
        for (id, pattern) in value.chain(attributes) {
            let mut found = Message::default();
            read_pattern(pattern, &mut found);
            for (name, kind) in &mut found.variables {
                if comment.contains(&format!("${name} (Number)")) {
                    *kind = Kind::Number;
                }
            }
            if messages.insert(id.clone(), found).is_some() {
                return Err(Failure::new(format!("{language}.ftl: `{id}` is there twice")));
            }
        }
    }
    let messages = with_quoted_variables(language, messages)?;
    Ok(Catalogue { language: language.to_owned(), messages })
}

/// Checks that every language has the same messages and variables. A variable is a number where any
/// language says so. The first language's texts are the samples.
pub fn agree(languages: Vec<Catalogue>) -> Outcome<Catalogue> {
    let mut languages = languages.into_iter();
    let mut agreed = languages.next().ok_or_else(|| Failure::new("there is no .ftl file"))?;
    let mut problems = Vec::new();
    for other in languages {
        let (first, second) = (agreed.language.clone(), &other.language);
        for id in other.messages.keys().filter(|id| !agreed.messages.contains_key(*id)) {
            problems.push(format!("`{id}` is in {second}.ftl and not in {first}.ftl"));
        }
        for (id, message) in &mut agreed.messages {
            let Some(translated) = other.messages.get(id) else {
                problems.push(format!("`{id}` is in {first}.ftl and not in {second}.ftl"));
                continue;
            };
            if message.names() != translated.names() {
                let names =
                    |of: &Message| of.names().iter().map(|name| format!("${name}")).collect::<Vec<_>>().join(" ");
                problems.push(format!(
                    "`{id}` has other variables in {first}.ftl ({}) and {second}.ftl ({})",
                    names(message),
                    names(translated)
                ));
            }
            for (name, kind) in &translated.variables {
                message.uses(name, *kind);
            }
        }
    }
    let numbers: BTreeSet<String> = agreed
        .messages
        .values()
        .flat_map(|message| &message.variables)
        .filter(|(_, kind)| *kind == Kind::Number)
        .map(|(name, _)| name.clone())
        .collect();
    for (name, kind) in agreed.messages.values_mut().flat_map(|message| &mut message.variables) {
        if numbers.contains(name) {
            *kind = Kind::Number;
        }
    }
    if problems.is_empty() { Ok(agreed) } else { Err(Failure::new(problems.join("\n"))) }
}

fn read_pattern(pattern: &ast::Pattern<&str>, found: &mut Message) {
    for element in &pattern.elements {
        match element {
            ast::PatternElement::TextElement { value } => found.sample.push_str(value),
            ast::PatternElement::Placeable { expression } => read_expression(expression, found),
        }
    }
}

fn read_expression(expression: &ast::Expression<&str>, found: &mut Message) {
    match expression {
        ast::Expression::Inline(inline) => read_inline(inline, Kind::Text, found),
        ast::Expression::Select { selector, variants } => {
            let kind = if variants.iter().any(|variant| is_plural(&variant.key)) { Kind::Number } else { Kind::Text };
            let sample = std::mem::take(&mut found.sample);
            read_inline(selector, kind, found);
            found.sample = sample;
            for variant in variants {
                let before = found.sample.len();
                read_pattern(&variant.value, found);
                if !variant.default {
                    found.sample.truncate(before);
                }
            }
        }
    }
}

fn is_plural(key: &ast::VariantKey<&str>) -> bool {
    match key {
        ast::VariantKey::NumberLiteral { .. } => true,
        ast::VariantKey::Identifier { name } => ["zero", "one", "two", "few", "many"].contains(name),
    }
}

fn read_inline(inline: &ast::InlineExpression<&str>, kind: Kind, found: &mut Message) {
    match inline {
        ast::InlineExpression::StringLiteral { value } | ast::InlineExpression::NumberLiteral { value } => {
            found.sample.push_str(value);
        }
        ast::InlineExpression::VariableReference { id } => {
            found.sample.push_str(&format!("{{${}}}", id.name));
            found.uses(id.name, kind);
        }
        ast::InlineExpression::FunctionReference { id, arguments } => {
            let kind = if id.name == "NUMBER" { Kind::Number } else { Kind::Text };
            arguments.positional.iter().for_each(|argument| read_inline(argument, kind, found));
        }
        ast::InlineExpression::MessageReference { id, attribute } => {
            let name = attribute.as_ref().map_or_else(|| id.name.to_owned(), |of| format!("{}.{}", id.name, of.name));
            found.sample.push_str(&format!("{{{name}}}"));
            found.references.insert(name);
        }
        ast::InlineExpression::TermReference { id, .. } => found.sample.push_str(&format!("{{-{}}}", id.name)),
        ast::InlineExpression::Placeable { expression } => read_expression(expression, found),
    }
}

/// Adds the variables of quoted messages, and of those they quote.
fn with_quoted_variables(
    language: &str,
    mut messages: BTreeMap<String, Message>,
) -> Outcome<BTreeMap<String, Message>> {
    let mut changed = true;
    while changed {
        changed = false;
        for id in messages.keys().cloned().collect::<Vec<_>>() {
            let Some(references) = messages.get(&id).map(|message| message.references.clone()) else { continue };
            for reference in references {
                let Some(quoted) = messages.get(&reference) else {
                    return Err(Failure::new(format!(
                        "{language}.ftl: `{id}` quotes `{reference}`, which is not there"
                    )));
                };
                let variables = quoted.variables.clone();
                let Some(message) = messages.get_mut(&id) else { continue };
                let before = message.variables.clone();
                variables.iter().for_each(|(name, kind)| message.uses(name, *kind));
                changed |= message.variables != before;
            }
        }
    }
    Ok(messages)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn variables(text: &str, id: &str) -> Vec<(String, Kind)> {
        parse("en", text).unwrap().messages.remove(id).unwrap().variables
    }

    #[test]
    fn a_plural_a_function_or_a_comment_makes_a_number() {
        let plural = "a = { $n ->\n [one] one { $who }\n *[other] { $n } places\n }";
        assert_eq!(variables(plural, "a"), [("n".to_owned(), Kind::Number), ("who".to_owned(), Kind::Text)]);
        assert_eq!(variables("a = { NUMBER($n) }", "a"), [("n".to_owned(), Kind::Number)]);
        assert_eq!(variables("# $n (Number) minutes\na = { $n }", "a"), [("n".to_owned(), Kind::Number)]);
        let words = "a = { $state ->\n [open] Open\n *[other] Closed\n }";
        assert_eq!(variables(words, "a"), [("state".to_owned(), Kind::Text)]);
    }

    #[test]
    fn attributes_are_messages_and_terms_are_none() {
        let catalogue = parse("en", "-brand = Mesto\na = Hello { -brand }\n  .advice = Do { $x }").unwrap();
        assert_eq!(catalogue.messages.keys().collect::<Vec<_>>(), ["a", "a.advice"]);
        assert_eq!(catalogue.messages["a"].sample, "Hello {-brand}");
    }

    #[test]
    fn a_quoted_message_brings_its_variables() {
        assert_eq!(variables("a = { b }!\nb = { c }\nc = { $x }", "a"), [("x".to_owned(), Kind::Text)]);
        assert!(parse("en", "a = { b }").unwrap_err().to_string().contains("quotes `b`"));
    }

    #[test]
    fn a_broken_file_names_the_line() {
        assert!(parse("en", "a = x\nb = {").unwrap_err().to_string().starts_with("en.ftl:2"));
        assert!(parse("en", "a = x\na = y").unwrap_err().to_string().contains("there twice"));
    }

    #[test]
    fn languages_must_agree() {
        let both = |first: &str, second: &str| agree(vec![parse("en", first).unwrap(), parse("sr", second).unwrap()]);
        let plural = "a = { $n ->\n [one] x\n *[other] y\n }";
        let agreed = both("a = { $n }\nb = { $x } of { $n }", &format!("{plural}\nb = {{ $n }}/{{ $x }}")).unwrap();
        assert_eq!(agreed.messages["a"].variables, [("n".to_owned(), Kind::Number)]);
        let expected = [("x".to_owned(), Kind::Text), ("n".to_owned(), Kind::Number)];
        assert_eq!(agreed.messages["b"].variables, expected, "in the first language's order");
        assert!(both("a = x", "b = x").unwrap_err().to_string().contains("`b` is in sr.ftl and not in en.ftl"));
        assert!(both("a = { $x }", "a = { $y }").unwrap_err().to_string().contains("other variables"));
        assert!(agree(vec![]).is_err());
    }
}
