//! A gateway over SMPP 3.4: one connection that is bound as long as there is something to send, and
//! bound again when it breaks.

mod fields;
mod frames;
#[cfg(test)]
mod odd_centres;
mod receipts;

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::io::ErrorKind;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::str::FromStr as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::{SinkExt as _, StreamExt as _};
use mesto_operator::outbox::LONGEST_SENDING;
use mesto_operator::{MessageGateway, OutgoingMessage, Receipt, Sending, is_this_machine};
use mesto_protocol::kernel::ids::{MessageId, RecordId as _};
use rusmpp::extra::concatenation::SubmitSmMultipartExt as _;
use rusmpp::extra::encoding::gsm7bit::Gsm7BitUnpacked;
use rusmpp::pdus::{BindTransceiver, BindTransmitter, DataSmResp, DeliverSmResp, SubmitSm};
use rusmpp::tlvs::MessageSubmissionRequestTlvValue;
use rusmpp::types::{COctetString, EmptyOrFullCOctetString};
use rusmpp::values::{
    EsmClass, InterfaceVersion, IntermediateNotification, MCDeliveryReceipt, Npi, RegisteredDelivery,
    SmeOriginatedAcknowledgement, Ton, UserMessageReference,
};
use rusmpp::{Command, CommandId, CommandStatus, Pdu};
use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::codec::Framed;

use self::frames::{Came, Frames};
use self::receipts::{Brought, receipt};
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
/// Requests that wait to be sent.
const WINDOW: usize = 16;
/// A message centre that owes so many answers gives none any more.
const MOST_UNANSWERED: usize = 1_000;
/// So many times as long as an answer was waited for, a late one is waited for before the message
/// is submitted again; not longer than this, because a code is soon too late.
const LATE_FOR: u32 = 3;
const LONGEST_LATE: Duration = Duration::from_secs(30);
/// The number of the request to bind, the first on a connection.
const BIND: u32 = 1;
/// Why a message is not known to be taken whose answer is a `generic_nack` that names no error.
const NACK: &str = "smpp_generic_nack";
/// Commands of which the log says on one connection that they cannot be read.
const MOST_TOLD: usize = 16;

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
    heard: Heard,
}

/// What came in that nobody waits for: receipts, and answers that came late.
#[derive(Clone, Default)]
struct Heard {
    receipts: Arc<Mutex<Vec<Receipt>>>,
    late: Arc<Mutex<Vec<(MessageId, Sending)>>>,
}

/// Everything that was kept, once.
fn taken<T>(kept: &Mutex<Vec<T>>) -> Vec<T> {
    std::mem::take(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner))
}

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

/// A request on its way to the centre.
struct Asked {
    pdu: Pdu,
    /// Taken by who submits it, or by who gives up before that: the other one finds it taken.
    is_taken: Arc<AtomicBool>,
    owed: Owed,
}

/// An answer that is owed.
struct Owed {
    answer: oneshot::Sender<Came>,
    /// The message that is sent when this answer says so: of several parts the last one has it.
    of: Option<MessageId>,
    /// Other parts of the message have left before.
    is_rest: bool,
}

/// A connection, bare or over TLS.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

type Wire = Framed<Box<dyn Stream>, Frames>;

/// Text as SMPP has it.
fn octets<const MOST: usize>(what: &str, text: &str) -> Result<COctetString<1, MOST>, String> {
    COctetString::from_str(text).map_err(|_| format!("{what}: at most {} ASCII letters", MOST - 1))
}

/// Host and port, as an address is written.
fn host_of(address: &str) -> Option<&str> {
    let (host, port) = address.rsplit_once(':')?;
    let is_right = !host.is_empty() && port.parse::<u16>().is_ok();
    is_right.then(|| host.trim_start_matches('[').trim_end_matches(']'))
}

/// Names that are nobody's on the internet.
const OF_ONES_OWN: [&str; 5] = [".internal", ".local", ".lan", ".home.arpa", ".localhost"];

