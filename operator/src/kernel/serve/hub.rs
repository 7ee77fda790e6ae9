//! Who listens to which account: a write wakes the streams of the accounts that it changed, and
//! nobody else's.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mesto_protocol::kernel::ids::AccountId;
use tokio::sync::watch;

/// Most streams of one account at one instance; for one more the oldest ends of the session that
/// has most of them. A phone that lost its network has left its old stream behind, and one session
/// cannot shut the others out.
pub(crate) const STREAMS_OF_AN_ACCOUNT: usize = 8;

/// What a stream is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// Cursor of the newest event that anybody here knows of.
    pub newest: i64,
    /// Counts how often it was told to look again, whatever the cursor.
    pub looks: u64,
    /// Another stream took its place.
    pub is_over: bool,
}

struct Open {
    id: u64,
    token: String,
    told: watch::Sender<Told>,
    /// It has a place among those of its account. Before, it is only told.
    has_place: bool,
}

#[derive(Default)]
struct Streams {
    by_account: HashMap<AccountId, VecDeque<Open>>,
    opened: u64,
    tokens_changed: bool,
}

/// The open streams of this instance, by account.
#[derive(Default)]
pub(crate) struct Hub(Mutex<Streams>);

/// What a stream holds as long as it is open.
pub(crate) struct Listening {
    hub: Arc<Hub>,
    account: AccountId,
    id: u64,
    pub told: watch::Receiver<Told>,
}

impl Listening {
    pub const fn account(&self) -> AccountId {
        self.account
    }

    /// Takes a place among the streams of its account, which may end another one.
    pub fn take_place(&self) {
        let mut streams = self.hub.lock();
        let Some(open) = streams.by_account.get_mut(&self.account) else { return };
        let Some(own) = open.iter().find(|one| one.id == self.id) else { return };
        let token = own.token.clone();
        while open.iter().filter(|one| one.has_place).count() >= STREAMS_OF_AN_ACCOUNT {
            let Some(ended) = gives_way(open, &token).and_then(|place| open.remove(place)) else { break };
            ended.told.send_modify(|told| told.is_over = true);
        }
        if let Some(own) = open.iter_mut().find(|one| one.id == self.id) {
            own.has_place = true;
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let mut streams = self.hub.lock();
        if let Some(open) = streams.by_account.get_mut(&self.account) {
            open.retain(|one| one.id != self.id);
            if open.is_empty() {
                streams.by_account.remove(&self.account);
            }
        }
    }
}

/// Which stream ends for one more with this token.
fn gives_way(open: &VecDeque<Open>, token: &str) -> Option<usize> {
    let placed = || open.iter().enumerate().filter(|(_, one)| one.has_place);
    let of_its_session = |of: &str| placed().filter(|(_, one)| one.token == of).count() + usize::from(of == token);
    // Of equals the last one that is looked at: the oldest.
    placed().rev().max_by_key(|(_, one)| of_its_session(&one.token)).map(|(place, _)| place)
}

impl Hub {
    fn lock(&self) -> MutexGuard<'_, Streams> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Listens to an account. To be called before a stream reads: what is written from then on
    /// wakes it. Which of the account's streams it is, [`Listening::take_place`] decides.
    pub fn listen(self: &Arc<Self>, account: AccountId, token: String) -> Listening {
        let mut streams = self.lock();
        streams.opened += 1;
        let id = streams.opened;
        let open = streams.by_account.entry(account).or_default();
        let newest = open.front().map_or(0, |one| one.told.borrow().newest);
        let (sender, told) = watch::channel(Told { newest, ..Told::default() });
        open.push_back(Open { id, token, told: sender, has_place: false });
        drop(streams);
        Listening { hub: Arc::clone(self), account, id, told }
    }

    /// An account has an event with this cursor.
    pub fn reached(&self, account: AccountId, seq: i64) {
        for one in self.lock().by_account.get(&account).into_iter().flatten() {
            one.told.send_if_modified(|told| {
                let is_newer = seq > told.newest;
                told.newest = told.newest.max(seq);
                is_newer
            });
        }
    }

    /// What the store says of an account. One that is behind what is known here was put back from
    /// a copy; one that was closed has no readers.
    pub fn stands_at(&self, account: AccountId, seq: i64, is_closed: bool) {
        for one in self.lock().by_account.get(&account).into_iter().flatten() {
            one.told.send_if_modified(|told| {
                let looks_again = is_closed || seq < told.newest;
                told.looks += u64::from(looks_again);
                let is_newer = seq > told.newest;
                told.newest = seq;
                looks_again || is_newer
            });
        }
    }

    /// Makes the streams with this token look again: they end when it is not good any more.
    pub fn look_again(&self, account: AccountId, token: &str) {
        for one in self.lock().by_account.get(&account).into_iter().flatten().filter(|one| one.token == token) {
            one.told.send_modify(|told| told.looks += 1);
        }
    }

    /// Tokens were ended here: all of them are looked at with the next turn.
    pub fn tokens_changed(&self) {
        self.lock().tokens_changed = true;
    }

