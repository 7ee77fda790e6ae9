//! The file that `--config` names: TOML whose keys are the long names of a command's options. What
//! it says are the options' defaults, so that the command line wins.
//!
//! Nothing here knows an option: a new one can be set in the file as soon as a command has it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use toml::{Spanned, Value};

use crate::kernel::failure::{CliError, Exit, did_you_mean};

/// The option that names the file.
const OPTION: &str = "config";

/// Why a command line could not be read.
#[derive(Debug)]
pub enum Misread {
    /// It is wrong, or asked for help.
    Words(clap::Error),
    /// The file that it names is.
    File(Box<CliError>),
}

impl fmt::Display for Misread {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(error) => write!(out, "{error}"),
            Self::File(error) => write!(out, "{error}"),
        }
    }
}

impl From<clap::Error> for Misread {
    fn from(error: clap::Error) -> Self {
        Self::Words(error)
    }
}

/// One key of the file.
struct Said {
    key: String,
    /// In the file, from 1.
    line: usize,
    values: Vec<String>,
}

/// `command` with the defaults that the file of this command line says; the same one where it names
/// no file. `of` is the command whose options the file has: another command takes from it those
/// that it shares, and passes over the rest.
///
/// # Errors
/// What is wrong in the file, with its line.
pub fn applied(command: Command, of: &str, words: &[OsString]) -> Result<Command, Misread> {
    // Mistakes on the command line are told when it is read in earnest.
    let Ok(typed) = command.clone().ignore_errors(true).try_get_matches_from(words) else { return Ok(command) };
    let (way, matches) = leaf(&typed);
    let Ok(Some(file)) = matches.try_get_one::<PathBuf>(OPTION) else { return Ok(command) };
    let Some(own) = below(&command, &way) else { return Ok(command) };
    let Some(whole) = command.find_subcommand(of) else { return Ok(command) };
    let said = read(file, whole).map_err(|error| Misread::File(Box::new(error)))?;

    let shared: Vec<(Said, Arg)> = said
        .into_iter()
        .filter_map(|said| {
            let arg = option(own, &said.key)?;
            is_the_same(arg, option(whole, &said.key)?).then(|| (said, arg.clone()))
        })
        .collect();
    let typed: Vec<&Arg> = own
        .get_arguments()
        .filter(|arg| matches.try_contains_id(arg.get_id().as_str()).is_ok_and(|is_there| is_there))
        .filter(|arg| matches.value_source(arg.get_id().as_str()) == Some(ValueSource::CommandLine))
        .collect();
    let mut taken = Vec::new();
    for (said, arg) in &shared {
        check(file, own, said, arg).map_err(|error| Misread::File(Box::new(error)))?;
        let before = shared.iter().take_while(|(other, _)| other.key != said.key);
        if let Some((other, _)) = before.into_iter().find(|(_, other)| exclude(own, arg, other)) {
            let text = format!(
                "{}, line {}: `{}` and `{}` exclude each other",
                file.display(),
                said.line,
                said.key,
                other.key
            );
            return Err(Misread::File(Box::new(unusable(text).advise("Leave one of them out."))));
        }
        if !typed.iter().any(|other| exclude(own, arg, other)) {
            taken.push((arg.get_id().to_string(), said.values.clone()));
        }
    }
    Ok(with_defaults(command, &way, &taken))
}

/// The command that was typed, by its names, and what it was given.
fn leaf(matches: &ArgMatches) -> (Vec<String>, &ArgMatches) {
    let (mut way, mut at) = (Vec::new(), matches);
    while let Some((name, below)) = at.subcommand() {
        way.push(name.to_owned());
        at = below;
    }
    (way, at)
}

fn below<'c>(command: &'c Command, way: &[String]) -> Option<&'c Command> {
    way.iter().try_fold(command, |command, name| command.find_subcommand(name))
}

fn option<'c>(command: &'c Command, key: &str) -> Option<&'c Arg> {
    options(command).find(|arg| arg.get_long() == Some(key))
}

