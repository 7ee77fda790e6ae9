//! A connection that makes no progress ends: one that says nothing, one that sends its head byte by
//! byte, one that does not read what it asked for.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// How long a connection may take for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    /// Until the head of a request is there, from the first byte on; and until the first byte of a
    /// new connection.
    pub head: Duration,
    /// Between two requests.
    pub idle: Duration,
    /// A new connection that has said nothing when the operator ends.
    pub silent_at_the_end: Duration,
    /// Until the client takes [`PROGRESS`] bytes more of an answer.
    pub stalled: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            silent_at_the_end: Duration::from_secs(1),
            stalled: Duration::from_secs(20),
        }
    }
}

/// What a client has to take of an answer in [`Times::stalled`], bytes.
const PROGRESS: usize = 16 * 1024;

/// Where a connection is, known to its socket and to its requests.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// Two bits of [`Phase`], above them how often it changed: the socket sees that time begins
    /// anew.
    phase: AtomicU32,
    /// Who waits in a read that has no time, because a request is being answered.
    reader: AtomicWaker,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing came yet.
    Silent,
    /// A head is on its way.
    Head,
    /// A request is being answered.
    Busy,
    /// An answer was given.
    Idle,
}

impl Phase {
    const fn of(bits: u32) -> Self {
        match bits & 3 {
            0 => Self::Silent,
            1 => Self::Head,
            2 => Self::Busy,
            _ => Self::Idle,
        }
    }
}

impl Pace {
    pub fn set(&self, phase: Phase) {
        let _ = self
            .phase
            .fetch_update(Ordering::AcqRel, Ordering::Relaxed, |bits| Some((bits & !3).wrapping_add(4) | phase as u32));
        // A read that waits since before is not tried again by itself: now it has its time.
        self.reader.wake();
    }

    pub fn phase(&self) -> Phase {
        Phase::of(self.phase.load(Ordering::Relaxed))
    }

    /// Time begins anew in the same phase.
    pub fn begin_anew(&self) {
        self.set(self.phase());
    }
}

/// A socket that ends with [`io::ErrorKind::TimedOut`] when it makes no progress.
pub(super) struct Paced<S> {
    socket: S,
    pace: Arc<Pace>,
    times: Times,
    is_ending: tokio::sync::watch::Receiver<bool>,
    /// Of which phase the timer below is.
    timed: Option<u32>,
    read_until: Pin<Box<Sleep>>,
    write_until: Option<Pin<Box<Sleep>>>,
    /// Bytes written since `write_until` was set.
    written: usize,
}

impl<S> Paced<S> {
    pub fn new(socket: S, pace: Arc<Pace>, times: Times, is_ending: tokio::sync::watch::Receiver<bool>) -> Self {
        let read_until = Box::pin(tokio::time::sleep(times.head));
        Self { socket, pace, times, is_ending, timed: None, read_until, write_until: None, written: 0 }
    }

    /// Whether a read that waits has waited too long.
    fn poll_silence(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let mut bits = self.pace.phase.load(Ordering::Acquire);
        if Phase::of(bits) == Phase::Busy {
            self.pace.reader.register(context.waker());
            // It may have ended in between, when nobody was there to be woken.
            bits = self.pace.phase.load(Ordering::Acquire);
        }
        let allowed = match Phase::of(bits) {
            Phase::Busy => return Poll::Pending,
            Phase::Silent if *self.is_ending.borrow() => self.times.silent_at_the_end,
            Phase::Silent | Phase::Head => self.times.head,
            Phase::Idle => self.times.idle,
        };
        if self.timed != Some(bits) {
            self.timed = Some(bits);
            self.read_until.as_mut().reset(Instant::now() + allowed);
        }
        self.read_until.as_mut().poll(context)
    }

