//! Cards as their riders link, see and report them.

use chrono::{DateTime, Utc};
use mesto_protocol::Problem;
use mesto_protocol::ProblemCode;
use mesto_protocol::cards::riders::{
    self as wire, Card, CardReport, CardToLink, CardTrouble, CardsSection as SectionOnTheWire, NOTE_MOST,
};
use mesto_protocol::kernel::ids::AccountId;
use mesto_protocol::kernel::json::Json as OnTheWire;
use mesto_rules::City;
use mesto_rules::cards::{
    CardEvent, CardState, CardsSection, LinkError, masked, may_link, printed_code, transport_number,
};

use crate::cards::drawer::Drawer;
use crate::cards::tables::{CardRow, ReportRow, StateWord, TroubleWord};
use crate::cards::{CardLimits, history, told, unknown};
use crate::kernel::call::Call;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::limits::Limit;
use crate::kernel::operator::Operator;
use crate::kernel::service::{Served, serve};
use crate::kernel::store::{Select, Tx, Write};
use crate::{delete, find, update, values};

pub(crate) const OPERATIONS: &[Served] = &[
    serve!(post wire::LINK => link),
    serve!(delete wire::UNLINK => unlink),
    serve!(post wire::REPORT => report),
    serve!(get wire::HISTORY => history::history),
];

/// The cards of an account, the one that was linked last first.
pub(crate) fn of_account(account: AccountId) -> Select<CardRow> {
    Select::of("FROM card WHERE card.account = $1 ORDER BY card.linked_at DESC, card.id DESC", values![account])
}

/// What an app shows of cards.
pub(crate) fn section(
    tx: &mut dyn Tx,
    operator: &Operator,
    account: AccountId,
    _: DateTime<Utc>,
) -> Outcome<OnTheWire> {
    let rows = tx.all(of_account(account))?;
    let mut cards = Vec::with_capacity(rows.len());
    for row in rows {
        cards.push(told::card_read(tx, operator.city(row.city.as_str())?, &row)?);
    }
    Ok(OnTheWire::of(&SectionOnTheWire { cards })?)
}

/// A card of the caller.
pub(crate) fn own(tx: &mut dyn Tx, call: &Call<'_>, card: &str) -> Outcome<CardRow> {
    match tx.first(find!(CardRow { id: card, account: Some(call.who()?.account) }))? {
        Some(row) => Ok(row),
        None => refuse(ProblemCode::NotFound, "there is no such card of yours"),
    }
}

/// Links a card. Who guesses does so only so often in an hour; a number is guarded for itself too,
/// so that many accounts together find its code no sooner.
pub(crate) fn link(tx: &mut dyn Tx, call: &mut Call<'_>, asked: CardToLink) -> Outcome<Card> {
    let (operator, now, account) = (call.operator, call.now, call.who()?.account);
    let city = operator.city(&asked.city)?;
    let cards = city.section::<CardsSection>()?;
    let (Some(number), Some(code)) = (transport_number(&asked.number), printed_code(&asked.code)) else {
        return Err(unknown().into());
    };
    let found = tx.first(find!(CardRow { city: &city.id, number: &number }))?;
    let mut drawer = Drawer::open(tx, (operator, now), found.clone(), &[account])?;
    drawer.of_caller(account)?;
    let limits = operator.limits::<CardLimits>();
    let (own_tries, of_number) = (account.to_string(), format!("{}:{number}", city.id));
    let by_account = Limit { kind: "wrong_card", subject: &own_tries, most: limits.wrong_cards_per_account };
    let of_card = Limit { kind: "wrong_card_code", subject: &of_number, most: limits.wrong_codes_per_card };
    by_account.check(tx, now)?;
    of_card.check(tx, now)?;
    let Some(found) = found.filter(|row| row.code == code) else {
        of_card.count(tx, operator, now)?;
        return Err(by_account.missed(tx, operator, now, unknown()));
    };
    let row = drawer.card(found.id)?.clone();
    match row.account {
        Some(linked) if linked == account => return told::card_read(tx, city, &row),
        Some(_) => {
            let detail = "another account has this card; whoever holds it brings it to an office";
            return refuse(ProblemCode::CardLinkedElsewhere, detail);
        }
        None => {}
    }
    rides_on(&row)?;
    let linked = tx.all(of_account(account))?;
    may_be_beside(city, cards, &linked, &row)?;
    let row = CardRow { account: Some(account), linked_at: Some(now), is_defective: false, ..row };
    drawer.change(row.clone());
    // The rider was not its own when the accounts were locked: he is told by the account of who
    // asks, which is locked.
    drawer.close(tx)?;
    told::card_read(tx, city, &row)
}

/// Whether a card may be linked beside those of an account (AV-73, AV-74).
fn may_be_beside(city: &City, cards: &CardsSection, linked: &[CardRow], another: &CardRow) -> Outcome<()> {
    if let Some(gone) = linked.iter().find(|row| is_gone(row)) {
        return Err(office_needed(gone).into());
    }
    fits_beside(city, cards, linked, another)
}

