//! What the operator needs from outside: a clock and chance. Only the edges own real ones.

use chrono::{DateTime, Utc};

/// The operator's clock.
pub trait Clock: Send + Sync {
    fn now(&self) -> DateTime<Utc>;
}

/// Random bytes for ids, codes and tokens.
pub trait Entropy: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// A clock that stands still: what is done belongs to one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing(pub DateTime<Utc>);

impl Clock for Standing {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods)] // the edge: this is where real time comes in
    fn now(&self) -> DateTime<Utc> {
        std::time::SystemTime::now().into()
    }
}

/// The machine's random source.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    /// A machine without random bytes cannot make a token that nobody guesses: it stops here.
    #[allow(clippy::disallowed_methods, clippy::panic)] // the edge: this is where chance comes in
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = getrandom::fill(bytes) {
            panic!("the machine gives no random bytes: {error}");
        }
    }
}
