## What can go wrong

error-card_unknown = No card has this number and this code.
    .advice = Compare both with the card: the number has 8 to 20 digits, the code stands beside the QR.
error-card_linked_elsewhere = This card belongs to another account.
    .advice = If it is yours, come to the partner's office with an identity document and the card.
error-card_only_standard = More than one card is linked only of the tariff Standard.
    .advice = Unlink the other card first, or leave this one as it is: it rides without an account.
error-cards_too_many = At most { $most } cards are linked to one account.
    .advice = Unlink one that you do not need.
    .plain = So many cards are not linked to one account.
error-card_office_needed = Card { $card } was lost or stolen: the rest is done at the partner's office.
    .advice = Come yourself, with an application, the original of an identity document and the other card. The balance moves to that one.
    .plain = After a loss or a theft the rest is done at the partner's office.
error-card_blocked = This card is blocked.
    .advice = If it was found again or is blocked by mistake, come to the partner's office with an identity document.
error-card_replaced = Another card took the place of this one.
    .advice = Use that card: the balance is on it.
error-card_top_up_too_much = At most { $most } are put on a card at once.
    .advice = Top it up several times: their number and the balance are not limited.
    .plain = So much is not put on a card at once.
error-card_top_up_too_little = At least { $least } are put on a card.
    .advice = Choose a larger amount.
    .plain = So little is not put on a card.
error-card_kind_unknown = The city has no cards of this kind.
    .advice = Choose one of: { $known }.
    .plain-advice = Choose one of the city's kinds.
error-card_taken = Another card has this number or this code.
    .advice = Compare the number, the code and the kind with the card.
error-card_not_linked = No account has card { $card }.
    .advice = Its user links it in the app first.
    .plain = No account has this card.
error-identification_required = This is done for a confirmed user only.
    .advice = See the original of the identity document and confirm the user first.
error-card_missing = This card is not on the phone.
    .advice = Refresh the list of cards.

## Words and sentences

line-cards-top-up = Onto card { $number_masked }
entry-cards-ride = Ride
entry-cards-refund = Ride given back
entry-cards-held = Top-up
entry-cards-replaced = From the card before
entry-cards-top-up = Top-up of a card
entry-cards-returned = Top-up of a card given back
card-state-active = Active
card-state-blocked = Blocked
card-state-replaced = Replaced
card-state-other = Other (update the app)
card-trouble-lost = Lost
card-trouble-stolen = Stolen
card-trouble-defective = Defective
card-trouble-stopped = Stopped by the operator
card-trouble-other = Other (update the app)
card-top-up-waiting = Hold the card at a reader until { $hold_until }
card-top-up-held = On the card
card-top-up-returned = Given back: the card was not held in time
card-top-up-other = Other (update the app)
cards-rides-left = { $count ->
        [0] Not enough for a ride
        [one] Enough for one ride
       *[other] Enough for { $count } rides
    }

## Screens

cards-title = My transport cards
cards-none = No card yet. A card rides without an account, too.
cards-balance = { $amount } as of { $as_of }
cards-balance-note = Readers tell late: rides after that moment may be missing.
cards-inactive = Not used for a year. It still rides, and a ride makes it active.
cards-linked = Card { $number_masked } is linked
cards-unlinked = The card is unlinked. Its balance stays on it.
cards-top-up-paid = { $amount } are paid. Hold the card at a reader until { $hold_until }, at least 2 seconds.
cards-blocked-now = Blocked. Come to the partner's office yourself, with an application, the original of an identity document and another card of yours.
cards-defective-now = Noted. Come to the partner's office with the card and an identity document to have it replaced.
cards-none-moved = Nothing yet.
