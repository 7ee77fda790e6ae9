//! A request on its way through a handler: who calls, what he may, what is locked and what was read
//! for it.

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::operation::{Access, Permission};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::CityId;

use crate::kernel::account::{AccountOf, LockedAccount, LockedAccounts, Locks, Subject};
use crate::kernel::caller::{self, Caller};
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::grants::{self, Granted};
use crate::kernel::http::Request;
use crate::kernel::idempotency::{self, IntentRow};
use crate::kernel::operator::{Arrival, Operator};
use crate::kernel::service::Served;
use crate::kernel::store::{Ask, Row, Select, StoreError, Tx};

/// A request on its way through a handler.
pub(crate) struct Call<'a> {
    pub operator: &'a Operator,
    pub now: DateTime<Utc>,
    pub request: &'a Request,
    pub served: &'static Served,
    /// What stands in the places of the path's `{...}`.
    pub path: Vec<String>,
    /// The hash of the request's token; empty where nobody has to sign in.
    pub token: String,
    pub who: Option<Caller>,
    /// The caller's account and those that the operation locks beside it; every action has them.
    pub locked: LockedAccounts,
    /// What is known of an action's key.
    pub known: Option<IntentRow>,
    /// What an action made (a sale, an order): its key is remembered as long as that is kept.
    pub made: Option<String>,
    arrival: &'a Arrival,
    /// Until when what is done must be committed.
    pub not_after: Option<DateTime<Utc>>,
}

/// What an action locks beside its caller's account.
pub(crate) struct AlsoLocked {
    /// Asks for accounts, before anything is locked: whether they are still the right ones is the
    /// handler's to see.
    pub accounts: Select<AccountOf>,
    pub subjects: Vec<Subject>,
}

/// Questions with their answers.
pub(crate) type Answers = Vec<(Ask, Vec<Row>)>;

