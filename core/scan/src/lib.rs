//! Bar codes in frames of a camera and in photos.

pub mod draw;
mod frame;
mod fusion;
pub mod grey;
pub mod ladder;
pub mod qr;
mod scanner;
pub mod threshold;

pub use frame::{Frame, FrameError, Rotation};
pub use scanner::{Code, Corner, Format, Hint, Scanned, Scanner};
