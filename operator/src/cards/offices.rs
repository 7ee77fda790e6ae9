//! What whoever issues cards tells, and what a clerk does at an office (AV-74 to AV-76).

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use mesto_protocol::cards::offices::{
    self as wire, CARDS_MOST, CardToBlock, CardToReplace, CardsTold, Identification, OfficeCard, ToldCard, ToldCards,
    UserToConfirm,
};
use mesto_protocol::kernel::ids::{AccountId, CardId};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::City;
use mesto_rules::cards::{CardEvent, CardState, CardsSection, masked, printed_code, transport_number};

use crate::cards::charges::{Charges, code_lock};
use crate::cards::drawer::Drawer;
use crate::cards::tables::{CardRow, IdentificationRow, LevelWord, ReportRow, StateWord, TopUpRow, TroubleWord};
use crate::cards::{REPLACED, WAITING_MOVED, city_of, riders, told, unknown};
use crate::kernel::account::{AccountKindWord, AccountRow};
use crate::kernel::call::Call;
use crate::kernel::epoch;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::grants::{self, Logged};
use crate::kernel::ledger::{self, LedgerAccount, Movement};
use crate::kernel::limits::told_at_most;
use crate::kernel::service::{Served, serve};
use crate::kernel::store::{StoreError, Tx, Write};
use crate::{delete, find, update};

pub(crate) const OPERATIONS: &[Served] = &[
    serve!(post wire::TELL_ISSUED => tell_issued),
    serve!(post wire::CONFIRM => confirm),
    serve!(post wire::BLOCK => block),
    serve!(post wire::REPLACE => replace),
];

/// No card is older.
const FIRST_ISSUED: Option<NaiveDate> = NaiveDate::from_ymd_opt(2000, 1, 1);

/// Cards that were issued: each is an account of its own, which needs no person (AV-28, AMB-17).
pub(crate) fn tell_issued(tx: &mut dyn Tx, call: &mut Call<'_>, told: ToldCards) -> Outcome<CardsTold> {
    let (operator, now) = (call.operator, call.now);
    let (city, cards) = city_of(call, &told.city)?;
    told_at_most("cards", told.cards.len(), CARDS_MOST)?;
    // Two who tell at once wait for each other in one order.
    let codes: BTreeSet<String> = told.cards.iter().filter_map(|one| printed_code(&one.code)).collect();
    tx.read(codes.iter().map(|code| code_lock(city, code)).collect())?;
    let mut ids = Vec::with_capacity(told.cards.len());
    let mut new = BTreeSet::new();
    for one in &told.cards {
        let (id, code) = issued(tx, call, (city, cards), one)?;
        ids.push(id);
        new.extend(code);
    }
    let charges = Charges::open(tx, (operator, now), city, &new)?;
    if let Some(mut charges) = charges {
        for code in &new {
            charges.catch_up(tx, code)?;
        }
        charges.close(tx)?;
    }
    Ok(CardsTold { cards: ids })
}

/// Keeps a card; its printed code when it is a new one.
fn issued(
    tx: &mut dyn Tx,
    call: &Call<'_>,
    (city, cards): (&City, &CardsSection),
    told: &ToldCard,
) -> Outcome<(CardId, Option<String>)> {
    let (operator, now) = (call.operator, call.now);
    let bad = |field: &str, detail: &str| Problem::new(ProblemCode::BadRequest, detail.to_owned()).with("field", field);
    let number = transport_number(&told.number);
    let number = number.ok_or_else(|| bad("cards.number", "a number has 8 to 20 digits"))?;
    let code = printed_code(&told.code);
    let code = code.ok_or_else(|| bad("cards.code", "a code has 4 to 32 letters and digits"))?;
    let Some(kind) = cards.kind(&told.kind) else {
        let known: Vec<&str> = cards.kinds.iter().map(|kind| kind.id.as_str()).collect();
        let detail = format!("the city has no such kind of cards; these are: {}", known.join(", "));
        return Err(Problem::new(ProblemCode::CardKindUnknown, detail).with("known", known).into());
    };
    let tomorrow = city.local_day(now).checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
    if told.issued_on > tomorrow || FIRST_ISSUED.is_some_and(|first| told.issued_on < first) {
        let detail = "a card was issued since the year 2000, and not later than today";
        return Err(Problem::new(ProblemCode::OutOfRange, detail).with("field", "cards.issued_on").into());
    }
    let by_number = tx.first(find!(CardRow { city: &city.id, number: &number }))?;
    let by_code = tx.first(find!(CardRow { city: &city.id, code: &code }))?;
    match (by_number, by_code) {
        (Some(known), Some(other)) if known.id == other.id && known.kind == kind.id => return Ok((known.id, None)),
        (None, None) => {}
        _ => {
            let detail = "another card has this number or this code, or this one is of another kind";
            return Err(Problem::new(ProblemCode::CardTaken, detail).with("card", masked(&number)).into());
        }
    }
    epoch::ensure(tx, operator, now)?;
    let (id, holder): (CardId, AccountId) = (operator.new_id(now), operator.new_id(now));
    tx.write(Write::insert(AccountRow {
        id: holder,
        kind: AccountKindWord::CardOnly,
        seq: 0,
        currency: city.currency,
        deposit: 0,
        events_from: 0,
        created_at: now,
        closed_at: None,
        roles: grants::stored(&[])?,
    }))?;
    tx.write(Write::insert(CardRow {
        id,
        city: city.id.clone(),
        number,
        code: code.clone(),
        kind: kind.id.clone(),
        holder,
        issued_on: told.issued_on,
        told_at: now,
        state: StateWord::Active,
        trouble: None,
        blocked_at: None,
        is_defective: false,
        replaced_by: None,
        account: None,
        linked_at: None,
        balance: 0,
        currency: city.currency,
        balance_at: now,
        ridden_at: None,
        topped_up_at: None,
    }))?;
    Ok((id, Some(code)))
}

