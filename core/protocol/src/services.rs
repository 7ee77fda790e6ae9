//! The list of services: which operations, codes and events `/v1` has is what they say.

use crate::garages::signed::ReceiptClaims;
use crate::kernel::code::{self, Code, Grammar};
use crate::kernel::operation::Entry;
use crate::kernel::problem::{Problem, ProblemCode};
use crate::kernel::service::Service;
use crate::kernel::signed_code::{Claims, CodeError, Kind, Unread};
use crate::parking::signed::TicketClaims;
use crate::rides::signed::RideClaims;
use crate::{base, cards, control, garages, kernel, merchants, orders, parking, partners, passes, rides};

/// Every service of this version, those that others stand on first.
pub const SERVICES: &[&Service] = &[
    &kernel::SERVICE,
    &base::public::SERVICE,
    &base::operator_document::SERVICE,
    &base::sign_in::SERVICE,
    &base::accounts::SERVICE,
    &base::standing::SERVICE,
    &base::terms::SERVICE,
    &base::notices::SERVICE,
    &base::availability::SERVICE,
    &base::reports::SERVICE,
    &base::vehicles::SERVICE,
    &base::wallet::SERVICE,
    &base::payments::SERVICE,
    &parking::SERVICE,
    &orders::SERVICE,
    &garages::SERVICE,
    &passes::SERVICE,
    &rides::SERVICE,
    &cards::SERVICE,
    &control::SERVICE,
    &partners::SERVICE,
    &merchants::SERVICE,
];

/// The table of operations.
pub fn operations() -> impl Iterator<Item = &'static Entry> {
    SERVICES.iter().flat_map(|service| service.operations())
}

/// Services that print codes for people, and how each looks.
const SHORT_CODES: &[(&str, Grammar)] = &[(parking::SERVICE.name, parking::signs::code_in)];

/// What a scanned or typed text is. `link_hosts` as of [`code::read`].
///
/// ```
/// use mesto_protocol::code::Code;
/// let sign = mesto_protocol::services::read_code(b"SMS 9111", &[]);
/// assert_eq!(sign, Code::Short { service: "parking", code: "9111".into() });
/// ```
#[must_use]
pub fn read_code(scanned: &[u8], link_hosts: &[&str]) -> Code {
    code::read(scanned, link_hosts, SHORT_CODES)
}

/// Every code that an operator answers with.
pub fn problems() -> impl Iterator<Item = ProblemCode> {
    SERVICES.iter().flat_map(|service| service.problems())
}

/// What a signed code says, by its kind: those kinds that this version reads.
#[derive(Debug, Clone, PartialEq)]
pub enum CodeClaims {
    ParkingTicket(TicketClaims),
    ExitReceipt(ReceiptClaims),
    Ride(RideClaims),
}

impl CodeClaims {
    /// Reads a code of whichever kind.
    ///
    /// # Errors
    /// A kind that this version does not read, or a map that is not its kind's.
    pub fn read(claims: &Claims<Unread>) -> Result<Self, CodeError> {
        match Kind::of(claims.what.kind) {
            Some(Kind::ParkingTicket) => claims.read().map(Self::ParkingTicket),
            Some(Kind::ExitReceipt) => claims.read().map(Self::ExitReceipt),
            Some(Kind::Ride) => claims.read().map(Self::Ride),
            Some(Kind::Pass) | None => Err(CodeError::KindUnknown { kind: claims.what.kind }),
        }
    }
}

impl ProblemCode {
    /// Reads a code; `None` for one that this version does not know.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        problems().find(|known| known.as_str() == code)
    }
}

impl Problem {
    /// The code, when this version knows it.
    #[must_use]
    pub fn kind(&self) -> Option<ProblemCode> {
        ProblemCode::parse(&self.code)
    }
}

/// The OpenAPI document of `/v1`.
#[cfg(feature = "openapi")]
#[must_use]
pub fn document() -> serde_json::Value {
    kernel::openapi::document(SERVICES)
}

/// The document as pretty JSON text, as it is committed and served.
#[cfg(feature = "openapi")]
#[must_use]
pub fn document_text() -> String {
    format!("{:#}\n", document())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::collections::BTreeSet;

    use super::*;
    use crate::kernel::operation::{Access, Content};

    #[test]
    fn every_code_reads_back_and_is_named_once() {
        for code in problems() {
            assert_eq!(ProblemCode::parse(code.as_str()), Some(code));
            assert_eq!(problems().filter(|other| other.as_str() == code.as_str()).count(), 1, "{}", code.as_str());
            assert!((400..600).contains(&code.status()), "{} has a failing status", code.as_str());
        }
    }

    #[test]
    fn services_have_names_of_their_own_and_events_and_permissions_begin_with_them() {
        let mut names = BTreeSet::new();
        for service in SERVICES {
            assert!(names.insert(service.name), "two services are called {}", service.name);
            for (kind, _) in service.events() {
                assert_eq!(kind.split_once('.').unwrap().0, service.name, "{kind}");
            }
            assert!(
                service.adds.iter().filter(|adds| adds.section.is_some()).count() <= 1,
                "{} has sections",
                service.name
            );
            assert!(
                service.adds.iter().filter(|adds| adds.sells.is_some()).count() <= 1,
                "{} sells twice",
                service.name
            );
            for operation in service.operations() {
                if let Access::Permitted(permission) = operation.access {
                    assert_eq!(permission.as_str().split_once('.').unwrap().0, service.name);
                }
            }
        }
    }

    #[test]
    fn an_operation_stands_once_and_refuses_each_code_once() {
        let mut seen = BTreeSet::new();
        for operation in operations() {
            let name = format!("{} {}", operation.method.as_str(), operation.path);
            assert!(seen.insert((operation.method, operation.path)), "{name} stands twice");
            let refusals = operation.refusals(SERVICES);
            let codes: BTreeSet<&str> = refusals.iter().map(|code| code.as_str()).collect();
            assert_eq!(codes.len(), refusals.len(), "{name} lists a refusal twice");
            assert!(
                !operation.is_action || matches!(operation.body, Content::Json(_)),
                "{name} is an action without a body"
            );
            assert!(
                codes.iter().all(|code| ProblemCode::parse(code).is_some()),
                "{name} refuses with an unlisted code"
            );
        }
    }
}
