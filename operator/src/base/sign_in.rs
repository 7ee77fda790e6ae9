//! Signing in: a one-time code by SMS, a token that is stored hashed, a device key that is bound
//! into tickets.

use std::net::{IpAddr, Ipv6Addr};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use mesto_protocol::base::sign_in::{self as wire, CodeRequest, CodeSent, DeviceSession, Session, SessionPage, SignIn};
use mesto_protocol::device::DeviceKey;
use mesto_protocol::kernel::grants::{Grant, Role};
use mesto_protocol::kernel::ids::{AccountId, DeviceId};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::Language;
use serde_json::Map;
use subtle::ConstantTimeEq as _;

use crate::base::messages::{self, Sms, Urgency};
use crate::base::phone;
use crate::kernel::account::{AccountKindWord, AccountRow, LockedAccount};
use crate::kernel::call::Call;
use crate::kernel::caller::{self, DeviceRow, TokenRow};
use crate::kernel::epoch;
use crate::kernel::failure::{Failure, Outcome, refuse};
use crate::kernel::grants::{self, NewGrant};
use crate::kernel::limits::{Limit, Limits, seconds_of};
use crate::kernel::operator::Operator;
use crate::kernel::paging::AskedPage;
use crate::kernel::retention::{Rule, before};
use crate::kernel::service::{Erasure, Export, Service, Table, Told, serve};
use crate::kernel::store::{Select, StoreError, Tx, Write};
use crate::kernel::text;
use crate::{delete, find, table, update, values};

/// Digits of a one-time code.
const DIGITS: u8 = 6;
const DIFFERENT_CODES: u64 = 1_000_000;
const DEVICE_NAME_MAX: usize = 60;

table! {
    pub(crate) struct PersonRow in "person" {
        account: AccountId,
        phone: Option<String>,
        name: Option<String>,
        /// BCP 47; what messages to the person are written in.
        language: Option<Language>,
        created_at: DateTime<Utc>,
    }
}

table! {
    pub(crate) struct OneTimeCodeRow in "one_time_code" {
        phone: String,
        hash: String,
        expires_at: DateTime<Utc>,
        resend_at: DateTime<Utc>,
        /// The network that asked for it, hashed.
        network: String,
        /// Wrong codes from that network, and from all others together.
        own_tries: i64,
        tries: i64,
    }
}

pub(crate) const SERVICE: Service = Service {
    operations: &[&[
        serve!(post wire::SEND_CODE => send_code),
        serve!(post wire::SIGN_IN => sign_in),
        serve!(delete wire::SIGN_OUT => sign_out),
        serve!(get wire::SESSIONS => sessions),
        serve!(delete wire::END_SESSION => end_session),
    ]],
    tables: &[
        Table {
            name: "one_time_code",
            export: Export::Excused("waits for minutes, and only as a hash"),
            erasure: Erasure::AtClosing(&[
                "DELETE FROM one_time_code WHERE phone = (SELECT phone FROM person WHERE account = $1)",
            ]),
        },
        Table {
            name: "token",
            export: Export::Rows {
                called: "sessions",
                columns: &[Told::Time("created_at"), Told::Time("expires_at")],
                from: "token WHERE account = $1 ORDER BY created_at",
            },
            erasure: Erasure::WithTime("the token by which an account was closed tells that again; it names no person"),
        },
        Table {
            name: "device",
            export: Export::Rows {
                called: "devices",
                columns: &[Told::Plain("name"), Told::Plain("public_key"), Told::Time("created_at")],
                from: "device WHERE account = $1 ORDER BY id",
            },
            erasure: Erasure::AtClosing(&["DELETE FROM device WHERE account = $1"]),
        },
        Table {
            name: "person",
            export: Export::Rows {
                called: "person",
                columns: &[
                    Told::Plain("phone"),
                    Told::Plain("name"),
                    Told::Plain("language"),
                    Told::Time("created_at"),
                ],
                from: "person WHERE account = $1",
            },
            erasure: Erasure::AtClosing(&["DELETE FROM person WHERE account = $1"]),
        },
    ],
    closing: Some(closing),
    retention: Some(erase_old),
    ..Service::of(&wire::SERVICE)
};

