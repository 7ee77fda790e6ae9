//! `mesto sms-simulator`: a gateway on loopback over HTTP and SMPP that keeps what it gets, shows it,
//! and fails as it is told. For tests and for trying an operator; never for real messages.

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
use futures_util::{SinkExt as _, StreamExt as _};
use mesto_operator::payments::sign;
use rusmpp::extra::encoding::gsm7bit::Gsm7BitUnpacked;
use rusmpp::pdus::{BindTransceiverResp, BindTransmitterResp, DeliverSm, SubmitSm, SubmitSmResp};
use rusmpp::tokio_codec::CommandCodec;
use rusmpp::types::{COctetString, OctetString};
use rusmpp::values::{DataCoding, EsmClass, GsmFeatures, MCDeliveryReceipt};
use rusmpp::{Command, CommandStatus, Pdu};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
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

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Behaviour {
    #[serde(default = "ok")]
    answer: Answer,
    #[serde(default)]
    delay_milliseconds: u64,
    /// For so many messages; for all without it.
    times: Option<u64>,
    /// What a receipt over SMPP says: `DELIVRD`, `UNDELIV`.
    #[serde(default = "delivered")]
    receipt: String,
}

const fn ok() -> Answer {
    Answer::Ok
}

fn delivered() -> String {
    "DELIVRD".to_owned()
}

impl Default for Behaviour {
    fn default() -> Self {
        Self { answer: Answer::Ok, delay_milliseconds: 0, times: None, receipt: delivered() }
    }
}

struct Simulator {
    secret: Option<Vec<u8>>,
    json: bool,
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

    /// How the next message is answered.
    fn next(&self) -> Behaviour {
        let mut kept = self.kept();
        kept.tries += 1;
        let now = kept.behaviour.clone();
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
        let line = match self.json {
            true => serde_json::to_string(&message).unwrap_or_default(),
            false => format!("{}  {}", message.to, message.text),
        };
        output::write(&(line + "\n"));
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
    let simulator = Arc::new(Simulator { secret, json: call.style.json, kept: Mutex::default() });
    call.say(&json!({ "http": format!("http://{http_address}"), "smpp": smpp_address.to_string() }), || {
        format!("gateway for trying: http://{http_address}/messages, SMPP at {smpp_address}\nMessages that come:")
    });
    let routes = Router::new()
        .route("/messages", post(over_http).get(got))
        .route("/behaviour", post(behave))
        .route("/tries", get(tries))
        .with_state(Arc::clone(&simulator));
    let centre = tokio::spawn(async move {
        while let Ok((stream, _)) = smpp.accept().await {
            tokio::spawn(over_smpp(Arc::clone(&simulator), stream));
        }
    });
    let served = axum::serve(http, routes);
    tokio::select! {
        ended = served => ended.map_err(|why| CliError::failed("serving", why))?,
        () = told_to_end() => {}
    }
    centre.abort();
    Ok(())
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
    let behaviour = simulator.next();
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
            };
            let id = simulator.keep(message);
            if behaviour.answer == Answer::Lose {
                return refused(StatusCode::BAD_GATEWAY);
            }
            (StatusCode::CREATED, Json(json!({ "id": id }))).into_response()
        }
    }
}

