//! Why a code is not believed, or not good now.

use chrono::{DateTime, Utc};

use crate::kernel::device::DeviceSignError;
use crate::kernel::signature::TrustError;
use crate::kernel::signed_code::{Kind, Verified};

/// Why a code is not believed, or not good now. The last four carry the code, which is genuine.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CodeError {
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error("the code was issued by '{found}', codes of '{expected}' are taken here")]
    OtherIssuer { expected: String, found: String },
    #[error("this is a code of kind {kind} ({}), which this version cannot read; update the app", named(*kind))]
    KindUnknown { kind: i64 },
    #[error("this is {}, not {}", found.named(), expected.named())]
    KindOther { found: Kind, expected: Kind },
    #[error("the code is bound to a device, and carries no moment of it: it is a copy")]
    MomentMissing,
    #[error("the moment was not signed by the device that the code is bound to")]
    DeviceMismatch,
    #[error(transparent)]
    Device(#[from] DeviceSignError),
    #[error("the code was shown {seconds} s ago, {limit} s are allowed: it is a picture, or a clock is wrong")]
    MomentTooOld { seconds: i64, limit: i64 },
    #[error("the code was shown {seconds} s in the future, {limit} s are allowed: a clock is wrong")]
    MomentInFuture { seconds: i64, limit: i64 },
    #[error("the operator ended this code before its time")]
    Revoked { code: Box<Verified> },
    #[error("this is issue {} of the code; issue {good_from} was made for another device and ended it", code.claims.issue)]
    Reissued { good_from: u32, code: Box<Verified> },
    #[error("the code is good from {starts_at}")]
    NotYetValid { starts_at: DateTime<Utc>, code: Box<Verified> },
    #[error("the code was good until {ended_at}")]
    Over { ended_at: DateTime<Utc>, code: Box<Verified> },
}

impl CodeError {
    /// Stable code, for texts and vectors.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Trust(error) => error.code(),
            Self::OtherIssuer { .. } => "other_issuer",
            Self::KindUnknown { .. } => "kind_unknown",
            Self::KindOther { .. } => "kind_other",
            Self::MomentMissing => "moment_missing",
            Self::DeviceMismatch => "device_mismatch",
            Self::Device(_) => "device_failed",
            Self::MomentTooOld { .. } => "moment_too_old",
            Self::MomentInFuture { .. } => "moment_in_future",
            Self::Revoked { .. } => "revoked",
            Self::Reissued { .. } => "reissued",
            Self::NotYetValid { .. } => "not_yet_valid",
            Self::Over { .. } => "over",
        }
    }

    /// The code, where it is genuine and only not good now.
    #[must_use]
    pub const fn genuine(&self) -> Option<&Verified> {
        match self {
            Self::Revoked { code }
            | Self::Reissued { code, .. }
            | Self::NotYetValid { code, .. }
            | Self::Over { code, .. } => Some(code),
            _ => None,
        }
    }
}

fn named(kind: i64) -> &'static str {
    Kind::of(kind).map_or("not known", Kind::named)
}
