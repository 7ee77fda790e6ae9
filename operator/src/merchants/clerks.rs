//! Merchants and their tills: registered by a clerk, or by the operator's tool.

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::ids::MerchantId;
use mesto_protocol::merchants::clerks::{
    self as wire, Merchant, MerchantPage, MerchantState, MerchantStateToSay, MerchantToRegister, NAME_MOST,
    TillToRegister,
};
use mesto_protocol::merchants::payers::MerchantName;
use mesto_protocol::merchants::tills::{REFERENCE_MOST, Till};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::City;
use mesto_rules::merchants::{Commission, MerchantCategoryId, MerchantsSection, TillToken};

use crate::kernel::call::Call;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::grants::{self, Logged};
use crate::kernel::operator::Operator;
use crate::kernel::paging::AskedPage;
use crate::kernel::service::{Served, serve};
use crate::kernel::store::{Ask, Json, Select, Tx, Write};
use crate::merchants::tables::{MerchantRow, MerchantWord, TillRow};
use crate::merchants::{refusal, tills};
use crate::{find, update, values};

pub(crate) const OPERATIONS: &[Served] = &[
    serve!(post wire::REGISTER => register),
    serve!(get wire::LIST => list),
    serve!(post wire::STATE => say_state),
    serve!(post wire::TILL => register_till),
];

/// A merchant as it is told to a clerk.
pub(super) fn told(row: MerchantRow) -> Outcome<Merchant> {
    Ok(Merchant {
        id: row.id,
        city: row.city,
        names: row.names.read()?,
        business_number: row.business_number,
        category: row.category,
        contract: row.contract,
        contract_on: row.contract_on,
        commission_basis_points: row.basis_points,
        state: row.state.into(),
    })
}

fn register(tx: &mut dyn Tx, call: &mut Call<'_>, asked: MerchantToRegister) -> Outcome<Merchant> {
    let city = call.operator.city(&asked.city)?;
    call.in_city(city.id.as_str())?;
    let by = call.who()?.account.to_string();
    registered(tx, (call.operator, call.now), &by, &asked)
}

/// Registers a merchant, or says anew what is known of the one of a business number.
pub(super) fn registered(
    tx: &mut dyn Tx,
    (operator, now): (&Operator, DateTime<Utc>),
    by: &str,
    asked: &MerchantToRegister,
) -> Outcome<Merchant> {
    let city = operator.city(&asked.city)?;
    let section = city.section::<MerchantsSection>()?;
    let names = names(city, &asked.names)?;
    let business_number = business_number(section, &asked.business_number)?;
    let category = category(section, &asked.category)?;
    let contract = refusal::reference("contract", &asked.contract, REFERENCE_MOST)?;
    let today = city.local_day(now);
    if asked.contract_on > today {
        let detail = format!("a contract is not of a day to come; today it is {today}");
        let problem = Problem::new(ProblemCode::OutOfRange, detail).with("field", "contract_on");
        return Err(problem.with("most", today).into());
    }
    if Commission::new(asked.commission_basis_points).is_none() {
        let detail = "the commission is at most 10000 hundredths of a percent";
        let problem = Problem::new(ProblemCode::OutOfRange, detail).with("field", "commission_basis_points");
        return Err(problem.with("most", 10_000).into());
    }
    // Two who register the same one at once wait for each other here.
    tx.read(vec![Ask::subject_lock(&format!("merchant:{}:{business_number}", city.id))])?;
    let known = find!(MerchantRow { city: &city.id, business_number: &business_number });
    let (row, action) = match tx.first(known.locking("merchant"))? {
        Some(known) => {
            refuse_ended(&known)?;
            let row = MerchantRow {
                names: Json::of(&names)?,
                category,
                contract,
                contract_on: asked.contract_on,
                basis_points: asked.commission_basis_points,
                ..known
            };
            tx.write(update!(MerchantRow { id: row.id } set {
                names: row.names.clone(),
                category: row.category.clone(),
                contract: &row.contract,
                contract_on: row.contract_on,
                basis_points: row.basis_points
            }))?;
            (row, "merchant.changed")
        }
        None => {
            let row = MerchantRow {
                id: operator.new_id(now),
                city: city.id.clone(),
                names: Json::of(&names)?,
                business_number,
                category,
                contract,
                contract_on: asked.contract_on,
                basis_points: asked.commission_basis_points,
                state: MerchantWord::Active,
                payments: 0,
                payable: 0,
                owed: 0,
                currency: city.currency,
            };
            tx.write(Write::insert(row.clone()))?;
            (row, "merchant.registered")
        }
    };
    let (subject, note) = (row.id.to_string(), format!("{} of {}", row.contract, row.contract_on));
    grants::log(tx, operator, now, &Logged { actor: by, action, subject: &subject, note: &note })?;
    told(row)
}

