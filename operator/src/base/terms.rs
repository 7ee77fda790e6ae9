//! Which version of the terms an account accepted, when and how; what it has still to accept.

use chrono::{DateTime, Utc};
use mesto_protocol::base::terms::{
    self as wire, AcceptedBy, AcceptedTerms, CityTerms, PublishedTerms, TermsList, TermsPending, TermsToAccept,
};
use mesto_protocol::kernel::ids::AccountId;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::City;
use mesto_rules::CityId;
use mesto_rules::city::Terms;
use mesto_rules::kernel::terms::{Accepted, Pending};

use crate::kernel::account::{AccountRow, LockedAccount};
use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::service::{Erasure, Export, Service, Table, Told, serve};
use crate::kernel::store::{Select, StoreError, Tx, Write};
use crate::{find, stored_words, table, values};

stored_words! {
    /// `terms_accepted.accepted_by`
    pub(crate) enum AcceptedByWord for AcceptedBy {
        Registration = "registration",
        Use = "use",
        Person = "person",
    }
}

table! {
    /// A version that an account accepted after it was registered.
    pub(crate) struct AcceptedRow in "terms_accepted" {
        account: AccountId,
        city: CityId,
        terms: String,
        version: String,
        accepted_by: AcceptedByWord,
        accepted_at: DateTime<Utc>,
    }
}

impl From<AcceptedRow> for AcceptedTerms {
    fn from(row: AcceptedRow) -> Self {
        let AcceptedRow { city, terms, version, accepted_by, accepted_at, .. } = row;
        Self { city, id: terms, version, accepted_by: accepted_by.into(), accepted_at }
    }
}

pub(crate) const SERVICE: Service = Service {
    operations: &[&[serve!(get wire::LIST => list), serve!(post wire::ACCEPT => accept)]],
    tables: &[Table {
        name: "terms_accepted",
        export: Export::Rows {
            called: "terms_accepted",
            columns: &[
                Told::Plain("city"),
                Told::Plain("terms"),
                Told::Plain("version"),
                Told::Plain("accepted_by"),
                Told::Time("accepted_at"),
            ],
            from: "terms_accepted WHERE account = $1 ORDER BY accepted_at, city, terms, version",
        },
        erasure: Erasure::Excused("which contract was concluded when is evidence; the account is a pseudonym"),
    }],
    ..Service::of(&wire::SERVICE)
};

/// What an account accepted.
pub(crate) fn of(account: AccountId) -> Select<AcceptedRow> {
    Select::of(
        "FROM terms_accepted WHERE terms_accepted.account = $1 ORDER BY terms_accepted.accepted_at DESC, terms_accepted.version DESC",
        values![account],
    )
}

/// What an account accepted of some terms: by its registration and afterwards.
fn accepted(city: &City, terms: &Terms, created_at: DateTime<Utc>, rows: &[AcceptedRow]) -> Accepted {
    let own = rows.iter().filter(|row| row.city == city.id && row.terms == terms.id);
    Accepted { registered_on: city.local_day(created_at), versions: own.map(|row| row.version.clone()).collect() }
}

/// The terms about a service that an account has not accepted at a moment.
pub(crate) fn pending<'a>(
    city: &'a City,
    service: &str,
    (created_at, now): (DateTime<Utc>, DateTime<Utc>),
    rows: &[AcceptedRow],
) -> Vec<Pending<'a>> {
    let about = city.terms.iter().filter(|terms| terms.are_about(service));
    let today = city.local_day(now);
    about.filter_map(|terms| terms.pending(&accepted(city, terms, created_at, rows), today)).collect()
}

/// As a quote tells it.
pub(crate) fn told(pending: &Pending<'_>) -> TermsPending {
    let Terms { id, version, published_on, effective_on, needs_acceptance, links, .. } = pending.terms;
    TermsPending {
        id: id.clone(),
        version: version.clone(),
        published_on: *published_on,
        effective_on: *effective_on,
        is_effective: pending.is_effective,
        needs_acceptance: *needs_acceptance,
        links: links.clone(),
    }
}

