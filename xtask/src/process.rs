//! Runs other programs: their output goes straight to the terminal and, where asked, is read along.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::{About, Failure, Outcome};

/// What a program printed, and how it ended.
pub struct Finished {
    pub succeeded: bool,
    /// Both streams, in the order they were written.
    pub lines: Vec<String>,
}

/// The words of a command line, for people.
pub fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// Runs to the end; not to succeed is an error.
pub fn succeed(command: &mut Command) -> Outcome<()> {
    let text = shown(command);
    eprintln!("$ {text}");
    let status = command.status().about(&text)?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("`{text}` failed ({status})"))) }
}

/// Runs to the end and gives the standard output; not to succeed is an error.
pub fn output(command: &mut Command) -> Outcome<String> {
    let text = shown(command);
    let output = command.stderr(Stdio::inherit()).output().about(&text)?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(Failure::new(format!("`{text}` failed ({})", output.status)))
    }
}

/// Runs to the end, shows every line as it comes and keeps it.
pub fn follow(command: &mut Command) -> Outcome<Finished> {
    let text = shown(command);
    eprintln!("$ {text}");
    // One pipe for both: what a program says of its parts stands where it said it.
    let (pipe, both) = std::io::pipe()?;
    let spawned = command.stdin(Stdio::null()).stdout(both.try_clone()?).stderr(both).spawn();
    // The command's own ends would keep the pipe open after the program is over.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = spawned.about(&text)?;
    let mut reader = BufReader::new(pipe);
    let (mut lines, mut line) = (Vec::new(), Vec::new());
    let mut terminal = std::io::stdout().lock();
    while reader.read_until(b'\n', &mut line)? > 0 {
        let said = String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']).to_owned();
        // A closed terminal does not stop the run.
        let _ = writeln!(terminal, "{said}");
        lines.push(said);
        line.clear();
    }
    Ok(Finished { succeeded: child.wait()?.success(), lines })
}

/// Measures how long a step of a developer command takes; nothing of the product uses it.
pub struct Stopwatch(Instant);

impl Stopwatch {
    #[allow(clippy::disallowed_methods, reason = "the time a person waits for a command is machine time")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Where a program lies on PATH.
pub fn on_path(program: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}
