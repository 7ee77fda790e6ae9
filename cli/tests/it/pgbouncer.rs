//! `docs/two-instances.md`: its PgBouncer, as it stands there but for the names, addresses and
//! files of this machine.

use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use mesto_operator::testing::{Authority, PostgresCluster};
use serde_json::json;

use crate::backup::until;
use crate::two_instances::{block, here};
use crate::{Ran, Serving, command, folder, http, ran, right, secret_file};

/// Takes over a listener as systemd hands one over.
const TAKES_OVER: &str =
    "exec 3<&0 </dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec pgbouncer ${ROOT:+-u postgres} pgbouncer.ini";

/// PgBouncer between a server and its instances; those that wait while it is away wait on the
/// listener, which stays.
struct PgBouncer {
    child: Child,
    listener: TcpListener,
    folder: tempfile::TempDir,
}

impl PgBouncer {
    fn start(folder: tempfile::TempDir, listener: TcpListener) -> Self {
        let child = Self::spawn(folder.path(), &listener);
        Self { child, listener, folder }
    }

    fn spawn(folder: &Path, listener: &TcpListener) -> Child {
        let mut sh = Command::new("sh");
        sh.args(["-c", TAKES_OVER])
            .current_dir(folder)
            .stdin(Stdio::from(OwnedFd::from(listener.try_clone().unwrap())));
        if is_root() {
            // It refuses to run as root, and its files are those of who runs it.
            assert!(Command::new("chown").args(["-R", "postgres"]).arg(folder).status().unwrap().success());
            sh.env("ROOT", "yes");
        }
        sh.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// At once, as `systemctl kill -s TERM` does.
    fn end(&mut self) {
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(told.unwrap().success());
        self.child.wait().unwrap();
    }

    fn start_again(&mut self) {
        self.child = Self::spawn(self.folder.path(), &self.listener);
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.starts_with(b"0\n"))
}

/// The page's server, PgBouncer and command line of an instance.
struct Pooled {
    bouncer: PgBouncer,
    cluster: PostgresCluster,
    /// Of the server itself.
    url: String,
    /// Where the operator's files are.
    folder: tempfile::TempDir,
    /// How an instance and a tool name the database.
    database: Vec<String>,
    _authority: Authority,
}

impl Pooled {
    fn start() -> Self {
        let (folder, of_bouncer, authority) = (folder(), tempfile::tempdir().unwrap(), Authority::new().unwrap());
        let cluster = PostgresCluster::start_with_tls(&authority.certify("localhost").unwrap()).unwrap();
        let url = cluster.database().unwrap();
        let name = url.rsplit('/').next().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port().to_string();

        let path = of_bouncer.path();
        let certificate = authority.certify("pool.example").unwrap();
        std::fs::write(path.join("pool.pem"), certificate.certificate).unwrap();
        std::fs::write(path.join("pool.key"), certificate.key).unwrap();
        std::fs::copy(authority.file(), path.join("ca.pem")).unwrap();
        std::fs::write(path.join("userlist.txt"), block("\"mesto\" \"").trim()).unwrap();
        // The listener that it is given stands for where it listens.
        let file = here(
            &block("pool_mode = session"),
            &[
                (
                    "host=db1.example port=5432 dbname=mesto",
                    &format!("host=localhost port={} dbname={name}", cluster.port()),
                ),
                ("listen_addr = 10.0.0.9", ""),
                ("listen_port = 6432", "unix_socket_dir ="),
                ("/etc/pgbouncer/", ""),
            ],
        );
        std::fs::write(path.join("pgbouncer.ini"), file).unwrap();

        secret_file(&folder.path().join("pgpass"), "*:*:*:mesto:a long password\n");
        let named = block("pool.example:6432");
        let named = here(named.trim(), &[("pool.example:6432", &format!("pool.example:{port}")), ("ca.pem", "CA")]);
        let named = named.replace("CA", authority.file().to_str().unwrap()).replace('"', "");
        // What a resolver would say of the name.
        let named = named.replace("verify-full", "verify-full&hostaddr=127.0.0.1");
        let database = named.split_whitespace().map(str::to_owned).collect();
        let bouncer = PgBouncer::start(of_bouncer, listener);
        Self { bouncer, cluster, url, folder, database, _authority: authority }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = command(self.folder.path(), words);
        command.args(&self.database).env("PGPASSFILE", self.folder.path().join("pgpass"));
        command
    }

