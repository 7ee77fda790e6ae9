//! The table of what `/v1` can do: method, path, who may, what goes in, what comes out, which refusals belong to it.

use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use super::{collect, reference};
use crate::kernel::problem::ProblemCode::{self, *};
use crate::kernel::{event, intents, route};
use crate::{base, orders, parking};

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    Anybody,
    /// Any signed-in account.
    SignedIn,
    Driver,
    Inspector,
    /// The bank, by its signature over the body.
    Bank,
}

/// What a request or an answer carries.
#[derive(Debug, Clone)]
pub enum Body {
    Nothing,
    Json {
        name: String,
        collect: fn(&mut Vec<(String, RefOr<Schema>)>),
    },
    /// JSON, or the same things one by one as `text/event-stream`, as the caller accepts.
    JsonOrStream {
        name: String,
        collect: fn(&mut Vec<(String, RefOr<Schema>)>),
    },
    /// A JSON document without a schema of its own.
    Open,
    /// Signed text, with an ETag.
    Text,
}

/// One method of one path.
#[derive(Debug, Clone)]
pub struct Operation {
    pub method: &'static str,
    pub path: &'static str,
    pub summary: &'static str,
    pub auth: Auth,
    /// Needs an Idempotency-Key.
    pub is_action: bool,
    /// Name, required, schema type, what it means.
    pub query: Vec<(&'static str, bool, &'static str, &'static str)>,
    pub body: Option<Body>,
    pub answers: Vec<(u16, Body)>,
    pub refusals: Vec<ProblemCode>,
}

fn operation(method: &'static str, path: &'static str, summary: &'static str, auth: Auth) -> Operation {
    let (query, answers, refusals) = (Vec::new(), Vec::new(), Vec::new());
    Operation { method, path, summary, auth, is_action: false, query, body: None, answers, refusals }
}

fn get(path: &'static str, summary: &'static str, auth: Auth) -> Operation {
    operation("GET", path, summary, auth)
}

fn post(path: &'static str, summary: &'static str, auth: Auth) -> Operation {
    operation("POST", path, summary, auth).refuses(&[BadRequest, BodyTooLarge])
}

fn delete(path: &'static str, summary: &'static str, auth: Auth) -> Operation {
    operation("DELETE", path, summary, auth)
}

fn json_of<T: ToSchema>() -> Body {
    Body::Json { name: T::name().into_owned(), collect: collect::<T> }
}

impl Operation {
    fn action(mut self) -> Self {
        self.is_action = true;
        self.refuses(&[
            IdempotencyKeyMissing,
            IdempotencyKeyInvalid,
            IdempotencyKeyReused,
            RequestInFlight,
            IntentCancelled,
            StorageFull,
        ])
    }

    fn query(mut self, name: &'static str, required: bool, kind: &'static str, meaning: &'static str) -> Self {
        self.query.push((name, required, kind, meaning));
        self
    }

    fn takes<T: ToSchema>(mut self) -> Self {
        self.body = Some(json_of::<T>());
        self
    }

    fn answers<T: ToSchema>(self, status: u16) -> Self {
        self.answers_with(status, json_of::<T>())
    }

    fn answers_with(mut self, status: u16, body: Body) -> Self {
        self.answers.push((status, body));
        self
    }

