//! What other instances and tools wrote: one tail for all streams of this instance.
//!
//! Once a second it asks the store where the accounts stand that are listened to here, by their own
//! rows: an account's cursor grows in the transaction that writes its event, so that nothing is
//! missed, however long a transaction takes and whatever an instance's clock says. That needs no
//! index, which every purchase would pay for, and no message of the database, which would put the
//! commits of Postgres in one line. It costs as much as there are streams, and nothing per sale.

use std::convert::Infallible;
use std::time::Duration;

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::ids::AccountId;
use tokio::sync::oneshot;
use tokio::time::MissedTickBehavior;

use super::Service;
use super::rarely::Rarely;
use crate::kernel::store::{Ask, Importance, Row, Select, Store, StoreError, Task, Tx, Value};
use crate::projection;

const EVERY: Duration = Duration::from_secs(1);
/// Every token of a stream is looked at once in so many seconds.
pub(super) const TOKENS_EVERY: u64 = 30;
/// Values of one question. Always so many, so that it is one statement to the database.
const CHUNK: usize = 100;
/// Questions of one transaction.
const QUESTIONS: usize = 10;

projection! {
    struct Stands {
        id: AccountId = "id",
        seq: i64 = "seq",
        closed_at: Option<DateTime<Utc>> = "closed_at",
    }
}

projection! {
    struct Good {
        hash: String = "hash",
    }
}

/// `($1, $2, ... $100)`
fn places() -> String {
    let numbers: Vec<String> = (1..=CHUNK).map(|number| format!("${number}")).collect();
    format!("({})", numbers.join(", "))
}

/// The values and as many empty ones as are missing.
fn filled<T: ToString>(values: &[T]) -> Vec<Value> {
    let mut filled: Vec<Value> = values.iter().map(|value| Value::Text(value.to_string())).collect();
    filled.resize(CHUNK, Value::Text(String::new()));
    filled
}

/// Runs on the store's threads, unless nobody waits for it any more.
pub(super) async fn ask<T: Send + 'static>(
    store: &dyn Store,
    importance: Importance,
    mut work: impl FnMut(&mut dyn Tx) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let (told, heard) = oneshot::channel();
    let slot = std::sync::Arc::new(std::sync::Mutex::new(None));
    let found = std::sync::Arc::clone(&slot);
    let task = Task::new(
        Box::new(move |tx| {
            let value = work(tx)?;
            *found.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(value);
            Ok(())
        }),
        Box::new(move |ended| {
            let _ = told.send(ended);
        }),
    );
    // Goes with whoever waits for it.
    let caller = std::sync::Arc::new(());
    store.submit(task.of(importance).for_caller(&caller));
    heard.await.unwrap_or_else(|_| Err(StoreError::Unavailable("the store has stopped".into())))?;
    let value = slot.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
    value.ok_or(StoreError::GivenUp)
}

/// Asks all questions, some in each transaction, so that purchases come in between.
async fn all(store: &dyn Store, questions: Vec<Ask>) -> Result<Vec<Row>, StoreError> {
    let mut rows = Vec::new();
    for some in questions.chunks(QUESTIONS) {
        let some = some.to_vec();
        let answers = ask(store, Importance::Usual, move |tx| tx.read(some.clone())).await?;
        rows.extend(answers.into_iter().flatten());
    }
    Ok(rows)
}

/// Wakes the streams of accounts that others changed, and those whose tokens are not good any more.
pub(super) async fn follow(service: Service) -> Infallible {
    let mut beat = tokio::time::interval(EVERY);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let seldom = Rarely::default();
    for turn in 0.. {
        beat.tick().await;
        if let Err(error) = look(&service, turn).await
            && let Some(since) = seldom.again()
        {
            tracing::warn!(reason = %error, since, "what other instances wrote cannot be read; it is looked for again");
        }
    }
    unreachable_after_the_end_of_numbers().await
}

/// There are more numbers than seconds.
async fn unreachable_after_the_end_of_numbers() -> Infallible {
    std::future::pending().await
}

