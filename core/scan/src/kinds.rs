//! Which kinds of codes are looked for.

use crate::scanner::Format;

/// A set of kinds. Each costs time that the others then lack: an app names those that it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kinds(u16);

impl Default for Kinds {
    fn default() -> Self {
        Self::QR
    }
}

impl Kinds {
    pub const QR: Self = Self::of(&[Format::Qr]);
    /// Bars: what tickets of garages and goods have.
    pub const BARS: Self = Self::of(&[Format::Code128, Format::Itf, Format::Ean13, Format::Codabar, Format::Code39]);
    pub const ALL: Self = Self::of(&Format::ALL);

    #[must_use]
    pub const fn of(formats: &[Format]) -> Self {
        let (mut set, mut rest) = (0, formats);
        while let [first, others @ ..] = rest {
            set |= 1 << *first as u16;
            rest = others;
        }
        Self(set)
    }

    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[must_use]
    pub const fn has(self, format: Format) -> bool {
        self.0 & 1 << format as u16 != 0
    }

    /// Whether any of the other's is in it.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}
