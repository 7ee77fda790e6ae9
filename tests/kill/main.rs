//! Kills the operator under load: `cargo xtask kill [--database sqlite|postgres] [--kills N]`.

use mesto_simulation::kill::{Database, play};
use mesto_simulation::words;

const USAGE: &str = "kill [--database sqlite|postgres] [--kills N]";

fn main() -> std::process::ExitCode {
    words::ended(USAGE, run(std::env::args().skip(1)).map(|()| false))
}

fn run(words: impl Iterator<Item = String>) -> Result<(), String> {
    let (mut databases, mut kills) = (Database::ALL.to_vec(), 1_000);
    for given in words::given(words) {
        let given = given?;
        match given.name.as_str() {
            "--database" => databases.retain(|database| database.name() == given.value),
            "--kills" => kills = given.number()?,
            _ => return given.unknown(),
        }
    }
    if databases.is_empty() || kills == 0 {
        return Err("a run that kills nothing proves nothing".to_owned());
    }
    for database in databases {
        let played = play(database, usize::try_from(kills).map_err(|error| error.to_string())?);
        println!(
            "{}: killed {} times, {} requests broke; {} were acknowledged, none was lost or done twice",
            database.name(),
            played.kills,
            played.broken,
            played.answered
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::run;

    #[test]
    fn a_run_that_kills_nothing_is_refused() {
        for words in [["--kills", "0"], ["--database", "paper"], ["--how", "softly"]] {
            assert!(run(words.iter().map(|word| (*word).to_owned())).is_err(), "{words:?}");
        }
    }
}
