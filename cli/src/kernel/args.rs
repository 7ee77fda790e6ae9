//! Arguments that commands of several rooms take, and how values are read.

use std::path::PathBuf;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use clap::Args;
use mesto_protocol::kernel::operator_name::OperatorName;
use mesto_rules::{CityId, Position};

use crate::kernel::failure::{CliError, Exit, Outcome};

/// Where an operator keeps its books.
#[derive(Debug, Args, Clone)]
pub struct StoreArgs {
    /// A TOML file with these options by their long names, such as listen = "127.0.0.1:8080". The
    /// command line wins; paths are as on the command line.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The SQLite file of the operator; `mesto.sqlite` when no database is named.
    #[arg(long, value_name = "FILE", conflicts_with = "database_url")]
    pub database: Option<PathBuf>,
    /// A Postgres database instead: postgres://user@host/name, also read from DATABASE_URL. Its
    /// password stands better in the file of PGPASSFILE than here.
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Reach Postgres over TLS, its certificate signed by an authority in this file (PEM) and for
    /// the host of the address.
    #[arg(long, value_name = "FILE")]
    pub database_ca: Option<PathBuf>,
    /// Folder of the signing keys (`mesto keys init` makes it).
    #[arg(long, default_value = "keys")]
    pub keys: PathBuf,
    /// Folder with one folder per city; without it a city built in.
    #[arg(long)]
    pub cities: Option<PathBuf>,
    /// Which city built in, where there is no folder: belgrade or almaty.
    #[arg(long, value_name = "CITY", default_value = "belgrade", conflicts_with = "cities")]
    pub built_in: String,
}

/// Whose phone it is, and which operator it asks.
#[derive(Debug, Args, Clone)]
pub struct PhoneArgs {
    /// Folder of this phone: database, token, device key.
    #[arg(long, default_value = ".mesto")]
    pub state: PathBuf,
    /// Address of the operator; remembered in the state folder.
    #[arg(long)]
    pub operator: Option<String>,
    /// The operator's root key (base64url); remembered in the state folder.
    // Every 64th key begins with a hyphen.
    #[arg(long, allow_hyphen_values = true)]
    pub root_key: Option<String>,
    /// The operator's DNS name, where its address has another one; remembered in the state folder.
    #[arg(long, value_name = "DNS_NAME")]
    pub operator_name: Option<OperatorName>,
    /// The city that is asked about, remembered in the state folder; of an operator of one city it
    /// need not be said.
    #[arg(long)]
    pub city: Option<CityId>,
}

/// `44.8125,20.4612` as a position.
///
/// # Errors
/// `position_invalid`
pub fn position(text: &str) -> Outcome<Position> {
    let read = |part: Option<&str>| part.and_then(|part| part.trim().parse::<f64>().ok());
    let mut parts = text.split(',');
    match (read(parts.next()), read(parts.next()), parts.next()) {
        (Some(lat), Some(lon), None) if (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon) => {
            Ok(Position { lat, lon, accuracy_metres: None })
        }
        _ => Err(CliError::new(Exit::Usage, "position_invalid", format!("`{text}` is not a position"))
            .advise("Give latitude and longitude in degrees: --near 44.8125,20.4612.")),
    }
}

// What a value must be, in words that say what would be right.

/// A moment with its offset.
///
/// # Errors
/// What to write.
pub fn moment(typed: &str) -> Result<DateTime<Utc>, String> {
    typed.trim().parse().map_err(|_| "give a moment with its offset, such as 2025-09-03T08:00:00Z".to_owned())
}

/// An address of the web without a slash at its end.
///
/// # Errors
/// What to write.
pub fn web_address(typed: &str) -> Result<String, String> {
    let wrong = || "give a web address, such as https://park.example or http://127.0.0.1:8081".to_owned();
    let address = reqwest::Url::parse(typed.trim()).map_err(|_| wrong())?;
    let is_web = matches!(address.scheme(), "http" | "https") && address.has_host();
    if is_web { Ok(typed.trim().trim_end_matches('/').to_owned()) } else { Err(wrong()) }
}

/// An operator's root key: 32 bytes, as text base64url.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RootKey(pub [u8; 32]);

/// Why a text is no root key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a root key: 32 bytes in base64url, 43 characters")]
pub struct RootKeyError(String);

impl FromStr for RootKey {
    type Err = RootKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| RootKeyError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_two_numbers_on_earth() {
        assert_eq!(position("44.8125, 20.4612").unwrap().lon.to_string(), "20.4612");
        for wrong in ["", "44.8", "44.8;20.4", "91,0", "0,181", "1,2,3", "NaN,0"] {
            assert_eq!(position(wrong).unwrap_err().code, "position_invalid", "{wrong}");
        }
    }
}
