//! Connections: how many there may be, how long they may take, and how they end.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::pace::{Pace, Paced, Phase, Times};
use super::proxies::{self, Proxies};
use super::rarely::Rarely;
use crate::kernel::metrics::Metrics;

/// Longest head of a request, and what is held of an answer before the client takes it, bytes.
const BUFFER: usize = 64 * 1024;
/// What the machine holds of an answer that a client does not read, bytes; without a bound that
/// grows to some MB for each.
const SEND_BUFFER: usize = 256 * 1024;
/// Of all connections, an address that is no proxy may have one in so many.
const SHARE: usize = 4;
/// After a failure to accept, such as too many open files.
const BACK_OFF: Duration = Duration::from_millis(200);
/// What one connection too many is told.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";

/// What connections are held to.
#[derive(Clone)]
pub(super) struct Bounds {
    pub most: usize,
    pub proxies: Proxies,
    pub times: Times,
    /// After the end was told, what is not over is cut.
    pub drain: Duration,
    pub metrics: Arc<Metrics>,
}

/// How many connections there are, and how many of each address.
#[derive(Debug)]
struct Room {
    most: usize,
    taken: Mutex<(usize, HashMap<String, usize>)>,
}

/// Why there is no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Full {
    All,
    Address,
}

impl Room {
    fn new(most: usize) -> Self {
        Self { most, taken: Mutex::default() }
    }

    /// Room for one connection more; `counted` is the address that may have its share only.
    fn take(self: &Arc<Self>, counted: Option<String>) -> Result<Place, Full> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.0 >= self.most {
            return Err(Full::All);
        }
        if let Some(address) = &counted {
            let of_address = taken.1.entry(address.clone()).or_default();
            if *of_address >= (self.most / SHARE).max(1) {
                return Err(Full::Address);
            }
            *of_address += 1;
        }
        taken.0 += 1;
        Ok(Place { room: Arc::clone(self), counted })
    }
}

/// A connection's place; given back when dropped.
#[derive(Debug)]
struct Place {
    room: Arc<Room>,
    counted: Option<String>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.room.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.0 -= 1;
        if let Some(address) = &self.counted
            && let Some(of_address) = taken.1.get_mut(address)
        {
            *of_address -= 1;
            if *of_address == 0 {
                taken.1.remove(address);
            }
        }
    }
}

/// Accepts and serves until `ending` says so, then lets what came in end.
pub(super) async fn run<A, F>(listener: TcpListener, bounds: Bounds, mut ending: watch::Receiver<bool>, answer: A)
where
    A: Fn(axum::http::Request<Body>, IpAddr) -> F + Clone + Send + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    let room = Arc::new(Room::new(bounds.most));
    let mut open = JoinSet::new();
    let (full, failed) = (Rarely::default(), Rarely::default());
    bound_sending(&listener);
    while !*ending.borrow() {
        tokio::select! {
            _ = ending.changed() => {}
            Some(_) = open.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((socket, peer)) => match admit(&room, &bounds, peer) {
                    Ok(place) => {
                        let connection = serve(socket, peer.ip(), bounds.clone(), ending.clone(), answer.clone());
                        open.spawn(async move {
                            connection.await;
                            drop(place);
                        });
                    }
                    Err(why) => turn_away(&socket, why, &bounds, &full),
                },
                Err(error) if is_of_the_client(&error) => {}
                Err(error) => {
                    if let Some(times) = failed.again() {
                        tracing::error!(reason = %error, times, "a connection cannot be accepted; the next try is in a moment");
                    }
                    bounds.metrics.turned_away("failed");
                    tokio::time::sleep(BACK_OFF).await;
                }
            },
        }
    }
    drop(listener);
    tracing::info!(
        connections = open.len(),
        seconds = bounds.drain.as_secs(),
        "ending: nothing new is taken, what came in is answered"
    );
    let drained = async { while open.join_next().await.is_some() {} };
    if tokio::time::timeout(bounds.drain, drained).await.is_err() {
        tracing::warn!(connections = open.len(), "cut: they were not over in time");
        open.shutdown().await;
    }
}

