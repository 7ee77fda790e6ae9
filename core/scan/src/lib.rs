//! Bar codes in frames of a camera and in photos.

pub mod grey;
pub mod ladder;
pub mod qr;
pub mod threshold;
