//! The list of services, what each role may do, and how an operator is put together of them.

use std::sync::Arc;

use mesto_protocol::base::{
    notices as notices_wire, payments as payments_wire, vehicles as vehicles_wire, wallet as wallet_wire,
};
use mesto_protocol::cards::{offices as offices_wire, readers as readers_wire, riders as cards_wire};
use mesto_protocol::control::{controllers as control_wire, registrations as registrations_wire};
use mesto_protocol::garages::{controllers as controllers_wire, visits as visits_wire};
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::kernel::operation::Permission;
use mesto_protocol::orders::{driver as orders_wire, inspectors as inspectors_wire};
use mesto_protocol::parking::tickets as tickets_wire;
use mesto_protocol::partners::reports as partners_wire;
use mesto_protocol::passes::{clerks as clerks_wire, holders as passes_wire};
use mesto_protocol::rides::{riders as rides_wire, vehicles as fleet_wire};
use mesto_rules::City;

use crate::base::operator_document::Profile;
use crate::base::payments::Provider;
use crate::base::payments::provider::Cards;
use crate::base::payments::sells::{Sellers, Sells};
use crate::base::{
    accounts, availability, claims, incidents, messages, notices, operator_document, payments, public, reports,
    sign_in, standing, terms, vehicles, wallet,
};
use crate::kernel::keys::Keys;
use crate::kernel::operator::{Config, Operator, SetupError};
use crate::kernel::parts::Parts;
use crate::kernel::ports::Entropy;
use crate::kernel::service::{Erasure, Export, Service};
use crate::{cards, control, garages, kernel, orders, parking, partners, passes, rides};

/// Every service, those that others stand on first.
const SERVICES: &[&Service] = &[
    &kernel::SERVICE,
    &public::SERVICE,
    &operator_document::SERVICE,
    &sign_in::SERVICE,
    &accounts::SERVICE,
    &messages::SERVICE,
    &standing::SERVICE,
    &terms::SERVICE,
    &notices::SERVICE,
    &availability::SERVICE,
    &reports::SERVICE,
    &incidents::SERVICE,
    &claims::SERVICE,
    &vehicles::SERVICE,
    &payments::SERVICE,
    &wallet::SERVICE,
    &parking::SERVICE,
    &orders::SERVICE,
    &garages::SERVICE,
    &passes::SERVICE,
    &rides::SERVICE,
    &cards::SERVICE,
    &control::SERVICE,
    &partners::SERVICE,
];

/// What can be bought.
const SELLERS: &[&Sells] = &[
    &wallet::SELLS,
    &parking::tickets::SELLS,
    &orders::driver::SELLS,
    &garages::sales::SELLS,
    &rides::sales::SELLS,
    &cards::top_ups::SELLS,
    &passes::sales::SELLS,
];

/// What each role may do. Whoever is signed in may besides do what is about himself alone.
const ROLES: &[(Role, &[Permission])] = &[
    (
        Role::Driver,
        &[
            vehicles_wire::OWN,
            wallet_wire::OWN,
            payments_wire::BUY,
            tickets_wire::OWN,
            orders_wire::OWN,
            visits_wire::OWN,
            rides_wire::OWN,
            cards_wire::OWN,
            passes_wire::OWN,
        ],
    ),
    (Role::Inspector, &[inspectors_wire::CHECKING, inspectors_wire::ISSUING]),
    (Role::Controller, &[controllers_wire::CONTROL]),
    (
        Role::Dispatcher,
        &[
            fleet_wire::DISPATCH,
            fleet_wire::SEE,
            registrations_wire::TELL_REGISTRATIONS,
            readers_wire::READ_CARDS,
            offices_wire::ISSUE,
        ],
    ),
    (Role::Terminal, &[fleet_wire::SEE, registrations_wire::TELL_REGISTRATIONS, readers_wire::READ_CARDS]),
    (Role::RideController, &[control_wire::CHECK]),
    (Role::Partner, &[partners_wire::READ]),
    (Role::NoticeEditor, &[notices_wire::EDIT]),
    (Role::CardClerk, &[offices_wire::OFFICE]),
    (Role::BenefitClerk, &[clerks_wire::GRANT_BENEFITS]),
];

