//! Looks for inputs that break something: `cargo xtask fuzz [--target T] [--seed N] [--seeds K]`.

use mesto_simulation::fuzz::{CASES, TargetName, play};
use mesto_simulation::words;

const USAGE: &str = "fuzz [--target scan|signed|city|request] [--seed N] [--seeds K]";

fn main() -> std::process::ExitCode {
    words::ended(USAGE, run(std::env::args().skip(1)).map(|is_sound| !is_sound))
}

fn run(words: impl Iterator<Item = String>) -> Result<bool, String> {
    let (mut targets, mut first, mut seeds) = (TargetName::ALL.to_vec(), 1_u64, None);
    for given in words::given(words) {
        let given = given?;
        match given.name.as_str() {
            "--target" => {
                targets.retain(|target| target.name() == given.value);
                if targets.is_empty() {
                    return Err(format!("there is no target `{}`", given.value));
                }
            }
            "--seed" => {
                first = given.number()?;
                seeds = seeds.or(Some(1));
            }
            "--seeds" => seeds = Some(given.number()?),
            _ => return given.unknown(),
        }
    }
    let seeds = seeds.unwrap_or(50);
    if seeds == 0 {
        return Err("without a seed nothing is played".to_owned());
    }
    let mut is_sound = true;
    for target in targets {
        let mut taken = 0;
        for seed in words::seeds(first, seeds) {
            match play(target, seed) {
                Ok(right) => taken += u64::from(right),
                Err(finding) => {
                    is_sound = false;
                    println!("{finding}");
                }
            }
        }
        println!("{target}: {} inputs, {taken} of them still right", seeds * u64::from(CASES));
    }
    Ok(is_sound)
}

#[cfg(test)]
mod tests {
    use super::run;

    #[test]
    fn a_run_that_would_play_nothing_is_refused() {
        let told = |words: &[&str]| run(words.iter().map(|word| (*word).to_owned()));
        assert!(told(&["--seeds", "0"]).is_err());
        assert!(told(&["--target", "nowhere"]).is_err());
        assert_eq!(told(&["--target", "scan", "--seeds", "1"]), Ok(true));
    }
}
