//! Fair shares: how much one account may ask in a second and at once, so that it cannot take the
//! time of the others; and one address, of what nobody has to sign in for.
//!
//! They are kept in memory, by each instance for itself, and asked before the store. Whoever is not
//! known yet is counted by his token; an address is counted for tokens that turned out to be none.
//! A token that this instance gave at a sign-in, or has found good, is known and waits for none
//! of those. Another one, given elsewhere or before a start, is told apart from wrong ones by the
//! store alone, which a flood of them must not reach: it has its chance among them.
//! What settles a purchase is never refused for being asked often: an action beyond the share is
//! still answered when its key is known, and what became of a key or a payment that is there is
//! told. A question for one has a share of its own, beyond which one that is not there is refused;
//! cancelling is counted as an action is. What is asked beyond a share waits behind all others.

use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mesto_protocol::kernel::grants::{Grant, Role};
use mesto_protocol::kernel::ids::AccountId;
use mesto_protocol::kernel::operation::Access;
use mesto_protocol::{Method, Problem, ProblemCode};

use crate::kernel::caller::Caller;
use crate::kernel::http::Request;
use crate::kernel::limits::Limits;
use crate::kernel::service::Served;
use crate::kernel::store::{Asker, Importance};
use crate::kernel::text;

/// What somebody may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// So many requests a second in the long run.
    pub per_second: u32,
    /// So many at once after a pause.
    pub burst: u32,
    /// So many that are being answered at the same time; of money as many again.
    pub at_once: u32,
}

/// The shares of those who ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FairShares {
    /// An account of a driver.
    pub account: Share,
    /// Inspectors, garages' controllers and other staff; a payment provider by its address.
    pub staff: Share,
    /// An address, of what needs no account; many phones may share one.
    pub address: Share,
    /// An address, of tokens that are none.
    pub wrong_tokens: Share,
}

impl Default for FairShares {
    fn default() -> Self {
        Self::of(20, 8, 50)
    }
}

impl FairShares {
    /// The usual shares by what an account may ask in a second and at once, and an address in a
    /// second.
    #[must_use]
    pub fn of(account_per_second: u32, account_at_once: u32, address_per_second: u32) -> Self {
        let share = |per_second: u32, burst: u32, at_once: u32| Share { per_second, burst, at_once };
        Self {
            account: share(account_per_second, account_per_second.saturating_mul(3), account_at_once),
            staff: share(
                account_per_second.saturating_mul(10),
                account_per_second.saturating_mul(50),
                account_at_once.saturating_mul(4),
            ),
            address: share(
                address_per_second,
                address_per_second.saturating_mul(4),
                address_per_second.saturating_mul(2),
            ),
            wrong_tokens: share(address_per_second.div_ceil(5), address_per_second.saturating_mul(2), 0),
        }
    }
}

impl Limits for FairShares {}

impl Share {
    /// That of what is urgent and no action: questions for a key or a payment, a garage's
    /// controller. It is counted beside the other one.
    const fn of_urgent(self) -> Self {
        Self { per_second: self.per_second.saturating_mul(3), burst: self.burst.saturating_mul(3), ..self }
    }
}

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Subject {
    Account(AccountId),
    /// The hash of a token whose account is not known yet.
    Token(String),
    Address(String),
    Provider(String),
    WrongTokens(String),
}

/// More are not remembered: those who are at rest are forgotten.
const MOST: usize = 50_000;

/// What was asked of late, by whom.
#[derive(Default)]
pub(crate) struct Shares(Mutex<State>);

#[derive(Default)]
struct State {
    used: HashMap<Subject, Used>,
    /// By the hash of a token: its account, and whether that is staff.
    known: HashMap<String, (AccountId, bool)>,
}

#[derive(Debug, Default)]
struct Used {
    usual: Bucket,
    urgent: Bucket,
    at_once: u32,
    money_at_once: u32,
}

/// How far a share is taken.
#[derive(Debug, Default)]
struct Bucket {
    /// When the whole share is free again.
    free_at: Option<Instant>,
}

impl Bucket {
    fn is_taken(&self, now: Instant) -> bool {
        self.free_at.is_some_and(|at| at > now)
    }

    /// How far a share is taken at a moment, and what one request takes of it.
    fn taken(&self, share: Share, now: Instant) -> (Duration, Duration) {
        let each = Duration::from_secs(1) / share.per_second.max(1);
        (self.free_at.map_or(Duration::ZERO, |at| at.saturating_duration_since(now)), each)
    }

    /// How long to wait until one more is free.
    fn wait(&self, share: Share, now: Instant) -> Option<Duration> {
        let (taken, each) = self.taken(share, now);
        let most = each * share.burst.saturating_sub(1);
        (taken > most).then(|| taken - most)
    }

