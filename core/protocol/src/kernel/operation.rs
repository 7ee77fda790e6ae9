//! What `/v1` can do, each operation said once: method, path, who may, what goes in, what comes
//! out, what is refused.
//!
//! The operator's router, the client's calls, the OpenAPI document and the tests of the contract
//! read the same constants, so that they cannot disagree.

use std::fmt;
use std::marker::PhantomData;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::kernel::problem::ProblemCode;
use crate::kernel::service::Service;

/// How a request is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    Get,
    Post,
    Delete,
}

impl Method {
    pub const ALL: [Self; 3] = [Self::Get, Self::Post, Self::Delete];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// The name of something that a role may do: `parking.buy`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Permission(&'static str);

impl Permission {
    /// `<service>.<what>`
    #[must_use]
    pub const fn named(name: &'static str) -> Self {
        Self(name)
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Anybody,
    /// Whoever is signed in, about himself.
    SignedIn,
    /// Who holds a role with this permission.
    Permitted(Permission),
    /// A payment provider, by its signature over the body ([`crate::headers::SIGNATURE`]).
    Provider,
}

/// A value of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    pub name: &'static str,
    pub is_required: bool,
    /// A type of JSON Schema: `string`, `integer`, `number`.
    pub kind: &'static str,
    pub meaning: &'static str,
}

/// A value that a query must have.
#[must_use]
pub const fn required(name: &'static str, kind: &'static str, meaning: &'static str) -> Parameter {
    Parameter { name, is_required: true, kind, meaning }
}

/// Of a list in pages, `{items, next}`: which page, and how much of it.
pub const PAGE_CURSOR: Parameter = optional("cursor", "string", "`next` of the page before.");
pub const PAGE_LIMIT: Parameter = optional("limit", "integer", "At most so many: 1 to 200, 50 without it.");

/// A value that a query may have.
#[must_use]
pub const fn optional(name: &'static str, kind: &'static str, meaning: &'static str) -> Parameter {
    Parameter { name, is_required: false, kind, meaning }
}

/// A type that the document can describe. Without the document any type will do.
#[cfg(feature = "openapi")]
pub trait Described: utoipa::ToSchema {}
#[cfg(feature = "openapi")]
impl<T: utoipa::ToSchema> Described for T {}
/// A type that the document can describe. Without the document any type will do.
#[cfg(not(feature = "openapi"))]
pub trait Described {}
#[cfg(not(feature = "openapi"))]
impl<T> Described for T {}

/// How the document describes a type; nothing without the document.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    #[cfg(feature = "openapi")]
    pub name: fn() -> String,
    #[cfg(feature = "openapi")]
    pub collect: fn(&mut crate::kernel::openapi::Schemas),
}

impl Schema {
    #[must_use]
    pub const fn of<T: Described>() -> Self {
        Self {
            #[cfg(feature = "openapi")]
            name: || T::name().into_owned(),
            #[cfg(feature = "openapi")]
            collect: crate::kernel::openapi::collect::<T>,
        }
    }
}

/// What a request or an answer carries.
#[derive(Debug, Clone, Copy)]
pub enum Content {
    Nothing,
    Json(Schema),
    /// JSON, or the same things one by one as `text/event-stream`, as the caller accepts.
    JsonOrStream(Schema),
    /// A JSON document without a schema of its own.
    Document,
    /// Signed text, with an ETag: 304 when the caller has it already.
    Text,
}

/// The body of an operation that takes none, or answers none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nothing {}
/// The answer of an operation that sends signed text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {}
/// The answer of an operation that sends a JSON document without a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {}

/// Longest body that an operation takes unless it says otherwise, bytes.
pub const MAX_BODY: usize = 64 * 1024;

/// One row of the table of operations.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    pub method: Method,
    /// With `{...}` where a value stands.
    pub path: &'static str,
    pub summary: &'static str,
    pub access: Access,
    /// Needs an Idempotency-Key, and happens once for it.
    pub is_action: bool,
    pub query: &'static [Parameter],
    pub body: Content,
    /// Longest body, bytes.
    pub max_body: usize,
    /// Status of the answer when it is done.
    pub status: u16,
    pub answer: Content,
    /// What this operation refuses by itself; [`Entry::refusals`] has those of its kind too.
    pub refuses: &'static [ProblemCode],
    /// It sells whatever a service sells, and refuses with what that service refuses.
    pub sells: bool,
    /// It is answered also to an app that is too old for all else.
    pub is_for_every_app: bool,
    /// It is answered with an ETag, and with 304 to whoever has that already.
    pub has_tag: bool,
}

