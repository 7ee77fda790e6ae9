//! Payments at merchants as a rider makes them: checked, paid, seen again.

use clap::{Args, Subcommand};
use mesto_client::TextValue;
use mesto_client::base::payments::offer;
use mesto_client::protocol::base::payments::Quote;
use mesto_client::protocol::merchants::payers::{
    MerchantPayment, MerchantPaymentState, MerchantsOffer, MerchantsSubject,
};
use rust_decimal::Decimal;

use crate::base::payments::{self, priced};
use crate::kernel::args::PhoneArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::output::{Tone, table};
use crate::kernel::phone::Phone;

#[derive(Debug, Subcommand)]
pub enum RiderCommand {
    /// What paying would be, and what is accepted by it: nothing is charged.
    Check(PayArgs),
    /// Pay at a merchant, from the balance.
    Pay(PayArgs),
    /// Payments of the account at merchants.
    Payments(PhoneArgs),
}

#[derive(Debug, Args)]
pub struct PayArgs {
    /// What the code of the till or of the bill says (https://...), or its letters and digits.
    code: String,
    /// How much, where the code asks for no amount: 1500
    #[arg(value_parser = amount)]
    amount: Option<Decimal>,
    /// Pay the same at the same till again.
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    at: PhoneArgs,
}

pub fn amount(typed: &str) -> Result<Decimal, String> {
    mesto_rules::money::exact(typed.trim()).map_err(|_| "give an amount as a number, such as 1500".to_owned())
}

impl RiderCommand {
    pub fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::Check(args) => call.ask(check(args, call)),
            Self::Pay(args) => call.ask(pay(args, call)),
            Self::Payments(at) => call.ask(payments(at, call)),
        }
    }
}

impl PayArgs {
    /// A link is what was scanned; everything else was typed.
    fn subject(&self, phone: &Phone) -> Outcome<MerchantsSubject> {
        let is_code = self.code.contains("://");
        let amount = self.amount.map(|amount| phone.core.merchants().amount(&phone.city, amount)).transpose();
        let amount = phone.done(amount)?;
        Ok(MerchantsSubject {
            scanned: is_code.then(|| self.code.clone()),
            typed: (!is_code).then(|| self.code.clone()),
            amount,
            is_again: self.again,
        })
    }

    async fn checked(&self, phone: &Phone) -> Outcome<Quote> {
        let quote = phone.core.merchants().quote(&phone.city, &self.subject(phone)?).await;
        priced(phone, quote)
    }
}

async fn check(args: PayArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&args.at, call).await?;
    let quote = args.checked(&phone).await?;
    call.say(&quote, || match offer::<MerchantsOffer>(&quote) {
        Some(offer) => quote_text(&phone, &quote, &offer),
        None => payments::quote_text(&phone.show, &quote, "", &[]),
    });
    Ok(())
}

/// What is checked before anything is charged.
fn quote_text(phone: &Phone, quote: &Quote, offer: &MerchantsOffer) -> String {
    let (show, core) = (&phone.show, phone.core.merchants());
    let mut said = format!(
        "{} ({}, {})\n{}\n",
        core.name(&offer.merchant.names),
        core.category_name(&quote.city, &offer.merchant.category),
        offer.merchant.business_number,
        offer.till.name,
    );
    if let Some(invoice) = &offer.invoice {
        said.push_str(&format!("{}\n", invoice.reference));
    }
    let mut beside = Vec::new();
    if let Some(missing) = &offer.missing {
        let missing = show.text("merchants-missing", &[("missing", TextValue::Money(*missing))]);
        beside.push(show.paint(Tone::Bad, &missing));
    }
    if offer.repeats.is_some() {
        beside.push(show.paint(Tone::Warn, &format!("{}: --again.", show.word("merchants-pay-again"))));
    }
    payments::quote_text(show, quote, &said, &beside)
}

async fn pay(args: PayArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&args.at, call).await?;
    phone.sync_before_asking().await?;
    let quote = args.checked(&phone).await?;
    let intent = phone.core.payments().buy(&quote).await;
    let intent = phone.done(intent).map_err(|error| match error.code.as_str() {
        "payment_repeated" => error.advise(format!("{}: --again.", phone.show.word("merchants-pay-again"))),
        _ => error,
    })?;
    let balance = payments::deposit_after(&phone, &intent);
    let paid = intent.merchant_payment().map(|payment| receipt(&phone, &payment));
    payments::tell(&phone, &intent, &format!("{}{balance}", paid.unwrap_or_default()))
}

fn receipt(phone: &Phone, payment: &MerchantPayment) -> String {
    phone.show.text(
        "merchants-paid",
        &[
            ("merchant", TextValue::Text(phone.core.merchants().name(&payment.merchant.names))),
            ("amount", TextValue::Money(payment.total)),
            ("number", TextValue::Number(payment.number)),
        ],
    )
}

async fn payments(at: PhoneArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&at, call).await?;
    phone.sync().await?;
    let state = phone.core.merchants().state();
    call.say(&*state, || {
        let mut text = format!("{}\n", phone.show.word("merchants-title"));
        match state.payments.as_slice() {
            [] => text.push_str(&format!("{}\n", phone.show.word("merchants-none"))),
            payments => text.push_str(&payments_table(&phone, payments)),
        }
        if !state.forgotten.is_empty() {
            text.push_str(&format!("{}\n", phone.show.word("merchants-forgotten-why")));
            text.push_str(&payments_table(&phone, &state.forgotten));
        }
        text
    });
    Ok(())
}

/// Payments, one a line.
pub fn payments_table(phone: &Phone, payments: &[MerchantPayment]) -> String {
    let (show, core) = (&phone.show, phone.core.merchants());
    let row = |payment: &MerchantPayment| {
        let state = match &payment.state {
            MerchantPaymentState::Paid => show.word("merchant-payment-state-paid"),
            MerchantPaymentState::PartlyGivenBack => show.word("merchant-payment-state-partly-given-back"),
            MerchantPaymentState::GivenBack => show.word("merchant-payment-state-given-back"),
            MerchantPaymentState::Other(_) => show.word("merchant-payment-state-other"),
        };
        vec![
            show.moment(payment.paid_at),
            core.name(&payment.merchant.names),
            show.money(&payment.amount),
            show.money(&payment.fee),
            show.money(&payment.balance),
            state,
            payment.number.to_string(),
            payment.id.to_string(),
        ]
    };
    let rows: Vec<Vec<String>> = payments.iter().map(row).collect();
    table(&["when", "merchant", ">amount", ">fee", ">balance", "state", ">receipt", "id"], &rows)
}
