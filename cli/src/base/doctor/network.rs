//! Who is reached and who reaches: the bank, the public address, the proxy, the machine's clock.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::process::Command;

use mesto_protocol::kernel::operator_name::OperatorName;

use crate::base::doctor::{Check, Seen, Setup, Weight, waited};
use crate::base::front::meet;
use crate::kernel::web;

pub const CHECKS: &[Check] = &[
    Check {
        code: "demo_bank",
        weight: Weight::Error,
        advice: "Leave --with-demo-bank out before real money flows: its page approves whatever the test cards ask for.",
        look: |setup| Seen::bad_if(setup.is_on("with_demo_bank"), || "the demo bank is served".to_owned()),
    },
    Check {
        code: "bank_plain",
        weight: Weight::Error,
        advice: "Give the bank's https address with --bank-url.",
        look: |setup| match bank(setup) {
            None => Seen::Skipped("the demo bank is served"),
            Some(url) => Seen::bad_if(!url.starts_with("https://") && !web::is_here(&url), || {
                format!("{url} is reached without TLS")
            }),
        },
    },
    Check {
        code: "bank_unreachable",
        weight: Weight::Error,
        advice: "Look at --bank-url, at the name it has and at what lies between: nothing is paid by card and nothing \
                 goes back without it.",
        look: |setup| match bank(setup) {
            None => Seen::Skipped("the demo bank is served"),
            Some(url) => match status_of(&url) {
                Ok(_) => Seen::Good,
                Err(why) => Seen::Bad(format!("{url} does not answer: {why}")),
            },
        },
    },
    Check {
        code: "public_url_missing",
        weight: Weight::Warning,
        advice: "Say where the operator is reached: --public-url https://parking.example. A bank that is not on this \
                 machine tells nothing without it.",
        look: |setup| Seen::bad_if(setup.said("public_url").is_none(), || "no --public-url is given".to_owned()),
    },
    Check {
        code: "public_url_plain",
        weight: Weight::Error,
        advice: "Let TLS end in a proxy in front of it, and give its https address with --public-url.",
        look: |setup| match setup.said("public_url") {
            Some(url) => Seen::bad_if(!url.starts_with("https://") && !web::is_here(&url), || {
                format!("{url} is reached without TLS")
            }),
            None => Seen::Skipped("no --public-url is given"),
        },
    },
    Check {
        code: "public_name_unknown",
        weight: Weight::Error,
        advice: "Register the name in DNS: neither phones nor the bank find the operator.",
        look: |setup| match host(setup) {
            Some((host, port)) => match (host.as_str(), port).to_socket_addrs() {
                Ok(mut addresses) => {
                    Seen::bad_if(addresses.next().is_none(), || format!("the name {host} has no address"))
                }
                Err(why) => Seen::Bad(format!("the name {host} is not known: {why}")),
            },
            None => Seen::Skipped("no --public-url is given"),
        },
    },
    Check {
        code: "not_reached",
        weight: Weight::Error,
        advice: "Start it, and look at the proxy in front of it: GET /readyz there has to answer 200.",
        look: |setup| match setup.said("public_url") {
            None => Seen::Skipped("no --public-url is given"),
            Some(url) => match ready(&url) {
                Ok(200) => Seen::Good,
                Ok(status) => Seen::Bad(format!("{url}/readyz answers {status}")),
                Err(why) => Seen::Bad(format!("{url}/readyz does not answer: {why}")),
            },
        },
    },
    Check {
        code: "name_missing",
        weight: Weight::Error,
        advice: "Say with --name what the operator is called: a DNS name of your own, for good.",
        look: |setup| match (setup.said("name"), setup.said("public_url")) {
            (None, None) => Seen::Bad("it has no name, so that its codes say `localhost`".to_owned()),
            (Some(name), _) => Seen::bad_if(name == "localhost", || "it is called `localhost`".to_owned()),
            (None, Some(url)) => match OperatorName::of_address(&url) {
                Ok(_) => Seen::Good,
                Err(why) => Seen::Bad(why.to_string()),
            },
        },
    },
    Check {
        code: "name_differs",
        weight: Weight::Note,
        advice: "Apps are told both then (--operator-name); the same name is simpler, where you may still choose.",
        look: |setup| match (setup.said("name"), host(setup)) {
            (Some(name), Some((host, _))) => {
                Seen::bad_if(name != host, || format!("it is called {name} and reached at {host}"))
            }
            _ => Seen::Skipped("only one of --name and --public-url is given"),
        },
    },
    Check {
        code: "proxy_not_trusted",
        weight: Weight::Error,
        advice: "Name the proxy's address with --trusted-proxy: without it all clients are one, and one attacker's limit \
                 is everybody's.",
        look: |setup| {
            let is_behind = setup.said("public_url").is_some_and(|url| url.starts_with("https://"));
            match is_behind {
                false => Seen::Skipped("no proxy is in front of it"),
                true => Seen::bad_if(setup.all_said("trusted_proxy").is_empty(), || {
                    "--public-url is https, so that a proxy is in front, and no --trusted-proxy is given".to_owned()
                }),
            }
        },
    },
    Check {
        code: "proxy_passed_by",
        weight: Weight::Warning,
        advice: "Listen on loopback or on the address that only the proxy reaches: --listen 127.0.0.1:8080.",
        look: |setup| {
            let listen: Option<SocketAddr> = setup.said("listen").and_then(|address| address.parse().ok());
            let is_behind = setup.said("public_url").is_some_and(|url| url.starts_with("https://"));
            match listen {
                Some(listen) if is_behind => Seen::bad_if(is_public(listen.ip()), || {
                    format!("it listens on {listen} without TLS beside the proxy")
                }),
                _ => Seen::Skipped("no proxy is in front of it"),
            }
        },
    },
    Check {
        code: "metrics_public",
        weight: Weight::Error,
        advice: "Let --metrics-listen be loopback or an address of your own network.",
        look: |setup| match setup.said("metrics_listen").and_then(|address| address.parse::<SocketAddr>().ok()) {
            Some(address) => Seen::bad_if(is_public(address.ip()), || format!("metrics are told on {address}")),
            None => Seen::Skipped("no metrics are told"),
        },
    },
    Check {
        code: "metrics_on_listen",
        weight: Weight::Error,
        advice: "Give --metrics-listen an address of its own, such as 127.0.0.1:9464, and each instance of one machine \
                 another one: `mesto serve` does not start like this.",
        look: |setup| {
            let address = |option| setup.said(option).and_then(|address| address.parse::<SocketAddr>().ok());
            match (address("listen"), address("metrics_listen")) {
                (Some(listen), Some(metrics)) => Seen::bad_if(meet(listen, metrics), || {
                    format!("--metrics-listen {metrics} is where --listen {listen} is")
                }),
                _ => Seen::Skipped("no metrics are told"),
            }
        },
    },
    Check {
        code: "clock_not_synced",
        weight: Weight::Error,
        advice: "Let the machine take its time from the network: `timedatectl set-ntp true`, or chrony. Tickets are sold \
                 by it.",
        look: |_| {
            let told = Command::new("timedatectl").args(["show", "--property=NTPSynchronized", "--value"]).output();
            match told.map(|told| String::from_utf8_lossy(&told.stdout).trim().to_owned()).as_deref() {
                Ok("yes") => Seen::Good,
                Ok("no") => Seen::Bad("this machine's clock is not synchronised".to_owned()),
                _ => Seen::Skipped("the machine does not tell"),
            }
        },
    },
];

