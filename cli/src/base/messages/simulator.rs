//! `mesto sms-simulator`: a gateway on loopback over HTTP and SMPP that keeps what it gets, shows
//! it, and fails as it is told. For tests and for trying an operator; never for real messages.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use clap::Args;
use futures_util::stream::FuturesUnordered;
use futures_util::{SinkExt as _, StreamExt as _};
use mesto_operator::payments::sign;
use rusmpp::extra::encoding::gsm7bit::Gsm7BitUnpacked;
use rusmpp::pdus::{BindTransceiverResp, BindTransmitterResp, DeliverSm, SubmitSm, SubmitSmResp};
use rusmpp::tlvs::TlvValue;
use rusmpp::tokio_codec::CommandCodec;
use rusmpp::types::{COctetString, OctetString};
use rusmpp::values::{DataCoding, EsmClass, GsmFeatures, MCDeliveryReceipt};
use rusmpp::{Command, CommandStatus, Pdu};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_util::codec::Framed;

use crate::kernel::call::{Call, told_to_end};
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::output;
use crate::kernel::private_files;

#[derive(Debug, Args)]
pub struct SimulatorArgs {
    /// Where it takes messages over HTTP, and is told how to behave.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:2776")]
    http: SocketAddr,
    /// Where it takes messages over SMPP.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:2775")]
    smpp: SocketAddr,
    /// Every request has to carry its HMAC-SHA256 with this file's secret in `x-signature`, and who
    /// binds that secret as password. Without it everything is taken.
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
}

/// A message as it came.
#[derive(Debug, Clone, Serialize)]
struct Got {
    /// Ours of it.
    id: String,
    /// `http` or `smpp`.
    via: &'static str,
    to: String,
    text: String,
    /// The sender's id of it.
    reference: Option<String>,
    /// Of SMPP: `gsm` or `ucs2`, parts, until when it is to be delivered, and whom it is from.
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding: Option<&'static str>,
    parts: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// The sender's number of it, which says that two may be the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_message_reference: Option<u16>,
}

/// What becomes of the next messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Ok,
    /// 429, ESME_RTHROTTLED.
    Throttle,
    /// 503, ESME_RSYSERR.
    Fail,
    /// 400, ESME_RINVDSTADR.
    Refuse,
    /// Taken, and the connection ends without an answer.
    Lose,
}

/// How an id is written over SMPP, as message centres do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Ids {
    /// In the answer as in the receipt.
    #[default]
    Same,
    /// A number: hexadecimal in the answer, ten decimal digits in the receipt.
    HexadecimalAnswers,
    /// The other way around.
    HexadecimalReceipts,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Behaviour {
    #[serde(default = "ok")]
    answer: Answer,
    #[serde(default)]
    delay_milliseconds: u64,
    /// For so many messages; for all without it.
    times: Option<u64>,
    /// Over SMPP for this part of a longer text alone, from 1: the others are taken.
    part: Option<u8>,
    /// What a receipt over SMPP says: `DELIVRD`, `UNDELIV`.
    #[serde(default = "delivered")]
    receipt: String,
    /// Over SMPP the receipt comes before the answer.
    #[serde(default)]
    is_receipt_first: bool,
    /// How the id of a message over SMPP is written.
    #[serde(default)]
    ids: Ids,
    /// What a phone says to the operator over SMPP, before the answer.
    message: Option<String>,
}

const fn ok() -> Answer {
    Answer::Ok
}

fn delivered() -> String {
    "DELIVRD".to_owned()
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            answer: Answer::Ok,
            delay_milliseconds: 0,
            times: None,
            part: None,
            receipt: delivered(),
            is_receipt_first: false,
            ids: Ids::Same,
            message: None,
        }
    }
}

struct Simulator {
    secret: Option<Vec<u8>>,
    /// Whether messages are shown, and as JSON.
    shows: Option<bool>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    got: Vec<Got>,
    /// Ours by the sender's: what comes again is known again.
    known: HashMap<String, String>,
    behaviour: Behaviour,
    tries: u64,
    /// Parts of longer texts, by number and reference.
    parts: HashMap<(String, u8), Vec<Option<Vec<u8>>>>,
}

impl Simulator {
    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the next message, or this part of one, is answered.
    fn next(&self, part: Option<u8>) -> Behaviour {
        let mut kept = self.kept();
        kept.tries += 1;
        let now = kept.behaviour.clone();
        if now.part.is_some() && now.part != part {
            return Behaviour::default();
        }
        if let Some(times) = &mut kept.behaviour.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                kept.behaviour = Behaviour::default();
            }
        }
        now
    }

    /// Keeps a message; our id of it.
    fn keep(&self, message: Got) -> String {
        let mut kept = self.kept();
        if let Some(known) = message.reference.as_ref().and_then(|reference| kept.known.get(reference)) {
            return known.clone();
        }
        let id = format!("sim-{}", kept.got.len() + 1);
        if let Some(reference) = &message.reference {
            kept.known.insert(reference.clone(), id.clone());
        }
        let message = Got { id: id.clone(), ..message };
        let line = self.shows.map(|json| match json {
            true => serde_json::to_string(&message).unwrap_or_default(),
            false => format!("{}  {}", message.to, message.text),
        });
        if let Some(line) = line {
            output::write(&(line + "\n"));
        }
        kept.got.push(message);
        id
    }
}

