//! Notices: news, works and outages, written by editors and read by anybody.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::base::notices::{
    self as wire, NewNotice, NoticePage, NoticeToWithdraw, ServiceNotice, ServiceNoticeKind,
};
use mesto_protocol::kernel::ids::NoticeId;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::city::Texts;
use mesto_rules::kernel::availability::{Span, Works};
use mesto_rules::{City, CityId};

use crate::kernel::call::Call;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::grants;
use crate::kernel::http::Response;
use crate::kernel::kept::Made;
use crate::kernel::operator::{Operator, whole_millis};
use crate::kernel::paging::AskedPage;
use crate::kernel::service::{Erasure, Export, Service, Table, serve};
use crate::kernel::store::{Json, Select, Store, StoreError, Tx, Write, id_columns, transact};
use crate::kernel::text;
use crate::{find, stored_words, table, update, values};

id_columns![NoticeId];

stored_words! {
    /// `notice.kind`
    pub(crate) enum KindWord for ServiceNoticeKind {
        News = "news",
        PlannedWorks = "planned_works",
        UrgentWorks = "urgent_works",
        Outage = "outage",
        TariffChange = "tariff_change",
        TermsChange = "terms_change",
    }
}

table! {
    /// A notice. It is never changed: what was announced when decides what counts as up.
    pub(crate) struct NoticeRow in "notice" {
        id: NoticeId,
        kind: KindWord,
        /// Absent for all cities.
        city: Option<CityId>,
        services: Json<Vec<String>>,
        title: Json<Texts>,
        body: Json<Texts>,
        begins_at: Option<DateTime<Utc>>,
        ends_at: Option<DateTime<Utc>>,
        published_at: DateTime<Utc>,
        /// The editor's account, or the tool.
        author: String,
        withdrawn_at: Option<DateTime<Utc>>,
    }
}

impl NoticeRow {
    fn told(self) -> Outcome<ServiceNotice> {
        Ok(ServiceNotice {
            id: self.id,
            kind: self.kind.into(),
            city: self.city,
            services: self.services.read()?,
            title: self.title.read()?,
            body: self.body.read()?,
            begins_at: self.begins_at,
            ends_at: self.ends_at,
            published_at: self.published_at,
        })
    }
}

pub(crate) const SERVICE: Service = Service {
    operations: &[&[
        serve!(raw wire::LIST => list),
        serve!(post wire::PUBLISH => publish),
        serve!(post wire::WITHDRAW => withdraw),
    ]],
    tables: &[Table {
        name: "notice",
        export: Export::Excused("what everybody may read; names no person but its author's pseudonym"),
        erasure: Erasure::Excused("what was announced when is evidence; the author is a pseudonym"),
    }],
    ..Service::of(&wire::SERVICE)
};

/// Letters of a title and of a text in one language.
const TITLE_MOST: usize = 120;
const BODY_MOST: usize = 4_000;
/// Languages and services that one notice names.
const NAMED_MOST: usize = 16;
/// How far ahead a notice tells of something, and how long that may take.
const AHEAD_MOST: TimeDelta = TimeDelta::days(366);
/// Said again so soon it is the same notice.
const AGAIN: TimeDelta = TimeDelta::hours(1);

/// Newest first, with a tag by which nothing is sent twice.
fn list(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let city = call.operator.city(&call.request.needed("city")?)?;
    let asked = AskedPage::<NoticeId>::of(call.request)?;
    let rows: Vec<NoticeRow> = tx.all(Select::of(
        "FROM notice WHERE (notice.city IS NULL OR notice.city = $1) AND notice.withdrawn_at IS NULL AND notice.id < $2 ORDER BY notice.id DESC LIMIT $3",
        values![&city.id, asked.older_than(), asked.reads()],
    ))?;
    let told = rows.into_iter().map(NoticeRow::told).collect::<Outcome<Vec<_>>>()?;
    let (items, next) = asked.page(told, |notice| notice.id.to_string());
    let body = serde_json::to_vec(&NoticePage { items, next })?;
    Ok(Made::new("application/json", body.clone(), &body).answer(call.request))
}

fn refused(field: &str, detail: String) -> Problem {
    Problem::new(ProblemCode::BadRequest, detail).with("field", field)
}

