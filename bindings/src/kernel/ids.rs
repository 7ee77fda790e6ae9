//! Ids and numbers for people: each id is a type of its own in every language, with its text
//! underneath.

use mesto_client::protocol::kernel::ids::{
    AccountId, DeviceId, OrderId, PaymentId, QuoteId, RefundId, SaleId, StayId, TicketId, VehicleId, VisitId,
};
use mesto_client::protocol::kernel::reference::Reference;
use mesto_rules::{CityId, FacilityId, TariffId, ZoneId};

use crate::kernel::error::MestoError;

/// Text that is no id of its kind is refused when it crosses. `bindings/generate` makes the type of
/// each language.
macro_rules! ids {
    ($($name:ident),* $(,)?) => {$(
        uniffi::custom_type!($name, String, {
            remote,
            lower: |id| id.to_string(),
            try_lift: |text| Ok(text.parse::<$name>().map_err(MestoError::out_of_range)?),
        });
    )*};
}

ids! {
    AccountId, DeviceId, OrderId, PaymentId, QuoteId, RefundId, SaleId, StayId, TicketId, VehicleId, VisitId, CityId, FacilityId,
    TariffId, ZoneId, Reference,
}