/// Takes messages until it is told to end.
///
/// # Errors
/// When it cannot listen.
pub async fn run(args: SimulatorArgs, call: Call) -> Outcome<()> {
    let secret = match &args.secret_file {
        Some(file) => Some(private_files::password(file, "messages_secret")?.into_bytes()),
        None => None,
    };
    let (http, smpp) = (listen(args.http).await?, listen(args.smpp).await?);
    let address =
        |listener: &TcpListener| listener.local_addr().map_err(|why| CliError::failed("the listening address", why));
    let (http_address, smpp_address) = (address(&http)?, address(&smpp)?);
    let simulator = Arc::new(Simulator { secret, shows: Some(call.style.json), kept: Mutex::default() });
    call.say(&json!({ "http": format!("http://{http_address}"), "smpp": smpp_address.to_string() }), || {
        format!("gateway for trying: http://{http_address}/messages, SMPP at {smpp_address}\nMessages that come:")
    });
    tokio::select! {
        ended = serve(simulator, http, smpp) => ended.map_err(|why| CliError::failed("serving", why)),
        () = told_to_end() => Ok(()),
    }
}

/// Takes messages; whoever drops it ends it.
async fn serve(simulator: Arc<Simulator>, http: TcpListener, smpp: TcpListener) -> std::io::Result<()> {
    let routes = Router::new()
        .route("/messages", post(over_http).get(got))
        .route("/behaviour", post(behave))
        .route("/tries", get(tries))
        .with_state(Arc::clone(&simulator));
    let centre = async {
        loop {
            let (stream, _) = smpp.accept().await?;
            tokio::spawn(over_smpp(Arc::clone(&simulator), stream));
        }
    };
    tokio::select! {
        ended = axum::serve(http, routes) => ended,
        ended = centre => ended,
    }
}

async fn listen(address: SocketAddr) -> Outcome<TcpListener> {
    if !address.ip().is_loopback() {
        return Err(CliError::new(Exit::Usage, "simulator_address", format!("{address} is not of this machine alone"))
            .advise("A simulator listens on loopback: --http 127.0.0.1:2776."));
    }
    TcpListener::bind(address).await.map_err(|why| {
        CliError::new(Exit::Failed, "listen", format!("{address} cannot be listened on: {why}"))
            .advise("Give free addresses with --http and --smpp; port 0 takes one.")
    })
}

async fn got(State(simulator): State<Arc<Simulator>>) -> Json<serde_json::Value> {
    Json(json!({ "messages": simulator.kept().got }))
}

async fn tries(State(simulator): State<Arc<Simulator>>) -> Json<serde_json::Value> {
    Json(json!({ "tries": simulator.kept().tries }))
}

async fn behave(State(simulator): State<Arc<Simulator>>, body: String) -> Response {
    match serde_json::from_str::<Behaviour>(&body) {
        Ok(behaviour) => {
            simulator.kept().behaviour = behaviour;
            StatusCode::NO_CONTENT.into_response()
        }
        Err(why) => (StatusCode::BAD_REQUEST, format!("{why}\n")).into_response(),
    }
}

#[derive(Deserialize)]
struct Posted {
    to: String,
    text: String,
    id: Option<String>,
}

async fn over_http(State(simulator): State<Arc<Simulator>>, headers: HeaderMap, body: String) -> Response {
    if let Some(secret) = &simulator.secret {
        let given = headers.get("x-signature").and_then(|given| given.to_str().ok()).unwrap_or_default();
        if given != sign(secret, body.as_bytes()) {
            return (StatusCode::UNAUTHORIZED, "x-signature is not that of this body\n").into_response();
        }
    }
    let posted: Posted = match serde_json::from_str(&body) {
        Ok(posted) => posted,
        Err(why) => return (StatusCode::BAD_REQUEST, format!("{why}\n")).into_response(),
    };
    let behaviour = simulator.next(None);
    tokio::time::sleep(Duration::from_millis(behaviour.delay_milliseconds)).await;
    let refused = |status: StatusCode| (status, "as it was told\n").into_response();
    match behaviour.answer {
        Answer::Throttle => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "1")], "slower\n").into_response(),
        Answer::Fail => refused(StatusCode::SERVICE_UNAVAILABLE),
        Answer::Refuse => refused(StatusCode::BAD_REQUEST),
        Answer::Ok | Answer::Lose => {
            let Posted { to, text, id: reference } = posted;
            let message = Got {
                id: String::new(),
                via: "http",
                to,
                text,
                reference,
                encoding: None,
                parts: 1,
                valid_until: None,
                from: None,
                user_message_reference: None,
            };
            let id = simulator.keep(message);
            if behaviour.answer == Answer::Lose {
                return refused(StatusCode::BAD_GATEWAY);
            }
            (StatusCode::CREATED, Json(json!({ "id": id }))).into_response()
        }
    }
}