fn admit(room: &Arc<Room>, bounds: &Bounds, peer: SocketAddr) -> Result<Place, Full> {
    let address = peer.ip().to_canonical();
    let is_shared = address.is_loopback() || bounds.proxies.trusts(address);
    room.take((!is_shared).then(|| proxies::counted(address)))
}

/// Says so and closes: who waits in silence would be asked for again by every health check.
fn turn_away(socket: &TcpStream, why: Full, bounds: &Bounds, seldom: &Rarely) {
    let _ = socket.try_write(FULL);
    bounds.metrics.turned_away(match why {
        Full::All => "all",
        Full::Address => "address",
    });
    if let Some(times) = seldom.again() {
        let most = bounds.most;
        match why {
            Full::All => tracing::warn!(most, times, "connections are turned away: there are as many as there may be"),
            Full::Address => tracing::warn!(
                most = most / SHARE,
                times,
                "connections are turned away: one address has its share; a proxy is named by --trusted-proxy"
            ),
        }
    }
}

/// It went before it was accepted.
fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Accepted connections have the listener's buffer.
fn bound_sending(listener: &TcpListener) {
    #[cfg(unix)]
    if let Err(error) = rustix::net::sockopt::set_socket_send_buffer_size(listener, SEND_BUFFER) {
        tracing::info!(reason = %error, "the machine chooses how much of an answer it holds");
    }
    #[cfg(not(unix))]
    let _ = (listener, SEND_BUFFER);
}

