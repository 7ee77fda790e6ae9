//! Whose request it is: the address of the peer, or what a trusted proxy says of it.

use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use axum::http::HeaderMap;
use ipnet::IpNet;

/// Proxies whose word is taken: `10.0.0.0/8`, `fd00::/8`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrustedProxy(IpNet);

/// What is neither an address nor a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("give an address or a network of your proxies, such as 10.0.0.7 or 10.0.0.0/24")]
pub struct NoNetwork;

impl FromStr for TrustedProxy {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let text = text.trim();
        let net = match text.parse::<IpAddr>() {
            Ok(address) => IpNet::from(address),
            Err(_) => text.parse().map_err(|_| NoNetwork)?,
        };
        // Everybody would be whoever he says he is.
        if net.prefix_len() == 0 { Err(NoNetwork) } else { Ok(Self(net)) }
    }
}

impl std::fmt::Display for TrustedProxy {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(out)
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct Proxies(Vec<TrustedProxy>);

impl Proxies {
    pub fn new(trusted: &[TrustedProxy]) -> Self {
        Self(trusted.to_vec())
    }

    /// Whether a peer is one of them.
    pub fn trusts(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.0.iter().any(|proxy| proxy.0.contains(&peer))
    }

    /// Who sent a request: the peer; behind trusted proxies the last hop of `X-Forwarded-For` that
    /// is none of them. What stands left of it is whatever the client wrote, and is not looked at;
    /// neither is what cannot be read, and what is left of that.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let lines = headers.get_all("x-forwarded-for").iter();
        let hops: Vec<&str> = lines.flat_map(|line| line.to_str().unwrap_or("?").split(',')).collect();
        for hop in hops.into_iter().rev() {
            if !self.trusts(client) {
                break;
            }
            let Some(address) = hop_address(hop.trim()) else { break };
            client = address;
        }
        client
    }
}

/// An address with or without a port, as proxies write it.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let address = hop.parse::<IpAddr>().ok();
    let with_port = || hop.parse::<std::net::SocketAddr>().ok().map(|socket| socket.ip());
    let bracketed = || hop.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    address.or_else(with_port).or_else(bracketed).map(|address| address.to_canonical())
}

/// Whom a limit counts: an address of IPv4, and of IPv6 the network of 64 bits that one customer
/// has.
pub(super) fn counted(client: IpAddr) -> String {
    match client.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let network = address.to_bits() & !u128::from(u64::MAX);
            format!("{}/64", Ipv6Addr::from_bits(network))
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn client(peer: &str, lines: &[&str]) -> String {
        let trusted = ["10.0.0.0/8", "127.0.0.1", "fd00::/8"].map(|net| net.parse().unwrap());
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        Proxies::new(&trusted).client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn the_client_is_the_last_hop_that_is_no_trusted_proxy() {
        for (peer, lines, expected) in [
            // Nobody else is believed.
            ("203.0.113.9", &["198.51.100.1"][..], "203.0.113.9"),
            ("10.0.0.7", &[], "10.0.0.7"),
            ("10.0.0.7", &["198.51.100.1"], "198.51.100.1"),
            // What the client itself wrote stands on the left.
            ("10.0.0.7", &["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.7", &["1.1.1.1, 198.51.100.1, 10.0.0.8"], "198.51.100.1"),
            ("10.0.0.7", &["1.1.1.1", "198.51.100.1", "10.0.0.8"], "198.51.100.1"),
            ("10.0.0.7", &["10.0.0.9, 10.0.0.8"], "10.0.0.9"),
            // With ports, in brackets, mapped.
            ("127.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("fd00::1", &["[2001:db8::1]:443"], "2001:db8::1"),
            ("fd00::1", &["[2001:db8::1]"], "2001:db8::1"),
            ("::ffff:10.0.0.7", &["::ffff:198.51.100.1"], "198.51.100.1"),
            // What cannot be read ends the search at the last good hop.
            ("10.0.0.7", &["unknown"], "10.0.0.7"),
            ("10.0.0.7", &["198.51.100.1, unknown, 10.0.0.8"], "10.0.0.8"),
            ("10.0.0.7", &["198.51.100.1,"], "10.0.0.7"),
            ("10.0.0.7", &["198.51.100.1, <script>"], "10.0.0.7"),
        ] {
            assert_eq!(client(peer, lines), expected, "{peer} {lines:?}");
        }
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", axum::http::HeaderValue::from_bytes(b"198.51.100.1\xff").unwrap());
        let proxies = Proxies::new(&["10.0.0.7".parse().unwrap()]);
        assert_eq!(proxies.client("10.0.0.7".parse().unwrap(), &headers).to_string(), "10.0.0.7");
    }

    #[test]
    fn limits_count_an_address_and_of_ipv6_the_customers_network() {
        for (address, expected) in [
            ("198.51.100.1", "198.51.100.1"),
            ("::ffff:198.51.100.1", "198.51.100.1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ] {
            assert_eq!(counted(address.parse().unwrap()), expected);
        }
    }

    #[test]
    fn a_proxy_is_an_address_or_a_network_and_never_everybody() {
        for good in ["10.0.0.7", "10.0.0.0/24", "fd00::/8", " 127.0.0.1 "] {
            assert!(good.parse::<TrustedProxy>().is_ok(), "{good}");
        }
        for wrong in ["", "proxy.example", "10.0.0.0/33", "0.0.0.0/0", "::/0", "10.0.0"] {
            assert_eq!(wrong.parse::<TrustedProxy>(), Err(NoNetwork), "{wrong}");
        }
    }
}
