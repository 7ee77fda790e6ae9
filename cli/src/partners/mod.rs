//! Partners in a terminal: what a carrier is told of its rides, as a table, CSV or PDF; an
//! operator's tools tell its terms and settle.

mod csv;
mod pdf;
mod sheet;
mod tools;

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use mesto_protocol::partners::reports::{
    PartnerReport, PartnerSettlementPage, PartnerStatement, PartnerSubsidies, REPORT, SETTLEMENT, SETTLEMENTS,
    SUBSIDIES,
};
use serde::Serialize;

use crate::kernel::args::web_address;
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::link::{Link, not_reached, token_in};
use crate::kernel::service::{Commands, Run, Service};
use crate::partners::sheet::Sheet;

pub const SERVICE: Service = Service {
    commands: Some(Commands::of::<Command>()),
    tools: Some(Commands::of::<tools::Tool>()),
    ..Service::named("partners")
};

/// Where Debian's package fonts-dejavu-core puts the font.
const FONT: &str = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf";

#[derive(Debug, Subcommand)]
enum Command {
    /// What a carrier is told of the rides in its vehicles.
    #[command(subcommand)]
    Partner(PartnerCommand),
}

#[derive(Debug, Subcommand)]
enum PartnerCommand {
    /// Rides by service day, route and product, with the commission, as they stand now.
    Report {
        #[command(flatten)]
        days: DaysArgs,
        #[command(flatten)]
        at: CarrierArgs,
        #[command(flatten)]
        files: FileArgs,
    },
    /// Free and reduced rides, and what their full fare would have been.
    Subsidies {
        #[command(flatten)]
        days: DaysArgs,
        #[command(flatten)]
        at: CarrierArgs,
        #[command(flatten)]
        files: FileArgs,
    },
    /// What was settled, newest first.
    Settlements {
        #[command(flatten)]
        at: CarrierArgs,
        /// `next` of the page before.
        #[arg(long)]
        cursor: Option<String>,
    },
    /// One settlement with its lines.
    Settlement {
        /// Which one: the first is 1.
        #[arg(value_parser = clap::value_parser!(u32).range(1..))]
        number: u32,
        #[command(flatten)]
        at: CarrierArgs,
        #[command(flatten)]
        files: FileArgs,
    },
}

#[derive(Debug, Args)]
struct DaysArgs {
    /// First service day: 2026-11-01.
    #[arg(long)]
    from: NaiveDate,
    /// Last service day.
    #[arg(long)]
    to: NaiveDate,
}

#[derive(Debug, Args)]
struct CarrierArgs {
    /// Address of the operator.
    #[arg(long, value_parser = web_address)]
    operator: String,
    /// A file with a partner's token, as `mesto admin create --role partner` shows it.
    #[arg(long, value_name = "FILE")]
    token_file: PathBuf,
    #[arg(long, default_value = "almaty")]
    city: String,
    /// The carrier: an id of the city.
    #[arg(long)]
    carrier: String,
}

#[derive(Debug, Args)]
struct FileArgs {
    /// Write it as CSV (RFC 4180, UTF-8) into a new file.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Write it as PDF into a new file.
    #[arg(long, value_name = "FILE")]
    pdf: Option<PathBuf>,
    /// The TrueType font of the PDF: one that has Kazakh letters.
    #[arg(long, value_name = "FILE", default_value = FONT)]
    font: PathBuf,
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        let Self::Partner(command) = self;
        call.ask(command.run(call))
    }
}

impl PartnerCommand {
    async fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::Report { days, at, files } => {
                let report: PartnerReport = at.asked(&REPORT.target(&[], &at.query(&days.pairs()).pairs())).await?;
                files.written(call, &report, &Sheet::of_report(&report))
            }
            Self::Subsidies { days, at, files } => {
                let told: PartnerSubsidies = at.asked(&SUBSIDIES.target(&[], &at.query(&days.pairs()).pairs())).await?;
                files.written(call, &told, &Sheet::of_subsidies(&told))
            }
            Self::Settlement { number, at, files } => {
                let which = [("number", number.to_string())];
                let told: PartnerStatement = at.asked(&SETTLEMENT.target(&[], &at.query(&which).pairs())).await?;
                files.written(call, &told, &Sheet::of_statement(&told))
            }
            Self::Settlements { at, cursor } => {
                let page: Vec<(&'static str, String)> = cursor.map(|cursor| ("cursor", cursor)).into_iter().collect();
                let told: PartnerSettlementPage = at.asked(&SETTLEMENTS.target(&[], &at.query(&page).pairs())).await?;
                call.say(&told, || Sheet::of_settlements(&told.items).table());
                Ok(())
            }
        }
    }
}

impl DaysArgs {
    fn pairs(&self) -> [(&'static str, String); 2] {
        [("from", self.from.to_string()), ("to", self.to.to_string())]
    }
}

/// What a question says.
struct Query(Vec<(&'static str, String)>);

impl Query {
    fn pairs(&self) -> Vec<(&str, &str)> {
        self.0.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }
}

impl CarrierArgs {
    fn query(&self, more: &[(&'static str, String)]) -> Query {
        let mut query = vec![("city", self.city.clone()), ("carrier", self.carrier.clone())];
        query.extend_from_slice(more);
        Query(query)
    }

    async fn asked<T: serde::de::DeserializeOwned>(&self, target: &str) -> Outcome<T> {
        let token = token_in(&self.token_file, "partner")?;
        let link = Link { operator: &self.operator, token: &token };
        link.get(target).await.map_err(not_reached)
    }
}

/// Writes a new file; what is there is left alone.
fn write(path: &Path, bytes: &[u8]) -> Outcome<()> {
    use std::io::Write as _;
    let made = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    made.and_then(|mut file| file.write_all(bytes)).map_err(|why| {
        CliError::new(Exit::Input, "file_unwritable", format!("{} cannot be written: {why}", path.display()))
            .advise("Name a file that is not there yet, in a folder that is.")
    })
}

impl FileArgs {
    /// Writes the files that were asked for, and says what they hold.
    fn written(&self, call: Call, json: &impl Serialize, sheet: &Sheet) -> Outcome<()> {
        if let Some(path) = &self.csv {
            write(path, csv::of(sheet).as_bytes())?;
        }
        if let Some(path) = &self.pdf {
            let font = std::fs::read(&self.font).map_err(|why| {
                CliError::new(Exit::Input, "font_unreadable", format!("{} cannot be read: {why}", self.font.display()))
                    .advise("Install the package fonts-dejavu-core, or name a TrueType font with --font.")
            })?;
            let drawn = pdf::of(sheet, &font).map_err(|why| {
                CliError::new(Exit::Input, "font_unusable", format!("{}: {why}", self.font.display()))
                    .advise("Name a TrueType font that has the letters of the report, such as DejaVu Sans.")
            })?;
            write(path, &drawn)?;
        }
        call.say(json, || sheet.table());
        Ok(())
    }
}
