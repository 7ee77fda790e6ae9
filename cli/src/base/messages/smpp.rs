//! A gateway over SMPP 3.4: one connection that is bound as long as there is something to send, and
//! bound again when it breaks.

use std::collections::HashMap;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::str::FromStr as _;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use mesto_operator::outbox::LONGEST_SENDING;
use mesto_operator::{MessageGateway, OutgoingMessage, Receipt, Sending};
use rusmpp::extra::concatenation::SubmitSmMultipartExt as _;
use rusmpp::extra::encoding::gsm7bit::Gsm7BitUnpacked;
use rusmpp::pdus::{BindTransceiver, BindTransmitter, DeliverSm, DeliverSmResp, SubmitSm};
use rusmpp::tlvs::TlvValue;
use rusmpp::tokio_codec::CommandCodec;
use rusmpp::types::{COctetString, EmptyOrFullCOctetString};
use rusmpp::values::{
    EsmClass, InterfaceVersion, IntermediateNotification, MCDeliveryReceipt, Npi, RegisteredDelivery,
    SmeOriginatedAcknowledgement, Ton,
};
use rusmpp::{Command, CommandStatus, Pdu};
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::codec::Framed;

use crate::kernel::private_files;
use crate::kernel::web;

/// Signs of the GSM alphabet in one message, and in a part of a longer one with its header; bytes
/// of one in UCS-2.
const ONE_MESSAGE: usize = 160;
const ONE_PART: usize = 159;
const ONE_MESSAGE_UCS2: usize = 140;
/// After it could not be bound it is not tried again for so long.
const PAUSE: Duration = Duration::from_secs(2);
/// Receipts that nobody took yet.
const MOST_RECEIPTS: usize = 10_000;
/// Requests that wait for an answer.
const WINDOW: usize = 16;

/// The table `[smpp]` of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// Host and port.
    address: String,
    #[serde(default)]
    tls: bool,
    /// Authorities of the message centre's certificate (PEM); without it those that browsers trust.
    ca_file: Option<PathBuf>,
    system_id: String,
    password_file: Option<PathBuf>,
    #[serde(default)]
    system_type: String,
    #[serde(default)]
    bind: Bind,
    /// Whom messages come from: a name of at most 11 letters, or a number.
    source: String,
    #[serde(default = "thirty")]
    enquire_link_seconds: u64,
    #[serde(default = "ten")]
    timeout_seconds: u64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Bind {
    /// Sends, and hears what became of it.
    #[default]
    Transceiver,
    /// Sends alone.
    Transmitter,
}

const fn thirty() -> u64 {
    30
}

const fn ten() -> u64 {
    10
}

/// A message centre.
pub struct Smpp {
    centre: Centre,
    session: AsyncMutex<Session>,
    receipts: Receipts,
    /// Tells the parts of one message from those of others.
    reference: AtomicU8,
}

type Receipts = Arc<Mutex<Vec<Receipt>>>;

/// Where it is and how it is bound.
struct Centre {
    address: String,
    host: String,
    tls: Option<tokio_rustls::TlsConnector>,
    bind: Pdu,
    hears: bool,
    source: (COctetString<1, 21>, Ton, Npi),
    enquire_link: Duration,
    timeout: Duration,
}

/// The connection as it is.
enum Session {
    None,
    Bound(mpsc::Sender<Asked>),
    /// It could not be bound, for this reason, at that moment.
    Failed(String, Instant),
}

/// A request that waits for its answer.
struct Asked {
    pdu: Pdu,
    answer: oneshot::Sender<Command>,
}

/// A connection, bare or over TLS.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

type Wire = Framed<Box<dyn Stream>, CommandCodec>;

/// Text as SMPP has it.
fn octets<const MOST: usize>(what: &str, text: &str) -> Result<COctetString<1, MOST>, String> {
    COctetString::from_str(text).map_err(|_| format!("{what}: at most {} ASCII letters", MOST - 1))
}