/// The card of a number that was typed at a counter.
fn by_number(tx: &mut dyn Tx, city: &City, typed: &str) -> Outcome<CardRow> {
    let row = match transport_number(typed) {
        Some(number) => tx.first(find!(CardRow { city: &city.id, number: &number }))?,
        None => None,
    };
    match row {
        Some(row) => Ok(row),
        None => refuse(ProblemCode::CardUnknown, "no card of this city has this number; type its 8 to 20 digits"),
    }
}

fn not_linked(row: &CardRow) -> Problem {
    let detail = "no account has this card; its user links it in the app first";
    Problem::new(ProblemCode::CardNotLinked, detail).with("card", masked(&row.number))
}

fn level(tx: &mut dyn Tx, account: AccountId) -> Outcome<LevelWord> {
    let row = tx.first(find!(IdentificationRow { account: account }))?;
    Ok(row.map_or(LevelWord::Anonymous, |row| row.level))
}

fn at_office(tx: &mut dyn Tx, row: &CardRow) -> Outcome<OfficeCard> {
    let identification = row.account.map(|account| level(tx, account)).transpose()?;
    Ok(OfficeCard {
        card: row.id,
        number_masked: masked(&row.number),
        state: row.state.into(),
        blocked_for: row.trouble.map(Into::into),
        balance: told::balance(row),
        identification: identification.map(Identification::from),
    })
}

/// What a clerk does stands in the audit log: which card, and nobody's name.
fn log(tx: &mut dyn Tx, call: &Call<'_>, action: &str, row: &CardRow, note: &str) -> Outcome<()> {
    let (actor, subject) = (call.who()?.account.to_string(), row.id.to_string());
    grants::log(tx, call.operator, call.now, &Logged { actor: &actor, action, subject: &subject, note })
}

/// The user whose account has this card was identified.
pub(crate) fn confirm(tx: &mut dyn Tx, call: &mut Call<'_>, asked: UserToConfirm) -> Outcome<OfficeCard> {
    let (city, _) = city_of(call, &asked.city)?;
    let row = by_number(tx, city, &asked.number)?;
    let drawer = Drawer::open(tx, (call.operator, call.now), [row.clone()], &[])?;
    let row = drawer.card(row.id)?.clone();
    let Some(account) = row.account else { return Err(not_linked(&row).into()) };
    if level(tx, account)? != LevelWord::Confirmed {
        let (level, confirmed_at) = (LevelWord::Confirmed, call.now);
        tx.write(Write::insert(IdentificationRow { account, level, confirmed_at }))?;
        log(tx, call, "user.confirmed", &row, "an identity document was seen")?;
    }
    at_office(tx, &row)
}

/// A card is blocked, or found again.
pub(crate) fn block(tx: &mut dyn Tx, call: &mut Call<'_>, asked: CardToBlock) -> Outcome<OfficeCard> {
    let (operator, now) = (call.operator, call.now);
    let (city, _) = city_of(call, &asked.city)?;
    let trouble = asked.blocked_for.map(TroubleWord::try_from).transpose().map_err(|_| {
        let detail = "a card is blocked because it is lost, stolen, defective or stopped";
        Problem::new(ProblemCode::BadRequest, detail).with("field", "blocked_for")
    })?;
    if trouble.is_some() == asked.is_found {
        let detail = "say why it is blocked, or that it was found, which ends the block";
        return Err(Problem::new(ProblemCode::BadRequest, detail).with("field", "blocked_for").into());
    }
    let row = by_number(tx, city, &asked.number)?;
    let mut drawer = Drawer::open(tx, (operator, now), [row.clone()], &[])?;
    let row = drawer.card(row.id)?.clone();
    if row.state == StateWord::Replaced {
        return Err(riders::replaced().into());
    }
    let (row, action) = match trouble {
        Some(trouble) => (CardRow { trouble: Some(trouble), ..riders::blocked(row, trouble, now) }, "card.blocked"),
        None => match CardState::from(row.state).step(CardEvent::Unblock) {
            Ok(state) => {
                let state = StateWord::from(state);
                tx.write(delete!(ReportRow { card: row.id }))?;
                (CardRow { state, trouble: None, blocked_at: None, ..row }, "card.unblocked")
            }
            // It was not blocked.
            Err(_) => return at_office(tx, &row),
        },
    };
    drawer.change(row.clone());
    drawer.close(tx)?;
    log(tx, call, action, &row, row.trouble.map(TroubleWord::word).unwrap_or_default())?;
    at_office(tx, &row)
}

