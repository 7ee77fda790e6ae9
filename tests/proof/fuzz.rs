//! A short hunt at every place where strangers hand something in; `cargo xtask fuzz` hunts longer.

use mesto_simulation::fuzz::{TargetName, play};

const SEEDS: u64 = 10;

#[test]
fn altered_inputs_are_refused_without_a_panic_and_break_no_law() {
    for target in TargetName::ALL {
        let taken: u32 = (1..=SEEDS).map(|seed| play(target, seed).unwrap_or_else(|finding| panic!("{finding}"))).sum();
        // Inputs of which none is right any more would all be refused at the door.
        assert!(taken > 0, "{target}: no altered input was still right");
    }
}