/// Every session of an account that is closed ends. The one that closed it is only good for asking
/// again how that ended.
fn closing(tx: &mut dyn Tx, call: &Call<'_>, account: &mut LockedAccount) -> Outcome<()> {
    let others = "DELETE FROM token WHERE account = $1 AND hash <> $2";
    tx.write(Write::sql("token", others, values![account.id, call.token.as_str()]))?;
    let own = "UPDATE token SET device = NULL, device_key = NULL WHERE account = $1";
    Ok(tx.write(Write::sql("token", own, values![account.id]))?)
}

fn erase_old(operator: &Operator, now: DateTime<Utc>) -> Outcome<Vec<Rule>> {
    let old = before(now, operator.home.retention.sign_in_days);
    Ok(vec![
        Rule::deleted("one_time_code", &["phone"], "one_time_code.expires_at < $1", values![old]),
        Rule::deleted("token", &["hash"], "token.expires_at < $1", values![old]),
    ])
}

/// How often a code is sent and tried, and how long it and a session are good for.
///
/// Nobody can use these against another: a wrong code counts against the code and the network that
/// tried it, a code that is good stays good until the next one may be asked for, and a network that
/// asks for many is slowed and never shut out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInLimits {
    /// A one-time code is good for so long, or until another one can be asked for if that is later.
    pub code_lifetime: TimeDelta,
    /// Wrong codes that one network may try against a code; the network that asked for it has as
    /// many, whatever others try.
    pub code_tries: i64,
    /// Wrong codes that all other networks together may try against a code.
    pub code_tries_of_others: i64,
    /// Another code can be asked for after this; twice as long after each one of the last hour, up
    /// to the longest.
    pub code_resend: TimeDelta,
    pub code_resend_longest: TimeDelta,
    /// So many codes, asked for or wrong, of a network in an hour are usual; then it waits so long
    /// between two that it asks for.
    pub codes_per_network: i64,
    pub network_pause: TimeDelta,
    pub token_lifetime: TimeDelta,
}

impl Default for SignInLimits {
    fn default() -> Self {
        Self {
            code_lifetime: TimeDelta::minutes(5),
            code_tries: 5,
            code_tries_of_others: 30,
            code_resend: TimeDelta::seconds(30),
            code_resend_longest: TimeDelta::minutes(15),
            codes_per_network: 120,
            network_pause: TimeDelta::seconds(20),
            token_lifetime: TimeDelta::days(180),
        }
    }
}

impl Limits for SignInLimits {}

impl SignInLimits {
    /// How long the next code waits after one before which so many were sent within the hour.
    fn resend(&self, sent: i64) -> TimeDelta {
        let doubled = i32::try_from(1_i64 << sent.clamp(0, 16)).unwrap_or(i32::MAX);
        (self.code_resend * doubled).min(self.longest_resend())
    }

    fn longest_resend(&self) -> TimeDelta {
        self.code_resend_longest.max(self.code_resend)
    }
}

/// What limits count as one: the addresses of an IPv4 network of 256, and of an IPv6 network as one
/// household has it.
fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        Err(_) => address.to_owned(),
    }
}

/// The countries, ISO 3166-1, whose numbers codes are sent to.
pub(crate) struct SmsCountries(Vec<String>);

/// A code is only sent where messages cost what the operator has reckoned with.
fn check_country(operator: &Operator, phone: &str) -> Outcome<()> {
    let home = &operator.home.sections.plates.country;
    let served = operator.parts.get::<SmsCountries>().map_or(std::slice::from_ref(home), |countries| &countries.0);
    if phone::region(phone).is_some_and(|region| served.contains(&region)) {
        return Ok(());
    }
    Err(Problem::new(
        ProblemCode::PhoneCountryNotServed,
        format!("codes are sent to numbers of these countries: {}", served.join(", ")),
    )
    .with("countries", served.join(", "))
    .into())
}

