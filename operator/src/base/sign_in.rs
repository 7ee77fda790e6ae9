//! Signing in: a one-time code by SMS, a token that is stored hashed, a device key that is bound into tickets.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::base::sign_in::{CodeRequest, CodeSent, Role, Session, SignIn};
use mesto_protocol::device::DeviceKey;
use mesto_protocol::{Problem, ProblemCode};

use crate::base::messages;
use crate::kernel::account::Held;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::http::{Request, Response};
use crate::kernel::routes::Call;
use crate::kernel::store::{Ask, Row, Tx};
use crate::kernel::{text, words};
use crate::values;

/// Digits of a one-time code.
const DIGITS: u8 = 6;
const CODES: u64 = 1_000_000;
/// Window of the limits.
const WINDOW: TimeDelta = TimeDelta::hours(1);
const DEVICE_NAME_MAX: usize = 60;

/// Who makes a request.
#[derive(Debug, Clone)]
pub(crate) struct Who {
    pub account: String,
    pub role: Role,
    /// The device's key, when the token belongs to a device.
    pub device_key: Option<String>,
}

/// The hash of the request's token, as it is stored.
pub(crate) fn token_hash(request: &Request) -> Outcome<String> {
    match request.get("authorization").and_then(|value| value.strip_prefix("Bearer ")) {
        Some(token) => Ok(text::sha256(token.as_bytes())),
        None => {
            refuse(ProblemCode::Unauthorized, "send the header Authorization: Bearer with the token of your session")
        }
    }
}

/// Asks for the holder of a token and locks his account, in one statement: for actions.
pub(crate) fn hold(token_hash: &str, now: DateTime<Utc>) -> Ask<'_> {
    Ask {
        sql: "SELECT id, seq, deposit, currency, stays, role, (SELECT public_key FROM device WHERE id = (SELECT device FROM token WHERE hash = $1)) FROM account WHERE id = (SELECT account FROM token WHERE hash = $1 AND expires_at > $2) AND closed_at IS NULL FOR NO KEY UPDATE OF account",
        params: vec![token_hash.into(), now.timestamp_millis().into()],
    }
}

/// The answer to [`hold`].
pub(crate) fn held(row: Option<&Row>) -> Outcome<(Who, Held)> {
    let Some(row) = row else {
        return refuse(ProblemCode::Unauthorized, "this token is not valid any more; sign in again");
    };
    let held = Held::taken(row)?;
    Ok((Who { account: held.id.clone(), role: words::read(row.text(5)?)?, device_key: row.maybe_string(6)? }, held))
}

/// The holder of the request's token.
pub(crate) fn authenticate(tx: &mut dyn Tx, now: DateTime<Utc>, request: &Request) -> Outcome<Who> {
    let rows = tx.query(
        "SELECT token.account, account.role, device.public_key FROM token JOIN account ON account.id = token.account LEFT JOIN device ON device.id = token.device WHERE token.hash = $1 AND token.expires_at > $2 AND account.closed_at IS NULL",
        values![&token_hash(request)?, now.timestamp_millis()],
    )?;
    match rows.first() {
        Some(row) => {
            Ok(Who { account: row.string(0)?, role: words::read(row.text(1)?)?, device_key: row.maybe_string(2)? })
        }
        None => refuse(ProblemCode::Unauthorized, "this token is not valid any more; sign in again"),
    }
}

/// `POST /v1/auth/code`
pub(crate) fn send_code(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let asked: CodeRequest = call.request.read()?;
    let phone = phone(&asked.phone)?;
    let (config, now) = (&call.operator.config, call.now);
    let waiting = tx.query("SELECT resend_at FROM one_time_code WHERE phone = $1", values![&phone])?;
    if let Some(resend_at) = waiting.first().map(|row| row.int(0)).transpose()?
        && now.timestamp_millis() < resend_at
    {
        return too_many("a code was sent just now", resend_at - now.timestamp_millis());
    }
    limit(tx, call, "code_number", &phone, config.codes_per_number)?;
    limit(tx, call, "code_address", &call.request.address, config.codes_per_address)?;
    count(tx, call, "code_number", &phone)?;
    count(tx, call, "code_address", &call.request.address)?;
    let code = code(call);
    let (expires_at, resend_at) = (now + config.code_lifetime, now + config.code_resend);
    tx.execute(
        "INSERT INTO one_time_code (phone, hash, expires_at, resend_at, tries) VALUES ($1, $2, $3, $4, 0) ON CONFLICT (phone) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at, resend_at = excluded.resend_at, tries = 0",
        values![&phone, &hashed(&phone, &code), expires_at.timestamp_millis(), resend_at.timestamp_millis()],
    )?;
    let lifetime = config.code_lifetime.num_minutes();
    messages::put(tx, call, "sms", &phone, &format!("Mesto: {code} ({lifetime} min)"))?;
    Ok(Response::json(200, &CodeSent { expires_at, resend_at, digits: DIGITS }))
}

