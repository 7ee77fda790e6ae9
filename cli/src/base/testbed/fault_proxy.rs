//! The operator's public port in the testbed: a thin relay that can cut connections, double
//! requests, hold answers, and be closed.
//!
//! Every connection carries one request (`connection: close`), so that a fault meets exactly the
//! request it was meant for and a client's connection pool never hides one.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// Connections that may wait to be taken.
const BACKLOG: u32 = 1_024;
const HEAD_LIMIT: usize = 64 * 1024;
/// Longest that an answer is held, milliseconds.
pub const DELAY_MOST: u64 = 30_000;
/// Bodies beyond this are not held, only passed through (the operator refuses them).
const BODY_LIMIT: usize = 4 * 1024 * 1024;

/// Stands for every method.
pub const ANY_METHOD: &str = "*";

/// What happens to the next matching requests.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// `GET`, `POST`, `DELETE`, or [`ANY_METHOD`].
    pub method: String,
    /// The path without its query; one that ends in `*` matches by its beginning.
    pub path: String,
    pub kind: FaultKind,
    /// How many requests it meets.
    #[serde(default = "once")]
    pub times: u32,
    /// The status of [`FaultKind::Status`].
    #[serde(default = "unavailable")]
    pub status: u16,
    /// How long [`FaultKind::Delay`] holds the answer.
    #[serde(default = "a_moment")]
    pub milliseconds: u64,
}

const fn once() -> u32 {
    1
}
const fn unavailable() -> u16 {
    503
}
const fn a_moment() -> u64 {
    200
}

/// The ways in which a network or an operator fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The request never arrives; the connection closes without an answer.
    DropRequest,
    /// The request is executed; the connection closes without an answer.
    DropAnswer,
    /// The request is executed twice; the second answer is given.
    Double,
    /// The request is executed; its answer is held.
    Delay,
    /// The request never arrives; the answer is this status.
    Status,
}

/// The relay. Dropping it closes the port.
pub struct FaultProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    open: Mutex<Option<JoinHandle<()>>>,
    /// Keeps the port ours while it is closed: bound, it is nobody else's; not listening, it
    /// refuses every connection.
    _reserved: Option<TcpSocket>,
}

struct Shared {
    /// Where the operator listens; a new place after each of its starts.
    upstream: Mutex<Option<SocketAddr>>,
    faults: Mutex<Vec<Fault>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FaultProxy {
    /// A closed one on `port` (0 for a free one) of the loopback.
    ///
    /// # Errors
    /// When the port cannot be had.
    pub fn new(port: u16) -> std::io::Result<Self> {
        let reserved = socket((Ipv4Addr::LOCALHOST, port).into())?;
        Ok(Self {
            address: reserved.local_addr()?,
            shared: Arc::new(Shared { upstream: Mutex::new(None), faults: Mutex::default() }),
            open: Mutex::new(None),
            // Elsewhere two sockets cannot be bound to one port, even when only one listens.
            _reserved: cfg!(target_os = "linux").then_some(reserved),
        })
    }

    /// Where the operator is from now on.
    pub fn lead_to(&self, upstream: SocketAddr) {
        *lock(&self.shared.upstream) = Some(upstream);
    }

    /// Where clients reach the operator.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Opens the port; nothing happens when it is open.
    ///
    /// # Errors
    /// When somebody else took the port in the meantime, where it could not be kept.
    pub fn open(&self) -> std::io::Result<()> {
        let mut open = lock(&self.open);
        if open.is_none() {
            *open = Some(self.listen(socket(self.address)?.listen(BACKLOG)?));
        }
        Ok(())
    }

    /// Closes the port and cuts every connection; waits until new ones are refused.
    pub async fn close(&self) {
        let task = lock(&self.open).take();
        if let Some(task) = task {
            task.abort();
            // The listener is dropped with the task; only then is the port closed.
            let _ = task.await;
        }
    }

    #[must_use]
    pub fn is_open(&self) -> bool {
        lock(&self.open).is_some()
    }

    /// Adds a fault; says how many requests will meet one.
    pub fn fail(&self, fault: Fault) -> u32 {
        let mut faults = lock(&self.shared.faults);
        faults.push(fault);
        faults.iter().map(|fault| fault.times).sum()
    }

    /// Forgets the faults that nothing met.
    pub fn heal(&self) {
        lock(&self.shared.faults).clear();
    }

    fn listen(&self, listener: TcpListener) -> JoinHandle<()> {
        let shared = Arc::clone(&self.shared);
        tokio::spawn(async move {
            // Dropped with this task, and the connections with it.
            let mut connections = JoinSet::new();
            loop {
                tokio::select! {
                    accepted = listener.accept() => {
                        if let Ok((stream, _)) = accepted {
                            let shared = Arc::clone(&shared);
                            connections.spawn(async move {
                                // A connection that breaks is what this relay is for.
                                let _ = shared.relay(stream).await;
                            });
                        }
                    }
                    Some(_) = connections.join_next() => {}
                }
            }
        })
    }
}

/// A socket of ours on this address, whoever of us has another one there.
fn socket(address: SocketAddr) -> std::io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        if let Some(task) = lock(&self.open).take() {
            task.abort();
        }
    }
}

