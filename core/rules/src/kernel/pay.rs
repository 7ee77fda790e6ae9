//! How something is paid, and what becomes of paid time that is not used.

use serde::{Deserialize, Serialize};

/// How something is paid (BG-26..28).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayMethod {
    /// Prepaid balance at the operator.
    Deposit,
    /// The bank's hosted page.
    Card,
    /// A message from the phone, outside the app.
    Sms,
}

/// What becomes of paid time that is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnusedTime {
    Refunded,
    NotRefunded,
}