/// Every operation with its handler.
#[cfg(test)]
pub(crate) fn served() -> impl Iterator<Item = &'static crate::kernel::service::Served> {
    SERVICES.iter().flat_map(|service| service.operations())
}

impl Operator {
    /// An operator of these cities; the first one's deposit values hold.
    ///
    /// # Errors
    /// [`SetupError`]
    pub fn new(
        cities: Vec<City>,
        keys: Keys,
        entropy: Arc<dyn Entropy>,
        cards: Arc<dyn Provider>,
        config: Config,
    ) -> Result<Self, SetupError> {
        let parts = Parts::default().with(Cards(cards)).with(Sellers(SELLERS)).with(Profile::default());
        Self::of((SERVICES, ROLES), cities, keys, (entropy, parts), config)
    }

    /// The operator with what its owner says of it.
    #[must_use]
    pub fn saying(mut self, profile: Profile) -> Self {
        self.parts = self.parts.with(profile);
        self
    }
}

/// `docs/personal-data.md`: every table, what of it a person is told who asks for his data, and
/// when it is erased.
#[must_use]
pub fn personal_data_page() -> String {
    let mut page = String::from(
        "# Personal data\n\n\
        What the operator stores, table by table: what a person is told of it by `GET /v1/account/export`, and when it is erased.\n\
        Written from the services' own declarations (`operator/src/services.rs`); a test keeps it current.\n\n\
        | table | service | exported | erased |\n|---|---|---|---|\n",
    );
    for service in SERVICES {
        for table in service.tables {
            let exported = match table.export {
                Export::Rows { called, .. } | Export::Made { called, .. } => format!("`{called}`"),
                Export::Excused(why) => format!("no: {why}"),
            };
            let erased = match table.erasure {
                Erasure::AtClosing(_) => "when the account is closed".to_owned(),
                Erasure::AtClosingAndWithTime(_, rest) => {
                    format!("the account's own when it is closed; with time: {rest}")
                }
                Erasure::WithTime(why) => format!("with time: {why}"),
                Erasure::Excused(why) => format!("no: {why}"),
            };
            page.push_str(&format!("| `{}` | {} | {exported} | {erased} |\n", table.name, service.name));
        }
    }
    page
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::collections::{BTreeMap, BTreeSet};

    use mesto_protocol::kernel::operation::Access;
    use mesto_protocol::services;

    use super::*;
    use crate::kernel::metrics::Metrics;
    use crate::kernel::service::{Handler, Told};
    use crate::kernel::store::{SqliteInline, transact};

    #[test]
    fn every_operation_of_the_table_is_served_once_and_nothing_else_is() {
        let name = |method: &str, path: &str| format!("{method} {path}");
        let mut served: Vec<String> = SERVICES
            .iter()
            .flat_map(|service| service.operations())
            .map(|one| name(one.operation.method.as_str(), one.operation.path))
            .collect();
        let mut listed: Vec<String> =
            services::operations().map(|operation| name(operation.method.as_str(), operation.path)).collect();
        served.sort();
        listed.sort();
        assert_eq!(served, listed);
        let of_wire = |services: &[&mesto_protocol::kernel::service::Service]| -> BTreeSet<&str> {
            services.iter().map(|service| service.name).collect()
        };
        let known: Vec<_> = SERVICES.iter().filter_map(|service| service.wire).collect();
        assert_eq!(of_wire(&known), of_wire(services::SERVICES));
    }

    #[test]
    fn every_action_can_be_answered_again_from_what_it_made() {
        for served in SERVICES.iter().flat_map(|service| service.operations()) {
            let name = served.operation.path;
            assert_eq!(served.operation.is_action, served.again.is_some(), "{name}: serve it with `action`");
        }
    }

    #[test]
    fn what_is_answered_without_the_store_is_for_anybody_and_does_nothing() {
        let mut paths = BTreeSet::new();
        for served in SERVICES.iter().flat_map(|service| service.operations()) {
            if matches!(served.handler, Handler::Static(_)) {
                let operation = served.operation;
                assert_eq!(operation.access, Access::Anybody, "{}: nobody asks the store who calls", operation.path);
                assert!(!operation.is_action, "{}", operation.path);
                paths.insert(operation.path);
            }
        }
        for path in
            ["/healthz", "/readyz", "/v1/openapi.json", "/v1/clock", "/v1/keys", "/v1/cities/{city}", "/v1/operator"]
        {
            assert!(paths.contains(path), "{path} asks the store");
        }
    }

    #[test]
    fn every_permission_is_some_roles_and_every_role_has_only_permissions_of_operations() {
        let needed: BTreeSet<&str> = services::operations()
            .filter_map(|operation| match operation.access {
                Access::Permitted(permission) => Some(permission.as_str()),
                Access::Anybody | Access::SignedIn | Access::Provider => None,
            })
            .collect();
        let given: BTreeSet<&str> =
            ROLES.iter().flat_map(|(_, permissions)| *permissions).map(|permission| permission.as_str()).collect();
        assert_eq!(needed, given);
        let roles: BTreeSet<String> = ROLES.iter().map(|(role, _)| format!("{role:?}")).collect();
        assert_eq!(roles.len(), ROLES.len(), "a role stands twice");
    }

    #[test]
    fn every_table_of_the_schema_has_one_owner_who_says_what_becomes_of_a_persons_rows() {
        let store = SqliteInline::in_memory().unwrap();
        let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
        let rows = transact(&store, |tx| tx.query(tables, &[])).unwrap();
        let mut unowned: BTreeSet<String> = rows.iter().map(|row| row.get("name").unwrap()).collect();
        let mut called = BTreeMap::new();
        for service in SERVICES {
            for table in service.tables {
                let owner = format!("{} of {}", table.name, service.name);
                assert!(unowned.remove(table.name), "{owner}: no such table, or it has another owner too");
                match &table.export {
                    Export::Rows { called: name, .. } | Export::Made { called: name, .. } => {
                        assert_eq!(called.insert(*name, table.name), None, "{owner}: exported as {name} like another");
                    }
                    Export::Excused(why) => assert!(why.len() > 10, "{owner}: why is it not exported?"),
                }
                let (at_closing, with_time) = match &table.erasure {
                    Erasure::AtClosing(statements) => (*statements, None),
                    Erasure::AtClosingAndWithTime(statements, rest) => (*statements, Some(*rest)),
                    Erasure::WithTime(why) => (&[][..], Some(*why)),
                    Erasure::Excused(why) => {
                        assert!(why.len() > 10, "{owner}: why is it not erased?");
                        continue;
                    }
                };
                assert!(at_closing.iter().all(|sql| sql.contains("$1")), "{owner}: of which account?");
                if let Some(why) = with_time {
                    assert!(why.len() > 10, "{owner}: why not at once?");
                    let by_due = !service.due.is_empty();
                    assert!(service.retention.is_some() || by_due, "{owner}: the service erases nothing with time");
                }
            }
        }
        assert_eq!(unowned, BTreeSet::new(), "tables without an owner");
    }

    #[test]
    fn every_number_that_a_person_is_told_is_money_with_its_currency_a_moment_a_count_or_yes_or_no() {
        let store = SqliteInline::in_memory().unwrap();
        for table in SERVICES.iter().flat_map(|service| service.tables) {
            let Export::Rows { columns, .. } = table.export else { continue };
            let sql = "SELECT name, type FROM pragma_table_info($1)";
            let rows = transact(&store, |tx| tx.query(sql, &[table.name.into()])).unwrap();
            let schema: BTreeMap<String, String> =
                rows.iter().map(|row| (row.get("name").unwrap(), row.get("type").unwrap())).collect();
            for told in columns {
                let column = format!("{}.{}", table.name, told.name());
                let is_text = matches!(told, Told::Plain(_) | Told::Json(_));
                let stored = schema.get(told.name()).unwrap_or_else(|| panic!("there is no {column}"));
                assert_eq!(stored, if is_text { "TEXT" } else { "BIGINT" }, "{column} is {told:?}");
                if matches!(told, Told::Money(_)) {
                    assert!(schema.contains_key("currency"), "{column}: of which currency?");
                }
                // The names of the schema say what is a moment and what is yes or no.
                let is_moment = stored == "BIGINT" && (told.name().ends_with("_at") || told.name() == "at");
                assert!(!is_moment || matches!(told, Told::Time(_)), "{column} is {told:?}");
                let is_flag = told.name().starts_with("is_");
                assert_eq!(is_flag, matches!(told, Told::Flag(_)), "{column} is {told:?}");
                if let Told::Count(name) = told {
                    let counts = ["paid_minutes", "issue", "purchases", "persons", "places", "seq", "status"];
                    assert!(counts.contains(name), "{column}: is it no money?");
                }
            }
        }
    }

    #[test]
    fn what_is_measured_stands_on_the_page_of_operators_and_alerts_ask_for_nothing_else() {
        let metrics = Metrics::new(SERVICES);
        let took = std::time::Duration::from_millis(3);
        metrics.answered("GET", "/v1/clock", 200, took);
        metrics.refused("not_found");
        metrics.turned_away("all");
        metrics.transaction(&Ok(()), took);
        metrics.provider_request("answered");
        let text = metrics.text();
        let base = |name: &str| {
            let ends = ["_bucket", "_count", "_sum", "_total"];
            ends.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name).to_owned()
        };
        let words = |text: &str| -> BTreeSet<String> {
            let is_part = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
            text.split(|sign| !is_part(sign)).filter(|word| word.starts_with("mesto_")).map(base).collect()
        };
        let measured = words(&text);
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
        let alerted = words(&read("dist/alerts.yml"));
        assert!(alerted.len() > 5 && alerted.is_subset(&measured), "{:?}", alerted.difference(&measured));
        assert_eq!(words(&read("docs/operator-network.md")), measured);
    }

    #[test]
    fn every_outcome_that_an_alert_compares_is_there_before_it_happens() {
        let text = Metrics::new(SERVICES).text();
        for outcome in ["answered", "no_answer"] {
            let line = format!("mesto_provider_requests_total{{outcome=\"{outcome}\"}} 0");
            assert!(text.lines().any(|said| said == line), "{line} is missing");
        }
    }

    #[test]
    fn what_is_measured_of_the_tables_can_be_asked_of_them() {
        let store = SqliteInline::in_memory().unwrap();
        for measure in SERVICES.iter().flat_map(|service| service.measures) {
            let params: &[crate::store::Value] = if measure.sql.contains("$1") { &[7.into()] } else { &[] };
            let rows = transact(&store, |tx| tx.query(measure.sql, params)).unwrap();
            assert_eq!(rows[0].get::<i64>("value"), Ok(0), "{}", measure.name);
        }
        for counted in SERVICES.iter().flat_map(|service| service.counted) {
            let owned = SERVICES.iter().any(|service| service.tables.iter().any(|table| table.name == counted.table));
            assert!(owned, "nobody writes {}", counted.table);
        }
    }

    #[test]
    fn what_is_planned_is_named_after_its_service_once() {
        let mut kinds = BTreeSet::new();
        for service in SERVICES {
            for due in service.due {
                assert_eq!(due.kind.split_once('.').unwrap().0, service.name, "{}", due.kind);
                assert!(kinds.insert(due.kind), "{} is planned twice", due.kind);
            }
        }
    }
}
