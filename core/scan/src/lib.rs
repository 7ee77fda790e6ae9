//! Codes in frames of a camera and in pictures of files: what they say and where they lie; and QR
//! codes as pictures.

#[cfg(feature = "kinds")]
mod bars;
pub mod draw;
mod frame;
mod fusion;
mod grey;
#[cfg(feature = "kinds")]
mod kinds;
mod ladder;
#[cfg(feature = "kinds")]
mod matrix;
#[cfg(feature = "kinds")]
mod others;
#[cfg(feature = "pictures")]
mod picture;
pub mod qr;
mod scanner;
mod threshold;

pub use frame::{Frame, FrameError, Rotation};
#[cfg(feature = "kinds")]
pub use kinds::Kinds;
#[cfg(feature = "pictures")]
pub use picture::{Picture, PictureError};
pub use scanner::{Code, Corner, Format, Hint, Scanned, Scanner};
