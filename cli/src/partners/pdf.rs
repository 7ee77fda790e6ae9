//! A sheet as PDF: A4 across, a heading on every page, the letters of a TrueType font that is put
//! into the file as far as they are used, so that Kazakh and Russian print everywhere and can be
//! searched.

use std::collections::BTreeMap;

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};
use subsetter::GlyphRemapper;
use ttf_parser::Face;

use crate::partners::sheet::{Cell, Column, Sheet};

/// A4 across, points.
const PAGE: (f32, f32) = (842.0, 595.0);
const MARGIN: f32 = 36.0;
const SIZE: f32 = 7.5;
const TITLE_SIZE: f32 = 11.0;
const ROW: f32 = 11.0;
/// Between two columns.
const GAP: f32 = 6.0;
const FONT: Name<'static> = Name(b"F1");
const FONT_NAME: Name<'static> = Name(b"MESTOA+Report");

/// Why a font is not taken.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FontError {
    #[error("it is no TrueType font that can be read")]
    Unreadable,
    #[error("it has no letter `{0}`")]
    Letter(char),
}

/// The letters that are used, and how wide each is.
struct Letters<'a> {
    face: Face<'a>,
    remapper: GlyphRemapper,
    /// By the number a letter has in the file.
    used: BTreeMap<u16, (char, f32)>,
}

impl<'a> Letters<'a> {
    fn of(font: &'a [u8]) -> Result<Self, FontError> {
        let face = Face::parse(font, 0).map_err(|_| FontError::Unreadable)?;
        Ok(Self { face, remapper: GlyphRemapper::new(), used: BTreeMap::new() })
    }

    /// Thousandths of the size.
    fn scaled(&self, units: impl Into<f32>) -> f32 {
        units.into() * 1_000.0 / f32::from(self.face.units_per_em().max(1))
    }

    /// A text as the file names its letters, and its width at a size.
    fn set(&mut self, text: &str, size: f32) -> Result<(Vec<u8>, f32), FontError> {
        let (mut bytes, mut width) = (Vec::new(), 0.0);
        for letter in text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }) {
            let glyph = self.face.glyph_index(letter).ok_or(FontError::Letter(letter))?;
            let advance = self.scaled(self.face.glyph_hor_advance(glyph).unwrap_or_default());
            let number = self.remapper.remap(glyph.0);
            self.used.insert(number, (letter, advance));
            bytes.extend_from_slice(&number.to_be_bytes());
            width += advance * size / 1_000.0;
        }
        Ok((bytes, width))
    }
}

/// A text that is set, and its width.
type Set = (Vec<u8>, f32);

pub fn of(sheet: &Sheet, font: &[u8]) -> Result<Vec<u8>, FontError> {
    let mut letters = Letters::of(font)?;
    let title = letters.set(&sheet.title, TITLE_SIZE)?;
    let heads: Vec<Cell> = sheet.columns.iter().map(|column| column.name.into()).collect();
    let rows = std::iter::once(&heads).chain(sheet.all_rows());
    let set = |row: &Vec<Cell>| row.iter().map(|cell| letters.set(cell.text(), SIZE)).collect::<Result<Vec<Set>, _>>();
    let mut rows: Vec<Vec<Set>> = rows.map(set).collect::<Result<_, _>>()?;
    let head = if rows.is_empty() { Vec::new() } else { rows.remove(0) };
    let widths = widths(sheet.columns, &head, &rows);
    let mut pages = Vec::new();
    let fits = (((PAGE.1 - 2.0 * MARGIN - TITLE_SIZE) / ROW) as usize).saturating_sub(2).max(1);
    let mut parts: Vec<&[Vec<Set>]> = rows.chunks(fits).collect();
    if parts.is_empty() {
        parts.push(&[]);
    }
    for part in parts {
        pages.push(page(&title.0, sheet.columns, &widths, std::iter::once(&head).chain(part)));
    }
    written(&sheet.title, &letters, font, pages)
}

fn widths(columns: &[Column], head: &[Set], rows: &[Vec<Set>]) -> Vec<f32> {
    let widest = |column: usize| {
        let cells = rows
            .iter()
            .chain(std::iter::once(&head.to_vec()))
            .filter_map(|row| row.get(column).map(|cell| cell.1))
            .collect::<Vec<_>>();
        cells.into_iter().fold(0.0_f32, f32::max)
    };
    (0..columns.len()).map(widest).collect()
}

fn page<'r>(title: &[u8], columns: &[Column], widths: &[f32], rows: impl Iterator<Item = &'r Vec<Set>>) -> Vec<u8> {
    let mut content = Content::new();
    let mut y = PAGE.1 - MARGIN - TITLE_SIZE;
    show(&mut content, title, TITLE_SIZE, (MARGIN, y));
    y -= ROW * 2.0;
    for row in rows {
        let mut x = MARGIN;
        for ((cell, column), width) in row.iter().zip(columns).zip(widths) {
            let indent = if column.is_number { width - cell.1 } else { 0.0 };
            show(&mut content, &cell.0, SIZE, (x + indent, y));
            x += width + GAP;
        }
        y -= ROW;
    }
    content.finish().to_vec()
}

