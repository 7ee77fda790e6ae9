//! Paying from a terminal: how, what a quote costs, how a payment stands; `mesto payments`,
//! `settle` and `abandon`.

use clap::{Args, Subcommand, ValueEnum};
use mesto_client::protocol::base::payments::{PayMethod, Purchase, Quote};
use mesto_client::{Error, IntentState, IntentView, TextValue};

use crate::kernel::args::PhoneArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::output::{Tone, say, table, table_within};
use crate::kernel::phone::Phone;
use crate::kernel::service::{Commands, Past, Run, Service};
use crate::kernel::show::Show;

pub const SERVICE: Service = Service {
    commands: Some(Commands::of::<Command>()),
    history: Some(|phone, limit| Box::pin(past(phone, limit))),
    ..Service::named("payments")
};

#[derive(Debug, Subcommand)]
enum Command {
    /// What was paid, how it stands, and what goes back.
    Payments(PaymentsArgs),
    /// Ask the operator about everything that is not confirmed yet.
    Settle(PhoneArgs),
    /// Give up what is not confirmed yet: at the bank too, where what is still paid is paid back.
    Abandon(AbandonArgs),
}

#[derive(Debug, Args)]
struct PaymentsArgs {
    /// At most so many.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
    #[command(flatten)]
    at: PhoneArgs,
}

#[derive(Debug, Args)]
struct AbandonArgs {
    /// Its key; not needed when only one is open.
    intent: Option<String>,
    #[command(flatten)]
    at: PhoneArgs,
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::Payments(args) => call.ask(payments(args, call)),
            Self::Settle(at) => call.ask(settle(at, call)),
            Self::Abandon(args) => call.ask(abandon(args, call)),
        }
    }
}