/// One who bound, until either side ends. An answer that takes its time holds up no other.
async fn over_smpp(simulator: Arc<Simulator>, stream: impl AsyncRead + AsyncWrite + Unpin) {
    let mut wire = Framed::new(stream, CommandCodec::new());
    let (mut is_bound, mut own) = (false, 0);
    let mut late = FuturesUnordered::new();
    loop {
        let (number, said) = tokio::select! {
            came = wire.next() => {
                let Some(Ok(came)) = came else { return };
                let number = came.sequence_number();
                if let (true, Some(Pdu::SubmitSm(submit))) = (is_bound, came.pdu()) {
                    let behaviour = simulator.next(part_of(submit).map(|part| part.place));
                    let (simulator, submit) = (&simulator, submit.clone());
                    late.push(async move {
                        if behaviour.delay_milliseconds > 0 {
                            tokio::time::sleep(Duration::from_millis(behaviour.delay_milliseconds)).await;
                        }
                        (number, simulator.answer(&submit, &behaviour))
                    });
                    continue;
                }
                match answer_at_once(&simulator, came.pdu(), &mut is_bound) {
                    Some(answer) => (number, Some(vec![Said::Answer(answer.0, answer.1)])),
                    // Answers to what we asked.
                    None => continue,
                }
            }
            Some(said) = late.next() => said,
        };
        // Nothing is said any more: the connection ends.
        let Some(said) = said else { return };
        for one in said {
            let command = match one {
                Said::Answer(status, pdu) => Command::new(status, number, pdu),
                Said::Request(pdu) => {
                    own += 1;
                    Command::new(CommandStatus::EsmeRok, own, pdu)
                }
            };
            let is_over = matches!(command.pdu(), Some(Pdu::UnbindResp));
            if wire.send(command).await.is_err() || is_over {
                return;
            }
        }
    }
}

/// What the centre says: an answer, or something of its own.
enum Said {
    Answer(CommandStatus, Pdu),
    Request(Pdu),
}

fn answer_at_once(simulator: &Simulator, came: Option<&Pdu>, is_bound: &mut bool) -> Option<(CommandStatus, Pdu)> {
    let is_right =
        |password: &str| simulator.secret.as_ref().is_none_or(|secret| password.as_bytes() == secret.as_slice());
    let mut bind = |is_right: bool, pdu: Pdu| {
        *is_bound = is_right;
        (if is_right { CommandStatus::EsmeRok } else { CommandStatus::EsmeRinvpaswd }, pdu)
    };
    Some(match came? {
        Pdu::BindTransceiver(asked) => bind(is_right(asked.password.as_str()), BindTransceiverResp::default().into()),
        Pdu::BindTransmitter(asked) => bind(is_right(asked.password.as_str()), BindTransmitterResp::default().into()),
        Pdu::EnquireLink => (CommandStatus::EsmeRok, Pdu::EnquireLinkResp),
        Pdu::Unbind => (CommandStatus::EsmeRok, Pdu::UnbindResp),
        Pdu::SubmitSm(_) => (CommandStatus::EsmeRinvbndsts, SubmitSmResp::default().into()),
        _ => return None,
    })
}

