//! Reports of trouble: said by people, answered by staff with the operator's tools.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::base::reports::{self as wire, NewReport, ReportKind, ReportPage, ReportState, TroubleReport};
use mesto_protocol::kernel::ids::{AccountId, ReportId};
use mesto_protocol::kernel::reference::Reference;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::CityId;

use crate::kernel::account::LockedAccount;
use crate::kernel::call::Call;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::grants;
use crate::kernel::limits::{self, Limits};
use crate::kernel::operator::{Operator, whole_millis};
use crate::kernel::paging::AskedPage;
use crate::kernel::service::{Erasure, Export, Service, Table, Told, serve};
use crate::kernel::store::{Select, Store, StoreError, Tx, Write, id_columns, transact};
use crate::kernel::text;
use crate::{find, stored_words, table, update, values};

id_columns![ReportId];

stored_words! {
    /// `trouble_report.kind`
    pub(crate) enum KindWord for ReportKind {
        Failure = "failure",
        Payment = "payment",
        PrivateTransfer = "private_transfer",
        DefectiveCard = "defective_card",
        AccessKnown = "access_known",
        SomethingElse = "something_else",
    }
}

table! {
    pub(crate) struct ReportRow in "trouble_report" {
        id: ReportId,
        number: Reference,
        account: AccountId,
        city: CityId,
        kind: KindWord,
        said: String,
        vehicle: Option<String>,
        ride: Option<String>,
        reported_at: DateTime<Utc>,
        answer: Option<String>,
        answered_at: Option<DateTime<Utc>>,
    }
}

impl From<ReportRow> for TroubleReport {
    fn from(row: ReportRow) -> Self {
        Self {
            id: row.id,
            reference: row.number,
            city: row.city,
            kind: row.kind.into(),
            text: row.said,
            vehicle: row.vehicle,
            ride: row.ride,
            state: if row.answered_at.is_some() { ReportState::Answered } else { ReportState::Open },
            reported_at: row.reported_at,
            answer: row.answer,
            answered_at: row.answered_at,
        }
    }
}

pub(crate) const SERVICE: Service = Service {
    operations: &[&[serve!(get wire::LIST => list), serve!(post wire::REPORT => report)]],
    tables: &[Table {
        name: "trouble_report",
        export: Export::Rows {
            called: "reports",
            columns: &[
                Told::Plain("number"),
                Told::Plain("city"),
                Told::Plain("kind"),
                Told::Plain("said"),
                Told::Plain("vehicle"),
                Told::Plain("ride"),
                Told::Time("reported_at"),
                Told::Plain("answer"),
                Told::Time("answered_at"),
            ],
            from: "trouble_report WHERE account = $1 ORDER BY id",
        },
        erasure: Erasure::AtClosing(&["DELETE FROM trouble_report WHERE account = $1"]),
    }],
    ..Service::of(&wire::SERVICE)
};

/// Letters of a report, of an answer, and of what else is named.
const TEXT_MOST: usize = 1_000;
const NAME_MOST: usize = 40;
/// What is counted of an account's reports; the same again within it is the same report.
const WINDOW: TimeDelta = TimeDelta::days(1);

/// How much people may report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportLimits {
    /// Reports of an account in a day.
    pub per_day: i64,
}

impl Default for ReportLimits {
    fn default() -> Self {
        Self { per_day: 10 }
    }
}

impl Limits for ReportLimits {}

fn refused(field: &str, detail: String) -> Problem {
    Problem::new(ProblemCode::BadRequest, detail).with("field", field)
}

/// A text that says something, in no more than so many letters.
fn said(field: &str, typed: &str, most: usize) -> Result<String, Problem> {
    let lines = typed.lines().map(|line| text::plain(line, most + 1)).collect::<Vec<_>>().join("\n");
    let lines = lines.trim();
    match lines.chars().count() {
        0 => Err(refused(field, format!("say what it is, in 1 to {most} characters"))),
        letters if letters > most => {
            Err(refused(field, format!("say it in at most {most} characters")).with("most", most))
        }
        _ => Ok(lines.to_owned()),
    }
}

