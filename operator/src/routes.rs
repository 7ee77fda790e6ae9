//! Which handler answers which request, who may call it, and whether it is an action with a key.

use chrono::{DateTime, Utc};
use mesto_protocol::api::Role;
use mesto_protocol::{Problem, ProblemCode, route};

use crate::account::{AccountOf, LockedAccount, LockedAccounts, Locks, Subject};
use crate::auth::Who;
use crate::failure::{Outcome, refuse};
use crate::http::{Request, Response};
use crate::idempotency::IntentRow;
use crate::operator::Operator;
use crate::store::{Ask, Row, Select, StoreError, Tx};
use crate::{accounts, auth, deposit, events, idempotency, inspector, orders, public, quotes, tickets, vehicles};

/// A request on its way through a handler.
pub(crate) struct Call<'a> {
    pub operator: &'a Operator,
    pub now: DateTime<Utc>,
    pub request: &'a Request,
    /// What stands in the places of the path's `{...}`.
    pub path: Vec<String>,
    /// The hash of the request's token; empty where nobody has to sign in.
    pub token: String,
    pub who: Option<Who>,
    /// The caller's account and those that the route locks beside it; every action has them.
    pub locked: LockedAccounts,
    /// What is known of an action's key.
    pub known: Vec<IntentRow>,
}

/// What an action locks beside its caller's account.
pub(crate) struct AlsoLocked {
    /// Asks for accounts, before anything is locked: whether they are still the right ones is the handler's to see.
    pub accounts: Select<AccountOf>,
    pub subjects: Vec<Subject>,
}

/// Questions with their answers.
pub(crate) type Answers = Vec<(Ask, Vec<Row>)>;

impl<'a> Call<'a> {
    pub fn new(operator: &'a Operator, now: DateTime<Utc>, request: &'a Request, path: Vec<String>) -> Self {
        let (token, locked) = (String::new(), LockedAccounts::new());
        Self { operator, now, request, path, token, who: None, locked, known: Vec::new() }
    }

    /// Finds out who calls and whether he may; for an action his account is locked, and what its route reads first is answered.
    pub fn enter(&mut self, tx: &mut dyn Tx, route: &Route) -> Outcome<Answers> {
        let Some(roles) = route.roles else { return Ok(Answers::new()) };
        self.token = auth::token_hash(self.request)?;
        let (who, answers) = if route.is_action {
            self.enter_action(tx, route)?
        } else {
            let rows = tx.read(vec![auth::holder(&self.token, self.now).ask()])?;
            (auth::authenticated(rows.first().and_then(|rows| rows.first()))?.0, Answers::new())
        };
        if !roles.contains(&who.role) {
            return refuse(ProblemCode::Forbidden, "your role may not do this");
        }
        self.who = Some(who);
        Ok(answers)
    }

    /// Locks the caller's account, and then, in the same round trip, sees what is known of the action's key and reads what the route says.
    fn enter_action(&mut self, tx: &mut dyn Tx, route: &Route) -> Outcome<(Who, Answers)> {
        let holder = auth::holder(&self.token, self.now);
        let known = idempotency::known(self.request, &self.token).ask();
        let prefetch = route.prefetch.and_then(|prefetch| prefetch(self)).unwrap_or_default();
        let also = route.also_locks.and_then(|also_locks| also_locks(self));
        let (who, mut answers) = match also {
            None => {
                let mut asks = vec![holder.locking("account").ask(), known];
                asks.extend(prefetch.iter().cloned());
                let mut answers = tx.read(asks)?.into_iter();
                let (who, account) = auth::authenticated(answers.next().unwrap_or_default().first())?;
                self.locked.insert(who.account.clone(), LockedAccount::of(account));
                (who, answers)
            }
            Some(also) => {
                // First who is to be locked, then all of them in the one order.
                let mut found = tx.read(vec![holder.ask(), also.accounts.ask()])?.into_iter();
                let (who, _) = auth::authenticated(found.next().unwrap_or_default().first())?;
                let mut locks = Locks { subjects: also.subjects.into_iter().collect(), ..Locks::default() };
                locks.accounts.insert(who.account.clone());
                for row in found.next().unwrap_or_default() {
                    locks.accounts.insert(row.read::<AccountOf>()?.account);
                }
                let mut asks = locks.asks();
                let locked = asks.len();
                asks.push(known);
                asks.extend(prefetch.iter().cloned());
                let mut answers = tx.read(asks)?;
                let rest = answers.split_off(locked);
                self.locked = locks.taken(&answers)?;
                if self.locked.get(&who.account).is_none_or(|account| account.is_closed) {
                    return refuse(ProblemCode::Unauthorized, "this token is not valid any more; sign in again");
                }
                (who, rest.into_iter())
            }
        };
        self.known = answers.next().unwrap_or_default().iter().map(Row::read).collect::<Result<_, _>>()?;
        Ok((who, prefetch.into_iter().zip(answers).collect()))
    }