/// A text in every language of these, and no letter that turns others around.
fn texts(field: &str, typed: &Texts, languages: &[String], most: usize) -> Outcome<Texts> {
    if typed.0.len() > NAMED_MOST {
        return Err(refused(field, format!("a text stands in at most {NAMED_MOST} languages")).into());
    }
    let mut plain = Texts::default();
    for (language, text) in &typed.0 {
        language.parse::<mesto_rules::Language>().map_err(|error| refused(field, error.to_string()))?;
        let lines = text.lines().map(|line| text::plain(line, most + 1)).collect::<Vec<_>>().join("\n");
        let lines = lines.trim();
        if lines.chars().count() > most {
            let detail = format!("the text in {language} is longer than {most} characters");
            return Err(refused(field, detail).with("most", most).into());
        }
        if !lines.is_empty() {
            plain.0.insert(language.clone(), lines.to_owned());
        }
    }
    let missing: Vec<&String> = languages.iter().filter(|language| !plain.0.contains_key(*language)).collect();
    if missing.is_empty() {
        return Ok(plain);
    }
    let named = missing.iter().map(|language| language.as_str()).collect::<Vec<_>>().join(", ");
    Err(Problem::new(ProblemCode::NoticeLanguageMissing, format!("the {field} is missing in {named}"))
        .with("field", field)
        .with("missing", missing)
        .into())
}

/// When it begins and ends, as its kind needs it.
fn checked_times(kind: KindWord, asked: &NewNotice, now: DateTime<Utc>) -> Outcome<()> {
    let is_works = matches!(kind, KindWord::PlannedWorks | KindWord::UrgentWorks);
    for (field, at) in [("begins_at", asked.begins_at), ("ends_at", asked.ends_at)] {
        match at {
            None if is_works => return Err(refused(field, format!("works need {field}")).into()),
            Some(at) if (at - now).abs() > AHEAD_MOST => {
                let detail = format!("{field} is more than {} days away", AHEAD_MOST.num_days());
                return Err(Problem::new(ProblemCode::OutOfRange, detail).with("field", field).into());
            }
            _ => {}
        }
    }
    if let (Some(begins_at), Some(ends_at)) = (asked.begins_at, asked.ends_at)
        && ends_at <= begins_at
    {
        return Err(refused("ends_at", "it ends after it begins".to_owned()).into());
    }
    if kind == KindWord::PlannedWorks
        && let Some(begins_at) = asked.begins_at.filter(|begins_at| *begins_at <= now)
    {
        let detail = "planned works are announced before they begin; those that began are urgent_works";
        return Err(Problem::new(ProblemCode::NoticeTooLate, detail)
            .with("begins_at", begins_at)
            .with("now", now)
            .into());
    }
    Ok(())
}

fn publish(tx: &mut dyn Tx, call: &mut Call<'_>, asked: NewNotice) -> Outcome<ServiceNotice> {
    let operator: &Operator = call.operator;
    if let Some(city) = &asked.city {
        operator.city(city)?;
    }
    in_scope(call, asked.city.as_deref())?;
    published(tx, (operator, call.now), &asked, call.who()?.account.to_string())
}

/// Publishes a notice for somebody who may.
fn published(
    tx: &mut dyn Tx,
    (operator, now): (&Operator, DateTime<Utc>),
    asked: &NewNotice,
    author: String,
) -> Outcome<ServiceNotice> {
    let city: &City = match &asked.city {
        Some(city) => operator.city(city)?,
        None => &operator.home,
    };
    let Some(kind) = known(&asked.kind) else {
        let detail =
            format!("`{}` is no kind of notice; these are: {}", asked.kind, ServiceNoticeKind::KNOWN.join(", "));
        return Err(refused("kind", detail).with("known", ServiceNoticeKind::KNOWN).into());
    };
    checked_times(kind, asked, now)?;
    // A notice to all cities stands in the languages of each.
    let mut languages = city.languages.clone();
    if asked.city.is_none() {
        for language in operator.cities.values().flat_map(|city| &city.languages) {
            if !languages.contains(language) {
                languages.push(language.clone());
            }
        }
    }
    let title = texts("title", &asked.title, &languages, TITLE_MOST)?;
    let body = texts("body", &asked.body, &languages, BODY_MOST)?;
    let known: Vec<&str> = operator.services.iter().map(|service| service.name).collect();
    if asked.services.len() > NAMED_MOST || asked.services.iter().any(|name| !known.contains(&name.as_str())) {
        let detail = format!("name services of the operator, at most {NAMED_MOST}: {}", known.join(", "));
        return Err(refused("services", detail).with("known", known).into());
    }
    let row = NoticeRow {
        id: operator.new_id(now),
        kind,
        city: asked.city.is_some().then(|| city.id.clone()),
        services: Json::of(&asked.services)?,
        title: Json::of(&title)?,
        body: Json::of(&body)?,
        begins_at: asked.begins_at,
        ends_at: asked.ends_at,
        published_at: now,
        author,
        withdrawn_at: None,
    };
    let since = (now - AGAIN).timestamp_millis();
    let late: Vec<NoticeRow> = tx.all(Select::of(
        "FROM notice WHERE notice.published_at > $1 AND notice.withdrawn_at IS NULL ORDER BY notice.id DESC LIMIT 50",
        values![since],
    ))?;
    let is_same = |other: &&NoticeRow| {
        let (id, published_at) = (row.id, row.published_at);
        NoticeRow { id, published_at, ..(*other).clone() } == row
    };
    if let Some(there) = late.iter().find(is_same) {
        return there.clone().told();
    }
    tx.write(Write::insert(row.clone()))?;
    row.told()
}