    fn refuses(mut self, codes: &[ProblemCode]) -> Self {
        self.refusals.extend_from_slice(codes);
        self
    }
}

/// Every operation, in the order of the paths.
#[must_use]
pub fn operations() -> Vec<Operation> {
    [reading(), signing_in(), parking(), paying(), following(), inspecting()].concat()
}

fn reading() -> Vec<Operation> {
    vec![
        get(route::HEALTH, "Whether this instance and its store answer", Auth::Anybody).answers_with(200, Body::Open),
        get(route::OPENAPI, "This document", Auth::Anybody).answers_with(200, Body::Open),
        get(route::CLOCK, "The operator's clock", Auth::Anybody).answers::<base::public::Clock>(200),
        get(route::KEYS, "The key set, signed by the root key: base64url of a COSE_Sign1", Auth::Anybody)
            .answers_with(200, Body::Text)
            .answers_with(304, Body::Nothing),
        get(
            route::CITY,
            "A city, signed with a city key: base64url of a COSE_Sign1 over its canonical JSON",
            Auth::Anybody,
        )
        .answers_with(200, Body::Text)
        .answers_with(304, Body::Nothing)
        .refuses(&[CityUnknown]),
        get(route::ZONES, "Zones near a position, nearest first; a sign code wins over the position", Auth::Anybody)
            .query("city", true, "string", "Id of the city.")
            .query("lat", false, "number", "Degrees north, WGS 84.")
            .query("lon", false, "number", "Degrees east, WGS 84.")
            .query("sign", false, "string", "The code on a zone's sign, typed or scanned.")
            .query("lang", false, "string", "Language of the names; `en` unless given.")
            .answers::<parking::zones::Zones>(200)
            .refuses(&[CityUnknown, SignUnknown, PositionInvalid]),
    ]
}

fn signing_in() -> Vec<Operation> {
    vec![
        post(
            route::ONE_TIME_CODE,
            "Sends a one-time code; the same answer for known and unknown numbers",
            Auth::Anybody,
        )
        .takes::<base::sign_in::CodeRequest>()
        .answers::<base::sign_in::CodeSent>(200)
        .refuses(&[PhoneInvalid, TooManyRequests]),
        post(route::SESSION, "Trades a one-time code for a token and registers the device's key", Auth::Anybody)
            .takes::<base::sign_in::SignIn>()
            .answers::<base::sign_in::Session>(201)
            .refuses(&[PhoneInvalid, CodeWrong, CodeExpired, CodeTriesExhausted, DeviceKeyInvalid, TooManyRequests]),
        delete(route::SESSION, "Ends this session", Auth::SignedIn).answers_with(204, Body::Nothing),
        get(route::ACCOUNT, "Everything an app shows, as of one cursor", Auth::SignedIn)
            .answers::<base::accounts::Account>(200),
        delete(
            route::ACCOUNT,
            "Closes the account: the person is erased, what is left of the deposit is owed as a refund",
            Auth::Driver,
        )
        .answers_with(204, Body::Nothing),
        get(route::ACCOUNT_EXPORT, "Everything that is stored about the person", Auth::Driver)
            .answers_with(200, Body::Open),
        get(route::VEHICLES, "The account's vehicles", Auth::Driver).answers::<base::vehicles::Vehicles>(200),
        post(route::VEHICLES, "Adds a vehicle", Auth::Driver)
            .takes::<base::vehicles::NewVehicle>()
            .answers::<base::vehicles::Vehicle>(201)
            .refuses(&[CityUnknown, PlateInvalid, VehicleExists, TooManyVehicles]),
        delete(route::VEHICLE, "Removes a vehicle", Auth::Driver).answers_with(204, Body::Nothing).refuses(&[NotFound]),
    ]
}

fn parking() -> Vec<Operation> {
    vec![
        post(route::QUOTES, "A price that holds for two minutes, explained; or what would be allowed", Auth::Driver)
            .takes::<parking::quotes::QuoteRequest>()
            .answers::<parking::quotes::Quote>(201)
            .refuses(&[
                CityUnknown,
                ZoneUnknown,
                VehicleUnknown,
                MinutesNotPositive,
                MaxStayExceeded,
                LimitReached,
                NoReturn,
            ])
            .refuses(&[NotCharged, TariffUnknown, PaymentMethodNotAllowed, OutOfRange]),
        post(route::TICKETS, "Buys a quote", Auth::Driver)
            .action()
            .takes::<parking::quotes::Purchase>()
            .answers::<parking::quotes::Purchased>(201)
            .refuses(&[
                IntentExpired,
                QuoteUnknown,
                QuoteExpired,
                QuoteUsed,
                QuoteStale,
                DepositTooLow,
                PaymentMethodNotAllowed,
            ]),
        get(route::TICKETS, "Tickets, newest first", Auth::Driver)
            .query("before", false, "string", "Id of a ticket: those older than it.")
            .query("limit", false, "integer", "At most so many.")
            .answers::<parking::tickets::Tickets>(200),
        get(route::TICKET, "One ticket", Auth::Driver).answers::<parking::tickets::Ticket>(200).refuses(&[NotFound]),
    ]
}

fn paying() -> Vec<Operation> {
    vec![
        get(route::DEPOSIT, "The deposit's balance and what consumed it, newest first", Auth::Driver)
            .query("before", false, "integer", "Id of an entry: those older than it.")
            .query("limit", false, "integer", "At most so many.")
            .answers::<base::wallet::Deposit>(200),
        post(route::TOPUPS, "Begins a top-up; its page at the bank takes the card", Auth::Driver)
            .action()
            .takes::<base::wallet::NewTopup>()
            .answers::<base::wallet::Topup>(201)
            .refuses(&[IntentExpired, AmountNotOffered, BankUnavailable]),
        get(route::TOPUP, "How a top-up stands", Auth::Driver).answers::<base::wallet::Topup>(200).refuses(&[NotFound]),
        get(route::ORDERS, "Daily orders of the account's vehicles, newest first", Auth::Driver)
            .answers::<orders::driver::Orders>(200),
        post(route::ORDER_PAYMENT, "Pays a daily order from the deposit", Auth::Driver)
            .action()
            .takes::<orders::driver::OrderPayment>()
            .answers::<orders::driver::OrderPaid>(200)
            .refuses(&[NotFound, IntentExpired, OrderAlreadyPaid, OrderNotPayable, DepositTooLow]),
        post(route::BANK_NOTICE, "The bank tells how a payment ended; sent again until it is taken", Auth::Bank)
            .takes::<base::payments::BankNotice>()
            .answers_with(204, Body::Nothing)
            .refuses(&[BankNoticeInvalid, NotFound]),
    ]
}

fn following() -> Vec<Operation> {
    let outcome = || {
        get(route::INTENT, "How an action ended, by its Idempotency-Key", Auth::SignedIn)
            .answers::<intents::IntentOutcome>(200)
            .refuses(&[IdempotencyKeyInvalid])
    };
    let page = Body::JsonOrStream { name: event::EventPage::name().into_owned(), collect: collect::<event::EventPage> };
    vec![
        outcome(),
        Operation {
            method: "DELETE",
            summary: "Cancels an action that was never seen: it is refused if it arrives",
            ..outcome()
        },
        get(
            route::EVENTS,
            "Changes of the account, in order; `Last-Event-ID` or `after` is the cursor",
            Auth::SignedIn,
        )
        .query("after", false, "integer", "Events after this `seq`; 0 for all.")
        .answers_with(200, page)
        .refuses(&[CursorTooOld]),
    ]
}

fn inspecting() -> Vec<Operation> {
    vec![
        get(route::INSPECTOR_CHECK, "Whether a plate is covered in a zone now", Auth::Inspector)
            .query("city", true, "string", "Id of the city.")
            .query("plate", true, "string", "As it is read on the car.")
            .query("zone", true, "string", "Id of the zone.")
            .answers::<orders::control::PlateCheck>(200)
            .refuses(&[CityUnknown, ZoneUnknown, PlateInvalid]),
        post(route::INSPECTOR_ORDERS, "Issues a daily order", Auth::Inspector)
            .action()
            .takes::<orders::control::NewOrder>()
            .answers::<orders::driver::Order>(201)
            .refuses(&[
                CityUnknown,
                ZoneUnknown,
                PlateInvalid,
                TicketCoversPlate,
                OrderExists,
                TariffUnknown,
                NotCharged,
            ]),
    ]
}

impl Operation {
    /// Its entry in the document.
    pub(super) fn describe(&self) -> Value {
        let mut entry = Map::new();
        entry.insert("summary".to_owned(), self.summary.into());
        entry.insert("operationId".to_owned(), self.id().into());
        entry.insert("parameters".to_owned(), self.parameters());
        if let Some(body) = &self.body {
            entry.insert("requestBody".to_owned(), json!({"required": true, "content": content(body)}));
        }
        let security = match self.auth {
            Auth::Anybody => json!([]),
            Auth::Bank => json!([{"bank": []}]),
            Auth::SignedIn | Auth::Driver | Auth::Inspector => json!([{"token": []}]),
        };
        entry.insert("security".to_owned(), security);
        entry.insert("responses".to_owned(), self.responses());
        Value::Object(entry)
    }

