//! What no service is needed for: a request and its answer, the store, a locked account, keys of
//! actions, roles, the ledger, events, what is due, signed codes. It knows no service;
//! `crate::services` lists them.

pub mod account;
pub mod call;
pub mod caller;
pub mod clock;
pub mod due;
pub mod epoch;
pub mod events;
pub mod failure;
pub mod grants;
pub mod health;
pub mod http;
pub mod idempotency;
pub mod kept;
pub mod keys;
pub(crate) mod lease;
pub mod ledger;
pub mod limits;
pub mod metrics;
pub mod new_ids;
pub mod operator;
pub mod paging;
pub mod parts;
pub mod ports;
pub mod retention;
pub mod router;
pub mod serve;
pub mod service;
pub mod shares;
pub mod signed_codes;
pub mod store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod text;
pub mod this_machine;
pub mod threads;
pub mod tls;

use mesto_protocol::kernel::{self as wire, intents};
use service::{Erasure, Export, Service, Table, serve};

/// What is there without any service.
pub(crate) const SERVICE: Service = Service {
    operations: &[&[
        serve!(get wire::EVENTS => events::page),
        serve!(get intents::READ => idempotency::outcome).settling(),
        serve!(get intents::CANCEL => idempotency::cancel).settling(),
    ]],
    due: &[retention::NIGHTLY],
    tables: &[
        Table {
            name: "schema_history",
            export: Export::Excused("the migrations of the store"),
            erasure: Erasure::Excused("says nothing about a person"),
        },
        account::TABLE,
        events::TABLE,
        epoch::TABLE,
        health::TABLE,
        epoch::CALLED,
        clock::TABLE,
        idempotency::TABLE,
        due::TABLE,
        limits::TABLE,
        grants::TABLE,
        grants::LOG,
        ledger::ENTRIES,
        ledger::LEGS,
        signed_codes::REVOKED,
        signed_codes::LIST,
    ],
    retention: Some(retention::of_kernel),
    audit: grants::CHECKS,
    measures: &[due::LATE],
    ..Service::of(&wire::SERVICE)
};
