//! How `mesto serve` meets the network: how many connections, whose word is taken for a client's
//! address, how it ends, where Prometheus asks.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use mesto_operator::{Front, TrustedProxy};
use tokio::net::TcpListener;

use crate::kernel::failure::{CliError, Exit, Outcome};

#[derive(Debug, Args)]
pub struct FrontArgs {
    /// Most connections at once, event streams included; an address that is neither a trusted proxy
    /// nor this machine may have a quarter of them. Where the machine allows fewer open files, the
    /// log says how many there are.
    #[arg(long, value_name = "N", default_value_t = Front::MAX_CONNECTIONS, value_parser = clap::value_parser!(u32).range(16..))]
    max_connections: u32,
    /// An address or a network of proxies in front of this operator, such as 10.0.0.7 or
    /// 10.0.0.0/24: their X-Forwarded-For tells who a client is. May be given often. Without it
    /// every client is whoever connects.
    #[arg(long, value_name = "CIDR")]
    trusted_proxy: Vec<TrustedProxy>,
    /// Seconds that requests may still take after SIGTERM; what is not over then is cut.
    #[arg(long, value_name = "SECONDS", default_value_t = Front::DRAIN_SECONDS, value_parser = clap::value_parser!(u16).range(1..=600))]
    drain_seconds: u16,
    /// Address for Prometheus, which asks for /metrics there, such as 127.0.0.1:9464; another one
    /// than --listen, and for each instance. Not for the internet. Without it there are no metrics.
    #[arg(long, value_name = "ADDRESS")]
    metrics_listen: Option<SocketAddr>,
}

/// Whether two listeners cannot both be: one port, at one address or at any.
pub fn meet(one: SocketAddr, other: SocketAddr) -> bool {
    let is_any = one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() != 0 && one.port() == other.port() && (is_any || one.ip() == other.ip())
}

impl FrontArgs {
    /// Refuses metrics where drivers are served: nothing of them is for the internet.
    ///
    /// # Errors
    /// `metrics_listen`
    pub fn beside(&self, listen: SocketAddr) -> Outcome<()> {
        match self.metrics_listen.filter(|metrics| meet(listen, *metrics)) {
            None => Ok(()),
            Some(metrics) => {
                let text = format!("--metrics-listen {metrics} is where --listen {listen} is");
                Err(CliError::new(Exit::Usage, "metrics_listen", text).advise(
                    "Give --metrics-listen an address of its own that is not for the internet, such as 127.0.0.1:9464.",
                ))
            }
        }
    }

    /// # Errors
    /// When the address for Prometheus cannot be listened on.
    pub async fn front(&self) -> Outcome<Front> {
        let metrics = match self.metrics_listen {
            None => None,
            Some(address) => Some(TcpListener::bind(address).await.map_err(|why| {
                CliError::new(Exit::Failed, "listen", format!("{address} cannot be listened on: {why}"))
                    .advise("Give a free address with --metrics-listen; each instance on one machine needs its own.")
            })?),
        };
        Ok(Front {
            max_connections: self.max_connections as usize,
            drain: Duration::from_secs(self.drain_seconds.into()),
            trusted: self.trusted_proxy.clone(),
            metrics,
        })
    }
}
