//! Passes as a rider has them: on sale, bought, given back.

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use mesto_client::TextValue;
use mesto_client::passes::PassOnSale;
use mesto_client::protocol::kernel::ids::PassId;
use mesto_client::protocol::passes::holders::{Benefit, Pass, PassState, PassesSubject};
use mesto_rules::passes::PassProductId;
use serde_json::json;

use crate::base::payments::{self, HowToPay, priced};
use crate::kernel::args::PhoneArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::output::{Tone, table};
use crate::kernel::phone::Phone;

#[derive(Debug, Subcommand)]
pub enum PassCommand {
    /// Buy a pass.
    Buy(BuyArgs),
    /// Give a pass back before its first day.
    GiveBack {
        /// The pass, as `mesto passes` names it: ps_...
        pass: PassId,
        #[command(flatten)]
        at: PhoneArgs,
    },
}

#[derive(Debug, Args)]
pub struct BuyArgs {
    /// Which one, as `mesto passes` names it: month
    product: PassProductId,
    /// Its first day: 2026-12-01. Without it, the service day that runs: until 03:00 in the
    /// night that of the day before
    #[arg(long, value_name = "DAY")]
    from: Option<NaiveDate>,
    /// Buy it beside one that is held for the same rides and days.
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    pay: HowToPay,
    #[command(flatten)]
    at: PhoneArgs,
}

impl PassCommand {
    pub fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::Buy(args) => call.ask(buy(args, call)),
            Self::GiveBack { pass, at } => call.ask(give_back(pass, at, call)),
        }
    }
}

async fn buy(args: BuyArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&args.at, call).await?;
    phone.sync_before_asking().await?;
    let subject = PassesSubject { product: args.product, first_on: args.from, is_again: args.again };
    let quote = phone.core.passes().quote(&phone.city, &subject, args.pay.method()).await;
    let quote = priced(&phone, quote)?;
    let intent = phone.core.payments().buy(&quote).await;
    let intent = phone.done(intent).map_err(|error| match error.code.as_str() {
        "pass_overlaps" => error.advise(format!("{}: --again.", phone.show.word("passes-buy-again"))),
        _ => error,
    })?;
    let (paid, balance) = (phone.show.money(&intent.amount), payments::deposit_after(&phone, &intent));
    let days = intent.pass().map(|pass| format!(" {} - {}, {}.", pass.first_on, pass.last_on, pass.id));
    payments::tell(&phone, &intent, &format!("The pass is bought ({paid}).{}{balance}", days.unwrap_or_default()))
}

async fn give_back(pass: PassId, at: PhoneArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&at, call).await?;
    let pass = phone.done(phone.core.passes().give_back(pass).await)?;
    call.say(&pass, || {
        let price = TextValue::Money(pass.price);
        phone.show.paint(Tone::Good, &phone.show.text("passes-given-back", &[("price", price)]))
    });
    Ok(())
}

pub async fn passes(at: PhoneArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&at, call).await?;
    phone.sync().await?;
    let passes = phone.core.passes();
    let state = passes.state();
    // A city without passes sells none.
    let on_sale = passes.on_sale(&phone.city).unwrap_or_default();
    call.say(&json!({ "state": &*state, "on_sale": on_sale }), || {
        let word = |id: &str| phone.show.word(id);
        let mut text = format!("{}\n", word("passes-title"));
        let all: Vec<Pass> = state.current.iter().chain(&state.coming).chain(&state.over).cloned().collect();
        match all.as_slice() {
            [] => text.push_str(&format!("{}\n", word("passes-none"))),
            all => text.push_str(&passes_table(&phone, all)),
        }
        for pass in state.current.iter().filter(|pass| passes.is_ending(pass)) {
            let ends_at = TextValue::Time(pass.ends_at);
            let ending = phone.show.text("passes-ending", &[("pass", named(&phone, pass)), ("ends_at", ends_at)]);
            text.push_str(&format!("{}\n", phone.show.paint(Tone::Warn, &ending)));
        }
        if !state.forgotten.is_empty() {
            text.push_str(&format!("{}\n", word("passes-forgotten-why")));
            text.push_str(&passes_table(&phone, &state.forgotten));
        }
        if !state.benefits.is_empty() {
            text.push_str(&format!("\n{}\n{}", word("passes-benefits-title"), benefits_table(&phone, &state.benefits)));
        }
        if !on_sale.is_empty() {
            text.push_str(&format!("\n{}\n{}", word("passes-on-sale-title"), on_sale_table(&phone, &on_sale)));
        }
        text
    });
    Ok(())
}

fn named(phone: &Phone, pass: &Pass) -> TextValue {
    TextValue::Text(phone.core.passes().product_name(&pass.city, &pass.product))
}

/// Passes, one a line.
pub fn passes_table(phone: &Phone, passes: &[Pass]) -> String {
    let (show, core) = (&phone.show, phone.core.passes());
    let row = |pass: &Pass| {
        let state = match &pass.state {
            PassState::Held => String::new(),
            PassState::GivenBack => show.word("pass-state-given-back"),
            PassState::Other(_) => show.word("pass-state-other"),
        };
        vec![
            core.product_name(&pass.city, &pass.product),
            core.category_name(&pass.city, &pass.category),
            pass.first_on.to_string(),
            pass.last_on.to_string(),
            show.money(&pass.price),
            state,
            pass.id.to_string(),
        ]
    };
    let rows: Vec<Vec<String>> = passes.iter().map(row).collect();
    table(&["pass", "category", "first day", "last day", ">price", "state", "id"], &rows)
}

fn benefits_table(phone: &Phone, benefits: &[Benefit]) -> String {
    let row = |benefit: &Benefit| {
        vec![
            phone.core.passes().category_name(&benefit.city, &benefit.category),
            benefit.until_on.to_string(),
            benefit.id.to_string(),
        ]
    };
    let rows: Vec<Vec<String>> = benefits.iter().map(row).collect();
    table(&["category", "until", "id"], &rows)
}

fn on_sale_table(phone: &Phone, on_sale: &[PassOnSale]) -> String {
    let show = &phone.show;
    let row = |one: &PassOnSale| {
        let days = match one.days {
            Some(days) => show.text("passes-days", &[("days", TextValue::Number(days.into()))]),
            None => show.word("passes-month"),
        };
        let price = one.price.map_or_else(|| show.word("passes-no-price"), |price| show.money(&price));
        vec![one.product.to_string(), one.name.clone(), days, price]
    };
    let rows: Vec<Vec<String>> = on_sale.iter().map(row).collect();
    table(&["product", "name", "holds", ">price"], &rows)
}
