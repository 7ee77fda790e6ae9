//! What only the operator's own tools do: staff and devices, the messages, the books.

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::grants::{Grant, Role};
use mesto_protocol::kernel::ids::AccountId;
use mesto_rules::{City, CityId};

use crate::base::messages::{self, Message};
use crate::base::phone;
use crate::base::sign_in::{self, PersonRow};
use crate::kernel::account::{AccountKindWord, AccountRow};
use crate::kernel::caller;
use crate::kernel::failure::{Failure, Outcome};
use crate::kernel::grants::{self, AuditRow, Logged, NewGrant, TOOL};
use crate::kernel::ledger::{self, LedgerBalance, LedgerFault};
use crate::kernel::operator::Operator;
use crate::kernel::store::{Select, Store, StoreError, Tx, Write, transact};
use crate::kernel::text;
use crate::{find, kernel, values};

/// Longest name of staff or of a device, letters.
const NAME_MOST: usize = 200;

/// Somebody who holds, or held, another role than a driver's.
#[derive(Debug, Clone, PartialEq)]
pub struct Staff {
    pub account: AccountId,
    pub name: String,
    /// When its last token ends; absent when none is good.
    pub token_ends_at: Option<DateTime<Utc>>,
    /// In the order they were given, ended ones included.
    pub grants: Vec<Grant>,
}

/// Something that staff or a tool did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audited {
    pub at: DateTime<Utc>,
    /// An account, or `tool`.
    pub actor: String,
    /// `<what>.<done>`: `grant.given`, `token.renewed`, `store.restored`.
    pub action: String,
    /// The id of what it was done to.
    pub subject: String,
    /// Why, or what; nobody's name.
    pub note: String,
}

/// A role to be given to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleGiven<'a> {
    pub role: Role,
    /// A city the operator serves; all when absent.
    pub city: Option<&'a str>,
    /// A place in that city, such as a facility with a barrier; all of the city when absent.
    pub place: Option<&'a str>,
    /// Not any more from this moment on; for good when absent.
    pub until: Option<DateTime<Utc>>,
}

/// Why a role was not given or ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    #[error("there is no open account {0}")]
    NoAccount(String),
    #[error("`{city}` is not served here; these are: {known}")]
    NoCity { city: String, known: String },
    #[error("`{place}` is no place of this city that a role is given for; these are: {known}")]
    NoPlace { place: String, known: String },
    #[error("a place is one of a city; say which")]
    PlaceWithoutCity,
    #[error("a driver parks in every city: leave out the city and the place")]
    DriverOfCity,
    #[error("this role is for a city, or for all of them: leave out the place")]
    InspectorOfPlace,
    #[error("a controller is one of a place: say its city and its place{}", after_colon(.known))]
    ControllerWithoutPlace {
        /// The places of the city that was said; empty when none was.
        known: String,
    },
    #[error("a partner is one of a carrier: say its city, and its carrier as the place{}", after_colon(.known))]
    PartnerWithoutCarrier {
        /// The carriers of the city that was said; empty when none was.
        known: String,
    },
    #[error("a merchant's role is for one merchant: say its city, and its id as the place: mc_...")]
    MerchantWithoutId,
    #[error("a role is one of {}", Role::KNOWN.join(", "))]
    NoRole,
    #[error("it would end at {until}, which is over")]
    Over { until: DateTime<Utc> },
    #[error("there is no role {0} that could be ended; it may have ended before")]
    NoGrant(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RoleGiven<'_> {
    /// A role in all of what the operator serves, for good.
    #[must_use]
    pub const fn everywhere(role: Role) -> Self {
        Self { role, city: None, place: None, until: None }
    }
}

fn after_colon(known: &str) -> String {
    if known.is_empty() { String::new() } else { format!("; these are: {known}") }
}

/// A role that was checked.
struct Checked<'a> {
    role: Role,
    city: Option<&'a CityId>,
    place: Option<&'a str>,
    until: Option<DateTime<Utc>>,
}

