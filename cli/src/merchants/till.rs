//! What a merchant's till does: it asks, hears what was paid, gives back.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use mesto_client::protocol::kernel::ids::{InvoiceId, MerchantId, MerchantPaymentId, TillId};
use mesto_client::rules::{Currency, Money};
use mesto_protocol::merchants::tills::{
    ASK, INVOICE, Invoice, InvoiceToAsk, InvoiceToWithdraw, MerchantDay, MerchantRefund, MerchantRefundToMake,
    MerchantTotals, RECEIVED, REFUND, ReceivedPage, TILLS, TOTALS, Tills, WITHDRAW,
};
use rust_decimal::Decimal;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::kernel::args::web_address;
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::link::{Link, not_reached, token_in};
use crate::kernel::output::{Tone, table};
use crate::merchants::rider::amount;

#[derive(Debug, Subcommand)]
pub enum TillCommand {
    /// The tills of the merchant, with their codes.
    Tills {
        #[command(flatten)]
        at: MerchantArgs,
    },
    /// Ask for a payment: the code of a bill that is paid once.
    Ask {
        /// The till, as `mesto merchant tills` names it: ti_...
        till: TillId,
        /// How much: 1500
        #[arg(value_parser = amount)]
        amount: Decimal,
        /// As the till numbers it; the same again is the same bill.
        #[arg(long, value_name = "NUMBER")]
        reference: String,
        /// For how long it can be paid, minutes.
        #[arg(long, default_value_t = 15)]
        minutes: u32,
        #[command(flatten)]
        at: MerchantArgs,
    },
    /// How a bill stands.
    Invoice {
        /// The bill, as `mesto merchant ask` names it: iv_...
        invoice: InvoiceId,
        #[command(flatten)]
        at: MerchantArgs,
    },
    /// Do not wait for a payment any more.
    Withdraw {
        /// The bill: iv_...
        invoice: InvoiceId,
        #[command(flatten)]
        at: MerchantArgs,
    },
    /// Payments to the merchant, newest first.
    Received {
        /// Those at one of its tills: ti_...
        #[arg(long)]
        till: Option<TillId>,
        /// `next` of the page before.
        #[arg(long)]
        cursor: Option<String>,
        #[command(flatten)]
        at: MerchantArgs,
    },
    /// What was paid and given back, day by day.
    Totals {
        /// First calendar day: 2026-11-01
        #[arg(long)]
        from: NaiveDate,
        /// Last calendar day.
        #[arg(long)]
        to: NaiveDate,
        #[command(flatten)]
        at: MerchantArgs,
    },
    /// Give a payment back, all or some of it.
    GiveBack {
        /// The payment, as `mesto merchant received` names it: mp_...
        payment: MerchantPaymentId,
        /// How much: 500
        #[arg(value_parser = amount)]
        amount: Decimal,
        /// As whoever gives back numbers it; the same again changes nothing.
        #[arg(long, value_name = "NUMBER")]
        reference: String,
        /// Why, for the audit log; nobody's name.
        #[arg(long)]
        reason: String,
        /// It was paid in error: the fee is given back too. For staff of the city alone.
        #[arg(long)]
        error: bool,
        #[command(flatten)]
        at: MerchantArgs,
    },
}

#[derive(Debug, Args)]
pub struct MerchantArgs {
    /// Address of the operator.
    #[arg(long, value_parser = web_address)]
    operator: String,
    /// A file with a merchant's token, as `mesto admin create --role merchant` shows it.
    #[arg(long, value_name = "FILE")]
    token_file: PathBuf,
    #[arg(long, default_value = "almaty")]
    city: String,
    /// The merchant: mc_...
    #[arg(long)]
    merchant: MerchantId,
    /// The currency of amounts.
    #[arg(long, default_value = "KZT", value_parser = currency)]
    currency: Currency,
}

fn currency(typed: &str) -> Result<Currency, String> {
    Currency::new(typed).map_err(|_| "give a currency's code, such as KZT".to_owned())
}

impl MerchantArgs {
    fn money(&self, amount: Decimal) -> Outcome<Money> {
        Money::new(amount, self.currency).map_err(|why| CliError::new(Exit::Usage, "amount_wrong", why.to_string()))
    }

    fn token(&self) -> Outcome<String> {
        token_in(&self.token_file, "merchant")
    }

    async fn get<T: DeserializeOwned>(
        &self,
        entry: &mesto_protocol::kernel::operation::Entry,
        more: &[(&str, String)],
    ) -> Outcome<T> {
        let merchant = self.merchant.to_string();
        let mut query = vec![("city", self.city.as_str()), ("merchant", merchant.as_str())];
        query.extend(more.iter().map(|(name, value)| (*name, value.as_str())));
        let token = self.token()?;
        let link = Link { operator: &self.operator, token: &token };
        link.get(&entry.target(&[], &query)).await.map_err(not_reached)
    }

