//! The account as an app shows it.

use mesto_rules::money::Money;

use crate::base::vehicles::Vehicle;
use crate::base::wallet::Topup;
use crate::kernel::words::wire;
use crate::orders::driver::Order;
use crate::parking::tickets::Ticket;

wire! {
    /// `GET /v1/account`: everything an app shows, as of `seq`.
    pub struct Account {
        pub account: String,
        pub phone_masked: String,
        /// Cursor of the last event that is already in this answer.
        pub seq: i64,
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub balance: Money,
        pub vehicles: Vec<Vehicle>,
        /// Newest first: every running one, and the last 50 that are over.
        pub tickets: Vec<Ticket>,
        pub orders: Vec<Order>,
        /// Those that wait for the bank.
        pub topups: Vec<Topup>,
    }
}