async fn look(service: &Service, turn: u64) -> Result<(), StoreError> {
    let (store, hub) = (&*service.store, &service.operator.hub);
    let accounts = hub.accounts();
    let questions = accounts
        .chunks(CHUNK)
        .map(|some| Select::<Stands>::of(&format!("FROM account WHERE id IN {}", places()), &filled(some)).ask());
    for row in all(store, questions.collect()).await? {
        let Stands { id, seq, closed_at } = row.read()?;
        hub.stands_at(id, seq, closed_at.is_some());
    }
    let tokens = hub.tokens(turn, TOKENS_EVERY);
    let now = service.clock.now().timestamp_millis();
    let good = format!("FROM token WHERE hash IN {} AND expires_at > ${}", places(), CHUNK + 1);
    let hashes: Vec<&String> = tokens.iter().map(|(_, token)| token).collect();
    let questions = hashes.chunks(CHUNK).map(|some| {
        let mut values = filled(some);
        values.push(Value::Int(now));
        Select::<Good>::of(&good, &values).ask()
    });
    let mut known = std::collections::HashSet::new();
    for row in all(store, questions.collect()).await? {
        known.insert(row.read::<Good>()?.hash);
    }
    for (account, token) in tokens.iter().filter(|(_, token)| !known.contains(token)) {
        hub.look_again(*account, token);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use chrono::TimeDelta;
    use tokio::sync::watch;

    use super::*;
    use crate::kernel::account::{AccountKindWord, AccountRow};
    use crate::kernel::caller::TokenRow;
    use crate::kernel::keys::Keys;
    use crate::kernel::operator::{Config, Operator};
    use crate::kernel::parts::Parts;
    use crate::kernel::ports::{Clock, Entropy};
    use crate::kernel::serve::hub::Told;
    use crate::kernel::store::{SqliteInline, Write, transact};
    use crate::{delete, update};

    struct At(DateTime<Utc>);

    impl Clock for At {
        fn now(&self) -> DateTime<Utc> {
            self.0
        }
    }

    struct Always7;

    impl Entropy for Always7 {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    fn account(number: usize) -> AccountId {
        format!("ac_01jd4f8q0r3n7w2x5y6z8a{number:04}").parse().unwrap()
    }

    /// More accounts than one question holds, each with a token.
    const ACCOUNTS: usize = 2 * CHUNK + 50;

    fn service(now: DateTime<Utc>) -> Service {
        let store = SqliteInline::in_memory().unwrap();
        transact(&store, |tx| {
            for number in 0..ACCOUNTS {
                let currency = "RSD".parse().map_err(|why| StoreError::unreadable("currency", why))?;
                tx.write(Write::insert(AccountRow {
                    id: account(number),
                    kind: AccountKindWord::Person,
                    seq: 7,
                    currency,
                    deposit: 0,
                    events_from: 0,
                    created_at: now,
                    closed_at: None,
                    roles: "[]".into(),
                }))?;
                let (hash, expires_at) = (format!("token-{number}"), now + TimeDelta::days(1));
                let account = account(number);
                tx.write(Write::insert(TokenRow {
                    hash,
                    account,
                    device: None,
                    device_key: None,
                    created_at: now,
                    expires_at,
                }))?;
            }
            Ok(())
        })
        .unwrap();
        let keys = Keys::ephemeral(now, &Always7).unwrap();
        let city = mesto_rules::load::embedded("belgrade").unwrap();
        let parts = (Arc::new(Always7) as Arc<dyn Entropy>, Parts::default());
        let operator = Arc::new(Operator::of((&[], &[]), vec![city], keys, parts, Config::default()).unwrap());
        let store: Arc<dyn Store> = Arc::new(store);
        let (_, ending) = watch::channel(false);
        Service { operator, plain: Arc::clone(&store), store, clock: Arc::new(At(now)), ending }
    }

    #[tokio::test]
    async fn a_stream_looks_again_when_its_account_went_on_or_was_closed_or_its_token_ended_and_not_otherwise() {
        let now: DateTime<Utc> = "2025-09-03T08:00:00Z".parse().unwrap();
        let service = service(now);
        let hub = &service.operator.hub;
        let mut open: Vec<_> = (0..ACCOUNTS).map(|n| hub.listen(account(n), format!("token-{n}"))).collect();
        for one in &open {
            hub.reached(one.account(), 7);
        }
        let mut woken = || -> Vec<(usize, Told)> {
            let woken = open.iter_mut().enumerate().filter(|(_, one)| one.told.has_changed().unwrap());
            woken.map(|(number, one)| (number, *one.told.borrow_and_update())).collect()
        };
        assert_eq!(woken().len(), ACCOUNTS);
        for turn in 0..TOKENS_EVERY {
            look(&service, turn).await.unwrap();
        }
        assert_eq!(woken(), []);

        // Past this instance.
        transact(&*service.plain, |tx| {
            tx.write(update!(AccountRow { id: account(249) } set { seq: 8_i64 }))?;
            tx.write(update!(AccountRow { id: account(120) } set { closed_at: Some(now) }))?;
            tx.write(delete!(TokenRow { hash: "token-3" }))?;
            tx.write(update!(TokenRow { hash: "token-130" } set { expires_at: now }))
        })
        .unwrap();
        look(&service, 0).await.unwrap();
        let first: Vec<usize> = woken().iter().map(|(number, _)| *number).collect();
        assert!(first.contains(&249) && first.contains(&120), "{first:?}");
        for turn in 1..TOKENS_EVERY {
            look(&service, turn).await.unwrap();
        }
        let mut woken: Vec<usize> = first.into_iter().chain(woken().iter().map(|(number, _)| *number)).collect();
        woken.sort_unstable();
        woken.dedup();
        assert_eq!(woken, [3, 120, 130, 249]);
    }
}
