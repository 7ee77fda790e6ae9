//! Replays a seed, or looks for one that breaks: `cargo xtask simulate --seed N --steps M [--seeds
//! K] [--defect D]`.

use mesto_simulation::{Defect, Settings, run, words};

const USAGE: &str = "simulate [--seed N] [--steps M] [--seeds K] [--defect forgets-idempotency|drops-ledger-leg|forgets-stay|forgets-refunds|\
     forgets-what-was-paid|forgets-visits|forgets-claims|hears-the-silent]";

fn main() -> std::process::ExitCode {
    words::ended(USAGE, play(std::env::args().skip(1)))
}

fn play(words: impl Iterator<Item = String>) -> Result<bool, String> {
    let (mut first, mut steps, mut seeds, mut defect) = (1_u64, 2_000_u32, 1_u64, Defect::None);
    for given in words::given(words) {
        let given = given?;
        match given.name.as_str() {
            "--seed" => first = given.number()?,
            "--steps" => {
                steps = u32::try_from(given.number()?).map_err(|_| format!("{} steps are too many", given.value))?;
            }
            "--seeds" => seeds = given.number()?,
            "--defect" => {
                defect = match given.value.as_str() {
                    "forgets-idempotency" => Defect::ForgetsIdempotency,
                    "drops-ledger-leg" => Defect::DropsLedgerLeg,
                    "forgets-stay" => Defect::ForgetsStay,
                    "forgets-refunds" => Defect::ForgetsRefunds,
                    "forgets-what-was-paid" => Defect::ForgetsWhatWasPaid,
                    "forgets-visits" => Defect::ForgetsVisits,
                    "forgets-claims" => Defect::ForgetsClaims,
                    "hears-the-silent" => Defect::HearsTheSilent,
                    other => return Err(format!("there is no defect `{other}`")),
                }
            }
            _ => return given.unknown(),
        }
    }
    if seeds == 0 || steps == 0 {
        return Err("without a seed and a step nothing is played".to_owned());
    }
    let mut broken = false;
    for seed in words::seeds(first, seeds) {
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
