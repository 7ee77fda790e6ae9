//! How a terminal shows things: colour, tables, a QR in half blocks, and JSON for machines.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::ValueEnum;

use crate::kernel::failure::{CliError, Exit, Outcome};

/// A line on standard output.
macro_rules! say {
    () => { $crate::kernel::output::write("\n") };
    ($($text:tt)*) => { $crate::kernel::output::write(&format!("{}\n", format_args!($($text)*))) };
}
pub(crate) use say;

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    Always,
    Never,
}

/// Whether standard error shows that something is waited for.
static WAITING: AtomicBool = AtomicBool::new(false);

/// Writes to standard output. A reader that has seen enough (`mesto | head`) ends the command
/// quietly; a full disk does not.
pub fn write(text: &str) {
    clear_waiting();
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => {}
        Err(why) if why.kind() == std::io::ErrorKind::BrokenPipe => exit(0),
        Err(why) => {
            write_error(&format!("mesto: standard output cannot be written: {why}\n"));
            exit(1);
        }
    }
}

/// A folder that must not outlive this process.
static TEMPORARY: OnceLock<PathBuf> = OnceLock::new();

/// Removes the folder also when the output ends the process.
pub fn remove_at_exit(folder: &Path) {
    // The first one counts: a process has one such folder.
    let _ = TEMPORARY.set(folder.to_owned());
}

fn exit(code: i32) -> ! {
    if let Some(folder) = TEMPORARY.get() {
        let _ = std::fs::remove_dir_all(folder);
    }
    std::process::exit(code)
}

/// A line on standard error: a failure that ends the command, or what is no failure.
pub fn warn(text: &str) {
    clear_waiting();
    write_error(&format!("{text}\n"));
}

/// Writes to standard error. Nobody is left to tell when this cannot be written, and the command
/// goes on: its exit code says how it ended.
fn write_error(text: &str) {
    let mut error = std::io::stderr().lock();
    let _ = error.write_all(text.as_bytes()).and_then(|()| error.flush());
}

/// Takes back the line that says what is waited for.
pub fn clear_waiting() {
    if WAITING.swap(false, Ordering::Relaxed) {
        write_error("\r\u{1b}[2K");
    }
}

/// Says on a terminal that the operator is waited for, after a moment and without scrolling.
pub struct Waiting {
    shown: bool,
    steps: u32,
}

impl Waiting {
    /// Time between two steps.
    pub const STEP: Duration = Duration::from_millis(100);
    /// Steps before it says anything: an answer usually comes sooner.
    const QUIET: u32 = 5;

    #[must_use]
    pub fn new(style: Style) -> Self {
        Self { shown: !style.json && std::io::stderr().is_terminal(), steps: 0 }
    }

    /// Another moment has passed.
    pub fn step(&mut self) {
        self.steps = self.steps.saturating_add(1);
        if self.shown && self.steps >= Self::QUIET {
            WAITING.store(true, Ordering::Relaxed);
            write_error(&format!("\r\u{1b}[2K{}", self.text()));
        }
    }

    fn text(&self) -> String {
        let sign =
            ["⠋", "⠙", "⠸", "⠴", "⠦", "⠇"].iter().cycle().nth(self.steps as usize % 6).copied().unwrap_or_default();
        format!("{sign} waiting for the operator … {} s", self.steps / 10)
    }
}

/// What output looks like in this run.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub json: bool,
    pub coloured: bool,
}

/// What a piece of text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Heading,
    Good,
    Warn,
    Bad,
    Faint,
}

