//! Server-sent events, as the bytes come: <https://html.spec.whatwg.org/multipage/server-sent-events.html>.

/// An event that is longer than this, in bytes, is not the operator's.
const LONGEST: usize = 1024 * 1024;

/// What the stream says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// The data of an event.
    Data(String),
    /// How long to wait before connecting again, milliseconds.
    Retry(u64),
}

/// An event never came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong;

/// What was read and is not complete yet.
#[derive(Debug, Default)]
pub struct Reader {
    line: Vec<u8>,
    data: String,
    /// The last byte was a CR: an LF right behind it belongs to it.
    after_cr: bool,
    has_begun: bool,
}

impl Reader {
    /// What these bytes complete.
    ///
    /// # Errors
    /// [`TooLong`]
    pub fn read(&mut self, bytes: &[u8]) -> Result<Vec<Said>, TooLong> {
        let mut said = Vec::new();
        for byte in bytes {
            match byte {
                b'\n' if std::mem::take(&mut self.after_cr) => {}
                b'\n' | b'\r' => {
                    self.after_cr = *byte == b'\r';
                    let line = std::mem::take(&mut self.line);
                    self.line(&String::from_utf8_lossy(&line), &mut said);
                }
                _ => {
                    self.after_cr = false;
                    self.line.push(*byte);
                }
            }
            if self.line.len() + self.data.len() > LONGEST {
                return Err(TooLong);
            }
        }
        Ok(said)
    }

    fn line(&mut self, line: &str, said: &mut Vec<Said>) {
        let line =
            if std::mem::replace(&mut self.has_begun, true) { line } else { line.trim_start_matches('\u{feff}') };
        if line.is_empty() {
            let mut data = std::mem::take(&mut self.data);
            if data.pop().is_some() {
                said.push(Said::Data(data));
            }
            return;
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            "retry" => said.extend(value.parse().ok().map(Said::Retry)),
            // The id of an event is its cursor, which stands in its data; comments have no field.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str =
        "\u{feff}:\n\nretry: 2500\r\nid: e:1\nevent: x\ndata: {\"a\":\rdata:  1}\r\n\r\ndata\n\ndata: lost";

    #[test]
    fn a_stream_says_the_same_however_it_is_cut() {
        let bytes = STREAM.as_bytes();
        let whole = Reader::default().read(bytes).unwrap();
        assert_eq!(whole, [Said::Retry(2500), Said::Data("{\"a\":\n 1}".to_owned()), Said::Data(String::new())],);
        for size in 1..bytes.len() {
            let mut reader = Reader::default();
            let said: Vec<Said> = bytes.chunks(size).flat_map(|part| reader.read(part).unwrap()).collect();
            assert_eq!(said, whole, "in parts of {size} bytes");
        }
    }

    #[test]
    fn what_never_ends_is_given_up_and_what_is_no_number_is_passed_over() {
        assert_eq!(Reader::default().read(&vec![b'x'; LONGEST + 1]), Err(TooLong));
        let endless = b"data: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n".repeat(LONGEST / 32);
        assert_eq!(Reader::default().read(&endless), Err(TooLong));
        assert_eq!(Reader::default().read(b"retry: -1\nretry: soon\nretry\n: retry: 1\n\n"), Ok(Vec::new()));
        assert_eq!(Reader::default().read(b"data: \xff\n\n"), Ok(vec![Said::Data("\u{fffd}".to_owned())]));
    }
}