impl Operator {
    /// The operator that sends codes to numbers of these countries, ISO 3166-1; without this, to
    /// those of the home city's country.
    ///
    /// # Errors
    /// What is no country.
    pub fn texting(mut self, countries: &[String]) -> Result<Self, String> {
        let countries: Vec<String> = countries.iter().map(|country| country.trim().to_uppercase()).collect();
        if let Some(wrong) = countries.iter().find(|country| !phone::is_region(country)) {
            return Err(format!("`{wrong}` is no country; give two letters for each, such as RS,BA,ME"));
        }
        if countries.is_empty() {
            return Err("give at least one country, such as RS".to_owned());
        }
        self.parts = self.parts.with(SmsCountries(countries));
        Ok(self)
    }
}

fn send_code(tx: &mut dyn Tx, call: &mut Call<'_>, asked: CodeRequest) -> Outcome<CodeSent> {
    let phone = phone(call.operator, &asked.phone)?;
    check_country(call.operator, &phone)?;
    let (allowed, now) = (call.operator.limits::<SignInLimits>(), call.now);
    let waiting = tx.first(find!(OneTimeCodeRow { phone: &phone }).locking("one_time_code"))?;
    // One that would wait for longer than any was sent by a clock that was ahead.
    if let Some(waiting) = &waiting
        && now < waiting.resend_at
        && waiting.resend_at - now <= allowed.longest_resend()
    {
        let seconds = seconds_of(waiting.resend_at - now);
        let detail =
            format!("a code was sent to this number and is still good; wait {seconds} seconds for another one");
        return Err(Problem::new(ProblemCode::CodeSentAlready, detail)
            .with("retry_after_seconds", seconds)
            .with("expires_at", told(waiting.expires_at))
            .with("resend_at", told(waiting.resend_at))
            .with("digits", DIGITS)
            .into());
    }
    let network = network(&call.request.address);
    let of_number = Limit { kind: CODES, subject: &phone, most: i64::MAX };
    let of_network = Limit { kind: CODES_OF_NETWORK, subject: &network, most: allowed.codes_per_network };
    of_network.slow(tx, now, allowed.network_pause)?;
    let resend = allowed.resend(of_number.tried(tx, now)?);
    let is_known = tx.first(find!(PersonRow { phone: Some(phone.as_str()) }))?.is_some();
    for limit in [of_number, of_network] {
        limit.count(tx, call.operator, now)?;
    }
    let code = code(call);
    let (expires_at, resend_at) = (now + allowed.code_lifetime.max(resend), now + resend);
    let (hash, network) = (hashed(&phone, &code), text::sha256(network.as_bytes()));
    tx.write(match waiting {
        Some(_) => update!(OneTimeCodeRow { phone: &phone } set {
            hash: hash, expires_at: expires_at, resend_at: resend_at, network: network, own_tries: 0, tries: 0
        }),
        None => Write::insert(OneTimeCodeRow {
            phone: phone.clone(),
            hash,
            expires_at,
            resend_at,
            network,
            own_tries: 0,
            tries: 0,
        }),
    })?;
    let minutes = (expires_at - now).num_minutes();
    let params = Map::from_iter([("code".to_owned(), code.into()), ("minutes".to_owned(), minutes.into())]);
    let urgency = if is_known { Urgency::CodeOfAccount } else { Urgency::CodeOfStranger };
    let (template, language) = (messages::SIGN_IN_CODE, asked.language);
    messages::send(tx, call, Sms { to: &phone, template, params, language, urgency, valid_until: expires_at })?;
    Ok(CodeSent { expires_at, resend_at, digits: DIGITS })
}

/// What limits count: codes sent to a number; codes that a network asked for, and wrong ones; wrong
/// ones of a network against one code.
const CODES: &str = "code_number";
const CODES_OF_NETWORK: &str = "code_network";
const WRONG_CODES: &str = "wrong_code";

