//! What waits is handed to the gateway, and what that says later is kept: beat after beat, as long
//! as the operator serves.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use mesto_operator::outbox::{claim_messages, keep_late_answer, keep_receipt, send_message};
use mesto_operator::{Clock, MessageGateway, Operator, OutgoingMessage, Receipt, Sending, Store, StoreError};
use mesto_protocol::kernel::ids::MessageId;

/// How often it is looked for what waits.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Messages that are on their way at once.
const MOST: usize = 16;
/// A receipt may come before its message is marked. It is looked for again so often, after one
/// beat, two, four and so on: eight seconds in all.
const RECEIPT_LOOKS: u32 = 5;
/// Receipts that wait for their message, or for a store that can be read.
const MOST_RECEIPTS: usize = 10_000;
/// Of receipts, and of late answers, so many are kept in one beat; the others in later ones.
const MOST_KEPT: usize = 100;

/// Sends what waits, again and again, until `ending`. What is under way then is brought to its end,
/// within `drain`; what is not over by then is sent again by another one, with the same id.
pub async fn send_until(
    operator: Arc<Operator>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    gateway: Arc<dyn MessageGateway>,
    (ending, drain): (impl Future<Output = ()>, Duration),
) {
    let mut ending = pin!(ending);
    let mut beat = tokio::time::interval(LOOK_EVERY);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut under_way = FuturesUnordered::new();
    let mut heard = Heard::default();
    let post = Post { operator: &operator, store: &store, clock: clock.as_ref(), gateway: gateway.as_ref() };
    loop {
        tokio::select! {
            () = &mut ending => break,
            Some(ended) = under_way.next() => told(ended),
            _ = beat.tick() => {
                let room = MOST.saturating_sub(under_way.len());
                let (claimed, error) = beside(&mut under_way, post.look(&mut heard, room)).await;
                told(error.map_or(Ok(()), Err));
                under_way.extend(claimed.into_iter().map(|message| {
                    send_message(&operator, &store, clock.as_ref(), gateway.as_ref(), message)
                }));
            }
        }
    }
    let rest = async {
        while let Some(ended) = under_way.next().await {
            told(ended);
        }
        // What the gateway has said meanwhile, and nothing new.
        let (_, error) = post.look(&mut heard, 0).await;
        told(error.map_or(Ok(()), Err));
    };
    if tokio::time::timeout(drain, rest).await.is_err() {
        tracing::warn!("messages are still under way; they are sent again, with the same ids");
    }
}

fn told<T>(ended: Result<T, StoreError>) {
    if let Err(error) = ended {
        tracing::error!(reason = %error, "messages cannot be read or marked");
    }
}

/// Does `work`, and what is under way goes on meanwhile: a submission that nobody looks at runs
/// over its time-out, however soon it was answered.
async fn beside<T>(
    under_way: &mut FuturesUnordered<impl Future<Output = Result<bool, StoreError>>>,
    work: impl Future<Output = T>,
) -> T {
    let mut work = pin!(work);
    loop {
        tokio::select! {
            Some(ended) = under_way.next() => told(ended),
            done = &mut work => return done,
        }
    }
}

/// What a beat works with.
struct Post<'a> {
    operator: &'a Arc<Operator>,
    store: &'a Arc<dyn Store>,
    clock: &'a dyn Clock,
    gateway: &'a dyn MessageGateway,
}