fn report(tx: &mut dyn Tx, call: &mut Call<'_>, asked: NewReport) -> Outcome<TroubleReport> {
    let (operator, now) = (call.operator, call.now);
    let city = operator.city(&asked.city)?.id.clone();
    let kind = if asked.kind.is_known() { KindWord::try_from(asked.kind.clone()).ok() } else { None };
    let Some(kind) = kind else {
        let detail = format!("`{}` is no kind of report; these are: {}", asked.kind, ReportKind::KNOWN.join(", "));
        return Err(refused("kind", detail).with("known", ReportKind::KNOWN).into());
    };
    let text = said("text", &asked.text, TEXT_MOST)?;
    let vehicle = asked.vehicle.as_deref().map(|typed| said("vehicle", typed, NAME_MOST)).transpose()?;
    let ride = asked.ride.as_deref().map(|typed| said("ride", typed, NAME_MOST)).transpose()?;
    let since = (now - WINDOW).timestamp_millis();
    let account = call.who()?.account;
    let of_late = Select::of(
        "FROM trouble_report WHERE trouble_report.account = $1 AND trouble_report.reported_at > $2 ORDER BY trouble_report.id",
        values![account, since],
    );
    let (mut locked, of_late): (_, Vec<ReportRow>) = LockedAccount::of_caller_then(tx, account, of_late)?;
    let is_same = |row: &&ReportRow| {
        row.city == city && row.kind == kind && row.said == text && row.vehicle == vehicle && row.ride == ride
    };
    if let Some(known) = of_late.iter().find(is_same) {
        return Ok(known.clone().into());
    }
    let most = operator.limits::<ReportLimits>().per_day;
    let count = i64::try_from(of_late.len()).unwrap_or(i64::MAX);
    limits::within(WINDOW, (count, of_late.first().map(|first| first.reported_at)), most, now, || {
        format!("{count} reports were made within a day, at most {most} are taken")
    })?;
    let mut chance = [0; 8];
    operator.entropy.fill(&mut chance);
    let row = ReportRow {
        id: operator.new_id(now),
        // One that stands already collides with its index, and the transaction runs again.
        number: Reference::new(chance),
        account,
        city,
        kind,
        said: text,
        vehicle,
        ride,
        reported_at: now,
        answer: None,
        answered_at: None,
    };
    tx.write(Write::insert(row.clone()))?;
    let report = TroubleReport::from(row);
    locked.tell(&report)?;
    locked.release(tx, now)?;
    Ok(report)
}

/// Newest first.
fn list(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<ReportPage> {
    let asked = AskedPage::<ReportId>::of(call.request)?;
    let rows: Vec<ReportRow> = tx.all(Select::of(
        "FROM trouble_report WHERE trouble_report.account = $1 AND trouble_report.id < $2 ORDER BY trouble_report.id DESC LIMIT $3",
        values![call.who()?.account, asked.older_than(), asked.reads()],
    ))?;
    let (items, next) = asked.page(rows, |row| row.id.to_string());
    Ok(ReportPage { items: items.into_iter().map(TroubleReport::from).collect(), next })
}

impl Operator {
    /// Reports, oldest first: those that wait for an answer, or all.
    ///
    /// # Errors
    /// When the store fails.
    pub fn reports(&self, store: &dyn Store, only_open: bool) -> Result<Vec<TroubleReport>, StoreError> {
        let which = if only_open { "WHERE trouble_report.answered_at IS NULL" } else { "" };
        let sql = format!("FROM trouble_report {which} ORDER BY trouble_report.id");
        let rows: Vec<ReportRow> = transact(store, |tx| tx.all(Select::of(&sql, &[])))?;
        Ok(rows.into_iter().map(TroubleReport::from).collect())
    }

    /// Answers a report, by the number that its person has. Its person is told; one that was
    /// answered is answered anew.
    ///
    /// # Errors
    /// `bad_request` for what is no number or no answer, `not_found`, or the store's trouble.
    pub fn answer_report(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        number: &str,
        answer: &str,
    ) -> Result<TroubleReport, Problem> {
        let now = whole_millis(now);
        let number: Reference = number.parse().map_err(|why| refused("reference", format!("{why}")))?;
        let answer = said("answer", answer, TEXT_MOST)?;
        // The answer is the person's own; the log says only that there was one.
        grants::by_tool((store, self, now), ("report.answered", &number.to_string(), ""), |tx| {
            let Some(known) = tx.first(find!(ReportRow { number: number }))? else {
                return refuse(ProblemCode::NotFound, "there is no report with this number");
            };
            let mut account = LockedAccount::take(tx, known.account)?;
            // Read again: the account may have been closed, and its reports erased.
            let Some(mut row) = tx.first(find!(ReportRow { id: known.id }))? else {
                return refuse(ProblemCode::NotFound, "there is no report with this number");
            };
            tx.write(update!(ReportRow { id: row.id } set { answer: Some(answer.as_str()), answered_at: Some(now) }))?;
            (row.answer, row.answered_at) = (Some(answer.clone()), Some(now));
            let report = TroubleReport::from(row);
            account.tell(&report)?;
            account.release(tx, now)?;
            Ok(report)
        })
    }
}