    /// `post_v1_orders_order_payment`
    fn id(&self) -> String {
        let path = self.path.replace(|one: char| !one.is_ascii_alphanumeric(), "_");
        let mut words = vec![self.method.to_ascii_lowercase()];
        words.extend(path.split('_').filter(|word| !word.is_empty()).map(str::to_owned));
        words.join("_")
    }

    fn parameters(&self) -> Value {
        let mut parameters = vec![json!({"$ref": "#/components/parameters/Client"})];
        if self.is_action {
            parameters.push(json!({"$ref": "#/components/parameters/IdempotencyKey"}));
        }
        for part in self.path.split('/') {
            if let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                parameters.push(json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
            }
        }
        for (name, required, kind, meaning) in &self.query {
            parameters.push(json!({"name": name, "in": "query", "required": required, "description": meaning, "schema": {"type": kind}}));
        }
        Value::Array(parameters)
    }

    fn responses(&self) -> Value {
        let mut responses = Map::new();
        for (status, body) in &self.answers {
            let mut response = json!({"description": meaning_of(*status), "headers": {(route::TIME): {"$ref": "#/components/headers/Time"}}});
            if let (Some(response), false) = (response.as_object_mut(), matches!(body, Body::Nothing)) {
                response.insert("content".to_owned(), content(body));
            }
            responses.insert(status.to_string(), response);
        }
        for (status, codes) in self.refusals_by_status() {
            let codes: Vec<String> = codes.iter().map(|code| format!("`{}` {}", code.as_str(), code.title())).collect();
            // A description may stand beside a reference (OpenAPI 3.1, Reference Object).
            let response = json!({"$ref": "#/components/responses/Problem", "description": codes.join(". ")});
            responses.insert(status.to_string(), response);
        }
        responses.insert("default".to_owned(), json!({"$ref": "#/components/responses/Problem"}));
        Value::Object(responses)
    }