/// Refuses where terms that hold have to be accepted first.
pub(crate) fn check(pending: &[Pending<'_>]) -> Outcome<()> {
    let Some(Pending { terms, .. }) = pending.iter().find(|pending| pending.stops_paying()) else { return Ok(()) };
    let detail = format!(
        "version {} of {} holds since {}; accept it, or suspend or close the account",
        terms.version, terms.id, terms.effective_on
    );
    Err(Problem::new(ProblemCode::TermsNotAccepted, detail)
        .with("terms", &terms.id)
        .with("version", &terms.version)
        .with("effective_on", terms.effective_on)
        .into())
}

/// Writes down what paying accepted (AV-127), and tells the account, which is locked.
pub(crate) fn accepted_by_use(
    tx: &mut dyn Tx,
    now: DateTime<Utc>,
    account: &mut LockedAccount,
    city: &City,
    pending: &[Pending<'_>],
) -> Outcome<()> {
    for pending in pending.iter().filter(|pending| pending.is_accepted_by_use()) {
        write(tx, now, account, (city, pending.terms), AcceptedByWord::Use)?;
    }
    Ok(())
}

fn write(
    tx: &mut dyn Tx,
    now: DateTime<Utc>,
    account: &mut LockedAccount,
    (city, terms): (&City, &Terms),
    accepted_by: AcceptedByWord,
) -> Outcome<AcceptedTerms> {
    let (account_id, version) = (account.id, terms.version.clone());
    let row = AcceptedRow {
        account: account_id,
        city: city.id.clone(),
        terms: terms.id.clone(),
        version,
        accepted_by,
        accepted_at: now,
    };
    tx.write(Write::insert(row.clone()))?;
    let accepted = AcceptedTerms::from(row);
    account.tell(&accepted)?;
    Ok(accepted)
}

/// What registration accepted: the newest version that was published by then.
fn by_registration(city: &City, terms: &Terms, created_at: DateTime<Utc>) -> Option<AcceptedTerms> {
    let day = city.local_day(created_at);
    let version = terms.versions().find(|version| version.published_on <= day)?.version;
    let (city, id) = (city.id.clone(), terms.id.clone());
    Some(AcceptedTerms { city, id, version, accepted_by: AcceptedBy::Registration, accepted_at: created_at })
}

fn list(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<TermsList> {
    let city = call.operator.city(&call.request.needed("city")?)?;
    let account = call.who()?.account;
    let Some(AccountRow { created_at, .. }) = tx.first(find!(AccountRow { id: account }))? else {
        return Err(StoreError::unreadable("account", "it is gone").into());
    };
    let rows = tx.all(of(account))?;
    let today = city.local_day(call.now);
    let items = city.terms.iter().map(|terms| {
        let own = rows.iter().filter(|row| row.city == city.id && row.terms == terms.id).cloned();
        let versions = terms.versions().map(|version| PublishedTerms {
            version: version.version,
            published_on: version.published_on,
            effective_on: version.effective_on,
            links: version.links,
        });
        CityTerms {
            id: terms.id.clone(),
            scope: terms.scope.clone(),
            in_force: terms.in_force_on(today).map(str::to_owned),
            versions: versions.collect(),
            accepted: own.map(AcceptedTerms::from).chain(by_registration(city, terms, created_at)).collect(),
            pending: terms.pending(&accepted(city, terms, created_at, &rows), today).as_ref().map(told),
        }
    });
    Ok(TermsList { items: items.collect() })
}

fn accept(tx: &mut dyn Tx, call: &mut Call<'_>, asked: TermsToAccept) -> Outcome<AcceptedTerms> {
    let city = call.operator.city(&asked.city)?;
    let today = city.local_day(call.now);
    let terms = city.terms_of(&asked.id).filter(|terms| terms.published_on <= today);
    let Some(terms) = terms.filter(|terms| terms.version == asked.version) else {
        let known: Vec<String> = city.terms.iter().map(|terms| format!("{} {}", terms.id, terms.version)).collect();
        let detail = format!("the terms of {} are: {}", city.id, known.join(", "));
        let problem = Problem::new(ProblemCode::TermsUnknown, detail).with("known", known);
        let newest = city.terms_of(&asked.id).map(|terms| terms.version.as_str());
        return Err(newest.map_or(problem.clone(), |newest| problem.with("version", newest)).into());
    };
    let mut account = LockedAccount::of_caller(tx, call.who()?.account)?;
    let rows = tx.all(of(account.id))?;
    let is_it = |row: &&AcceptedRow| row.city == city.id && row.terms == terms.id && row.version == terms.version;
    if let Some(known) = rows.iter().find(is_it) {
        return Ok(known.clone().into());
    }
    let registered = by_registration(city, terms, account.created_at);
    if let Some(known) = registered.filter(|known| known.version == terms.version) {
        return Ok(known);
    }
    let accepted = write(tx, call.now, &mut account, (city, terms), AcceptedByWord::Person)?;
    account.release(tx, call.now)?;
    Ok(accepted)
}