impl Smpp {
    /// `folder` is where the files that are named stand.
    ///
    /// # Errors
    /// What is wrong, and what would be right.
    pub fn new(written: Written, folder: &Path) -> Result<Self, String> {
        let address = written.address.trim().to_owned();
        let host = match address.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => host,
            _ => return Err("address: give host and port, such as smpp.gateway.example:2775".to_owned()),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let is_here = matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1");
        if written.ca_file.is_some() && !written.tls {
            return Err("ca_file: it belongs to tls = true".to_owned());
        }
        if !written.tls && !is_here {
            tracing::warn!(
                "SMPP without TLS: numbers and codes are read by whoever is between; use a tunnel, or tls = true"
            );
        }
        let tls = match written.tls {
            true => Some(web::tls_connector(written.ca_file.map(|file| folder.join(file)).as_deref())?),
            false => None,
        };
        let password = match &written.password_file {
            Some(file) => {
                private_files::password(&folder.join(file), "messages_secret").map_err(|why| match why.advice {
                    Some(advice) => format!("{}; {advice}", why.text),
                    None => why.text,
                })?
            }
            None => String::new(),
        };
        let bound = (
            octets("system_id", &written.system_id)?,
            octets("password_file: the password", &password)?,
            octets("system_type", &written.system_type)?,
        );
        let bind: Pdu = match written.bind {
            Bind::Transceiver => BindTransceiver::builder()
                .system_id(bound.0)
                .password(bound.1)
                .system_type(bound.2)
                .interface_version(InterfaceVersion::Smpp3_4)
                .build()
                .into(),
            Bind::Transmitter => BindTransmitter::builder()
                .system_id(bound.0)
                .password(bound.1)
                .system_type(bound.2)
                .interface_version(InterfaceVersion::Smpp3_4)
                .build()
                .into(),
        };
        if !(1..=LONGEST_SENDING).contains(&written.timeout_seconds)
            || !(1..=600).contains(&written.enquire_link_seconds)
        {
            return Err(format!("timeout_seconds: from 1 to {LONGEST_SENDING}; enquire_link_seconds: from 1 to 600"));
        }
        Ok(Self {
            centre: Centre {
                address,
                host,
                tls,
                bind,
                hears: written.bind == Bind::Transceiver,
                source: source(written.source.trim())?,
                enquire_link: Duration::from_secs(written.enquire_link_seconds),
                timeout: Duration::from_secs(written.timeout_seconds),
            },
            session: AsyncMutex::new(Session::None),
            receipts: Receipts::default(),
            reference: AtomicU8::new(0),
        })
    }

    async fn exchange(&self, message: &OutgoingMessage) -> Sending {
        let Ok(parts) = self.parts(message) else { return Sending::Failed { reason: "smpp_text".to_owned() } };
        let deadline = Instant::now() + self.centre.timeout;
        let within = tokio::time::timeout_at(deadline, self.submit(parts));
        match within.await {
            Ok(ended) => ended,
            Err(_) => Sending::later("smpp_timeout"),
        }
    }

    async fn submit(&self, parts: Vec<SubmitSm>) -> Sending {
        let centre = match self.bound().await {
            Ok(centre) => centre,
            Err(reason) => return Sending::later(reason),
        };
        let mut provider_id = None;
        for part in parts {
            let (answer, answered) = oneshot::channel();
            if centre.send(Asked { pdu: part.into(), answer }).await.is_err() {
                return Sending::later("smpp_broken_off");
            }
            let Ok(answer) = answered.await else { return Sending::later("smpp_broken_off") };
            match answer.status() {
                CommandStatus::EsmeRok => {
                    // Of several parts the last one's: when that has arrived, so have the others.
                    if let Some(Pdu::SubmitSmResp(said)) = answer.pdu() {
                        provider_id = Some(said.message_id().as_str().to_owned()).filter(|id| !id.is_empty());
                    }
                }
                status if is_final(status) => return Sending::Failed { reason: reason(status) },
                status => return Sending::later(reason(status)),
            }
        }
        Sending::Sent { provider_id }
    }

    /// The connection, bound now when it is not.
    async fn bound(&self) -> Result<mpsc::Sender<Asked>, String> {
        let mut session = self.session.lock().await;
        match &*session {
            Session::Bound(centre) if !centre.is_closed() => return Ok(centre.clone()),
            Session::Failed(reason, at) if at.elapsed() < PAUSE => return Err(reason.clone()),
            _ => {}
        }
        let opened = tokio::time::timeout(self.centre.timeout, self.centre.open()).await;
        match opened.unwrap_or_else(|_| Err("smpp_timeout".to_owned())) {
            Ok(wire) => {
                let (centre, asked) = mpsc::channel(WINDOW);
                let (enquire_link, timeout) = (self.centre.enquire_link, self.centre.timeout);
                tokio::spawn(talk(wire, asked, Arc::clone(&self.receipts), enquire_link, timeout));
                *session = Session::Bound(centre.clone());
                Ok(centre)
            }
            Err(reason) => {
                *session = Session::Failed(reason.clone(), Instant::now());
                Err(reason)
            }
        }
    }

