//! How something is paid.

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