/// A name in every language of the city and in no other, in the city's order.
fn names(city: &City, told: &[MerchantName]) -> Outcome<Vec<MerchantName>> {
    let is_strange = told.iter().any(|one| !city.languages.contains(&one.language));
    if is_strange || told.len() != city.languages.len() {
        let detail = format!("say the name once in each of: {}", city.languages.join(", "));
        return Err(refusal::bad("names", &detail));
    }
    let mut names = Vec::with_capacity(told.len());
    for language in &city.languages {
        let Some(one) = told.iter().find(|one| one.language == *language) else {
            return Err(refusal::bad("names", &format!("the name in {language} is missing")));
        };
        names.push(MerchantName {
            language: language.clone(),
            name: refusal::name("names.name", &one.name, NAME_MOST)?,
        });
    }
    Ok(names)
}

fn business_number(section: &MerchantsSection, typed: &str) -> Outcome<String> {
    let digits = section.policy.business_digits;
    let fits =
        typed.bytes().all(|byte| byte.is_ascii_digit()) && u32::try_from(typed.len()).is_ok_and(|it| it == digits);
    if fits { Ok(typed.to_owned()) } else { Err(refusal::bad("business_number", &format!("{digits} digits"))) }
}

fn category(section: &MerchantsSection, typed: &str) -> Outcome<MerchantCategoryId> {
    match section.category(typed) {
        Some(category) => Ok(category.id.clone()),
        None => {
            let known: Vec<&str> = section.categories.iter().map(|category| category.id.as_str()).collect();
            let detail = format!("the city has no such category of merchants; these are: {}", known.join(", "));
            Err(Problem::new(ProblemCode::MerchantCategoryUnknown, detail).with("known", known).into())
        }
    }
}

fn refuse_ended(row: &MerchantRow) -> Outcome<()> {
    match row.state {
        MerchantWord::Ended => {
            refuse(ProblemCode::MerchantEnded, "its contract has ended for good; nothing is changed any more")
        }
        MerchantWord::Active | MerchantWord::Suspended => Ok(()),
    }
}