/// Whether a host is in a network of one's own, as the far end of a tunnel is: by its address, or
/// by a name that the internet does not have. No name is asked for.
fn is_of_ones_own(host: &str) -> bool {
    match host.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => address.is_private() || address.is_link_local(),
        Ok(IpAddr::V6(address)) => address.is_unique_local() || address.is_unicast_link_local(),
        Err(_) => {
            let name = host.trim_end_matches('.').to_ascii_lowercase();
            !name.contains('.') || OF_ONES_OWN.iter().any(|ending| name.ends_with(ending))
        }
    }
}

impl Written {
    /// The host to which codes go so that strangers may read them.
    pub fn told_to_strangers(&self) -> Option<String> {
        let host = host_of(self.address.trim())?;
        let is_told = !self.tls && !is_this_machine(host) && !is_of_ones_own(host);
        is_told.then(|| host.to_owned())
    }
}

impl Smpp {
    /// `folder` is where the files that are named stand.
    ///
    /// # Errors
    /// What is wrong, and what would be right.
    pub fn new(written: Written, folder: &Path) -> Result<Self, String> {
        let address = written.address.trim().to_owned();
        let Some(host) = host_of(&address).map(str::to_owned) else {
            return Err("address: give host and port, such as smpp.gateway.example:2775".to_owned());
        };
        let is_here = is_this_machine(&host);
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
            Some(file) => private_files::named_password(folder, file).map_err(|why| format!("password_file: {why}"))?,
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
            heard: Heard::default(),
        })
    }

    async fn exchange(&self, message: &OutgoingMessage) -> Sending {
        let Ok(parts) = self.parts(message) else { return Sending::Failed { reason: "smpp_text".to_owned() } };
        let deadline = Instant::now() + self.centre.timeout;
        let centre = match tokio::time::timeout_at(deadline, self.bound()).await {
            Ok(Ok(centre)) => centre,
            Ok(Err(reason)) => return Sending::later(reason),
            Err(_) => return Sending::later("smpp_timeout"),
        };
        let (last, mut ended) = (parts.len(), Sending::Sent { provider_id: None });
        for (place, part) in (1..).zip(parts) {
            let of = (place == last).then_some(message.id);
            // Of several parts it has the last one's id, which alone asks for a receipt.
            ended = self.submit(&centre, part, (of, place > 1), deadline).await;
            if !matches!(ended, Sending::Sent { .. }) {
                break;
            }
        }
        ended
    }

    async fn submit(
        &self,
        centre: &mpsc::Sender<Asked>,
        part: SubmitSm,
        (of, is_rest): (Option<MessageId>, bool),
        deadline: Instant,
    ) -> Sending {
        let (answer, mut answered) = oneshot::channel();
        let is_taken = Arc::new(AtomicBool::new(false));
        let asked = Asked { pdu: part.into(), is_taken: Arc::clone(&is_taken), owed: Owed { answer, of, is_rest } };
        let is_cut = match tokio::time::timeout_at(deadline, centre.send(asked)).await {
            Ok(Ok(())) => match tokio::time::timeout_at(deadline, &mut answered).await {
                Ok(Ok(answer)) => return outcome(&answer, is_rest),
                Ok(Err(_)) => true,
                Err(_) => {
                    // From here on the answer is a late one, unless it came just now.
                    answered.close();
                    if let Ok(answer) = answered.try_recv() {
                        return outcome(&answer, is_rest);
                    }
                    false
                }
            },
            Ok(Err(_)) => true,
            Err(_) => false,
        };
        let is_submitted = is_taken.swap(true, Ordering::AcqRel);
        match (is_submitted, is_cut) {
            (false, true) => not_taken(Sending::later("smpp_broken_off"), is_rest),
            (false, false) => not_taken(Sending::later("smpp_timeout"), is_rest),
            (true, true) => Sending::unanswered("smpp_broken_off"),
            (true, false) => Sending::Unanswered {
                reason: "smpp_unanswered".to_owned(),
                wait: TimeDelta::from_std((self.centre.timeout * LATE_FOR).min(LONGEST_LATE)).ok(),
            },
        }
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
                tokio::spawn(talk(wire, asked, self.heard.clone(), enquire_link, timeout));
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
            .push_tlv(MessageSubmissionRequestTlvValue::UserMessageReference(UserMessageReference::new(reference_of(
                message.id,
            ))))
            .build();
        // The same at every try: a phone that has a part of an earlier one completes it.
        let [.., reference] = message.id.bytes();
        let text = message.text.as_str();
        let mut parts = match Gsm7BitUnpacked::new().encode_to_vec(text) {
            Ok(signs) => {
                let most = if signs.len() <= ONE_MESSAGE { ONE_MESSAGE } else { ONE_PART };
                let parts = submit.multipart(text).gsm7bit_unpacked().max_short_message_size(most);
                parts.reference_u8(reference).build().map_err(|why| why.to_string())?
            }
            Err(_) => {
                // What UCS-2 has not, such as a picture, is a question mark.
                let text: String = text.chars().map(|sign| if u32::from(sign) > 0xffff { '?' } else { sign }).collect();
                let parts = submit.multipart(&text).ucs2().max_short_message_size(ONE_MESSAGE_UCS2);
                parts.reference_u8(reference).build().map_err(|why| why.to_string())?
            }
        };
        if let Some((_, earlier)) = parts.split_last_mut() {
            for part in earlier {
                part.registered_delivery = RegisteredDelivery::default();
            }
        }
        Ok(parts)
    }
}