impl<'a> Call<'a> {
    pub fn new(
        operator: &'a Operator,
        arrival: &'a Arrival,
        request: &'a Request,
        (served, path): (&'static Served, Vec<String>),
    ) -> Self {
        Self {
            operator,
            now: arrival.at,
            request,
            served,
            path,
            token: String::new(),
            who: None,
            locked: LockedAccounts::new(),
            known: None,
            made: None,
            arrival,
            not_after: None,
        }
    }

    /// Finds out who calls and whether he may; for an action his account is locked, and what its
    /// operation reads first is answered.
    pub fn enter(&mut self, tx: &mut dyn Tx) -> Outcome<Answers> {
        let permission = match self.served.operation.access {
            Access::Anybody | Access::Provider => return Ok(Answers::new()),
            Access::SignedIn => None,
            Access::Permitted(permission) => Some(permission),
        };
        self.token = caller::token_hash(self.request)?;
        let (who, answers) = if self.served.operation.is_action {
            self.enter_action(tx)?
        } else {
            (caller::authenticate(tx, &self.token, self.now, self.served.after_closing)?, Answers::new())
        };
        if let Some(permission) = permission
            && !who.is_closed
            && !who.grants.iter().any(|grant| self.operator.allows(&grant.role, permission))
        {
            return Err(Problem::new(
                ProblemCode::Forbidden,
                format!("none of your roles has the permission {}", permission.as_str()),
            )
            .with("permission", permission.as_str())
            .into());
        }
        self.who = Some(who);
        Ok(answers)
    }

    /// Locks the caller's account, and then, in the same round trip, sees what is known of the
    /// action's key and reads what the operation says. Of the account, with its roles, the newest
    /// is read; a token that was there before the lock may have ended while others had it, so it
    /// is looked at again.
    fn enter_action(&mut self, tx: &mut dyn Tx) -> Outcome<(Caller, Answers)> {
        let holder = || caller::holder(&self.token, self.now);
        let prefetch = self.served.prefetch.and_then(|prefetch| prefetch(self)).unwrap_or_default();
        let also = self.served.also_locks.and_then(|also_locks| also_locks(self));
        let mut when_locked = vec![idempotency::known(self).ask()];
        when_locked.extend(prefetch.iter().cloned());
        let (who, mut answers) = match also {
            None => {
                let mut asks = vec![holder().locking("account").ask()];
                asks.append(&mut when_locked);
                let mut answers = tx.read(asks)?.into_iter();
                let (who, account) = caller::authenticated(&answers.next().unwrap_or_default(), self.now)?;
                self.locked.insert(who.account, LockedAccount::of(account));
                (who, answers)
            }
            Some(also) => {
                // First who is to be locked, then all of them in the one order.
                let mut found = tx.read(vec![holder().ask(), also.accounts.ask()])?.into_iter();
                let (mut who, _) = caller::authenticated(&found.next().unwrap_or_default(), self.now)?;
                let mut locks = Locks { subjects: also.subjects.into_iter().collect(), ..Locks::default() };
                locks.accounts.insert(who.account);
                for row in found.next().unwrap_or_default() {
                    locks.accounts.insert(row.read::<AccountOf>()?.account);
                }
                let mut asks = locks.asks();
                let locked = asks.len();
                asks.append(&mut when_locked);
                let mut answers = tx.read(asks)?;
                let rest = answers.split_off(locked);
                self.locked = locks.taken(&answers)?;
                let Some(account) = self.locked.get(&who.account).filter(|account| !account.is_closed) else {
                    return refuse(ProblemCode::Unauthorized, caller::GONE);
                };
                who.grants = grants::held(&account.roles, self.now)?;
                (who, rest.into_iter())
            }
        };
        self.known = idempotency::judged(&answers.next().unwrap_or_default())?;
        Ok((who, prefetch.into_iter().zip(answers).collect()))
    }

    /// Who calls; an operation for anybody has nobody.
    pub fn who(&self) -> Outcome<&Caller> {
        match &self.who {
            Some(who) => Ok(who),
            None => refuse(ProblemCode::Unauthorized, "sign in first"),
        }
    }

    /// Refuses who holds the permission for this operation only in other cities, or only for a
    /// place in this one.
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

    /// Refuses who holds the permission for this operation only in other cities or for other
    /// places.
    pub fn in_place(&self, city: &str, place: &str) -> Outcome<()> {
        let Access::Permitted(permission) = self.served.operation.access else { return Ok(()) };
        let grants: Vec<&Granted> = self.granted(permission)?.collect();
        if grants.iter().any(|grant| grant.is_for_place(city, place)) {
            return Ok(());
        }
        let whole = |grant: &&Granted| grant.city.as_ref().map_or_else(String::new, ToString::to_string);
        let places: Vec<String> =
            grants.iter().map(|grant| grant.place.clone().unwrap_or_else(|| whole(grant))).collect();
        Err(Problem::new(
            ProblemCode::Forbidden,
            format!("your role is for {}, not for {place} in {city}", places.join(", ")),
        )
        .with("permission", permission.as_str())
        .with("places", places)
        .into())
    }

    /// The caller's roles that have a permission.
    fn granted(&self, permission: Permission) -> Outcome<impl Iterator<Item = &Granted>> {
        Ok(self.who()?.grants.iter().filter(move |grant| self.operator.allows(&grant.role, permission)))
    }

    /// The cities for which the caller has a permission; `None` for all.
    fn cities(&self, permission: Permission) -> Outcome<Option<Vec<&str>>> {
        let whole = self.granted(permission)?.filter(|grant| grant.place.is_none());
        Ok(whole.map(|grant| grant.city.as_ref().map(CityId::as_str)).collect())
    }

    /// The caller's account, locked.
    pub fn account(&mut self) -> Outcome<&mut LockedAccount> {
        let who = self.who.as_ref().map(|who| who.account);
        let locked = who.and_then(|account| self.locked.get_mut(&account));
        locked.ok_or_else(|| StoreError::Broken("the account is not locked".into()).into())
    }

    /// Whether it is more than its caller's share, so that only what is known is answered.
    pub const fn is_beyond_share(&self) -> bool {
        self.arrival.is_beyond_share()
    }

    /// The first `{...}` of the path.
    pub fn named(&self) -> &str {
        self.path.first().map_or("", String::as_str)
    }

    /// Refuses what arrives after its deadline; what comes to its commit only after it is refused
    /// there.
    pub fn in_time(&mut self, not_after: DateTime<Utc>) -> Outcome<()> {
        if self.now > not_after {
            return Err(self.arrival.expired(not_after).into());
        }
        self.not_after = Some(not_after);
        Ok(())
    }
}
