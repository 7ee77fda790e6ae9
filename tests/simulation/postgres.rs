//! A private Postgres for tests that run beside many others.

use mesto_operator::testing::PostgresCluster;

/// Starts a cluster on a free port. The port is chosen before the cluster is made, which takes seconds on a busy machine:
/// when somebody else was given it in the meantime, another one is tried.
///
/// # Errors
/// Says which package is missing, or what the server wrote to its log.
pub fn cluster() -> Result<PostgresCluster, String> {
    let mut left = 5;
    loop {
        left -= 1;
        match PostgresCluster::start() {
            Err(why) if left > 0 && why.contains("Address already in use") => {}
            ended => return ended,
        }
    }
}
