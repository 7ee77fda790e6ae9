//! Message centres that write otherwise than SMPP 3.4 has it: what they say costs no session.

use mesto_operator::MessageGateway as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_util::bytes::BytesMut;
use tokio_util::codec::Decoder as _;

use super::super::example;
use super::*;

/// The number of what a centre says by itself.
const OWN: u32 = 77;
const DELIVER_SM: u32 = 0x05;
const DATA_SM: u32 = 0x103;
const SUBMIT_SM_RESP: u32 = 0x8000_0004;
const GENERIC_NACK: u32 = 0x8000_0000;
const RECEIPT: &[u8] = b"id:abc1 sub:001 dlvrd:001 stat:DELIVRD err:000 text:";

/// What a centre got: command, status and number of each PDU.
type Got = Arc<Mutex<Vec<(u32, u32, u32)>>>;

fn pdu(id: u32, status: u32, number: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(16 + body.len()).unwrap();
    [[length, id, status, number].map(u32::to_be_bytes).concat(), body.to_vec()].concat()
}

fn tlv(tag: u16, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap();
    [&tag.to_be_bytes()[..], &length.to_be_bytes()[..], value].concat()
}

fn deliver_sm(from: &[u8], validity: &[u8], text: &[u8], tlvs: &[u8]) -> Vec<u8> {
    let length = [u8::try_from(text.len()).unwrap()];
    let head: &[u8] = b"\0\x05\0Parking\0\x04\0\0";
    let parts: [&[u8]; 10] = [b"\0\x01\x01", from, head, b"\0", validity, b"\0", &[0; 4], &length, text, tlvs];
    pdu(DELIVER_SM, 0, OWN, &parts.concat())
}

fn data_sm(tlvs: &[u8]) -> Vec<u8> {
    pdu(DATA_SM, 0, OWN, &[&b"\0\x01\x01381641234567\0\x05\0Parking\0\x04\0\0"[..], tlvs].concat())
}

/// A centre that says this of each message that is submitted, by its number; and a gateway to it.
async fn centre(says: impl Fn(u32) -> Vec<u8> + Send + 'static) -> (Smpp, Got) {
    centre_that_binds(|number| pdu(0x8000_0009, 0, number, b"SMSC\0"), says).await
}

/// The same, and this of each that binds.
async fn centre_that_binds(
    binds: impl Fn(u32) -> Vec<u8> + Send + 'static,
    says: impl Fn(u32) -> Vec<u8> + Send + 'static,
) -> (Smpp, Got) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let got = Got::default();
    let kept = Arc::clone(&got);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut header = [0; 16];
            while stream.read_exact(&mut header).await.is_ok() {
                let [length, id, status, number] =
                    [0, 4, 8, 12].map(|at| u32::from_be_bytes(header[at..at + 4].try_into().unwrap()));
                let mut body = vec![0; usize::try_from(length).unwrap() - 16];
                stream.read_exact(&mut body).await.unwrap();
                kept.lock().unwrap().push((id, status, number));
                let said = match id {
                    0x09 => binds(number),
                    0x04 => says(number),
                    _ => continue,
                };
                stream.write_all(&said).await.unwrap();
            }
        }
    });
    let written = format!("address = \"{address}\"\nsystem_id = \"mesto\"\nsource = \"Mesto\"\ntimeout_seconds = 5");
    (Smpp::new(toml::from_str(&written).unwrap(), Path::new("")).unwrap(), got)
}

/// What the gateway answered to what a centre said by itself, and how often it was bound.
fn answers(got: &Got) -> (Vec<(u32, u32)>, usize) {
    let got = got.lock().unwrap();
    let answers = got.iter().filter(|(id, _, number)| id & GENERIC_NACK != 0 && *number == OWN);
    (answers.map(|(id, status, _)| (*id, *status)).collect(), got.iter().filter(|(id, ..)| *id == 0x09).count())
}

fn sent(id: &str) -> Sending {
    Sending::Sent { provider_id: Some(id.to_owned()) }
}

fn is_unreadable(pdu: &[u8]) -> bool {
    let came = Frames::new().decode(&mut BytesMut::from(pdu)).unwrap().unwrap();
    !matches!(came.body, Ok(Some(_)))
}

/// Says it before the answer to each message; what the gateway answered to it.
async fn said_twice(odd: Vec<u8>) -> (Vec<(u32, u32)>, usize, Vec<Receipt>) {
    let (gateway, got) = centre(move |number| [odd.clone(), pdu(SUBMIT_SM_RESP, 0, number, b"abc1\0")].concat()).await;
    for _ in 0..3 {
        assert_eq!(gateway.send(&example()).await, sent("abc1"));
    }
    // What it answered to the last one may be on its way still.
    let (mut answers, binds) = answers(&got);
    answers.truncate(2);
    (answers, binds, gateway.receipts())
}