impl Checked<'_> {
    fn from(&self, from: DateTime<Utc>) -> NewGrant<'_> {
        let Checked { role, city, place, until } = self;
        NewGrant { role: role.clone(), city: *city, place: *place, from, until: *until, by: TOOL }
    }
}

impl Operator {
    /// Makes an account of staff with a role and returns its token, which is shown once and stored
    /// hashed.
    ///
    /// # Errors
    /// [`GrantError`]
    pub fn create_staff(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        given: &RoleGiven<'_>,
        name: &str,
    ) -> Result<String, GrantError> {
        let given = self.checked(store, now, given)?;
        Ok(self.create_holder(store, now, AccountKindWord::Person, name, &given)?)
    }

    /// Makes an account of a device, such as the controller of a garage, with a role for its place;
    /// returns its token, which is shown once and stored hashed.
    ///
    /// # Errors
    /// [`GrantError`]
    pub fn create_device(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        given: &RoleGiven<'_>,
        name: &str,
    ) -> Result<String, GrantError> {
        let given = self.checked(store, now, given)?;
        Ok(self.create_holder(store, now, AccountKindWord::Device, name, &given)?)
    }

    fn create_holder(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        kind: AccountKindWord,
        name: &str,
        given: &Checked<'_>,
    ) -> Result<String, StoreError> {
        let make = |tx: &mut dyn Tx| -> Outcome<String> {
            let (account, grant) = sign_in::create(tx, self, now, kind, &given.from(now))?;
            grants::log_given(tx, self, now, account, &grant)?;
            let name = Some(text::plain(name, NAME_MOST));
            tx.write(Write::insert(PersonRow { account, phone: None, name, language: None, created_at: now }))?;
            Ok(sign_in::issue_token(tx, self, now, account, None)?.0)
        };
        transact(store, |tx| make(tx).map_err(Failure::into_store_error))
    }

    /// Gives an account one more role.
    ///
    /// # Errors
    /// [`GrantError`]
    pub fn give_role(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        account: &str,
        given: &RoleGiven<'_>,
    ) -> Result<Grant, GrantError> {
        let given = self.checked(store, now, given)?;
        let nobody = || GrantError::NoAccount(account.to_owned());
        let account: AccountId = account.parse().map_err(|_| nobody())?;
        let now = kernel::operator::whole_millis(now);
        let made = transact(store, |tx| {
            let found = tx.first(find!(AccountRow { id: account }).locking("account"))?;
            let Some(account) = found.filter(|row| row.closed_at.is_none()) else { return Ok(None) };
            grants::give(tx, self, now, &account, &given.from(now)).map(Some).map_err(Failure::into_store_error)
        })?;
        made.ok_or_else(nobody)
    }