/// Another card of the same user takes the place of one: its balance, in one entry, and what waits
/// for a reader.
pub(crate) fn replace(tx: &mut dyn Tx, call: &mut Call<'_>, asked: CardToReplace) -> Outcome<OfficeCard> {
    let (operator, now) = (call.operator, call.now);
    let (city, cards) = city_of(call, &asked.city)?;
    let old = by_number(tx, city, &asked.number)?;
    let new = by_number(tx, city, &asked.replacement)?;
    if printed_code(&asked.replacement_code).is_none_or(|code| code != new.code) {
        return Err(unknown().with("card", masked(&new.number)).into());
    }
    if old.replaced_by == Some(new.id) {
        return at_office(tx, &new);
    }
    if old.id == new.id {
        let detail = "a card does not take its own place; type the number of the other one";
        return Err(Problem::new(ProblemCode::BadRequest, detail).with("field", "replacement").into());
    }
    let mut drawer = Drawer::open(tx, (operator, now), [old.clone(), new.clone()], &[])?;
    let (old, new) = (drawer.card(old.id)?.clone(), drawer.card(new.id)?.clone());
    let state = CardState::from(old.state).step(CardEvent::Replace).map_err(|_| riders::replaced())?;
    let Some(account) = old.account else { return Err(not_linked(&old).into()) };
    if level(tx, account)? != LevelWord::Confirmed {
        let detail = "the user is not confirmed; see the original of his identity document and confirm him first";
        return refuse(ProblemCode::IdentificationRequired, detail);
    }
    riders::rides_on(&new)?;
    if new.account.is_some_and(|other| other != account) {
        return refuse(ProblemCode::CardLinkedElsewhere, "the other card belongs to another account");
    }
    if new.account.is_none() {
        let others: Vec<CardRow> =
            tx.all(riders::of_account(account))?.into_iter().filter(|row| row.id != old.id).collect();
        riders::fits_beside(city, cards, &others, &new)?;
    }
    drawer.change(CardRow { account: Some(account), linked_at: Some(new.linked_at.unwrap_or(now)), ..new.clone() });
    if old.balance != 0 {
        let movement = (REPLACED, old.id.to_string());
        let from = LedgerAccount::Card { holder: old.holder };
        drawer.gain(tx, new.id, (movement.0, &movement.1), (old.balance, from), old.balance_at)?;
    }
    waiting_moved(tx, call, &old, &new)?;
    drawer.unlink(old.id)?;
    let ended = drawer.card(old.id)?.clone();
    drawer.change(CardRow {
        state: StateWord::from(state),
        replaced_by: Some(new.id),
        balance: 0,
        blocked_at: ended.blocked_at.or(Some(now)),
        ..ended
    });
    tx.write(delete!(ReportRow { card: old.id }))?;
    let row = drawer.card(new.id)?.clone();
    drawer.close(tx)?;
    log(tx, call, "card.replaced", &old, &format!("by {}", new.id))?;
    at_office(tx, &row)
}

/// What was paid for a card and is not on it yet waits for the other one.
fn waiting_moved(tx: &mut dyn Tx, call: &Call<'_>, old: &CardRow, new: &CardRow) -> Outcome<()> {
    let waiting: Vec<TopUpRow> = tx.all(told::waiting_of(old.id))?;
    let amount = waiting.iter().try_fold(0_i64, |sum, row| sum.checked_add(row.amount));
    let amount = amount.ok_or_else(|| StoreError::unreadable("top-ups", "their sum is too large"))?;
    if amount == 0 {
        return Ok(());
    }
    for row in waiting {
        tx.write(update!(TopUpRow { id: row.id } set { card: new.id }))?;
    }
    let legs = vec![
        (LedgerAccount::CardTopUp { holder: old.holder }, amount),
        (LedgerAccount::CardTopUp { holder: new.holder }, -amount),
    ];
    let (id, reference) = (call.operator.new_id(call.now), old.id.to_string());
    let movement = Movement { id, kind: WAITING_MOVED, reference: &reference, currency: old.currency, legs };
    ledger::post(tx, call.now, None, movement)
}