    fn take(&mut self, share: Share, now: Instant) {
        let (taken, each) = self.taken(share, now);
        self.free_at = Some(now + taken + each);
    }
}

/// Stands for a request while it is answered.
pub(crate) struct Counted<'a> {
    shares: &'a Shares,
    subject: Subject,
    is_money: bool,
    /// It is more than its share: only what is known already is answered, behind all others.
    pub only_known: bool,
    /// Whose tasks have a part of the store; many may come from one address.
    pub asker: Option<Asker>,
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        if let Some(used) = self.shares.lock().used.get_mut(&self.subject) {
            let count = if self.is_money { &mut used.money_at_once } else { &mut used.at_once };
            *count = count.saturating_sub(1);
        }
    }
}

#[allow(clippy::disallowed_methods)] // the edge: shares are counted in real time
fn instant() -> Instant {
    Instant::now()
}

impl Shares {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request, or refuses it.
    pub fn enter(&self, request: &Request, served: &Served, limits: FairShares) -> Result<Counted<'_>, Problem> {
        self.enter_at(request, served, limits, instant())
    }

    fn enter_at(
        &self,
        request: &Request,
        served: &Served,
        limits: FairShares,
        now: Instant,
    ) -> Result<Counted<'_>, Problem> {
        let mut state = self.lock();
        let address = || request.address.clone();
        let (subject, share) = match (request.token(), served.operation.access) {
            (_, Access::Provider) => (Subject::Provider(address()), limits.staff),
            (_, Access::Anybody) | (None, _) => (Subject::Address(address()), limits.address),
            (Some(token), _) => {
                let hash = text::sha256(token.as_bytes());
                match state.known.get(&hash) {
                    Some((account, true)) => (Subject::Account(*account), limits.staff),
                    Some((account, false)) => (Subject::Account(*account), limits.account),
                    None => {
                        let wrong = state.used.get(&Subject::WrongTokens(address()));
                        if let Some(wait) = wrong.and_then(|used| used.usual.wait(limits.wrong_tokens, now)) {
                            return Err(too_many("too many tokens from this address are not valid", wait));
                        }
                        (Subject::Token(hash), limits.account)
                    }
                }
            }
        };
        state.make_room(now);
        let used = state.used.entry(subject.clone()).or_default();
        let is_money = served.importance == Importance::Money;
        let at_once = if is_money { used.money_at_once } else { used.at_once };
        if at_once >= share.at_once {
            let why = format!("{at_once} requests are being answered already, at most {} at once", share.at_once);
            return Err(too_many(&why, Duration::ZERO));
        }
        let is_action = served.operation.is_action;
        let cancels = served.settles && served.operation.method == Method::Delete;
        let is_provider = matches!(served.operation.access, Access::Provider);
        let (bucket, share) = match is_money && !is_action && !cancels && !is_provider {
            true => (&mut used.urgent, share.of_urgent()),
            false => (&mut used.usual, share),
        };
        let wait = bucket.wait(share, now);
        if let Some(wait) = wait.filter(|_| !is_action && !served.settles) {
            let why = format!("more is asked than at most {} times a second", share.per_second);
            return Err(too_many(&why, wait));
        }
        if wait.is_none() {
            bucket.take(share, now);
        }
        *(if is_money { &mut used.money_at_once } else { &mut used.at_once }) += 1;
        let asker = match &subject {
            Subject::Account(_) | Subject::Token(_) => Some(Asker(state.used.hasher().hash_one(&subject))),
            Subject::Address(_) | Subject::Provider(_) | Subject::WrongTokens(_) => None,
        };
        Ok(Counted { shares: self, subject, is_money, only_known: wait.is_some(), asker })
    }

    /// Who the holder of a token is.
    pub fn learn(&self, token_hash: &str, who: &Caller) {
        self.know(token_hash, who.account, who.grants.iter().map(|grant| &grant.role));
    }

    /// A token is given to whoever signs in, and its first request is held up by no wrong one.
    /// Where the transaction is taken back, nobody has that token.
    pub fn give(&self, token: &str, account: AccountId, grants: &[Grant]) {
        self.know(&text::sha256(token.as_bytes()), account, grants.iter().map(|grant| &grant.role));
    }

    fn know<'a>(&self, token_hash: &str, account: AccountId, mut roles: impl Iterator<Item = &'a Role>) {
        let mut state = self.lock();
        let known = (account, roles.any(|role| *role != Role::Driver));
        if state.known.get(token_hash) != Some(&known) {
            if state.known.len() >= MOST {
                state.known.clear();
            }
            state.known.insert(token_hash.to_owned(), known);
        }
    }

    /// The account of a token, as it was learned; not for ever, and it says nothing of whether the
    /// token is still good.
    pub fn holder(&self, token_hash: &str) -> Option<AccountId> {
        self.lock().known.get(token_hash).map(|(account, _)| *account)
    }

    /// A token was none.
    pub fn wrong_token(&self, request: &Request, limits: FairShares) {
        if request.token().is_some() {
            let subject = Subject::WrongTokens(request.address.clone());
            self.lock().used.entry(subject).or_default().usual.take(limits.wrong_tokens, instant());
        }
    }
}

