//! The words after the name of a program that plays seeds.

use std::process::ExitCode;

/// An option with its value.
pub struct Given {
    pub name: String,
    pub value: String,
}

impl Given {
    pub fn number(&self) -> Result<u64, String> {
        self.value.parse().map_err(|_| format!("{} needs a whole number, not `{}`", self.name, self.value))
    }

    pub fn unknown<T>(&self) -> Result<T, String> {
        Err(format!("`{}` is not known", self.name))
    }
}

/// The options, in their order.
pub fn given(mut words: impl Iterator<Item = String>) -> impl Iterator<Item = Result<Given, String>> {
    std::iter::from_fn(move || {
        let name = words.next()?;
        Some(match words.next() {
            Some(value) => Ok(Given { name, value }),
            None => Err(format!("{name} needs a value")),
        })
    })
}

/// So many seeds from the first one on; after the largest comes 0.
pub fn seeds(first: u64, count: u64) -> impl Iterator<Item = u64> {
    (0..count).map(move |nth| first.wrapping_add(nth))
}

/// 0 when all went well, 1 when something was found to be broken, 2 when the words were wrong.
pub fn ended(usage: &str, is_broken: Result<bool, String>) -> ExitCode {
    match is_broken {
        Ok(is_broken) => ExitCode::from(u8::from(is_broken)),
        Err(why) => {
            eprintln!("{why}\nusage: {usage}");
            ExitCode::from(2)
        }
    }
}