/// What the centre sees of a message's id, the same at every try: its last 16 bits, which are
/// random. More than these no field of SMPP carries.
fn reference_of(id: MessageId) -> u16 {
    let [.., high, low] = id.bytes();
    u16::from_be_bytes([high, low])
}

/// An address as messages come from it: a name, a number of a country, or a short one.
fn source(written: &str) -> Result<(COctetString<1, 21>, Ton, Npi), String> {
    let digits = written.trim_start_matches('+');
    let is_number = !digits.is_empty() && digits.chars().all(|sign| sign.is_ascii_digit());
    match (is_number, written.starts_with('+')) {
        (true, true) => Ok((octets("source", digits)?, Ton::International, Npi::Isdn)),
        (true, false) => Ok((octets("source", digits)?, Ton::NetworkSpecific, Npi::Unknown)),
        (false, false) if (1..=11).contains(&written.len()) && written.is_ascii() => {
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
        let mut wire = Framed::new(stream, Frames::new());
        let broken = |_| "smpp_broken_off".to_owned();
        wire.send(Command::new(CommandStatus::EsmeRok, BIND, self.bind.clone())).await.map_err(broken)?;
        loop {
            let Some(Ok(came)) = wire.next().await else { return Err("smpp_broken_off".to_owned()) };
            let refused = |why: &str| Err(format!("smpp_bind{}", why.trim_start_matches("smpp")));
            match (came.id, came.status) {
                (CommandId::EnquireLink, _) => {
                    let alive = Command::new(CommandStatus::EsmeRok, came.number, Pdu::EnquireLinkResp);
                    wire.send(alive).await.map_err(broken)?;
                }
                // Its own requests have numbers of its own, which answer nothing.
                (id, _) if !id.is_response() || came.number != BIND => {}
                (CommandId::BindTransceiverResp | CommandId::BindTransmitterResp, CommandStatus::EsmeRok) => {
                    return Ok(wire);
                }
                (_, CommandStatus::EsmeRok) => return refused(NACK),
                (_, status) => return refused(&reason(status)),
            }
        }
    }
}

/// Sends what is asked, gives each its answer, keeps the connection alive and takes receipts, until
/// either side ends. Whoever waits for an answer then hears that there is none; an answer that
/// nobody waits for any more is kept as a late one.
async fn talk(mut wire: Wire, mut asked: mpsc::Receiver<Asked>, heard: Heard, enquire: Duration, timeout: Duration) {
    let mut owed: HashMap<u32, Owed> = HashMap::new();
    let mut sequence = BIND;
    let mut beat = tokio::time::interval_at(Instant::now() + enquire, enquire);
    // When the answer to the last enquiry has to be there.
    let mut alive_by: Option<Instant> = None;
    let mut unread = Unread::default();
    loop {
        let silent = async {
            match alive_by {
                Some(by) => tokio::time::sleep_until(by).await,
                None => std::future::pending().await,
            }
        };
        let to_send = tokio::select! {
            next = asked.recv() => match next {
                // It stays untaken: it has not left.
                Some(_) if owed.len() >= MOST_UNANSWERED => {
                    tracing::warn!("the message centre owes {MOST_UNANSWERED} answers; it is bound anew");
                    return;
                }
                Some(Asked { is_taken, .. }) if is_taken.swap(true, Ordering::AcqRel) => continue,
                Some(Asked { pdu, owed: answer, .. }) => {
                    sequence = sequence % 0x7fff_ffff + 1;
                    owed.insert(sequence, answer);
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
                let came = match came {
                    Some(Ok(came)) => came,
                    Some(Err(why)) if why.kind() == ErrorKind::InvalidData => {
                        tracing::warn!(%why, "what the message centre sends is no SMPP; it is bound anew");
                        return;
                    }
                    Some(Err(_)) | None => {
                        tracing::info!("the connection to the message centre ended; it is bound anew");
                        return;
                    }
                };
                // Whatever it says, it is there.
                alive_by = None;
                let number = came.number;
                let (status, answer): (_, Pdu) = match came.id {
                    CommandId::EnquireLink => (CommandStatus::EsmeRok, Pdu::EnquireLinkResp),
                    CommandId::Unbind => {
                        let _ = wire.send(Command::new(CommandStatus::EsmeRok, number, Pdu::UnbindResp)).await;
                        return;
                    }
                    CommandId::DeliverSm => (heard.brought(&came, &mut unread), DeliverSmResp::default().into()),
                    CommandId::DataSm => (heard.brought(&came, &mut unread), DataSmResp::default().into()),
                    // Its own requests have numbers of its own, which answer nothing.
                    CommandId::SubmitSmResp | CommandId::GenericNack => {
                        if came.id == CommandId::SubmitSmResp && came.body.is_err() {
                            unread.tell(&came, "its status is taken, and no id");
                        }
                        match owed.remove(&number) {
                            Some(Owed { answer, of, is_rest }) => {
                                if let Err(late) = answer.send(came) {
                                    heard.answered_late(of, &late, is_rest);
                                }
                            }
                            None => unread.tell(&came, "it answers nothing that waits"),
                        }
                        continue;
                    }
                    // These have no answer.
                    CommandId::AlertNotification | CommandId::Outbind => continue,
                    other if other.is_response() => continue,
                    _ => {
                        unread.tell(&came, "it is refused with generic_nack");
                        (CommandStatus::EsmeRinvcmdid, Pdu::GenericNack)
                    }
                };
                Command::new(status, number, answer)
            }
        };
        let sent = tokio::time::timeout(timeout, wire.send(to_send)).await;
        if !matches!(sent, Ok(Ok(()))) {
            return;
        }
    }
}

/// Commands of a connection that could not be read and that the log has.
#[derive(Default)]
struct Unread(HashSet<CommandId>);

impl Unread {
    /// Says once on a connection that a command is not understood. Not what stands in it: that may
    /// be a person's.
    fn tell(&mut self, came: &Came, then: &str) {
        if self.is_first(came.id) {
            let (command, sequence) = (format!("{:#010x}", u32::from(came.id)), came.number);
            tracing::warn!(command, sequence, "what the message centre says is not understood; {then}");
        }
    }

    fn is_first(&mut self, id: CommandId) -> bool {
        self.0.len() < MOST_TOLD && self.0.insert(id)
    }
}

impl Heard {
    /// What is answered to a `deliver_sm` or `data_sm`. Of one whose optional fields cannot be read
    /// the others may say it.
    fn brought(&self, came: &Came, unread: &mut Unread) -> CommandStatus {
        let (read, wrong) = match &came.body {
            Ok(read) => (read.as_ref(), CommandStatus::EsmeRinvcmdlen),
            Err(why) => (why.mandatory.as_ref(), why.status),
        };
        let is_told = match read {
            Some(Pdu::DeliverSm(deliver)) => self.delivered(deliver) || came.body.is_ok(),
            Some(Pdu::DataSm(data)) => self.delivered(data) || came.body.is_ok(),
            _ => false,
        };
        if is_told {
            return CommandStatus::EsmeRok;
        }
        unread.tell(came, "it is refused with its status; a receipt may be lost with it");
        wrong
    }

    /// Whether it says what became of a message, or is not read at all.
    fn delivered<'a>(&self, brought: impl Into<Brought<'a>>) -> bool {
        let brought = brought.into();
        if !brought.is_receipt() {
            // Not what stands in it, nor from whom: that is a person's.
            tracing::info!("a message that is no delivery receipt came from the message centre; nobody reads it");
            return true;
        }
        let Some(receipt) = receipt(&brought) else { return false };
        let mut receipts = self.receipts.lock().unwrap_or_else(PoisonError::into_inner);
        if receipts.len() < MOST_RECEIPTS {
            receipts.push(receipt);
        }
        true
    }

    fn answered_late(&self, of: Option<MessageId>, answer: &Came, is_rest: bool) {
        if let Some(of) = of {
            self.late.lock().unwrap_or_else(PoisonError::into_inner).push((of, outcome(answer, is_rest)));
        }
    }
}

/// What an answer to a submission says, and of the rest of a message whose other parts have left.
fn outcome(answer: &Came, is_rest: bool) -> Sending {
    match answer.status {
        // That it was not taken, and that nothing is wrong: nobody knows.
        CommandStatus::EsmeRok if answer.id == CommandId::GenericNack => Sending::unanswered(NACK),
        CommandStatus::EsmeRok => {
            let provider_id = match &answer.body {
                Ok(Some(Pdu::SubmitSmResp(said))) => Some(said.message_id().as_str().to_owned()),
                _ => None,
            };
            Sending::Sent { provider_id: provider_id.filter(|id| !id.is_empty()) }
        }
        status if is_final(status) => not_taken(Sending::Failed { reason: reason(status) }, is_rest),
        status => not_taken(Sending::later(reason(status)), is_rest),
    }
}

/// A message that the centre has not taken: where parts of it have left before, it counts, and is
/// not sent again without end.
fn not_taken(ended: Sending, is_rest: bool) -> Sending {
    match ended {
        Sending::Later { reason, wait } if is_rest => Sending::Unanswered { reason, wait },
        Sending::Failed { reason } if is_rest => Sending::Partly { reason },
        ended => ended,
    }
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
        taken(&self.heard.receipts)
    }

    fn late_answers(&self) -> Vec<(MessageId, Sending)> {
        taken(&self.heard.late)
    }
}