fn sign_in(tx: &mut dyn Tx, call: &mut Call<'_>, asked: SignIn) -> Outcome<Session> {
    let phone = phone(call.operator, &asked.phone)?;
    let device_key = DeviceKey::from_text(&asked.device_key)
        .map_err(|error| Problem::new(ProblemCode::DeviceKeyInvalid, error.to_string()))?;
    let (allowed, now) = (call.operator.limits::<SignInLimits>(), call.now);
    // The row is locked: two guesses at once are two tries.
    let Some(sent) = tx.first(find!(OneTimeCodeRow { phone: &phone }).locking("one_time_code"))? else {
        return refuse(ProblemCode::CodeExpired, "no code is waiting for this number; ask for one");
    };
    if now >= sent.expires_at {
        return refuse(ProblemCode::CodeExpired, "the code is too old; ask for a new one");
    }
    let network = network(&call.request.address);
    let is_own = sent.network == text::sha256(network.as_bytes());
    let against = format!("{}/{network}", sent.hash);
    let of_network = Limit { kind: WRONG_CODES, subject: &against, most: allowed.code_tries };
    let left = match is_own {
        true => allowed.code_tries - sent.own_tries,
        false => (allowed.code_tries - of_network.tried(tx, now)?).min(allowed.code_tries_of_others - sent.tries),
    } - 1;
    if left < 0 {
        return refuse(ProblemCode::CodeTriesExhausted, "the code was tried too often; ask for a new one");
    }
    let given = hashed(&phone, &wire::code_of(&asked.code));
    if !bool::from(sent.hash.as_bytes().ct_eq(given.as_bytes())) {
        if is_own {
            tx.write(update!(OneTimeCodeRow { phone: &phone } set { own_tries: sent.own_tries + 1 }))?;
        } else {
            tx.write(update!(OneTimeCodeRow { phone: &phone } set { tries: sent.tries + 1 }))?;
            of_network.count(tx, call.operator, now)?;
        }
        let slows = Limit { kind: CODES_OF_NETWORK, subject: &network, most: allowed.codes_per_network };
        slows.count(tx, call.operator, now)?;
        return Err(Failure::Counted(Box::new(
            Problem::new(ProblemCode::CodeWrong, format!("this is not the code that was sent; {left} tries are left"))
                .with("tries_left", left),
        )));
    }
    let (account, grants) = account_of(tx, call, &phone, asked.language)?;
    tx.write(delete!(OneTimeCodeRow { phone: &phone }))?;
    // Whoever has the phone needs not wait for what others asked for.
    Limit { kind: CODES, subject: &phone, most: i64::MAX }.forget(tx)?;
    let device: DeviceId = call.operator.new_id(now);
    let name = text::plain(&asked.device, DEVICE_NAME_MAX);
    let public_key = device_key.to_text();
    let own = Some((device, public_key.clone()));
    tx.write(Write::insert(DeviceRow { id: device, account, name, public_key, created_at: now }))?;
    let (token, expires_at) = issue_token(tx, call.operator, now, account, own)?;
    call.operator.gives_token(&token, account, &grants);
    Ok(Session { token, grants, account, expires_at })
}

