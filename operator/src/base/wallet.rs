//! The deposit as its owner sees it: what consumed it, and how it is topped up by card.

use chrono::{DateTime, Utc};
use mesto_protocol::base::payments::PayMethod;
use mesto_protocol::base::wallet::{
    self as wire, DepositEntry, DepositPage, WalletOffer, WalletOutcome, WalletSection, WalletSubject,
};
use mesto_protocol::kernel::ids::{AccountId, QuoteId};
use mesto_protocol::kernel::json::Json;
use mesto_protocol::kernel::line::{Line, Params, Vat};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::money::Money;

use crate::base::deposit;
use crate::base::payments::sells::{Asked, Delivered, Delivery, Priced, Sells};
use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::ledger::{EntryRow, HistoryEntry, LedgerAccount};
use crate::kernel::operator::Operator;
use crate::kernel::paging::AskedPage;
use crate::kernel::service::{Check, Service, serve};
use crate::kernel::store::{Ask, Select, Tx};
use crate::{find, values};

/// The service in the ledger.
const NAME: &str = wire::SERVICE.name;
/// A top-up in the ledger, with its sale.
const TOPUP: &str = "wallet.topup";

pub(crate) const SERVICE: Service = Service {
    operations: &[&[serve!(get wire::HISTORY => history)]],
    section: Some(section),
    audit: &[Check {
        fault: "entry {} tops a deposit up that no delivered sale is for",
        sql: "SELECT id FROM ledger_entry WHERE kind = 'wallet.topup' AND NOT EXISTS (SELECT 1 FROM sale WHERE sale.account = ledger_entry.account AND sale.id = ledger_entry.reference AND sale.state = 'delivered' AND sale.total = ledger_entry.amount) LIMIT 1",
    }],
    ..Service::of(&wire::SERVICE)
};

pub(crate) const SELLS: Sells = Sells { service: NAME, price, deliver, outcome, settles_debts: false, prefetch };

fn section(tx: &mut dyn Tx, _: &Operator, account: AccountId, _: DateTime<Utc>) -> Outcome<Json> {
    Ok(Json::of(&WalletSection { balance: deposit::balance(tx, account)? })?)
}

/// What consumed the deposit (BG-36, BG-37).
fn history(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<DepositPage> {
    let asked = AskedPage::<i64>::of(call.request)?;
    let account = call.who()?.account;
    let balance = deposit::balance(tx, account)?;
    let rows: Vec<HistoryEntry> = tx.all(Select::of(
        "FROM event JOIN ledger_entry ON ledger_entry.id = event.entry WHERE event.account = $1 AND event.seq < $2 ORDER BY event.seq DESC LIMIT $3",
        values![account, asked.before.unwrap_or(i64::MAX), asked.reads()],
    ))?;
    let (rows, next) = asked.page(rows, |row| row.seq.to_string());
    Ok(DepositPage { balance, items: rows.into_iter().map(entry).collect(), next })
}

fn entry(row: HistoryEntry) -> DepositEntry {
    DepositEntry {
        id: row.id,
        at: row.at,
        kind: row.kind,
        reference: row.reference,
        amount: Money::from_minor(row.amount, row.currency),
        balance: Money::from_minor(row.balance, row.currency),
    }
}

/// Only the listed amounts (BG-76), only in the deposit's currency (BG-78), only by card (BG-29).
/// Its fee is the operator's (BG-77).
fn price(_: &mut dyn Tx, asked: &Asked<'_>) -> Outcome<Priced> {
    let WalletSubject { amount } = asked.subject()?;
    let home = &asked.operator.home;
    let deposit = &home.sections.wallet.deposit;
    if amount.currency != home.currency || !deposit.offers(&amount.amount) {
        let offered: Vec<String> = deposit.values.iter().map(ToString::to_string).collect();
        return Err(Problem::new(
            ProblemCode::AmountNotOffered,
            format!("the deposit takes {} {}", offered.join(", "), home.currency.code()),
        )
        .with("offered", offered)
        .with("currency", home.currency.code())
        .into());
    }
    if *asked.pay != PayMethod::Card {
        return Err(Problem::new(ProblemCode::PaymentMethodNotAllowed, "the deposit is topped up by card")
            .with("method", asked.pay)
            .with("allowed", [PayMethod::Card])
            .into());
    }
    let line = Line {
        kind: "wallet.topup".to_owned(),
        params: Params::default(),
        amount,
        vat: Vat::out_of_scope(),
        seller: None,
    };
    Ok(Priced {
        offer: Json::of(&WalletOffer { amount })?,
        lines: vec![line],
        notices: Vec::new(),
        total: amount,
        place: "deposit".to_owned(),
        thing: asked.account.to_string(),
        terms: String::new(),
    })
}

fn deliver(_: &mut dyn Tx, delivery: &mut Delivery<'_>) -> Outcome<Delivered> {
    let quote = delivery.quote;
    Ok(Delivered {
        outcome: Json::of(&WalletOutcome { amount: Money::from_minor(quote.total, quote.currency) })?,
        reference: delivery.sale.to_string(),
        kind: TOPUP,
        gains: vec![(LedgerAccount::Deposit { holder: delivery.account.id }, -quote.total)],
    })
}

/// What was put on the deposit by a sale.
fn outcome(tx: &mut dyn Tx, _: &Operator, _: DateTime<Utc>, sale: &str) -> Outcome<Option<Json>> {
    let row = tx.first(find!(EntryRow { kind: TOPUP, reference: sale }))?;
    let amount = row.and_then(|row| Some(Money::from_minor(row.amount?, row.currency)));
    Ok(amount.map(|amount| Json::of(&WalletOutcome { amount })).transpose()?)
}

const fn prefetch(_: &Operator, _: QuoteId) -> Vec<Ask> {
    Vec::new()
}
