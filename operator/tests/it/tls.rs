//! Postgres over TLS: a server that proves who it is, and those that do not.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use mesto_operator::store::transact;
use mesto_operator::testing::{Authority, PostgresCluster};
use mesto_operator::{PostgresAddress, PostgresStore, Store, StoreError};

use crate::world::{World, cluster, rsd};

/// Our server: `db.example`, certified by the authority whose file is named.
fn server() -> &'static (PostgresCluster, Authority) {
    static SERVER: OnceLock<(PostgresCluster, Authority)> = OnceLock::new();
    SERVER.get_or_init(|| {
        let authority = Authority::new().unwrap();
        (PostgresCluster::start_with_tls(&authority.certify("db.example").unwrap()).unwrap(), authority)
    })
}

/// Connects to a new database of the server as if it were the host of this name.
fn connect(cluster: &PostgresCluster, host: &str, authorities: &Path) -> Result<PostgresStore, StoreError> {
    let url = cluster.database().unwrap();
    let url = format!("{}?hostaddr=127.0.0.1", url.replace("127.0.0.1", host));
    PostgresStore::connect(PostgresAddress::parse(&url, Some(authorities)).unwrap(), 2)
}

fn refusal(store: Result<PostgresStore, StoreError>) -> String {
    let error = store.err().unwrap();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    error.to_string()
}

#[test]
fn an_operator_works_over_tls_with_a_server_that_the_authority_certified() {
    let (cluster, authority) = server();
    let store: Arc<dyn Store> = Arc::new(connect(cluster, "db.example", &authority.file()).unwrap());
    let world = World::on(Arc::clone(&store));
    let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["1000.00"]);
    driver.park(vehicle, "red", 60);
    assert_eq!(driver.account().balance, rsd("920.00"));
    world.check_books();
    let asked = "SELECT CAST(ssl AS TEXT) AS ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let encrypted: String = transact(&*store, |tx| tx.query(asked, &[])?[0].get("ssl")).unwrap();
    assert_eq!(encrypted, "true");
}

#[test]
fn a_server_that_another_authority_certified_is_refused() {
    let (cluster, _) = server();
    let another = Authority::new().unwrap();
    let told = refusal(connect(cluster, "db.example", &another.file()));
    let file = another.file();
    assert!(told.contains(&format!("not signed by an authority in {}", file.display())), "{told}");
}

#[test]
fn a_certificate_for_another_host_is_refused() {
    let (cluster, authority) = server();
    let told = refusal(connect(cluster, "other.example", &authority.file()));
    assert!(told.contains("certificate is for") && told.contains("db.example"), "{told}");
    assert!(told.contains("not for other.example"), "{told}");
}

#[test]
fn a_server_without_tls_is_refused_where_it_has_to_prove_itself() {
    let told = refusal(connect(cluster(), "db.example", &server().1.file()));
    assert!(told.contains("server does not support TLS"), "{told}");
}

#[test]
fn what_the_server_says_is_told_and_not_that_there_was_an_error() {
    let url = cluster().database().unwrap();
    let nowhere = url.rsplit_once('/').unwrap().0.to_owned() + "/nowhere";
    let told = refusal(PostgresStore::open(&nowhere, 1));
    assert!(told.contains("database \"nowhere\" does not exist (3D000)"), "{told}");
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let told = refusal(PostgresStore::open(&format!("postgres://mesto@127.0.0.1:{closed}/mesto"), 1));
    assert!(told.to_lowercase().contains("connection refused"), "{told}");
}
