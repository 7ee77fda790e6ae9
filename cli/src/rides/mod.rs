//! Rides from a terminal: the fares of a feed, `mesto feed check` and `mesto feed price`.

mod feed;

use crate::kernel::service::{Commands, Service};

pub const SERVICE: Service = Service { commands: Some(Commands::of::<feed::Command>()), ..Service::named("rides") };