    /// The text in the GSM alphabet, or in UCS-2 where that has not all of its letters; in parts
    /// when it is long.
    fn parts(&self, message: &OutgoingMessage) -> Result<Vec<SubmitSm>, String> {
        let (source, ton, npi) = self.centre.source.clone();
        let outcome = MCDeliveryReceipt::McDeliveryReceiptRequestedWhereFinalDeliveryOutcomeIsSuccessOrFailure;
        let receipt = if self.centre.hears { outcome } else { MCDeliveryReceipt::NoMcDeliveryReceiptRequested };
        let (by_sme, on_the_way) = (
            SmeOriginatedAcknowledgement::NoReceiptSmeAcknowledgementRequested,
            IntermediateNotification::NoIntermediaryNotificationRequested,
        );
        // No code arrives that is worth nothing any more.
        let until = message.valid_until.map(|until| until.format("%y%m%d%H%M%S000+").to_string()).unwrap_or_default();
        let submit = SubmitSm::builder()
            .source_addr_ton(ton)
            .source_addr_npi(npi)
            .source_addr(source)
            .dest_addr_ton(Ton::International)
            .dest_addr_npi(Npi::Isdn)
            .destination_addr(octets("recipient", message.recipient.trim_start_matches('+'))?)
            .esm_class(EsmClass::from(0))
            .validity_period(EmptyOrFullCOctetString::from_str(&until).map_err(|why| why.to_string())?)
            .registered_delivery(RegisteredDelivery::new(receipt, by_sme, on_the_way, 0))
            .build();
        let reference = self.reference.fetch_add(1, Ordering::Relaxed);
        let text = message.text.as_str();
        match Gsm7BitUnpacked::new().encode_to_vec(text) {
            Ok(signs) => {
                let most = if signs.len() <= ONE_MESSAGE { ONE_MESSAGE } else { ONE_PART };
                let parts = submit.multipart(text).gsm7bit_unpacked().max_short_message_size(most);
                parts.reference_u8(reference).build().map_err(|why| why.to_string())
            }
            Err(_) => {
                // What UCS-2 has not, such as a picture, is a question mark.
                let text: String = text.chars().map(|sign| if u32::from(sign) > 0xffff { '?' } else { sign }).collect();
                let parts = submit.multipart(&text).ucs2().max_short_message_size(ONE_MESSAGE_UCS2);
                parts.reference_u8(reference).build().map_err(|why| why.to_string())
            }
        }
    }
}

/// An address as messages come from it: a name, a number of a country, or a short one.
fn source(written: &str) -> Result<(COctetString<1, 21>, Ton, Npi), String> {
    let digits = written.trim_start_matches('+');
    let is_number = !digits.is_empty() && digits.chars().all(|sign| sign.is_ascii_digit());
    match (is_number, written.starts_with('+')) {
        (true, true) => Ok((octets("source", digits)?, Ton::International, Npi::Isdn)),
        (true, false) => Ok((octets("source", digits)?, Ton::NetworkSpecific, Npi::Unknown)),
        (false, _) if (1..=11).contains(&written.len()) && written.is_ascii() => {
            Ok((octets("source", written)?, Ton::Alphanumeric, Npi::Unknown))
        }
        _ => Err("source: a name of at most 11 ASCII letters, a number as +381..., or a short number".to_owned()),
    }
}

