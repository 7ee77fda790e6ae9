//! `mesto keys` and `mesto admin`: an operator's own tools, beside its store.

use std::sync::Arc;

use mesto_operator::{
    Config, GrantError, HostedPage, Keys, Operator, RoleGiven, Staff, Store, SystemClock, SystemEntropy, keys,
};
use mesto_protocol::kernel::grants::Role;

use crate::args::{AdminCommand, GrantedRole, KeysCommand, StaffRole, StoreArgs};
use crate::database::Place;
use crate::failure::{CliError, Exit, Outcome};
use crate::output::{Style, Tone, table};
use crate::serve::operator;
use crate::testbed::LedgerReport;

/// Connections of a tool to Postgres.
const TOOL_CONNECTIONS: usize = 1;

fn now() -> chrono::DateTime<chrono::Utc> {
    mesto_operator::Clock::now(&SystemClock)
}

/// `mesto keys init|rotate|renew`.
///
/// # Errors
/// When there are keys already, or none to rotate or renew.
pub fn keys(command: &KeysCommand, style: Style) -> Outcome<()> {
    let wrong = |error: mesto_operator::KeysError| CliError::new(Exit::Input, "keys_unusable", error.to_string());
    let (made, folder, what): (Keys, _, _) = match command {
        KeysCommand::Init { folder } => {
            let made = keys::init(folder, now(), &SystemEntropy).map_err(|error| {
                let advice = match error {
                    mesto_operator::KeysError::Exists { .. } => {
                        "Keys that signed something must not be lost: rotate them, or give another folder."
                    }
                    _ => "Give a folder that you may write to.",
                };
                wrong(error).advise(advice)
            })?;
            (made, folder, "made")
        }
        KeysCommand::Rotate { folder } => {
            let made = keys::rotate(folder, now(), &SystemEntropy).map_err(|error| {
                wrong(error).advise(format!("Make the first ones with `mesto keys init {}`.", folder.display()))
            })?;
            (made, folder, "rotated")
        }
        KeysCommand::Renew { folder } => {
            let made = keys::renew(folder, now()).map_err(|error| {
                wrong(error).advise("It needs root.seed: put it back beside the other keys for a moment.")
            })?;
            (made, folder, "renewed")
        }
    };
    if style.json {
        say!("{}", serde_json::json!({ "folder": folder, "root_key": made.root_text() }));
    } else {
        say!("{} in {}", style.paint(Tone::Good, &format!("Keys {what}")), folder.display());
        say!("root key to pin in the apps: {}", made.root_text());
        say!("{}", style.paint(Tone::Faint, "Put root.seed into a safe: it is needed only to rotate and to renew."));
    }
    Ok(())
}

/// An operator for a tool: its payment page is never asked.
fn tool(store: &StoreArgs) -> Outcome<mesto_operator::Operator> {
    let page = HostedPage::new("http://127.0.0.1", "http://127.0.0.1", "mesto", b"no page is made by a tool");
    operator(store, page, Config::default())
}

/// The operator and its store, for a tool that needs one that is there.
fn opened(store: &StoreArgs) -> Outcome<(Operator, Arc<dyn Store>)> {
    let place = there(store)?;
    Ok((tool(store)?, place.open(TOOL_CONNECTIONS)?))
}

fn not_given(error: GrantError) -> CliError {
    let detail = error.to_string();
    match error {
        GrantError::Store(why) => CliError::failed("the role", why),
        GrantError::NoAccount(_) | GrantError::NoGrant(_) => {
            CliError::new(Exit::Input, "role_unchanged", detail).advise("`mesto admin list` shows accounts and roles.")
        }
        GrantError::NoCity { .. } | GrantError::NoRole | GrantError::Over { .. } => {
            CliError::new(Exit::Input, "role_unchanged", detail)
        }
    }
}

/// Everybody with a role, a line each role.
fn staff_table(staff: &[Staff]) -> String {
    let mut rows = Vec::new();
    for one in staff {
        for grant in &one.grants {
            let until = grant.until.map_or_else(|| "for good".to_owned(), |until| until.to_rfc3339());
            let place = grant.city.clone().unwrap_or_else(|| "everywhere".to_owned());
            let role = word(grant.role).to_owned();
            let from = grant.from.to_rfc3339();
            rows.push(vec![one.name.clone(), one.account.clone(), role, place, from, until, grant.id.clone()]);
        }
    }
    table(&["name", "account", "role", "where", "from", "until", "role's id"], &rows)
}

