//! Trial of the toolchains.

use crate::error::MestoError;
use crate::values::{Amount, Money, Timestamp};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};

#[uniffi::export(with_foreign)]
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

#[derive(uniffi::Enum, Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    Clipped { asked: u32, offered: u32 },
    NoRefund,
}

#[derive(uniffi::Record, Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    pub total: Money,
    pub ends_at: Option<Timestamp>,
    pub notices: Vec<Notice>,
}

#[uniffi::export(with_foreign)]
pub trait Observer: Send + Sync {
    fn changed(&self, total: Quote);
}

type Observers = Mutex<Vec<(u64, Arc<dyn Observer>)>>;

#[derive(uniffi::Object)]
pub struct Trial {
    clock: Arc<dyn Clock>,
    observers: Arc<Observers>,
}

#[derive(uniffi::Object)]
pub struct Subscription {
    id: u64,
    observers: Weak<Observers>,
}

#[uniffi::export]
impl Subscription {
    pub fn cancel(&self) {
        if let Some(o) = self.observers.upgrade() {
            if let Ok(mut o) = o.lock() {
                o.retain(|(id, _)| *id != self.id)
            }
        }
    }
}
impl Drop for Subscription {
    fn drop(&mut self) {
        self.cancel()
    }
}

#[derive(uniffi::Object, Default)]
pub struct Cancel(AtomicBool);
#[uniffi::export]
impl Cancel {
    #[uniffi::constructor]
    pub fn new() -> Self {
        Self::default()
    }
    pub fn cancel(&self) {
        self.0.store(true, Ordering::SeqCst)
    }
}

#[uniffi::export(async_runtime = "tokio")]
impl Trial {
    #[uniffi::constructor]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, observers: Arc::default() }
    }
    pub fn quote(&self, minutes: u32) -> Result<Quote, MestoError> {
        if minutes == 91 {
            return Err(MestoError::Refused { code: "max_stay_exceeded".into(), text: "At most 90 minutes here.".into(), advice: "Choose 90.".into() });
        }
        Ok(Quote {
            total: Money { amount: Amount::new(8000, 2), currency: "RSD".into() },
            ends_at: Some(self.clock.now() + chrono::Duration::minutes(minutes.into())),
            notices: vec![Notice::Clipped { asked: 60, offered: 30 }, Notice::NoRefund],
        })
    }
    pub async fn buy(&self, minutes: u32, cancel: Option<Arc<Cancel>>) -> Result<Quote, MestoError> {
        for _ in 0..3 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            if cancel.as_ref().is_some_and(|c| c.0.load(Ordering::SeqCst)) {
                return Err(MestoError::Offline { code: "cancelled".into(), text: "Cancelled.".into(), advice: "".into() });
            }
        }
        let q = self.quote(minutes)?;
        let observers: Vec<_> = self.observers.lock().map(|o| o.clone()).unwrap_or_default();
        for (_, o) in observers {
            o.changed(q.clone());
        }
        Ok(q)
    }
    pub fn subscribe(&self, observer: Arc<dyn Observer>) -> Arc<Subscription> {
        if let Ok(mut o) = self.observers.lock() {
            o.push((1, observer));
        }
        Arc::new(Subscription { id: 1, observers: Arc::downgrade(&self.observers) })
    }
}