/// How something is paid.
#[derive(Debug, Clone, Copy, Args)]
pub struct HowToPay {
    /// From the deposit, or by card on the bank's page.
    #[arg(long = "pay", value_name = "HOW", value_enum, default_value_t = Pay::Deposit)]
    how: Pay,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Pay {
    Deposit,
    Card,
}

impl HowToPay {
    /// As the wire has it.
    #[must_use]
    pub const fn method(self) -> PayMethod {
        match self.how {
            Pay::Deposit => PayMethod::Deposit,
            Pay::Card => PayMethod::Card,
        }
    }
}

/// A price, or why there is none: of a small amount a card's fee may be unknown, which the deposit
/// does not have.
///
/// # Errors
/// The client's, in the driver's words.
pub fn priced(phone: &Phone, quote: mesto_client::Result<Quote>) -> Outcome<Quote> {
    phone.done(quote).map_err(|error| {
        if error.code == "card_fee_unknown" {
            return error.advise("The bank's fee on so small an amount is not known. Ask again without `--pay card`.");
        }
        error
    })
}

/// Every line of a price, its total, what should be known before paying, and how long it holds.
/// `promised` is what its service says above the lines, `beside` what it says below the notices.
#[must_use]
pub fn quote_text(show: &Show, quote: &Quote, promised: &str, beside: &[String]) -> String {
    let lines = quote.items.iter().flat_map(|item| &item.lines);
    let mut rows: Vec<Vec<String>> =
        lines.map(|line| vec![show.kind("line", &line.kind, &line.params.0), show.money(&line.amount)]).collect();
    rows.push(vec![show.word("buy-total"), show.money(&quote.total)]);
    let mut shown = promised.to_owned();
    let mut say = |line: &str| shown.push_str(&format!("  {line}\n"));
    table_within(&["", ">"], &rows, None).lines().skip(2).for_each(&mut say);
    for notice in quote.items.iter().flat_map(|item| &item.notices) {
        say(&show.paint(Tone::Warn, &show.kind("notice", &notice.kind, &notice.params.0)));
    }
    for pending in &quote.terms_pending {
        let id = if pending.needs_acceptance { "terms-to-accept" } else { "terms-pending" };
        let values = [
            ("version", TextValue::Text(pending.version.clone())),
            ("effective_on", TextValue::Text(pending.effective_on.to_string())),
        ];
        say(&show.paint(Tone::Warn, &show.text(id, &values)));
    }
    for line in beside {
        say(&show.paint(Tone::Faint, line));
    }
    say(&show.text("buy-price-held", &[("time", TextValue::Time(quote.expires_at))]));
    if let (PayMethod::Card, Some(seconds)) = (&quote.pay, quote.page_lives_seconds) {
        say(&show.paint(Tone::Faint, &format!("the bank's page then waits {} min for the card", seconds / 60)));
    }
    shown
}

/// What the deposit holds after it was paid from; nothing for a card.
#[must_use]
pub fn deposit_after(phone: &Phone, intent: &IntentView) -> String {
    match (&intent.pay, &phone.core.wallet().state().balance) {
        (PayMethod::Deposit, Some(left)) => format!(" Deposit: {}.", phone.show.money(left)),
        _ => String::new(),
    }
}

/// Says how a paying action stands: where it is paid, what was bought, or why it was not.
///
/// # Errors
/// Why nothing was bought, or that it is not known yet.
pub fn tell(phone: &Phone, intent: &IntentView, done: &str) -> Outcome<()> {
    let show = &phone.show;
    let said = match (&intent.page_url, &intent.state) {
        (Some(page), _) => {
            let said = "Pay on the bank's page; card data is typed there and nowhere else:";
            format!("{}\n{page}\nThen: mesto settle", show.paint(Tone::Good, said))
        }
        (None, IntentState::Confirmed) if intent.needs_update => {
            show.paint(Tone::Warn, &show.word("intent-needs-update"))
        }
        (None, IntentState::Confirmed) => show.paint(Tone::Good, done),
        (None, _) => return Err(not_bought(phone, intent)),
    };
    if show.style.json {
        say!("{}", serde_json::to_string(intent).unwrap_or_default());
    } else {
        say!("{said}");
    }
    Ok(())
}

/// Why an intent brought nothing, or that nobody knows yet; with the intent for machines.
fn not_bought(phone: &Phone, intent: &IntentView) -> CliError {
    let show = &phone.show;
    let why = phone.core.payments().refusal(intent);
    let ended =
        |exit, code, why: &Error| CliError::new(exit, code, why.text(show.locale)).advise(why.advice(show.locale));
    let error = match (&intent.state, &why) {
        (IntentState::Expired, Some(why)) => ended(Exit::Refused, "expired_intent", why),
        (IntentState::Forgotten, Some(why)) => ended(Exit::Unconfirmed, "forgotten_intent", why),
        (_, Some(why)) => CliError::of_client(why, show.locale),
        (_, None) => CliError::new(Exit::Unconfirmed, "unconfirmed", show.word("intent-state-unconfirmed"))
            .advise("It is neither paid nor unpaid. `mesto settle` asks the operator again; nothing is bought twice."),
    };
    error.about("intent", intent)
}

/// What happened to an intent besides how it ended: the page it waits on, and what goes back.
fn beside(phone: &Phone, intent: &IntentView) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(page) = &intent.page_url {
        said.push(format!("waits on the bank's page: {page}"));
    }
    if intent.is_bought_late {
        said.push(phone.show.word("intent-bought-late"));
    }
    let refunds = intent.payment.iter().flat_map(|payment| &payment.refunds);
    said.extend(refunds.map(|refund| phone.core.refund_text(refund)));
    said
}

async fn payments(args: PaymentsArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&args.at, call).await?;
    phone.sync().await?;
    let intents = phone.done(phone.core.payments().intents(args.limit))?;
    call.say(&intents, || {
        if intents.is_empty() {
            return "Nothing was paid yet on this phone; `mesto history` has every phone's.".to_owned();
        }
        let row = |intent: &IntentView| {
            vec![
                phone.show.moment(intent.created_at),
                intent.service().to_owned(),
                phone.show.money(&intent.amount),
                intent.pay.to_string(),
                phone.show.word(&format!("intent-state-{}", intent.state.name())),
                intent.payment.as_ref().map(|payment| phone.core.payment_text(payment)).unwrap_or_default(),
                intent.key.clone(),
            ]
        };
        let rows: Vec<Vec<String>> = intents.iter().map(row).collect();
        let mut shown = table(&["when", "what", ">amount", "from", "state", "money", "intent"], &rows);
        for intent in &intents {
            for said in beside(&phone, intent) {
                shown.push_str(&format!("{}: {said}\n", intent.service()));
            }
        }
        shown
    });
    Ok(())
}

