//! The peer of a purchase on Postgres: `pgbench` with its own transaction, on the same server, over
//! TCP, as durable.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use mesto_operator::testing::PostgresCluster;

use crate::Outcome;

/// `-s`: rows of the pgbench tables, in units of 100,000 accounts.
const SCALE: &str = "10";

pub struct Pgbench<'a> {
    cluster: &'a PostgresCluster,
    database: String,
}

impl<'a> Pgbench<'a> {
    /// Makes its tables in a new database.
    pub fn prepare(cluster: &'a PostgresCluster) -> Outcome<Self> {
        let database = name_of(&cluster.database()?);
        let bench = Self { cluster, database };
        bench.run("pgbench", &["-i", "-q", "-s", SCALE])?;
        Ok(bench)
    }

    /// Transactions per second of `pgbench -M prepared -c 32 -j 2`.
    pub fn rate(&self, span: Duration) -> Outcome<f64> {
        settle(self.cluster, &self.database)?;
        let seconds = span.as_secs().max(1).to_string();
        let said = self.run("pgbench", &["-M", "prepared", "-c", "32", "-j", "2", "-s", SCALE, "-T", &seconds])?;
        let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        rate.ok_or_else(|| format!("pgbench did not tell its rate:\n{said}").into())
    }

    fn run(&self, program: &str, words: &[&str]) -> Outcome<String> {
        run(self.cluster, program, words, &self.database)
    }
}

/// The last part of an address: `postgres://user@host/name`.
pub fn name_of(url: &str) -> String {
    url.rsplit('/').next().unwrap_or_default().to_owned()
}

/// Writes out what waits, so that no run pays for what was done before it.
pub fn settle(cluster: &PostgresCluster, database: &str) -> Outcome<()> {
    run(cluster, "psql", &["-q", "-c", "VACUUM ANALYZE", "-c", "CHECKPOINT"], database).map(drop)
}

/// What the cluster guarantees on a commit: the setting as the server says it.
pub fn durability(cluster: &PostgresCluster, database: &str) -> Outcome<String> {
    let said = run(
        cluster,
        "psql",
        &["-At", "-c", "SELECT current_setting('fsync') || '/' || current_setting('synchronous_commit')"],
        database,
    )?;
    Ok(said.trim().to_owned())
}

fn run(cluster: &PostgresCluster, program: &str, words: &[&str], database: &str) -> Outcome<String> {
    let beside = cluster.programs().join(program);
    // Debian keeps pgbench with the server and psql with the client; both may stand on PATH only.
    let program = if beside.exists() { beside.as_path() } else { Path::new(program) };
    let port = cluster.port().to_string();
    let output = Command::new(program)
        .args(["-h", "127.0.0.1", "-U", "mesto", "-p", &port])
        .args(words)
        .arg(database)
        .output()
        .map_err(|why| format!("{}: {why}; install the package postgresql-15", program.display()))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("{} failed:\n{}", program.display(), String::from_utf8_lossy(&output.stderr)).into())
    }
}
