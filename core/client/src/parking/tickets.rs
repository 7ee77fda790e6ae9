//! Bought tickets: one, what was bought, and the code that an inspector scans.

use mesto_protocol::kernel::ids::TicketId;
use mesto_protocol::parking::signed::TicketClaims;
use mesto_protocol::parking::tickets::{self, Ticket, Tickets};
use mesto_rules::shown;
use serde::Serialize;

use super::{Parking, TOPIC, rows};
use crate::base::codes_again::Codes;
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::shown_code::ShownCode;
use crate::kernel::store::Value;
use crate::kernel::wire::page_size;

/// Of which codes were asked for again.
pub const CODES_ASKED: Value<String> = Value::new("codes_asked", TOPIC);
const CODES: Codes = Codes {
    asked: &CODES_ASKED,
    running: |client| {
        let state = client.parking().state();
        state.active.iter().map(|ticket| (ticket.id.to_string(), ticket.signed.clone())).collect()
    },
    verify: |signed, keys, now| TicketClaims::verify(signed, keys, now).map(drop),
};

shown! { history_shown;
    /// A page of bought tickets, newest first.
    #[derive(Debug, Clone, PartialEq, Serialize)]
    pub struct TicketPage {
        pub items: Vec<Ticket>,
        /// Those of them that the operator no longer knows, since his books were put back from a
        /// copy. Their state is what he said last.
        pub forgotten: Vec<TicketId>,
        /// For the next page; absent on the last one.
        pub next: Option<String>,
        /// Read from the phone because the operator could not be reached: may lack what other
        /// phones bought.
        pub is_from_phone: bool,
    }
}

impl Parking<'_> {
    /// A ticket's id as it was typed or handed in.
    ///
    /// # Errors
    /// `ticket_missing` for what is no id of one.
    pub fn ticket_id(self, text: &str) -> Result<TicketId> {
        text.parse().map_err(|why| Error::new(ErrorKind::Refused, "ticket_missing", format!("{why}")))
    }

    /// A stored ticket. Local.
    ///
    /// # Errors
    /// `ticket_missing`
    pub fn ticket(self, id: TicketId) -> Result<Ticket> {
        let now = self.0.now();
        let found = self.0.core().read(now, |db| rows::ticket(db, id))?;
        found.ok_or_else(|| Error::new(ErrorKind::Refused, "ticket_missing", "this ticket is not stored on the phone"))
    }

    /// What was bought, newest first, `limit` at most; `cursor` is `next` of the page before.
    /// Without a connection what the phone knows. Before the first page stands what the operator
    /// no longer knows.
    ///
    /// # Errors
    /// `not_signed_in`, or the operator refuses.
    pub async fn history(self, cursor: Option<String>, limit: u32) -> Result<TicketPage> {
        let outcome = self.history_inner(cursor.as_deref(), limit).await;
        self.0.explain(outcome)
    }

    async fn history_inner(self, cursor: Option<&str>, limit: u32) -> Result<TicketPage> {
        let session = self.0.session()?;
        let most = page_size(limit)?.to_string();
        let mut query = vec![("limit", most.as_str())];
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        match self.0.fetch(&tickets::LIST, &[], &query).await {
            Ok(Tickets { items, next }) => {
                self.0.keep_of(&session, |tx| items.iter().try_for_each(|ticket| rows::put(tx, ticket)))?;
                let now = self.0.now();
                let lost = match cursor {
                    None => self.0.core().read(now, rows::all_forgotten)?,
                    Some(_) => vec![],
                };
                let forgotten = lost.iter().map(|ticket| ticket.id).collect();
                let items = lost.into_iter().chain(items).collect();
                Ok(TicketPage { items, forgotten, next, is_from_phone: false })
            }
            Err(error) if matches!(error.kind(), ErrorKind::Offline | ErrorKind::NoAnswer | ErrorKind::NotNow) => {
                // A page that only the operator can find is not made up.
                self.stored_history(cursor.map(str::to_owned), limit).map_err(|_| error)
            }
            Err(error) => Err(error),
        }
    }

    /// What the phone knows of the tickets bought, newest first; `cursor` as above. Local.
    ///
    /// # Errors
    /// `ticket_missing` for a cursor of which the phone knows no page; when the phone's database
    /// fails.
    pub fn stored_history(self, cursor: Option<String>, limit: u32) -> Result<TicketPage> {
        let (now, limit) = (self.0.now(), page_size(limit)?);
        let before = cursor.map(|cursor| self.ticket_id(&cursor)).transpose()?;
        let (mut items, forgotten) = self
            .0
            .core()
            .read(now, |db| Ok((rows::page(db, before, limit.saturating_add(1))?, rows::forgotten_ids(db)?)))?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(|last| last.id.to_string()) } else { None };
        let forgotten = items.iter().map(|ticket| ticket.id).filter(|id| forgotten.contains(id)).collect();
        Ok(TicketPage { items, forgotten, next, is_from_phone: true })
    }

    /// The code of a ticket for an inspector's camera: the operator's signature and this device's,
    /// over this moment. Local; make it anew before `fresh_until`.
    ///
    /// # Errors
    /// `ticket_missing`, `code_of_another_phone` while another phone shows it, `device_key_failed`,
    /// `code_untrusted` for one that is not genuine or cannot be read.
    pub fn code(self, ticket: TicketId) -> Result<ShownCode> {
        self.0.show(&self.ticket(ticket)?.signed)
    }

    /// Moves the code of a running ticket to this phone: the operator signs it for this phone's
    /// key, and the one that another phone shows ends. Afterwards [`Parking::code`] draws it
    /// here.
    ///
    /// # Errors
    /// `ticket_missing`, `ticket_not_active`, `too_many_requests` (a code moves ten times), and
    /// whatever a request can answer.
    pub async fn move_code_here(self, ticket: TicketId) -> Result<()> {
        let outcome = self.move_code_inner(ticket).await;
        self.0.explain(outcome)
    }

    async fn move_code_inner(self, id: TicketId) -> Result<()> {
        let session = self.0.session()?;
        let moved = self.0.fetch(&tickets::CODE, &[&id.to_string()], &[]).await?;
        self.0.keep_of(&session, |tx| match rows::ticket(tx.db(), id)? {
            Some(ticket) => rows::put(tx, &Ticket { signed: moved.signed, ..ticket }),
            None => Ok(()),
        })?;
        self.ticket(id).map(drop)
    }

    /// Asks for the codes of running tickets that this phone shows and that no inspector believes
    /// any more, because the operator ended the key that signed them.
    pub(super) async fn codes_again(self) {
        let Some((keys, ids)) = self.0.codes_without_key(&CODES).await else { return };
        for id in ids {
            let answered = match self.ticket_id(&id) {
                Ok(ticket) => self.move_code_inner(ticket).await,
                Err(why) => Err(why),
            };
            self.0.code_asked(&CODES, &keys, &id, &answered);
        }
    }

    /// What the operator's signature of a ticket says, verified on the phone with the stored keys.
    /// Local.
    ///
    /// # Errors
    /// `ticket_missing`, `city_missing` before the first refresh, `code_untrusted` when the
    /// signature does not hold.
    pub fn verified(self, ticket: TicketId) -> Result<TicketClaims> {
        let ticket = self.ticket(ticket)?;
        let keys = self.0.stored_keys().ok_or_else(|| Error::city_missing(&ticket.city))?;
        TicketClaims::verify(&ticket.signed, &keys, self.0.now())
            .map_err(|why| Error::untrusted("code_untrusted", "ticket", why))
    }
}
