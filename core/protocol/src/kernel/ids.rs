//! Ids of records: a prefix that names the kind, and a ULID, `tk_01jd4f8q0r3n7w2x5y6z8a9b1c`.
//!
//! The letters are Crockford's base 32 in lower case: 48 bits of time and 80 bits of chance, so
//! that ids of one kind sort by their making. Inside codes an id is its 16 bytes. One spelling is
//! accepted, no other: an id is compared as text by databases and apps.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use ulid::{ULID_LEN, Ulid};

/// Why a text is not an id. The text is left out: it may be a plate or a telephone number that was
/// typed at a wrong place, and what is said of it goes into logs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not an id of this kind, which is `{prefix}_` and 26 letters such as `{prefix}_{EXAMPLE}`")]
pub struct IdError {
    /// The prefix of the kind that was expected.
    pub prefix: &'static str,
}

const EXAMPLE: &str = "01jd4f8q0r3n7w2x5y6z8a9b1c";

fn write(ulid: Ulid, out: &mut fmt::Formatter<'_>, prefix: &str) -> fmt::Result {
    let mut letters = [0; ULID_LEN];
    let letters = ulid.array_to_str(&mut letters);
    letters.make_ascii_lowercase();
    write!(out, "{prefix}_{letters}")
}

fn read(text: &str, prefix: &'static str) -> Result<Ulid, IdError> {
    let letters = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_'));
    letters
        .and_then(|letters| {
            let ulid = Ulid::from_string(letters).ok()?;
            let mut again = [0; ULID_LEN];
            let again = ulid.array_to_str(&mut again);
            again.make_ascii_lowercase();
            (again == letters).then_some(ulid)
        })
        .ok_or(IdError { prefix })
}

/// What every id of a record is.
pub trait RecordId: Copy + Ord + fmt::Display + FromStr<Err = IdError> {
    /// What the id begins with.
    const PREFIX: &'static str;

    /// The id with these 16 bytes: 6 of time (epoch milliseconds) and 10 of chance.
    fn from_bytes(bytes: [u8; 16]) -> Self;

    /// The 16 bytes that stand for it inside codes.
    fn bytes(&self) -> [u8; 16];

    /// A new id. `chance` comes from the entropy port.
    #[must_use]
    fn new(now: DateTime<Utc>, chance: [u8; 10]) -> Self {
        let time = now.timestamp_millis().max(0).to_be_bytes();
        let mut bytes = [0; 16];
        for (place, byte) in bytes.iter_mut().zip(time.iter().skip(2).chain(&chance)) {
            *place = *byte;
        }
        Self::from_bytes(bytes)
    }
}

macro_rules! record_ids {
    ($(#[$of_list:meta])* $list:ident; $($(#[$meta:meta])* $name:ident = $prefix:literal;)*) => {
        $($(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Ulid);

        impl RecordId for $name {
            const PREFIX: &'static str = $prefix;

            fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Ulid::from_bytes(bytes))
            }

            fn bytes(&self) -> [u8; 16] {
                self.0.to_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                write(self.0, out, Self::PREFIX)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, out)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                read(text, Self::PREFIX).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(D::Error::custom)
            }
        }

        #[cfg(feature = "openapi")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some(concat!("^", $prefix, "_[0-7][0-9a-hjkmnp-tv-z]{25}$")))
                    .into()
            }
        }
        #[cfg(feature = "openapi")]
        impl utoipa::ToSchema for $name {}
        )*

        $(#[$of_list])*
        pub const $list: &[(&str, &str)] = &[$(($prefix, stringify!($name))),*];
    };
}

record_ids! {
    /// Every prefix of the wire with the kind it names.
    PREFIXES;
    /// An account: whose deposit, tickets and events.
    AccountId = "ac";
    /// A phone that signed in.
    DeviceId = "dv";
    /// A signed-in session of a device.
    SessionId = "se";
    /// A role that was given to an account.
    GrantId = "gr";
    VehicleId = "vh";
    QuoteId = "qt";
    /// What was bought by one purchase. It has the bytes of its quote's: a quote is sold once.
    SaleId = "sa";
    /// The money of one sale. It has the bytes of its sale's.
    PaymentId = "py";
    RefundId = "rf";
    /// An entry of the ledger.
    EntryId = "le";
    /// A parking ticket.
    TicketId = "tk";
    StayId = "st";
    /// A daily parking ticket order (eDPK).
    OrderId = "or";
    /// A car's visit to a garage.
    VisitId = "vi";
    /// A pass of public transport.
    PassId = "ps";
    /// That a rider is of a category.
    BenefitId = "bn";
    /// A ride of public transport.
    RideId = "rd";
    /// One way of a vehicle from end to end.
    TripId = "tr";
    /// A transport card.
    CardId = "cd";
    /// A top-up of a transport card.
    CardTopUpId = "tu";
    /// A shift of a controller of rides.
    ShiftId = "sh";
    /// The control of a vehicle.
    ControlId = "ct";
    /// A look of a controller at what somebody shows.
    RideCheckId = "rk";
    /// What was settled with a carrier for a period.
    SettlementId = "sm";
    /// Who sells what has nothing to do with transport.
    MerchantId = "mc";
    /// A till of a merchant.
    TillId = "ti";
    /// What a till asks to be paid.
    InvoiceId = "iv";
    /// What was paid to a merchant.
    MerchantPaymentId = "mp";
    /// What a merchant gave back.
    MerchantRefundId = "mr";
    /// A message that waits for its gateway.
    MessageId = "ms";
    /// Something that everybody may know: works, an outage, a change.
    NoticeId = "nt";
    /// Something that a person reported.
    ReportId = "rp";
}