    /// Those of the operation and those every caller of its kind can meet.
    fn refusals_by_status(&self) -> std::collections::BTreeMap<u16, Vec<ProblemCode>> {
        let mut codes = self.refusals.clone();
        match self.auth {
            Auth::Anybody | Auth::Bank => {}
            Auth::SignedIn => codes.push(Unauthorized),
            Auth::Driver | Auth::Inspector => codes.extend([Unauthorized, Forbidden]),
        }
        let mut by_status = std::collections::BTreeMap::<u16, Vec<ProblemCode>>::new();
        for code in codes {
            by_status.entry(code.status()).or_default().push(code);
        }
        by_status
    }
}

fn meaning_of(status: u16) -> &'static str {
    match status {
        201 => "Made",
        204 => "Done",
        304 => "Not changed since that ETag",
        _ => "The answer",
    }
}

fn content(body: &Body) -> Value {
    match body {
        Body::Nothing => json!({}),
        Body::Json { name, .. } => json!({"application/json": {"schema": reference(name)}}),
        Body::JsonOrStream { name, .. } => json!({
            "application/json": {"schema": reference(name)},
            "text/event-stream": {"schema": {"type": "string", "description": "`id` is the cursor, `event` the kind, `data` an Event."}},
        }),
        Body::Open => json!({"application/json": {"schema": {"type": "object"}}}),
        Body::Text => json!({"text/plain": {"schema": {"type": "string", "contentEncoding": "base64url"}}}),
    }
}
