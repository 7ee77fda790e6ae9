//! What is told of a carrier as rows and columns, for a terminal, CSV and PDF.

use chrono::NaiveDate;
use mesto_protocol::partners::reports::{
    PartnerLine, PartnerReport, PartnerSettlement, PartnerStatement, PartnerSubsidies, PartnerSums,
};
use mesto_rules::CityId;
use mesto_rules::money::Money;
use mesto_rules::rides::CarrierId;

use crate::kernel::output::table;

/// A cell: text, or a number, which is written as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Text(String),
    Number(String),
}

impl Cell {
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Number(text) => text,
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<NaiveDate> for Cell {
    fn from(day: NaiveDate) -> Self {
        Self::Text(day.to_string())
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(number.to_string())
    }
}

/// Without its currency, which stands in a column of its own.
impl From<Money> for Cell {
    fn from(money: Money) -> Self {
        Self::Number(money.amount.to_string())
    }
}

/// A column; a number stands at its right.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub name: &'static str,
    pub is_number: bool,
}

const fn text(name: &'static str) -> Column {
    Column { name, is_number: false }
}

const fn number(name: &'static str) -> Column {
    Column { name, is_number: true }
}

/// Rows under columns, the last of them the sum of all.
#[derive(Debug, Clone)]
pub struct Sheet {
    pub title: String,
    pub columns: &'static [Column],
    pub rows: Vec<Vec<Cell>>,
    pub sum: Option<Vec<Cell>>,
}

const LINES: &[Column] = &[
    text("day"),
    text("route"),
    text("product"),
    text("category"),
    text("correction"),
    number("rides"),
    number("persons"),
    number("gross"),
    number("refunded"),
    number("commission"),
    number("taken by carrier"),
    number("payable"),
    text("currency"),
];
const SUBSIDIES: &[Column] = &[
    text("day"),
    text("route"),
    text("category"),
    number("rides"),
    number("persons"),
    number("paid"),
    number("full fare"),
    number("subsidy"),
    number("fare unknown"),
    text("currency"),
];
const SETTLEMENTS: &[Column] = &[
    number("number"),
    text("from"),
    text("to"),
    number("rides"),
    number("gross"),
    number("refunded"),
    number("commission"),
    number("taken by carrier"),
    number("payable"),
    text("currency"),
];

fn sums(sums: &PartnerSums) -> Vec<Cell> {
    vec![
        sums.rides.into(),
        sums.persons.into(),
        sums.gross.into(),
        sums.refunded.into(),
        sums.commission.into(),
        sums.taken_by_carrier.into(),
        sums.payable.into(),
        sums.gross.currency.code().into(),
    ]
}

fn line(line: &PartnerLine) -> Vec<Cell> {
    let mut row: Vec<Cell> = vec![
        line.service_on.into(),
        line.route.as_ref().map_or("", |route| route.as_str()).into(),
        line.product.as_str().into(),
        line.category.as_deref().unwrap_or_default().into(),
        if line.is_correction { "yes" } else { "" }.into(),
    ];
    row.extend(sums(&line.sums));
    row
}

fn sum_of_lines(of: &PartnerSums) -> Vec<Cell> {
    let mut row: Vec<Cell> = vec!["sum".into(), "".into(), "".into(), "".into(), "".into()];
    row.extend(sums(of));
    row
}

fn title(what: &str, (carrier, city): (&CarrierId, &CityId), from: NaiveDate, to: NaiveDate) -> String {
    format!("{what}: {carrier}, {city}, {from} to {to}")
}

impl Sheet {
    pub fn of_report(report: &PartnerReport) -> Self {
        Self {
            title: title("Rides", (&report.carrier, &report.city), report.from_on, report.to_on),
            columns: LINES,
            rows: report.lines.iter().map(line).collect(),
            sum: Some(sum_of_lines(&report.sums)),
        }
    }

    pub fn of_statement(told: &PartnerStatement) -> Self {
        let of = &told.settlement;
        let what = format!("Settlement {}", of.number);
        Self {
            title: title(&what, (&of.carrier, &of.city), of.from_on, of.to_on),
            columns: LINES,
            rows: told.lines.iter().map(line).collect(),
            sum: Some(sum_of_lines(&of.sums)),
        }
    }

    pub fn of_subsidies(told: &PartnerSubsidies) -> Self {
        let currency = told.subsidy.currency.code();
        let row = |one: &mesto_protocol::partners::reports::PartnerSubsidy| -> Vec<Cell> {
            vec![
                one.service_on.into(),
                one.route.as_ref().map_or("", |route| route.as_str()).into(),
                one.category.as_deref().unwrap_or_default().into(),
                one.rides.into(),
                one.persons.into(),
                one.paid.into(),
                one.full_fare.into(),
                one.subsidy.into(),
                one.unknown_rides.into(),
                currency.into(),
            ]
        };
        let (rides, persons) =
            told.lines.iter().fold((0, 0), |(rides, persons), one| (rides + one.rides, persons + one.persons));
        let blank = || Cell::from("");
        let sum = vec![
            "sum".into(),
            blank(),
            blank(),
            rides.into(),
            persons.into(),
            blank(),
            blank(),
            told.subsidy.into(),
            told.unknown_rides.into(),
            currency.into(),
        ];
        Self {
            title: title("Free and reduced rides", (&told.carrier, &told.city), told.from_on, told.to_on),
            columns: SUBSIDIES,
            rows: told.lines.iter().map(row).collect(),
            sum: Some(sum),
        }
    }

    pub fn of_settlements(settlements: &[PartnerSettlement]) -> Self {
        let row = |one: &PartnerSettlement| -> Vec<Cell> {
            let sums = &one.sums;
            vec![
                one.number.into(),
                one.from_on.into(),
                one.to_on.into(),
                sums.rides.into(),
                sums.gross.into(),
                sums.refunded.into(),
                sums.commission.into(),
                sums.taken_by_carrier.into(),
                sums.payable.into(),
                sums.gross.currency.code().into(),
            ]
        };
        Self {
            title: "Settlements".to_owned(),
            columns: SETTLEMENTS,
            rows: settlements.iter().map(row).collect(),
            sum: None,
        }
    }

    /// Every row, the sum last.
    pub fn all_rows(&self) -> impl Iterator<Item = &Vec<Cell>> {
        self.rows.iter().chain(&self.sum)
    }

    /// For a terminal.
    pub fn table(&self) -> String {
        let heads: Vec<String> = self
            .columns
            .iter()
            .map(|column| if column.is_number { format!(">{}", column.name) } else { column.name.to_owned() })
            .collect();
        let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
        let rows: Vec<Vec<String>> =
            self.all_rows().map(|row| row.iter().map(|cell| cell.text().to_owned()).collect()).collect();
        format!("{}\n{}", self.title, table(&heads, &rows))
    }
}
