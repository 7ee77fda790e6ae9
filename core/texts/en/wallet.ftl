## What can go wrong

error-deposit_too_low = Your deposit of { $balance } lacks { $missing }.
    .advice = Top the deposit up and buy again.
    .plain = Your deposit does not cover this.
error-amount_not_offered = The deposit takes only certain amounts.
    .advice = Choose one of: { $offered } { $currency }.
    .plain-advice = Choose one of the amounts shown.

## Words and sentences

line-wallet-topup = For the deposit
entry-wallet-topup = Top-up
entry-wallet-refund = Paid out
entry-claims-paid = Paid debt
entry-other = Other (update the app)
wallet-low = Your balance of { $balance } is below { $below }. Top it up before you ride.

## Screens

topup-title = Top up the deposit
topup-balance = Deposit now { $amount }
topup-choose = How much?
topup-note = You pay by card on the bank's own page. The operator bears the fee; card data never reaches this app.
topup-go = To the bank: { $amount }
topup-waiting = Waiting for the bank
topup-waiting-why = Finish the payment on the bank's page. The deposit changes as soon as the bank says so.
topup-open-bank = Open the bank's page
topup-give-up = Do not pay this after all
topup-done = { $amount } is on your deposit
topup-done-next = Continue
wallet-past-as-of = As of { $at }