#[cfg(test)]
mod tests {
    use rusmpp::pdus::DeliverSm;
    use rusmpp::types::OctetString;

    use super::*;

    fn deliver(text: &str) -> DeliverSm {
        DeliverSm::builder().short_message(OctetString::from_vec(text.as_bytes().to_vec()).unwrap()).build()
    }

    #[test]
    fn only_what_its_class_calls_a_delivery_receipt_is_one() {
        let heard = Heard::default();
        for (class, is_one) in [
            (0b0000_0100, true),
            // With a header, and in a mode of its own.
            (0b0100_0111, true),
            (0b0000_0000, false),
            (0b0100_0000, false),
            // Of a phone: that it has it, that somebody has read it, that a conversation ends; and
            // a word on the way.
            (0b0000_1000, false),
            (0b0001_0000, false),
            (0b0001_1000, false),
            (0b0010_0000, false),
            (0b0010_0100, false),
        ] {
            let mut deliver = deliver("id:7 stat:UNDELIV");
            deliver.esm_class = EsmClass::from(class);
            heard.delivered(&deliver);
            assert_eq!(taken(&heard.receipts).len(), usize::from(is_one), "{class:#010b}");
        }
    }

    #[tokio::test]
    async fn what_a_centre_that_owes_too_much_does_not_get_any_more_has_not_left() {
        let (ours, theirs) = tokio::io::duplex(1 << 20);
        let wire: Wire = Framed::new(Box::new(ours), Frames::new());
        let (centre, asked) = mpsc::channel(WINDOW);
        let ten = Duration::from_secs(10);
        let talking = tokio::spawn(talk(wire, asked, Heard::default(), ten, ten));
        let mut owed = Vec::new();
        for _ in 0..=MOST_UNANSWERED {
            let ((answer, answered), is_taken) = (oneshot::channel(), Arc::new(AtomicBool::new(false)));
            owed.push((answered, Arc::clone(&is_taken)));
            let owed = Owed { answer, of: None, is_rest: false };
            assert!(centre.send(Asked { pdu: SubmitSm::default().into(), is_taken, owed }).await.is_ok());
        }
        talking.await.unwrap();
        // Whoever waits for the last one hears that there is no answer, and finds it untaken.
        let left: Vec<bool> = owed.iter().map(|(_, is_taken)| is_taken.load(Ordering::Acquire)).collect();
        assert_eq!(left, [vec![true; MOST_UNANSWERED], vec![false]].concat());
        assert!(owed.pop().unwrap().0.await.is_err());
        drop(theirs);
    }