    /// The accounts that are listened to.
    pub fn accounts(&self) -> Vec<AccountId> {
        self.lock().by_account.keys().copied().collect()
    }

    /// The tokens of a part of the streams, which is another one each `turn`: all of them in `of`
    /// turns, and at once when some were ended.
    pub fn tokens(&self, turn: u64, of: u64) -> Vec<(AccountId, String)> {
        let mut streams = self.lock();
        let of = if std::mem::take(&mut streams.tokens_changed) { 1 } else { of };
        let all = streams.by_account.iter().flat_map(|(account, open)| open.iter().map(move |one| (account, one)));
        let its_turn = all.filter(|(_, one)| one.id % of == turn % of);
        its_turn.map(|(account, one)| (*account, one.token.clone())).collect()
    }

    /// How many streams are open.
    pub fn count(&self) -> usize {
        self.lock().by_account.values().map(VecDeque::len).sum()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn account(number: u8) -> AccountId {
        format!("ac_01jd4f8q0r3n7w2x5y6z8a9b{number}c").parse().unwrap()
    }

    fn opened(hub: &Arc<Hub>, account: AccountId, token: &str) -> Listening {
        let listening = hub.listen(account, token.into());
        listening.take_place();
        listening
    }

    #[test]
    fn only_the_streams_of_the_account_are_woken_and_once() {
        let hub = Arc::new(Hub::default());
        let (mut mine, mut others) = (hub.listen(account(1), "a".into()), hub.listen(account(2), "b".into()));
        hub.reached(account(1), 3);
        assert!(mine.told.has_changed().unwrap() && !others.told.has_changed().unwrap());
        assert_eq!(mine.told.borrow_and_update().newest, 3);
        // Known already, by whomever it was told.
        hub.reached(account(1), 3);
        hub.stands_at(account(1), 3, false);
        assert!(!mine.told.has_changed().unwrap());
        // Another instance wrote.
        hub.stands_at(account(2), 1, false);
        assert_eq!(others.told.borrow_and_update().newest, 1);
        // Closed, or another history: looked at again.
        hub.stands_at(account(2), 1, true);
        hub.stands_at(account(1), 2, false);
        assert_eq!((others.told.borrow().looks, mine.told.borrow().looks), (1, 1));
    }

    #[test]
    fn the_oldest_stream_of_an_account_ends_for_a_ninth_one() {
        let hub = Arc::new(Hub::default());
        let mut open: Vec<_> = (0..STREAMS_OF_AN_ACCOUNT).map(|_| opened(&hub, account(1), "a")).collect();
        let other = opened(&hub, account(2), "b");
        assert!(open.iter().all(|one| !one.told.borrow().is_over));
        let coming = hub.listen(account(1), "a".into());
        assert!(open.iter().all(|one| !one.told.borrow().is_over), "who only listens ends nobody's");
        coming.take_place();
        open.push(coming);
        let over: Vec<bool> = open.iter().map(|one| one.told.borrow().is_over).collect();
        assert_eq!(over.iter().filter(|over| **over).count(), 1);
        assert!(over[0] && !other.told.borrow().is_over);
        assert_eq!(hub.count(), STREAMS_OF_AN_ACCOUNT + 1);
        drop(open);
        assert_eq!((hub.count(), hub.accounts()), (1, vec![account(2)]));
    }

    #[test]
    fn a_session_that_opens_many_streams_ends_its_own_and_not_those_of_others() {
        let hub = Arc::new(Hub::default());
        let others: Vec<_> = ["b", "c", "d"].map(|token| opened(&hub, account(1), token)).into();
        let mut greedy: Vec<_> = (0..20).map(|_| opened(&hub, account(1), "a")).collect();
        assert!(others.iter().all(|one| !one.told.borrow().is_over), "a session shut the others out");
        let over = greedy.iter().filter(|one| one.told.borrow().is_over).count();
        assert_eq!(over, 20 - (STREAMS_OF_AN_ACCOUNT - others.len()));
        // Another one that comes takes the place of the oldest of those.
        greedy.retain(|one| !one.told.borrow().is_over);
        let late = opened(&hub, account(1), "e");
        assert!(greedy.iter().map(|one| one.told.borrow().is_over).eq([true, false, false, false, false]));
        assert!(others.iter().chain([&late]).all(|one| !one.told.borrow().is_over));
    }

    #[test]
    fn every_token_has_its_turn() {
        let hub = Arc::new(Hub::default());
        let open: Vec<_> = (0..7).map(|number| hub.listen(account(number), number.to_string())).collect();
        let mut seen: Vec<String> = (0..3).flat_map(|turn| hub.tokens(turn, 3)).map(|(_, token)| token).collect();
        seen.sort();
        assert_eq!(seen, ["0", "1", "2", "3", "4", "5", "6"]);
        hub.tokens_changed();
        assert_eq!((hub.tokens(0, 3).len(), hub.tokens(0, 3).len() < 7), (7, true));
        hub.look_again(account(3), "3");
        assert_eq!(open.iter().map(|one| one.told.borrow().looks).sum::<u64>(), 1);
    }
}
