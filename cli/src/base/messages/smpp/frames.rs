//! PDUs of SMPP on a connection. Each is cut out by its length and read alone, so that one that
//! cannot be read spoils no other.

use std::io::{Error, ErrorKind};

use rusmpp::decode::DecodeWithKeyOptional as _;
use rusmpp::tokio_codec::{CommandCodec, EncodeError};
use rusmpp::{Command, CommandId, CommandStatus, Pdu};
use tokio_util::bytes::{Buf as _, BytesMut};
use tokio_util::codec::{Decoder, Encoder, LengthDelimitedCodec};

use super::fields;

/// A longer PDU, in bytes, is none: a text has at most 64 KiB, and receipts are short.
const LONGEST: usize = 64 * 1024;
/// The length of a PDU, and the header that the length counts too.
const LENGTH: usize = 4;
const HEADER: usize = 16;

/// A PDU that came.
#[derive(Debug)]
pub struct Came {
    pub id: CommandId,
    pub status: CommandStatus,
    /// Its `sequence_number`.
    pub number: u32,
    /// What stands behind the header, where anything does.
    pub body: Result<Option<Pdu>, Unreadable>,
}

/// What stands behind the header is not as SMPP has it.
#[derive(Debug)]
pub struct Unreadable {
    /// What is answered, where it is a request.
    pub status: CommandStatus,
    /// The mandatory fields of a `deliver_sm` or `data_sm`, where the others alone are wrong.
    pub mandatory: Option<Pdu>,
}

impl Unreadable {
    fn new(id: CommandId, mut body: BytesMut) -> Self {
        let end = match fields::mandatory(id, &body) {
            Ok(end) => end,
            Err(status) => return Self { status, mandatory: None },
        };
        body.truncate(end);
        match Pdu::decode(id, &mut body, end) {
            Ok(Some((pdu, _))) => Self { status: CommandStatus::EsmeRinvtlvstream, mandatory: Some(pdu) },
            _ => Self { status: CommandStatus::EsmeRsyserr, mandatory: None },
        }
    }
}

/// How PDUs stand on a connection.
#[derive(Debug)]
pub struct Frames(LengthDelimitedCodec);

impl Frames {
    pub fn new() -> Self {
        // The length counts itself.
        let frames = LengthDelimitedCodec::builder()
            .length_field_type::<u32>()
            .length_adjustment(-4)
            .max_frame_length(LONGEST)
            .new_codec();
        Self(frames)
    }
}

impl Decoder for Frames {
    type Item = Came;
    type Error = Error;

    /// # Errors
    /// `InvalidData` for a length that no PDU has: where the next one begins is unknown then.
    fn decode(&mut self, came: &mut BytesMut) -> Result<Option<Came>, Error> {
        let Some(mut frame) = self.0.decode(came).map_err(|_| no_length())? else { return Ok(None) };
        if frame.len() < HEADER - LENGTH {
            return Err(no_length());
        }
        let id = CommandId::from(frame.get_u32());
        let status = CommandStatus::from(frame.get_u32());
        let number = frame.get_u32();
        let (length, whole) = (frame.len(), frame.clone());
        let body = match Pdu::decode(id, &mut frame, length) {
            _ if length == 0 => Ok(None),
            Ok(Some((pdu, _))) => Ok(Some(pdu)),
            Ok(None) | Err(_) => Err(Unreadable::new(id, whole)),
        };
        Ok(Some(Came { id, status, number, body }))
    }
}

fn no_length() -> Error {
    Error::new(ErrorKind::InvalidData, format!("the length of a PDU is from {HEADER} to {LONGEST}"))
}

impl Encoder<Command> for Frames {
    type Error = EncodeError;

    fn encode(&mut self, command: Command, out: &mut BytesMut) -> Result<(), EncodeError> {
        CommandCodec::new().encode(command, out)
    }
}

