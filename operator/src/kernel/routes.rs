//! Which handler answers which request, who may call it, and whether it is an action with a key.

use chrono::{DateTime, Utc};
use mesto_protocol::base::sign_in::Role;
use mesto_protocol::{Problem, ProblemCode, route};

use crate::base::sign_in::Who;
use crate::base::{accounts, public, sign_in, vehicles, wallet};
use crate::kernel::account::Held;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::http::{Request, Response};
use crate::kernel::operator::Operator;
use crate::kernel::store::{Ask, Row, StoreError, Tx, Value};
use crate::kernel::{events, idempotency};
use crate::orders::{control, driver};
use crate::parking::{quotes, tickets};

/// A request on its way through a handler.
pub(crate) struct Call<'a> {
    pub operator: &'a Operator,
    pub now: DateTime<Utc>,
    pub request: &'a Request,
    /// What stands in the places of the path's `{...}`.
    pub path: Vec<String>,
    pub who: Option<Who>,
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
    pub fn new(operator: &'a Operator, now: DateTime<Utc>, request: &'a Request, path: Vec<String>) -> Self {
        Self { operator, now, request, path, who: None, held: None, known: Vec::new(), foreseen: Vec::new() }
    }

    /// Finds out who calls and whether he may; for an action his account is locked.
    pub fn enter(&mut self, tx: &mut dyn Tx, route: &Route) -> Outcome<()> {
        let Some(roles) = route.roles else { return Ok(()) };
        let who = if route.is_action {
            self.enter_action(tx, route)?
        } else {
            sign_in::authenticate(tx, self.now, self.request)?
        };
        if !roles.contains(&who.role) {
            return refuse(ProblemCode::Forbidden, "your role may not do this");
        }
        self.who = Some(who);
        Ok(())
    }

    /// Locks the caller's account, and then, in the same journey, sees what is known of the action's key and reads what the route foresaw.
    fn enter_action(&mut self, tx: &mut dyn Tx, route: &Route) -> Outcome<Who> {
        let token = sign_in::token_hash(self.request)?;
        let foreseen = route.foresees.and_then(|foresees| foresees(self.request));
        let mut asks = vec![sign_in::hold(&token, self.now), idempotency::known(self.request, &token)];
        asks.extend(
            foreseen
                .as_ref()
                .map(|foreseen| Ask { sql: foreseen.sql, params: foreseen.params.iter().map(Value::from).collect() }),
        );
        let mut answers = tx.query_all(&asks)?.into_iter();
        let (who, held) = sign_in::held(answers.next().unwrap_or_default().first())?;
        self.held = Some(held);
        self.known = answers.next().unwrap_or_default();
        self.foreseen = answers.next().unwrap_or_default();
        Ok(who)
    }

    /// Who calls; a route without roles has nobody.
    pub fn who(&self) -> Outcome<&Who> {
        match &self.who {
            Some(who) => Ok(who),
            None => refuse(ProblemCode::Unauthorized, "sign in first"),
        }
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

type Handler = fn(&mut dyn Tx, &mut Call<'_>) -> Outcome<Response>;

pub(crate) struct Route {
    pub method: &'static str,
    pub path: &'static str,
    /// `None`: anybody.
    pub roles: Option<&'static [Role]>,
    /// Needs an Idempotency-Key.
    pub is_action: bool,
    /// What an action reads first.
    pub foresees: Option<fn(&Request) -> Option<Foreseen>>,
    pub handler: Handler,
}

const ANYBODY: Option<&[Role]> = None;
const EVERYBODY: Option<&[Role]> = Some(&[Role::Driver, Role::Inspector, Role::Admin]);
const DRIVER: Option<&[Role]> = Some(&[Role::Driver]);
const INSPECTOR: Option<&[Role]> = Some(&[Role::Inspector]);

const fn read(path: &'static str, roles: Option<&'static [Role]>, handler: Handler) -> Route {
    Route { method: "GET", path, roles, is_action: false, foresees: None, handler }
}
const fn post(path: &'static str, roles: Option<&'static [Role]>, handler: Handler) -> Route {
    Route { method: "POST", path, roles, is_action: false, foresees: None, handler }
}
const fn action(path: &'static str, roles: Option<&'static [Role]>, handler: Handler) -> Route {
    Route { method: "POST", path, roles, is_action: true, foresees: None, handler }
}
const fn delete(path: &'static str, roles: Option<&'static [Role]>, handler: Handler) -> Route {
    Route { method: "DELETE", path, roles, is_action: false, foresees: None, handler }
}

impl Route {
    const fn foreseeing(self, foresees: fn(&Request) -> Option<Foreseen>) -> Self {
        Self { foresees: Some(foresees), ..self }
    }
}

static ROUTES: &[Route] = &[
    read(route::HEALTH, ANYBODY, public::health),
    read(route::CLOCK, ANYBODY, public::clock),
    read(route::KEYS, ANYBODY, public::keys),
    read(route::CITY, ANYBODY, public::city),
    read(route::OPENAPI, ANYBODY, public::openapi),
    read(route::ZONES, ANYBODY, public::zones),
    post(route::ONE_TIME_CODE, ANYBODY, sign_in::send_code),
    post(route::SESSION, ANYBODY, sign_in::sign_in),
    delete(route::SESSION, EVERYBODY, sign_in::sign_out),
    read(route::ACCOUNT, EVERYBODY, accounts::read),
    read(route::ACCOUNT_EXPORT, DRIVER, accounts::export),
    delete(route::ACCOUNT, DRIVER, accounts::close),
    read(route::VEHICLES, DRIVER, vehicles::list),
    post(route::VEHICLES, DRIVER, vehicles::add),
    delete(route::VEHICLE, DRIVER, vehicles::remove),
    post(route::QUOTES, DRIVER, quotes::make),
    action(route::TICKETS, DRIVER, tickets::buy).foreseeing(tickets::quote_to_buy),
    read(route::TICKETS, DRIVER, tickets::list),
    read(route::TICKET, DRIVER, tickets::read),
    read(route::DEPOSIT, DRIVER, wallet::history),
    action(route::TOPUPS, DRIVER, wallet::top_up),
    read(route::TOPUP, DRIVER, wallet::read),
    post(route::BANK_NOTICE, ANYBODY, wallet::notice),
    read(route::ORDERS, DRIVER, driver::list),
    action(route::ORDER_PAYMENT, DRIVER, driver::pay),
    read(route::INTENT, EVERYBODY, idempotency::outcome),
    delete(route::INTENT, EVERYBODY, idempotency::cancel),
    read(route::EVENTS, EVERYBODY, events::page),
    read(route::INSPECTOR_CHECK, INSPECTOR, control::check),
    action(route::INSPECTOR_ORDERS, INSPECTOR, control::issue),
];

/// The route of a request and what stands in its path; 404 and 405 say what there is.
pub(crate) fn find(request: &Request) -> Outcome<(&'static Route, Vec<String>)> {
    let mut methods = Vec::new();
    for route in ROUTES {
        if let Some(path) = matched(route.path, &request.path) {
            if route.method == request.method {
                return Ok((route, path));
            }
            methods.push(route.method);
        }
    }
    if methods.is_empty() {
        return refuse(ProblemCode::NotFound, "there is nothing at this address; /v1/openapi.json lists what there is");
    }
    Err(Problem::new(ProblemCode::MethodNotAllowed, format!("this address takes {}", methods.join(", ")))
        .with("allowed", methods)
        .into())
}

fn matched(pattern: &str, path: &str) -> Option<Vec<String>> {
    let mut named = Vec::new();
    let mut given = path.split('/');
    for part in pattern.split('/') {
        let value = given.next()?;
        if part.starts_with('{') {
            named.push(crate::kernel::text::form_decode(value).filter(|value| !value.is_empty())?);
        } else if part != value {
            return None;
        }
    }
    given.next().is_none().then_some(named)
}

/// The pattern of a request's path, for logs: ids and plates do not stand in it.
pub(crate) fn pattern(request: &Request) -> &'static str {
    ROUTES.iter().find(|route| matched(route.path, &request.path).is_some()).map_or("unknown", |route| route.path)
}

#[cfg(test)]
mod tests {
    use mesto_protocol::openapi::{Auth, operations};

    use super::*;

    fn roles(auth: Auth) -> Option<&'static [Role]> {
        match auth {
            Auth::Anybody | Auth::Bank => ANYBODY,
            Auth::SignedIn => EVERYBODY,
            Auth::Driver => DRIVER,
            Auth::Inspector => INSPECTOR,
        }
    }

    #[test]
    fn every_route_is_documented_as_it_is_and_nothing_else_is() {
        let mut served: Vec<_> =
            ROUTES.iter().map(|route| (route.path, route.method, route.roles, route.is_action)).collect();
        let mut documented: Vec<_> = operations()
            .iter()
            .map(|operation| (operation.path, operation.method, roles(operation.auth), operation.is_action))
            .collect();
        served.sort_by_key(|route| (route.0, route.1));
        documented.sort_by_key(|route| (route.0, route.1));
        assert_eq!(served, documented);
    }
}
