//! The seeded network at `Link`: it loses, delays, doubles and reorders what phones and the
//! operator say to each other.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use mesto_client::{Link, LinkAnswer, LinkError, LinkRequest};

use crate::random::Random;

/// How long a phone waits for an answer, virtual milliseconds.
pub const PATIENCE: i64 = 10_000;

/// What the network does to messages, in percent of them.
#[derive(Debug, Clone, Copy)]
pub struct Weather {
    pub lost: u64,
    pub delayed: u64,
    pub doubled: u64,
}

impl Weather {
    /// Nothing goes wrong: used when the network is healed.
    pub const FAIR: Self = Self { lost: 0, delayed: 0, doubled: 0 };
    pub const STORM: Self = Self { lost: 15, delayed: 20, doubled: 10 };
}

/// A message on its way; `at` is when it arrives.
#[derive(Debug, Clone)]
pub struct Flight {
    pub at: i64,
    pub phone: usize,
    pub call: u64,
    pub what: Message,
}

impl Flight {
    /// A flight of the same call for another message.
    pub fn with(&self, at: i64, what: Message) -> Self {
        Self { at, phone: self.phone, call: self.call, what }
    }
}

#[derive(Debug, Clone)]
pub enum Message {
    Request(LinkRequest),
    Answer(LinkAnswer),
}

/// State shared by the phones' links and the world.
#[derive(Default)]
struct Shared {
    next_call: u64,
    /// Sent since the world last looked.
    sent: Vec<(usize, u64, LinkRequest)>,
    /// Calls somebody still waits for.
    waiting: HashMap<u64, Option<Result<LinkAnswer, LinkError>>>,
    offline: HashMap<usize, bool>,
}

/// The air between the phones and the operator.
#[derive(Clone, Default)]
pub struct Air(Arc<Mutex<Shared>>);

impl Air {
    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The link of one phone.
    pub fn link(&self, phone: usize) -> AirLink {
        AirLink { air: self.clone(), phone }
    }

    pub fn set_offline(&self, phone: usize, offline: bool) {
        self.lock().offline.insert(phone, offline);
    }

    pub fn is_offline(&self, phone: usize) -> bool {
        self.lock().offline.get(&phone).copied().unwrap_or(false)
    }

    /// Requests posted since the last call.
    pub fn take_sent(&self) -> Vec<(usize, u64, LinkRequest)> {
        std::mem::take(&mut self.lock().sent)
    }

    /// Hands an answer to whoever waits for it; an answer nobody waits for is lost, as on a real
    /// socket.
    pub fn answer(&self, call: u64, answer: Result<LinkAnswer, LinkError>) {
        if let Some(slot) = self.lock().waiting.get_mut(&call)
            && slot.is_none()
        {
            *slot = Some(answer);
        }
    }
}

/// One phone's side of the air.
pub struct AirLink {
    air: Air,
    phone: usize,
}

#[async_trait::async_trait]
impl Link for AirLink {
    async fn send(&self, request: LinkRequest) -> Result<LinkAnswer, LinkError> {
        let call = {
            let mut shared = self.air.lock();
            if shared.offline.get(&self.phone).copied().unwrap_or(false) {
                return Err(LinkError::NotSent("no network".to_owned()));
            }
            shared.next_call += 1;
            let call = shared.next_call;
            shared.waiting.insert(call, None);
            shared.sent.push((self.phone, call, request));
            call
        };
        Reply { air: self.air.clone(), call }.await
    }
}

/// Waits for the world to answer; dropped with its phone, it forgets the call.
struct Reply {
    air: Air,
    call: u64,
}

impl Future for Reply {
    type Output = Result<LinkAnswer, LinkError>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        // The world polls every task after every step, so no waker is kept.
        match self.air.lock().waiting.get_mut(&self.call).and_then(Option::take) {
            Some(answer) => Poll::Ready(answer),
            None => Poll::Pending,
        }
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        self.air.lock().waiting.remove(&self.call);
    }
}

/// Decides when (and how often) a message arrives; an empty answer means that it is lost.
pub fn arrivals(random: &mut Random, weather: Weather, now: i64) -> Vec<i64> {
    if random.percent(weather.lost) {
        return Vec::new();
    }
    let mut at = now + random.between(20, 400);
    if random.percent(weather.delayed) {
        // Longer than the phone's patience every other time: the answer comes when nobody waits.
        at += random.between(1_000, 2 * PATIENCE);
    }
    if random.percent(weather.doubled) { vec![at, at + random.between(1, 5_000)] } else { vec![at] }
}
