//! A private Postgres cluster from the machine's own binaries, for tests and benches. It ends with
//! the process that started it, however that ends.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// Runs until its input closes: a killed test leaves neither a server nor a folder.
const WATCHED: &str = r#"
set -e
"$BIN/initdb" -D "$DIR/data" -A trust -U mesto --no-sync --encoding=UTF8 --locale=C.UTF-8 >"$DIR/log" 2>&1
{ echo "host all guarded all scram-sha-256"; cat "$DIR/data/pg_hba.conf"; } >"$DIR/hba"
mv "$DIR/hba" "$DIR/data/pg_hba.conf"
if [ -n "$CERTIFICATE" ]; then
  umask 077
  printf '%s' "$CERTIFICATE" >"$DIR/server.crt"
  printf '%s' "$KEY" >"$DIR/server.key"
  OPTIONS="$OPTIONS -c ssl=on -c ssl_cert_file=$DIR/server.crt -c ssl_key_file=$DIR/server.key"
fi
"$BIN/pg_ctl" -w -t 60 -D "$DIR/data" -l "$DIR/log" -o "-p $PORT -k $DIR -c listen_addresses=127.0.0.1 $OPTIONS" start >>"$DIR/log" 2>&1
echo ready
cat >/dev/null || true
"$BIN/pg_ctl" -m immediate -D "$DIR/data" stop >>"$DIR/log" 2>&1 || true
rm -rf "$DIR"
"#;

/// The same for a replica of a primary on `$PRIMARY`.
const REPLICA: &str = r#"
set -e
"$BIN/pg_basebackup" -h 127.0.0.1 -p "$PRIMARY" -U mesto -D "$DIR/data" -R -X stream --checkpoint=fast --no-sync >"$DIR/log" 2>&1
"$BIN/pg_ctl" -w -t 60 -D "$DIR/data" -l "$DIR/log" -o "-p $PORT -k $DIR -c listen_addresses=127.0.0.1 $OPTIONS" start >>"$DIR/log" 2>&1
echo ready
cat >/dev/null || true
"$BIN/pg_ctl" -m immediate -D "$DIR/data" stop >>"$DIR/log" 2>&1 || true
rm -rf "$DIR"
"#;

/// A server that does not wait for the disk.
const FOR_TESTS: &str = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off";

/// How often a free port is tried, and how the server's log tells that it was not free any more.
const TRIES: u32 = 5;
const PORT_TAKEN: &str = "Address already in use";

/// A Postgres server of our own on a free loopback port. It lets everybody in; only a role
/// `guarded`, when there is one, has to give a password.
pub struct PostgresCluster {
    watcher: Child,
    bin: PathBuf,
    folder: PathBuf,
    port: u16,
    made: AtomicU32,
}

impl PostgresCluster {
    /// Starts a server that does not wait for the disk: for tests.
    ///
    /// # Errors
    /// Says which package is missing, or what the server wrote to its log.
    pub fn start() -> Result<Self, String> {
        Self::start_with(&format!("{FOR_TESTS} -c max_connections=200"))
    }

    /// Starts a server with options as `postgres` takes them (`-c name=value`).
    ///
    /// # Errors
    /// As [`PostgresCluster::start`].
    pub fn start_with(options: &str) -> Result<Self, String> {
        Self::start_certified(options, &Certificate::default())
    }

    /// Starts a server for tests that answers over TLS as well.
    ///
    /// # Errors
    /// As [`PostgresCluster::start`].
    pub fn start_with_tls(certificate: &Certificate) -> Result<Self, String> {
        Self::start_certified(&format!("{FOR_TESTS} -c max_connections=50"), certificate)
    }

    fn start_certified(options: &str, certificate: &Certificate) -> Result<Self, String> {
        let mut left = TRIES;
        loop {
            left -= 1;
            // A server cannot be handed a port that is held: somebody else may be given it before
            // the server asks, seconds later.
            match Self::start_on(free_port()?, options, certificate, None) {
                Err(why) if left > 0 && why.contains(PORT_TAKEN) => {}
                ended => return ended,
            }
        }
    }

    /// Starts a primary that can have replicas, for tests: what it says is committed was heard by
    /// them as soon as [`PostgresCluster::waits_for_its_replica`] was called.
    ///
    /// # Errors
    /// As [`PostgresCluster::start`].
    pub fn start_primary() -> Result<Self, String> {
        let options = "-c fsync=off -c wal_level=replica -c max_wal_senders=8 -c hot_standby=on -c max_connections=200";
        Self::start_with(options)
    }

