//! Whether a list of licences satisfies an SPDX expression such as `(MIT OR Apache-2.0) AND
//! Unicode-3.0`.

/// `Err` says what is wrong with the expression. The older `MIT/Apache-2.0` is read as OR.
pub fn is_allowed(expression: &str, allowed: &[String]) -> Result<bool, String> {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { words: &words, allowed };
    let result = reader.alternatives()?;
    match reader.words {
        [] => Ok(result),
        [word, ..] => Err(format!("`{word}` is not expected there")),
    }
}

struct Reader<'a> {
    words: &'a [&'a str],
    allowed: &'a [String],
}

impl Reader<'_> {
    fn alternatives(&mut self) -> Result<bool, String> {
        let mut any = self.conjunction()?;
        while self.takes("OR") {
            any |= self.conjunction()?;
        }
        Ok(any)
    }

    fn conjunction(&mut self) -> Result<bool, String> {
        let mut all = self.one()?;
        while self.takes("AND") {
            all &= self.one()?;
        }
        Ok(all)
    }

    fn one(&mut self) -> Result<bool, String> {
        if self.takes("(") {
            let inner = self.alternatives()?;
            return if self.takes(")") { Ok(inner) } else { Err("a bracket is not closed".to_owned()) };
        }
        let Some((name, rest)) = self.words.split_first() else { return Err("it ends too early".to_owned()) };
        if [")", "OR", "AND", "WITH"].contains(name) {
            return Err(format!("`{name}` is not expected there"));
        }
        self.words = rest;
        if self.takes("WITH") {
            let Some((exception, rest)) = self.words.split_first() else { return Err("WITH what?".to_owned()) };
            self.words = rest;
            return Ok(self.allowed.contains(&format!("{name} WITH {exception}")));
        }
        Ok(self.allowed.iter().any(|allowed| allowed == name))
    }

    fn takes(&mut self, word: &str) -> bool {
        match self.words.split_first() {
            Some((first, rest)) if *first == word => {
                self.words = rest;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(expression: &str) -> Result<bool, String> {
        is_allowed(expression, &["MIT".to_owned(), "Zlib".to_owned(), "Apache-2.0 WITH LLVM-exception".to_owned()])
    }

    #[test]
    fn one_of_alternatives_is_enough() {
        for yes in
            ["MIT", "GPL-3.0 OR MIT", "MIT/GPL-3.0", "Apache-2.0 WITH LLVM-exception", "(GPL-3.0 OR MIT) AND Zlib"]
        {
            assert_eq!(allowed(yes), Ok(true), "{yes}");
        }
    }

    #[test]
    fn every_one_of_a_conjunction_is_needed() {
        for no in ["GPL-3.0", "MIT AND GPL-3.0", "Apache-2.0", "GPL-3.0 OR MIT AND GPL-2.0", "MIT WITH LLVM-exception"]
        {
            assert_eq!(allowed(no), Ok(false), "{no}");
        }
    }

    #[test]
    fn a_broken_expression_is_an_error() {
        for broken in ["", "MIT OR", "(MIT", "MIT)", "AND MIT", "MIT MIT", "MIT WITH"] {
            assert!(allowed(broken).is_err(), "{broken}");
        }
    }
}
