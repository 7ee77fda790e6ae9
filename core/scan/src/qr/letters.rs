//! The letters that bytes of a QR code stand for.

pub use of_bytes::{GB18030, Letters, SHIFT_JIS, UTF_8, looks_like, of_eci, read};

/// Every encoding that a code can name.
#[cfg(feature = "encodings")]
mod of_bytes {
    use std::borrow::Cow;

    use encoding_rs::Encoding;
    pub use encoding_rs::{GB18030, SHIFT_JIS, UTF_8, WINDOWS_1252};

    pub type Letters = &'static Encoding;

    pub fn read(of: Letters, bytes: &[u8]) -> Cow<'_, str> {
        of.decode_without_bom_handling(bytes).0
    }

    /// UTF-8 where it is that, Shift JIS where it is that and not Latin letters, else Windows-1252.
    pub fn looks_like(bytes: &[u8]) -> Letters {
        if std::str::from_utf8(bytes).is_ok() {
            return UTF_8;
        }
        let (text, had_errors) = SHIFT_JIS.decode_without_bom_handling(bytes);
        let is_japanese = |c: char| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{3000}'..='\u{303f}' | '\u{ff61}'..='\u{ff9f}');
        let others = text.chars().filter(|c| !c.is_ascii());
        if !had_errors && others.clone().filter(|c| is_japanese(*c)).count() * 2 > others.count() {
            return SHIFT_JIS;
        }
        WINDOWS_1252
    }

    /// The encodings of Extended Channel Interpretations.
    pub fn of_eci(number: usize) -> Option<Letters> {
        let label: &[u8] = match number {
            0 | 2 => b"ibm866",
            1 | 3 => b"iso-8859-1",
            4 => b"iso-8859-2",
            5 => b"iso-8859-3",
            6 => b"iso-8859-4",
            7 => b"iso-8859-5",
            8 => b"iso-8859-6",
            9 => b"iso-8859-7",
            10 => b"iso-8859-8",
            11 => b"iso-8859-9",
            12 => b"iso-8859-10",
            13 => b"windows-874",
            15 => b"iso-8859-13",
            16 => b"iso-8859-14",
            17 => b"iso-8859-15",
            18 => b"iso-8859-16",
            20 => b"shift_jis",
            21 => b"windows-1250",
            22 => b"windows-1251",
            23 => b"windows-1252",
            24 => b"windows-1256",
            25 => b"utf-16be",
            28 => b"big5",
            29 => b"gb2312",
            30 => b"euc-kr",
            32 => b"gb18030",
            26 | 27 | 170 | 899 => b"utf-8",
            _ => return None,
        };
        Encoding::for_label(label)
    }
}

/// UTF-8 and Latin letters, without the tables of the others: those are replaced, and
/// [`Said::bytes`](super::segments::Said::bytes) holds what was there.
#[cfg(not(feature = "encodings"))]
mod of_bytes {
    use std::borrow::Cow;

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Letters {
        Utf8,
        Latin1,
        /// ASCII, and others that are not read here.
        Ascii,
    }

    pub const UTF_8: Letters = Letters::Utf8;
    pub const SHIFT_JIS: Letters = Letters::Ascii;
    pub const GB18030: Letters = Letters::Ascii;

    pub fn read(of: Letters, bytes: &[u8]) -> Cow<'_, str> {
        match of {
            Letters::Utf8 => String::from_utf8_lossy(bytes),
            Letters::Latin1 => bytes.iter().map(|byte| char::from(*byte)).collect(),
            Letters::Ascii => {
                let letter = |byte: &u8| if byte.is_ascii() { char::from(*byte) } else { char::REPLACEMENT_CHARACTER };
                bytes.iter().map(letter).collect()
            }
        }
    }

    /// UTF-8 where it is that, else Latin letters.
    pub fn looks_like(bytes: &[u8]) -> Letters {
        if std::str::from_utf8(bytes).is_ok() { Letters::Utf8 } else { Letters::Latin1 }
    }

    /// The encodings of Extended Channel Interpretations.
    pub fn of_eci(number: usize) -> Option<Letters> {
        match number {
            1 | 3 => Some(Letters::Latin1),
            26 | 27 | 170 | 899 => Some(Letters::Utf8),
            0..=32 => Some(Letters::Ascii),
            _ => None,
        }
    }
}
