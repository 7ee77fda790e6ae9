//! Replays a seed, or looks for one that breaks: `cargo xtask simulate --seed N --steps M [--seeds K] [--defect D]`.

use mesto_simulation::{Defect, Settings, run};

const USAGE: &str =
    "simulate [--seed N] [--steps M] [--seeds K] [--defect forgets-idempotency|drops-ledger-leg|forgets-stay]";

fn main() -> std::process::ExitCode {
    match play(std::env::args().skip(1)) {
        Ok(broken) => std::process::ExitCode::from(u8::from(broken)),
        Err(why) => {
            eprintln!("{why}\nusage: {USAGE}");
            std::process::ExitCode::from(2)
        }
    }
}

fn play(mut words: impl Iterator<Item = String>) -> Result<bool, String> {
    let (mut first, mut steps, mut seeds, mut defect) = (1_u64, 2_000_u32, 1_u64, Defect::None);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        let number = || value.parse::<u64>().map_err(|_| format!("{word} needs a whole number, not `{value}`"));
        match word.as_str() {
            "--seed" => first = number()?,
            "--steps" => steps = u32::try_from(number()?).map_err(|_| format!("{value} steps are too many"))?,
            "--seeds" => seeds = number()?,
            "--defect" => {
                defect = match value.as_str() {
                    "forgets-idempotency" => Defect::ForgetsIdempotency,
                    "drops-ledger-leg" => Defect::DropsLedgerLeg,
                    "forgets-stay" => Defect::ForgetsStay,
                    other => return Err(format!("there is no defect `{other}`")),
                }
            }
            other => return Err(format!("`{other}` is not known")),
        }
    }
    if seeds == 0 || steps == 0 {
        return Err("without a seed and a step nothing is played".to_owned());
    }
    let mut broken = false;
    for seed in (0..seeds).map(|nth| first.wrapping_add(nth)) {
        match run(Settings { defect, ..Settings::new(seed, steps) }) {
            Ok(report) => println!("seed {seed}: {report:?}"),
            Err(failure) => {
                broken = true;
                println!("{failure}");
            }
        }
    }
    Ok(broken)
}

#[cfg(test)]
mod tests {
    use super::play;

    #[test]
    fn a_run_that_would_play_nothing_is_refused() {
        let told = |words: &[&str]| play(words.iter().map(|word| (*word).to_owned()));
        assert!(told(&["--seeds", "0"]).is_err());
        assert!(told(&["--steps", "0"]).is_err());
        assert_eq!(told(&["--steps", "1"]), Ok(false));
    }
}
