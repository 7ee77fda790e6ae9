//! `guided`: libFuzzer over one target, which the variable `TARGET` names; without the feature
//! `guided` it writes the seeds of every target below the folder that it is given.
#![cfg_attr(feature = "guided", no_main)]

#[cfg(feature = "guided")]
mod fuzzed {
    use std::panic;
    use std::sync::OnceLock;

    use mesto_guided::{TARGETS, Target, is_ours};

    static TARGET: OnceLock<Target> = OnceLock::new();

    /// libFuzzer's own hook ends the process at every panic, also at one of a library that is
    /// caught.
    fn chosen() -> &'static Target {
        TARGET.get_or_init(|| {
            panic::set_hook(Box::new(|told| {
                if told.location().is_none_or(|place| is_ours(place.file())) {
                    eprintln!("{told}");
                    std::process::abort();
                }
            }));
            let name = std::env::var("TARGET").unwrap_or_default();
            TARGETS.into_iter().find(|target| target.name == name).unwrap_or_else(|| {
                eprintln!("TARGET names none of {:?}", TARGETS.map(|target| target.name));
                std::process::exit(2)
            })
        })
    }

    libfuzzer_sys::fuzz_target!(|input: &[u8]| (chosen().take)(input));
}

#[cfg(not(feature = "guided"))]
fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).map_or_else(|| std::path::PathBuf::from("corpus"), Into::into);
    for target in mesto_guided::TARGETS {
        let folder = folder.join(target.name);
        std::fs::create_dir_all(&folder)?;
        for (number, seed) in (target.seeds)().iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{number}")), seed)?;
        }
    }
    Ok(())
}