/// An operation with the types of its body and its answer.
pub struct Operation<B, A> {
    entry: Entry,
    types: PhantomData<fn(B) -> A>,
}

impl<B, A> std::ops::Deref for Operation<B, A> {
    type Target = Entry;
    fn deref(&self) -> &Entry {
        &self.entry
    }
}

impl<B, A> fmt::Debug for Operation<B, A> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.entry.method.as_str(), self.entry.path)
    }
}

impl<B, A> Operation<B, A> {
    const fn new(
        (method, path): (Method, &'static str),
        summary: &'static str,
        access: Access,
        body: Content,
        (status, answer): (u16, Content),
    ) -> Self {
        Self {
            entry: Entry {
                method,
                path,
                summary,
                access,
                is_action: false,
                query: &[],
                body,
                max_body: MAX_BODY,
                status,
                answer,
                refuses: &[],
                sells: false,
                is_for_every_app: false,
                has_tag: matches!(answer, Content::Text),
            },
            types: PhantomData,
        }
    }

    /// With values in the query.
    #[must_use]
    pub const fn query(mut self, query: &'static [Parameter]) -> Self {
        self.entry.query = query;
        self
    }

    /// With refusals of its own.
    #[must_use]
    pub const fn refuses(mut self, codes: &'static [ProblemCode]) -> Self {
        self.entry.refuses = codes;
        self
    }

    /// Sells what the services sell.
    #[must_use]
    pub const fn selling(mut self) -> Self {
        self.entry.sells = true;
        self
    }

    /// Answered also to an app that is too old for all else: by this it learns that it is.
    #[must_use]
    pub const fn for_every_app(mut self) -> Self {
        self.entry.is_for_every_app = true;
        self
    }

    /// Answered with an ETag, and with 304 to whoever has that already.
    #[must_use]
    pub const fn tagged(mut self) -> Self {
        self.entry.has_tag = true;
        self
    }

    /// Answered with another status than is usual for its method.
    #[must_use]
    pub const fn answers(mut self, status: u16) -> Self {
        self.entry.status = status;
        self
    }

    /// The row of the table.
    #[must_use]
    pub const fn entry(&self) -> &Entry {
        &self.entry
    }
}

/// Reads something, 200.
#[must_use]
pub const fn get<A: Described>(path: &'static str, summary: &'static str, access: Access) -> Operation<Nothing, A> {
    Operation::new((Method::Get, path), summary, access, Content::Nothing, (200, Content::Json(Schema::of::<A>())))
}

/// Reads a page, or follows what comes as a stream, 200.
#[must_use]
pub const fn follow<A: Described>(path: &'static str, summary: &'static str, access: Access) -> Operation<Nothing, A> {
    let answer = Content::JsonOrStream(Schema::of::<A>());
    Operation::new((Method::Get, path), summary, access, Content::Nothing, (200, answer))
}

/// Reads signed text, 200 or 304.
#[must_use]
pub const fn get_text(path: &'static str, summary: &'static str, access: Access) -> Operation<Nothing, Text> {
    Operation::new((Method::Get, path), summary, access, Content::Nothing, (200, Content::Text))
}

/// Reads a JSON document, 200.
#[must_use]
pub const fn get_document(path: &'static str, summary: &'static str, access: Access) -> Operation<Nothing, Document> {
    Operation::new((Method::Get, path), summary, access, Content::Nothing, (200, Content::Document))
}

/// Makes something, 201.
#[must_use]
pub const fn post<B: Described, A: Described>(
    path: &'static str,
    summary: &'static str,
    access: Access,
) -> Operation<B, A> {
    let body = Content::Json(Schema::of::<B>());
    Operation::new((Method::Post, path), summary, access, body, (201, Content::Json(Schema::of::<A>())))
}

/// Makes something of which the address says all, 201.
#[must_use]
pub const fn make<A: Described>(path: &'static str, summary: &'static str, access: Access) -> Operation<Nothing, A> {
    Operation::new((Method::Post, path), summary, access, Content::Nothing, (201, Content::Json(Schema::of::<A>())))
}

/// Tells something, 204.
#[must_use]
pub const fn tell<B: Described>(path: &'static str, summary: &'static str, access: Access) -> Operation<B, Nothing> {
    let body = Content::Json(Schema::of::<B>());
    Operation::new((Method::Post, path), summary, access, body, (204, Content::Nothing))
}

/// Does something once for its Idempotency-Key, 201.
#[must_use]
pub const fn action<B: Described, A: Described>(
    path: &'static str,
    summary: &'static str,
    access: Access,
) -> Operation<B, A> {
    let mut made = post::<B, A>(path, summary, access);
    made.entry.is_action = true;
    made
}

/// Removes something, 204.
#[must_use]
pub const fn delete(path: &'static str, summary: &'static str, access: Access) -> Operation<Nothing, Nothing> {
    Operation::new((Method::Delete, path), summary, access, Content::Nothing, (204, Content::Nothing))
}

/// Ends something and tells how it ended, 200.
#[must_use]
pub const fn end<A: Described>(path: &'static str, summary: &'static str, access: Access) -> Operation<Nothing, A> {
    Operation::new((Method::Delete, path), summary, access, Content::Nothing, (200, Content::Json(Schema::of::<A>())))
}

/// What is not escaped in a path or a query (RFC 3986 §2.3).
pub(crate) const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Entry {
    /// The path with its `{...}` filled in, in their order, and the query behind it. Values are
    /// escaped: none can break out of its place.
    ///
    /// ```
    /// use mesto_protocol::parking::tickets;
    /// assert_eq!(tickets::READ.target(&["a/b"], &[]), "/v1/tickets/a%2Fb");
    /// assert_eq!(tickets::LIST.target(&[], &[("limit", "20")]), "/v1/tickets?limit=20");
    /// ```
    #[must_use]
    pub fn target(&self, names: &[&str], query: &[(&str, &str)]) -> String {
        let (mut target, mut names) = (String::with_capacity(self.path.len() + 32), names.iter());
        for (place, part) in self.path.split('/').enumerate() {
            if place > 0 {
                target.push('/');
            }
            if part.starts_with('{') {
                target.extend(utf8_percent_encode(names.next().unwrap_or(&""), ESCAPED));
            } else {
                target.push_str(part);
            }
        }
        for (place, (name, value)) in query.iter().enumerate() {
            target.push(if place == 0 { '?' } else { '&' });
            target.push_str(name);
            target.push('=');
            target.extend(utf8_percent_encode(value, ESCAPED));
        }
        target
    }

    /// Every code that it may be refused with: its own, those of whoever calls such an operation,
    /// and those of the operator's own trouble; of one that sells, those of these services too.
    #[must_use]
    pub fn refusals(&self, services: &[&Service]) -> Vec<ProblemCode> {
        let mut codes = self.refuses.to_vec();
        if self.sells {
            for code in services.iter().filter_map(|service| service.sells()).flat_map(|sells| sells.refuses) {
                if !codes.contains(code) {
                    codes.push(*code);
                }
            }
        }
        match self.access {
            Access::Anybody | Access::Provider => {}
            Access::SignedIn => codes.push(ProblemCode::Unauthorized),
            Access::Permitted(_) => codes.extend([ProblemCode::Unauthorized, ProblemCode::Forbidden]),
        }
        if !matches!(self.body, Content::Nothing) || !self.query.is_empty() {
            codes.push(ProblemCode::BadRequest);
        }
        if !matches!(self.body, Content::Nothing) {
            codes.push(ProblemCode::ContentTypeUnsupported);
        }
        if self.is_action {
            codes.extend(ACTION);
        }
        let never = |code: &ProblemCode| self.is_for_every_app && *code == ProblemCode::ClientTooOld;
        codes.extend(ALWAYS.into_iter().filter(|code| !self.refuses.contains(code) && !never(code)));
        codes
    }
}

/// What every action may be refused with.
pub const ACTION: [ProblemCode; 6] = [
    ProblemCode::IdempotencyKeyMissing,
    ProblemCode::IdempotencyKeyInvalid,
    ProblemCode::IdempotencyKeyReused,
    ProblemCode::RequestInFlight,
    ProblemCode::IntentCancelled,
    ProblemCode::IntentExpired,
];

/// What anything may be refused with.
pub const ALWAYS: [ProblemCode; 6] = [
    ProblemCode::BodyTooLarge,
    ProblemCode::ClientTooOld,
    ProblemCode::Internal,
    ProblemCode::StorageFull,
    ProblemCode::TooManyRequests,
    ProblemCode::Unavailable,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_break_out_of_a_path_or_a_query() {
        const END: Operation<Nothing, Nothing> = delete("/v1/orders/{order}/end", "", Access::Anybody);
        assert_eq!(END.target(&["a/../b?c"], &[]), "/v1/orders/a%2F..%2Fb%3Fc/end");
        assert_eq!(END.target(&["Š1"], &[("x", "1&y=2")]), "/v1/orders/%C5%A01/end?x=1%26y%3D2");
    }
}
