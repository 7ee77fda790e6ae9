//! Transport cards: which a rider may link, what becomes of one and of a top-up of it, and when it
//! counts as inactive.

pub mod activity;
pub mod card;
pub(crate) mod check;
pub mod code;
#[cfg(feature = "load")]
pub(crate) mod load;
pub mod reader;
pub mod section;
pub mod top_up;

pub use activity::inactive_from;
pub use card::{CardError, CardEvent, CardState, LinkError, may_link};
pub use code::{masked, printed_code, transport_number};
pub use reader::{ReaderShows, reader_shows};
pub use section::{CardKind, CardKindId, CardTariff, CardsSection};
pub use top_up::{TopUpError, TopUpEvent, TopUpState, TopUpTimes};