    /// A role that can be given: it is known, its city is served, its place is one of that city, a
    /// controller has one, and it is not over.
    fn checked<'a>(
        &'a self,
        store: &dyn Store,
        now: DateTime<Utc>,
        given: &RoleGiven<'a>,
    ) -> Result<Checked<'a>, GrantError> {
        if !given.role.is_known() {
            return Err(GrantError::NoRole);
        }
        if given.role == Role::Driver && (given.city.is_some() || given.place.is_some()) {
            return Err(GrantError::DriverOfCity);
        }
        let is_of_cities = matches!(
            given.role,
            Role::Inspector
                | Role::Dispatcher
                | Role::Terminal
                | Role::RideController
                | Role::CardClerk
                | Role::BenefitClerk
                | Role::MerchantClerk
        );
        if is_of_cities && given.place.is_some() {
            return Err(GrantError::InspectorOfPlace);
        }
        let city = given.city.map(|asked| {
            self.cities.get(asked).ok_or_else(|| {
                let known = self.cities.keys().map(CityId::as_str).collect::<Vec<_>>().join(", ");
                GrantError::NoCity { city: asked.to_owned(), known }
            })
        });
        let city = city.transpose()?;
        let places = |city| -> Vec<&str> {
            self.services
                .iter()
                .filter_map(|service| service.places)
                .flat_map(|places| places(city, &given.role))
                .collect()
        };
        if let Some(place) = given.place {
            let city = city.ok_or(GrantError::PlaceWithoutCity)?;
            let known = places(city);
            if !known.contains(&place) && !self.stores_place(store, city, (&given.role, place))? {
                return Err(GrantError::NoPlace { place: place.to_owned(), known: known.join(", ") });
            }
        } else if matches!(given.role, Role::Controller | Role::Partner | Role::Merchant) {
            let known = city.map(|city| places(city).join(", ")).unwrap_or_default();
            return Err(match given.role {
                Role::Partner => GrantError::PartnerWithoutCarrier { known },
                Role::Merchant => GrantError::MerchantWithoutId,
                _ => GrantError::ControllerWithoutPlace { known },
            });
        }
        if let Some(until) = given.until.filter(|until| *until <= now) {
            return Err(GrantError::Over { until });
        }
        Ok(Checked {
            role: given.role.clone(),
            city: city.map(|city| &city.id),
            place: given.place,
            until: given.until,
        })
    }

    /// Whether a service has this place in the store.
    fn stores_place(&self, store: &dyn Store, city: &City, (role, place): (&Role, &str)) -> Result<bool, StoreError> {
        for has_place in self.services.iter().filter_map(|service| service.has_place) {
            let known = transact(store, |tx| has_place(tx, city, role, place).map_err(Failure::into_store_error))?;
            if known {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Ends a role now.
    ///
    /// # Errors
    /// [`GrantError`]
    pub fn end_role(&self, store: &dyn Store, now: DateTime<Utc>, grant: &str) -> Result<(), GrantError> {
        let ended = transact(store, |tx| grants::end(tx, self, now, grant, TOOL).map_err(Failure::into_store_error))?;
        if ended { Ok(()) } else { Err(GrantError::NoGrant(grant.to_owned())) }
    }

    /// Everybody with another role than a driver's, in the order of their accounts.
    ///
    /// # Errors
    /// When the store fails.
    pub fn staff(&self, store: &dyn Store, now: DateTime<Utc>) -> Result<Vec<Staff>, StoreError> {
        transact(store, |tx| {
            let mut staff = Vec::<Staff>::new();
            for (account, name, grant) in grants::of_staff(tx)? {
                match staff.last_mut().filter(|last| last.account == account) {
                    Some(last) => last.grants.push(grant),
                    None => staff.push(Staff { account, name, token_ends_at: None, grants: vec![grant] }),
                }
            }
            for one in &mut staff {
                one.token_ends_at = caller::last_given_ends_at(tx, one.account, now)?;
            }
            Ok(staff)
        })
    }

    /// Gives an account of staff, or of a device, another token, which is shown once; those before
    /// it end now, or stay until each ends by itself. Returns it with its end.
    ///
    /// # Errors
    /// [`GrantError`]
    pub fn renew_token(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        account: &str,
        keeps_others: bool,
    ) -> Result<(String, DateTime<Utc>), GrantError> {
        let nobody = || GrantError::NoAccount(account.to_owned());
        let id: AccountId = account.parse().map_err(|_| nobody())?;
        let now = kernel::operator::whole_millis(now);
        let made = transact(store, |tx| {
            let found = tx.first(find!(AccountRow { id: id }).locking("account"))?;
            let is_staff = grants::of_staff(tx)?.iter().any(|(account, _, _)| *account == id);
            if !is_staff || found.is_none_or(|row| row.closed_at.is_some()) {
                return Ok(None);
            }
            if !keeps_others {
                caller::end_given(tx, id)?;
            }
            let make = |tx: &mut dyn Tx| -> Outcome<(String, DateTime<Utc>)> {
                let logged = Logged { actor: TOOL, action: "token.renewed", subject: account, note: "" };
                grants::log(tx, self, now, &logged)?;
                sign_in::issue_token(tx, self, now, id, None)
            };
            make(tx).map(Some).map_err(Failure::into_store_error)
        })?;
        made.ok_or_else(nobody)
    }

    /// Ends every token of an account, of its phones too; whoever holds one has to sign in again,
    /// or is given another. Returns how many there were.
    ///
    /// # Errors
    /// [`GrantError::NoAccount`], [`GrantError::Store`]
    pub fn end_tokens(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        account: &str,
        reason: &str,
    ) -> Result<u64, GrantError> {
        let nobody = || GrantError::NoAccount(account.to_owned());
        let id: AccountId = account.parse().map_err(|_| nobody())?;
        let now = kernel::operator::whole_millis(now);
        let ended = transact(store, |tx| {
            if tx.first(find!(AccountRow { id: id }).locking("account"))?.is_none() {
                return Ok(None);
            }
            let ended = tx.execute("DELETE FROM token WHERE account = $1", values![id])?;
            let logged = Logged { actor: TOOL, action: "token.ended", subject: account, note: reason };
            grants::log(tx, self, now, &logged).map_err(Failure::into_store_error)?;
            Ok(Some(ended))
        })?;
        ended.ok_or_else(nobody)
    }

    /// What staff and tools did, oldest first: from a moment on, and of an account: what it did,
    /// and what was done to it or to a role of it.
    ///
    /// # Errors
    /// When the store fails.
    pub fn audit_log(
        &self,
        store: &dyn Store,
        since: Option<DateTime<Utc>>,
        account: Option<AccountId>,
    ) -> Result<Vec<Audited>, StoreError> {
        let since = since.map_or(i64::MIN, |since| since.timestamp_millis());
        let rows: Vec<AuditRow> = transact(store, |tx| {
            tx.all(match account {
                None => Select::of("FROM audit_log WHERE audit_log.at >= $1 ORDER BY audit_log.id", values![since]),
                Some(account) => Select::of(
                    "FROM audit_log WHERE audit_log.at >= $1 AND (audit_log.actor = $2 OR audit_log.subject = $2 OR audit_log.subject IN (SELECT role_grant.id FROM role_grant WHERE role_grant.account = $2)) ORDER BY audit_log.id",
                    values![since, account],
                ),
            })
        })?;
        let told = |AuditRow { at, actor, action, subject, note, .. }| Audited { at, actor, action, subject, note };
        Ok(rows.into_iter().map(told).collect())
    }

    /// The messages sent to a number, oldest first. For the testbed and the demo; no request leads
    /// here.
    ///
    /// # Errors
    /// When the store fails.
    pub fn messages_to(&self, store: &dyn Store, phone: &str) -> Result<Vec<Message>, StoreError> {
        let region = &self.home.sections.plates.country;
        let number = phone::read(phone, region).unwrap_or_else(|_| phone.to_owned());
        transact(store, |tx| messages::read(tx, &number))
    }

    /// The sum of every ledger account, those of different holders as one; debits are positive.
    ///
    /// # Errors
    /// When the store fails.
    pub fn ledger_balances(&self, store: &dyn Store) -> Result<Vec<LedgerBalance>, StoreError> {
        transact(store, ledger::balances)
    }

    /// Audits the ledger: what the kernel and every service say of it.
    ///
    /// # Errors
    /// The first fault.
    pub fn audit_ledger(&self, store: &dyn Store) -> Result<(), LedgerFault> {
        transact(store, |tx| Ok(ledger::audit(tx, self.services)))?
    }

    /// The same audit within a transaction.
    ///
    /// # Errors
    /// The first fault.
    pub fn audit(&self, tx: &mut dyn Tx) -> Result<(), LedgerFault> {
        ledger::audit(tx, self.services)
    }

    /// What the services' own checks of the books say when they find something, with `{}` in place
    /// of its id.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn faults_of_services(&self) -> Vec<&'static str> {
        self.services.iter().flat_map(|service| service.audit).map(|check| check.fault).collect()
    }
}
