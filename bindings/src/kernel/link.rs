//! The app's own way to the operator (OkHttp, URLSession, ...) in the place of the built-in one.
//!
//! A foreign trait that waits is not safe in every language: the app begins a request, returns at
//! once, and tells its end by the reply it was given. A reply that is let go of untold counts as
//! "may have been executed".

use crate::kernel::ports::PhoneError;
use async_trait::async_trait;
use mesto_client::http::{HttpLinkError, LONGEST_ANSWER, SILENCE, operator_base};
use mesto_client::{LinkAnswer as Answer, LinkError, LinkRequest as Request, LinkStream, Opened};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// So much longer the core waits than it asks the app to: the app knows better why there is no
/// answer.
const GRACE: Duration = Duration::from_secs(3);

/// A request to the operator. Its headers hold the session's token, its body the plate: never log
/// it.
#[derive(Clone, uniffi::Record)]
pub struct LinkRequest {
    /// What `cancel` names it by; new for every request.
    pub id: u64,
    /// `GET`, `POST` or `DELETE`.
    pub method: String,
    /// The whole address. A redirect must not be followed: it could carry the token to another
    /// host.
    pub url: String,
    /// Lower-case names.
    pub headers: HashMap<String, String>,
    /// JSON.
    pub body: Option<Vec<u8>>,
    /// Without an answer after this long there is none. Of a stream: without its headers.
    pub timeout: Duration,
    /// The answer goes on for as long as it is not cancelled: `begun` with its headers, `more` with
    /// what comes, `unknown` at its end. Only of an app that said `link_streams`.
    #[uniffi(default = false)]
    pub is_stream: bool,
}

/// What came back, whatever its status.
#[derive(Clone, uniffi::Record)]
pub struct LinkAnswer {
    pub status: u16,
    /// Names in any case.
    pub headers: HashMap<String, String>,
    /// At most 8 MiB.
    pub body: Vec<u8>,
}

/// The app's own HTTP.
#[uniffi::export(with_foreign)]
pub trait OperatorLink: Send + Sync {
    /// Begins to send and returns at once; `reply` is told the end, once, from any thread. What it
    /// throws counts as "may have been executed".
    fn send(&self, request: LinkRequest, reply: Arc<LinkReply>) -> Result<(), PhoneError>;
    /// Nobody waits for this request any more; it may be given up. What it throws is ignored.
    fn cancel(&self, request: u64) -> Result<(), PhoneError>;
}

/// How a request ended. Only the first word counts. When in doubt tell `unknown`: a wrong
/// `not_sent` could let a driver pay twice.
#[derive(uniffi::Object)]
pub struct LinkReply {
    end: Mutex<Option<oneshot::Sender<Result<Answer, LinkError>>>>,
    /// What a stream brings; nothing of another request, and after its end.
    more: Mutex<Option<Pieces>>,
}

/// Where the pieces of a stream go.
struct Pieces {
    to: mpsc::UnboundedSender<Vec<u8>>,
    has_begun: bool,
    /// Bytes that nobody has read yet.
    waiting: Arc<AtomicUsize>,
}

impl LinkReply {
    fn tell(&self, end: Result<Answer, LinkError>) {
        *self.more.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.say(end);
    }

    fn say(&self, end: Result<Answer, LinkError>) {
        let waiting = self.end.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Nobody waits any more: what came too late is asked for again by the same key.
        let _ = waiting.map(|waiting| waiting.send(end));
    }
}

#[uniffi::export]
impl LinkReply {
    /// The operator, or somebody in his place, answered.
    pub fn answered(&self, answer: LinkAnswer) {
        let LinkAnswer { status, headers, body } = answer;
        self.tell(if body.len() > LONGEST_ANSWER {
            Err(LinkError::Unknown("the answer is too long".to_owned()))
        } else {
            Ok(Answer { status, headers: headers.into_iter().collect(), body })
        });
    }

