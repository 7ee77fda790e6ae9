//! Where a Postgres database is and how it is reached: its address, TLS, and a password that stands
//! in a file.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::future::select_ok;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::passfile;
use crate::kernel::this_machine::is_this_machine;
use crate::kernel::tls;

/// How long a server may take to accept a connection, unless the address says `connect_timeout`.
const CONNECT_TIME: Duration = Duration::from_secs(5);
/// How long what was sent may stay without a sign of the other end, unless the address says
/// `tcp_user_timeout`.
const UNHEARD_TIME: Duration = Duration::from_secs(15);

/// Where a database is: `postgres://user@host/name`, or `host=... user=... dbname=...`.
///
/// Several servers (`postgres://user@a,b:5433/name`) are one primary and its replicas: the one that
/// takes writes is used, whichever it is then.
///
/// `sslmode=verify-full` asks for TLS with a certificate for the host's name from an authority in
/// `sslrootcert=FILE`, or from one of those that browsers trust. Without it only this machine is
/// reached; `sslmode=disable` says that the network is trusted. The other modes of libpq
/// do not prove who answers and are refused.
#[derive(Clone)]
pub struct PostgresAddress {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    authorities: Option<PathBuf>,
    /// Where the password comes from, when the address itself has none.
    password_file: Option<PathBuf>,
    exchange: Duration,
}

/// Longest exchange with the server for a request: longer than the server itself lets a statement
/// take.
const EXCHANGE: Duration = Duration::from_secs(15);

/// Without a password.
impl std::fmt::Debug for PostgresAddress {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("PostgresAddress").field("config", &self.config).field("tls", &self.tls.is_some()).finish()
    }
}

/// `mesto on db.example:5432, TLS`, as it is told and logged.
impl std::fmt::Display for PostgresAddress {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let servers = self.servers().into_iter().map(|(host, port)| format!("{host}:{port}"));
        write!(out, "{} on {}", self.name(), servers.collect::<Vec<_>>().join(", "))?;
        if self.tls.is_some() { out.write_str(", TLS") } else { Ok(()) }
    }
}

/// Why an address cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AddressError(String);

fn wrong<T>(why: impl Into<String>) -> Result<T, AddressError> {
    Err(AddressError(why.into()))
}

