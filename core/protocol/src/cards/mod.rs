//! Transport cards: a rider links one, sees its balance and tops it up; readers and offices tell
//! what becomes of it. See `docs/cards.md`.

pub mod offices;
pub mod readers;
pub mod riders;

use crate::kernel::service::Service;

pub const SERVICE: Service = Service { adds: &[riders::ADDS, readers::ADDS, offices::ADDS], ..Service::named("cards") };
