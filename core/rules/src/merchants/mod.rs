//! Non-transport payments (AV-18): codes at the counters of merchants, what a payer is charged
//! besides, what the operator keeps, what may be given back.

pub(crate) mod check;
pub mod code;
#[cfg(feature = "load")]
pub(crate) mod load;
pub mod policy;
pub mod section;
pub mod shares;

pub use code::{CodeError, InvoiceToken, MerchantCode, TillToken, invoice_link, read_code, till_link, typed_code};
pub use policy::{Paid, PaymentError, day_limit, give_back_until, is_payable, repeated};
pub use section::{Fee, MerchantCategory, MerchantCategoryId, MerchantsSection, Organisation};
pub use shares::{Commission, GiveBack, GiveBackError, Given, Paying, payer_fee};