impl PostgresAddress {
    /// Reads an address. `authorities` is a PEM file as `sslrootcert` names one; it asks for
    /// `verify-full` by itself.
    ///
    /// # Errors
    /// Says what is wrong with the address or the file, never its password.
    pub fn parse(text: &str, authorities: Option<&Path>) -> Result<Self, AddressError> {
        let (text, mode) = without(text, "sslmode");
        let (text, named) = without(&text, "sslrootcert");
        let authorities = authorities.map(Path::to_path_buf).or_else(|| named.map(PathBuf::from));
        let mut config: Config = match text.parse() {
            Ok(config) => config,
            Err(error) => {
                return wrong(format!("it is no address of a Postgres database: {}", super::error::causes(&error)));
            }
        };
        // An operator writes: of several servers it wants the one that takes writes.
        if config.get_hosts().len().max(config.get_hostaddrs().len()) > 1 && !text.contains("target_session_attrs") {
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        // A server that is gone without a word is given up, and the next one is asked.
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIME);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(UNHEARD_TIME);
        }
        let is_verified = match (mode.as_deref(), &authorities) {
            (Some("verify-full"), _) | (None, Some(_)) => true,
            (Some("disable"), None) => false,
            (Some("disable"), Some(_)) => {
                return wrong("sslmode=disable and a file of certificate authorities do not go together");
            }
            (Some(other), _) => {
                return wrong(format!(
                    "sslmode={other} does not prove which server answers; say verify-full, or disable on a network that you trust"
                ));
            }
            (None, None) if is_on_this_machine(&config) => false,
            (None, None) => {
                return wrong(
                    "the database is on another machine: say sslmode=verify-full and name the file of its certificate authority, or sslmode=disable on a network that you trust",
                );
            }
        };
        config.ssl_mode(if is_verified { SslMode::Require } else { SslMode::Disable });
        notice_silence(&mut config);
        let tls = if is_verified { Some(tls(authorities.as_deref())?) } else { None };
        Ok(Self { config, tls, authorities, password_file: None, exchange: EXCHANGE })
    }

    /// How long a request waits for one answer of the server before it gives the connection up:
    /// 15 s when nothing is said. A statement itself may take 10 s.
    #[must_use]
    pub fn answering_within(self, exchange: Duration) -> Self {
        Self { exchange, ..self }
    }

    pub(super) const fn exchange(&self) -> Duration {
        self.exchange
    }

    /// Takes the password from a password file as libpq reads it, unless the address has one. Each
    /// connection looks there again, because a password is changed while an instance runs.
    ///
    /// # Errors
    /// When the file cannot be read, or others than its owner may read it.
    pub fn take_password(&mut self, file: &Path) -> Result<(), AddressError> {
        if self.config.get_password().is_some() {
            return Ok(());
        }
        if let Some(password) = self.password_in(file)? {
            self.config.password(password);
        }
        self.password_file = Some(file.to_path_buf());
        Ok(())
    }

    fn password_in(&self, file: &Path) -> Result<Option<String>, AddressError> {
        let text = passfile::read(file).or_else(|why| wrong(format!("{}: {why}", file.display())))?;
        let user = self.config.get_user().unwrap_or_default();
        let servers = self.servers();
        let fits = |(host, port): &(String, String)| passfile::password(&text, &[host, port, self.name(), user]);
        Ok(servers.iter().find_map(fits))
    }

    /// With the password that its file has now; the last one where there is none any more.
    fn as_it_is_now(&self) -> Config {
        let mut config = self.config.clone();
        match self.password_file.as_deref().map(|file| self.password_in(file)) {
            Some(Ok(Some(password))) => {
                config.password(password);
            }
            Some(Err(why)) => tracing::warn!(%why, "the password file cannot be read; the last password is used"),
            Some(Ok(None)) | None => {}
        }
        config
    }

    /// Host and port of the servers it names.
    fn servers(&self) -> Vec<(String, String)> {
        let mut hosts: Vec<String> = self
            .config
            .get_hosts()
            .iter()
            .map(|host| match host {
                Host::Tcp(name) => name.clone(),
                #[cfg(unix)]
                Host::Unix(_) => "localhost".to_owned(),
            })
            .collect();
        if hosts.is_empty() {
            hosts = self.config.get_hostaddrs().iter().map(ToString::to_string).collect();
        }
        // One port is every server's.
        let port = |place: usize| match self.config.get_ports() {
            [] => 5432,
            ports => ports.get(place).or(ports.first()).copied().unwrap_or(5432),
        };
        hosts.into_iter().enumerate().map(|(place, host)| (host, port(place).to_string())).collect()
    }

    /// The database, by default called like its user.
    #[must_use]
    pub fn database(&self) -> &str {
        self.name()
    }

    fn name(&self) -> &str {
        self.config.get_dbname().or(self.config.get_user()).unwrap_or_default()
    }

    /// What programs of libpq (`pg_dump`) have to find in their environment to reach the same
    /// database; the password stands there and on no command line.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        let list = |items: Vec<String>| (!items.is_empty()).then(|| OsString::from(items.join(",")));
        let config = &self.config;
        let hosts = config.get_hosts().iter().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(folder) => folder.display().to_string(),
        });
        let text = |text: &str| Some(OsString::from(text));
        #[cfg(unix)]
        let password = config.get_password().map(|bytes| std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec()));
        #[cfg(not(unix))]
        let password = config.get_password().map(|bytes| String::from_utf8_lossy(bytes).into_owned().into());
        let session = match config.get_target_session_attrs() {
            TargetSessionAttrs::ReadWrite => text("read-write"),
            TargetSessionAttrs::ReadOnly => text("read-only"),
            _ => None,
        };
        let named = [
            ("PGHOST", list(hosts.collect())),
            ("PGHOSTADDR", list(config.get_hostaddrs().iter().map(ToString::to_string).collect())),
            ("PGPORT", list(config.get_ports().iter().map(ToString::to_string).collect())),
            ("PGUSER", config.get_user().and_then(text)),
            ("PGDATABASE", text(self.name())),
            ("PGPASSWORD", password),
            ("PGTARGETSESSIONATTRS", session),
            ("PGSSLMODE", text(if self.tls.is_some() { "verify-full" } else { "disable" })),
            ("PGSSLROOTCERT", self.authorities.as_ref().map(|file| file.clone().into_os_string())),
        ];
        named.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// Opens a connection, which the current runtime drives. Several servers are asked at once: one
    /// that takes a connection and says nothing, or whose machine is gone, keeps nobody from the
    /// one that works.
    pub(super) async fn connect(&self) -> Result<Client, tokio_postgres::Error> {
        let asked = each(&self.as_it_is_now()).into_iter().map(|server| Box::pin(self.reach(server)));
        select_ok(asked).await.map(|(client, _)| client)
    }

    async fn reach(&self, server: Config) -> Result<Client, tokio_postgres::Error> {
        match &self.tls {
            Some(tls) => {
                let (client, connection) = server.connect(tls.clone()).await?;
                tokio::spawn(ending(connection));
                Ok(client)
            }
            None => {
                let (client, connection) = server.connect(NoTls).await?;
                tokio::spawn(ending(connection));
                Ok(client)
            }
        }
    }

    /// Who may vouch for the server, in words.
    pub(super) fn authorities(&self) -> String {
        match &self.authorities {
            Some(file) => format!("an authority in {}", file.display()),
            None => "an authority that browsers trust".to_owned(),
        }
    }
}