const fn word(role: Role) -> &'static str {
    match role {
        Role::Driver => "driver",
        Role::Inspector => "inspector",
        Role::Admin => "admin",
        Role::Other => "other",
    }
}

/// `mesto admin create|list|grant|revoke|ledger|restored`.
///
/// # Errors
/// When the store or the keys cannot be used; a fault in the books.
pub fn admin(command: &AdminCommand, style: Style) -> Outcome<()> {
    match command {
        AdminCommand::Create { role, name, store } => {
            let operator = tool(store)?;
            let opened = store.place()?.open(TOOL_CONNECTIONS)?;
            let role = match role {
                StaffRole::Inspector => Role::Inspector,
                StaffRole::Admin => Role::Admin,
            };
            let shown = word(role);
            let token = operator
                .create_staff(opened.as_ref(), now(), role, name)
                .map_err(|why| CliError::failed("the account", why))?;
            if style.json {
                say!("{}", serde_json::json!({ "role": shown, "name": name, "token": token }));
            } else {
                say!("{} {name} ({shown})", style.paint(Tone::Good, "Made"));
                say!("token, shown this once: {token}");
            }
            Ok(())
        }
        AdminCommand::List { store } => {
            let (operator, opened) = opened(store)?;
            let staff = operator.staff(opened.as_ref()).map_err(|why| CliError::failed("the list", why))?;
            if style.json {
                let staff: Vec<_> = staff
                    .iter()
                    .map(|one| serde_json::json!({ "account": one.account, "name": one.name, "roles": one.grants }))
                    .collect();
                say!("{}", serde_json::Value::from(staff));
            } else {
                crate::output::write(&staff_table(&staff));
            }
            Ok(())
        }
        AdminCommand::Grant { account, role, city, until, store } => {
            let (operator, opened) = opened(store)?;
            let role = match role {
                GrantedRole::Driver => Role::Driver,
                GrantedRole::Inspector => Role::Inspector,
                GrantedRole::Admin => Role::Admin,
            };
            let given = RoleGiven { role, city: city.as_deref(), until: *until };
            let grant = operator.give_role(opened.as_ref(), now(), account, &given).map_err(not_given)?;
            if style.json {
                say!("{}", serde_json::json!(grant));
            } else {
                say!("{} {} to {account}: {}", style.paint(Tone::Good, "Given"), word(role), grant.id);
            }
            Ok(())
        }
        AdminCommand::Revoke { grant, store } => {
            let (operator, opened) = opened(store)?;
            operator.end_role(opened.as_ref(), now(), grant).map_err(not_given)?;
            if style.json {
                say!("{}", serde_json::json!({ "ended": grant }));
            } else {
                say!("{} {grant}", style.paint(Tone::Good, "Ended"));
            }
            Ok(())
        }
        AdminCommand::Ledger { store } => {
            let (operator, opened) = opened(store)?;
            let report = crate::testbed::ledger(&operator, opened.as_ref())
                .map_err(|why| CliError::failed("the ledger", why))?;
            if style.json {
                say!("{}", serde_json::to_string(&report).unwrap_or_default());
            } else {
                crate::output::write(&ledger_table(&report, style));
                crate::output::write(&incidents(&report, style));
            }
            match &report.fault {
                Some(fault) => {
                    Err(CliError::new(Exit::Failed, "ledger_fault", format!("the books do not agree: {fault}")))
                }
                None => Ok(()),
            }
        }
        AdminCommand::Restored { store } => {
            let (operator, opened) = opened(store)?;
            let epoch =
                operator.begin_epoch(opened.as_ref(), now()).map_err(|why| CliError::failed("the epoch", why))?;
            if style.json {
                say!("{}", serde_json::json!({ "epoch": epoch }));
            } else {
                say!("{} {epoch}", style.paint(Tone::Good, "A new epoch began:"));
                say!("every phone reads its account as a whole, and marks what it has and these books lack.");
            }
            Ok(())
        }
    }
}

