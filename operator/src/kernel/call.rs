//! A request on its way through a handler: who calls, what he may, what is locked and what was read for it.

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::operation::{Access, Permission};
use mesto_protocol::{Problem, ProblemCode};

use crate::kernel::account::Held;
use crate::kernel::caller::{self, Caller};
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::http::Request;
use crate::kernel::idempotency;
use crate::kernel::operator::{Arrival, Operator};
use crate::kernel::service::Served;
use crate::kernel::store::{Ask, Row, StoreError, Tx, Value};

/// A request on its way through a handler.
pub(crate) struct Call<'a> {
    pub operator: &'a Operator,
    pub now: DateTime<Utc>,
    pub request: &'a Request,
    pub served: &'static Served,
    /// What stands in the places of the path's `{...}`.
    pub path: Vec<String>,
    pub who: Option<Caller>,
    /// The caller's account, locked; every action has it.
    pub held: Option<Held>,
    /// What is known of an action's key.
    pub known: Vec<Row>,
    /// The answer to what the route said it would read first.
    pub foreseen: Vec<Row>,
}

/// What a handler will read first: asked together with who calls, so that a database at the other end of a connection is not asked twice.
/// It must not show anything of another account without the handler looking at whose it is.
pub(crate) struct Foreseen {
    pub sql: &'static str,
    pub params: Vec<String>,
}

impl<'a> Call<'a> {
    pub fn new(
        operator: &'a Operator,
        arrival: &Arrival,
        request: &'a Request,
        (served, path): (&'static Served, Vec<String>),
    ) -> Self {
        let (who, held, known, foreseen) = (None, None, Vec::new(), Vec::new());
        Self { operator, now: arrival.at, request, served, path, who, held, known, foreseen }
    }

    /// Finds out who calls and whether he may; for an action his account is locked.
    pub fn enter(&mut self, tx: &mut dyn Tx) -> Outcome<()> {
        let permission = match self.served.operation.access {
            Access::Anybody | Access::Provider => return Ok(()),
            Access::SignedIn => None,
            Access::Permitted(permission) => Some(permission),
        };
        let who = if self.served.operation.is_action {
            self.enter_action(tx)?
        } else {
            caller::authenticate(tx, self.now, self.request)?
        };
        if let Some(permission) = permission
            && !who.grants.iter().any(|grant| self.operator.allows(grant.role, permission))
        {
            return Err(Problem::new(
                ProblemCode::Forbidden,
                format!("none of your roles has the permission {}", permission.as_str()),
            )
            .with("permission", permission.as_str())
            .into());
        }
        self.who = Some(who);
        Ok(())
    }

    /// Locks the caller's account, and then, in the same journey, sees what is known of the action's key and reads what the operation
    /// foresaw.
    fn enter_action(&mut self, tx: &mut dyn Tx) -> Outcome<Caller> {
        let token = caller::token_hash(self.request)?;
        let foreseen = self.served.foresees.and_then(|foresees| foresees(self.request));
        let mut asks = vec![
            caller::hold(&token, self.now),
            caller::grants(&token, self.now),
            idempotency::known(self.request, &token),
        ];
        asks.extend(
            foreseen
                .as_ref()
                .map(|foreseen| Ask { sql: foreseen.sql, params: foreseen.params.iter().map(Value::from).collect() }),
        );
        let mut answers = tx.query_all(&asks)?.into_iter();
        let (held, grants) = (answers.next().unwrap_or_default(), answers.next().unwrap_or_default());
        let (who, held) = caller::held(held.first(), &grants)?;
        self.held = Some(held);
        self.known = answers.next().unwrap_or_default();
        self.foreseen = answers.next().unwrap_or_default();
        Ok(who)
    }

    /// Who calls; an operation for anybody has nobody.
    pub fn who(&self) -> Outcome<&Caller> {
        match &self.who {
            Some(who) => Ok(who),
            None => refuse(ProblemCode::Unauthorized, "sign in first"),
        }
    }

    /// Refuses who holds the permission for this operation only in other cities.
    pub fn in_city(&self, city: &str) -> Outcome<()> {
        let Access::Permitted(permission) = self.served.operation.access else { return Ok(()) };
        let cities = self.cities(permission)?;
        match cities {
            None => Ok(()),
            Some(cities) if cities.contains(&city) => Ok(()),
            Some(cities) => Err(Problem::new(
                ProblemCode::Forbidden,
                format!("your role is for {}, not for {city}", cities.join(", ")),
            )
            .with("permission", permission.as_str())
            .with("cities", cities)
            .into()),
        }
    }

    /// The cities for which the caller has a permission; `None` for all.
    fn cities(&self, permission: Permission) -> Outcome<Option<Vec<&str>>> {
        let grants = self.who()?.grants.iter().filter(|grant| self.operator.allows(grant.role, permission));
        Ok(grants.map(|grant| grant.city.as_deref()).collect())
    }

    /// The caller's account, locked.
    pub fn held(&mut self) -> Outcome<&mut Held> {
        self.held.as_mut().ok_or_else(|| StoreError::Broken("the account is not held".into()).into())
    }

    /// The first `{...}` of the path.
    pub fn named(&self) -> &str {
        self.path.first().map_or("", String::as_str)
    }

    /// Refuses what arrives after its deadline: never executed late.
    pub fn in_time(&self, not_after: DateTime<Utc>) -> Outcome<()> {
        if self.now <= not_after {
            return Ok(());
        }
        Err(Problem::new(
            ProblemCode::IntentExpired,
            format!("it was to be done until {not_after} and arrived at {}", self.now),
        )
        .with("not_after", not_after)
        .with("arrived_at", self.now)
        .into())
    }
}