async fn serve<A, F>(socket: TcpStream, peer: IpAddr, bounds: Bounds, mut ending: watch::Receiver<bool>, answer: A)
where
    A: Fn(axum::http::Request<Body>, IpAddr) -> F + Send + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    let _counted = bounds.metrics.connection();
    let _ = socket.set_nodelay(true);
    let pace = Arc::new(Pace::default());
    let paced = Paced::new(socket, Arc::clone(&pace), bounds.times, ending.clone());
    let (proxies, of_service) = (bounds.proxies, Arc::clone(&pace));
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        of_service.set(Phase::Busy);
        let over = Over(Arc::clone(&of_service));
        let client = proxies.client(peer, request.headers());
        let answering = answer(request.map(Body::new), client);
        async move { Ok::<_, Infallible>(answering.await.map(|body| Answer { body, _over: over })) }
    });
    let mut http = http1::Builder::new();
    // The socket keeps the time of heads.
    http.header_read_timeout(None).max_buf_size(BUFFER);
    let mut connection = std::pin::pin!(http.serve_connection(TokioIo::new(paced), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = told_to_end(&mut ending) => {
            pace.begin_anew();
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(reason = %error, "a connection ended early");
    }
}

async fn told_to_end(ending: &mut watch::Receiver<bool>) {
    let _ = ending.wait_for(|is_ending| *is_ending).await;
}

/// The connection waits for the next request when this is dropped.
struct Over(Arc<Pace>);

impl Drop for Over {
    fn drop(&mut self) {
        self.0.set(Phase::Idle);
    }
}

/// The body of an answer, which says when it was taken.
struct Answer {
    body: Body,
    _over: Over,
}

impl hyper::body::Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[test]
    fn an_address_has_a_share_and_proxies_have_all_the_room() {
        let room = Arc::new(Room::new(8));
        let take = |address: Option<&str>| room.take(address.map(str::to_owned));
        let (one, other) = (Some("198.51.100.1"), Some("198.51.100.2"));
        let mut places = vec![take(one).unwrap(), take(one).unwrap()];
        assert_eq!(take(one).unwrap_err(), Full::Address);
        places.push(take(other).unwrap());
        for _ in 0..5 {
            places.push(take(None).unwrap());
        }
        assert_eq!(take(None).unwrap_err(), Full::All);
        assert_eq!(take(other).unwrap_err(), Full::All);
        places.remove(0);
        places.push(take(one).unwrap());
        drop(places);
        let taken = room.taken.lock().unwrap();
        assert_eq!((taken.0, taken.1.len()), (0, 0));
    }

    #[test]
    fn one_customer_of_ipv6_has_one_share_however_many_addresses() {
        let proxies = Proxies::new(&["2001:db8:9::/48".parse().unwrap()]);
        let bounds =
            Bounds { most: 8, proxies, times: Times::default(), drain: Duration::ZERO, metrics: Metrics::new(&[]) };
        let room = Arc::new(Room::new(bounds.most));
        let connect = |ip: &str| admit(&room, &bounds, SocketAddr::new(ip.parse().unwrap(), 1));
        let _held = [connect("2001:db8:1:2::1").unwrap(), connect("2001:db8:1:2:ffff::9").unwrap()];
        assert_eq!(connect("2001:db8:1:2:3::3").unwrap_err(), Full::Address);
        let _others = [connect("2001:db8:1:3::1").unwrap(), connect("::ffff:198.51.100.1").unwrap()];
        let _of_a_proxy: Vec<Place> = (0..3).map(|_| connect("2001:db8:9::1").unwrap()).collect();
    }

    /// A server of its own on loopback, in which everything but an answer may take a moment only.
    async fn serve_hastily(answer: impl Fn() -> Response + Clone + Send + 'static) -> SocketAddr {
        let moment = Duration::from_millis(50);
        let times = Times { head: moment, idle: moment, silent_at_the_end: moment, stalled: moment };
        let (proxies, metrics) = (Proxies::default(), Metrics::new(&[]));
        let bounds = Bounds { most: 8, proxies, times, drain: moment, metrics };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (_never, ending) = watch::channel(false);
            run(listener, bounds, ending, move |_, _| std::future::ready(answer())).await;
        });
        address
    }

    /// What came until the server closed.
    async fn until_closed(mut socket: TcpStream) -> String {
        let mut all = Vec::new();
        let reading = socket.read_to_end(&mut all);
        let ended = tokio::time::timeout(Duration::from_secs(20), reading).await;
        assert!(ended.is_ok(), "it is never closed: {}", String::from_utf8_lossy(&all));
        String::from_utf8(all).unwrap()
    }

    #[tokio::test]
    async fn a_connection_that_is_silent_or_half_said_or_idle_is_closed() {
        let address = serve_hastily(|| Response::new(Body::from("here"))).await;
        for (said, heard) in [("", ""), ("GET / HT", ""), ("GET / HTTP/1.1\r\nhost: me\r\n\r\n", "here")] {
            let mut socket = TcpStream::connect(address).await.unwrap();
            socket.write_all(said.as_bytes()).await.unwrap();
            let all = until_closed(socket).await;
            assert!(all.ends_with(heard) && all.is_empty() == heard.is_empty(), "{said}: {all}");
        }
        // A head may not grow for ever.
        let mut socket = TcpStream::connect(address).await.unwrap();
        let long = format!("GET / HTTP/1.1\r\nhost: me\r\nlong: {}", "x".repeat(4 * BUFFER));
        let _ = socket.write_all(long.as_bytes()).await;
        assert!(!until_closed(socket).await.ends_with("here"));
    }

    #[tokio::test]
    async fn who_does_not_read_an_answer_without_end_is_closed_and_what_is_held_of_it_is_bounded() {
        let sent = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let (over, ended) = tokio::sync::oneshot::channel::<()>();
        let over = Arc::new(Mutex::new(Some(over)));
        let counted = Arc::clone(&sent);
        let answer = move || {
            // Dropped with the answer.
            let held = over.lock().unwrap().take();
            let counted = Arc::clone(&counted);
            let chunks = futures_util::stream::repeat_with(move || {
                let _held = &held;
                counted.fetch_add(16 * 1024, std::sync::atomic::Ordering::Relaxed);
                Ok::<_, Infallible>(Bytes::from_static(&[b'x'; 16 * 1024]))
            });
            Response::new(Body::from_stream(chunks))
        };
        let address = serve_hastily(answer).await;
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket.write_all(b"GET / HTTP/1.1\r\nhost: me\r\n\r\n").await.unwrap();
        let closed = tokio::time::timeout(Duration::from_secs(20), ended).await;
        assert!(closed.expect("it is never closed").is_err());
        // The client's own buffer takes some MB; ours is beside it.
        assert!(sent.load(std::sync::atomic::Ordering::Relaxed) < 16 * 1024 * 1024);
        drop(socket);
    }
}
