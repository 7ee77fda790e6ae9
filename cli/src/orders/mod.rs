//! Daily orders from a terminal: `mesto orders` and `mesto pay`; an operator's
//! `order-paid-elsewhere` and `cancel-order`.

pub mod demo;
mod show;
mod testbed;
mod tools;

use clap::{Args, Subcommand};
use mesto_client::protocol::kernel::ids::OrderId;

use crate::base::payments::{self, HowToPay};
use crate::kernel::args::PhoneArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::phone::Phone;
use crate::kernel::service::{Commands, OfCity, Past, Run, Service};

pub const SERVICE: Service = Service {
    commands: Some(Commands::of::<Command>()),
    tools: Some(Commands::of::<tools::Tool>()),
    city: OfCity { check: None, pages: &[("Daily orders", "/sections/orders/policy")] },
    controls: Some(testbed::controls),
    history: Some(|phone, limit| Box::pin(past(phone, limit))),
    ..Service::named("orders")
};

#[derive(Debug, Subcommand)]
enum Command {
    /// Daily orders that the account has shown to be its own.
    Orders(PhoneArgs),
    /// Show a daily order by the number on its slip.
    Slip(SlipArgs),
    /// Pay a daily order.
    Pay(PayArgs),
}

#[derive(Debug, Args)]
struct PayArgs {
    /// The order, as `mesto orders` names it: or_...
    order: OrderId,
    #[command(flatten)]
    pay: HowToPay,
    #[command(flatten)]
    at: PhoneArgs,
}

#[derive(Debug, Args)]
struct SlipArgs {
    /// The number on the slip, with or without its spaces.
    #[arg(required = true)]
    number: Vec<String>,
    #[command(flatten)]
    at: PhoneArgs,
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::Orders(at) => call.ask(orders(at, call)),
            Self::Slip(args) => call.ask(slip(args, call)),
            Self::Pay(args) => call.ask(pay(args, call)),
        }
    }
}

async fn orders(at: PhoneArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&at, call).await?;
    phone.sync().await?;
    let shown = phone.core.orders().state();
    call.say(&*shown, || match (shown.orders.as_slice(), shown.forgotten.as_slice()) {
        ([], []) => "No daily orders.".to_owned(),
        (orders, forgotten) => show::orders_table(&phone.show, orders, forgotten),
    });
    Ok(())
}

async fn past(phone: &Phone, limit: u32) -> Outcome<Past> {
    let page = phone.core.orders().history(None, limit).await;
    let page = phone.done(page)?;
    let text = match page.items.as_slice() {
        [] => "No daily orders.\n".to_owned(),
        orders => show::orders_table(&phone.show, orders, &[]),
    };
    Ok(Past { name: "orders", json: serde_json::to_value(&page).unwrap_or_default(), text })
}

async fn slip(args: SlipArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&args.at, call).await?;
    let order = phone.core.orders().by_slip(&args.number.join(" ")).await;
    let order = phone.done(order)?;
    call.say(&order, || show::orders_table(&phone.show, std::slice::from_ref(&order), &[]));
    Ok(())
}

async fn pay(args: PayArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&args.at, call).await?;
    phone.sync_before_asking().await?;
    let intent = phone.core.orders().pay(args.order, args.pay.method()).await;
    let intent = phone.done(intent)?;
    let (paid, deposit) = (phone.show.money(&intent.amount), payments::deposit_after(&phone, &intent));
    payments::tell(&phone, &intent, &format!("The order is paid ({paid}).{deposit}"))
}