fn known(kind: &ServiceNoticeKind) -> Option<KindWord> {
    if kind.is_known() { KindWord::try_from(kind.clone()).ok() } else { None }
}

/// A notice to all cities is written by who edits for all of them.
fn in_scope(call: &Call<'_>, city: Option<&str>) -> Outcome<()> {
    match city {
        Some(city) => call.in_city(city),
        None => call.operator.cities.keys().try_for_each(|city| call.in_city(city.as_str())),
    }
}

/// A withdrawn notice is told no more, and its works count only until then.
fn withdraw(tx: &mut dyn Tx, call: &mut Call<'_>, asked: NoticeToWithdraw) -> Outcome<ServiceNotice> {
    let row = found(tx, asked.notice)?;
    in_scope(call, row.city.as_ref().map(CityId::as_str))?;
    withdrawn(tx, call.now, row)
}

fn found(tx: &mut dyn Tx, notice: NoticeId) -> Outcome<NoticeRow> {
    match tx.first(find!(NoticeRow { id: notice }))? {
        Some(row) => Ok(row),
        None => refuse(ProblemCode::NotFound, "there is no such notice"),
    }
}

/// Withdrawn again, it stays withdrawn from then on.
fn withdrawn(tx: &mut dyn Tx, now: DateTime<Utc>, row: NoticeRow) -> Outcome<ServiceNotice> {
    if row.withdrawn_at.is_none() {
        tx.write(update!(NoticeRow { id: row.id } set { withdrawn_at: Some(now) }))?;
    }
    row.told()
}

/// Works that may count in a part of time, for a city.
pub(crate) fn works(tx: &mut dyn Tx, city: &CityId, bounds: Span) -> Result<Vec<Works>, StoreError> {
    let rows: Vec<NoticeRow> = tx.all(Select::of(
        "FROM notice WHERE notice.kind IN ('planned_works', 'urgent_works') AND (notice.city IS NULL OR notice.city = $1) AND notice.begins_at < $2 AND notice.ends_at > $3",
        values![city, bounds.until.timestamp_millis(), bounds.from.timestamp_millis()],
    ))?;
    let counted = |row: NoticeRow| {
        let (from, until) = (row.begins_at?, row.ends_at?);
        let until = row.withdrawn_at.map_or(until, |withdrawn_at| withdrawn_at.min(until));
        Some(Works { announced_at: row.published_at, span: Span { from, until } })
    };
    Ok(rows.into_iter().filter_map(counted).collect())
}

/// A notice as an operator's tools see it.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptNotice {
    pub notice: ServiceNotice,
    /// It is told no more since then.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

impl Operator {
    /// Publishes a notice, as an editor of all cities does; it stands in the audit log.
    ///
    /// # Errors
    /// As `POST /v1/notices`.
    pub fn publish_notice(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        asked: &NewNotice,
    ) -> Result<ServiceNotice, Problem> {
        let now = whole_millis(now);
        let about = asked.city.as_deref().unwrap_or("all cities");
        grants::by_tool((store, self, now), ("notice.published", about, asked.kind.as_str()), |tx| {
            published(tx, (self, now), asked, grants::TOOL.to_owned())
        })
    }

    /// Withdraws a notice; the reason stands in the audit log.
    ///
    /// # Errors
    /// `not_found`, or the store's trouble.
    pub fn withdraw_notice(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        notice: NoticeId,
        reason: &str,
    ) -> Result<ServiceNotice, Problem> {
        let now = whole_millis(now);
        grants::by_tool((store, self, now), ("notice.withdrawn", &notice.to_string(), reason), |tx| {
            let row = found(tx, notice)?;
            withdrawn(tx, now, row)
        })
    }

    /// Every notice that was published since a moment, oldest first, and when it was withdrawn.
    ///
    /// # Errors
    /// When the store fails.
    pub fn notices(&self, store: &dyn Store, since: Option<DateTime<Utc>>) -> Result<Vec<KeptNotice>, StoreError> {
        let since = since.map_or(0, |since| since.timestamp_millis());
        transact(store, |tx| {
            let rows: Vec<NoticeRow> =
                tx.all(Select::of("FROM notice WHERE notice.published_at >= $1 ORDER BY notice.id", values![since]))?;
            let told = |row: NoticeRow| {
                let withdrawn_at = row.withdrawn_at;
                row.told()
                    .map(|notice| KeptNotice { notice, withdrawn_at })
                    .map_err(|failure| failure.into_store_error())
            };
            rows.into_iter().map(told).collect()
        })
    }
}
