//! The services that a city can have: how each is compiled from its source files and checked. The
//! only list of them here.

use crate::kernel::check::{self, Wrong};
use crate::kernel::city::City;
use crate::{cards, garages, merchants, orders, parking, passes, rides};

/// Checks a city against itself, every service that is known here included.
///
/// # Errors
/// Everything that does not hold, never empty.
pub fn check(city: &City) -> Result<(), Vec<Wrong>> {
    let mut wrong = Vec::new();
    check::kernel(city, &mut wrong);
    parking::check::check(city, &mut wrong);
    orders::check::check(city, &mut wrong);
    garages::check::check(city, &mut wrong);
    passes::check::check(city, &mut wrong);
    rides::check::check(city, &mut wrong);
    cards::check::check(city, &mut wrong);
    merchants::check::check(city, &mut wrong);
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// Compiles a city's source files.
#[cfg(feature = "load")]
pub mod load {
    use crate::kernel::city::City;
    use crate::kernel::ids::joined;
    use crate::kernel::load::{Compiler, KERNEL_FILES, envelope, located};
    pub use crate::kernel::load::{LoadError, LoadNotice};
    use crate::{cards, garages, merchants, orders, parking, passes, rides};
    use std::collections::BTreeMap;

    macro_rules! embedded {
        ($($city:literal: $($file:literal),*;)*) => {
            /// The source files that come with this build: city id, then file name and text.
            const EMBEDDED: &[(&str, &[(&str, &str)])] = &[$(
                ($city, &[$(($file, include_str!(concat!("../../../cities/", $city, "/", $file)))),*]),
            )*];
        };
    }

    embedded! {
        "almaty":
            "city.toml", "sources.toml", "time.toml", "calendar.toml", "plates.toml", "wallet.toml", "rides.toml",
            "cards.toml", "passes.toml", "merchants.toml";
        "belgrade":
            "city.toml", "sources.toml", "time.toml", "calendar.toml", "plates.toml", "wallet.toml",
            "parking.toml", "parking-areas.toml", "parking-tariff-2022-01-01.toml", "parking-tariff-2023-01-04.toml",
            "parking-tariff-2025-02-01.toml", "orders.toml", "garages.toml", "garages-tariff-2022-01-01.toml";
    }

    /// The files of a folder that a source file names: of a feed, those that say what rides cost.
    pub const FOLDER_FILES: &[&str] = rides::fares::FILES;

    /// The ids of the cities that come with this build.
    pub fn embedded_ids() -> impl Iterator<Item = &'static str> {
        EMBEDDED.iter().map(|(id, _)| *id)
    }

    /// The source files of a city that come with this build; empty for an unknown id.
    #[must_use]
    pub fn embedded_files(id: &str) -> BTreeMap<String, String> {
        let files = EMBEDDED.iter().find(|(city, _)| *city == id).map(|(_, files)| *files).unwrap_or_default();
        files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    /// The compiled city that comes with this build.
    ///
    /// # Errors
    /// As [`compile`]; of an unknown id every file is missing.
    pub fn embedded(id: &str) -> Result<City, Vec<LoadError>> {
        compile(&embedded_files(id))
    }

    /// Compiles the source files of a city: file name in its folder to text. A service is in the
    /// city when its own file is there: `parking.toml`, `orders.toml`, `garages.toml`,
    /// `passes.toml`, `rides.toml`, `cards.toml`, `merchants.toml`. The files of a feed that
    /// `rides.toml` names are called by their folder too: `fares/fare_products.txt`.
    ///
    /// # Errors
    /// Everything that is wrong, by file and field; never empty.
    pub fn compile(files: &BTreeMap<String, String>) -> Result<City, Vec<LoadError>> {
        compile_noting(files).map(|(city, _)| city)
    }

    /// The same, with what is worth saying of files that are right.
    ///
    /// # Errors
    /// As [`compile`].
    pub fn compile_noting(files: &BTreeMap<String, String>) -> Result<(City, Vec<LoadNotice>), Vec<LoadError>> {
        let mut compiler = Compiler::new(files);
        let city = envelope(&mut compiler);
        let parking = parking::load::compile(&mut compiler);
        let orders = orders::load::compile(&mut compiler);
        let garages = garages::load::compile(&mut compiler);
        let passes = passes::load::compile(&mut compiler);
        let rides = rides::load::compile(&mut compiler);
        let cards = cards::load::compile(&mut compiler);
        let merchants = merchants::load::compile(&mut compiler);
        unexpected(&mut compiler);
        let Some(mut city) = city else { return Err(sorted(compiler.wrong)) };
        let put = [
            parking.map(|section| city.put_section(section)),
            orders.map(|section| city.put_section(section)),
            garages.map(|section| city.put_section(section)),
            passes.map(|section| city.put_section(section)),
            rides.map(|section| city.put_section(section)),
            cards.map(|section| city.put_section(section)),
            merchants.map(|section| city.put_section(section)),
        ];
        for error in put.into_iter().flatten().filter_map(Result::err) {
            compiler.say(&format!("{}.toml", error.section()), "file", error.to_string());
        }
        if let Err(problems) = super::check(&city) {
            for wrong in problems {
                let of_service = parking::load::located(&wrong).or_else(|| garages::load::located(&wrong));
                let (file, field) = of_service.unwrap_or_else(|| located(&wrong));
                compiler.say(&file, &field, wrong.reason);
            }
        }
        if compiler.wrong.is_empty() { Ok((city, compiler.notices)) } else { Err(sorted(compiler.wrong)) }
    }

    /// A misspelt file would silently leave out what it says.
    fn unexpected(compiler: &mut Compiler<'_>) {
        let mut known: Vec<&str> = KERNEL_FILES.to_vec();
        known.extend(parking::load::FILES);
        known.extend(orders::load::FILES);
        known.extend(garages::load::FILES);
        known.extend(passes::load::FILES);
        known.extend(rides::load::FILES);
        known.extend(cards::load::FILES);
        known.extend(merchants::load::FILES);
        let is_tariff = |name: &str| parking::load::is_tariff(name) || garages::load::is_tariff(name);
        let strange: Vec<&str> = compiler.names().filter(|name| !known.contains(name) && !is_tariff(name)).collect();
        for name in strange {
            let reason = format!(
                "no source file has this name; known are {}, {} and {}",
                joined(&known),
                parking::load::TARIFF_FILES,
                garages::load::TARIFF_FILES
            );
            compiler.say(name, "file", reason);
        }
    }

    fn sorted(mut wrong: Vec<LoadError>) -> Vec<LoadError> {
        wrong.sort();
        wrong.dedup();
        wrong
    }
}