/// A receipt of what was delivered.
fn told() -> Receipt {
    Receipt { provider_id: "abc1".into(), recipient: Some("381641234567".into()), failure: None }
}

#[tokio::test]
async fn a_mandatory_field_that_cannot_be_read_is_refused_by_its_status_and_ends_no_session() {
    let number = b"381641234567";
    let whole = deliver_sm(number, b"", RECEIPT, b"");
    let cut = |length: usize| pdu(DELIVER_SM, 0, OWN, &whole[16..16 + length]);
    for (what, odd, status) in [
        ("nothing behind the header", cut(0), 0x02),
        ("it ends behind its first field", cut(1), 0x02),
        ("it ends within its numbers", cut(2), 0x02),
        ("a sender without an end", cut(8), 0x0a),
        ("a sender that is not ASCII", deliver_sm(b"Po\xe9ta", b"", b"hello", b""), 0x0a),
        ("a sender of 25 digits", deliver_sm(b"3816412345671234567890123", b"", RECEIPT, b""), 0x0a),
        ("validity_period of ten signs", deliver_sm(number, b"2611261900", RECEIPT, b""), 0x62),
        ("a text that is shorter than its length", cut(whole.len() - 16 - 4), 0x01),
        ("a service_type of seven signs", pdu(DELIVER_SM, 0, OWN, b"PARKING\0"), 0x15),
    ] {
        assert!(is_unreadable(&odd), "{what}");
        assert_eq!(said_twice(odd).await, (vec![(0x8000_0005, status); 2], 1, vec![]), "{what}");
    }
    for (what, odd, status) in [
        ("nothing behind the header", pdu(DATA_SM, 0, OWN, b""), 0x02),
        ("a recipient without an end", pdu(DATA_SM, 0, OWN, b"\0\x01\x01381641234567\0\x05\0Parking"), 0x0b),
    ] {
        assert!(is_unreadable(&odd), "{what}");
        assert_eq!(said_twice(odd).await, (vec![(0x8000_0103, status); 2], 1, vec![]), "{what}");
    }
}

#[tokio::test]
async fn of_optional_fields_that_cannot_be_read_a_receipt_is_lost_where_nothing_else_says_it() {
    let number = b"381641234567";
    let state = tlv(0x0427, b"\x02");
    for (what, fields) in [
        ("an id without an end", [state.clone(), tlv(0x001e, b"abc1")].concat()),
        ("an id that runs into the next field", [tlv(0x001e, b"abc1"), state.clone()].concat()),
        ("a field that is cut off", b"\x14\x00\x00\x0aabc".to_vec()),
        ("network_error_code of two bytes", [tlv(0x0423, b"\x03\0"), state.clone()].concat()),
    ] {
        let odd = deliver_sm(number, b"", RECEIPT, &fields);
        assert!(is_unreadable(&odd), "{what}");
        assert_eq!(said_twice(odd).await, (vec![(0x8000_0005, 0); 2], 1, vec![told(); 3]), "{what}");
        let odd = deliver_sm(number, b"", b"a text", &fields);
        assert_eq!(said_twice(odd).await, (vec![(0x8000_0005, 0xc0); 2], 1, vec![]), "{what}, and no text says it");
    }
    let odd = data_sm(b"\x04\x24\x00\xffid:");
    assert!(is_unreadable(&odd));
    assert_eq!(said_twice(odd).await, (vec![(0x8000_0103, 0xc0); 2], 1, vec![]));
}

#[tokio::test]
async fn a_generic_nack_is_never_a_success_and_ends_no_session() {
    // Of the message, without and with an error; of nothing that was asked, before the answer.
    let (refused, failed) = (Sending::later("smpp_rinvcmdid"), "smpp_rinvmsglen".to_owned());
    for (status, ended) in
        [(0, Sending::unanswered("smpp_generic_nack")), (0x03, refused), (0x01, Sending::Failed { reason: failed })]
    {
        let (gateway, got) = centre(move |number| pdu(GENERIC_NACK, status, number, b"")).await;
        for _ in 0..2 {
            assert_eq!(gateway.send(&example()).await, ended, "{status:#x}");
        }
        assert_eq!(answers(&got).1, 1, "{status:#x}");
    }
    for (status, number) in [(0, 0), (0, u32::MAX), (0x02, 0), (0x03, 4_711), (0, 1)] {
        let odd = pdu(GENERIC_NACK, status, number, b"");
        assert_eq!(said_twice(odd).await, (vec![], 1, vec![]), "{status:#x} {number}");
    }
}