    /// A stream was answered with 200: its headers came, its body follows by `more`. With another
    /// status it is `answered`.
    pub fn begun(&self, status: u16, headers: HashMap<String, String>) {
        if let Some(more) = self.more.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            more.has_begun = true;
        }
        self.say(Ok(Answer { status, headers: headers.into_iter().collect(), body: Vec::new() }));
    }

    /// A piece of a stream that has begun, of any size.
    pub fn more(&self, bytes: Vec<u8>) {
        let mut more = self.more.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(pieces) = more.as_ref().filter(|pieces| pieces.has_begun) else { return };
        let waiting = pieces.waiting.fetch_add(bytes.len(), Ordering::Relaxed).saturating_add(bytes.len());
        // Nobody reads: the stream ends, and is begun anew where it stood.
        if waiting > LONGEST_ANSWER || pieces.to.send(bytes).is_err() {
            *more = None;
        }
    }

    /// Surely nothing left the phone: no connection was made. `why` is for developers.
    pub fn not_sent(&self, why: String) {
        self.tell(Err(LinkError::NotSent(why)));
    }

    /// It may have been executed: the connection broke, or no answer came in time; also the end of
    /// a stream. `why` is for developers.
    pub fn unknown(&self, why: String) {
        self.tell(Err(LinkError::Unknown(why)));
    }
}

/// The app's link in the place of the core's own.
pub(crate) struct OwnLink {
    link: Arc<dyn OperatorLink>,
    base: String,
    next: AtomicU64,
    /// It can hand on what comes piece by piece.
    streams: bool,
    timeout: Duration,
    /// How long an end is waited for.
    patience: Duration,
}

impl OwnLink {
    pub fn new(
        link: Arc<dyn OperatorLink>,
        operator_url: &str,
        streams: bool,
        timeout: Duration,
    ) -> Result<Self, HttpLinkError> {
        let base = operator_base(operator_url)?;
        Ok(Self { link, base, next: AtomicU64::new(1), streams, timeout, patience: timeout + GRACE })
    }

    /// Begins a request and waits for its end, or the beginning of its stream.
    async fn begin(&self, request: Request, more: Option<Pieces>) -> Result<(Waiting, Answer), LinkError> {
        let (sender, end) = oneshot::channel();
        let is_stream = more.is_some();
        let reply = Arc::new(LinkReply { end: Mutex::new(Some(sender)), more: Mutex::new(more) });
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let request = LinkRequest {
            id,
            method: request.method.as_str().to_owned(),
            url: format!("{}{}", self.base, request.path),
            headers: request.headers.into_iter().collect(),
            body: request.body,
            timeout: self.timeout,
            is_stream,
        };
        let waiting = Waiting { link: Arc::clone(&self.link), request: id, ended: false };
        // A link that failed may have sent all the same.
        self.link.send(request, reply).map_err(|error| LinkError::Unknown(error.to_string()))?;
        match tokio::time::timeout(self.patience, end).await {
            Ok(Ok(told)) => told.map(|answer| (waiting, answer)),
            Ok(Err(_)) => Err(LinkError::Unknown("the app's link told no end".to_owned())),
            Err(_) => Err(LinkError::Unknown("the app's link told no end in time".to_owned())),
        }
    }
}

/// Calls the request off unless it ended by itself.
struct Waiting {
    link: Arc<dyn OperatorLink>,
    request: u64,
    ended: bool,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.ended {
            let _ = self.link.cancel(self.request);
        }
    }
}

#[async_trait]
impl mesto_client::Link for OwnLink {
    async fn send(&self, request: Request) -> Result<Answer, LinkError> {
        let (mut waiting, answer) = self.begin(request, None).await?;
        waiting.ended = true;
        Ok(answer)
    }

    async fn open(&self, request: Request) -> Result<Opened, LinkError> {
        if !self.streams {
            return Ok(Opened::NotPossible);
        }
        let (to, pieces) = mpsc::unbounded_channel();
        let unread = Arc::new(AtomicUsize::new(0));
        let more = Pieces { to, has_begun: false, waiting: Arc::clone(&unread) };
        let (mut waiting, answer) = self.begin(request, Some(more)).await?;
        if answer.status == 200 {
            return Ok(Opened::Stream(answer.headers, Box::new(Stream { pieces, unread, _waiting: waiting })));
        }
        waiting.ended = true;
        Ok(Opened::Answer(answer))
    }
}

/// A stream of the app's link. Letting go of it calls the request off.
struct Stream {
    pieces: mpsc::UnboundedReceiver<Vec<u8>>,
    unread: Arc<AtomicUsize>,
    _waiting: Waiting,
}

#[async_trait]
impl LinkStream for Stream {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, LinkError> {
        let piece = tokio::time::timeout(SILENCE, self.pieces.recv()).await;
        let piece = piece.map_err(|_| LinkError::Unknown("the stream fell silent".to_owned()))?;
        if let Some(piece) = &piece {
            self.unread.fetch_sub(piece.len(), Ordering::Relaxed);
        }
        Ok(piece)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use mesto_client::{Link as _, Method};

