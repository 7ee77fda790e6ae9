//! What Postgres or the way to it says, and what it means for a transaction.

use std::error::Error;
use std::time::Duration;

use rustls::CertificateError;
use tokio_postgres::error::SqlState;

use super::super::StoreError;
use super::PostgresAddress;

/// What means that somebody else was faster. Handlers look before they write, so a key that is
/// there all the same came meanwhile.
const COLLISIONS: [SqlState; 3] =
    [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::UNIQUE_VIOLATION];

/// An error with what caused it: the driver's own text says no more than "db error".
pub(super) fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.ends_with(&said) {
            text = format!("{text}: {said}");
        }
        cause = error.source();
    }
    text
}

/// Why an exchange failed.
#[derive(Debug)]
pub(super) enum Trouble {
    Said(tokio_postgres::Error),
    /// Nothing was heard for so long.
    Silent(Duration),
}

impl From<Trouble> for StoreError {
    fn from(trouble: Trouble) -> Self {
        refused(&trouble)
    }
}

/// What a failed exchange means.
pub(super) fn refused(trouble: &Trouble) -> StoreError {
    match trouble {
        Trouble::Said(error) => said(error),
        Trouble::Silent(span) => StoreError::Unavailable(format!(
            "the database did not answer within {} s",
            span.as_millis().div_ceil(1_000)
        )),
    }
}

fn said(error: &tokio_postgres::Error) -> StoreError {
    // Values that do not fit are told before they are sent: what is left is the way's.
    let Some(said) = error.as_db_error() else { return StoreError::Unavailable(causes(error)) };
    let code = said.code();
    if *code == SqlState::DISK_FULL {
        StoreError::Full
    } else if COLLISIONS.contains(code) || is_outdated_code(code) {
        StoreError::Contended
    } else if [SqlState::LOCK_NOT_AVAILABLE, SqlState::QUERY_CANCELED].contains(code) {
        StoreError::Locked
    } else if *code == SqlState::DUPLICATE_PSTATEMENT {
        // Each connection counts its own: another one prepared it in this session.
        StoreError::Pooled
    } else {
        // Never its detail: it may name a phone number or a plate.
        let text = format!("{} ({})", said.message(), code.code());
        // A server that became the replica of another one takes no writes.
        let is_away = [SqlState::READ_ONLY_SQL_TRANSACTION, SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT]
            .contains(code)
            || ["57P", "08", "53"].iter().any(|class| code.code().starts_with(class));
        if is_away { StoreError::Unavailable(text) } else { StoreError::Broken(text) }
    }
}

/// Whether a prepared statement is no longer what the schema has, or is not there any more.
pub(super) fn is_outdated(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Said(error) if error.code().is_some_and(is_outdated_code))
}

fn is_outdated_code(code: &SqlState) -> bool {
    [SqlState::FEATURE_NOT_SUPPORTED, SqlState::INVALID_SQL_STATEMENT_NAME].contains(code)
}

/// Whether the server itself refused to commit late; see `IN_TIME`.
pub(super) fn is_too_late(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|said| {
        *said.code() == SqlState::INVALID_TEXT_REPRESENTATION && said.message().contains("too late to commit")
    })
}

/// Why a connection could not be opened.
pub(super) fn unreachable(error: &tokio_postgres::Error, address: &PostgresAddress) -> StoreError {
    let text = match (certificate_error(error), error.as_db_error()) {
        (Some(CertificateError::UnknownIssuer | CertificateError::BadSignature), _) => {
            format!("the database's certificate is not signed by {}", address.authorities())
        }
        (Some(CertificateError::NotValidForNameContext { expected, presented }), _) => {
            format!("the database's certificate is for {}, not for {}", presented.join(", "), expected.to_str())
        }
        // Nothing of a person stands in what is said before somebody is let in.
        (_, Some(said)) => {
            let more = [said.detail(), said.hint()].into_iter().flatten().map(|more| format!("; {more}"));
            format!("{} ({}){}", said.message(), said.code().code(), more.collect::<String>())
        }
        _ => causes(error),
    };
    StoreError::Unavailable(text)
}

fn certificate_error(error: &tokio_postgres::Error) -> Option<&CertificateError> {
    let mut cause = error.source();
    while let Some(error) = cause {
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let tls = inner.and_then(|inner| inner.downcast_ref()).or_else(|| error.downcast_ref());
        if let Some(rustls::Error::InvalidCertificate(why)) = tls {
            return Some(why);
        }
        cause = error.source();
    }
    None
}
