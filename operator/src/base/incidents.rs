//! Incidents: what a person at the operator has to look at. Kept until then, told once however
//! often it happens.

use chrono::{DateTime, Utc};

use crate::kernel::clock;
use crate::kernel::due::Due;
use crate::kernel::failure::{Failure, Outcome};
use crate::kernel::grants::{self, Logged};
use crate::kernel::metrics::Counted;
use crate::kernel::operator::{Operator, whole_millis};
use crate::kernel::service::{Erasure, Export, Service, Table};
use crate::kernel::store::{Select, Store, StoreError, Tx, Write, transact};
use crate::{delete, find, table};

table! {
    pub(crate) struct IncidentRow in "incident" {
        kind: String,
        reference: String,
        detail: String,
        at: DateTime<Utc>,
    }
}

pub(crate) const SERVICE: Service = Service {
    tables: &[Table {
        name: "incident",
        export: Export::Excused("names payments, which are exported"),
        erasure: Erasure::Excused("belongs to the books; names a payment and no person"),
    }],
    counted: &[Counted { table: "incident", name: "incidents", help: "Things that somebody has to look at" }],
    due: &[Due::new(clock::INCIDENT, report_clock)],
    ..Service::named("incidents")
};

/// The clock is not believed.
fn report_clock(tx: &mut dyn Tx, _: &Operator, now: DateTime<Utc>, reference: &str) -> Outcome<()> {
    let Some(doubt) = clock::doubt_of(reference) else { return Ok(()) };
    let detail = format!("{doubt}; nothing was erased since, until the clock was back or was confirmed");
    // When it was noticed, by the clock that can be believed.
    Ok(report(tx, now.min(doubt.seen_at), "clock_doubted", &doubt.seen_at.to_rfc3339(), &detail)?)
}

/// Something to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// `notice_contradicts`, `notice_amount`, `notice_unknown`, `refund_refused`,
    /// `visit_paid_twice`, `claim_changed`, `claim_paid_twice`, `clock_doubted`,
    /// `clock_differs`, `message_failed`, `messages_ceiling`, `card_below_zero`,
    /// `card_ridden_blocked`, `card_ride_unpriced`, `card_top_up_late`.
    pub kind: String,
    /// What it is about: ids of the provider's payment and of ours. Never personal data.
    pub reference: String,
    /// What happened, in English.
    pub detail: String,
    /// When it happened first.
    pub at: DateTime<Utc>,
}

/// Keeps it, and says so in the log; the same again is not kept twice.
pub(crate) fn report(
    tx: &mut dyn Tx,
    now: DateTime<Utc>,
    kind: &str,
    reference: &str,
    detail: &str,
) -> Result<(), StoreError> {
    tracing::error!(kind, reference, "{detail}; somebody has to look at it");
    if tx.first(find!(IncidentRow { kind: kind, reference: reference }))?.is_some() {
        return Ok(());
    }
    let (kind, reference, detail) = (kind.to_owned(), reference.to_owned(), detail.to_owned());
    tx.write(Write::insert(IncidentRow { kind, reference, detail, at: now }))
}

/// Somebody has looked at it; `false` when there was no such thing.
pub(crate) fn forget(tx: &mut dyn Tx, kind: &str, reference: &str) -> Result<bool, StoreError> {
    let is_there = tx.first(find!(IncidentRow { kind: kind, reference: reference }))?.is_some();
    if is_there {
        tx.write(delete!(IncidentRow { kind: kind, reference: reference }))?;
    }
    Ok(is_there)
}

impl Operator {
    /// Says that somebody has looked at an incident, and what came of it, for the audit log: no
    /// personal data. It is told again when it happens again. `false` when there is no such
    /// incident.
    ///
    /// # Errors
    /// When the store fails.
    pub fn incident_done(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        (kind, reference): (&str, &str),
        note: &str,
    ) -> Result<bool, StoreError> {
        let done = |tx: &mut dyn Tx| -> Outcome<bool> {
            if !forget(tx, kind, reference)? {
                return Ok(false);
            }
            let subject = format!("{kind} {reference}");
            let logged = Logged { actor: grants::TOOL, action: "incident.done", subject: &subject, note };
            grants::log(tx, self, whole_millis(now), &logged)?;
            Ok(true)
        };
        transact(store, |tx| done(tx).map_err(Failure::into_store_error))
    }

    /// What has to be looked at, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub fn incidents(&self, store: &dyn Store) -> Result<Vec<Incident>, StoreError> {
        let rows: Vec<IncidentRow> = transact(store, |tx| {
            tx.all(Select::of("FROM incident ORDER BY incident.at, incident.kind, incident.reference", &[]))
        })?;
        Ok(rows
            .into_iter()
            .map(|IncidentRow { kind, reference, detail, at }| Incident { kind, reference, detail, at })
            .collect())
    }
}