    /// Does with every request what it was made for, and remembers what was called off.
    struct App<F: Fn(LinkRequest, Arc<LinkReply>) -> Result<(), PhoneError> + Send + Sync> {
        does: F,
        called_off: Mutex<Vec<u64>>,
    }

    impl<F: Fn(LinkRequest, Arc<LinkReply>) -> Result<(), PhoneError> + Send + Sync> OperatorLink for App<F> {
        fn send(&self, request: LinkRequest, reply: Arc<LinkReply>) -> Result<(), PhoneError> {
            (self.does)(request, reply)
        }
        fn cancel(&self, request: u64) -> Result<(), PhoneError> {
            self.called_off.lock().unwrap().push(request);
            Ok(())
        }
    }

    fn app<F: Fn(LinkRequest, Arc<LinkReply>) -> Result<(), PhoneError> + Send + Sync>(does: F) -> Arc<App<F>> {
        Arc::new(App { does, called_off: Mutex::default() })
    }

    async fn send<F>(app: &Arc<App<F>>) -> Result<Answer, LinkError>
    where
        F: Fn(LinkRequest, Arc<LinkReply>) -> Result<(), PhoneError> + Send + Sync + 'static,
    {
        send_and_wait(app, Duration::from_secs(10)).await
    }

    async fn send_and_wait<F>(app: &Arc<App<F>>, patience: Duration) -> Result<Answer, LinkError>
    where
        F: Fn(LinkRequest, Arc<LinkReply>) -> Result<(), PhoneError> + Send + Sync + 'static,
    {
        let link = OwnLink {
            patience,
            ..OwnLink::new(Arc::clone(app) as Arc<dyn OperatorLink>, "http://127.0.0.1:1/", false, patience).unwrap()
        };
        let request = Request {
            method: Method::Post,
            path: "/v1/tickets?x=1".to_owned(),
            headers: vec![("idempotency-key".to_owned(), "key".to_owned())],
            body: Some(b"{}".to_vec()),
        };
        link.send(request).await
    }