#[tokio::test]
async fn only_the_answer_to_the_bind_binds() {
    let answered = || pdu(SUBMIT_SM_RESP, 0, 2, b"abc1\0");
    // Before it comes what has its number, or answers nothing.
    let before = [
        pdu(0x15, 0, BIND, b""),
        pdu(0x102, 0, BIND, b""),
        pdu(GENERIC_NACK, 0, 0, b""),
        pdu(0x8000_0015, 0, 4_711, b""),
    ];
    let binds = move |number| [before.concat(), pdu(0x8000_0009, 0, number, b"SMSC\0")].concat();
    let (gateway, got) = centre_that_binds(binds, move |_| answered()).await;
    assert_eq!(gateway.send(&example()).await, sent("abc1"));
    assert_eq!(answers(&got).1, 1);
    assert!(got.lock().unwrap().contains(&(0x8000_0015, 0, BIND)), "what it asks meanwhile is answered");
    // What is none refuses it, whatever its status says.
    for (id, status, reason) in [
        (GENERIC_NACK, 0, "smpp_bind_generic_nack"),
        (GENERIC_NACK, 0x03, "smpp_bind_rinvcmdid"),
        (0x8000_0015, 0, "smpp_bind_generic_nack"),
        (0x8000_0009, 0x0e, "smpp_bind_rinvpaswd"),
    ] {
        let (gateway, _) = centre_that_binds(move |number| pdu(id, status, number, b""), move |_| answered()).await;
        assert_eq!(gateway.send(&example()).await, Sending::later(reason), "{id:#x}");
    }
}

#[tokio::test]
async fn a_request_that_is_not_known_is_refused_and_an_answer_never_is() {
    for id in [0x1ff, 0x111, 0x03, 0x1234_5678] {
        let told = said_twice(pdu(id, 0, OWN, b"abc\0")).await;
        assert_eq!(told, (vec![(GENERIC_NACK, 3); 2], 1, vec![]), "{id:#x}");
    }
    // Answers, known or not, and what has no answer.
    for id in [0x8000_0103, 0x8000_0111, 0x8000_01ff, 0x8000_0004, 0x8000_0015, GENERIC_NACK, 0x102, 0x0b] {
        assert_eq!(said_twice(pdu(id, 0, OWN, b"abc")).await, (vec![], 1, vec![]), "{id:#x}");
    }
    // What is asked with more than it should have.
    assert_eq!(said_twice(pdu(0x15, 0, OWN, b"abc")).await, (vec![(0x8000_0015, 0); 2], 1, vec![]));
}

#[tokio::test]
async fn an_answer_whose_id_cannot_be_read_says_by_its_status_what_became_of_the_message() {
    for (status, ended) in [
        (0, Sending::Sent { provider_id: None }),
        (0x0b, Sending::Failed { reason: "smpp_rinvdstadr".to_owned() }),
        (0x58, Sending::later("smpp_rthrottled")),
    ] {
        let odd = move |number| pdu(SUBMIT_SM_RESP, status, number, b"abc001");
        assert!(is_unreadable(&odd(1)));
        let (gateway, got) = centre(odd).await;
        for _ in 0..2 {
            assert_eq!(gateway.send(&example()).await, ended, "{status:#x}");
        }
        assert_eq!(answers(&got).1, 1, "{status:#x}");
    }
}

#[tokio::test]
async fn a_length_that_no_pdu_has_ends_the_session_and_it_is_bound_anew() {
    for length in [0_u32, 15, 65_537, u32::MAX] {
        let odd = pdu(DELIVER_SM, 0, OWN, b"").split_off(4);
        let odd = [&length.to_be_bytes()[..], &odd].concat();
        let (gateway, got) = centre(move |_| odd.clone()).await;
        for binds in 1..=2 {
            assert_eq!(gateway.send(&example()).await, Sending::unanswered("smpp_broken_off"), "{length}");
            assert_eq!(answers(&got), (vec![], binds), "{length}");
        }
    }
}

#[tokio::test]
async fn a_receipt_in_message_payload_and_one_in_data_sm_are_read_and_answered() {
    let payload = tlv(0x0424, RECEIPT);
    let fields = [tlv(0x001e, b"abc1\0"), tlv(0x0427, b"\x02")].concat();
    for (what, receipt, answer) in [
        ("message_payload", deliver_sm(b"381641234567", b"", b"", &payload), 0x8000_0005),
        ("data_sm, as a text", data_sm(&payload), 0x8000_0103),
        ("data_sm, in fields", data_sm(&fields), 0x8000_0103),
        (
            "fields beside those of a vendor",
            deliver_sm(b"381641234567", b"", b"", &[tlv(0x1400, b"abc"), fields.clone()].concat()),
            0x8000_0005,
        ),
        // The id runs into the next field, which has a zero: the text has the right one.
        (
            "an id without an end",
            deliver_sm(b"381641234567", b"", RECEIPT, &[tlv(0x001e, b"abc1"), tlv(0x1400, b"\0\0")].concat()),
            0x8000_0005,
        ),
    ] {
        let (answers, binds, receipts) = said_twice(receipt).await;
        assert_eq!((answers, binds), (vec![(answer, 0); 2], 1), "{what}");
        assert_eq!(receipts, vec![told(); 3], "{what}");
    }
}