    /// What a write gave; one that waits may wait for so long.
    fn progressed(
        &mut self,
        wanted: usize,
        wrote: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        match wrote {
            Poll::Ready(Ok(count)) => {
                self.written += count;
                // All of it went into the socket's buffer, or enough of it: it reads.
                if count >= wanted || self.written >= PROGRESS {
                    self.write_until = None;
                }
                Poll::Ready(Ok(count))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                let stalled = self.times.stalled;
                if self.write_until.is_none() {
                    self.written = 0;
                }
                let until = self.write_until.get_or_insert_with(|| Box::pin(tokio::time::sleep(stalled)));
                ready!(until.as_mut().poll(context));
                Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client does not read its answer")))
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = into.filled().len();
        match Pin::new(&mut this.socket).poll_read(context, into) {
            Poll::Ready(read) => {
                let is_first = matches!(this.pace.phase(), Phase::Silent | Phase::Idle);
                if is_first && into.filled().len() > before {
                    this.pace.set(Phase::Head);
                }
                Poll::Ready(read)
            }
            Poll::Pending => {
                ready!(this.poll_silence(context));
                Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client sends nothing")))
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let wrote = Pin::new(&mut this.socket).poll_write(context, from);
        this.progressed(from.len(), wrote, context)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        from: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let wanted = from.iter().map(|part| part.len()).sum();
        let wrote = Pin::new(&mut this.socket).poll_write_vectored(context, from);
        this.progressed(wanted, wrote, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
    use tokio::sync::watch;

    use super::*;

    type Ends = (Paced<DuplexStream>, DuplexStream, Arc<Pace>, watch::Sender<bool>);

    fn pair() -> Ends {
        let (near, far) = duplex(1_024);
        let (end, is_ending) = watch::channel(false);
        let pace = Arc::new(Pace::default());
        (Paced::new(near, Arc::clone(&pace), Times::default(), is_ending), far, pace, end)
    }

    /// How long a read waits before it gives up.
    async fn gives_up(paced: &mut Paced<DuplexStream>) -> Duration {
        let since = Instant::now();
        let error = paced.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        since.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn who_says_nothing_or_drops_bytes_is_given_up_and_who_waits_for_an_answer_is_not() {
        let (mut paced, mut far, pace, _end) = pair();
        assert_eq!(gives_up(&mut paced).await.as_secs(), 10);

        // A head byte by byte: ten seconds from the first one on, whatever comes.
        let (mut paced2, mut slow, _pace, _end2) = pair();
        slow.write_all(b"G").await.unwrap();
        paced2.read_u8().await.unwrap();
        let since = Instant::now();
        let dropping = async {
            loop {
                tokio::time::sleep(Duration::from_secs(1)).await;
                if slow.write_all(b"x").await.is_err() {
                    return;
                }
            }
        };
        let reading = async { while paced2.read_u8().await.is_ok() {} };
        tokio::select! { () = dropping => {}, () = reading => {} }
        assert_eq!(since.elapsed().as_secs(), 10);

        // Between requests longer; while one is answered for ever.
        pace.set(Phase::Idle);
        assert_eq!(gives_up(&mut paced).await.as_secs(), 75);
        pace.set(Phase::Busy);
        assert!(tokio::time::timeout(Duration::from_secs(3_600), paced.read_u8()).await.is_err());
        far.write_all(b"y").await.unwrap();
        assert_eq!((paced.read_u8().await.unwrap(), pace.phase()), (b'y', Phase::Busy));
    }

    #[tokio::test(start_paused = true)]
    async fn a_read_that_waits_since_a_request_was_answered_has_its_time_when_the_answer_is_given() {
        let (mut paced, _far, pace, _end) = pair();
        pace.set(Phase::Busy);
        let answering = async {
            tokio::time::sleep(Duration::from_secs(5)).await;
            pace.set(Phase::Idle);
            std::future::pending::<()>().await;
        };
        tokio::select! {
            waited = gives_up(&mut paced) => assert_eq!(waited.as_secs(), 80),
            () = answering => {}
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_connection_does_not_hold_the_end_up() {
        let (mut paced, _far, pace, end) = pair();
        end.send(true).unwrap();
        pace.begin_anew();
        assert_eq!(gives_up(&mut paced).await.as_secs(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_read_or_reads_a_byte_now_and_then_is_given_up() {
        let (mut paced, mut far, _pace, _end) = pair();
        let since = Instant::now();
        let error = paced.write_all(&[7; 10_000]).await.unwrap_err();
        assert_eq!((error.kind(), since.elapsed().as_secs()), (io::ErrorKind::TimedOut, 20));

        let (mut paced, mut sipping, ..) = pair();
        let since = Instant::now();
        let writing = async {
            loop {
                if let Err(error) = paced.write_all(&[7; 10_000]).await {
                    return error.kind();
                }
            }
        };
        let sips = async {
            loop {
                tokio::time::sleep(Duration::from_secs(1)).await;
                sipping.read_u8().await.unwrap();
            }
        };
        let ended = tokio::select! { kind = writing => kind, () = sips => io::ErrorKind::Other };
        assert_eq!((ended, since.elapsed().as_secs()), (io::ErrorKind::TimedOut, 20));

        // Slow, but reading.
        let (mut paced, mut slow, ..) = pair();
        let reading = tokio::spawn(async move {
            let mut block = [0; 1_024];
            for _ in 0..40 {
                tokio::time::sleep(Duration::from_secs(1)).await;
                slow.read_exact(&mut block).await.unwrap();
            }
            slow
        });
        paced.write_all(&[7; 40 * 1_024]).await.unwrap();
        drop(reading.await.unwrap());
        far.shutdown().await.unwrap();
    }
}