impl Centre {
    /// Connects and binds.
    async fn open(&self) -> Result<Wire, String> {
        let unreachable = |_| "smpp_unreachable".to_owned();
        let bare = TcpStream::connect(&self.address).await.map_err(unreachable)?;
        let _ = bare.set_nodelay(true);
        let stream: Box<dyn Stream> = match &self.tls {
            None => Box::new(bare),
            Some(tls) => {
                let name =
                    rustls::pki_types::ServerName::try_from(self.host.clone()).map_err(|_| "smpp_tls".to_owned())?;
                Box::new(tls.connect(name, bare).await.map_err(|_| "smpp_tls".to_owned())?)
            }
        };
        let mut wire = Framed::new(stream, CommandCodec::new());
        let broken = |_| "smpp_broken_off".to_owned();
        wire.send(Command::new(CommandStatus::EsmeRok, 1, self.bind.clone())).await.map_err(broken)?;
        match wire.next().await {
            Some(Ok(answer)) if answer.sequence_number() == 1 => match answer.status() {
                CommandStatus::EsmeRok => Ok(wire),
                status => Err(format!("smpp_bind{}", reason(status).trim_start_matches("smpp"))),
            },
            _ => Err("smpp_broken_off".to_owned()),
        }
    }
}

/// Sends what is asked, gives each its answer, keeps the connection alive and takes receipts, until
/// either side ends. Whoever waits for an answer then hears that there is none.
async fn talk(
    mut wire: Wire,
    mut asked: mpsc::Receiver<Asked>,
    receipts: Receipts,
    enquire: Duration,
    timeout: Duration,
) {
    let mut waiting: HashMap<u32, oneshot::Sender<Command>> = HashMap::new();
    let mut sequence: u32 = 1;
    let mut beat = tokio::time::interval_at(Instant::now() + enquire, enquire);
    // When the answer to the last enquiry has to be there.
    let mut alive_by: Option<Instant> = None;
    loop {
        let silent = async {
            match alive_by {
                Some(by) => tokio::time::sleep_until(by).await,
                None => std::future::pending().await,
            }
        };
        let to_send = tokio::select! {
            next = asked.recv() => match next {
                Some(Asked { pdu, answer }) => {
                    sequence = sequence % 0x7fff_ffff + 1;
                    waiting.retain(|_, answer| !answer.is_closed());
                    waiting.insert(sequence, answer);
                    Command::new(CommandStatus::EsmeRok, sequence, pdu)
                }
                None => {
                    sequence = sequence % 0x7fff_ffff + 1;
                    let _ = wire.send(Command::new(CommandStatus::EsmeRok, sequence, Pdu::Unbind)).await;
                    return;
                }
            },
            _ = beat.tick() => {
                sequence = sequence % 0x7fff_ffff + 1;
                alive_by = alive_by.or(Some(Instant::now() + timeout));
                Command::new(CommandStatus::EsmeRok, sequence, Pdu::EnquireLink)
            }
            () = silent => {
                tracing::warn!("the message centre says nothing any more; it is bound anew");
                return;
            }
            came = wire.next() => {
                let Some(Ok(came)) = came else {
                    tracing::info!("the connection to the message centre ended; it is bound anew");
                    return;
                };
                // Whatever it says, it is there.
                alive_by = None;
                let number = came.sequence_number();
                match came.pdu() {
                    Some(Pdu::EnquireLink) => Command::new(CommandStatus::EsmeRok, number, Pdu::EnquireLinkResp),
                    Some(Pdu::Unbind) => {
                        let _ = wire.send(Command::new(CommandStatus::EsmeRok, number, Pdu::UnbindResp)).await;
                        return;
                    }
                    Some(Pdu::DeliverSm(deliver)) => {
                        if let Some(receipt) = receipt(deliver) {
                            let mut receipts = receipts.lock().unwrap_or_else(PoisonError::into_inner);
                            if receipts.len() < MOST_RECEIPTS {
                                receipts.push(receipt);
                            }
                        }
                        Command::new(CommandStatus::EsmeRok, number, DeliverSmResp::default())
                    }
                    _ => {
                        if let Some(answer) = waiting.remove(&number) {
                            // Nobody waits any more when it took too long.
                            let _ = answer.send(came);
                        }
                        continue;
                    }
                }
            }
        };
        let sent = tokio::time::timeout(timeout, wire.send(to_send)).await;
        if !matches!(sent, Ok(Ok(()))) {
            return;
        }
    }
}