impl Shared {
    /// The first fault that is meant for this request, used up by one.
    fn met(&self, method: &str, path: &str) -> Option<Fault> {
        let mut faults = lock(&self.faults);
        let place = faults.iter().position(|fault| {
            (fault.method == ANY_METHOD || fault.method.eq_ignore_ascii_case(method))
                && match fault.path.strip_suffix('*') {
                    Some(beginning) => path.starts_with(beginning),
                    None => path == fault.path,
                }
        })?;
        let fault = faults.get_mut(place)?;
        fault.times = fault.times.saturating_sub(1);
        let met = fault.clone();
        if met.times == 0 {
            faults.remove(place);
        }
        Some(met)
    }

    async fn relay(&self, mut client: TcpStream) -> std::io::Result<()> {
        let Some(request) = Incoming::read(&mut client).await? else { return Ok(()) };
        let fault = self.met(&request.method, &request.path);
        match fault.as_ref().map(|fault| fault.kind) {
            Some(FaultKind::DropRequest) => return Ok(()),
            Some(FaultKind::Status) => {
                let status = fault.map_or_else(unavailable, |fault| fault.status);
                return client.write_all(problem(status).as_bytes()).await;
            }
            Some(FaultKind::DropAnswer) => {
                self.execute(&request).await?;
                return Ok(());
            }
            Some(FaultKind::Double) => {
                self.execute(&request).await?;
            }
            Some(FaultKind::Delay) => {
                let answer = self.execute(&request).await?;
                let pause = fault.map_or_else(a_moment, |fault| fault.milliseconds).min(DELAY_MOST);
                tokio::time::sleep(Duration::from_millis(pause)).await;
                return client.write_all(&answer).await;
            }
            None => {}
        }
        let mut upstream = self.connect().await?;
        upstream.write_all(&request.bytes).await?;
        tokio::io::copy_bidirectional(&mut client, &mut upstream).await?;
        Ok(())
    }

    async fn connect(&self) -> std::io::Result<TcpStream> {
        let upstream = *lock(&self.upstream);
        TcpStream::connect(upstream.ok_or(std::io::ErrorKind::ConnectionRefused)?).await
    }

    /// Sends the request to the operator and takes in the whole answer.
    async fn execute(&self, request: &Incoming) -> std::io::Result<Vec<u8>> {
        let mut upstream = self.connect().await?;
        upstream.write_all(&request.bytes).await?;
        let mut answer = Vec::new();
        upstream.read_to_end(&mut answer).await?;
        Ok(answer)
    }
}

/// A request as it came in, told to close its connection.
struct Incoming {
    method: String,
    path: String,
    bytes: Vec<u8>,
}

impl Incoming {
    /// Reads one request; nothing when the client went away or does not speak HTTP/1.1.
    async fn read(client: &mut TcpStream) -> std::io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            if bytes.len() > HEAD_LIMIT || client.read_buf(&mut bytes).await? == 0 {
                return Ok(None);
            }
        };
        let mut body = bytes.split_off(end);
        let head = String::from_utf8_lossy(&bytes).into_owned();
        let mut lines = head.split("\r\n");
        let first = lines.next().unwrap_or_default().to_owned();
        let mut words = first.split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let path = target.split('?').next().unwrap_or_default();

        let mut kept = format!("{first}\r\n");
        let mut length = 0;
        for line in lines.filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap_or(0);
            }
            if !name.eq_ignore_ascii_case("connection") {
                kept.push_str(line);
                kept.push_str("\r\n");
            }
        }
        kept.push_str("connection: close\r\n\r\n");
        while body.len() < length.min(BODY_LIMIT) {
            if client.read_buf(&mut body).await? == 0 {
                return Ok(None);
            }
        }
        let (method, path) = (method.to_owned(), path.to_owned());
        let mut bytes = kept.into_bytes();
        bytes.append(&mut body);
        Ok(Some(Self { method, path, bytes }))
    }
}

fn problem(status: u16) -> String {
    let body = format!(
        r#"{{"type":"urn:mesto:problem:unavailable","title":"Made by the testbed","status":{status},"detail":"a fault of the testbed","code":"unavailable"}}"#
    );
    format!(
        "HTTP/1.1 {status} Fault\r\ncontent-type: application/problem+json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_closed_port_refuses_and_stays_ours() {
        let proxy = FaultProxy::new(0).unwrap();
        let refused = |error: std::io::Error| error.kind() == std::io::ErrorKind::ConnectionRefused;
        for _ in 0..2 {
            assert!(TcpStream::connect(proxy.address()).await.is_err_and(refused));
            if cfg!(target_os = "linux") {
                // Nobody else is given this port in the meantime.
                let stranger = TcpSocket::new_v4().unwrap();
                assert!(stranger.bind(proxy.address()).is_err());
            }
            proxy.open().unwrap();
            assert!(TcpStream::connect(proxy.address()).await.is_ok());
            proxy.close().await;
        }
    }
}