/// What was bought on any phone of the account, with its money, newest first.
async fn past(phone: &Phone, limit: u32) -> Outcome<Past> {
    let page = phone.core.payments().history(None, limit).await;
    let page = phone.done(page)?;
    let row = |Purchase { sale, payment }: &Purchase| {
        let services: Vec<&str> = sale.items.iter().map(|item| item.service.as_str()).collect();
        vec![
            phone.show.moment(sale.created_at),
            services.join(", "),
            phone.show.money(&payment.amount),
            payment.method.to_string(),
            phone.core.payment_text(payment),
            phone.show.money(&payment.refunded),
            payment.id.to_string(),
        ]
    };
    let rows: Vec<Vec<String>> = page.items.iter().map(row).collect();
    let text = if rows.is_empty() {
        "Nothing was paid yet.\n".to_owned()
    } else {
        table(&["when", "what", ">amount", "from", "money", ">paid back", "payment"], &rows)
    };
    Ok(Past { name: "payments", json: serde_json::to_value(&page).unwrap_or_default(), text })
}

/// Asks the operator about everything that is not confirmed yet.
async fn settle(at: PhoneArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&at, call).await?;
    let settled = phone.core.payments().settle_all().await;
    let settled = phone.done(settled)?;
    phone.sync().await?;
    let open = phone.core.payments().state().open.len();
    let not_bought = settled
        .iter()
        .find(|intent| matches!(intent.state, IntentState::Refused(_) | IntentState::Expired | IntentState::Forgotten));
    let error = match not_bought {
        _ if open > 0 => {
            let still = CliError::new(Exit::Unconfirmed, "unconfirmed", format!("{open} still open"));
            Some(still.advise("Ask again later."))
        }
        Some(intent) => Some(self::not_bought(&phone, intent)),
        None => None,
    };
    if let Some(error) = error.clone().filter(|_| call.style.json) {
        return Err(error.about("intents", &settled));
    }
    call.say(&settled, || {
        if settled.is_empty() {
            return "Nothing is open.".to_owned();
        }
        let line = |intent: &IntentView| {
            let tone = match intent.state {
                IntentState::Confirmed => Tone::Good,
                IntentState::Unconfirmed(_) => Tone::Warn,
                IntentState::Refused(_) | IntentState::Expired | IntentState::Forgotten => Tone::Bad,
            };
            let state = phone.show.paint(tone, &phone.show.word(&format!("intent-state-{}", intent.state.name())));
            let why = phone.core.payments().refusal(intent);
            let why = why.map(|error| format!(": {} {}", error.text(call.locale), error.advice(call.locale)));
            format!("{} {}  {state}{}\n", intent.service(), phone.show.money(&intent.amount), why.unwrap_or_default())
        };
        settled.iter().map(line).collect()
    });
    error.map_or(Ok(()), Err)
}

/// Gives up what is not confirmed yet.
async fn abandon(args: AbandonArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&args.at, call).await?;
    let open = phone.done(phone.core.payments().open())?;
    let key = match (args.intent, open.as_slice()) {
        (Some(key), _) => key,
        (None, [only]) => only.key.clone(),
        (None, []) => return Err(CliError::new(Exit::Refused, "intent_missing", "nothing is open")),
        (None, _) => {
            let keys: Vec<String> = open.iter().map(|one| format!("{} ({})", one.key, one.service())).collect();
            return Err(CliError::new(Exit::Usage, "intent_unclear", format!("several are open: {}", keys.join("; ")))
                .advise("Say which one by its key."));
        }
    };
    let ended = phone.core.payments().abandon(&key).await;
    let ended = phone.done(ended)?;
    let is_given_up = match &ended.state {
        IntentState::Refused(problem) => problem.code == "abandoned",
        IntentState::Expired => true,
        _ => false,
    };
    if !is_given_up {
        return tell(&phone, &ended, "It was executed after all.");
    }
    call.say(&ended, || phone.show.paint(Tone::Good, "Given up; nothing was bought."));
    Ok(())
}
