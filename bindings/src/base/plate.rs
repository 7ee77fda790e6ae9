//! Number plates, and what was typed read as one.

use mesto_client::protocol::base::plate::Plate;
use mesto_rules::plate::{ParsedPlate as ReadPlate, PlateKind, PlateWarning as ReadWarning};

mesto_protocol::plate_shown!();
mesto_rules::plate_kind_shown!();

/// What was typed, read as a plate.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ParsedPlate {
    pub plate: Plate,
    /// As an SMS takes it; absent when a letter has no plain form.
    pub sms: Option<String>,
    pub kind: PlateKind,
    /// What the driver should look at again.
    pub warnings: Vec<PlateWarning>,
}

/// Something about a plate to look at again.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum PlateWarning {
    /// Another sign that looks like a Latin letter was read as that one; `position` counts letters
    /// and digits from 1.
    LookAlike { position: u32, typed: String, read_as: String },
    /// A letter with a mark that hardly any plate has; `position` counts letters and digits from 1.
    UnusualLetter { position: u32, letter: String },
    /// The letter O and the digit 0: with the other one it would be `maybe`. Nothing was swapped.
    OhOrZero { maybe: String },
    /// A kind of a later version.
    Other,
}

impl From<ReadPlate> for ParsedPlate {
    fn from(read: ReadPlate) -> Self {
        let warnings = read.warnings.iter().cloned().map(PlateWarning::from).collect();
        Self { sms: read.sms.clone(), kind: read.kind.clone(), warnings, plate: read.into() }
    }
}

impl From<ReadWarning> for PlateWarning {
    fn from(warning: ReadWarning) -> Self {
        let place = |position| u32::try_from(position).unwrap_or(u32::MAX);
        match warning {
            ReadWarning::LookAlike { position, typed, read_as } => {
                Self::LookAlike { position: place(position), typed: typed.to_string(), read_as: read_as.to_string() }
            }
            ReadWarning::UnusualLetter { position, letter } => {
                Self::UnusualLetter { position: place(position), letter: letter.to_string() }
            }
            ReadWarning::OhOrZero { maybe } => Self::OhOrZero { maybe },
            ReadWarning::Other => Self::Other,
        }
    }
}