    async fn post<T: DeserializeOwned>(
        &self,
        entry: &mesto_protocol::kernel::operation::Entry,
        body: &impl Serialize,
    ) -> Outcome<T> {
        let token = self.token()?;
        let link = Link { operator: &self.operator, token: &token };
        link.post(entry.path, body).await.map_err(not_reached)
    }
}

impl TillCommand {
    pub async fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::Tills { at } => {
                let told: Tills = at.get(&TILLS, &[]).await?;
                call.say(&told, || {
                    let row = |till: &mesto_protocol::merchants::tills::Till| {
                        let open = if till.is_open { "open" } else { "closed" };
                        vec![
                            till.name.clone(),
                            open.to_owned(),
                            till.typed.clone(),
                            till.code.clone(),
                            till.id.to_string(),
                        ]
                    };
                    table(&["till", "", "typed", "code", "id"], &told.tills.iter().map(row).collect::<Vec<_>>())
                });
            }
            Self::Ask { till, amount, reference, minutes, at } => {
                let asked = InvoiceToAsk { till, amount: at.money(amount)?, reference, minutes };
                let invoice: Invoice = at.post(&ASK, &asked).await?;
                call.say(&invoice, || invoice_text(call, &invoice));
            }
            Self::Invoice { invoice, at } => {
                let invoice: Invoice = at.get(&INVOICE, &[("invoice", invoice.to_string())]).await?;
                call.say(&invoice, || invoice_text(call, &invoice));
            }
            Self::Withdraw { invoice, at } => {
                let invoice: Invoice = at.post(&WITHDRAW, &InvoiceToWithdraw { invoice }).await?;
                call.say(&invoice, || invoice_text(call, &invoice));
            }
            Self::Received { till, cursor, at } => {
                let mut query = Vec::new();
                query.extend(till.map(|till| ("till", till.to_string())));
                query.extend(cursor.map(|cursor| ("cursor", cursor)));
                let page: ReceivedPage = at.get(&RECEIVED, &query).await?;
                call.say(&page, || received_table(&page));
            }
            Self::Totals { from, to, at } => {
                let days = [("from", from.to_string()), ("to", to.to_string())];
                let totals: MerchantTotals = at.get(&TOTALS, &days).await?;
                call.say(&totals, || totals_text(&totals));
            }
            Self::GiveBack { payment, amount, reference, reason, error, at } => {
                let amount = at.money(amount)?;
                let asked = MerchantRefundToMake { payment, amount, reference, is_erroneous: error, reason };
                let refund: MerchantRefund = at.post(&REFUND, &asked).await?;
                call.say(&refund, || {
                    let given = call.style.paint(Tone::Good, "Given back:");
                    format!("{given} {}, fee {}, owed by it {}: {}", refund.amount, refund.fee, refund.owed, refund.id)
                });
            }
        }
        Ok(())
    }
}

fn invoice_text(call: Call, invoice: &Invoice) -> String {
    let state = call.style.paint(Tone::Good, invoice.state.as_str());
    let until = invoice.expires_at.to_rfc3339();
    format!(
        "{} {} ({}), {state}, until {until}\n{}\n{}",
        invoice.id, invoice.amount, invoice.reference, invoice.code, invoice.typed
    )
}

fn received_table(page: &ReceivedPage) -> String {
    let row = |one: &mesto_protocol::merchants::tills::ReceivedPayment| {
        let reference = one.invoice.as_ref().map(|invoice| invoice.reference.clone()).unwrap_or_default();
        vec![
            one.paid_at.to_rfc3339(),
            one.number.to_string(),
            one.amount.to_string(),
            one.given_back.to_string(),
            one.commission.to_string(),
            reference,
            one.id.to_string(),
        ]
    };
    let head = ["when", ">receipt", ">amount", ">given back", ">commission", "bill", "id"];
    table(&head, &page.items.iter().map(row).collect::<Vec<_>>())
}

fn totals_text(totals: &MerchantTotals) -> String {
    let row = |day: &MerchantDay| {
        let (paid, back, kept) = (day.amount.to_string(), day.given_back.to_string(), day.commission.to_string());
        vec![day.day_on.to_string(), day.payments.to_string(), paid, back, kept, day.net.to_string()]
    };
    let head = ["day", ">payments", ">amount", ">given back", ">commission", ">net"];
    let days = table(&head, &totals.days.iter().map(row).collect::<Vec<_>>());
    format!("{days}\npayable {}, owed {}", totals.payable, totals.owed)
}