/// The bank, unless the demo bank is served.
fn bank(setup: &Setup) -> Option<String> {
    if setup.is_on("with_demo_bank") { None } else { setup.said("bank_url") }
}

fn host(setup: &Setup) -> Option<(String, u16)> {
    let url = reqwest::Url::parse(&setup.said("public_url")?).ok()?;
    Some((url.host_str()?.to_owned(), url.port_or_known_default().unwrap_or(443)))
}

/// Whether strangers may reach an address: any of this machine's, or one of the internet.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => !address.is_loopback() && !address.is_private() && !address.is_link_local(),
        IpAddr::V6(address) => !address.is_loopback() && !address.is_unique_local() && !address.is_unicast_link_local(),
    }
}

fn status_of(url: &str) -> Result<u16, String> {
    waited(async {
        let answer = web::client_for(url)?.get(url).send().await.map_err(|error| causes(&error))?;
        Ok(answer.status().as_u16())
    })
}

/// Whether it is ready; one that has no such answer is asked whether it lives.
fn ready(public: &str) -> Result<u16, String> {
    match status_of(&format!("{public}/readyz"))? {
        404 => status_of(&format!("{public}/healthz")),
        status => Ok(status),
    }
}

/// An error of the network, down to what the system said.
fn causes(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last.to_string()
}
