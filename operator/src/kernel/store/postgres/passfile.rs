//! libpq's password file: lines of `host:port:database:user:password`, each of the first four may
//! be `*`; `\:` and `\\` stand for `:` and `\`. The first line that fits counts (PostgreSQL, "The
//! Password File").

use std::path::Path;

/// The file's text.
///
/// # Errors
/// When it cannot be read, or others than its owner may read it.
pub(super) fn read(file: &Path) -> Result<String, String> {
    let unreadable = |error: std::io::Error| format!("it cannot be read: {error}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(file).map_err(unreadable)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err("a file with passwords should be its owner's alone: chmod 600".into());
        }
    }
    std::fs::read_to_string(file).map_err(unreadable)
}

/// The password for these: host, port, database, user.
pub(super) fn password(text: &str, wanted: &[&str; 4]) -> Option<String> {
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let fields = fields(line);
        let [host, port, name, user, password] = fields.as_slice() else { return None };
        let fits = [host, port, name, user].iter().zip(wanted).all(|(field, wanted)| *field == "*" || *field == wanted);
        fits.then(|| password.clone())
    })
}

fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut signs = line.chars();
    while let Some(sign) = signs.next() {
        match sign {
            ':' if fields.len() < 5 => fields.push(String::new()),
            _ => {
                let sign = if sign == '\\' { signs.next().unwrap_or('\\') } else { sign };
                if let Some(field) = fields.last_mut() {
                    field.push(sign);
                }
            }
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_fits_counts_and_signs_are_escaped() {
        let text = "# a comment\nshort:line\ndb:5432:mesto:mesto:p\\:w\\\\d:x\n*:*:other:*:any\n";
        assert_eq!(password(text, &["db", "5432", "mesto", "mesto"]).as_deref(), Some("p:w\\d:x"));
        assert_eq!(password(text, &["db", "5433", "mesto", "mesto"]), None);
        assert_eq!(password(text, &["db", "5433", "other", "mesto"]).as_deref(), Some("any"));
    }
}