impl State {
    fn make_room(&mut self, now: Instant) {
        if self.used.len() >= MOST {
            self.used.retain(|_, used| {
                used.at_once + used.money_at_once > 0 || used.usual.is_taken(now) || used.urgent.is_taken(now)
            });
        }
    }
}

/// The refusal of what is not known, when somebody asks for more than his share.
pub(crate) fn more_than_a_share() -> Problem {
    too_many("more is asked than the share of one account; nothing was done", Duration::ZERO)
}

fn too_many(why: &str, wait: Duration) -> Problem {
    let seconds = wait.as_secs() + 1;
    Problem::new(ProblemCode::TooManyRequests, format!("{why}; wait {seconds} seconds"))
        .with("retry_after_seconds", seconds)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use mesto_protocol::kernel::ids::RecordId;

    use super::*;
    use crate::services;

    fn served(method: Method, path: &str) -> &'static Served {
        let mut all = services::served();
        all.find(|one| one.operation.method == method && one.operation.path == path).unwrap()
    }

    fn request(token: &str) -> Request {
        Request { address: "192.0.2.1".into(), ..Request::new("POST", "/").bearer(token) }
    }

    fn someone(shares: &Shares, token: &str, role: Role, number: u8) {
        let id = mesto_protocol::kernel::ids::GrantId::from_bytes([number; 16]);
        let grants = vec![crate::kernel::grants::Granted { id, role, city: None, place: None }];
        let account = AccountId::from_bytes([number; 16]);
        shares.learn(&text::sha256(token.as_bytes()), &Caller { account, grants, device_key: None, is_closed: false });
    }

    /// How many of so many are taken in.
    fn taken_in(shares: &Shares, request: &Request, served: &Served, count: u32, now: Instant) -> u32 {
        let entered = (0..count).filter(|_| shares.enter_at(request, served, FairShares::default(), now).is_ok());
        u32::try_from(entered.count()).unwrap()
    }

    #[test]
    fn an_account_has_a_burst_and_then_its_rate_whatever_its_token_and_others_have_theirs() {
        let (shares, quote, start) = (Shares::default(), served(Method::Post, "/v1/quotes"), instant());
        someone(&shares, "a", Role::Driver, 1);
        someone(&shares, "b", Role::Driver, 1);
        someone(&shares, "other", Role::Driver, 2);
        assert_eq!(taken_in(&shares, &request("a"), quote, 100, start), 60);
        assert_eq!(taken_in(&shares, &request("b"), quote, 100, start), 0, "the same account");
        assert_eq!(taken_in(&shares, &request("other"), quote, 1, start), 1);
        assert_eq!(taken_in(&shares, &request("a"), quote, 100, start + Duration::from_secs(1)), 20);
        let refusal = shares.enter_at(&request("a"), quote, FairShares::default(), start + Duration::from_secs(1));
        let refusal = refusal.err().unwrap();
        assert_eq!((refusal.status, refusal.params.get("retry_after_seconds").unwrap().as_u64()), (429, Some(1)));
        assert_eq!(taken_in(&shares, &request("a"), quote, 100, start + Duration::from_secs(60)), 60);
    }

    #[test]
    fn so_many_at_once_and_of_money_as_many_again() {
        let (shares, now) = (Shares::default(), instant());
        let enter = |path| shares.enter_at(&request("a"), served(Method::Post, path), FairShares::default(), now);
        let held: Vec<_> = (0..8).map(|_| enter("/v1/quotes").unwrap()).collect();
        assert!(enter("/v1/quotes").is_err());
        let money: Vec<_> = (0..8).map(|_| enter("/v1/purchases").unwrap()).collect();
        assert!(enter("/v1/purchases").is_err());
        drop((held, money));
        assert!(enter("/v1/quotes").is_ok() && enter("/v1/purchases").is_ok());
    }

    #[test]
    fn what_settles_a_purchase_is_taken_in_however_often_it_is_asked() {
        let (shares, now) = (Shares::default(), instant());
        let ask = request("a");
        assert_eq!(taken_in(&shares, &ask, served(Method::Post, "/v1/quotes"), 100, now), 60);
        for (method, path) in [
            (Method::Get, "/v1/intents/{key}"),
            (Method::Delete, "/v1/intents/{key}"),
            (Method::Get, "/v1/payments/{payment}"),
            (Method::Delete, "/v1/payments/{payment}"),
        ] {
            assert_eq!(taken_in(&shares, &ask, served(method, path), 200, now), 200, "{path}");
            let again = shares.enter_at(&ask, served(method, path), FairShares::default(), now).unwrap();
            assert!(again.only_known, "{path} is answered when it is known");
        }
        let purchase = served(Method::Post, "/v1/purchases");
        let again = shares.enter_at(&ask, purchase, FairShares::default(), now).unwrap();
        assert!(again.only_known, "it is answered when its key is known");
    }

    /// How many of so many are taken in without a condition.
    fn free(shares: &Shares, served: &Served, count: u32, now: Instant) -> u32 {
        let entered = (0..count).filter(|_| {
            shares.enter_at(&request("a"), served, FairShares::default(), now).is_ok_and(|counted| !counted.only_known)
        });
        u32::try_from(entered.count()).unwrap()
    }

    #[test]
    fn questions_for_keys_and_payments_have_three_shares_of_their_own_and_cancelling_is_an_action() {
        let (shares, start) = (Shares::default(), instant());
        let key = served(Method::Get, "/v1/intents/{key}");
        let payment = served(Method::Get, "/v1/payments/{payment}");
        assert_eq!(free(&shares, key, 500, start), 180);
        assert_eq!(free(&shares, payment, 100, start), 0, "one share for both");
        assert_eq!(free(&shares, served(Method::Post, "/v1/quotes"), 100, start), 60, "the usual share is untouched");
        for path in ["/v1/intents/{key}", "/v1/payments/{payment}"] {
            assert_eq!(free(&shares, served(Method::Delete, path), 100, start), 0, "{path} counts as an action");
        }
        let later = start + Duration::from_secs(1);
        assert_eq!(free(&shares, payment, 500, later), 60);
        assert_eq!(free(&shares, served(Method::Delete, "/v1/intents/{key}"), 100, later), 20);
    }

    #[test]
    fn a_controller_that_asks_without_an_end_is_refused_before_the_store() {
        let (shares, now) = (Shares::default(), instant());
        someone(&shares, "garage", Role::Controller, 1);
        let report = served(Method::Post, "/v1/garages/reports");
        assert_eq!(taken_in(&shares, &request("garage"), report, 4_000, now), 3_000);
    }

    #[test]
    fn an_address_is_not_to_blame_for_good_tokens_and_bad_ones_do_not_touch_those_that_are_known() {
        let (shares, list, now) = (Shares::default(), served(Method::Get, "/v1/vehicles"), instant());
        for number in 0..200_u8 {
            assert_eq!(taken_in(&shares, &request(&format!("t{number}")), list, 2, now), 2);
        }
        someone(&shares, "good", Role::Driver, 1);
        for _ in 0..101 {
            shares.wrong_token(&request("bad"), FairShares::default());
        }
        assert_eq!(taken_in(&shares, &request("unknown"), list, 1, instant()), 0);
        assert_eq!(taken_in(&shares, &request("good"), list, 1, now), 1);
    }

    #[test]
    fn a_controller_that_tells_its_day_and_a_provider_have_larger_shares() {
        let (shares, now) = (Shares::default(), instant());
        someone(&shares, "garage", Role::Controller, 1);
        assert_eq!(taken_in(&shares, &request("garage"), served(Method::Post, "/v1/garages/reports"), 900, now), 900);
        let notice = served(Method::Post, "/v1/providers/{provider}/notices");
        let bank = Request { address: "192.0.2.7".into(), ..Request::new("POST", "/") };
        assert_eq!(taken_in(&shares, &bank, notice, 900, now), 900);
        let code = served(Method::Post, "/v1/auth/code");
        assert_eq!(taken_in(&shares, &bank, code, 900, now), 200);
    }

    #[test]
    fn those_who_are_at_rest_are_forgotten() {
        let (shares, list, start) = (Shares::default(), served(Method::Get, "/v1/vehicles"), instant());
        for number in 0..MOST {
            assert_eq!(taken_in(&shares, &request(&number.to_string()), list, 1, start), 1);
        }
        assert_eq!(taken_in(&shares, &request("one more"), list, 1, start + Duration::from_secs(10)), 1);
        assert_eq!(shares.lock().used.len(), 1);
    }
}