    /// Starts a streaming replica of it.
    ///
    /// # Errors
    /// As [`PostgresCluster::start`].
    pub fn replica(&self) -> Result<Self, String> {
        let options = "-c fsync=off -c max_connections=200 -c hot_standby=on";
        Self::start_on(free_port()?, options, &Certificate::default(), Some(self.port))
    }

    /// From now on a commit is answered when the replica has it too.
    ///
    /// # Errors
    /// When no replica comes within the time of a hundred questions.
    pub fn waits_for_its_replica(&self) -> Result<(), String> {
        self.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")?;
        self.sql("SELECT pg_reload_conf()")?;
        for _ in 0..100 {
            let said = self.sql("SELECT sync_state FROM pg_stat_replication, pg_sleep(0.05)")?;
            if said.contains("sync") && !said.contains("async") {
                return Ok(());
            }
        }
        Err("no replica follows it".into())
    }

    /// Makes a replica the primary; returns when it takes writes.
    ///
    /// # Errors
    /// When it does not.
    pub fn promote(&self) -> Result<(), String> {
        match self.sql("SELECT pg_promote(true, 60)")?.contains('t') {
            true => Ok(()),
            false => Err("the replica was not promoted".into()),
        }
    }

    /// Ends the server and everything it has started by SIGKILL.
    ///
    /// # Errors
    /// When it does not run.
    pub fn kill(&self) -> Result<(), String> {
        let told = |error: std::io::Error| error.to_string();
        let file = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).map_err(told)?;
        let server = file.lines().next().unwrap_or_default().trim().to_owned();
        let children = std::fs::read_to_string(format!("/proc/{server}/task/{server}/children")).map_err(told)?;
        let ended = Command::new("kill").arg("-KILL").arg(&server).args(children.split_whitespace()).output();
        let ended = ended.map_err(told)?;
        if ended.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&ended.stderr).into_owned()) }
    }

    fn sql(&self, sql: &str) -> Result<String, String> {
        let said = Command::new(self.bin.join("psql"))
            .args(["-X", "-q", "-A", "-t", "-h", "127.0.0.1", "-U", "mesto", "-d", "postgres"])
            .args(["-p", &self.port.to_string(), "-c", sql])
            .output()
            .map_err(|error| format!("psql: {error}; install the package postgresql-client-15"))?;
        match said.status.success() {
            true => Ok(String::from_utf8_lossy(&said.stdout).into_owned()),
            false => Err(String::from_utf8_lossy(&said.stderr).into_owned()),
        }
    }

    fn start_on(port: u16, options: &str, certificate: &Certificate, primary: Option<u16>) -> Result<Self, String> {
        let script = if primary.is_some() { REPLICA } else { WATCHED };
        let bin = bin()?;
        let folder = std::env::temp_dir().join(format!("mesto-postgres-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut command = if is_root() {
            // Postgres refuses to run as root.
            let owned = Command::new("chown").arg("postgres").arg(&folder).status();
            if !owned.is_ok_and(|status| status.success()) {
                return Err("there is no user `postgres`; install the package postgresql-15".into());
            }
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--", "sh", "-c", script]);
            command
        } else {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            command
        };
        let mut watcher = command
            .env("BIN", &bin)
            .env("DIR", &folder)
            .env("PORT", port.to_string())
            .env("OPTIONS", options)
            .env("PRIMARY", primary.unwrap_or_default().to_string())
            .env("CERTIFICATE", &certificate.certificate)
            .env("KEY", &certificate.key)
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("the watcher of Postgres did not start: {error}"))?;
        let mut said = String::new();
        if let Some(output) = watcher.stdout.take() {
            BufReader::new(output).read_line(&mut said).map_err(|error| error.to_string())?;
        }
        if said.trim() != "ready" {
            let mut why = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
            if let Some(mut errors) = watcher.stderr.take() {
                let _ = errors.read_to_string(&mut why);
            }
            let _ = watcher.wait();
            let _ = std::fs::remove_dir_all(&folder);
            return Err(format!("Postgres did not start on port {port}:\n{why}"));
        }
        Ok(Self { watcher, bin, folder, port, made: AtomicU32::new(0) })
    }

    /// The address of a new, empty database.
    ///
    /// # Errors
    /// When the server does not make it.
    pub fn database(&self) -> Result<String, String> {
        let name = format!("mesto_{}", self.made.fetch_add(1, Ordering::Relaxed));
        let made = Command::new(self.bin.join("createdb"))
            .args(["-h", "127.0.0.1", "-U", "mesto", "-p", &self.port.to_string(), "-T", "template0", &name])
            .output()
            .map_err(|error| format!("createdb: {error}; install the package postgresql-client-15"))?;
        if made.status.success() {
            Ok(format!("postgres://mesto@127.0.0.1:{}/{name}", self.port))
        } else {
            Err(String::from_utf8_lossy(&made.stderr).into_owned())
        }
    }

    /// Runs a file of statements in a database of it, by its address.
    ///
    /// # Errors
    /// What the server says.
    pub fn run_file(&self, url: &str, file: &std::path::Path) -> Result<(), String> {
        let said = Command::new(self.bin.join("psql"))
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-f"])
            .arg(file)
            .output()
            .map_err(|error| format!("psql: {error}; install the package postgresql-client-15"))?;
        if said.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&said.stderr).into_owned()) }
    }

    /// The loopback port it listens on.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The folder of the server's programs (`psql`, `pgbench`).
    #[must_use]
    pub const fn programs(&self) -> &PathBuf {
        &self.bin
    }
}

