//! The languages that there are texts in.

use mesto_rules::Language;

/// A language of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Locale {
    #[default]
    En,
    SrLatn,
    Kk,
    Ru,
}

impl Locale {
    pub const ALL: [Self; 4] = [Self::En, Self::SrLatn, Self::Kk, Self::Ru];

    /// BCP 47.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::SrLatn => "sr-Latn",
            Self::Kk => "kk",
            Self::Ru => "ru",
        }
    }

    /// The same for the operator.
    #[must_use]
    pub fn language(self) -> Option<Language> {
        self.tag().parse().ok()
    }

    /// The catalogue's language for a language of the phone: `sr`, `sr-RS`, `sr_Latn_RS`, and the
    /// neighbours who read it; `kk`, whose neighbours read Russian; else English.
    #[must_use]
    pub fn of(tag: &str) -> Self {
        let language = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        match language.as_str() {
            "sr" | "bs" | "hr" | "sh" | "cnr" => Self::SrLatn,
            "kk" => Self::Kk,
            "ru" | "be" | "ky" | "tg" | "uz" => Self::Ru,
            _ => Self::En,
        }
    }

    pub(crate) const fn place(self) -> usize {
        match self {
            Self::En => 0,
            Self::SrLatn => 1,
            Self::Kk => 2,
            Self::Ru => 3,
        }
    }
}
