//! `docs/two-instances.md`: its HAProxy and its command line, as they stand there but for the
//! addresses of this machine.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use mesto_operator::testing::{Authority, PostgresCluster};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::backup::until;
use crate::pages::page;
use crate::{Serving, command, folder, http};

const PAGE: &str = "docs/two-instances.md";

/// The block of a page that holds a line.
pub fn block(holds: &str) -> String {
    let page = page(PAGE);
    let mut blocks = page.split("```").skip(1).step_by(2).filter(|block| block.contains(holds));
    let found = blocks.next().unwrap_or_else(|| panic!("{PAGE} has no block with `{holds}`"));
    assert!(blocks.next().is_none(), "{PAGE} has several blocks with `{holds}`");
    found.to_owned()
}

/// The text with this machine's for the page's; each stands there.
pub fn here(text: &str, pairs: &[(&str, &str)]) -> String {
    pairs.iter().fold(text.to_owned(), |text, (there, here)| {
        assert!(text.contains(there), "{PAGE} says nothing of `{there}`: {text}");
        text.replace(there, here)
    })
}

struct HaProxy {
    child: Child,
    /// What it writes to standard error.
    log: Receiver<String>,
}

impl HaProxy {
    /// By the page's file, on a listener that is open already.
    fn start(folder: &Path, file: &str, listener: TcpListener) -> Self {
        std::fs::write(folder.join("haproxy.cfg"), file).unwrap();
        let mut haproxy = Command::new("haproxy");
        haproxy.args(["-db", "-f", "haproxy.cfg"]).current_dir(folder).stdin(Stdio::from(OwnedFd::from(listener)));
        let mut child = haproxy.stderr(Stdio::piped()).spawn().expect("haproxy, of the package of this name");
        let (tell, log) = channel();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| tell.send(line)));
        Self { child, log }
    }

    /// Whether it has written this since it was asked last.
    fn said(&self, what: &str) -> bool {
        self.log.try_iter().any(|line| line.contains(what))
    }
}

impl Drop for HaProxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A driver at an address of his own, who reaches the operator by its name.
struct Driver(reqwest::Client, u16);

impl Driver {
    fn at(address: &str, proxy: SocketAddr, authority: &Authority) -> Self {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(authority.file()).unwrap()).unwrap();
        let tls = rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .resolve("parking.example", proxy)
            .local_address(address.parse::<IpAddr>().unwrap())
            .pool_max_idle_per_host(0)
            .timeout(Duration::from_secs(20));
        Self(client.build().unwrap(), proxy.port())
    }

    fn get(&self, path: &str) -> u16 {
        self.told(path).0
    }

    /// Status and body, with a token that nobody has.
    fn told(&self, path: &str) -> (u16, String) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let url = format!("https://parking.example:{}{path}", self.1);
        runtime.block_on(async {
            let answer = self.0.get(url).bearer_auth("nobody").send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        })
    }
}

/// Two instances behind HAProxy.
struct Behind {
    haproxy: HaProxy,
    one: Serving,
    two: Serving,
    proxy: SocketAddr,
    authority: Authority,
    /// Its database.
    url: String,
    cluster: PostgresCluster,
    _folder: tempfile::TempDir,
}

impl Behind {
    fn start() -> Self {
        let (folder, authority) = (folder(), Authority::new().unwrap());
        let path = folder.path();
        let cluster = PostgresCluster::start().unwrap();
        let url = cluster.database().unwrap();
        let serve = block("mesto serve --listen 10.0.0.1:8080");
        let serve = serve.replace("\\\n", " ");
        let line = here(
            serve.trim(),
            &[
                ("10.0.0.1:8080", "127.0.0.1:0"),
                ("10.0.0.7", "127.0.0.1"),
                ("bank.secret", "secret"),
                ("--database-ca ca.pem", ""),
                ("\"postgres://mesto@db1.example,db2.example/mesto?sslmode=verify-full\"", &url),
            ],
        );
        // The other one differs by what the sentence below the line says.
        let page = page(PAGE);
        let said = page.split("the other one says `").nth(1).and_then(|rest| rest.split('`').next()).unwrap();
        let other = here(said, &[("10.0.0.2:8080", "127.0.0.1:0")]);
        let other = here(&line, &[("--listen 127.0.0.1:0", &other)]);
        let bounds = ["--address-requests-per-second", "1", "--json"];
        let start = |line: &str| {
            let words: Vec<&str> = line.split_whitespace().skip(1).collect();
            Serving::with(&mut command(path, &[&words[..], &bounds].concat()))
        };
        let (one, two) = (start(&line), start(&other));
        let public = one.said("operator");
        assert_eq!(public, "https://parking.example");

        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = listener.local_addr().unwrap();
        let certificate = authority.certify("parking.example").unwrap();
        std::fs::write(path.join("parking.example.pem"), certificate.certificate + &certificate.key).unwrap();
        let file = block("frontend mesto");
        assert!(file.contains("    bind :443 ssl"), "what the public address says: {public}");
        let file = here(
            &file,
            &[
                (":443", "fd@0"),
                ("/etc/haproxy/parking.example.pem", "parking.example.pem"),
                ("10.0.0.1:8080", &one.said("listen")),
                ("10.0.0.2:8080", &two.said("listen")),
            ],
        );
        let haproxy = HaProxy::start(path, &file, listener);
        Self { haproxy, one, two, proxy, authority, url, cluster, _folder: folder }
    }

