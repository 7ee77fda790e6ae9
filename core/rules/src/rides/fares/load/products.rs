//! Categories of riders, media and products.

use super::super::ids::{MediumId, ProductId, RiderCategoryId};
use super::super::model::{Medium, MediumKind, Product, RiderCategory};
use super::problems::{Notice, shown};
use super::table::{Row, Sheet, Table};
use super::{Feed, Ids, Tables};
use crate::kernel::money::{Currency, Money, exact};
use crate::kernel::sort::sort_by;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

const RIDER_CATEGORIES: Sheet = Sheet {
    file: "rider_categories.txt",
    required: &["rider_category_id", "rider_category_name", "is_default_fare_category"],
    optional: &["eligibility_url"],
    is_complete: true,
};
const FARE_MEDIA: Sheet = Sheet {
    file: "fare_media.txt",
    required: &["fare_media_id", "fare_media_type"],
    optional: &["fare_media_name"],
    is_complete: true,
};
const FARE_PRODUCTS: Sheet = Sheet {
    file: "fare_products.txt",
    required: &["fare_product_id", "amount", "currency"],
    optional: &["fare_product_name", "rider_category_id", "fare_media_id"],
    is_complete: true,
};

impl Feed<'_> {
    /// Categories, media and products; the ids of products that rules may name.
    pub(super) fn products(&mut self, tables: &Tables<'_>) -> Ids {
        let categories = tables(&RIDER_CATEGORIES, self.problems);
        let media = tables(&FARE_MEDIA, self.problems);
        let products = tables(&FARE_PRODUCTS, self.problems);
        self.categories(&categories);
        self.media(&media);
        let category_ids = Ids::of(&categories, RIDER_CATEGORIES.file, "rider_category_id");
        let medium_ids = Ids::of(&media, FARE_MEDIA.file, "fare_media_id");
        let mut lines = BTreeMap::new();
        for row in products.rows() {
            let id = self.id::<ProductId>(row, "fare_product_id");
            let category = self.id_if_any::<RiderCategoryId>(row, "rider_category_id");
            let medium = self.id_if_any::<MediumId>(row, "fare_media_id");
            self.refer(row, "rider_category_id", &category_ids);
            self.refer(row, "fare_media_id", &medium_ids);
            let amount = self.amount(row);
            let Some(id) = id else { continue };
            let key = (id.clone(), category.clone(), medium.clone());
            if !self.is_first(&mut lines, row, ("fare_product_id", key)) {
                continue;
            }
            let Some(amount) = amount else { continue };
            let name = Some(row.text("fare_product_name")).filter(|name| !name.is_empty()).map(str::to_owned);
            self.fares.products.push(Product { id, category, medium, name, amount });
        }
        sort_by(&mut self.fares.products, |one, other| {
            let key = |product: &Product| (product.id.clone(), product.category.clone(), product.medium.clone());
            key(one).cmp(&key(other))
        });
        self.defaults(&products);
        Ids::of(&products, FARE_PRODUCTS.file, "fare_product_id")
    }

    fn categories(&mut self, table: &Table) {
        let mut lines = BTreeMap::new();
        let mut default: Option<u32> = None;
        for row in table.rows() {
            let id = self.id::<RiderCategoryId>(row, "rider_category_id");
            let name = row.text("rider_category_name").to_owned();
            if name.is_empty() {
                self.wrong(row, "rider_category_name", "the field is required and empty");
            }
            let is_default = match row.text("is_default_fare_category") {
                "" | "0" => false,
                "1" => true,
                other => {
                    self.wrong(row, "is_default_fare_category", format!("{} is neither 0 nor 1", shown(other)));
                    false
                }
            };
            if is_default {
                match default {
                    Some(line) => {
                        let reason = format!("row {line} is the default category already; there is one at most");
                        self.wrong(row, "is_default_fare_category", reason);
                    }
                    None => default = Some(row.line),
                }
            }
            let Some(id) = id else { continue };
            if self.is_first(&mut lines, row, ("rider_category_id", id.clone())) {
                let eligibility_url =
                    Some(row.text("eligibility_url")).filter(|url| !url.is_empty()).map(str::to_owned);
                self.fares.rider_categories.insert(id, RiderCategory { name, is_default, eligibility_url });
            }
        }
    }

    fn media(&mut self, table: &Table) {
        let mut lines = BTreeMap::new();
        for row in table.rows() {
            let id = self.id::<MediumId>(row, "fare_media_id");
            let kind = match row.text("fare_media_type") {
                "0" => MediumKind::None,
                "1" => MediumKind::PaperTicket,
                "2" => MediumKind::TransitCard,
                "3" => MediumKind::BankCard,
                "4" => MediumKind::App,
                other => {
                    self.wrong(row, "fare_media_type", format!("{} is not one of 0 to 4", shown(other)));
                    continue;
                }
            };
            let Some(id) = id else { continue };
            if self.is_first(&mut lines, row, ("fare_media_id", id.clone())) {
                let name = Some(row.text("fare_media_name")).filter(|name| !name.is_empty()).map(str::to_owned);
                self.fares.media.insert(id, Medium { name, kind });
            }
        }
    }

    /// An amount with as many decimals as its currency has.
    fn amount(&mut self, row: Row<'_>) -> Option<Money> {
        let (amount, currency) = (row.text("amount"), row.text("currency"));
        let currency = match currency.parse::<Currency>() {
            Ok(currency) => Some(currency),
            Err(_) if currency.is_empty() => {
                self.wrong(row, "currency", "the field is required and empty");
                None
            }
            Err(_) => {
                self.wrong(row, "currency", format!("{} is not an active currency of ISO 4217", shown(currency)));
                None
            }
        };
        let Some(number) = decimal(amount) else {
            let reason = if amount.is_empty() {
                "the field is required and empty".to_owned()
            } else {
                format!("{} is not an amount, write digits and at most one point as in 2.00", shown(amount))
            };
            self.wrong(row, "amount", reason);
            return None;
        };
        let currency = currency?;
        if number.scale() != currency.exponent() {
            let reason = format!("{} has not the {} decimals of {currency}", shown(amount), currency.exponent());
            self.wrong(row, "amount", reason);
            return None;
        }
        let money = Money::new(number, currency).ok();
        if money.is_none() {
            self.wrong(row, "amount", format!("{} is more than an amount may be", shown(amount)));
        }
        money
    }

    /// Notes products for several categories, none of which is the default.
    fn defaults(&mut self, products: &Table) {
        let mut categories: BTreeMap<&str, (u32, BTreeSet<&str>)> = BTreeMap::new();
        for row in products.rows().filter(|row| !row.text("rider_category_id").is_empty()) {
            let of = categories.entry(row.text("fare_product_id")).or_insert((row.line, BTreeSet::new()));
            of.1.insert(row.text("rider_category_id"));
        }
        for (line, of) in categories.into_values() {
            let is_default = |id: &&str| self.fares.rider_categories.get(*id).is_some_and(|own| own.is_default);
            if of.len() > 1 && !of.iter().any(is_default) {
                self.problems.notice(FARE_PRODUCTS.file, line, "rider_category_id", Notice::NoDefaultCategory);
            }
        }
    }
}

/// A decimal number; unlike a price that is written here, it may begin with noughts.
fn decimal(text: &str) -> Option<Decimal> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let short = digits.trim_start_matches('0');
    let begins = digits.starts_with('0') && !short.starts_with(|sign: char| sign.is_ascii_digit());
    exact(&format!("{sign}{}{short}", if begins { "0" } else { "" })).ok()
}
