//! Ids and numbers for people: each id is a type of its own in every language, with its text
//! underneath.

use mesto_client::protocol::kernel::ids::{
    AccountId, DeviceId, EntryId, PaymentId, QuoteId, RefundId, SaleId, VehicleId,
};
use mesto_client::protocol::kernel::reference::Reference;
use mesto_rules::{CityId, TariffId};

/// Text that is no id of its kind is refused when it crosses. `bindings/generate` makes the type of
/// each language. A service says its own.
macro_rules! ids {
    ($($name:ident),* $(,)?) => {$(
        uniffi::custom_type!($name, String, {
            remote,
            lower: |id| id.to_string(),
            try_lift: |text| Ok(text.parse::<$name>().map_err(|why| $crate::kernel::error::MestoError::id_invalid(stringify!($name), why))?),
        });
    )*};
}
pub(crate) use ids;

ids! {
    AccountId, DeviceId, EntryId, PaymentId, QuoteId, RefundId, SaleId, VehicleId, CityId, TariffId, Reference,
}