    fn driver(&self, address: &str) -> Driver {
        Driver::at(address, self.proxy, &self.authority)
    }

    fn psql(&self, database: &str) -> Command {
        let mut psql = Command::new(self.cluster.programs().join("psql"));
        let port = self.cluster.port().to_string();
        psql.args(["-X", "-q", "-A", "-t", "-h", "127.0.0.1", "-U", "mesto", "-d", database, "-p", &port]);
        psql
    }

    fn name(&self) -> &str {
        self.url.rsplit('/').next().unwrap()
    }
}

#[test]
fn two_instances_behind_haproxy_serve_on_when_one_is_killed_and_count_drivers_apart() {
    let mut both = Behind::start();
    let driver = both.driver("127.0.0.2");

    // An address has its own limit, although all of them come from the proxy.
    let asked = |driver: &Driver| driver.get("/v1/zones?city=belgrade");
    let first = asked(&driver);
    assert_ne!(first, 429);
    let tired = (0..100).find(|_| asked(&driver) == 429);
    assert!(tired.is_some(), "an address is not limited: {first}");
    assert_eq!(asked(&both.driver("127.0.0.3")), first);

    for _ in 0..20 {
        assert_eq!(driver.get("/v1/clock"), 200);
    }
    // At once, before HAProxy has looked, and afterwards.
    both.one.child.kill().unwrap();
    both.one.child.wait().unwrap();
    let mut others = vec![];
    let mut ask = || others.extend(Some(driver.get("/v1/clock")).filter(|status| *status != 200));
    until("HAProxy marks the killed one down", || {
        (0..10).for_each(|_| ask());
        both.haproxy.said("operators/one is DOWN")
    });
    (0..100).for_each(|_| ask());
    assert!(others.is_empty(), "nothing was on its way to it: {others:?}");
    assert_eq!(driver.get("/readyz"), 200);

    // What is not ready gets nothing: HAProxy itself refuses, as soon as it has looked twice.
    let name = both.name();
    let psql = |sql: &str| {
        assert!(both.psql("postgres").args(["-c", sql]).stdout(Stdio::null()).status().unwrap().success(), "{sql}")
    };
    let becomes = |wanted: u16| until("an instance that is not ready", || driver.get("/v1/clock") == wanted);
    let cut = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    psql(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
    psql(&cut);
    becomes(503);
    let alone = format!("http://{}/v1/clock", both.two.said("listen"));
    assert_eq!(http("GET", &alone, None).unwrap().0, 200, "the instance itself lives");
    psql(&format!("ALTER DATABASE {name} RESET default_transaction_read_only"));
    psql(&cut);
    becomes(200);
}

/// A transaction that has a table for itself until this is dropped.
struct Locked(Child);

impl Locked {
    fn table(both: &Behind, table: &str) -> Self {
        let mut psql = both.psql(both.name());
        let mut child = psql.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let input = child.stdin.as_mut().unwrap();
        writeln!(input, "BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE; SELECT 'locked';").unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "locked\n");
        Self(child)
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

#[test]
fn what_is_on_its_way_to_an_instance_that_ends_is_answered_by_it_through_haproxy() {
    let mut both = Behind::start();
    let locked = Locked::table(&both, "token");
    // HAProxy gives each instance two of them; there they wait for the table.
    let drivers = ["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"].map(|address| both.driver(address));
    let asked = drivers.map(|driver| std::thread::spawn(move || driver.told("/v1/account")));
    until("all of them wait for the table", || {
        let waiting = "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND relation = CAST('token' AS regclass)";
        let told = both.psql(both.name()).args(["-c", waiting]).output().unwrap();
        String::from_utf8_lossy(&told.stdout).trim() == "4"
    });
    #[cfg(target_os = "linux")]
    assert!(are_asked_for(&both.one), "HAProxy does not notice that a machine is gone");
    let pid = both.one.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    until("HAProxy marks it down", || both.haproxy.said("operators/one is DOWN"));
    assert!(both.one.child.try_wait().unwrap().is_none(), "it has something to answer");
    drop(locked);
    for asked in asked {
        let (status, body) = asked.join().unwrap();
        // Two seconds are less than an instance waits for a table, on a machine that is not busy.
        assert!([401, 503].contains(&status) && body.starts_with('{'), "not from an instance: {status} {body}");
    }
    assert!(both.one.child.wait().unwrap().success());
    assert_eq!(both.driver("127.0.0.6").get("/v1/clock"), 200);
}

/// Whether the connections to an instance are watched by TCP: the timer of a keepalive, of a few
/// seconds, runs at each of them.
#[cfg(target_os = "linux")]
fn are_asked_for(instance: &Serving) -> bool {
    let address: SocketAddr = instance.said("listen").parse().unwrap();
    let port = format!(":{:04X}", address.port());
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let timers = table.lines().skip(1).filter_map(|line| {
        let mut words = line.split_whitespace().skip(2);
        let (peer, state) = (words.next()?, words.next()?);
        (peer.ends_with(&port) && state == "01").then_some(words.nth(1)?)
    });
    let timers: Vec<&str> = timers.collect();
    let is_watched = |timer: &&str| {
        let hundredths =
            timer.split_once(':').and_then(|(kind, after)| Some((kind, u64::from_str_radix(after, 16).ok()?)));
        matches!(hundredths, Some(("02", after)) if after <= 500)
    };
    !timers.is_empty() && timers.iter().all(is_watched)
}
