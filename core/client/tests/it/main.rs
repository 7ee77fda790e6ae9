//! The client against the real operator in the same process, over a link that loses, repeats,
//! refuses and hangs as told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod account;
mod cards;
mod cities;
mod closing;
mod codes;
mod codes_again;
mod crashes;
mod driving;
mod future;
mod garages;
mod guard;
mod http;
mod intent_table;
mod intents;
mod live;
mod logging;
mod machine;
mod merchants;
mod notices;
mod observing;
mod operator_document;
mod operators;
mod parked;
mod passes;
mod previewing;
mod prices;
mod quick_start;
mod remembering;
mod reminding;
mod request_ids;
mod rides;
mod sms;
mod support;
mod syncing;
mod texts;
mod transport_cards;
mod trusting;
mod two_clients;