/// A certificate authority of our own, made with the machine's `openssl`. It ends with the value.
pub struct Authority {
    folder: PathBuf,
}

/// What a server proves itself with, both parts in PEM.
#[derive(Debug, Clone, Default)]
pub struct Certificate {
    /// PEM
    pub certificate: String,
    /// PEM
    pub key: String,
}

/// The sections `authority` and `server` of openssl's configuration.
const CERTIFICATES: &str = "[req]
distinguished_name = named
prompt = no
[named]
CN = Mesto's tests
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[server]
basicConstraints = critical, CA:FALSE
subjectAltName = DNS:";

impl Authority {
    /// # Errors
    /// When `openssl` is not there or refuses.
    pub fn new() -> Result<Self, String> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!("mesto-authority-{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let authority = Self { folder: std::env::temp_dir().join(name) };
        std::fs::create_dir_all(&authority.folder).map_err(|error| error.to_string())?;
        authority.make("authority", "unused.example", &[])?;
        Ok(authority)
    }

    /// The file with its own certificate.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        self.folder.join("authority.pem")
    }

    /// A certificate for the server of this name.
    ///
    /// # Errors
    /// As [`Authority::new`].
    pub fn certify(&self, host: &str) -> Result<Certificate, String> {
        self.make("server", host, &["-CA", "authority.pem", "-CAkey", "authority.key"])?;
        let read = |name: &str| std::fs::read_to_string(self.folder.join(name)).map_err(|error| error.to_string());
        Ok(Certificate { certificate: read("server.pem")?, key: read("server.key")? })
    }

    fn make(&self, what: &str, host: &str, signed_by: &[&str]) -> Result<(), String> {
        let config = self.folder.join("openssl.cnf");
        std::fs::write(config, format!("{CERTIFICATES}{host}\n")).map_err(|error| error.to_string())?;
        let (key, certificate) = (format!("{what}.key"), format!("{what}.pem"));
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
            .args(["-config", "openssl.cnf", "-extensions", what, "-keyout", &key, "-out", &certificate])
            .args(signed_by)
            .current_dir(&self.folder)
            .output()
            .map_err(|error| format!("openssl: {error}; install the package openssl"))?;
        if made.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&made.stderr).into_owned()) }
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Drop for PostgresCluster {
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
        let _ = self.watcher.wait();
    }
}

fn free_port() -> Result<u16, String> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    Ok(listener.map_err(|error| error.to_string())?.port())
}

fn bin() -> Result<PathBuf, String> {
    let said = Command::new("pg_config").arg("--bindir").output().ok().filter(|output| output.status.success());
    let configured = said.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    // Debian keeps the server apart from pg_config, which is in another package.
    let usual = (13..=18).rev().map(|version| PathBuf::from(format!("/usr/lib/postgresql/{version}/bin")));
    configured
        .into_iter()
        .chain(usual)
        .find(|folder| folder.join("initdb").exists() && folder.join("pg_ctl").exists())
        .ok_or_else(|| "the programs of Postgres are not here; install the package postgresql-15".to_owned())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_somebody_took_is_told_apart_from_other_trouble() {
        let somebody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let why = PostgresCluster::start_on(somebody.local_addr().unwrap().port(), "", &Certificate::default(), None)
            .err()
            .unwrap();
        assert!(why.contains(PORT_TAKEN), "{why}");
        let why = PostgresCluster::start_with("-c no_such_option=1").err().unwrap();
        assert!(why.contains("no_such_option"), "{why}");
    }
}
