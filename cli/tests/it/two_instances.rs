//! `docs/two-instances.md`: its HAProxy and its command line, as they stand there but for the
//! addresses of this machine.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader};
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
fn block(holds: &str) -> String {
    let page = page(PAGE);
    let mut blocks = page.split("```").skip(1).step_by(2).filter(|block| block.contains(holds));
    let found = blocks.next().unwrap_or_else(|| panic!("{PAGE} has no block with `{holds}`"));
    assert!(blocks.next().is_none(), "{PAGE} has several blocks with `{holds}`");
    found.to_owned()
}

/// The text with this machine's for the page's; each stands there.
fn here(text: &str, pairs: &[(&str, &str)]) -> String {
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
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let url = format!("https://parking.example:{}{path}", self.1);
        runtime.block_on(async { self.0.get(url).send().await.unwrap().status().as_u16() })
    }
}

#[test]
fn two_instances_behind_haproxy_serve_on_when_one_is_killed_and_count_drivers_apart() {
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
    let words: Vec<&str> = line.split_whitespace().skip(1).collect();
    let bounds = ["--address-requests-per-second", "1", "--json"];
    let start = || Serving::with(&mut command(path, &[&words[..], &bounds].concat()));
    let (mut one, two) = (start(), start());
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
    let driver = Driver::at("127.0.0.2", proxy, &authority);

    // An address has its own limit, although all of them come from the proxy.
    let asked = |driver: &Driver| driver.get("/v1/zones?city=belgrade");
    let first = asked(&driver);
    assert_ne!(first, 429);
    let tired = (0..100).find(|_| asked(&driver) == 429);
    assert!(tired.is_some(), "an address is not limited: {first}");
    assert_eq!(asked(&Driver::at("127.0.0.3", proxy, &authority)), first);

    for _ in 0..20 {
        assert_eq!(driver.get("/v1/clock"), 200);
    }
    // At once, before HAProxy has looked, and afterwards. When it marks the instance down it ends
    // what is on its way there: of one driver a single request.
    one.child.kill().unwrap();
    one.child.wait().unwrap();
    let mut others = vec![];
    let mut ask = || others.extend(Some(driver.get("/v1/clock")).filter(|status| *status != 200));
    until("HAProxy marks the killed one down", || {
        (0..10).for_each(|_| ask());
        haproxy.said("operators/one is DOWN")
    });
    (0..100).for_each(|_| ask());
    assert!(others.is_empty() || others == [502], "{others:?}");
    assert_eq!(driver.get("/readyz"), 200);

    // What is not ready gets nothing: HAProxy itself refuses, as soon as it has looked twice.
    let name = url.rsplit('/').next().unwrap();
    let psql = |sql: &str| {
        let mut psql = Command::new(cluster.programs().join("psql"));
        psql.args(["-X", "-q", "-h", "127.0.0.1", "-U", "mesto", "-d", "postgres", "-p", &cluster.port().to_string()]);
        assert!(psql.args(["-c", sql]).status().unwrap().success(), "{sql}");
    };
    let becomes = |wanted: u16| until("an instance that is not ready", || driver.get("/v1/clock") == wanted);
    let cut = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    psql(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
    psql(&cut);
    becomes(503);
    let alone = format!("http://{}/v1/clock", two.said("listen"));
    assert_eq!(http("GET", &alone, None).unwrap().0, 200, "the instance itself lives");
    psql(&format!("ALTER DATABASE {name} RESET default_transaction_read_only"));
    psql(&cut);
    becomes(200);
}
