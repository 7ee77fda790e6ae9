//! A number plate as it crosses every border.

use mesto_rules::{ParsedPlate, shown};
use serde::{Deserialize, Serialize};

shown! { plate_shown;
    /// A number plate, the same value on every border. Two are the same plate when their canonical
    /// forms are (`==` asks nothing else): what is shown may differ.
    #[derive(Debug, Clone, Default, Serialize, Deserialize)]
    #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
    pub struct Plate {
        /// As it is compared: `BG789PP`. Empty when it was erased.
        pub canonical: String,
        /// As it is shown: `BG 789-PP`.
        pub display: String,
        /// ISO 3166-1 of the country whose form it follows, `RS`; absent for a free form, which may
        /// be of any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub country: Option<String>,
    }
}

impl PartialEq for Plate {
    fn eq(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }
}

impl Eq for Plate {}

impl std::hash::Hash for Plate {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.canonical.hash(state);
    }
}

/// As it is shown.
impl std::fmt::Display for Plate {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.display)
    }
}

impl From<ParsedPlate> for Plate {
    fn from(parsed: ParsedPlate) -> Self {
        Self { canonical: parsed.canonical, display: parsed.display, country: parsed.country }
    }
}
