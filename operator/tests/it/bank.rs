//! A bank in memory: it keeps what it is asked for, and answers as a test says.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use mesto_operator::Clock;
use mesto_operator::payments::{HttpAnswer, HttpRequest, ProviderLink, send_due, sign};
use serde_json::Value;

use crate::world::{SECRET, World};

/// A clock that stands.
pub struct At(pub DateTime<Utc>);

impl Clock for At {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

/// The way to the bank: answers in turn, and none when there are none left.
#[derive(Default)]
pub struct Link {
    asked: Mutex<Vec<HttpRequest>>,
    answers: Mutex<VecDeque<Option<HttpAnswer>>>,
}

impl Link {
    /// With answers to come, as status and body; without one there is no answer.
    pub fn answering(answers: &[Option<(u16, &str)>]) -> Self {
        let answer = |(status, body): (u16, &str)| HttpAnswer { status, body: body.as_bytes().to_vec() };
        let answers = answers.iter().map(|one| one.map(answer)).collect();
        Self { answers: Mutex::new(answers), ..Self::default() }
    }

    pub fn done() -> Self {
        Self::answering(&[Some((200, r#"{"state":"done"}"#)); 8])
    }

    /// What was asked since this was asked last: the bodies of genuine requests for refunds.
    pub fn asked(&self) -> Vec<Value> {
        let asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked
            .iter()
            .map(|request| {
                assert_eq!((request.method, request.url.as_str()), ("POST", "https://bank.example/refunds"));
                let header = |name: &str| request.headers.iter().find(|(found, _)| *found == name).unwrap().1.clone();
                assert_eq!(header("mesto-signature"), sign(SECRET, &request.body));
                assert_eq!(header("content-type"), "application/json");
                serde_json::from_slice(&request.body).unwrap()
            })
            .collect()
    }
}

impl ProviderLink for Link {
    fn send(&self, request: HttpRequest) -> Pin<Box<dyn Future<Output = Option<HttpAnswer>> + Send + '_>> {
        self.asked.lock().unwrap().push(request);
        let answer = self.answers.lock().unwrap().pop_front().flatten();
        Box::pin(async move { answer })
    }
}

/// Waits for work without a runtime of its own in the test.
pub fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

impl World {
    /// Sends what waits for providers now; how many requests were answered.
    pub fn send_due(&self, link: &dyn ProviderLink) -> usize {
        wait(send_due(&self.operator, &Arc::clone(&self.store), &At(self.now()), link)).unwrap()
    }
}