    /// Who calls; a route without roles has nobody.
    pub fn who(&self) -> Outcome<&Who> {
        match &self.who {
            Some(who) => Ok(who),
            None => refuse(ProblemCode::Unauthorized, "sign in first"),
        }
    }

    /// The caller's account, locked.
    pub fn account(&mut self) -> Outcome<&mut LockedAccount> {
        let who = self.who.as_ref().map(|who| &who.account);
        let locked = who.and_then(|account| self.locked.get_mut(account));
        locked.ok_or_else(|| StoreError::Broken("the account is not locked".into()).into())
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
// Nothing when the request cannot be read; its handler says so.
type Prefetch = fn(&Call<'_>) -> Option<Vec<Ask>>;
type AlsoLocks = fn(&Call<'_>) -> Option<AlsoLocked>;

pub(crate) struct Route {
    pub method: &'static str,
    pub path: &'static str,
    /// `None`: anybody.
    pub roles: Option<&'static [Role]>,
    /// Needs an Idempotency-Key.
    pub is_action: bool,
    /// What an action reads: asked in the round trip that locks its account. It must not show anything of another account without the
    /// handler looking at whose it is.
    pub prefetch: Option<Prefetch>,
    /// What an action locks beside its caller's account.
    pub also_locks: Option<AlsoLocks>,
    pub handler: Handler,
}

const ANYBODY: Option<&[Role]> = None;
const EVERYBODY: Option<&[Role]> = Some(&[Role::Driver, Role::Inspector, Role::Admin]);
const DRIVER: Option<&[Role]> = Some(&[Role::Driver]);
const INSPECTOR: Option<&[Role]> = Some(&[Role::Inspector]);

const fn read(path: &'static str, roles: Option<&'static [Role]>, handler: Handler) -> Route {
    Route { method: "GET", path, roles, is_action: false, prefetch: None, also_locks: None, handler }
}
const fn post(path: &'static str, roles: Option<&'static [Role]>, handler: Handler) -> Route {
    Route { method: "POST", path, roles, is_action: false, prefetch: None, also_locks: None, handler }
}
const fn action(path: &'static str, roles: Option<&'static [Role]>, handler: Handler) -> Route {
    Route { method: "POST", path, roles, is_action: true, prefetch: None, also_locks: None, handler }
}
const fn delete(path: &'static str, roles: Option<&'static [Role]>, handler: Handler) -> Route {
    Route { method: "DELETE", path, roles, is_action: false, prefetch: None, also_locks: None, handler }
}

impl Route {
    const fn prefetching(self, prefetch: Prefetch) -> Self {
        Self { prefetch: Some(prefetch), ..self }
    }

    const fn also_locking(self, also_locks: AlsoLocks) -> Self {
        Self { also_locks: Some(also_locks), ..self }
    }
}

static ROUTES: &[Route] = &[
    read(route::HEALTH, ANYBODY, public::health),
    read(route::CLOCK, ANYBODY, public::clock),
    read(route::KEYS, ANYBODY, public::keys),
    read(route::CITY, ANYBODY, public::city),
    read(route::OPENAPI, ANYBODY, public::openapi),
    read(route::ZONES, ANYBODY, public::zones),
    post(route::ONE_TIME_CODE, ANYBODY, auth::send_code),
    post(route::SESSION, ANYBODY, auth::sign_in),
    delete(route::SESSION, EVERYBODY, auth::sign_out),
    read(route::ACCOUNT, EVERYBODY, accounts::read),
    read(route::ACCOUNT_EXPORT, DRIVER, accounts::export),
    delete(route::ACCOUNT, DRIVER, accounts::close),
    read(route::VEHICLES, DRIVER, vehicles::list),
    post(route::VEHICLES, DRIVER, vehicles::add),
    delete(route::VEHICLE, DRIVER, vehicles::remove),
    post(route::QUOTES, DRIVER, quotes::make),
    action(route::TICKETS, DRIVER, tickets::buy).prefetching(tickets::prefetch),
    read(route::TICKETS, DRIVER, tickets::list),
    read(route::TICKET, DRIVER, tickets::read),
    read(route::DEPOSIT, DRIVER, deposit::history),
    action(route::TOPUPS, DRIVER, deposit::top_up),
    read(route::TOPUP, DRIVER, deposit::read),
    post(route::BANK_NOTICE, ANYBODY, deposit::notice),
    read(route::ORDERS, DRIVER, orders::list),
    action(route::ORDER_PAYMENT, DRIVER, orders::pay).prefetching(orders::prefetch),
    read(route::INTENT, EVERYBODY, idempotency::outcome),
    delete(route::INTENT, EVERYBODY, idempotency::cancel),
    read(route::EVENTS, EVERYBODY, events::page),
    read(route::INSPECTOR_CHECK, INSPECTOR, inspector::check),
    action(route::INSPECTOR_ORDERS, INSPECTOR, inspector::issue)
        .prefetching(inspector::prefetch)
        .also_locking(inspector::also_locks),
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
            named.push(crate::text::form_decode(value).filter(|value| !value.is_empty())?);
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
