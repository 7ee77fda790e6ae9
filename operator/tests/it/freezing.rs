//! A way to Postgres that can be frozen: what is sent stays on its way, as with a server that
//! stands still or a network that says nothing.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

/// Ends with the process: its threads wait for connections and end with those.
pub struct FreezingWay {
    address: SocketAddr,
    ice: Arc<Ice>,
}

#[derive(Default)]
struct Ice {
    is_frozen: Mutex<bool>,
    opened: AtomicUsize,
    thawed: Condvar,
}

impl Ice {
    fn pass(&self) {
        let frozen = self.is_frozen.lock().unwrap();
        drop(self.thawed.wait_while(frozen, |frozen| *frozen).unwrap());
    }
}

impl FreezingWay {
    /// A way to the server on this port of loopback.
    pub fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, ice) = (listener.local_addr().unwrap(), Arc::new(Ice::default()));
        let way = Self { address, ice: Arc::clone(&ice) };
        std::thread::spawn(move || {
            for from in listener.incoming() {
                let (Ok(from), Ok(to)) = (from, TcpStream::connect(("127.0.0.1", port))) else { return };
                ice.opened.fetch_add(1, Ordering::SeqCst);
                for stream in [&from, &to] {
                    stream.set_nodelay(true).unwrap();
                }
                let (back, forth) = (to.try_clone().unwrap(), from.try_clone().unwrap());
                let ice = Arc::clone(&ice);
                std::thread::spawn(move || carry(forth, to, || ice.pass()));
                std::thread::spawn(move || carry(back, from, || {}));
            }
        });
        way
    }

    /// The address of a database behind it.
    pub fn url(&self, database: &str) -> String {
        let name = database.rsplit('/').next().unwrap();
        format!("postgres://mesto@{}/{name}", self.address)
    }

    /// How many connections were opened over it.
    #[allow(dead_code, reason = "not every test target counts them")]
    pub fn opened(&self) -> usize {
        self.ice.opened.load(Ordering::SeqCst)
    }

    /// From now on nothing reaches the server, new connections neither.
    pub fn freeze(&self) {
        *self.ice.is_frozen.lock().unwrap() = true;
    }

    /// What was on its way arrives.
    pub fn thaw(&self) {
        *self.ice.is_frozen.lock().unwrap() = false;
        self.ice.thawed.notify_all();
    }
}

impl Drop for FreezingWay {
    fn drop(&mut self) {
        self.thaw();
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, pass: impl Fn()) {
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(count) = from.read(&mut bytes) {
        pass();
        if count == 0 || to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
