//! The balance of the deposit as the phone knows it.

use mesto_protocol::base::wallet;
use mesto_rules::Money;

use crate::kernel::store::Value;

/// The topic of the deposit.
pub const TOPIC: &str = wallet::SERVICE.name;
/// As the operator said it last.
pub const BALANCE: Value<Money> = Value::new("balance", TOPIC);