impl Post<'_> {
    /// Keeps what the gateway has said, and takes at most so many messages to be sent; with the
    /// first error, when there is one.
    async fn look(&self, heard: &mut Heard, room: usize) -> (Vec<OutgoingMessage>, Option<StoreError>) {
        heard.late.extend(self.gateway.late_answers());
        heard.receipts.came(self.gateway.receipts());
        let late = self.keep_late(&mut heard.late).await;
        // What has a late answer is not sent again before that is kept, unless it cannot be kept.
        let room = if late.is_ok() && !heard.late.is_empty() { 0 } else { room };
        let claimed = match room {
            0 => Ok(Vec::new()),
            room => claim_messages(self.operator, self.store, self.clock.now(), room).await,
        };
        let receipts = self.keep_receipts(&mut heard.receipts).await;
        let (claimed, not_claimed) = match claimed {
            Ok(claimed) => (claimed, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        (claimed, late.err().or(not_claimed).or(receipts.err()))
    }

    /// At the first error the rest waits for the next beat: a store that cannot be reached is asked
    /// once in a beat, not once for each. The one that it was at comes last then, so that it holds
    /// up no other.
    async fn keep_late(&self, late: &mut VecDeque<(MessageId, Sending)>) -> Result<(), StoreError> {
        for _ in 0..MOST_KEPT {
            let Some((id, answer)) = late.pop_front() else { break };
            let kept = keep_late_answer(self.operator, self.store, self.clock.now(), id, answer.clone()).await;
            if let Err(error) = kept {
                late.push_back((id, answer));
                return Err(error);
            }
        }
        Ok(())
    }

    /// As [`Self::keep_late`] does.
    async fn keep_receipts(&self, receipts: &mut Receipts) -> Result<(), StoreError> {
        let mut due = receipts.due(MOST_KEPT).into_iter();
        while let Some(waiting) = due.next() {
            match keep_receipt(self.operator, self.store, self.clock.now(), waiting.receipt.clone()).await {
                Ok(true) => {}
                Ok(false) => receipts.not_found(waiting),
                Err(error) => {
                    due.chain([waiting]).for_each(|waiting| receipts.again(waiting));
                    return Err(error);
                }
            }
        }
        Ok(())
    }
}

/// What the gateway has said and is not kept yet.
#[derive(Default)]
struct Heard {
    late: VecDeque<(MessageId, Sending)>,
    receipts: Receipts,
}

/// A receipt whose message is not known yet.
struct Waiting {
    receipt: Receipt,
    looks: u32,
    /// The beat at which it is looked for.
    at: u64,
}

/// Receipts that came, each until its message is found or was looked for long enough.
#[derive(Default)]
struct Receipts {
    beat: u64,
    waiting: Vec<Waiting>,
}

impl Receipts {
    fn came(&mut self, came: Vec<Receipt>) {
        let at = self.beat;
        let room = MOST_RECEIPTS.saturating_sub(self.waiting.len());
        self.waiting.extend(came.into_iter().take(room).map(|receipt| Waiting { receipt, looks: 0, at }));
    }

    /// Those that are looked for at this beat, at most so many; the others stay for the next one.
    fn due(&mut self, most: usize) -> Vec<Waiting> {
        let now = self.beat;
        self.beat += 1;
        self.waiting.extract_if(.., |one| one.at <= now).take(most).collect()
    }

    /// Looked for later, twice as late each time, and not for ever.
    fn not_found(&mut self, waiting: Waiting) {
        if waiting.looks >= RECEIPT_LOOKS {
            // Of another sender with the same account, or of a message that is erased.
            tracing::info!(provider_id = ?waiting.receipt.provider_id, "a delivery receipt is of no message that is known here");
            return;
        }
        let at = self.beat + (1 << waiting.looks) - 1;
        self.waiting.push(Waiting { looks: waiting.looks + 1, at, ..waiting });
    }

    /// Looked for at the next beat: the store could not be read.
    fn again(&mut self, waiting: Waiting) {
        self.waiting.push(Waiting { at: self.beat, ..waiting });
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use futures_util::FutureExt as _;
    use mesto_operator::store::Work;
    use mesto_operator::{Config, HostedPage, Keys, SqliteInline, SystemClock, SystemEntropy};
    use mesto_protocol::kernel::ids::RecordId as _;
    use tokio::sync::oneshot;

    use super::*;
    use crate::base::cities;

    fn receipt(id: usize) -> Receipt {
        Receipt { provider_id: id.to_string(), recipient: None, failure: None }
    }

    #[test]
    fn a_receipt_of_no_known_message_is_looked_for_a_few_times_and_then_no_more() {
        let mut receipts = Receipts::default();
        receipts.came(vec![receipt(7)]);
        let mut looked_at = Vec::new();
        for beat in 0..1_000 {
            for waiting in receipts.due(MOST_KEPT) {
                looked_at.push(beat);
                receipts.not_found(waiting);
            }
        }
        assert_eq!(looked_at, [0, 1, 3, 7, 15, 31]);
        // A store that cannot be read is no look.
        receipts.came(vec![receipt(8)]);
        for _ in 0..100 {
            let waiting = receipts.due(MOST_KEPT).pop().unwrap();
            assert_eq!(waiting.looks, 0);
            receipts.again(waiting);
        }
    }

    /// A store that counts how often it is asked, and can be away.
    struct Counting {
        store: SqliteInline,
        asked: AtomicUsize,
        is_away: AtomicBool,
    }

    impl Store for Counting {
        fn transact(&self, work: &mut Work<'_>) -> Result<(), StoreError> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            if self.is_away.load(Ordering::SeqCst) {
                return Err(StoreError::Unavailable("it is away".to_owned()));
            }
            self.store.transact(work)
        }
    }

    /// A gateway that has said much at once, of messages that nobody knows.
    #[derive(Default)]
    struct Talking {
        receipts: Mutex<Vec<Receipt>>,
        late: Mutex<Vec<(MessageId, Sending)>>,
    }

    impl MessageGateway for Talking {
        fn send<'a>(&'a self, _: &'a OutgoingMessage) -> Pin<Box<dyn Future<Output = Sending> + Send + 'a>> {
            Box::pin(async { Sending::later("unused") })
        }

        fn receipts(&self) -> Vec<Receipt> {
            std::mem::take(&mut self.receipts.lock().unwrap())
        }

        fn late_answers(&self) -> Vec<(MessageId, Sending)> {
            std::mem::take(&mut self.late.lock().unwrap())
        }
    }

    #[test]
    fn while_the_store_is_away_a_beat_asks_it_a_few_times_and_nothing_that_was_said_is_lost() {
        let keys = Keys::ephemeral(SystemClock.now(), &SystemEntropy).unwrap();
        let page = HostedPage::new("https://bank.example", "https://operator.example", "mesto", &[7; 32]);
        let (city, config) = (cities::belgrade().unwrap(), Config::default());
        let operator = Operator::new(vec![city], keys, Arc::new(SystemEntropy), Arc::new(page), config).unwrap();
        let operator = Arc::new(operator);
        let counting = Arc::new(Counting {
            store: SqliteInline::in_memory().unwrap(),
            asked: AtomicUsize::new(0),
            is_away: AtomicBool::new(true),
        });
        let store: Arc<dyn Store> = counting.clone();
        let gateway = Talking::default();
        let id = MessageId::from_bytes([0; 16]);
        gateway.receipts.lock().unwrap().extend((0..MOST_RECEIPTS).map(receipt));
        gateway.late.lock().unwrap().extend(vec![(id, Sending::later("smpp_rthrottled")); 250]);
        let post = Post { operator: &operator, store: &store, clock: &SystemClock, gateway: &gateway };
        let mut heard = Heard::default();
        let beat = |heard: &mut Heard| {
            let before = counting.asked.load(Ordering::SeqCst);
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let (_, error) = runtime.block_on(post.look(heard, MOST));
            (counting.asked.load(Ordering::SeqCst) - before, error)
        };
        for _ in 0..3 {
            let (asked, error) = beat(&mut heard);
            // For a late answer, for what waits, and for a receipt; with one error to tell of.
            assert_eq!((asked, error), (3, Some(StoreError::Unavailable("it is away".to_owned()))));
            assert_eq!((heard.late.len(), heard.receipts.waiting.len()), (250, MOST_RECEIPTS));
            assert!(heard.receipts.waiting.iter().all(|waiting| waiting.looks == 0));
        }
        counting.is_away.store(false, Ordering::SeqCst);
        // So many of each in a beat. Nothing is sent before all late answers are kept.
        for (left, asked) in [(150, 200), (50, 200), (0, 151), (0, 101)] {
            assert_eq!(beat(&mut heard), (asked, None));
            assert_eq!(heard.late.len(), left);
        }
        // Each was looked for once, and most not yet.
        let looked_for = heard.receipts.waiting.iter().filter(|waiting| waiting.looks > 0).count();
        assert_eq!((looked_for, heard.receipts.waiting.len()), (4 * MOST_KEPT, MOST_RECEIPTS));
    }

    #[test]
    fn what_is_under_way_goes_on_while_something_else_waits_for_the_store() {
        let (answered, store_waits_for) = oneshot::channel();
        let mut under_way = FuturesUnordered::new();
        under_way.push(async move {
            answered.send(()).unwrap();
            Ok(true)
        });
        assert_eq!(beside(&mut under_way, store_waits_for).now_or_never(), Some(Ok(())));
    }
}
