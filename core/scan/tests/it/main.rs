//! The scanner as an app uses it: frames in, codes out.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

mod draw;
mod frames;
mod kinds;
mod layout;
mod pictures;