/// Whether a tariff may stand beside those of an account (AV-73).
pub(crate) fn fits_beside(city: &City, cards: &CardsSection, linked: &[CardRow], another: &CardRow) -> Outcome<()> {
    let here = linked.iter().filter(|row| row.city == city.id);
    let tariffs: Vec<_> = here.map(|row| told::tariff(cards, row)).collect();
    may_link(&tariffs, &told::tariff(cards, another), cards.policy.linked_most).map_err(|why| {
        let detail = why.to_string();
        match why {
            LinkError::OnlyStandard => Problem::new(ProblemCode::CardOnlyStandard, detail),
            LinkError::TooMany { most } => Problem::new(ProblemCode::CardsTooMany, detail).with("most", most),
        }
    })?;
    Ok(())
}

/// Lost or stolen: what becomes of it is done at an office.
fn is_gone(row: &CardRow) -> bool {
    row.state == StateWord::Blocked && matches!(row.trouble, Some(TroubleWord::Lost | TroubleWord::Stolen))
}

/// What has to be brought where (AV-75).
fn office_needed(row: &CardRow) -> Problem {
    let detail = "after a loss or a theft another card is linked at the partner's office: come yourself, with an application, the original of an identity document and the other card";
    Problem::new(ProblemCode::CardOfficeNeeded, detail).with("card", masked(&row.number))
}

/// Refuses a card that neither rides nor is topped up.
pub(crate) fn rides_on(row: &CardRow) -> Result<(), Problem> {
    match row.state {
        StateWord::Active => Ok(()),
        StateWord::Blocked => Err(Problem::new(ProblemCode::CardBlocked, "this card is blocked; ask at an office")),
        StateWord::Replaced => Err(replaced()),
    }
}

pub(crate) fn replaced() -> Problem {
    Problem::new(ProblemCode::CardReplaced, "another card took the place of this one; use that")
}

/// The account has this card no more.
pub(crate) fn unlink(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<()> {
    let (row, account) = (own(tx, call, call.named())?, call.who()?.account);
    let mut drawer = Drawer::open(tx, (call.operator, call.now), [row.clone()], &[account])?;
    drawer.of_caller(account)?;
    if is_gone(drawer.card(row.id)?) {
        return Err(office_needed(&row).into());
    }
    drawer.unlink(row.id)?;
    tx.write(delete!(ReportRow { card: row.id }))?;
    drawer.close(tx)
}

/// The rider says what is wrong with a card: a lost or stolen one is blocked at once.
pub(crate) fn report(tx: &mut dyn Tx, call: &mut Call<'_>, said: CardReport) -> Outcome<Card> {
    let (operator, now, account) = (call.operator, call.now, call.who()?.account);
    let trouble = match said.trouble {
        CardTrouble::Lost => TroubleWord::Lost,
        CardTrouble::Stolen => TroubleWord::Stolen,
        CardTrouble::Defective => TroubleWord::Defective,
        other => {
            let detail = "say that it is lost, stolen or defective";
            return Err(Problem::new(ProblemCode::BadRequest, detail)
                .with("field", "trouble")
                .with("trouble", other)
                .into());
        }
    };
    let row = own(tx, call, &said.card.to_string())?;
    let city = operator.city(row.city.as_str())?;
    let mut drawer = Drawer::open(tx, (operator, now), [row.clone()], &[account])?;
    drawer.of_caller(account)?;
    let row = drawer.card(row.id)?.clone();
    let row = match trouble {
        TroubleWord::Defective => CardRow { is_defective: true, ..row },
        trouble => blocked(row, trouble, now),
    };
    drawer.change(row.clone());
    let note: String = said.note.trim().chars().take(NOTE_MOST).collect();
    let said_before = tx.first(find!(ReportRow { card: row.id }))?;
    tx.write(match said_before {
        Some(_) => {
            update!(ReportRow { card: row.id } set { account: account, trouble: trouble, note: note, said_at: now })
        }
        None => Write::insert(ReportRow { card: row.id, account, trouble, note, said_at: now }),
    })?;
    drawer.close(tx)?;
    told::card_read(tx, city, &row)
}

/// A card that is blocked for a reason. What blocked it first stays, unless its rider says more
/// than that it is defective.
pub(crate) fn blocked(row: CardRow, trouble: TroubleWord, now: DateTime<Utc>) -> CardRow {
    match CardState::from(row.state).step(CardEvent::Block) {
        Ok(state) => CardRow { state: StateWord::from(state), trouble: Some(trouble), blocked_at: Some(now), ..row },
        Err(_) if row.trouble == Some(TroubleWord::Stopped) => row,
        Err(_) => CardRow { trouble: Some(trouble), ..row },
    }
}