impl Style {
    /// Colour on a terminal unless NO_COLOR is set (no-color.org), or as asked.
    #[must_use]
    pub fn new(json: bool, colour: Colour) -> Self {
        let coloured = match colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => {
                std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) && std::io::stdout().is_terminal()
            }
        };
        Self { json, coloured: coloured && !json }
    }

    /// The text in its tone.
    #[must_use]
    pub fn paint(self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Heading => "1;36",
            Tone::Good => "32",
            Tone::Warn => "33",
            Tone::Bad => "1;31",
            Tone::Faint => "2",
        };
        if self.coloured { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// How many places a cell takes: colour takes none.
fn visible_width(cell: &str) -> usize {
    let mut inside = false;
    cell.chars()
        .filter(|c| match (*c, inside) {
            ('\u{1b}', _) => {
                inside = true;
                false
            }
            ('m', true) => {
                inside = false;
                false
            }
            (_, hidden) => !hidden,
        })
        .count()
}

/// How many columns the terminal of standard output has; nothing when it is none.
#[must_use]
pub fn terminal_width() -> Option<usize> {
    let is_terminal = std::io::stdout().is_terminal();
    is_terminal.then(terminal_size::terminal_size).flatten().map(|(width, _)| usize::from(width.0))
}

/// Rows under headings, columns as wide as their widest cell; a heading that begins with `>` is
/// right-aligned. In a window too narrow for that, each row as lines of its own.
#[must_use]
pub fn table(headings: &[&str], rows: &[Vec<String>]) -> String {
    table_within(headings, rows, terminal_width())
}

/// The same for a window of so many columns; `None` for any.
#[must_use]
pub fn table_within(headings: &[&str], rows: &[Vec<String>], window: Option<usize>) -> String {
    let plain: Vec<&str> = headings.iter().map(|heading| heading.trim_start_matches('>')).collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| visible_width(cell));
        cells.chain(plain.get(column).map(|heading| heading.chars().count())).max().unwrap_or(0)
    };
    let whole: usize = (0..headings.len()).map(|column| width(column) + 2).sum();
    if window.is_some_and(|window| whole.saturating_sub(2) > window) {
        return one_below_the_other(&plain, rows);
    }
    let mut text = String::new();
    let mut line = |cells: &[String]| {
        let padded: Vec<String> = headings
            .iter()
            .enumerate()
            .map(|(column, heading)| {
                let cell = cells.get(column).map_or("", String::as_str);
                let width = width(column);
                let gap = " ".repeat(width.saturating_sub(visible_width(cell)));
                if heading.starts_with('>') { format!("{gap}{cell}") } else { format!("{cell}{gap}") }
            })
            .collect();
        let _ = writeln!(text, "{}", padded.join("  ").trim_end());
    };
    line(&plain.iter().map(|heading| (*heading).to_owned()).collect::<Vec<_>>());
    line(&(0..headings.len()).map(|column| "─".repeat(width(column))).collect::<Vec<_>>());
    for row in rows {
        line(row);
    }
    text
}

fn one_below_the_other(headings: &[&str], rows: &[Vec<String>]) -> String {
    let names = headings.iter().map(|heading| heading.chars().count()).max().unwrap_or(0);
    let shown: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells = headings.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
            cells.map(|(heading, cell)| format!("{heading:names$}  {cell}").trim_start().to_owned() + "\n").collect()
        })
        .collect();
    shown.join("\n")
}

/// Whether a QR that was drawn fits the window, or how wide that must be.
///
/// # Errors
/// The columns that the code takes.
pub fn fits(drawn: &str, window: Option<usize>) -> Result<(), usize> {
    let needed = drawn.lines().map(visible_width).max().unwrap_or(0);
    if window.is_none_or(|window| needed <= window) { Ok(()) } else { Err(needed) }
}

/// A QR code of `text` that fits the window.
///
/// # Errors
/// `terminal_narrow`, or that the text is too long.
pub fn qr_that_fits(text: &str, style: Style) -> Outcome<String> {
    let drawn = qr(text, style).ok_or_else(|| CliError::failed("the QR", "the text is too long"))?;
    fits(&drawn, terminal_width()).map_err(|columns| {
        CliError::new(Exit::Failed, "terminal_narrow", format!("the code takes {columns} columns"))
            .advise("Make the window wider or its letters smaller; --json gives the code as text.")
    })?;
    Ok(drawn)
}

