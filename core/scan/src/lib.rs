//! QR codes in frames of a camera and in pictures of files: what they say and where they lie; and
//! QR codes as pictures.

pub mod draw;
mod frame;
mod fusion;
mod grey;
mod ladder;
#[cfg(feature = "pictures")]
mod picture;
pub mod qr;
mod scanner;
mod threshold;

pub use frame::{Frame, FrameError, Rotation};
#[cfg(feature = "pictures")]
pub use picture::{Picture, PictureError};
pub use scanner::{Code, Corner, Format, Hint, Scanned, Scanner};
