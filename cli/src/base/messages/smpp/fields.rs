//! The mandatory fields of `deliver_sm` and `data_sm` (SMPP 3.4, 4.6.1 and 4.7.1): where they end,
//! or what is answered about the first that cannot be read (5.1.3).

use rusmpp::{CommandId, CommandStatus};

/// How a field stands in a PDU.
enum Field {
    /// Signs and a zero, at most so many with it.
    Text(usize),
    /// Nothing, or a moment of sixteen signs; and a zero.
    Moment,
    /// So many numbers of one byte.
    Numbers(usize),
    /// Its length, and so many bytes.
    Message,
}

const DELIVER_SM: &[(Field, CommandStatus)] = &[
    (Field::Text(6), CommandStatus::EsmeRinvsertyp),
    (Field::Numbers(2), CommandStatus::EsmeRinvcmdlen),
    (Field::Text(21), CommandStatus::EsmeRinvsrcadr),
    (Field::Numbers(2), CommandStatus::EsmeRinvcmdlen),
    (Field::Text(21), CommandStatus::EsmeRinvdstadr),
    (Field::Numbers(3), CommandStatus::EsmeRinvcmdlen),
    (Field::Moment, CommandStatus::EsmeRinvsched),
    (Field::Moment, CommandStatus::EsmeRinvexpiry),
    (Field::Numbers(4), CommandStatus::EsmeRinvcmdlen),
    (Field::Message, CommandStatus::EsmeRinvmsglen),
];

const DATA_SM: &[(Field, CommandStatus)] = &[
    (Field::Text(6), CommandStatus::EsmeRinvsertyp),
    (Field::Numbers(2), CommandStatus::EsmeRinvcmdlen),
    (Field::Text(65), CommandStatus::EsmeRinvsrcadr),
    (Field::Numbers(2), CommandStatus::EsmeRinvcmdlen),
    (Field::Text(65), CommandStatus::EsmeRinvdstadr),
    (Field::Numbers(3), CommandStatus::EsmeRinvcmdlen),
];

/// How many bytes the mandatory fields have.
///
/// # Errors
/// The status by which one that cannot be read is refused. What ends before a field is too short.
pub fn mandatory(id: CommandId, body: &[u8]) -> Result<usize, CommandStatus> {
    let fields = match id {
        CommandId::DeliverSm => DELIVER_SM,
        CommandId::DataSm => DATA_SM,
        _ => return Err(CommandStatus::EsmeRsyserr),
    };
    let mut rest = body;
    for (field, wrong) in fields {
        if rest.is_empty() {
            return Err(CommandStatus::EsmeRinvcmdlen);
        }
        let length = field.length(rest).ok_or(*wrong)?;
        rest = rest.get(length..).ok_or(*wrong)?;
    }
    Ok(body.len() - rest.len())
}

impl Field {
    /// How many bytes of these are its own; nothing when it cannot be read.
    fn length(&self, rest: &[u8]) -> Option<usize> {
        let text = || {
            let end = rest.iter().position(|byte| *byte == 0)?;
            rest.get(..end)?.is_ascii().then_some(end + 1)
        };
        match self {
            Self::Text(most) => text().filter(|length| length <= most),
            Self::Moment => text().filter(|length| matches!(length, 1 | 17)),
            Self::Numbers(count) => Some(*count),
            Self::Message => rest.first().map(|length| 1 + usize::from(*length)),
        }
    }
}