/// The options of a command that may stand in its file.
fn options(command: &Command) -> impl Iterator<Item = &Arg> {
    let of_clap = |arg: &Arg| {
        matches!(arg.get_action(), ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version)
    };
    command
        .get_arguments()
        .filter(move |arg| arg.get_long().is_some_and(|name| name != OPTION) && !arg.is_global_set() && !of_clap(arg))
}

/// Two commands may have options of one name that are not one: `--name` is what an operator is
/// called, and whose account it is.
fn is_the_same(one: &Arg, other: &Arg) -> bool {
    let help = |arg: &Arg| arg.get_help().map(ToString::to_string);
    help(one) == help(other)
}

fn exclude(command: &Command, one: &Arg, other: &Arg) -> bool {
    let names =
        |one: &Arg, other: &Arg| command.get_arg_conflicts_with(one).iter().any(|arg| arg.get_id() == other.get_id());
    names(one, other) || names(other, one)
}

fn unusable(text: String) -> CliError {
    CliError::new(Exit::Input, "config_unusable", text)
}

/// Every key of the file that is an option of `whole`, in the order of the file.
fn read(file: &Path, whole: &Command) -> Result<Vec<Said>, CliError> {
    let shown = file.display();
    let text = std::fs::read_to_string(file).map_err(|why| {
        unusable(format!("{shown} cannot be read: {why}")).advise("Give the file of the options with --config.")
    })?;
    let line_of = |at: usize| text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
    let table: BTreeMap<Spanned<String>, Spanned<Value>> = toml::from_str(&text).map_err(|why| {
        let line = why.span().map(|span| format!(", line {}", line_of(span.start))).unwrap_or_default();
        let named = match (why.message(), why.span().and_then(|span| text.get(span))) {
            ("duplicate key", Some(key)) => format!(" `{}`", key.trim()),
            _ => String::new(),
        };
        unusable(format!("{shown}{line}: {}{named}", why.message()))
            .advise("It is TOML: a line for each option, such as listen = \"127.0.0.1:8080\".")
    })?;
    let mut said: Vec<(usize, Said)> = Vec::new();
    for (key, value) in table {
        let (at, key) = (key.span().start, key.into_inner());
        let line = line_of(at);
        let wrong = |why: String| unusable(format!("{shown}, line {line}: {why}"));
        let Some(arg) = option(whole, &key) else {
            let known: Vec<&str> = options(whole).filter_map(Arg::get_long).collect();
            let near = match did_you_mean(&key, &known) {
                Some(near) => format!("`{near}` is one."),
                None => format!("`mesto {} --help` lists them.", whole.get_name()),
            };
            return Err(wrong(format!("there is no option `{key}`")).advise(near));
        };
        let values = values(value.into_inner(), arg).map_err(|why| wrong(format!("`{key}` {why}")))?;
        said.push((at, Said { key, line, values }));
    }
    said.sort_by_key(|(at, _)| *at);
    Ok(said.into_iter().map(|(_, said)| said).collect())
}

/// What an option is given, as it would be typed.
fn values(value: Value, arg: &Arg) -> Result<Vec<String>, String> {
    let is_list = matches!(arg.get_action(), ArgAction::Append);
    let plain = |value: Value| match value {
        Value::String(text) => Ok(text),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Float(number) => Ok(number.to_string()),
        Value::Boolean(is_so) => Ok(is_so.to_string()),
        Value::Datetime(moment) => Ok(moment.to_string()),
        Value::Array(_) if !is_list => Err("takes one value and no list".to_owned()),
        Value::Array(_) | Value::Table(_) => Err("takes values and no tables or lists inside".to_owned()),
    };
    match (value, arg.get_action()) {
        (Value::Array(items), ArgAction::Append) => items.into_iter().map(plain).collect(),
        (Value::Boolean(is_so), ArgAction::SetTrue) => Ok(vec![is_so.to_string()]),
        (_, ArgAction::SetTrue) => Err("is true or false".to_owned()),
        (value, _) => plain(value).map(|text| vec![text]),
    }
}