/// A QR code of `text` in half blocks, dark on light, with its quiet zone: a camera reads it from a
/// dark terminal too. Nothing when the text is too long for a QR code.
#[must_use]
pub fn qr(text: &str, style: Style) -> Option<String> {
    const QUIET: i32 = 2;
    let code = qrcode::QrCode::with_error_correction_level(text.as_bytes(), qrcode::EcLevel::L).ok()?;
    let size = i32::try_from(code.width()).ok()?;
    let dark = |x: i32, y: i32| {
        let place = |value: i32| usize::try_from(value).ok().filter(|value| *value < code.width());
        match (place(x), place(y)) {
            (Some(x), Some(y)) => code[(x, y)] == qrcode::Color::Dark,
            _ => false,
        }
    };
    let mut drawn = String::new();
    let mut y = -QUIET;
    while y < size + QUIET {
        if style.coloured {
            drawn.push_str("\u{1b}[38;2;0;0;0;48;2;255;255;255m");
        }
        for x in -QUIET..size + QUIET {
            let (upper, lower) = (dark(x, y), dark(x, y + 1));
            // Without colour the terminal's own light-on-dark is used, so light modules are the
            // drawn ones.
            let (upper, lower) = if style.coloured { (upper, lower) } else { (!upper, !lower) };
            drawn.push(match (upper, lower) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            });
        }
        if style.coloured {
            drawn.push_str("\u{1b}[0m");
        }
        drawn.push('\n');
        y += 2;
    }
    Some(drawn)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Style = Style { json: false, coloured: false };

    #[test]
    fn a_wait_is_counted_in_seconds() {
        assert_eq!(Waiting { shown: true, steps: 5 }.text(), "⠇ waiting for the operator … 0 s");
        assert_eq!(Waiting { shown: true, steps: 96 }.text(), "⠋ waiting for the operator … 9 s");
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let shown =
            table(&["zone", ">RSD"], &[vec!["žuta".into(), "65.00".into()], vec!["a".into(), "1500.00".into()]]);
        assert_eq!(shown, "zone      RSD\n────  ───────\nžuta    65.00\na     1500.00\n");
    }

    #[test]
    fn a_window_too_narrow_gets_each_row_on_lines_of_its_own() {
        let rows = [vec!["žuta".to_owned(), "65.00".to_owned()], vec![String::new(), "1500.00".to_owned()]];
        let wide = table(&["zone", ">RSD"], &rows);
        assert_eq!(table_within(&["zone", ">RSD"], &rows, Some(13)), wide, "it fits exactly");
        assert_eq!(table_within(&["zone", ">RSD"], &rows, Some(12)), "zone  žuta\nRSD   65.00\n\nRSD   1500.00\n");
    }

    #[test]
    fn a_code_that_would_be_broken_by_the_window_is_not_shown() {
        let drawn = qr("MESTO1:ABC", PLAIN).unwrap();
        let width = drawn.lines().next().unwrap().chars().count();
        assert_eq!((fits(&drawn, None), fits(&drawn, Some(width))), (Ok(()), Ok(())));
        assert_eq!(fits(&drawn, Some(width - 1)), Err(width));
        let coloured = qr("MESTO1:ABC", Style { coloured: true, ..PLAIN }).unwrap();
        assert_eq!(fits(&coloured, Some(width)), Ok(()), "colour takes no place");
    }

    #[test]
    fn colour_takes_no_place_in_a_table() {
        let green = Style { coloured: true, ..PLAIN }.paint(Tone::Good, "paid");
        let shown = table(&["state", "id"], &[vec![green.clone(), "1".into()], vec!["void".into(), "2".into()]]);
        assert!(shown.contains(&format!("{green}   1")), "{shown}");
    }

    #[test]
    fn text_is_plain_where_colour_is_not_wanted() {
        assert_eq!(PLAIN.paint(Tone::Bad, "no"), "no");
        assert_eq!(Style { coloured: true, ..PLAIN }.paint(Tone::Good, "yes"), "\u{1b}[32myes\u{1b}[0m");
    }

    #[test]
    fn a_qr_has_its_quiet_zone_and_a_text_too_long_has_none() {
        let drawn = qr("MESTO1:ABC", PLAIN).unwrap();
        let lines: Vec<&str> = drawn.lines().collect();
        assert!(lines[0].chars().all(|c| c == '█'), "the quiet zone is light");
        assert!(lines.iter().all(|line| line.chars().count() == lines[0].chars().count()));
        assert!(qr(&"x".repeat(4_000), PLAIN).is_none());
    }
}
