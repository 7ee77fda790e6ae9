//! A ticket's number as Code 128: blocks in a terminal, and a picture for a printer.

use std::io::Write as _;
use std::path::Path;

use rxing::oned::Code128Writer;
use rxing::{BarcodeFormat, Writer as _};

use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::output::Style;

/// Lines of a terminal that a code takes.
const LINES: usize = 4;
/// Points of a picture that its narrowest bar is wide.
const BAR: usize = 4;
/// Points of a picture above, under and between.
const HEIGHT: usize = 160;
const MARGIN: usize = 40;

/// The bars of a number from left to right, `true` is dark, with the quiet zones beside them.
fn bars(number: &str) -> Outcome<Vec<bool>> {
    let drawn = Code128Writer.encode(number, &BarcodeFormat::CODE_128, 0, 1);
    let drawn = drawn.map_err(|why| CliError::failed("the bar code", why))?;
    Ok((0..drawn.width()).map(|x| drawn.get(x, 0)).collect())
}

/// The code in half blocks, two bars a column: a camera reads it from a dark terminal too.
pub fn in_terminal(number: &str, style: Style) -> Outcome<String> {
    let bars = bars(number)?;
    let line: String = bars
        .chunks(2)
        .map(|pair| {
            let (left, right) = (pair.first() == Some(&true), pair.get(1) == Some(&true));
            // Without colour the terminal's own light-on-dark is used, so what is light is drawn.
            match if style.coloured { (left, right) } else { (!left, !right) } {
                (true, true) => '█',
                (true, false) => '▌',
                (false, true) => '▐',
                (false, false) => ' ',
            }
        })
        .collect();
    let line =
        if style.coloured { format!("\u{1b}[38;2;0;0;0;48;2;255;255;255m{line}\u{1b}[0m\n") } else { line + "\n" };
    Ok(line.repeat(LINES))
}

/// Writes the code as a PNG in black and white.
pub fn to_file(number: &str, file: &Path) -> Outcome<()> {
    let unwritten = |why: &dyn std::fmt::Display| {
        CliError::new(Exit::Input, "picture_unwritten", format!("{} cannot be written: {why}", file.display()))
            .advise("Give a file that may be written, in a folder that is there.")
    };
    let bytes = png(&bars(number)?).map_err(|why| unwritten(&why))?;
    let mut target = std::fs::File::create(file).map_err(|why| unwritten(&why))?;
    target.write_all(&bytes).map_err(|why| unwritten(&why))
}

fn png(bars: &[bool]) -> Result<Vec<u8>, png::EncodingError> {
    let width = bars.len() * BAR;
    let light = vec![255_u8; width];
    let dark: Vec<u8> = bars.iter().flat_map(|dark| [if *dark { 0 } else { 255 }; BAR]).collect();
    let lines =
        (0..MARGIN + HEIGHT + MARGIN).flat_map(|y| if (MARGIN..MARGIN + HEIGHT).contains(&y) { &dark } else { &light });
    let points: Vec<u8> = lines.copied().collect();
    let side = |points: usize| u32::try_from(points).unwrap_or(u32::MAX);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side(width), side(MARGIN + HEIGHT + MARGIN));
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header()?.write_image_data(&points)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use mesto_client::StillDecoder as _;
    use mesto_photo::Photos;

    use super::*;

    const NUMBERS: [&str; 4] = ["GR004217", "0074521", "4006381333931", "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"];

    #[test]
    fn a_printed_ticket_is_read_back_from_its_picture_bg_65() {
        for number in NUMBERS {
            let seen = Photos.decode(&png(&bars(number).unwrap()).unwrap()).unwrap();
            let seen: Vec<_> = seen.iter().map(|code| (code.format.as_str(), code.text.as_str())).collect();
            assert_eq!(seen, [("code_128", number)]);
        }
    }

    /// The blocks of a line as bars again.
    fn read_blocks(line: &str) -> Vec<bool> {
        let pair = |block| match block {
            '█' => [false, false],
            '▌' => [false, true],
            '▐' => [true, false],
            _ => [true, true],
        };
        line.chars().flat_map(pair).collect()
    }

    #[test]
    fn a_code_in_a_terminal_has_the_bars_of_the_picture_and_fits_eighty_columns_bg_65() {
        let plain = Style { json: false, coloured: false };
        for number in NUMBERS {
            let drawn = in_terminal(number, plain).unwrap();
            let lines: Vec<&str> = drawn.lines().collect();
            assert!(lines.len() == LINES && lines.iter().all(|line| *line == lines[0]));
            let bars = bars(number).unwrap();
            assert_eq!(read_blocks(lines[0])[..bars.len()], bars);
            assert!(number.len() > 13 || lines[0].chars().count() <= 80, "{number}");
            let coloured = in_terminal(number, Style { coloured: true, ..plain }).unwrap();
            assert_eq!(coloured.lines().count(), LINES);
        }
    }

    #[test]
    fn a_picture_that_cannot_be_written_is_told_as_such() {
        let error = to_file("GR004217", Path::new("/nowhere/at/all.png")).unwrap_err();
        assert_eq!((error.exit, error.code.as_str()), (Exit::Input, "picture_unwritten"));
    }
}