/// The same of each of its servers alone, where only one of them is the right one. Otherwise, and
/// where hosts and ports do not fit together, the driver has its way.
fn each(config: &Config) -> Vec<Config> {
    let (hosts, addresses, ports) = (config.get_hosts(), config.get_hostaddrs(), config.get_ports());
    let count = hosts.len().max(addresses.len());
    let fits = |length: usize, least: usize| length <= least || length == count;
    let is_sound = fits(hosts.len(), 0) && fits(addresses.len(), 0) && fits(ports.len(), 1);
    if count < 2 || !is_sound || config.get_target_session_attrs() == TargetSessionAttrs::Any {
        return vec![config.clone()];
    }
    let server = |place: usize| {
        let mut server = config_without_servers(config);
        match hosts.get(place) {
            Some(Host::Tcp(name)) => server.host(name),
            #[cfg(unix)]
            Some(Host::Unix(folder)) => server.host_path(folder),
            None => &mut server,
        };
        addresses.get(place).map(|address| server.hostaddr(*address));
        ports.get(place).or(ports.first()).map(|port| server.port(*port));
        server
    };
    (0..count).map(server).collect()
}

fn config_without_servers(config: &Config) -> Config {
    let mut copy = Config::new();
    config.get_user().map(|user| copy.user(user));
    config.get_password().map(|password| copy.password(password));
    config.get_dbname().map(|name| copy.dbname(name));
    config.get_options().map(|options| copy.options(options));
    config.get_application_name().map(|name| copy.application_name(name));
    config.get_connect_timeout().map(|time| copy.connect_timeout(*time));
    config.get_tcp_user_timeout().map(|time| copy.tcp_user_timeout(*time));
    config.get_keepalives_interval().map(|time| copy.keepalives_interval(time));
    config.get_keepalives_retries().map(|count| copy.keepalives_retries(count));
    copy.keepalives(config.get_keepalives())
        .keepalives_idle(config.get_keepalives_idle())
        .ssl_mode(config.get_ssl_mode())
        .ssl_negotiation(config.get_ssl_negotiation())
        .target_session_attrs(config.get_target_session_attrs())
        .channel_binding(config.get_channel_binding());
    copy
}

/// A server that is gone without a word is noticed within half a minute, whatever the address says
/// of none of it.
fn notice_silence(config: &mut Config) {
    config.keepalives_idle(Duration::from_secs(10)).keepalives_interval(Duration::from_secs(5)).keepalives_retries(3);
}

async fn ending(connection: impl Future<Output = Result<(), tokio_postgres::Error>>) {
    if let Err(error) = connection.await {
        tracing::warn!(reason = %super::error::causes(&error), "the connection to Postgres ended");
    }
}