    #[tokio::test]
    async fn a_request_goes_to_the_app_whole_and_its_answer_comes_back_once() {
        let app = app(|request, reply| {
            let whole = format!("{} {} {:?} {:?}", request.method, request.url, request.headers, request.body);
            let headers = HashMap::from([("Mesto-Time".to_owned(), "17".to_owned())]);
            reply.answered(LinkAnswer { status: 201, headers, body: whole.into_bytes() });
            reply.unknown("too late".to_owned());
            Ok(())
        });
        let answer = send(&app).await.unwrap();
        assert_eq!((answer.status, answer.header("mesto-time")), (201, Some("17")));
        let whole = r#"POST http://127.0.0.1:1/v1/tickets?x=1 {"idempotency-key": "key"} Some([123, 125])"#;
        assert_eq!(String::from_utf8(answer.body).unwrap(), whole);
        assert!(app.called_off.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn only_what_the_app_says_was_not_sent_was_not_sent() {
        let not_sent = app(|_, reply| {
            reply.not_sent("no route".to_owned());
            Ok(())
        });
        assert_eq!(send(&not_sent).await, Err(LinkError::NotSent("no route".to_owned())));
        let broken = app(|_, reply| {
            reply.unknown("reset".to_owned());
            Ok(())
        });
        assert_eq!(send(&broken).await, Err(LinkError::Unknown("reset".to_owned())));
        let forgotten = app(|_, _| Ok(()));
        assert!(matches!(send(&forgotten).await, Err(LinkError::Unknown(_))));
        let failing = app(|_, _| Err(PhoneError::Failed { reason: "no context".to_owned() }));
        assert_eq!(send(&failing).await, Err(LinkError::Unknown("no context".to_owned())));
        let endless = app(|_, reply| {
            reply.answered(LinkAnswer { status: 200, headers: HashMap::new(), body: vec![0; LONGEST_ANSWER + 1] });
            Ok(())
        });
        assert!(matches!(send(&endless).await, Err(LinkError::Unknown(_))));
    }

    #[tokio::test]
    async fn a_request_without_an_end_is_given_up_after_the_time_and_called_off() {
        let kept = Arc::new(Mutex::new(None));
        let replies = Arc::clone(&kept);
        let silent = app(move |_, reply| {
            *replies.lock().unwrap() = Some(reply);
            Ok(())
        });
        assert!(matches!(send_and_wait(&silent, Duration::ZERO).await, Err(LinkError::Unknown(_))));
        assert_eq!(*silent.called_off.lock().unwrap(), [1]);
        let late = kept.lock().unwrap().take().unwrap();
        late.not_sent("nobody listens any more".to_owned());
    }

    #[tokio::test]
    async fn a_call_that_is_called_off_calls_the_request_off() {
        let kept = Mutex::new(Vec::new());
        let silent = app(move |_, reply| {
            kept.lock().unwrap().push(reply);
            Ok(())
        });
        tokio::select! {
            biased;
            outcome = send(&silent) => unreachable!("{outcome:?}"),
            () = std::future::ready(()) => {}
        }
        assert_eq!(*silent.called_off.lock().unwrap(), [1]);
    }

    fn stream_of(app: Arc<dyn OperatorLink>, streams: bool) -> (OwnLink, Request) {
        let link = OwnLink::new(app, "http://127.0.0.1:1/", streams, Duration::from_secs(10)).unwrap();
        (link, Request { method: Method::Get, path: "/v1/events".to_owned(), headers: Vec::new(), body: None })
    }

    #[tokio::test]
    async fn a_stream_comes_piece_by_piece_and_is_called_off_when_it_is_let_go() {
        let kept = Arc::new(Mutex::new(None));
        let replies = Arc::clone(&kept);
        let app = app(move |request, reply: Arc<LinkReply>| {
            assert!(request.is_stream);
            reply.more(b"too early".to_vec());
            reply.begun(200, HashMap::from([("content-type".to_owned(), "text/event-stream".to_owned())]));
            reply.more(b"first".to_vec());
            *replies.lock().unwrap() = Some(reply);
            Ok(())
        });
        let (link, request) = stream_of(app.clone(), true);
        let Opened::Stream(headers, mut stream) = link.open(request.clone()).await.unwrap() else {
            panic!("no stream")
        };
        assert_eq!(headers, [("content-type".to_owned(), "text/event-stream".to_owned())]);
        let reply = kept.lock().unwrap().take().unwrap();
        reply.more(b"second".to_vec());
        assert_eq!(stream.next().await, Ok(Some(b"first".to_vec())));
        assert_eq!(stream.next().await, Ok(Some(b"second".to_vec())));
        reply.unknown("it broke".to_owned());
        reply.more(b"too late".to_vec());
        assert_eq!(stream.next().await, Ok(None));
        assert!(app.called_off.lock().unwrap().is_empty());
        drop(stream);
        assert_eq!(*app.called_off.lock().unwrap(), [1]);
        // What nobody reads does not fill the phone.
        let Opened::Stream(_, mut stream) = link.open(request).await.unwrap() else { panic!("no stream") };
        let reply = kept.lock().unwrap().take().unwrap();
        reply.more(vec![0; LONGEST_ANSWER]);
        reply.more(b"late".to_vec());
        assert_eq!(stream.next().await, Ok(Some(b"first".to_vec())));
        assert_eq!(stream.next().await, Ok(None));
    }

    #[tokio::test]
    async fn a_link_that_hands_on_whole_answers_is_not_asked_for_a_stream_and_a_refusal_is_an_answer() {
        let (link, request) = stream_of(app(|_, _| unreachable!("nothing is sent")), false);
        assert!(matches!(link.open(request).await, Ok(Opened::NotPossible)));
        let refusing = app(|_, reply: Arc<LinkReply>| {
            reply.answered(LinkAnswer { status: 401, headers: HashMap::new(), body: b"{}".to_vec() });
            Ok(())
        });
        let (link, request) = stream_of(refusing.clone(), true);
        assert!(matches!(link.open(request).await, Ok(Opened::Answer(answer)) if answer.status == 401));
        assert!(refusing.called_off.lock().unwrap().is_empty());
    }

    #[test]
    fn an_address_that_is_no_operators_is_refused_as_by_the_built_in_link() {
        for address in ["http://operator.example", "ftp://127.0.0.1", "", "operator.example"] {
            assert!(OwnLink::new(app(|_, _| Ok(())), address, false, Duration::from_secs(1)).is_err(), "{address}");
        }
    }
}