/// What a delivery receipt says (SMPP 3.4, appendix B); nothing when it is another message, or one
/// that tells no end.
fn receipt(deliver: &DeliverSm) -> Option<Receipt> {
    let text = String::from_utf8_lossy(deliver.short_message().as_ref()).into_owned();
    let lower = text.to_lowercase();
    let field = |name: &str| {
        let from = lower.find(name)? + name.len();
        let rest = text.get(from..)?;
        rest.split_whitespace().next().map(str::to_owned)
    };
    let by_tlv = deliver.tlvs().iter().find_map(|tlv| match tlv.value() {
        Some(TlvValue::ReceiptedMessageId(id)) => Some(id.as_str().to_owned()),
        _ => None,
    });
    let provider_id = by_tlv.or_else(|| field("id:"))?;
    let failure = match field("stat:")?.to_uppercase().as_str() {
        "DELIVRD" => None,
        "ENROUTE" | "ACCEPTD" | "SCHEDULED" => return None,
        word => Some(word.to_lowercase()),
    };
    Some(Receipt { provider_id, failure })
}

/// What would be so at every try: the number, or what stands in the message.
fn is_final(status: CommandStatus) -> bool {
    use CommandStatus as S;
    matches!(
        status,
        S::EsmeRinvdstadr
            | S::EsmeRinvdstton
            | S::EsmeRinvdstnpi
            | S::EsmeRinvmsglen
            | S::EsmeRinvexpiry
            | S::EsmeRinvdcs
    )
}

fn reason(status: CommandStatus) -> String {
    match status {
        CommandStatus::Other(number) => format!("smpp_status_{number:#x}"),
        known => {
            let word = format!("{known:?}").to_lowercase();
            format!("smpp_{}", word.trim_start_matches("esme"))
        }
    }
}

impl MessageGateway for Smpp {
    fn send<'a>(&'a self, message: &'a OutgoingMessage) -> Pin<Box<dyn Future<Output = Sending> + Send + 'a>> {
        Box::pin(self.exchange(message))
    }

    fn receipts(&self) -> Vec<Receipt> {
        std::mem::take(&mut *self.receipts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use rusmpp::types::OctetString;

    use super::*;

    fn deliver(text: &str) -> DeliverSm {
        DeliverSm::builder().short_message(OctetString::from_vec(text.as_bytes().to_vec()).unwrap()).build()
    }

    #[test]
    fn a_receipt_is_read_as_message_centres_write_it() {
        let whole =
            "id:0f7A sub:001 dlvrd:001 submit date:2509030800 done date:2509030801 stat:DELIVRD err:000 text:Mesto";
        assert_eq!(receipt(&deliver(whole)), Some(Receipt { provider_id: "0f7A".into(), failure: None }));
        let failed = receipt(&deliver("ID:7 STAT:UNDELIV err:011")).unwrap();
        assert_eq!(failed, Receipt { provider_id: "7".into(), failure: Some("undeliv".into()) });
        for none in ["id:7 stat:ENROUTE", "Hello", "stat:DELIVRD", ""] {
            assert_eq!(receipt(&deliver(none)), None, "{none}");
        }
    }

    #[test]
    fn where_messages_come_from_is_a_name_or_a_number() {
        for (written, ton, shown) in [
            ("Mesto", Ton::Alphanumeric, "Mesto"),
            ("+381601234567", Ton::International, "381601234567"),
            ("9111", Ton::NetworkSpecific, "9111"),
        ] {
            let (address, kind, _) = source(written).unwrap();
            assert_eq!((address.as_str(), kind), (shown, ton), "{written}");
        }
        for wrong in ["", "A name that is too long", "Čačak", "+"] {
            assert_eq!(source(wrong).is_err(), wrong != "+", "{wrong}");
        }
    }

    #[test]
    fn every_message_in_every_language_is_one_sms() {
        // The longest values that there are.
        let params = serde_json::json!({"code": "000000", "minutes": 15});
        for template in mesto_operator::MESSAGE_TEMPLATES {
            for language in [None, Some("en"), Some("sr-Latn"), Some("sr"), Some("de")] {
                let message = mesto_operator::Message {
                    at: chrono::DateTime::UNIX_EPOCH,
                    channel: "sms".into(),
                    recipient: "+381641234567".into(),
                    template: (*template).to_owned(),
                    params: params.as_object().unwrap().clone(),
                    language: language.map(|tag| tag.parse().unwrap()),
                };
                let text = message.text();
                let signs = Gsm7BitUnpacked::new().encode_to_vec(&text);
                let signs = signs.unwrap_or_else(|why| panic!("{template} in {language:?}: {why}: {text}"));
                assert!(text.len() > 20 && signs.len() <= ONE_MESSAGE, "{template} in {language:?}: {text}");
            }
        }
    }
}
