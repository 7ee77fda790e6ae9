//! A file of a feed as a table: comma-separated text, fields found by their names.

use super::problems::Problems;
use std::collections::BTreeMap;

/// Largest file, bytes. Stops and routes of a country fit.
const LARGEST: usize = 256 * 1024 * 1024;

/// A file and the fields that are read of it.
pub(super) struct Sheet {
    pub file: &'static str,
    pub required: &'static [&'static str],
    pub optional: &'static [&'static str],
    /// Whether every field of the reference is listed, so that another one is said.
    pub is_complete: bool,
}

/// What was read of a file.
pub(super) enum Table {
    /// The feed does not have it.
    Missing,
    /// It cannot be read, which is said.
    Broken,
    Rows(Rows),
}

pub(super) struct Rows {
    pub file: &'static str,
    fields: Vec<&'static str>,
    /// Whether the header has the field, by [`Rows::fields`].
    present: Vec<bool>,
    rows: Vec<(u32, Vec<String>)>,
}

/// A row: its line in the file, and the texts of its fields.
#[derive(Clone, Copy)]
pub(super) struct Row<'t> {
    pub file: &'static str,
    pub line: u32,
    fields: &'t [&'static str],
    cells: &'t [String],
}

impl<'t> Row<'t> {
    /// The text of a field, empty where there is none.
    pub fn text(self, field: &str) -> &'t str {
        let place = self.fields.iter().position(|own| *own == field);
        place.and_then(|place| self.cells.get(place)).map_or("", String::as_str)
    }
}

impl Rows {
    pub fn has(&self, field: &str) -> bool {
        let place = self.fields.iter().position(|own| *own == field);
        place.and_then(|place| self.present.get(place)).copied().unwrap_or(false)
    }

    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, cells)| Row { file: self.file, line: *line, fields: &self.fields, cells })
    }
}

impl Table {
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.read().into_iter().flat_map(Rows::rows)
    }

    pub fn read(&self) -> Option<&Rows> {
        match self {
            Self::Rows(rows) => Some(rows),
            Self::Missing | Self::Broken => None,
        }
    }

    pub const fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    pub const fn is_broken(&self) -> bool {
        matches!(self, Self::Broken)
    }
}

/// Reads a file of a feed.
pub(super) fn read<B: AsRef<[u8]>>(files: &BTreeMap<String, B>, sheet: &Sheet, problems: &mut Problems) -> Table {
    let Some(bytes) = files.get(sheet.file).map(AsRef::as_ref) else { return Table::Missing };
    let file = sheet.file;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.len() > LARGEST {
        problems.error(file, 1, "", format!("the file has more than {LARGEST} bytes"));
        return Table::Broken;
    }
    if let Err(error) = std::str::from_utf8(bytes) {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = breaks(before).saturating_add(1);
        problems.error(file, line, "", "the file is not UTF-8 text".to_owned());
        return Table::Broken;
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut record = csv::StringRecord::new();
    let mut lines = Lines { bytes, seen: 0, line: 1 };
    let mut next = |record: &mut csv::StringRecord| -> Option<u32> {
        let is_read = reader.read_record(record).unwrap_or(false);
        let start = record.position().map(csv::Position::byte)?;
        is_read.then(|| lines.of(start))
    };
    let Some(line) = next(&mut record) else {
        problems.error(file, 1, "", "the file is empty".to_owned());
        return Table::Broken;
    };
    let Some(columns) = columns(sheet, &record, line, problems) else { return Table::Broken };
    let width = record.len();
    let mut rows = Vec::new();
    while let Some(line) = next(&mut record) {
        if record.iter().all(|cell| cell.trim_matches(' ').is_empty()) {
            continue;
        }
        if record.len() != width {
            let reason = format!("the row has {} fields, the first line has {width}", record.len());
            problems.error(file, line, "", reason);
            continue;
        }
        rows.extend(cells(sheet, &columns, &record, line, problems).map(|cells| (line, cells)));
    }
    let present = columns.iter().map(|(_, place)| place.is_some()).collect();
    let fields = columns.iter().map(|(field, _)| *field).collect();
    Table::Rows(Rows { file, fields, present, rows })
}

/// Where each field stands in the rows; `None` when one is missing or stands twice, which is said.
fn columns(
    sheet: &Sheet,
    header: &csv::StringRecord,
    line: u32,
    problems: &mut Problems,
) -> Option<Vec<(&'static str, Option<usize>)>> {
    let names: Vec<&str> = header.iter().map(|name| name.trim_matches(' ')).collect();
    let place = |field: &str| names.iter().position(|name| *name == field);
    let mut is_right = true;
    for (at, name) in names.iter().enumerate() {
        let is_known = sheet.required.contains(name) || sheet.optional.contains(name);
        if is_known && place(name) != Some(at) {
            problems.error(sheet.file, line, name, "the field stands twice in the first line".to_owned());
            is_right = false;
        }
        if !is_known && sheet.is_complete && !name.is_empty() {
            problems.unknown_field(sheet.file, line, name);
        }
    }
    for field in sheet.required {
        if place(field).is_none() {
            problems.error(sheet.file, line, field, "the field is required and missing in the first line".to_owned());
            is_right = false;
        }
    }
    let fields = sheet.required.iter().chain(sheet.optional);
    is_right.then(|| fields.map(|field| (*field, place(field))).collect())
}

/// The fields of a row; `None` when one of them holds what no field may, which is said.
fn cells(
    sheet: &Sheet,
    columns: &[(&'static str, Option<usize>)],
    record: &csv::StringRecord,
    line: u32,
    problems: &mut Problems,
) -> Option<Vec<String>> {
    let mut is_right = true;
    let mut cells = Vec::with_capacity(columns.len());
    for (field, place) in columns {
        let text = place.and_then(|place| record.get(place)).unwrap_or_default();
        if text.chars().any(char::is_control) {
            let reason =
                "a field has no line breaks, tabs or other control characters (is a quotation mark left open?)";
            problems.error(sheet.file, line, field, reason.to_owned());
            is_right = false;
        }
        cells.push(text.trim_matches(' ').to_owned());
    }
    is_right.then_some(cells)
}

/// Lines of a file by the offset of a record. The reader's own count stands at the empty lines
/// before it.
struct Lines<'a> {
    bytes: &'a [u8],
    seen: usize,
    line: u32,
}

impl Lines<'_> {
    fn of(&mut self, offset: u64) -> u32 {
        let from = usize::try_from(offset).unwrap_or(self.seen).max(self.seen);
        let rest = self.bytes.get(from..).unwrap_or_default();
        let empty = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let start = from.saturating_add(empty);
        self.line = self.line.saturating_add(breaks(self.bytes.get(self.seen..start).unwrap_or_default()));
        self.seen = start;
        self.line
    }
}

/// Line breaks in a text: CRLF, LF or CR.
fn breaks(bytes: &[u8]) -> u32 {
    let mut count = 0_u32;
    let mut before = 0;
    for byte in bytes {
        count = count.saturating_add(u32::from(*byte == b'\r' || *byte == b'\n' && before != b'\r'));
        before = *byte;
    }
    count
}
