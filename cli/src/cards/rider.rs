//! Cards as a rider has them: linked, topped up, reported.

use clap::{Args, Subcommand};
use mesto_client::TextValue;
use mesto_client::protocol::cards::riders::CardTrouble;
use mesto_client::protocol::kernel::ids::CardId;
use mesto_rules::money::Money;
use rust_decimal::Decimal;

use crate::base::payments::{self, HowToPay, priced};
use crate::cards::show;
use crate::kernel::args::PhoneArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::output::Tone;
use crate::kernel::phone::Phone;

#[derive(Debug, Subcommand)]
pub enum CardCommand {
    /// Link a card by its number and the code that is printed on it.
    Link {
        /// 8 to 20 digits.
        number: String,
        /// What the QR on the card says.
        code: String,
        #[command(flatten)]
        at: PhoneArgs,
    },
    /// The account has this card no more; it keeps its balance.
    Unlink {
        /// The card, as `mesto cards` names it: cd_...
        card: CardId,
        #[command(flatten)]
        at: PhoneArgs,
    },
    /// Pay a top-up; then hold the card at a reader.
    TopUp(TopUpArgs),
    /// Say that a card is lost or stolen, which blocks it, or defective.
    Report(ReportArgs),
    /// What moved the balance of a card since it was linked.
    History {
        /// The card, as `mesto cards` names it: cd_...
        card: CardId,
        /// At most so many.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
        limit: u32,
        #[command(flatten)]
        at: PhoneArgs,
    },
}

#[derive(Debug, Args)]
pub struct TopUpArgs {
    /// The card, as `mesto cards` names it: cd_...
    card: CardId,
    /// How much.
    #[arg(allow_negative_numbers = true, value_parser = amount)]
    amount: Decimal,
    #[command(flatten)]
    pay: HowToPay,
    #[command(flatten)]
    at: PhoneArgs,
}

#[derive(Debug, Args)]
pub struct ReportArgs {
    /// The card, as `mesto cards` names it: cd_...
    card: CardId,
    /// It was lost.
    #[arg(long, group = "trouble")]
    lost: bool,
    /// It was stolen.
    #[arg(long, group = "trouble")]
    stolen: bool,
    /// It cannot be read.
    #[arg(long, group = "trouble")]
    defective: bool,
    /// What happened.
    #[arg(long, default_value = "")]
    note: String,
    #[command(flatten)]
    at: PhoneArgs,
}

fn amount(typed: &str) -> Result<Decimal, String> {
    mesto_rules::money::exact(typed.trim()).map_err(|_| "give an amount as a number, such as 1000".to_owned())
}

impl CardCommand {
    pub fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::Link { number, code, at } => call.ask(link(number, code, at, call)),
            Self::Unlink { card, at } => call.ask(unlink(card, at, call)),
            Self::TopUp(args) => call.ask(top_up(args, call)),
            Self::Report(args) => call.ask(report(args, call)),
            Self::History { card, limit, at } => call.ask(history(card, limit, at, call)),
        }
    }
}

pub async fn cards(at: PhoneArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&at, call).await?;
    phone.sync().await?;
    let state = phone.core.cards().state();
    call.say(&*state, || {
        let mut text = format!("{}\n", phone.show.word("cards-title"));
        match state.cards.as_slice() {
            [] => text.push_str(&format!("{}\n", phone.show.word("cards-none"))),
            cards => {
                text.extend(cards.iter().map(|card| show::card(&phone, card)));
                text.push_str(&format!("{}\n", phone.show.word("cards-balance-note")));
            }
        }
        text
    });
    Ok(())
}

async fn link(number: String, code: String, at: PhoneArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&at, call).await?;
    let card = phone.done(phone.core.cards().link(&phone.city, &number, &code).await)?;
    call.say(&card, || {
        let number_masked = TextValue::Text(card.number_masked.clone());
        let linked = phone.show.text("cards-linked", &[("number_masked", number_masked)]);
        format!("{linked}\n{}", show::card(&phone, &card))
    });
    Ok(())
}

async fn unlink(card: CardId, at: PhoneArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&at, call).await?;
    phone.done(phone.core.cards().unlink(card).await)?;
    call.say(&serde_json::json!({ "unlinked": card }), || phone.show.word("cards-unlinked"));
    Ok(())
}

async fn top_up(args: TopUpArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&args.at, call).await?;
    phone.sync_before_asking().await?;
    let card = phone.done(phone.core.cards().card(args.card))?;
    let amount = Money::new(args.amount, card.balance.amount.currency)
        .map_err(|why| CliError::new(Exit::Usage, "amount_invalid", why.to_string()))?;
    let quote = phone.core.cards().quote(&card.city, card.id, amount, args.pay.method()).await;
    let intent = phone.core.payments().buy(&priced(&phone, quote)?).await;
    let intent = phone.done(intent)?;
    let done = match intent.card_top_up() {
        Some(paid) => {
            let values = [("amount", TextValue::Money(paid.amount)), ("hold_until", TextValue::Time(paid.hold_until))];
            phone.show.text("cards-top-up-paid", &values)
        }
        None => String::new(),
    };
    payments::tell(&phone, &intent, &done)
}

async fn report(args: ReportArgs, call: Call) -> Outcome<()> {
    let (trouble, said) = match (args.lost, args.stolen, args.defective) {
        (true, _, _) => (CardTrouble::Lost, "cards-blocked-now"),
        (_, true, _) => (CardTrouble::Stolen, "cards-blocked-now"),
        (_, _, true) => (CardTrouble::Defective, "cards-defective-now"),
        _ => {
            let error = CliError::new(Exit::Usage, "trouble_missing", "say what is wrong with the card");
            return Err(error.advise("Give --lost, --stolen or --defective."));
        }
    };
    let phone = Phone::open(&args.at, call).await?;
    let card = phone.done(phone.core.cards().report(args.card, trouble, &args.note).await)?;
    call.say(&card, || phone.show.paint(Tone::Warn, &phone.show.word(said)));
    Ok(())
}

async fn history(card: CardId, limit: u32, at: PhoneArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&at, call).await?;
    let page = phone.done(phone.core.cards().history(card, None, limit).await)?;
    call.say(&page, || {
        let moved = match page.items.as_slice() {
            [] => format!("{}\n", phone.show.word("cards-none-moved")),
            _ => show::history(&phone.show, &page),
        };
        format!("{moved}\n{}\n", show::balance(&phone.show, &page.balance))
    });
    Ok(())
}