/// A tool that reads or mends a store never makes it.
fn there(store: &StoreArgs) -> Outcome<Place> {
    let place = store.place()?;
    if let Place::Sqlite(file) = &place
        && !file.is_file()
    {
        let missing = format!("there is no operator's store at {}", file.display());
        return Err(CliError::new(Exit::Input, "store_missing", missing)
            .advise("Name the file that `mesto serve` writes with --database, or give --database-url."));
    }
    Ok(place)
}

/// What somebody has to look at; nothing when there is nothing.
fn incidents(report: &LedgerReport, style: Style) -> String {
    if report.incidents.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = report
        .incidents
        .iter()
        .map(|one| vec![one.at.clone(), one.kind.clone(), one.reference.clone(), one.detail.clone()])
        .collect();
    let title = style.paint(Tone::Warn, "To be looked at:");
    format!("\n{title}\n{}", table(&["first seen", "kind", "about", "what happened"], &rows))
}

/// The ledger as a table, with its sum and the verdict.
#[must_use]
pub fn ledger_table(report: &LedgerReport, style: Style) -> String {
    let side = |amount: &str| match amount.strip_prefix('-') {
        Some(credit) => (String::new(), credit.to_owned()),
        None => (amount.to_owned(), String::new()),
    };
    let mut rows: Vec<Vec<String>> = report
        .accounts
        .iter()
        .map(|row| {
            let (debit, credit) = side(&row.balance);
            let text = |column: &Option<String>| column.clone().unwrap_or_default();
            let rate = row.rate.map(|rate| format!("{}.{:02} %", rate / 100, rate % 100));
            let about = [text(&row.service), text(&row.city), text(&row.provider), text(&rate)];
            let amounts = [debit, credit, row.currency.clone()];
            [row.kind.clone()].into_iter().chain(about).chain(amounts).collect()
        })
        .collect();
    let sum = |credit: bool| -> rust_decimal::Decimal {
        let amounts = report.accounts.iter().filter_map(|row| row.balance.parse::<rust_decimal::Decimal>().ok());
        amounts.filter(|amount| amount.is_sign_negative() == credit).map(|amount| amount.abs()).sum()
    };
    let none = String::new;
    let sums = [sum(false).to_string(), sum(true).to_string(), none()];
    rows.push(["sum".to_owned(), none(), none(), none(), none()].into_iter().chain(sums).collect());
    let verdict = match &report.fault {
        None if report.sums_to_zero => {
            style.paint(Tone::Good, "The books sum to zero, and every ticket has its charge.")
        }
        None => style.paint(Tone::Bad, "The books do not sum to zero."),
        Some(fault) => style.paint(Tone::Bad, &format!("The books do not agree: {fault}")),
    };
    format!(
        "{}{verdict}\n",
        table(&["account", "service", "city", "provider", "rate", ">debit", ">credit", "currency"], &rows)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testbed::LedgerRow;

    #[test]
    fn debits_and_credits_stand_in_their_columns_and_sum_up() {
        let row = |kind: &str, service: Option<&str>, balance: &str| LedgerRow {
            kind: kind.into(),
            service: service.map(str::to_owned),
            city: None,
            provider: None,
            rate: None,
            currency: "RSD".into(),
            balance: balance.into(),
        };
        let report = LedgerReport {
            sums_to_zero: true,
            fault: None,
            deposits: "920.00".into(),
            tickets: 1,
            incidents: Vec::new(),
            accounts: vec![
                row("clearing", None, "1000.00"),
                row("deposit", None, "-920.00"),
                row("revenue", Some("parking"), "-80.00"),
            ],
        };
        let shown = ledger_table(&report, Style { json: false, coloured: false });
        let sums = |line: &str| line.split_whitespace().eq(["sum", "1000.00", "1000.00"]);
        assert!(shown.lines().any(sums), "{shown}");
        assert!(shown.contains("sum to zero"));
        let broken = ledger_table(
            &LedgerReport { fault: Some("entry x".into()), ..report },
            Style { json: false, coloured: false },
        );
        assert!(broken.contains("do not agree: entry x"));
    }
}
