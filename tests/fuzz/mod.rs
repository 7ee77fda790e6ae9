//! Altered inputs at every place where strangers hand something in: what is wrong must be refused,
//! never panic, and never break a law of the books.
//!
//! Seeded, on stable Rust, without instrumentation: inputs that once were right are altered a
//! little, and one seed plays [`CASES`] of them from a fresh state, so that a finding replays by
//! its target and seed.

mod alter;
mod targets;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::random::Random;
pub use targets::{Target, TargetName};

/// Inputs of one seed.
pub const CASES: u32 = 200;

/// What an altered input did that no input may.
#[derive(Debug)]
pub struct Finding {
    pub target: TargetName,
    pub seed: u64,
    pub case: u32,
    /// The input, as far as it is text.
    pub input: String,
    pub why: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { target, seed, case, input, why } = self;
        write!(
            f,
            "{target}, seed {seed}, input {case}: {why}\n  {input}\nreplay: cargo xtask fuzz --target {target} --seed {seed}"
        )
    }
}

/// Plays one seed of a target; says how many inputs were taken as right.
///
/// # Errors
/// The first [`Finding`].
pub fn play(target: TargetName, seed: u64) -> Result<u32, Box<Finding>> {
    hunt(target, seed, &mut *target.open())
}

fn hunt(name: TargetName, seed: u64, target: &mut dyn Target) -> Result<u32, Box<Finding>> {
    let mut random = Random::new(seed);
    let mut taken = 0;
    for case in 0..CASES {
        let input = target.next(&mut random);
        let outcome = catch_unwind(AssertUnwindSafe(|| target.hand_in(&input)));
        let why = match outcome {
            Ok(Ok(was_right)) => {
                taken += u32::from(was_right);
                continue;
            }
            Ok(Err(why)) => why,
            Err(panic) => format!("it panics: {}", said(&*panic)),
        };
        let input = String::from_utf8_lossy(&input).into_owned();
        return Err(Box::new(Finding { target: name, seed, case, input, why }));
    }
    Ok(taken)
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a word")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Refuses a zero byte in the way that is planted.
    struct Fragile(fn() -> Result<bool, String>);

    impl Target for Fragile {
        fn next(&mut self, random: &mut Random) -> Vec<u8> {
            alter::bytes(b"MESTO1:ABCDEF", random)
        }

        fn hand_in(&mut self, input: &[u8]) -> Result<bool, String> {
            if input.contains(&0) { (self.0)() } else { Ok(false) }
        }
    }

    #[test]
    fn a_panic_and_a_broken_law_are_found_and_replay() {
        let broken: [fn() -> Result<bool, String>; 2] =
            [|| panic!("planted"), || Err("a law is planted too".to_owned())];
        for (plant, expected) in broken.into_iter().zip(["it panics: planted", "a law is planted too"]) {
            let find = || (1..=20).find_map(|seed| hunt(TargetName::Scan, seed, &mut Fragile(plant)).err()).unwrap();
            let (first, again) = (find(), find());
            assert_eq!(first.why, expected);
            assert!(first.input.contains('\0'));
            assert_eq!((first.seed, first.case, &first.input), (again.seed, again.case, &again.input));
        }
        assert_eq!(hunt(TargetName::Scan, 1, &mut Fragile(|| Ok(false))).unwrap(), 0);
    }
}