/// `POST /v1/auth/session`
pub(crate) fn sign_in(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let asked: SignIn = call.request.read()?;
    let phone = phone(&asked.phone)?;
    let device_key = DeviceKey::from_text(&asked.device_key)
        .map_err(|error| Problem::new(ProblemCode::DeviceKeyInvalid, error.to_string()))?;
    let (config, now) = (&call.operator.config, call.now);
    limit(tx, call, "wrong_code", &call.request.address, config.wrong_codes_per_address)?;
    // Counting the try first holds the row: two guesses at once are two tries.
    let tried = tx.query(
        "UPDATE one_time_code SET tries = tries + 1 WHERE phone = $1 RETURNING hash, expires_at, tries",
        values![&phone],
    )?;
    let Some(row) = tried.first() else {
        return refuse(ProblemCode::CodeExpired, "no code is waiting for this number; ask for one");
    };
    if now.timestamp_millis() >= row.int(1)? {
        return refuse(ProblemCode::CodeExpired, "the code is too old; ask for a new one");
    }
    let left = config.code_tries - row.int(2)?;
    if left < 0 {
        return refuse(ProblemCode::CodeTriesExhausted, "the code was tried too often; ask for a new one");
    }
    if !text::same_secret(row.text(0)?.as_bytes(), hashed(&phone, asked.code.trim()).as_bytes()) {
        count(tx, call, "wrong_code", &call.request.address)?;
        // An answer, not a refusal: the counted try has to stay.
        return Ok(Response::problem(
            &Problem::new(ProblemCode::CodeWrong, format!("this is not the code that was sent; {left} tries are left"))
                .with("tries_left", left),
        ));
    }
    tx.execute("DELETE FROM one_time_code WHERE phone = $1", values![&phone])?;
    let (account, role) = account_of(tx, call, &phone)?;
    let device = call.operator.id("dv", now);
    let name: String = asked.device.chars().filter(|letter| !letter.is_control()).take(DEVICE_NAME_MAX).collect();
    tx.execute(
        "INSERT INTO device (id, account, name, public_key, created_at) VALUES ($1, $2, $3, $4, $5)",
        values![&device, &account, &name, &device_key.to_text(), now.timestamp_millis()],
    )?;
    let (token, expires_at) = issue_token(tx, call.operator, now, &account, Some(&device))?;
    Ok(Response::json(201, &Session { token, account, role, expires_at }))
}

/// `DELETE /v1/auth/session`: the token ends now.
pub(crate) fn sign_out(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    tx.execute("DELETE FROM token WHERE hash = $1", values![&token_hash(call.request)?])?;
    Ok(Response::empty())
}

/// The account of a number; a new one for a number that has none.
fn account_of(tx: &mut dyn Tx, call: &Call<'_>, phone: &str) -> Outcome<(String, Role)> {
    let find = "SELECT account.id, account.role FROM person JOIN account ON account.id = person.account WHERE person.phone = $1";
    if let Some(row) = tx.query(find, values![phone])?.first() {
        return Ok((row.string(0)?, words::read(row.text(1)?)?));
    }
    let account = create(tx, call.operator, call.now, Role::Driver)?;
    let mine = tx.execute(
        "INSERT INTO person (account, phone, created_at) VALUES ($1, $2, $3) ON CONFLICT (phone) DO NOTHING",
        values![&account, phone, call.now.timestamp_millis()],
    )?;
    if mine == 1 {
        return Ok((account, Role::Driver));
    }
    // The same number signed in twice at once: the other one made the account.
    tx.execute("DELETE FROM account WHERE id = $1", values![&account])?;
    match tx.query(find, values![phone])?.first() {
        Some(row) => Ok((row.string(0)?, words::read(row.text(1)?)?)),
        None => refuse(ProblemCode::Unavailable, "sign in again"),
    }
}

