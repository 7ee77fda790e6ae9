//! Texts with places for the values of a message: `{"to": "{recipient}"}`.

use mesto_operator::OutgoingMessage;

/// What can stand in a template.
const NAMES: [Name; 6] = [Name::Recipient, Name::Text, Name::Id, Name::Template, Name::Language, Name::Secret];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    Recipient,
    Text,
    Id,
    Template,
    Language,
    Secret,
}

impl Name {
    const fn word(self) -> &'static str {
        match self {
            Self::Recipient => "recipient",
            Self::Text => "text",
            Self::Id => "id",
            Self::Template => "template",
            Self::Language => "language",
            Self::Secret => "secret",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Value(Name),
}

/// A text with its places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

impl Template {
    /// A brace that no name of small letters follows is a brace.
    ///
    /// # Errors
    /// A name that there is not.
    pub fn parse(written: &str) -> Result<Self, String> {
        let (mut pieces, mut rest) = (Vec::new(), written);
        while let Some(at) = rest.find('{') {
            let (before, from) = rest.split_at(at);
            let name = from.get(1..).and_then(|from| from.split_once('}')).map(|(name, _)| name);
            let name = name.filter(|name| {
                !name.is_empty() && name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_')
            });
            let Some(name) = name else {
                let (text, after) = rest.split_at(at + 1);
                pieces.push(Piece::Text(text.to_owned()));
                rest = after;
                continue;
            };
            let Some(known) = NAMES.into_iter().find(|known| known.word() == name) else {
                let known: Vec<String> = NAMES.iter().map(|name| format!("{{{}}}", name.word())).collect();
                return Err(format!("there is no {{{name}}}; there are {}", known.join(", ")));
            };
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(Piece::Value(known));
            rest = from.get(name.len() + 2..).unwrap_or_default();
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Ok(Self(pieces))
    }

    /// Whether a value stands in it.
    pub fn names(&self, name: Name) -> bool {
        self.0.contains(&Piece::Value(name))
    }

    /// With the values of a message, each written as its place needs it.
    pub fn fill(&self, message: &OutgoingMessage, secret: &str, written: fn(&str) -> String) -> String {
        let mut filled = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Value(name) => filled.push_str(&written(&value(*name, message, secret))),
            }
        }
        filled
    }
}

fn value(name: Name, message: &OutgoingMessage, secret: &str) -> String {
    match name {
        Name::Recipient => message.recipient.clone(),
        Name::Text => message.text.clone(),
        Name::Id => message.id.to_string(),
        Name::Template => message.template.clone(),
        Name::Language => message.language.as_ref().map(|tag| tag.as_str().to_owned()).unwrap_or_default(),
        Name::Secret => secret.to_owned(),
    }
}

/// As it is.
pub fn plain(value: &str) -> String {
    value.to_owned()
}

/// Within the quotes of a JSON string.
pub fn in_json(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

/// In a form's field, or in the query of an address.
pub fn in_form(value: &str) -> String {
    form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> OutgoingMessage {
        OutgoingMessage {
            id: "ms_01jd4f8q0r3n7w2x5y6z8a9b1c".parse().unwrap(),
            recipient: "+381641234567".into(),
            template: "sign_in.code".into(),
            params: serde_json::Map::new(),
            language: None,
            text: text.into(),
            valid_until: None,
            submitted_at: None,
        }
    }

    #[test]
    fn values_are_written_as_their_place_needs_them() {
        let message = message("Say \"A & B\"\n100 %");
        let body = Template::parse(r#"{"to":"{recipient}","text":"{text}","n":{"a":1}}"#).unwrap();
        let filled: serde_json::Value = serde_json::from_str(&body.fill(&message, "", in_json)).unwrap();
        assert_eq!(filled, serde_json::json!({"to": "+381641234567", "text": message.text, "n": {"a": 1}}));
        let form = Template::parse("to={recipient}&text={text}&key={secret}").unwrap();
        let filled = form.fill(&message, "s&t", in_form);
        assert_eq!(filled, "to=%2B381641234567&text=Say+%22A+%26+B%22%0A100+%25&key=s%26t");
        assert!(form.names(Name::Secret) && !body.names(Name::Secret));
        assert_eq!(Template::parse("{id}").unwrap().fill(&message, "", plain), message.id.to_string());
        assert!(Template::parse("{phone}").unwrap_err().contains("{recipient}"));
        assert_eq!(Template::parse("{ {} {A}").unwrap().fill(&message, "", plain), "{ {} {A}");
    }
}