impl Simulator {
    /// What is said of a message that was submitted; nothing when the connection ends then.
    fn answer(&self, submit: &SubmitSm, behaviour: &Behaviour) -> Option<Vec<Said>> {
        let refused = |status| Some(vec![Said::Answer(status, SubmitSmResp::default().into())]);
        match behaviour.answer {
            Answer::Throttle => return refused(CommandStatus::EsmeRthrottled),
            Answer::Fail => return refused(CommandStatus::EsmeRsyserr),
            Answer::Refuse => return refused(CommandStatus::EsmeRinvdstadr),
            Answer::Ok | Answer::Lose => {}
        }
        let id = self.submitted(submit);
        if behaviour.answer == Answer::Lose {
            return None;
        }
        let number = id.rsplit('-').next().and_then(|number| number.parse::<u32>().ok()).unwrap_or_default() + 41_000;
        let (answered, told) = match behaviour.ids {
            Ids::Same => (id.clone(), id),
            Ids::HexadecimalAnswers => (format!("{number:X}"), format!("{number:010}")),
            Ids::HexadecimalReceipts => (format!("{number}"), format!("{number:08x}")),
        };
        let answered = COctetString::from_str(&answered).unwrap_or_default();
        let deliver = |class: u8, text: &str| {
            let text = OctetString::from_vec(text.as_bytes().to_vec()).unwrap_or_default();
            let from = submit.destination_addr.clone();
            Said::Request(
                DeliverSm::builder()
                    .source_addr(from)
                    .esm_class(EsmClass::from(class))
                    .short_message(text)
                    .build()
                    .into(),
            )
        };
        let mut said = Vec::new();
        if let Some(message) = &behaviour.message {
            // An ordinary message, whatever stands in it.
            said.push(deliver(0, message));
        }
        said.push(Said::Answer(CommandStatus::EsmeRok, SubmitSmResp::builder().message_id(answered).build().into()));
        if submit.registered_delivery.mc_delivery_receipt() != MCDeliveryReceipt::NoMcDeliveryReceiptRequested {
            let text = format!(
                "id:{told} sub:001 dlvrd:001 submit date:2509030800 done date:2509030800 stat:{} err:000 text:",
                behaviour.receipt
            );
            let place = if behaviour.is_receipt_first { said.len() - 1 } else { said.len() };
            // A receipt, as its class says.
            said.insert(place, deliver(4, &text));
        }
        Some(said)
    }
}

impl Simulator {
    /// Keeps what was submitted; a part waits for the others.
    fn submitted(&self, submit: &SubmitSm) -> String {
        let to = format!("+{}", submit.destination_addr.as_str());
        let (whole, parts) = match part_of(submit) {
            Some(Part { reference, total, place, text }) => {
                let total = usize::from(total);
                let mut kept = self.kept();
                let key = (to.clone(), reference);
                let parts = kept.parts.entry(key.clone()).or_insert_with(|| vec![None; total]);
                if let Some(part) = usize::from(place).checked_sub(1).and_then(|place| parts.get_mut(place)) {
                    *part = Some(text.to_vec());
                }
                if parts.iter().any(Option::is_none) {
                    return format!("sim-part-{reference}-{place}");
                }
                let whole: Vec<u8> = parts.iter().flatten().flatten().copied().collect();
                kept.parts.remove(&key);
                (whole, total)
            }
            None => (submit.short_message().as_ref().to_vec(), 1),
        };
        let is_ucs2 = submit.data_coding == DataCoding::Ucs2;
        let text = if is_ucs2 { from_ucs2(&whole) } else { from_gsm(&whole) };
        self.keep(Got {
            id: String::new(),
            via: "smpp",
            to,
            text,
            reference: None,
            encoding: Some(if is_ucs2 { "ucs2" } else { "gsm" }),
            parts,
            valid_until: Some(submit.validity_period.to_string()).filter(|until| !until.is_empty()),
            from: Some(submit.source_addr.as_str().to_owned()),
            user_message_reference: submit.tlvs().iter().find_map(|tlv| match tlv.value() {
                Some(TlvValue::UserMessageReference(reference)) => Some(reference.value),
                _ => None,
            }),
        })
    }
}

/// A part of a longer text, as the header before it says.
struct Part<'a> {
    reference: u8,
    total: u8,
    place: u8,
    text: &'a [u8],
}

fn part_of(submit: &SubmitSm) -> Option<Part<'_>> {
    match submit.short_message().as_ref() {
        [5, 0, 3, reference, total, place, text @ ..]
            if submit.esm_class.gsm_features == GsmFeatures::UdhiIndicator =>
        {
            Some(Part { reference: *reference, total: *total, place: *place, text })
        }
        _ => None,
    }
}

fn from_ucs2(bytes: &[u8]) -> String {
    let units: Vec<u16> =
        bytes.chunks_exact(2).map(|pair| pair.iter().fold(0, |unit, byte| unit << 8 | u16::from(*byte))).collect();
    String::from_utf16_lossy(&units)
}