#[cfg(test)]
mod tests {
    use rusmpp::pdus::{DataSm, DeliverSm, SubmitSmResp};

    use super::*;

    fn frame(length: u32, id: u32, body: &[u8]) -> BytesMut {
        let header = [length, id, 0, 7].map(u32::to_be_bytes).concat();
        BytesMut::from([header.as_slice(), body].concat().as_slice())
    }

    fn whole(pdu: impl Into<Pdu>) -> BytesMut {
        let mut bytes = BytesMut::new();
        Frames::new().encode(Command::new(CommandStatus::EsmeRok, 7, pdu), &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn a_length_that_no_pdu_has_ends_the_connection() {
        for (length, is_one) in [(0, false), (3, false), (15, false), (16, true), (65_536, true), (65_537, false)] {
            let body = vec![0; usize::try_from(length).unwrap().saturating_sub(16)];
            match Frames::new().decode(&mut frame(length, 0x15, &body)) {
                Ok(Some(came)) => assert!(is_one && came.number == 7, "{length}"),
                Ok(None) => panic!("{length}: nothing"),
                Err(why) => {
                    assert!(!is_one && why.kind() == ErrorKind::InvalidData, "{length}: {why}");
                    assert!(why.to_string().contains("from 16 to 65536"), "{length}: {why}");
                }
            }
        }
    }

    #[test]
    fn a_pdu_that_cannot_be_read_takes_nothing_of_the_next_one() {
        // An id without an end: the next PDU has a zero soon.
        let mut bytes = frame(22, 0x8000_0004, b"abc001");
        bytes.extend_from_slice(&whole(Pdu::EnquireLink));
        let mut frames = Frames::new();
        let first = frames.decode(&mut bytes).unwrap().unwrap();
        assert!(matches!(first, Came { id: CommandId::SubmitSmResp, number: 7, body: Err(_), .. }));
        let next = frames.decode(&mut bytes).unwrap().unwrap();
        assert!(matches!(next, Came { id: CommandId::EnquireLink, number: 7, body: Ok(None), .. }));
        assert!(bytes.is_empty());
        // So with one that has more than it should.
        let mut bytes = frame(18, 0x15, b"ab");
        bytes.extend_from_slice(&whole(SubmitSmResp::default()));
        assert!(matches!(frames.decode(&mut bytes), Ok(Some(Came { id: CommandId::EnquireLink, .. }))));
        assert!(matches!(frames.decode(&mut bytes), Ok(Some(Came { body: Ok(Some(Pdu::SubmitSmResp(_))), .. }))));
    }

    #[test]
    fn whatever_stands_in_a_pdu_it_is_read_or_not_and_never_a_panic() {
        let payload = rusmpp::values::MessagePayload::new(rusmpp::types::AnyOctetString::from_static_slice(b"id:7"));
        let payload = rusmpp::tlvs::MessageSubmissionRequestTlvValue::MessagePayload(payload);
        let pdus = [
            whole(DeliverSm::default()),
            whole(DataSm::builder().push_tlv(payload).build()),
            whole(SubmitSmResp::default()),
        ];
        let (mut read, mut unreadable) = (0, 0);
        for pdu in pdus {
            for place in HEADER..pdu.len() {
                for value in 0..=u8::MAX {
                    for end in [place + 1, pdu.len()] {
                        let mut odd = BytesMut::from(pdu.get(..end).unwrap());
                        *odd.get_mut(place).unwrap() = value;
                        let length = u32::try_from(end).unwrap().to_be_bytes();
                        odd.get_mut(..LENGTH).unwrap().copy_from_slice(&length);
                        match Frames::new().decode(&mut odd).unwrap().unwrap().body {
                            Ok(Some(_)) => read += 1,
                            Err(_) => unreadable += 1,
                            Ok(None) => panic!("it has a body"),
                        }
                    }
                }
            }
        }
        assert!(read > 1_000 && unreadable > 1_000, "{read} {unreadable}");
    }
}