    #[test]
    fn a_command_that_is_not_understood_is_told_once_and_not_without_end() {
        let mut unread = Unread::default();
        let told = |unread: &mut Unread, id: u32| unread.is_first(CommandId::from(id));
        assert!(told(&mut unread, 0x05) && !told(&mut unread, 0x05) && told(&mut unread, 0x103));
        assert_eq!((0x200..0x300).filter(|id| told(&mut unread, *id)).count(), MOST_TOLD - 2);
    }

    #[test]
    fn where_messages_come_from_is_a_name_or_a_number() {
        for (written, ton, shown) in [
            ("Mesto", Ton::Alphanumeric, "Mesto"),
            ("+381601234567", Ton::International, "381601234567"),
            ("9111", Ton::NetworkSpecific, "9111"),
            ("Elevenlette", Ton::Alphanumeric, "Elevenlette"),
        ] {
            let (address, kind, _) = source(written).unwrap();
            assert_eq!((address.as_str(), kind), (shown, ton), "{written}");
        }
        for wrong in ["", "+", "+Mesto", "+381 60", "Twelveletter", "A name that is too long", "Čačak"] {
            let why = source(wrong).err().unwrap_or_else(|| panic!("{wrong:?} is taken"));
            assert!(why.starts_with("source: "), "{wrong}: {why}");
        }
    }

