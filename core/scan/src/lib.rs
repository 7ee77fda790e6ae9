//! QR codes in frames of a camera: what they say and where they lie; and QR codes as pictures.

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
