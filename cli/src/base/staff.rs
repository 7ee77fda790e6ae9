//! `mesto admin create|list|token|grant|revoke|sign-out|audit`: who works for an
//! operator, and what each may do.

use chrono::{DateTime, Utc};
use clap::Subcommand;
use mesto_client::protocol::kernel::ids::{AccountId, GrantId};
use mesto_operator::{Audited, GrantError, RoleGiven, Staff};
use mesto_protocol::kernel::grants::Role;
use serde_json::{Value, json};

use crate::base::operator::{looked_at, made, now, opened, said_why};
use crate::kernel::args::{StoreArgs, moment};
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::output::{Tone, table};
use crate::kernel::service::{Commands, Run, Service};

pub const SERVICE: Service = Service { tools: Some(Commands::of::<Tool>()), ..Service::named("staff") };

#[derive(Debug, Subcommand)]
enum Tool {
    /// Make an account of staff, or of a device of a place, and show its token, once.
    Create {
        /// inspector, dispatcher, terminal (of a vehicle or a conductor), ride-controller,
        /// notice-editor, card-clerk, benefit-clerk, partner (of a carrier), or controller (a
        /// device of a garage).
        #[arg(long, value_parser = staff_role)]
        role: Role,
        /// Only in this city; everywhere without it. A controller and a partner have one.
        #[arg(long, required_if_eq_any([("role", "controller"), ("role", "partner")]))]
        city: Option<String>,
        /// Only at this place of the city; everywhere in it without it. A controller has one, the
        /// id of a facility; a partner, the id of a carrier.
        #[arg(long, requires = "city", required_if_eq_any([("role", "controller"), ("role", "partner")]))]
        place: Option<String>,
        /// Whose it is.
        #[arg(long, value_parser = name)]
        name: String,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Everybody with a role other than a driver's, with each role they hold or held.
    List {
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Give an account of staff or of a device another token, and end those before it.
    Token {
        /// The account, as `mesto admin list` names it: ac_...
        account: AccountId,
        /// Leave those before it as they are, until each ends: for a device that changes over.
        #[arg(long)]
        keep_others: bool,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Give an account one more role.
    Grant {
        /// The account, as `mesto admin list` or a session names it: ac_...
        account: AccountId,
        /// driver, or one of those of `mesto admin create`.
        #[arg(long, value_parser = role)]
        role: Role,
        /// Only in this city; everywhere without it. A controller and a partner have one.
        #[arg(long, required_if_eq_any([("role", "controller"), ("role", "partner")]))]
        city: Option<String>,
        /// Only at this place of the city; everywhere in it without it. A controller has one, the
        /// id of a facility; a partner, the id of a carrier.
        #[arg(long, requires = "city", required_if_eq_any([("role", "controller"), ("role", "partner")]))]
        place: Option<String>,
        /// Not any more from this moment on (RFC 3339); for good without it.
        #[arg(long, value_parser = moment)]
        until: Option<DateTime<Utc>>,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// End every token of an account, of its phones too: whoever holds one signs in again, or is
    /// given another.
    SignOut {
        /// The account: ac_...
        account: AccountId,
        /// Why, for the audit log; nobody's name.
        #[arg(long, value_parser = said_why)]
        reason: String,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// What staff and tools did: the audit log, oldest first.
    Audit {
        /// From this moment on (RFC 3339).
        #[arg(long, value_parser = moment)]
        since: Option<DateTime<Utc>>,
        /// Only what this account did, and what was done to it and to its roles.
        #[arg(long)]
        account: Option<AccountId>,
        #[command(flatten)]
        store: StoreArgs,
    },
    /// End a role now.
    Revoke {
        /// The role, as `mesto admin list` names it: gr_...
        grant: GrantId,
        #[command(flatten)]
        store: StoreArgs,
    },
}

/// A role as it is typed: `ride-controller`.
fn role(typed: &str) -> Result<Role, String> {
    let role = Role::read(&typed.trim().replace('-', "_"));
    let known = || format!("a role is one of {}", Role::KNOWN.join(", ").replace('_', "-"));
    if role.is_known() { Ok(role) } else { Err(known()) }
}

/// A role of staff or of a machine.
fn staff_role(typed: &str) -> Result<Role, String> {
    match role(typed)? {
        Role::Driver => Err("a driver signs in by the app; `mesto admin grant` makes staff a driver too".to_owned()),
        role => Ok(role),
    }
}

fn name(typed: &str) -> Result<String, String> {
    match typed.trim() {
        "" => Err("say whose it is, such as \"Mira\"".to_owned()),
        name => Ok(name.to_owned()),
    }
}

impl Run for Tool {
    fn run(self, call: Call) -> Outcome<()> {
        let good = |said: &str| call.style.paint(Tone::Good, said);
        match self {
            Self::Create { role, city, place, name, store } => {
                let (operator, store) = made(&store)?;
                let given =
                    RoleGiven { role: role.clone(), city: city.as_deref(), place: place.as_deref(), until: None };
                let token = if role == Role::Controller {
                    operator.create_device(store.as_ref(), now(), &given, &name)
                } else {
                    operator.create_staff(store.as_ref(), now(), &given, &name)
                };
                let token = token.map_err(not_given)?;
                let told = json!({ "role": role, "city": city, "place": place, "name": name, "token": token });
                call.say(&told, || {
                    let scope = scope(city.as_deref(), place.as_deref());
                    format!("{} {name} ({role}, {scope})\ntoken, shown this once: {token}", good("Made"))
                });
            }
            Self::List { store } => {
                let (operator, store) = looked_at(&store)?;
                let staff = operator.staff(store.as_ref(), now()).map_err(|why| CliError::failed("the list", why))?;
                let json = |one: &Staff| json!({ "account": one.account, "name": one.name, "token_ends_at": one.token_ends_at, "roles": one.grants });
                call.say(&staff.iter().map(json).collect::<Value>(), || staff_table(&staff));
            }
            Self::Token { account, keep_others, store } => {
                let (operator, store) = opened(&store)?;
                let renewed = operator.renew_token(store.as_ref(), now(), &account.to_string(), keep_others);
                let (token, ends_at) = renewed.map_err(not_given)?;
                let json = json!({ "account": account, "token": token, "ends_at": ends_at });
                call.say(&json, || {
                    format!(
                        "{} {account}, until {}\ntoken, shown this once: {token}",
                        good("Renewed"),
                        ends_at.to_rfc3339()
                    )
                });
            }
            Self::Grant { account, role, city, place, until, store } => {
                let (operator, store) = opened(&store)?;
                let given = RoleGiven { role: role.clone(), city: city.as_deref(), place: place.as_deref(), until };
                let grant = operator.give_role(store.as_ref(), now(), &account.to_string(), &given);
                let grant = grant.map_err(not_given)?;
                call.say(&grant, || format!("{} {role} to {account}: {}", good("Given"), grant.id));
            }
            Self::SignOut { account, reason, store } => {
                let (operator, store) = opened(&store)?;
                let ended = operator.end_tokens(store.as_ref(), now(), &account.to_string(), &reason);
                let ended = ended.map_err(not_given)?;
                call.say(&json!({ "account": account, "ended": ended }), || {
                    format!("{} {ended} tokens of {account}", good("Ended"))
                });
            }
            Self::Audit { since, account, store } => {
                let (operator, store) = looked_at(&store)?;
                let found = operator.audit_log(store.as_ref(), since, account);
                let found = found.map_err(|why| CliError::failed("the audit log", why))?;
                let json = |one: &Audited| json!({ "at": one.at, "actor": one.actor, "action": one.action, "subject": one.subject, "note": one.note });
                call.say(&found.iter().map(json).collect::<Value>(), || match found.as_slice() {
                    [] => "Nothing was written down.".to_owned(),
                    found => audit_table(found),
                });
            }
            Self::Revoke { grant, store } => {
                let (operator, store) = opened(&store)?;
                operator.end_role(store.as_ref(), now(), &grant.to_string()).map_err(not_given)?;
                call.say(&json!({ "ended": grant }), || format!("{} {grant}", good("Ended")));
            }
        }
        Ok(())
    }
}

fn not_given(error: GrantError) -> CliError {
    let detail = error.to_string();
    match error {
        GrantError::Store(why) => CliError::failed("the role", why),
        GrantError::NoAccount(_) | GrantError::NoGrant(_) => {
            CliError::new(Exit::Input, "role_unchanged", detail).advise("`mesto admin list` shows accounts and roles.")
        }
        GrantError::NoCity { .. }
        | GrantError::NoPlace { .. }
        | GrantError::PlaceWithoutCity
        | GrantError::DriverOfCity
        | GrantError::InspectorOfPlace
        | GrantError::ControllerWithoutPlace { .. }
        | GrantError::PartnerWithoutCarrier { .. }
        | GrantError::NoRole
        | GrantError::Over { .. } => CliError::new(Exit::Input, "role_unchanged", detail),
    }
}

/// Where a role is for.
fn scope(city: Option<&str>, place: Option<&str>) -> String {
    match (city, place) {
        (Some(city), Some(place)) => format!("{city}, {place}"),
        (Some(city), None) => city.to_owned(),
        (None, _) => "everywhere".to_owned(),
    }
}

fn audit_table(log: &[Audited]) -> String {
    let row = |one: &Audited| {
        let at = one.at.to_rfc3339();
        vec![at, one.actor.clone(), one.action.clone(), one.subject.clone(), one.note.clone()]
    };
    table(&["at", "who", "what", "to", "note"], &log.iter().map(row).collect::<Vec<_>>())
}

/// Everybody with a role, a line each role.
fn staff_table(staff: &[Staff]) -> String {
    let mut rows = Vec::new();
    for one in staff {
        let token = one.token_ends_at.map_or_else(|| "none".to_owned(), |ends_at| ends_at.to_rfc3339());
        for grant in &one.grants {
            let until = grant.ends_at.map_or_else(|| "for good".to_owned(), |until| until.to_rfc3339());
            let place = scope(grant.city.as_ref().map(|city| city.as_str()), grant.place.as_deref());
            let role = grant.role.to_string();
            let from = grant.starts_at.to_rfc3339();
            rows.push(vec![
                one.name.clone(),
                one.account.to_string(),
                token.clone(),
                role,
                place,
                from,
                until,
                grant.id.to_string(),
            ]);
        }
    }
    table(&["name", "account", "token until", "role", "where", "from", "until", "role's id"], &rows)
}
