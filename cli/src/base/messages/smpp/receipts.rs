//! What a message centre tells of a message that it took: receipts, in `deliver_sm` or `data_sm`.

use mesto_operator::Receipt;
use rusmpp::pdus::{DataSm, DeliverSm};
use rusmpp::tlvs::{Tlv, TlvValue};
use rusmpp::values::{EsmClass, MessageState};

/// The bits of `esm_class` that say what a message is, and a delivery receipt's (SMPP 3.4, 5.2.12).
const KIND: u8 = 0b0011_1100;
const DELIVERY_RECEIPT: u8 = 0b0000_0100;

/// What a `deliver_sm` or a `data_sm` says.
pub struct Brought<'a> {
    class: EsmClass,
    from: &'a str,
    text: &'a [u8],
    tlvs: &'a [Tlv],
}

impl<'a> From<&'a DeliverSm> for Brought<'a> {
    fn from(deliver: &'a DeliverSm) -> Self {
        let (short, tlvs) = (deliver.short_message().as_ref(), deliver.tlvs());
        let text = if short.is_empty() { payload(tlvs) } else { short };
        Self { class: deliver.esm_class, from: deliver.source_addr.as_str(), text, tlvs }
    }
}

impl<'a> From<&'a DataSm> for Brought<'a> {
    fn from(data: &'a DataSm) -> Self {
        let tlvs = data.tlvs();
        Self { class: data.esm_class, from: data.source_addr.as_str(), text: payload(tlvs), tlvs }
    }
}

impl Brought<'_> {
    /// Whether its class calls it a delivery receipt.
    pub fn is_receipt(&self) -> bool {
        u8::from(self.class) & KIND == DELIVERY_RECEIPT
    }
}

/// The text where it stands in a field of its own.
fn payload(tlvs: &[Tlv]) -> &[u8] {
    let text = tlvs.iter().find_map(|tlv| match tlv.value() {
        Some(TlvValue::MessagePayload(payload)) => Some(payload.value.as_ref()),
        _ => None,
    });
    text.unwrap_or_default()
}

/// What a delivery receipt says (SMPP 3.4, appendix B); nothing when it names no message, or tells
/// no end.
pub fn receipt(brought: &Brought<'_>) -> Option<Receipt> {
    let Brought { from, text, tlvs, .. } = *brought;
    let text = String::from_utf8_lossy(text).into_owned();
    let lower = text.to_ascii_lowercase();
    let field = |name: &str| {
        let from = lower.find(name)? + name.len();
        let rest = text.get(from..)?;
        rest.split_whitespace().next().map(str::to_owned)
    };
    let (mut provider_id, mut state) = (None, None);
    for tlv in tlvs {
        match tlv.value() {
            // One without its end has run into the next field.
            Some(TlvValue::ReceiptedMessageId(id)) if id.as_str().bytes().all(|sign| sign.is_ascii_graphic()) => {
                provider_id = Some(id.as_str().to_owned());
            }
            Some(TlvValue::MessageState(said)) => state = Some(*said),
            _ => {}
        }
    }
    let provider_id = provider_id.filter(|id| !id.is_empty()).or_else(|| field("id:")).filter(|id| !id.is_empty())?;
    let failure = match state {
        // A number that SMPP has not: the word says it.
        None | Some(MessageState::Other(_)) => end_of_word(&field("stat:")?)?,
        Some(state) => end_of(state)?,
    };
    // Who got it is whom a receipt comes from.
    let from = from.trim_start_matches('+');
    let is_number = !from.is_empty() && from.bytes().all(|sign| sign.is_ascii_digit());
    Some(Receipt { provider_id, recipient: is_number.then(|| from.to_owned()), failure })
}

/// What became of a message: `Some(None)` when it was delivered, a word when it never will be, and
/// nothing where it is on its way or nobody knows.
fn end_of(state: MessageState) -> Option<Option<String>> {
    let failed = |word: &str| Some(Some(word.to_owned()));
    match state {
        MessageState::Delivered => Some(None),
        MessageState::Expired => failed("expired"),
        MessageState::Deleted => failed("deleted"),
        MessageState::Undeliverable => failed("undeliv"),
        MessageState::Rejected => failed("rejectd"),
        MessageState::Scheduled
        | MessageState::Enroute
        | MessageState::Accepted
        | MessageState::Skipped
        | MessageState::Unknown
        | MessageState::Other(_) => None,
    }
}