fn show(content: &mut Content, text: &[u8], size: f32, (x, y): (f32, f32)) {
    content.begin_text();
    content.set_font(FONT, size);
    content.set_text_matrix([1.0, 0.0, 0.0, 1.0, x, y]);
    content.show(Str(text));
    content.end_text();
}

/// The file around the pages.
fn written(title: &str, letters: &Letters<'_>, font: &[u8], pages: Vec<Vec<u8>>) -> Result<Vec<u8>, FontError> {
    let mut next = 0;
    let mut id = || {
        next += 1;
        Ref::new(next)
    };
    let (catalog, tree, info) = (id(), id(), id());
    let (type0, cid, descriptor, cmap, data) = (id(), id(), id(), id(), id());
    let pages: Vec<(Ref, Ref, Vec<u8>)> = pages.into_iter().map(|page| (id(), id(), page)).collect();
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree);
    pdf.document_info(info).title(TextStr(title)).producer(TextStr("mesto"));
    let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
    pdf.pages(tree).kids(pages.iter().map(|page| page.0)).count(count);
    for (page, stream, content) in &pages {
        let mut written = pdf.page(*page);
        written.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).parent(tree).contents(*stream);
        written.resources().fonts().pair(FONT, type0);
        written.finish();
        pdf.stream(*stream, content);
    }
    let system = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
    pdf.type0_font(type0)
        .base_font(FONT_NAME)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(cid)
        .to_unicode(cmap);
    let mut written = pdf.cid_font(cid);
    written.subtype(CidFontType::Type2).base_font(FONT_NAME).system_info(system).font_descriptor(descriptor);
    written.default_width(0.0).cid_to_gid_map_predefined(Name(b"Identity"));
    let mut widths = written.widths();
    for (number, (_, width)) in &letters.used {
        widths.consecutive(*number, [*width]);
    }
    widths.finish();
    written.finish();
    let (face, bounds) = (&letters.face, letters.face.global_bounding_box());
    pdf.font_descriptor(descriptor)
        .name(FONT_NAME)
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(
            letters.scaled(bounds.x_min),
            letters.scaled(bounds.y_min),
            letters.scaled(bounds.x_max),
            letters.scaled(bounds.y_max),
        ))
        .italic_angle(0.0)
        .ascent(letters.scaled(face.ascender()))
        .descent(letters.scaled(face.descender()))
        .cap_height(letters.scaled(face.capital_height().unwrap_or_else(|| face.ascender())))
        .stem_v(80.0)
        .font_file2(data);
    let mut unicode = UnicodeCmap::new(Name(b"Mesto"), system);
    for (number, (letter, _)) in &letters.used {
        unicode.pair(*number, *letter);
    }
    pdf.cmap(cmap, &unicode.finish());
    let subset = subsetter::subset(font, 0, &letters.remapper).map_err(|_| FontError::Unreadable)?;
    pdf.stream(data, &subset).pair(Name(b"Length1"), i32::try_from(subset.len()).unwrap_or(i32::MAX));
    Ok(pdf.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[Column { name: "route", is_number: false }, Column { name: "gross", is_number: true }];

    fn sheet(rows: usize) -> Sheet {
        let row = vec![Cell::from("Әл-Фараби даңғылы, ғқңөұүһі"), Cell::Number("-231.60".into())];
        Sheet { title: "Есеп".into(), columns: COLUMNS, rows: vec![row; rows], sum: None }
    }

    #[test]
    fn what_is_no_font_is_said_so_av_21() {
        assert_eq!(of(&sheet(1), b""), Err(FontError::Unreadable));
        assert_eq!(of(&sheet(1), &[0; 4_000]), Err(FontError::Unreadable));
    }

    #[test]
    fn kazakh_letters_are_in_the_file_and_long_sheets_have_pages_av_21() {
        // Where the font's package is not installed there is nothing to draw with.
        let Ok(font) = std::fs::read("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf") else { return };
        let count = |pdf: &[u8], what: &str| String::from_utf8_lossy(pdf).matches(what).count();
        let one = of(&sheet(1), &font).unwrap();
        assert!(one.starts_with(b"%PDF-") && one.ends_with(b"%%EOF"));
        // <0..> <04D9> maps a letter of the file to «ә».
        assert!(String::from_utf8_lossy(&one).to_uppercase().contains("<049B>"), "the letter қ can be searched");
        assert!(one.len() < 100_000, "only the letters that are used: {} bytes", one.len());
        assert_eq!(count(&one, "/Type /Page\n"), 1);
        let many = of(&sheet(200), &font).unwrap();
        assert_eq!(count(&many, "/Type /Page\n"), 5);
        assert_eq!(
            of(&Sheet { rows: vec![vec!["𐍈".into(), "".into()]], ..sheet(1) }, &font),
            Err(FontError::Letter('𐍈'))
        );
        assert!(of(&sheet(0), &font).is_ok());
    }
}