    fn instance(&self) -> Serving {
        Serving::with(&mut self.command(&crate::SERVE))
    }

    fn tool(&self, words: &[&str]) -> Ran {
        ran(&mut self.command(&[words, &["--json"]].concat()))
    }

    /// Asks the server itself.
    fn psql(&self, sql: &str) -> String {
        let mut psql = Command::new(self.cluster.programs().join("psql"));
        let told = psql.args(["-X", "-q", "-A", "-t", "-d", &self.url, "-c", sql]).output().unwrap();
        assert!(told.status.success(), "{sql}: {}", String::from_utf8_lossy(&told.stderr));
        String::from_utf8(told.stdout).unwrap().trim().to_owned()
    }

    /// How many sessions keep others from migrating.
    fn serving(&self) -> usize {
        self.psql("SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7215064").parse().unwrap()
    }
}

/// A write: it asks for a code.
fn writes(instance: &Serving, number: usize) -> u16 {
    let url = format!("http://{}/v1/auth/code", instance.said("listen"));
    let asked = json!({ "phone": format!("+38160{number:07}") });
    http("POST", &url, Some(&asked)).map_or(0, |(status, _)| status)
}

fn is_ready(instance: &Serving) -> bool {
    http("GET", &format!("http://{}/readyz", instance.said("listen")), None).is_ok_and(|(status, _)| status == 200)
}

#[test]
fn two_instances_behind_pgbouncer_in_session_mode_have_sessions_of_their_own_and_outlive_it() {
    let mut pooled = Pooled::start();
    let both = [pooled.instance(), pooled.instance()];
    let mut number = 0;
    let mut all_write = |times: usize| {
        (0..times).all(|_| {
            number += 1;
            both.iter().zip([0, 500]).all(|(instance, from)| writes(instance, number + from) == 200)
        })
    };
    assert!(all_write(3));
    until("both are ready", || both.iter().all(is_ready));
    assert!(pooled.serving() >= 4, "a connection of each pool, and each watcher");

    // What a tool sets for itself alone is nobody else's afterwards.
    for _ in 0..3 {
        right(&pooled.tool(&["admin", "ledger"]));
        assert!(all_write(1));
    }

    pooled.bouncer.end();
    until("the server ends what PgBouncer held", || pooled.serving() == 0);
    pooled.bouncer.start_again();
    until("both are ready again", || both.iter().all(is_ready));
    assert!(all_write(2));

    // As when the server was restarted.
    pooled.psql("SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
    until("both write again", || all_write(1));
    assert!(pooled.serving() >= 2);
}

#[test]
fn a_pooler_that_lends_sessions_for_a_transaction_is_refused_with_what_to_do() {
    let mut pooled = Pooled::start();
    drop(pooled.instance());
    pooled.bouncer.end();
    let file = pooled.bouncer.folder.path().join("pgbouncer.ini");
    let session = std::fs::read_to_string(&file).unwrap();
    let ways = [
        "default_pool_size = 60",
        "default_pool_size = 1",
        "default_pool_size = 60\nserver_round_robin = 1\nmin_pool_size = 4",
    ];
    for way in ways {
        let pairs = [("pool_mode = session", "pool_mode = transaction"), ("default_pool_size = 60", way)];
        std::fs::write(&file, here(&session, &pairs)).unwrap();
        pooled.bouncer.start_again();
        for _ in 0..3 {
            let refused = pooled.tool(&["serve", "--listen", "127.0.0.1:0", "--bank-secret-file", "secret"]);
            assert_eq!(refused.exit, 6, "{}", refused.err);
            let said = refused.out + &refused.err;
            assert!(said.contains("pool_mode = transaction") && said.contains("pool_mode = session"), "{said}");
        }
        let doctor = pooled.tool(&["doctor"]);
        assert!(doctor.out.contains("pool_mode = transaction"), "{} {}", doctor.out, doctor.err);
        pooled.bouncer.end();
    }
}