/// The same of the word in a receipt's text. Centres write some of them out: `DELIVERED`.
fn end_of_word(word: &str) -> Option<Option<String>> {
    let word = word.to_ascii_uppercase();
    let ends = [
        ("DELIV", MessageState::Delivered),
        ("EXPIRED", MessageState::Expired),
        ("DELETED", MessageState::Deleted),
        ("UNDELIV", MessageState::Undeliverable),
        ("REJECT", MessageState::Rejected),
    ];
    end_of(ends.into_iter().find(|(begins, _)| word.starts_with(begins))?.1)
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use rusmpp::tlvs::MessageDeliveryRequestTlvValue;
    use rusmpp::types::{COctetString, OctetString};

    use super::*;

    fn deliver(text: &str) -> DeliverSm {
        DeliverSm::builder().short_message(OctetString::from_vec(text.as_bytes().to_vec()).unwrap()).build()
    }

    fn told(deliver: &DeliverSm) -> Option<Receipt> {
        receipt(&Brought::from(deliver))
    }

    fn of(provider_id: &str, failure: Option<&str>) -> Receipt {
        Receipt { provider_id: provider_id.into(), recipient: None, failure: failure.map(str::to_owned) }
    }

    #[test]
    fn a_receipt_is_read_as_message_centres_write_it() {
        let whole =
            "id:0f7A sub:001 dlvrd:001 submit date:2509030800 done date:2509030801 stat:DELIVRD err:000 text:Mesto";
        assert_eq!(told(&deliver(whole)), Some(of("0f7A", None)));
        assert_eq!(told(&deliver("ID:7 STAT:UNDELIV err:011")), Some(of("7", Some("undeliv"))));
        for none in ["id:7", "Hello", "stat:DELIVRD", "id: stat:", ""] {
            assert_eq!(told(&deliver(none)), None, "{none}");
        }
        for (from, recipient) in [("381641234567", Some("381641234567")), ("+381641", Some("381641")), ("Mesto", None)]
        {
            let mut deliver = deliver(whole);
            deliver.source_addr = COctetString::from_str(from).unwrap();
            assert_eq!(told(&deliver).unwrap().recipient.as_deref(), recipient, "{from}");
        }
        // Fields of their own say it without a text, and before one.
        for (state, right) in [
            (MessageState::Delivered, Some(of("7", None))),
            (MessageState::Rejected, Some(of("7", Some("rejectd")))),
            (MessageState::Expired, Some(of("7", Some("expired")))),
            (MessageState::Deleted, Some(of("7", Some("deleted")))),
            (MessageState::Undeliverable, Some(of("7", Some("undeliv")))),
            (MessageState::Enroute, None),
            (MessageState::Accepted, None),
            (MessageState::Unknown, None),
            (MessageState::Skipped, None),
            (MessageState::Scheduled, None),
        ] {
            let tlvs = [
                MessageDeliveryRequestTlvValue::ReceiptedMessageId(COctetString::from_str("7").unwrap()),
                MessageDeliveryRequestTlvValue::MessageState(state),
            ];
            assert_eq!(told(&DeliverSm::builder().tlvs(tlvs.clone().into()).build()), right, "{state:?}");
            for word in ["DELIVRD", "UNDELIV", "ENROUTE", "NEVERSEEN"] {
                let mut deliver = deliver(&format!("id:7 stat:{word}"));
                deliver.set_tlvs(tlvs.clone().into());
                assert_eq!(told(&deliver), right, "{state:?} and {word}");
            }
        }
        let mut deliver = deliver("id:7 stat:DELIVRD");
        deliver.set_tlvs([MessageDeliveryRequestTlvValue::MessageState(MessageState::Other(99))].into());
        assert_eq!(told(&deliver), Some(of("7", None)), "a number that is no state");
    }

    #[test]
    fn a_word_of_a_receipt_is_an_end_that_is_known_or_changes_nothing() {
        for (word, right) in [
            ("DELIVRD", Some(None)),
            ("DELIVERED", Some(None)),
            ("delivered,", Some(None)),
            ("EXPIRED", Some(Some("expired"))),
            ("Deleted", Some(Some("deleted"))),
            ("UNDELIV", Some(Some("undeliv"))),
            ("UNDELIVERABLE", Some(Some("undeliv"))),
            ("REJECTD", Some(Some("rejectd"))),
            ("REJECTED", Some(Some("rejectd"))),
            ("ENROUTE", None),
            ("ACCEPTD", None),
            ("BUFFRED", None),
            ("SCHEDULED", None),
            ("SKIPPED", None),
            ("UNKNOWN", None),
            ("DELAYED", None),
            ("000", None),
        ] {
            let right = right.map(|failure| of("7", failure));
            assert_eq!(told(&deliver(&format!("id:7 stat:{word} err:000"))), right, "{word}");
        }
    }
}