/// The GSM alphabet, one sign a byte, as the encoder has it.
fn from_gsm(bytes: &[u8]) -> String {
    const ESCAPE: u8 = 0x1b;
    let gsm = Gsm7BitUnpacked::new();
    let signs: HashMap<Vec<u8>, char> = ('\u{0}'..'\u{2100}')
        .filter_map(|sign| Some((gsm.encode_to_vec(sign.encode_utf8(&mut [0; 4])).ok()?, sign)))
        .collect();
    let (mut text, mut rest) = (String::new(), bytes);
    while let Some(first) = rest.first() {
        let length = if *first == ESCAPE { 2 } else { 1 };
        let (sign, after) = rest.split_at(length.min(rest.len()));
        text.push(signs.get(sign).copied().unwrap_or('\u{fffd}'));
        rest = after;
    }
    text
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use chrono::TimeDelta;
    use mesto_operator::testing::Authority;
    use mesto_operator::{MessageGateway, OutgoingMessage, Receipt, Sending};
    use mesto_protocol::kernel::ids::{MessageId, RecordId as _};

    use super::super::{example, read};
    use super::*;

    const SECRET: &str = "secret08";

    /// A running simulator, its addresses, and a folder with its secret.
    struct Running {
        simulator: Arc<Simulator>,
        http: SocketAddr,
        smpp: SocketAddr,
        folder: tempfile::TempDir,
    }

    async fn running() -> Running {
        let free = || TcpListener::bind("127.0.0.1:0");
        let (http, smpp) = (free().await.unwrap(), free().await.unwrap());
        let (http_address, smpp_address) = (http.local_addr().unwrap(), smpp.local_addr().unwrap());
        let simulator = Arc::new(Simulator { secret: Some(SECRET.into()), shows: None, kept: Mutex::default() });
        tokio::spawn(serve(Arc::clone(&simulator), http, smpp));
        let folder = tempfile::tempdir().unwrap();
        private_file(&folder.path().join("secret"), SECRET);
        Running { simulator, http: http_address, smpp: smpp_address, folder }
    }

    fn private_file(file: &Path, text: &str) {
        std::fs::write(file, text).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }

    impl Running {
        fn gateway(&self, written: &str) -> Arc<dyn MessageGateway> {
            let file = self.folder.path().join("messages.toml");
            std::fs::write(&file, written).unwrap();
            read(&file).map_err(|error| error.text).unwrap()
        }

        fn http_gateway(&self) -> Arc<dyn MessageGateway> {
            let address = self.http;
            self.gateway(&format!(
                "[http]\nurl = \"http://{address}/messages\"\nsecret_file = \"secret\"\nsignature_header = \"x-signature\"\n\
                body = '{{\"to\": \"{{recipient}}\", \"text\": \"{{text}}\", \"id\": \"{{id}}\"}}'\nid_at = \"/id\"\ntimeout_seconds = 1"
            ))
        }

        fn smpp_gateway(&self, more: &str) -> Arc<dyn MessageGateway> {
            let address = self.smpp;
            self.gateway(&format!(
                "[smpp]\naddress = \"{address}\"\nsystem_id = \"mesto\"\npassword_file = \"secret\"\nsource = \"Mesto\"\ntimeout_seconds = 1\n{more}"
            ))
        }

        fn behaves(&self, answer: Answer) {
            self.simulator.kept().behaviour = Behaviour { answer, ..Behaviour::default() };
        }

        fn got(&self) -> Vec<Got> {
            self.simulator.kept().got.clone()
        }
    }

    fn message(text: &str) -> OutgoingMessage {
        OutgoingMessage { text: text.to_owned(), ..example() }
    }

    fn sent(id: &str) -> Sending {
        Sending::Sent { provider_id: Some(id.to_owned()) }
    }

    /// Submitted, and no answer within the second that these gateways wait.
    fn unanswered() -> Sending {
        Sending::Unanswered { reason: "smpp_unanswered".to_owned(), wait: Some(TimeDelta::seconds(3)) }
    }

    /// What a gateway has heard, once there is something of it, looked for five seconds at most.
    async fn heard<T>(look: impl Fn() -> Vec<T>) -> Vec<T> {
        for _ in 0..500 {
            let found = look();
            if !found.is_empty() {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("nothing was heard")
    }

    fn failed(reason: &str) -> Sending {
        Sending::Failed { reason: reason.to_owned() }
    }

    #[tokio::test]
    async fn a_message_over_http_is_signed_escaped_and_known_again() {
        let running = running().await;
        let gateway = running.http_gateway();
        let told = message("Kod \"123456\"\nvaži 5 min");
        assert_eq!(gateway.send(&told).await, sent("sim-1"));
        // Its answer may have been lost: the same again is the same one.
        assert_eq!(gateway.send(&told).await, sent("sim-1"));
        let got = running.got();
        assert_eq!((got.len(), &got[0].to, &got[0].text), (1, &told.recipient, &told.text));
        for (answer, ended) in [
            (Answer::Throttle, Sending::Later { reason: "http_status_429".into(), wait: Some(TimeDelta::seconds(1)) }),
            (Answer::Fail, Sending::later("http_status_503")),
            (Answer::Lose, Sending::unanswered("http_status_502")),
            (Answer::Refuse, failed("http_status_400")),
        ] {
            running.behaves(answer);
            assert_eq!(gateway.send(&told).await, ended, "{answer:?}");
        }
        running.simulator.kept().behaviour.delay_milliseconds = 60_000;
        assert_eq!(gateway.send(&told).await, Sending::unanswered("http_timeout"));
        // With another secret nothing is taken; it may be set right, so that it is tried again.
        private_file(&running.folder.path().join("secret"), "another");
        assert_eq!(running.http_gateway().send(&told).await, Sending::later("http_status_401"));
        let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let gateway = running
            .gateway(&format!("[http]\nurl = \"http://{gone}/?to={{recipient}}&text={{text}}\"\nmethod = \"GET\""));
        assert_eq!(gateway.send(&told).await, Sending::later("http_unreachable"));
    }

    #[tokio::test]
    async fn a_message_over_smpp_arrives_whole_in_either_alphabet() {
        let running = running().await;
        let gateway = running.smpp_gateway("");
        let long = "Reč po reč: [kod] {123456} € ~ ".repeat(8);
        for (text, encoding, parts) in [
            ("Mesto: 123456 je vas kod.".to_owned(), "gsm", 1),
            ("[]{}€~ @£$".to_owned(), "gsm", 1),
            ("a".repeat(160), "gsm", 1),
            ("a".repeat(161), "gsm", 2),
            // A sign of two bytes is not broken over two parts.
            (format!("{}{}", "a".repeat(152), "€".repeat(90)), "gsm", 3),
            ("Ваш код: 123456".to_owned(), "ucs2", 1),
            ("Č".repeat(70), "ucs2", 1),
            (long, "ucs2", 4),
        ] {
            let ended = gateway.send(&message(&text)).await;
            let got = running.got().pop().unwrap();
            assert_eq!((got.text.as_str(), got.encoding, got.parts), (text.as_str(), Some(encoding), parts));
            assert_eq!(ended, sent(&got.id));
            assert_eq!((got.to.as_str(), got.from.as_deref()), ("+381641234567", Some("Mesto")));
        }
        let until = "2025-09-03T08:05:00Z".parse().unwrap();
        gateway.send(&OutgoingMessage { valid_until: Some(until), ..example() }).await;
        assert_eq!(running.got().pop().unwrap().valid_until.as_deref(), Some("250903080500000+"));
    }

    #[tokio::test]
    async fn what_a_message_centre_answers_is_tried_again_or_not() {
        let running = running().await;
        let gateway = running.smpp_gateway("");
        for (answer, ended) in [
            (Answer::Throttle, Sending::later("smpp_rthrottled")),
            (Answer::Fail, Sending::later("smpp_rsyserr")),
            (Answer::Refuse, failed("smpp_rinvdstadr")),
            // It may have it: the connection was cut after the message was handed over.
            (Answer::Lose, Sending::unanswered("smpp_broken_off")),
            // Bound again by itself.
            (Answer::Ok, sent("sim-2")),
        ] {
            running.behaves(answer);
            assert_eq!(gateway.send(&example()).await, ended, "{answer:?}");
        }
        running.simulator.kept().behaviour.delay_milliseconds = 60_000;
        assert_eq!(gateway.send(&example()).await, unanswered());
        private_file(&running.folder.path().join("secret"), "another");
        let wrong = running.smpp_gateway("");
        assert_eq!(wrong.send(&example()).await, Sending::later("smpp_bind_rinvpaswd"));
    }

    #[tokio::test]
    async fn messages_that_leave_at_once_share_a_connection_and_each_has_its_answer() {
        let running = running().await;
        let gateway = running.smpp_gateway("bind = \"transmitter\"");
        let texts: Vec<OutgoingMessage> = (0..40).map(|number| message(&format!("Message {number}"))).collect();
        let ended = futures_util::future::join_all(texts.iter().map(|message| gateway.send(message))).await;
        let got = running.got();
        assert_eq!(got.len(), 40);
        for (told, ended) in texts.iter().zip(ended) {
            let Sending::Sent { provider_id: Some(id) } = ended else { panic!("{ended:?}") };
            assert_eq!(got.iter().find(|got| got.id == id).map(|got| &got.text), Some(&told.text));
        }
        assert_eq!(gateway.receipts(), [], "a transmitter asks for none");
    }

    fn receipt(id: &str, failure: Option<&str>) -> Receipt {
        Receipt { provider_id: id.into(), recipient: Some("381641234567".into()), failure: failure.map(str::to_owned) }
    }

    #[tokio::test]
    async fn a_transceiver_hears_what_became_of_each() {
        let running = running().await;
        let gateway = running.smpp_gateway("enquire_link_seconds = 1");
        gateway.send(&example()).await;
        running.simulator.kept().behaviour.receipt = "UNDELIV".to_owned();
        gateway.send(&example()).await;
        // The receipts come behind the answers; the next answer comes behind the receipts.
        gateway.send(&example()).await;
        assert_eq!(gateway.receipts()[..2], [receipt("sim-1", None), receipt("sim-2", Some("undeliv"))]);
    }

    #[tokio::test]
    async fn an_answer_that_comes_late_is_the_answer_and_nothing_is_submitted_again_for_it() {
        let running = running().await;
        let gateway = running.smpp_gateway("");
        for (answer, right) in [
            // The other one was before it.
            (Answer::Ok, sent("sim-2")),
            (Answer::Throttle, Sending::later("smpp_rthrottled")),
            (Answer::Refuse, failed("smpp_rinvdstadr")),
        ] {
            let delay_milliseconds = 1_200;
            running.simulator.kept().behaviour =
                Behaviour { answer, delay_milliseconds, times: Some(1), ..Behaviour::default() };
            let late = OutgoingMessage { id: MessageId::from_bytes([7; 16]), ..example() };
            assert_eq!(gateway.send(&late).await, unanswered(), "{answer:?}");
            // The same connection goes on with others meanwhile.
            assert!(matches!(gateway.send(&example()).await, Sending::Sent { .. }));
            assert_eq!(heard(|| gateway.late_answers()).await, [(late.id, right)], "{answer:?}");
        }
        assert_eq!(running.simulator.kept().tries, 6);
    }

    #[tokio::test]
    async fn of_a_text_whose_later_part_is_refused_some_has_left_and_no_receipt_says_more() {
        let running = running().await;
        let gateway = running.smpp_gateway("");
        let long = OutgoingMessage { id: MessageId::from_bytes([9; 16]), ..message(&"a".repeat(400)) };
        let refuses = |answer, part| {
            running.simulator.kept().behaviour = Behaviour { answer, part: Some(part), ..Behaviour::default() };
        };
        let partly = || Sending::Partly { reason: "smpp_rinvdstadr".to_owned() };
        for (answer, part, ended) in [
            (Answer::Throttle, 1, Sending::later("smpp_rthrottled")),
            (Answer::Refuse, 1, failed("smpp_rinvdstadr")),
            (Answer::Throttle, 2, Sending::unanswered("smpp_rthrottled")),
            (Answer::Refuse, 2, partly()),
            (Answer::Throttle, 3, Sending::unanswered("smpp_rthrottled")),
            (Answer::Refuse, 3, partly()),
        ] {
            refuses(answer, part);
            let before = running.simulator.kept().tries;
            assert_eq!(gateway.send(&long).await, ended, "{answer:?} {part}");
            // Nothing is submitted behind what was refused.
            assert_eq!(running.simulator.kept().tries - before, u64::from(part), "{answer:?} {part}");
        }
        // What is answered late of the last part is no other.
        let delay_milliseconds = 1_200;
        running.simulator.kept().behaviour =
            Behaviour { answer: Answer::Refuse, part: Some(3), delay_milliseconds, ..Behaviour::default() };
        assert_eq!(gateway.send(&long).await, unanswered());
        assert_eq!(heard(|| gateway.late_answers()).await, [(long.id, partly())]);
        assert_eq!((running.got().len(), gateway.receipts()), (0, vec![]));
        // Taken whole it has one id, and one receipt, which comes behind the next answer's.
        running.behaves(Answer::Ok);
        assert_eq!(gateway.send(&long).await, sent("sim-1"));
        gateway.send(&example()).await;
        assert_eq!(gateway.receipts().first(), Some(&receipt("sim-1", None)));
        let got = running.got();
        assert_eq!((got[0].parts, got[0].text.as_str()), (3, long.text.as_str()));
    }

    #[tokio::test]
    async fn a_phone_that_has_a_part_of_one_try_completes_it_with_another_of_the_next() {
        let running = running().await;
        let gateway = running.smpp_gateway("");
        let long = message(&"a".repeat(300));
        running.simulator.kept().behaviour =
            Behaviour { answer: Answer::Throttle, part: Some(2), times: Some(1), ..Behaviour::default() };
        assert_eq!(gateway.send(&long).await, Sending::unanswered("smpp_rthrottled"));
        assert_eq!(gateway.send(&long).await, sent("sim-1"));
        assert!(running.simulator.kept().parts.is_empty(), "no part is left over");
    }

    #[tokio::test]
    async fn an_answer_that_did_not_come_before_the_connection_was_cut_comes_no_more() {
        let running = running().await;
        let gateway = running.smpp_gateway("");
        running.simulator.kept().behaviour =
            Behaviour { delay_milliseconds: 1_500, times: Some(1), ..Behaviour::default() };
        assert_eq!(gateway.send(&example()).await, unanswered());
        running.behaves(Answer::Lose);
        assert_eq!(gateway.send(&example()).await, Sending::unanswered("smpp_broken_off"));
        running.behaves(Answer::Ok);
        assert_eq!(gateway.send(&example()).await, sent("sim-2"));
        assert_eq!(gateway.late_answers(), []);
    }

    #[tokio::test]
    async fn a_centre_that_never_answers_the_bind_was_handed_nothing() {
        let running = running().await;
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = silent.local_addr().unwrap();
        let gateway = running.gateway(&format!(
            "[smpp]\naddress = \"{address}\"\nsystem_id = \"mesto\"\nsource = \"Mesto\"\ntimeout_seconds = 1"
        ));
        // So nothing is to be counted.
        assert_eq!(gateway.send(&example()).await, Sending::later("smpp_timeout"));
    }

    #[tokio::test]
    async fn a_message_of_a_phone_is_no_receipt_whatever_stands_in_it() {
        let running = running().await;
        let gateway = running.smpp_gateway("");
        running.simulator.kept().behaviour =
            Behaviour { message: Some("id:sim-1 stat:UNDELIV err:011".to_owned()), ..Behaviour::default() };
        for _ in 0..3 {
            gateway.send(&example()).await;
        }
        assert_eq!(gateway.receipts()[..2], [receipt("sim-1", None), receipt("sim-2", None)]);
    }

    #[tokio::test]
    async fn the_same_message_has_the_same_reference_at_every_try_and_is_not_refused_by_it() {
        let running = running().await;
        let gateway = running.smpp_gateway("");
        let one = OutgoingMessage { id: MessageId::from_bytes([0x2a; 16]), ..example() };
        for message in [&one, &one, &example()] {
            gateway.send(message).await;
        }
        let references: Vec<Option<u16>> = running.got().iter().map(|got| got.user_message_reference).collect();
        assert_eq!(references, [Some(0x2a2a), Some(0x2a2a), Some(0)]);
    }

    #[tokio::test]
    async fn a_message_centre_over_tls_has_to_be_the_one_it_says() {
        use rustls::pki_types::pem::PemObject as _;
        use rustls::pki_types::{CertificateDer, PrivateKeyDer};
        let running = running().await;
        let authority = Authority::new().unwrap();
        let certified = authority.certify("localhost").unwrap();
        let chain = CertificateDer::pem_slice_iter(certified.certificate.as_bytes()).collect::<Result<_, _>>().unwrap();
        let key = PrivateKeyDer::from_pem_slice(certified.key.as_bytes()).unwrap();
        let config = rustls::ServerConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let simulator = Arc::clone(&running.simulator);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if let Ok(stream) = acceptor.accept(stream).await {
                    tokio::spawn(over_smpp(Arc::clone(&simulator), stream));
                }
            }
        });
        std::fs::copy(authority.file(), running.folder.path().join("ca.pem")).unwrap();
        let gateway = |host: &str, ca: &str| {
            running.gateway(&format!(
                "[smpp]\naddress = \"{host}:{port}\"\ntls = true\n{ca}\nsystem_id = \"mesto\"\npassword_file = \"secret\"\nsource = \"9111\""
            ))
        };
        let ca = "ca_file = \"ca.pem\"";
        assert_eq!(gateway("localhost", ca).send(&example()).await, sent("sim-1"));
        assert_eq!(gateway("127.0.0.1", ca).send(&example()).await, Sending::later("smpp_tls"), "of another name");
        assert_eq!(gateway("localhost", "").send(&example()).await, Sending::later("smpp_tls"), "of no authority");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_program_gets_each_message_and_says_by_its_exit_code_what_became_of_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let running = running().await;
        let program = running.folder.path().join("send-sms");
        let gateway = |script: &str| {
            let aside = running.folder.path().join("new");
            std::fs::write(&aside, format!("#!/bin/sh\n{script}\n")).unwrap();
            std::fs::set_permissions(&aside, std::fs::Permissions::from_mode(0o755)).unwrap();
            std::fs::rename(&aside, &program).unwrap();
            running.gateway(&format!(
                "[command]\nrun = [\"{}\", \"an argument; exit 3\"]\ntimeout_seconds = 1",
                program.display()
            ))
        };
        let heard = running.folder.path().join("heard");
        let script = format!("cat > {heard}; echo \"$1\" >> {heard}; echo gw-7", heard = heard.display());
        assert_eq!(gateway(&script).send(&message("'$(id)' \"x\"")).await, sent("gw-7"));
        let said = std::fs::read_to_string(&heard).unwrap();
        let (line, argument) = said.trim().split_once('\n').unwrap();
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!((&line["text"], &line["recipient"]), (&json!("'$(id)' \"x\""), &json!("+381641234567")));
        assert_eq!(argument, "an argument; exit 3");
        for (script, ended) in [
            ("exit 0", Sending::Sent { provider_id: None }),
            ("exit 75", Sending::later("command_later")),
            ("exit 3", failed("command_exit_3")),
            ("kill -9 $$", Sending::unanswered("command_killed")),
            ("exec sleep 60", Sending::unanswered("command_timeout")),
        ] {
            assert_eq!(gateway(script).send(&example()).await, ended, "{script}");
        }
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o757)).unwrap();
        let file = running.folder.path().join("messages.toml");
        assert!(read(&file).err().unwrap().text.contains("others on this machine may change"));
    }
}