/// A new account, without a person.
pub(crate) fn create(
    tx: &mut dyn Tx,
    operator: &crate::kernel::operator::Operator,
    now: DateTime<Utc>,
    role: Role,
) -> Outcome<String> {
    let account = operator.id("ac", now);
    tx.execute(
        "INSERT INTO account (id, role, seq, currency, deposit, events_from, created_at) VALUES ($1, $2, 0, $3, 0, 0, $4)",
        values![&account, &words::write(&role)?, operator.home.currency.code(), now.timestamp_millis()],
    )?;
    Ok(account)
}

/// A new token; only its hash is stored.
pub(crate) fn issue_token(
    tx: &mut dyn Tx,
    operator: &crate::kernel::operator::Operator,
    now: DateTime<Utc>,
    account: &str,
    device: Option<&str>,
) -> Outcome<(String, DateTime<Utc>)> {
    let mut secret = [0; 32];
    operator.entropy.fill(&mut secret);
    let token = text::hex(&secret);
    let expires_at = now + operator.config.token_lifetime;
    tx.execute(
        "INSERT INTO token (hash, account, device, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        values![
            &text::sha256(token.as_bytes()),
            account,
            device,
            now.timestamp_millis(),
            expires_at.timestamp_millis()
        ],
    )?;
    Ok((token, expires_at))
}

/// A number in international form (E.164), without spaces and dashes.
fn phone(typed: &str) -> Outcome<String> {
    let plain: String = typed
        .chars()
        .filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '(' | ')' | '/' | '.'))
        .collect();
    let digits = plain.strip_prefix('+').unwrap_or_default();
    let fits = (8..=15).contains(&digits.len())
        && digits.bytes().all(|digit| digit.is_ascii_digit())
        && !digits.starts_with('0');
    if fits {
        return Ok(plain);
    }
    refuse(ProblemCode::PhoneInvalid, "write the number with + and the country: +381641234567")
}

/// A number of which only the end can be seen.
pub(crate) fn masked(phone: &str) -> String {
    let count = phone.chars().count();
    phone.chars().enumerate().map(|(place, digit)| if place < 4 || place + 3 >= count { digit } else { '*' }).collect()
}

/// Six digits, each code as likely as any other.
fn code(call: &Call<'_>) -> String {
    loop {
        let mut bytes = [0; 4];
        call.operator.entropy.fill(&mut bytes);
        let drawn = u64::from(u32::from_be_bytes(bytes));
        // The remainder of the last, incomplete round would favour small codes.
        if drawn < u64::from(u32::MAX) / CODES * CODES {
            return format!("{:06}", drawn % CODES);
        }
    }
}

fn hashed(phone: &str, code: &str) -> String {
    text::sha256(format!("{phone}/{code}").as_bytes())
}

fn limit(tx: &mut dyn Tx, call: &Call<'_>, kind: &str, subject: &str, most: i64) -> Outcome<()> {
    let since = call.now - WINDOW;
    let rows = tx.query(
        "SELECT COUNT(*), MIN(at) FROM attempt WHERE kind = $1 AND subject = $2 AND at > $3",
        values![kind, &text::sha256(subject.as_bytes()), since.timestamp_millis()],
    )?;
    match rows.first() {
        Some(row) if row.int(0)? >= most => {
            let oldest = row.maybe_int(1)?.unwrap_or_default();
            too_many("the limit of an hour is reached", oldest - since.timestamp_millis())
        }
        _ => Ok(()),
    }
}

fn count(tx: &mut dyn Tx, call: &Call<'_>, kind: &str, subject: &str) -> Outcome<()> {
    tx.execute(
        "INSERT INTO attempt (id, kind, subject, at) VALUES ($1, $2, $3, $4)",
        values![
            &call.operator.id("at", call.now),
            kind,
            &text::sha256(subject.as_bytes()),
            call.now.timestamp_millis()
        ],
    )?;
    Ok(())
}

fn too_many<T>(detail: &str, wait_millis: i64) -> Outcome<T> {
    let seconds = wait_millis.max(0) / 1_000 + 1;
    Err(Problem::new(ProblemCode::TooManyRequests, format!("{detail}; wait {seconds} seconds"))
        .with("retry_after_seconds", seconds)
        .into())
}
