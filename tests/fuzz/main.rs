//! Looks for inputs that break something: `cargo xtask fuzz [--target T] [--seed N] [--seeds K]`.

use mesto_simulation::fuzz::{CASES, TargetName, play};

const USAGE: &str = "fuzz [--target scan|signed|city|request] [--seed N] [--seeds K]";

fn main() -> std::process::ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(is_sound) => std::process::ExitCode::from(u8::from(!is_sound)),
        Err(why) => {
            eprintln!("{why}\nusage: {USAGE}");
            std::process::ExitCode::from(2)
        }
    }
}

fn run(mut words: impl Iterator<Item = String>) -> Result<bool, String> {
    let (mut targets, mut first, mut seeds) = (TargetName::ALL.to_vec(), 1_u64, None);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        let number = || value.parse::<u64>().map_err(|_| format!("{word} needs a whole number, not `{value}`"));
        match word.as_str() {
            "--target" => {
                targets.retain(|target| target.name() == value);
                if targets.is_empty() {
                    return Err(format!("there is no target `{value}`"));
                }
            }
            "--seed" => {
                first = number()?;
                seeds = seeds.or(Some(1));
            }
            "--seeds" => seeds = Some(number()?),
            other => return Err(format!("`{other}` is not known")),
        }
    }
    let seeds = seeds.unwrap_or(50);
    if seeds == 0 {
        return Err("without a seed nothing is played".to_owned());
    }
    let mut is_sound = true;
    for target in targets {
        let mut taken = 0;
        for seed in (0..seeds).map(|nth| first.wrapping_add(nth)) {
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