/// One who bound, until either side ends.
async fn over_smpp(simulator: Arc<Simulator>, stream: TcpStream) {
    let mut wire = Framed::new(stream, CommandCodec::new());
    let (mut is_bound, mut own) = (false, 0);
    while let Some(Ok(came)) = wire.next().await {
        let number = came.sequence_number();
        let mut receipt = None;
        let (status, pdu): (CommandStatus, Pdu) = match came.pdu() {
            Some(Pdu::BindTransceiver(bind)) => {
                let is_right =
                    simulator.secret.as_ref().is_none_or(|secret| bind.password.as_str().as_bytes() == secret);
                is_bound = is_right;
                (
                    if is_right { CommandStatus::EsmeRok } else { CommandStatus::EsmeRinvpaswd },
                    BindTransceiverResp::default().into(),
                )
            }
            Some(Pdu::BindTransmitter(bind)) => {
                let is_right =
                    simulator.secret.as_ref().is_none_or(|secret| bind.password.as_str().as_bytes() == secret);
                is_bound = is_right;
                (
                    if is_right { CommandStatus::EsmeRok } else { CommandStatus::EsmeRinvpaswd },
                    BindTransmitterResp::default().into(),
                )
            }
            Some(Pdu::EnquireLink) => (CommandStatus::EsmeRok, Pdu::EnquireLinkResp),
            Some(Pdu::Unbind) => (CommandStatus::EsmeRok, Pdu::UnbindResp),
            Some(Pdu::SubmitSm(_)) if !is_bound => (CommandStatus::EsmeRinvbndsts, SubmitSmResp::default().into()),
            Some(Pdu::SubmitSm(submit)) => {
                let behaviour = simulator.next();
                tokio::time::sleep(Duration::from_millis(behaviour.delay_milliseconds)).await;
                match behaviour.answer {
                    Answer::Throttle => (CommandStatus::EsmeRthrottled, SubmitSmResp::default().into()),
                    Answer::Fail => (CommandStatus::EsmeRsyserr, SubmitSmResp::default().into()),
                    Answer::Refuse => (CommandStatus::EsmeRinvdstadr, SubmitSmResp::default().into()),
                    Answer::Ok | Answer::Lose => {
                        let id = simulator.submitted(submit);
                        if behaviour.answer == Answer::Lose {
                            return;
                        }
                        let is_asked = submit.registered_delivery.mc_delivery_receipt()
                            != MCDeliveryReceipt::NoMcDeliveryReceiptRequested;
                        receipt = is_asked.then(|| format!("id:{id} sub:001 dlvrd:001 submit date:2509030800 done date:2509030800 stat:{} err:000 text:", behaviour.receipt));
                        let id = COctetString::from_str(&id).unwrap_or_default();
                        (CommandStatus::EsmeRok, SubmitSmResp::builder().message_id(id).build().into())
                    }
                }
            }
            // Answers to what we asked.
            _ => continue,
        };
        let is_over = matches!(pdu, Pdu::UnbindResp);
        if wire.send(Command::new(status, number, pdu)).await.is_err() || is_over {
            return;
        }
        if let Some(text) = receipt.and_then(|text| OctetString::from_vec(text.into_bytes()).ok()) {
            own += 1;
            // A receipt, as its class says.
            let deliver = DeliverSm::builder().esm_class(EsmClass::from(4)).short_message(text).build();
            if wire.send(Command::new(CommandStatus::EsmeRok, own, deliver)).await.is_err() {
                return;
            }
        }
    }
}

impl Simulator {
    /// Keeps what was submitted; a part waits for the others.
    fn submitted(&self, submit: &SubmitSm) -> String {
        let bytes = submit.short_message().as_ref().to_vec();
        let to = format!("+{}", submit.destination_addr.as_str());
        let has_header = submit.esm_class.gsm_features == GsmFeatures::UdhiIndicator;
        let (whole, parts) = match (has_header, bytes.as_slice()) {
            (true, [5, 0, 3, reference, total, place, rest @ ..]) => {
                let (total, place) = (usize::from(*total), usize::from(*place));
                let mut kept = self.kept();
                let key = (to.clone(), *reference);
                let parts = kept.parts.entry(key.clone()).or_insert_with(|| vec![None; total]);
                if let Some(part) = place.checked_sub(1).and_then(|place| parts.get_mut(place)) {
                    *part = Some(rest.to_vec());
                }
                if parts.iter().any(Option::is_none) {
                    return format!("sim-part-{reference}-{place}");
                }
                let whole: Vec<u8> = parts.iter().flatten().flatten().copied().collect();
                kept.parts.remove(&key);
                (whole, total)
            }
            _ => (bytes, 1),
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
        })
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