/// The token ends now.
fn sign_out(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<()> {
    LockedAccount::take(tx, call.who()?.account)?;
    Ok(tx.write(delete!(TokenRow { hash: caller::token_hash(call.request)? }))?)
}

/// The devices that are signed in, newest first.
fn sessions(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<SessionPage> {
    let asked = AskedPage::<DeviceId>::of(call.request)?;
    let (account, now) = (call.who()?.account, call.now.timestamp_millis());
    let rows: Vec<(TokenRow, DeviceRow)> = tx.all(Select::of(
        "FROM token JOIN device ON device.id = token.device WHERE token.account = $1 AND token.expires_at > $2 AND device.id < $3 ORDER BY device.id DESC LIMIT $4",
        values![account, now, asked.older_than(), asked.reads()],
    ))?;
    let session = |(token, device): (TokenRow, DeviceRow)| DeviceSession {
        id: device.id,
        device: device.name,
        is_own: token.hash == call.token,
        signed_in_at: token.created_at,
        expires_at: token.expires_at,
    };
    let (items, next) = asked.page(rows.into_iter().map(session).collect(), |session| session.id.to_string());
    Ok(SessionPage { items, next })
}

/// The token of another device of the account ends now.
fn end_session(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<()> {
    let (named, account): (Option<DeviceId>, _) = (call.named().parse().ok(), call.who()?.account);
    let token = match named {
        Some(device) => {
            LockedAccount::take(tx, account)?;
            tx.first(find!(TokenRow { account: account, device: Some(device) }))?
        }
        None => None,
    };
    let Some(token) = token.filter(|token| token.expires_at > call.now) else {
        return refuse(ProblemCode::NotFound, "no such device is signed in to your account");
    };
    if token.hash == call.token {
        return refuse(ProblemCode::SessionIsOwn, "this is the session that asks: end it by DELETE /v1/auth/session");
    }
    Ok(tx.write(delete!(TokenRow { hash: token.hash }))?)
}

/// The account of a number and its roles; a new one, of a driver, for a number that has none. Who
/// makes it at the same moment collides, and then finds it.
fn account_of(
    tx: &mut dyn Tx,
    call: &Call<'_>,
    phone: &str,
    language: Option<Language>,
) -> Outcome<(AccountId, Vec<Grant>)> {
    let Some(person) = tx.first(find!(PersonRow { phone: Some(phone) }))? else {
        let (role, by, from) = (Role::Driver, "sign_in", call.now);
        let new = NewGrant { role, city: None, place: None, from, until: None, by };
        let (account, grant) = create(tx, call.operator, call.now, AccountKindWord::Person, &new)?;
        let person = PersonRow { account, phone: Some(phone.to_owned()), name: None, language, created_at: call.now };
        tx.write(Write::insert(person))?;
        return Ok((account, vec![grant]));
    };
    let locked = LockedAccount::take(tx, person.account)?;
    if locked.is_closed {
        // It was closed since the person was read: run again, and the person is gone.
        return Err(StoreError::Contended.into());
    }
    if language.is_some() && language != person.language {
        tx.write(update!(PersonRow { account: locked.id } set { language: language }))?;
    }
    Ok((locked.id, grants::standing(&locked.roles, call.now)?))
}

/// A new account with a role, without a person.
pub(crate) fn create(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    kind: AccountKindWord,
    new: &NewGrant<'_>,
) -> Outcome<(AccountId, Grant)> {
    epoch::ensure(tx, operator, now)?;
    let id: AccountId = operator.new_id(now);
    let grant = new.made(operator, now);
    tx.write(Write::insert(AccountRow {
        id,
        kind,
        seq: 0,
        currency: operator.home.currency,
        deposit: 0,
        events_from: 0,
        created_at: now,
        closed_at: None,
        roles: grants::stored(std::slice::from_ref(&grant))?,
    }))?;
    grants::given(tx, now, id, &grant, new.by)?;
    Ok((id, grant))
}

/// A new token; only its hash is stored.
pub(crate) fn issue_token(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    account: AccountId,
    device: Option<(DeviceId, String)>,
) -> Outcome<(String, DateTime<Utc>)> {
    let mut secret = [0; 32];
    operator.entropy.fill(&mut secret);
    let token = base16ct::lower::encode_string(&secret);
    let expires_at = now + operator.limits::<SignInLimits>().token_lifetime;
    let (device, device_key) = device.unzip();
    tx.write(Write::insert(TokenRow {
        hash: text::sha256(token.as_bytes()),
        account,
        device,
        device_key,
        created_at: now,
        expires_at,
    }))?;
    Ok((token, expires_at))
}

/// The number as it is stored; one without a country is of the home city's.
fn phone(operator: &Operator, typed: &str) -> Result<String, Problem> {
    phone::read(typed, &operator.home.sections.plates.country)
}

/// A moment as a refusal tells it.
fn told(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Six digits, each code as likely as any other.
fn code(call: &Call<'_>) -> String {
    loop {
        let mut bytes = [0; 4];
        call.operator.entropy.fill(&mut bytes);
        let drawn = u64::from(u32::from_be_bytes(bytes));
        // The remainder of the last, incomplete round would favour small codes.
        if drawn < u64::from(u32::MAX) / DIFFERENT_CODES * DIFFERENT_CODES {
            return format!("{:06}", drawn % DIFFERENT_CODES);
        }
    }
}

fn hashed(phone: &str, code: &str) -> String {
    text::sha256(format!("{phone}/{code}").as_bytes())
}
