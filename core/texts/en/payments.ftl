## What can go wrong

error-intent_missing = This payment is not on the phone.
    .advice = Look at the history to see what was paid.
error-unconfirmed = It is not known yet whether this was paid.
    .advice = { $where ->
        [bank] Finish it on the bank's page, or give it up there. Until then nothing more is paid.
       *[other] Do not pay in another way yet. Look for a signal; the app keeps asking.
    }
    .plain-advice = Do not pay in another way yet. Look for a signal; the app keeps asking.
error-intent_forgotten = The operator no longer knows whether this was paid.
    .advice = It may have been paid, and it may not. Look at your deposit and your tickets, and ask the operator.
error-abandoned = You gave this payment up.
    .advice = If the bank charges the card after all, the money is paid back.
error-account_closed = The account was closed before this was paid.
    .advice = If the bank charges the card after all, the money is paid back.
error-undeliverable = What you paid for can no longer be given.
    .advice = What was paid is paid back.
error-paid_back = What you paid for can no longer be given.
    .advice = { $paid_back } is paid back by { $due_at }.
    .plain-advice = What was paid is paid back.
error-card_declined = The bank declined the card.
    .advice = Nothing was charged. Use another card, or ask your bank.
error-authentication_failed = The bank could not confirm that it is you.
    .advice = Nothing was charged. Try again and check the code your bank sends.
error-cancelled = You cancelled at the bank.
    .advice = Nothing was charged.
error-expired = The bank gave no answer in time.
    .advice = If the bank charges the card after all, you get what you wanted or your money back.
error-bank_refused = The bank refused the payment.
    .advice = Nothing was charged. Use another card, or ask your bank.
error-tariff_unknown = The price is not known, so nothing is sold.
    .advice = Look at the prices in { $facility_name }, and pay there.
    .plain-advice = Look at the prices that are posted there, and pay there.
error-card_fee_unknown = Below { $below } this is not sold by card: the bank's fee is not known.
    .advice = Pay from the deposit.
    .plain = This is not sold by card: the bank's fee on small payments is not known.
error-service_unknown = The operator does not offer this.
    .advice = Update the app, or choose another city.
error-items_not_supported = Only one thing can be bought at a time.
    .advice = Buy them one after the other.
error-payment_method_not_allowed = This cannot be paid this way.
    .advice = Choose another way to pay.
error-quote_unknown = There is no such price offer.
    .advice = Ask for the price again.
error-quote_expired = The price was held for a short time, and that is over.
    .advice = Ask for the price again; nothing was charged.
error-quote_used = This was bought already.
    .advice = Look at what you have bought.
error-quote_stale = The offer no longer holds: now it would be { $minutes } min for { $total }, until { $ends_at_time }.
    .advice = Ask for the price again; nothing was charged.
    .plain = The offer no longer holds.
error-quote_altered = The price shown is not the price that was offered.
    .advice = Ask for the price again; nothing was charged.
error-notice_contradicts = The bank says two different things about one payment.
    .advice = The operator looks into it. Nothing is lost.
error-notice_invalid = The bank's message is not authentic.
    .advice = Nothing was charged. Try again later.

## Words and sentences

line-payments-card-fee = The bank's fee on card payments below { $below }
line-other = Something that only a newer version of the app can name
notice-other = There is something to know that only a newer version of the app can show. Update the app.
payment-state-pending = Waits for the bank
payment-state-authorised = Promised by the bank
payment-state-captured = Paid
payment-state-declined = Declined
payment-state-expired = Not paid in time
payment-state-abandoned = Given up
payment-state-voided = Not charged
payment-state-refunded = Paid back
payment-state-other = Other (update the app)
refund-due = { $route ->
        [deposit] { $amount } goes back to your deposit by { $due_at }.
        [transfer] { $amount } will be paid out to you by { $due_at }.
       *[card] { $amount } goes back to your card by { $due_at }.
    }
refund-sent = { $route ->
        [deposit] { $amount } is on its way to your deposit.
        [transfer] { $amount } is on its way to you.
       *[card] { $amount } is on its way to your card.
    }
refund-done = { $route ->
        [deposit] { $amount } went back to your deposit.
        [transfer] { $amount } was paid out to you.
       *[card] { $amount } went back to your card.
    }
refund-failed = { $amount } could not be paid back yet. The operator looks into it.
refund-other = { $amount } is being paid back.
intent-state-unconfirmed = Not confirmed yet
intent-state-confirmed = Confirmed
intent-state-refused = Refused
intent-state-expired = Not executed
intent-state-forgotten = Unknown to the operator
intent-needs-update = Paid. Only a newer version of the app can show what you bought. Update the app.
intent-bought-late = The bank approved it after all, and it was bought.

## Screens

state-unconfirmed = Not confirmed yet
state-unconfirmed-why = The connection broke after your tap at { $time }. We keep asking the operator; you will not be charged twice.
state-unconfirmed-what = Wait until it says "paid". Pay in another way only with the button below: it takes this payment back first.
state-at-bank-why = Finish the payment on the bank's page. Nothing is bought until the bank says so; what cannot be given any more by then is paid back.
state-check-again = Ask again now
state-forgotten-open = { $plate }: the operator does not know this ticket
state-forgotten-what = It was bought, and the operator has lost its record of it. Show its code to an inspector, and ask the operator.
state-unconfirmed-open = { $plate }: payment not confirmed yet
state-refused-code = Code { $code }
buy-by-deposit = From the deposit
buy-by-card = By card
buy-card-note = You pay on the bank's own page; card data never reaches this app.
buy-deposit-short = The deposit lacks { $amount }
buy-top-up = Top up the deposit
buy-price-loading = Asking for the price
buy-price-held = Price held until { $time }
buy-total = Total with every fee
buy-pay = Pay { $amount }
buy-paying = Paying…
state-not-charged = Nothing was charged.
state-use-sms = Pay by SMS instead
state-use-sms-what = SMS { $body } to { $number }
state-forgotten = Unknown to the operator
