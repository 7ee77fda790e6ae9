//! What decides whether an account may pay: how it stands, and which terms it accepted.

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::ids::AccountId;
use mesto_rules::City;
use mesto_rules::kernel::terms::Pending;

use crate::base::payments::sells::Sells;
use crate::base::standing::{self, StandingRow};
use crate::base::terms::{self, AcceptedRow};
use crate::kernel::account::AccountRow;
use crate::kernel::failure::Outcome;
use crate::kernel::operator::Operator;
use crate::kernel::store::{Select, StoreError, Tx};
use crate::values;

/// What an outer join finds of an account: a row for each version of terms that it accepted.
pub(crate) type BuyerColumns = (Option<StandingRow>, Option<AcceptedRow>);

/// Who wants to pay.
pub(crate) struct Buyer {
    registered_at: DateTime<Utc>,
    standing: Option<StandingRow>,
    accepted: Vec<AcceptedRow>,
}

impl Buyer {
    pub fn of(registered_at: DateTime<Utc>, rows: impl Iterator<Item = BuyerColumns>) -> Self {
        let mut buyer = Self { registered_at, standing: None, accepted: Vec::new() };
        for (standing, accepted) in rows {
            buyer.standing = standing;
            buyer.accepted.extend(accepted);
        }
        buyer
    }

    /// Asks for the caller, in one question.
    pub fn asked(tx: &mut dyn Tx, account: AccountId) -> Outcome<Self> {
        let select: Select<(AccountRow, BuyerColumns)> = Select::of(
            "FROM account LEFT JOIN account_standing ON account_standing.account = account.id LEFT JOIN terms_accepted ON terms_accepted.account = account.id WHERE account.id = $1",
            values![account],
        );
        let rows = tx.all(select)?;
        let first = rows.first().ok_or_else(|| StoreError::unreadable("account", "it is gone"))?;
        let registered_at = first.0.created_at;
        Ok(Self::of(registered_at, rows.into_iter().map(|(_, columns)| columns)))
    }

    /// Refuses whom his account's standing keeps from paying. What is owed already is paid in any
    /// case.
    pub fn may_pay(&self, operator: &Operator, sells: &Sells) -> Outcome<()> {
        if sells.settles_debts { Ok(()) } else { standing::may_pay(operator, self.standing.as_ref()) }
    }

    /// As [`Buyer::may_pay`], and refuses who has terms to accept first.
    pub fn may_buy(&self, (operator, city): (&Operator, &City), sells: &Sells, now: DateTime<Utc>) -> Outcome<()> {
        self.may_pay(operator, sells)?;
        if sells.settles_debts { Ok(()) } else { terms::check(&self.pending(city, sells.service, now)) }
    }

    /// The terms about a service that it has not accepted at a moment.
    pub fn pending<'a>(&self, city: &'a City, service: &str, at: DateTime<Utc>) -> Vec<Pending<'a>> {
        terms::pending(city, service, (self.registered_at, at), &self.accepted)
    }
}