/// Prefixes of ids that later services bring (`docs/adr/0021-shapes-for-later-services.md`), with
/// the kind that will have each.
pub const RESERVED_PREFIXES: &[(&str, &str)] = &[("fl", "AttachmentId"), ("ch", "ChargeId"), ("rc", "ReceiptId")];

record_ids! {
    /// Prefixes of what an operator alone names, with the kind of each.
    OWN_PREFIXES;
    /// Something that is limited and was tried.
    AttemptId = "at";
    /// An entry of the audit log.
    AuditId = "au";
    /// From when on a store goes on by itself.
    EpochId = "ep";
    /// A look of an inspector at a plate.
    PlateCheckId = "pc";
    /// A request, as the log and its answer name it.
    RequestId = "rq";
    /// What was settled with a merchant, and paid out.
    PayoutId = "po";
    /// Something that several people are told.
    NoteId = "tl";
}

impl QuoteId {
    /// What is sold by it.
    #[must_use]
    pub fn sale(self) -> SaleId {
        SaleId::from_bytes(self.bytes())
    }
}

impl SaleId {
    /// The quote that was sold.
    #[must_use]
    pub fn quote(self) -> QuoteId {
        QuoteId::from_bytes(self.bytes())
    }

    /// Its money.
    #[must_use]
    pub fn payment(self) -> PaymentId {
        PaymentId::from_bytes(self.bytes())
    }
}

impl PaymentId {
    /// What it is the money of.
    #[must_use]
    pub fn sale(self) -> SaleId {
        SaleId::from_bytes(self.bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_later_moments_sort_behind_as_values_and_as_text() {
        let at = |millis| DateTime::from_timestamp_millis(millis).unwrap();
        let (early, late) = (TicketId::new(at(1_000), [255; 10]), TicketId::new(at(1_001), [0; 10]));
        assert!(early < late);
        assert!(early.to_string() < late.to_string());
        assert_eq!(early.to_string().len(), 29);
    }

    #[test]
    fn an_id_reads_back_from_text_json_and_bytes() {
        let id = TicketId::new(DateTime::from_timestamp_millis(1_756_900_000_000).unwrap(), [7; 10]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(TicketId::from_bytes(id.bytes()), id);
        assert_eq!(serde_json::from_str::<TicketId>(&serde_json::to_string(&id).unwrap()).unwrap(), id);
    }

    #[test]
    fn every_prefix_belongs_to_one_kind_and_none_that_is_reserved_is_taken_by_another() {
        let all: Vec<_> = PREFIXES.iter().chain(RESERVED_PREFIXES).chain(OWN_PREFIXES).collect();
        for (index, (prefix, kind)) in all.iter().enumerate() {
            let twice = all.iter().skip(index + 1).find(|(other, _)| other == prefix);
            assert_eq!(twice, None, "{kind}");
            assert!(prefix.len() == 2 && prefix.bytes().all(|sign| sign.is_ascii_lowercase()), "{prefix}");
        }
    }

    #[test]
    fn only_one_spelling_of_an_id_is_accepted() {
        let id = TicketId::from_bytes([1; 16]).to_string();
        let other_kind = id.replace("tk_", "qt_");
        let (upper, look_alike) = (id.to_uppercase(), id.replacen('1', "l", 1));
        let long = format!("{id}0");
        let too_large = format!("tk_{}", "z".repeat(26));
        for wrong in ["", "tk_", "tk_1", &other_kind, &upper, &look_alike, &long, &too_large, "\u{202e}"] {
            let error = wrong.parse::<TicketId>().unwrap_err();
            assert!(error.to_string().contains("tk_01jd4f8q0r3n7w2x5y6z8a9b1c"), "{error}");
        }
        assert!(EXAMPLE.len() == ULID_LEN && format!("tk_{EXAMPLE}").parse::<TicketId>().is_ok());
    }
}