/// Whether the option takes these values, in its own words.
fn check(file: &Path, own: &Command, said: &Said, arg: &Arg) -> Result<(), CliError> {
    use clap::error::ErrorKind::{
        InvalidUtf8, InvalidValue, NoEquals, TooFewValues, TooManyValues, ValueValidation, WrongNumberOfValues,
    };
    if matches!(arg.get_action(), ArgAction::SetTrue) {
        return Ok(());
    }
    for value in &said.values {
        let words = [own.get_name().to_owned(), format!("--{}={value}", said.key)];
        let Err(error) = own.clone().try_get_matches_from(words) else { continue };
        let is_of_value = matches!(
            error.kind(),
            InvalidUtf8
                | InvalidValue
                | NoEquals
                | TooFewValues
                | TooManyValues
                | ValueValidation
                | WrongNumberOfValues
        );
        if is_of_value {
            let whole = error.render().to_string();
            let why = whole.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ").trim();
            return Err(unusable(format!("{}, line {}: `{}`: {why}", file.display(), said.line, said.key)));
        }
    }
    Ok(())
}

fn with_defaults(command: Command, way: &[String], taken: &[(String, Vec<String>)]) -> Command {
    if let Some((name, rest)) = way.split_first() {
        return command.mut_subcommand(name, |below| with_defaults(below, rest, taken));
    }
    taken.iter().fold(command, |command, (id, values)| {
        command.mut_arg(id, |arg| arg.required(false).default_values(values.clone()))
    })
}

/// A file that names every option of a command, commented out, with what it is for and what it is
/// when nothing is said; those of `set` in force with another value.
#[must_use]
pub fn example(command: &Command, set: &[(&str, &str)]) -> String {
    let mut text = format!(
        "# Options of `mesto {}`, as its --help has them. A line is in force without its `#`.\n\
         # What the command line says wins. `mesto doctor --config FILE` says what is missing or unsafe.\n",
        command.get_name()
    );
    for arg in options(command) {
        let help = arg.get_long_help().or_else(|| arg.get_help()).map(ToString::to_string).unwrap_or_default();
        text.push('\n');
        for line in help.lines() {
            for part in wrapped(line, 98) {
                text.push_str(format!("# {part}").trim_end());
                text.push('\n');
            }
        }
        let key = arg.get_long().unwrap_or_default();
        match set.iter().find(|(name, _)| *name == key) {
            Some((_, value)) => text.push_str(&format!("{key} = {}\n", written(value))),
            None => text.push_str(&format!("#{key} = {}\n", default(arg))),
        }
    }
    text
}

/// What an option is when nothing is said, as the file would say it; a word for what it takes where
/// it is nothing.
fn default(arg: &Arg) -> String {
    let said: Vec<String> = arg.get_default_values().iter().map(|value| written(&value.to_string_lossy())).collect();
    let named = || {
        let names = arg.get_value_names().unwrap_or_default();
        format!("\"{}\"", names.first().map_or("VALUE", |name| name.as_str()))
    };
    match (arg.get_action(), said.as_slice()) {
        (ArgAction::SetTrue, _) => "false".to_owned(),
        (ArgAction::Append, []) => format!("[{}]", named()),
        (ArgAction::Append, said) => format!("[{}]", said.join(", ")),
        (_, [said, ..]) => said.clone(),
        (_, []) => named(),
    }
}

fn written(value: &str) -> String {
    let is_number = !value.is_empty() && value.len() < 18 && value.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { value.to_owned() } else { Value::String(value.to_owned()).to_string() }
}

fn wrapped(line: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in line.split_whitespace() {
        match lines.last_mut() {
            Some(last) if last.is_empty() => last.push_str(word),
            Some(last) if last.chars().count() + 1 + word.chars().count() <= width => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
