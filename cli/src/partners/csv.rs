//! A sheet as CSV (RFC 4180): UTF-8, lines end with CR LF, every text in quotes. A text that a
//! spreadsheet would take for a formula has an apostrophe before it; numbers have none.

use crate::partners::sheet::{Cell, Sheet};

pub fn of(sheet: &Sheet) -> String {
    let heads: Vec<Cell> = sheet.columns.iter().map(|column| column.name.into()).collect();
    let mut text = String::new();
    for row in std::iter::once(&heads).chain(sheet.all_rows()) {
        text.push_str(&row.iter().map(cell).collect::<Vec<_>>().join(","));
        text.push_str("\r\n");
    }
    text
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Number(number) => number.clone(),
        Cell::Text(text) if text.is_empty() => String::new(),
        Cell::Text(text) => {
            // What stands behind spaces is read as a formula too.
            let is_formula =
                text.trim_start().starts_with(['=', '+', '-', '@']) || text.starts_with(['\t', '\r', '\n']);
            let guard = if is_formula { "'" } else { "" };
            format!("\"{guard}{}\"", text.replace('"', "\"\""))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partners::sheet::Column;

    #[test]
    fn a_text_is_no_formula_and_a_number_stays_one_av_21() {
        const COLUMNS: &[Column] =
            &[Column { name: "day", is_number: false }, Column { name: "payable", is_number: true }];
        let texts = ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "a \"b\", c", "Әл-Фараби\r\nдаңғылы", ""];
        let rows = texts.iter().map(|text| vec![Cell::from(*text), Cell::Number("-231.60".into())]).collect();
        let written = of(&Sheet { title: String::new(), columns: COLUMNS, rows, sum: None });
        let right = [
            "\"day\",\"payable\"",
            "\"'=1+1\",-231.60",
            "\"'+1\",-231.60",
            "\"'-1\",-231.60",
            "\"'@SUM(A1)\",-231.60",
            "\"' =1\",-231.60",
            "\"'\t=1\",-231.60",
            "\"a \"\"b\"\", c\",-231.60",
            "\"Әл-Фараби\r\nдаңғылы\",-231.60",
            ",-231.60",
            "",
        ];
        assert_eq!(written, right.join("\r\n"));
    }
}
