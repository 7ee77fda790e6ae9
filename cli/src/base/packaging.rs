//! `mesto packaging`: what a package holds beside the program, written from the commands
//! themselves.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use clap_complete::Shell;

use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Outcome};
use crate::kernel::service::{Commands, Run, Service};

pub const SERVICE: Service = Service { commands: Some(Commands::of::<Command>()), ..Service::named("packaging") };

#[derive(Debug, Subcommand)]
enum Command {
    /// Write man pages and completions of shells into a folder, for a package.
    #[command(hide = true)]
    Packaging {
        /// The folder: `man` and `completions` are made in it.
        folder: PathBuf,
    },
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        let Self::Packaging { folder } = self;
        let count = write(&folder, (call.whole)()).map_err(|why| CliError::failed("the package's files", why))?;
        call.say(&serde_json::json!({ "folder": folder, "man_pages": count }), || {
            format!("{count} man pages and the completions are in {}", folder.display())
        });
        Ok(())
    }
}

fn write(folder: &Path, mut command: clap::Command) -> std::io::Result<usize> {
    let (man, completions) = (folder.join("man"), folder.join("completions"));
    std::fs::create_dir_all(&man)?;
    std::fs::create_dir_all(&completions)?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        clap_complete::generate_to(shell, &mut command, "mesto", &completions)?;
    }
    clap_mangen::generate_to(command, &man)?;
    Ok(std::fs::read_dir(&man)?.count())
}