    #[test]
    fn every_message_in_every_language_is_one_sms_but_a_notice_with_the_operators_own_words() {
        // The longest values that there are.
        let params = serde_json::json!({"code": "000000", "minutes": 15, "reason": "Cards of others", "write_to": "help@transit.example"});
        for template in mesto_operator::MESSAGE_TEMPLATES {
            for language in [None, Some("en"), Some("sr-Latn"), Some("sr"), Some("de"), Some("kk"), Some("ru")] {
                let message = mesto_operator::Message {
                    at: chrono::DateTime::UNIX_EPOCH,
                    channel: "sms".into(),
                    recipient: "+381641234567".into(),
                    template: (*template).to_owned(),
                    params: params.as_object().unwrap().clone(),
                    language: language.map(|tag| tag.parse().unwrap()),
                };
                let text = message.text();
                if template.starts_with("standing.") {
                    assert!(text.contains("Cards of others") && text.contains("help@transit.example"), "{text}");
                    continue;
                }
                if let Some("kk" | "ru") = language {
                    // Cyrillic goes as UCS-2: 70 signs are one message.
                    assert!((20..=70).contains(&text.encode_utf16().count()), "{template} in {language:?}: {text}");
                    continue;
                }
                let signs = Gsm7BitUnpacked::new().encode_to_vec(&text);
                let signs = signs.unwrap_or_else(|why| panic!("{template} in {language:?}: {why}: {text}"));
                assert!(text.len() > 20 && signs.len() <= ONE_MESSAGE, "{template} in {language:?}: {text}");
            }
        }
    }
}