fn tls(authorities: Option<&Path>) -> Result<MakeRustlsConnect, AddressError> {
    tls::client_config(authorities).map(MakeRustlsConnect::new).map_err(AddressError)
}

fn is_on_this_machine(config: &Config) -> bool {
    let hosts = config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => is_this_machine(name),
        #[cfg(unix)]
        Host::Unix(_) => true,
    });
    match config.get_hostaddrs() {
        [] => hosts,
        addresses => addresses.iter().all(IpAddr::is_loopback),
    }
}

/// Takes a parameter out of an address of either form: the driver knows neither `verify-full` nor
/// `sslrootcert`.
fn without(text: &str, name: &str) -> (String, Option<String>) {
    let is_url = text.starts_with("postgres://") || text.starts_with("postgresql://");
    let is_between = |sign: char| if is_url { matches!(sign, '?' | '&') } else { sign.is_whitespace() };
    let wanted = format!("{name}=");
    let found = text.match_indices(&wanted).find(|(place, _)| {
        text.get(..*place).is_some_and(|before| !is_url && before.is_empty() || before.ends_with(is_between))
    });
    let Some((place, _)) = found else { return (text.to_owned(), None) };
    let (before, rest) = text.split_at(place);
    let rest = rest.strip_prefix(&wanted).unwrap_or(rest);
    let (value, after) = rest.split_at(rest.find(is_between).unwrap_or(rest.len()));
    let value = if is_url {
        crate::kernel::text::form_decode(&value.replace('+', "%2B"))
    } else {
        Some(value.trim_matches('\'').into())
    };
    // `?a=1&sslmode=x&b=2` loses the sign before or behind it.
    let text = match after.chars().next() {
        Some(sign) => format!("{before}{}", after.strip_prefix(sign).unwrap_or(after)),
        None => before.trim_end_matches(is_between).to_owned(),
    };
    (text, value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn refused(text: &str) -> String {
        PostgresAddress::parse(text, None).unwrap_err().to_string()
    }

    #[test]
    fn only_this_machine_is_reached_without_tls_unless_it_is_said() {
        for text in [
            "postgres://mesto@127.0.0.1:5433/mesto",
            "postgres://mesto@localhost/mesto",
            "postgres://mesto@[::1]/mesto",
            "host=/run/postgresql user=mesto",
            "postgres://mesto@db.example/mesto?sslmode=disable",
            "host=db.example sslmode=disable user=mesto",
        ] {
            let address = PostgresAddress::parse(text, None).unwrap();
            assert!(address.tls.is_none(), "{text}");
        }
        for text in
            ["postgres://mesto@db.example/mesto", "host=127.0.0.1,db.example", "host=localhost hostaddr=192.0.2.1"]
        {
            assert!(refused(text).contains("verify-full"), "{text}");
        }
    }

    #[test]
    fn modes_that_prove_nothing_are_refused_with_what_to_say() {
        for mode in ["require", "prefer", "allow", "verify-ca"] {
            let told = refused(&format!("postgres://mesto@db.example/mesto?sslmode={mode}"));
            assert!(
                told.starts_with(&format!("sslmode={mode} does not prove")) && told.contains("verify-full"),
                "{told}"
            );
        }
        assert!(refused("mesto").contains("no address of a Postgres database"));
        assert!(refused("postgres://mesto@db.example/mesto?sslrootcert=/no/such/file").contains("/no/such/file"));
    }

    #[test]
    fn verify_full_is_asked_of_the_driver_as_tls_and_other_parameters_stay() {
        for text in [
            "postgres://mesto@db.example/mesto?sslmode=verify-full&connect_timeout=3",
            "postgres://mesto@db.example/mesto?connect_timeout=3&sslmode=verify-full",
            "host=db.example sslmode=verify-full connect_timeout=3 dbname=mesto",
        ] {
            let address = PostgresAddress::parse(text, None).unwrap();
            assert!(address.tls.is_some(), "{text}");
            assert_eq!(address.config.get_ssl_mode(), SslMode::Require);
            assert_eq!(address.config.get_connect_timeout().unwrap().as_secs(), 3);
            assert_eq!(address.config.get_dbname(), Some("mesto"));
        }
    }

    #[test]
    fn of_several_servers_the_one_that_takes_writes_is_wanted() {
        let address = PostgresAddress::parse("postgres://mesto@127.0.0.1:5433,127.0.0.1:5434/mesto", None).unwrap();
        assert_eq!(address.config.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
        assert_eq!(address.to_string(), "mesto on 127.0.0.1:5433, 127.0.0.1:5434");
        let named: std::collections::HashMap<_, _> = address.environment().into_iter().collect();
        assert_eq!(named.get("PGPORT").unwrap(), "5433,5434");
        assert_eq!(named.get("PGTARGETSESSIONATTRS").unwrap(), "read-write");
        let any = "postgres://mesto@127.0.0.1,localhost/mesto?target_session_attrs=any";
        let any = PostgresAddress::parse(any, None).unwrap();
        assert_eq!(any.config.get_target_session_attrs(), TargetSessionAttrs::Any);
        assert_eq!(any.to_string(), "mesto on 127.0.0.1:5432, localhost:5432");
    }

    #[test]
    fn each_of_several_servers_is_asked_for_the_same() {
        let text = "postgres://mesto:own@a:5433,b:5434/books?sslmode=disable&application_name=tool&options=-cjit%3Doff\
                    &connect_timeout=3&tcp_user_timeout=9&keepalives_idle=7&keepalives=1&channel_binding=disable";
        let address = PostgresAddress::parse(text, None).unwrap();
        let alone = |host: &str, port: &str| {
            let text = text.replace("a:5433,b:5434", &format!("{host}:{port}"));
            let address = PostgresAddress::parse(&format!("{text}&target_session_attrs=read-write"), None).unwrap();
            address.config
        };
        assert_eq!(each(&address.config), [alone("a", "5433"), alone("b", "5434")]);
        // Whichever answers first is as good: the driver asks them in order.
        let any =
            PostgresAddress::parse("postgres://mesto@localhost,127.0.0.1/m?target_session_attrs=any", None).unwrap();
        assert_eq!(each(&any.config), [any.config]);
        let wrong = PostgresAddress::parse("host=localhost,localhost,localhost port=1,2", None).unwrap();
        assert_eq!(each(&wrong.config), [wrong.config]);
    }

    #[test]
    fn a_password_comes_from_the_file_and_never_over_one_in_the_address() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pgpass");
        std::fs::write(&file, "db.example:5433:*:mesto:from\\:file\n*:*:*:*:any\n").unwrap();
        let password = |text: &str| {
            let mut address = PostgresAddress::parse(text, None).unwrap();
            address.take_password(&file).map(|()| address.config.get_password().map(<[u8]>::to_vec))
        };
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
            let told = password("postgres://mesto@localhost/mesto").unwrap_err().to_string();
            assert!(told.contains("chmod 600"), "{told}");
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        let cases = [
            ("postgres://mesto@db.example:5433/mesto?sslmode=disable", "from:file"),
            ("postgres://mesto@db.example/mesto?sslmode=disable", "any"),
            ("postgres://mesto:own@localhost/mesto", "own"),
        ];
        for (text, expected) in cases {
            assert_eq!(password(text).unwrap(), Some(expected.into()), "{text}");
        }
    }

    #[test]
    fn a_connection_takes_the_password_that_the_file_has_now() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pgpass");
        let write = |password: &str| {
            std::fs::write(&file, format!("*:*:*:mesto:{password}\n")).unwrap();
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
            }
        };
        let used = |address: &PostgresAddress| address.as_it_is_now().get_password().map(<[u8]>::to_vec);
        write("first");
        let mut address = PostgresAddress::parse("postgres://mesto@localhost/mesto", None).unwrap();
        address.take_password(&file).unwrap();
        let mut own = PostgresAddress::parse("postgres://mesto:own@localhost/mesto", None).unwrap();
        own.take_password(&file).unwrap();
        write("second");
        assert_eq!((used(&address), used(&own)), (Some("second".into()), Some("own".into())));
        std::fs::remove_file(&file).unwrap();
        assert_eq!(used(&address), Some("first".into()), "the last that was taken");
    }
}
