//! The drivers' side of the wire: keep-alive connections on one thread, requests written
//! beforehand, answers read no further than needed.

use std::cell::Cell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;

use crate::Outcome;
use crate::shop::Prepared;
use crate::stopwatch::Stopwatch;

/// Connections at once.
pub const CONNECTIONS: usize = 32;
/// Purchases before the watch starts: connections are open, statements prepared.
const WARM_UP: usize = CONNECTIONS * 8;

/// A purchase as it stands on the wire.
pub fn written(purchase: &Prepared) -> Vec<u8> {
    let mut bytes = format!(
        "POST /v1/purchases HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {}\r\nidempotency-key: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        purchase.token,
        purchase.key,
        purchase.body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(&purchase.body);
    bytes
}

/// What came of the traffic.
#[derive(Debug, Clone, Copy)]
pub struct Sold {
    /// All purchases, those before the watch started included.
    pub purchases: usize,
    pub per_second: f64,
}

/// Buys for `span` or until everything is bought; every purchase must be answered 201.
///
/// Blocks; runs on a thread of its own, apart from the server's.
pub fn drive(address: SocketAddr, purchases: &[Prepared], span: Duration) -> Outcome<Sold> {
    let requests: Vec<Vec<u8>> = purchases.iter().map(written).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (first, rest) = requests.split_at(WARM_UP.min(requests.len()));
    runtime.block_on(async {
        let mut streams = Vec::new();
        for _ in 0..CONNECTIONS {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            streams.push(stream);
        }
        let (streams, warm, _) = burst(streams, first, Duration::MAX).await?;
        let (_, bought, took) = burst(streams, rest, span).await?;
        #[allow(clippy::cast_precision_loss, reason = "counts of a bench are far below 2^52")]
        let per_second = bought as f64 / took.as_secs_f64();
        Ok(Sold { purchases: warm + bought, per_second })
    })
}

/// Sends requests over all connections until they or the time run out; the connections, how many
/// were answered, and the time it took.
async fn burst(
    streams: Vec<TcpStream>,
    requests: &[Vec<u8>],
    span: Duration,
) -> Outcome<(Vec<TcpStream>, usize, Duration)> {
    let watch = Stopwatch::start();
    let next = Rc::new(Cell::new(0_usize));
    // The requests outlive the tasks: they are lent to the set for its whole run.
    let requests: Rc<[Vec<u8>]> = requests.into();
    let set = LocalSet::new();
    let tasks: Vec<_> = streams
        .into_iter()
        .map(|mut stream| {
            let (next, requests) = (Rc::clone(&next), Rc::clone(&requests));
            set.spawn_local(async move {
                let mut buffer = Vec::with_capacity(8 * 1024);
                let mut answered = 0_usize;
                while watch.elapsed() < span {
                    let place = next.replace(next.get() + 1);
                    let Some(request) = requests.get(place) else { break };
                    stream.write_all(request).await?;
                    answer(&mut stream, &mut buffer, 201).await?;
                    answered += 1;
                }
                Ok::<_, Box<dyn std::error::Error + Send + Sync>>((stream, answered))
            })
        })
        .collect();
    set.await;
    let took = watch.elapsed();
    let (mut streams, mut answered) = (Vec::new(), 0);
    for task in tasks {
        let (stream, count) = task.await??;
        streams.push(stream);
        answered += count;
    }
    Ok((streams, answered, took))
}

/// Reads one whole answer, which must have this status.
pub async fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>, status: u16) -> Outcome<()> {
    buffer.clear();
    let (mut head, mut length) = (None, 0);
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err("the operator closed the connection".into());
        }
        if head.is_none()
            && let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n")
        {
            let text = String::from_utf8_lossy(buffer.get(..end).unwrap_or_default()).to_ascii_lowercase();
            length = text
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"))
                .ok_or("an answer without its length")?
                .trim()
                .parse::<usize>()?;
            head = Some(end + 4);
        }
        if head.is_some_and(|head| buffer.len() >= head + length) {
            break;
        }
    }
    if buffer.starts_with(format!("HTTP/1.1 {status} ").as_bytes()) {
        return Ok(());
    }
    Err(format!("instead of {status} came {}", String::from_utf8_lossy(buffer)).into())
}