/// Newest first.
fn list(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<MerchantPage> {
    let city = call.operator.city(&call.request.needed("city")?)?;
    call.in_city(city.id.as_str())?;
    let asked = AskedPage::<MerchantId>::of(call.request)?;
    let rows: Vec<MerchantRow> = tx.all(Select::of(
        "FROM merchant WHERE merchant.city = $1 AND merchant.id < $2 ORDER BY merchant.id DESC LIMIT $3",
        values![&city.id, asked.older_than(), asked.reads()],
    ))?;
    let (rows, next) = asked.page(rows, |row| row.id.to_string());
    Ok(MerchantPage { items: rows.into_iter().map(told).collect::<Outcome<_>>()?, next })
}

/// A merchant by its id.
pub(super) fn one(tx: &mut dyn Tx, id: MerchantId) -> Outcome<MerchantRow> {
    match tx.first(find!(MerchantRow { id: id }))? {
        Some(row) => Ok(row),
        None => refuse(ProblemCode::NotFound, "there is no such merchant"),
    }
}

fn say_state(tx: &mut dyn Tx, call: &mut Call<'_>, asked: MerchantStateToSay) -> Outcome<Merchant> {
    let row = one(tx, asked.merchant)?;
    call.in_city(row.city.as_str())?;
    let by = call.who()?.account.to_string();
    in_state(tx, (call.operator, call.now), &by, &asked)
}

/// A merchant takes payments from now on, or does not; one that has ended stays so.
pub(super) fn in_state(
    tx: &mut dyn Tx,
    (operator, now): (&Operator, DateTime<Utc>),
    by: &str,
    asked: &MerchantStateToSay,
) -> Outcome<Merchant> {
    let Ok(state) = MerchantWord::try_from(asked.state.clone()) else {
        let detail = format!("a merchant is one of: {}", MerchantState::KNOWN.join(", "));
        return Err(refusal::bad("state", &detail));
    };
    if asked.reason.trim().is_empty() {
        return Err(refusal::bad("reason", "say why, for the audit log"));
    }
    one(tx, asked.merchant)?;
    let row = tills::locked(tx, asked.merchant)?;
    if row.state == state {
        return told(row);
    }
    refuse_ended(&row)?;
    tx.write(update!(MerchantRow { id: row.id } set { state: state }))?;
    let action = match state {
        MerchantWord::Active => "merchant.resumed",
        MerchantWord::Suspended => "merchant.suspended",
        MerchantWord::Ended => "merchant.ended",
    };
    let subject = row.id.to_string();
    grants::log(tx, operator, now, &Logged { actor: by, action, subject: &subject, note: &asked.reason })?;
    told(MerchantRow { state, ..row })
}

fn register_till(tx: &mut dyn Tx, call: &mut Call<'_>, asked: TillToRegister) -> Outcome<Till> {
    let row = one(tx, asked.merchant)?;
    call.in_city(row.city.as_str())?;
    let by = call.who()?.account.to_string();
    till(tx, (call.operator, call.now), &by, &asked)
}

/// Registers a till, or opens or closes the one of its name.
pub(super) fn till(
    tx: &mut dyn Tx,
    (operator, now): (&Operator, DateTime<Utc>),
    by: &str,
    asked: &TillToRegister,
) -> Outcome<Till> {
    let name = refusal::name("name", &asked.name, NAME_MOST)?;
    one(tx, asked.merchant)?;
    let merchant = tills::locked(tx, asked.merchant)?;
    refuse_ended(&merchant)?;
    let city = operator.city(merchant.city.as_str())?;
    let section = city.section::<MerchantsSection>()?;
    let (row, action) = match tx.first(find!(TillRow { merchant: merchant.id, name: &name }))? {
        Some(known) if known.is_open == asked.is_open => return Ok(tills::told_till(city, section, known)),
        Some(known) => {
            tx.write(update!(TillRow { id: known.id } set { is_open: asked.is_open }))?;
            let action = if asked.is_open { "till.opened" } else { "till.closed" };
            (TillRow { is_open: asked.is_open, ..known }, action)
        }
        None => {
            let mut chance = [0; TillToken::SIGNS];
            operator.entropy.fill(&mut chance);
            let row = TillRow {
                id: operator.new_id(now),
                merchant: merchant.id,
                city: merchant.city.clone(),
                name,
                token: TillToken::of_chance(chance),
                is_open: asked.is_open,
            };
            tx.write(Write::insert(row.clone()))?;
            (row, "till.registered")
        }
    };
    let (subject, note) = (row.id.to_string(), format!("of {}", row.merchant));
    grants::log(tx, operator, now, &Logged { actor: by, action, subject: &subject, note: &note })?;
    Ok(tills::told_till(city, section, row))
}
