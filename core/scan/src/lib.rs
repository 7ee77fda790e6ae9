//! Bar codes in frames of a camera and in photos.

pub mod draw;
mod frame;
mod fusion;
mod grey;
mod ladder;
pub mod qr;
mod scanner;
mod threshold;

pub use frame::{Frame, FrameError, Rotation};
pub use scanner::{Code, Corner, Format, Hint, Scanned, Scanner};
