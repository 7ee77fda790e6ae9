error-unknown = Something went wrong.
    .advice = Try again.

### The screens of the apps, one section each

## zones near me
zones-title = Where are you parked?
zones-plate-change = Change car
zones-plate-missing = Add your car
zones-plate-described = You are paying for { $plate }. Double tap to change the car.
zones-deposit = Deposit
zones-deposit-described = Deposit { $amount }. Double tap to top up.
zones-sign-label = Code on the sign, e.g. 9111
zones-sign-why = The code on the sign is surer than the position.
zones-sign-clear = Clear the code
zones-by-sign = By the sign
zones-near = Near you, nearest first
zones-all = All zones
zones-here = You are here
zones-here-about = You are probably here
zones-distance = { $metres } m away
zones-distance-about = about { $metres } m away
zones-approximate = Zone edges are approximate: go by the sign.
zones-sign-go = Park in: { $zone }
zones-no-position = Your position is not known. Type the code on the sign, or pick the zone the sign shows.
zones-max-stay = Up to { $minutes } min
zones-no-limit = No time limit
zones-row-described = { $zone }, sign { $sign }, { $distance }, { $limit }. { $note }
zones-loading = Looking for zones near you
zones-running = { $plate } is parked
zones-running-until = until { $time }
zones-choose-plate = Which car?
zones-add-plate = Add another car

## quote and buy
buy-back = Back
buy-zone-described = { $zone }, sign { $sign }
buy-sign = sign { $sign }
buy-how-long = How long?
buy-minutes = { $minutes } min
buy-wheel-described = Parking time. { $minutes } minutes chosen, until { $time }.
buy-more = Longer
buy-less = Shorter
buy-stop-longest = { $minutes } min is the most { $zone } allows
buy-stop-rest = { $minutes } min are left of your stay here, until { $time }
buy-stop-none = This zone has no time limit
buy-from-until = { $start } – { $end }
buy-paid-until = valid until { $time }
buy-total = Total with every fee
buy-price-held = Price held until { $time }
buy-preview = Estimate: without a connection nothing can be bought
buy-price-loading = Asking for the price
buy-deposit-after = Deposit { $before } → { $after } after
buy-deposit-short = The deposit lacks { $amount }
buy-top-up = Top up the deposit
buy-pay = Pay { $amount }
buy-pay-described = Pay { $amount } for { $plate } in { $zone }, until { $time }
buy-paying = Paying…
buy-change-plate = Change

## ticket
ticket-title = Parking ticket
ticket-left = left
ticket-left-described = { $minutes } minutes left, until { $time }
ticket-ends-at = Paid until { $time }
ticket-ended-at = Ran out at { $time }
ticket-starts-at = Starts at { $time }
ticket-starts-in = to the start
ticket-expired = Expired
ticket-expired-advice = Leave now or buy again: from here on an inspector may issue a daily order.
ticket-ending = Ends soon
ticket-paid = Paid { $amount }
ticket-code-described = QR code of the ticket for { $plate }, to be shown to an inspector
ticket-code-note = For the inspector. Renewed by itself, works offline.
ticket-code-loading = Preparing the code
ticket-extend = Extend { $minutes } min · { $amount }
ticket-extend-until = until { $time }
ticket-extend-described = Extend by { $minutes } minutes for { $amount }, until { $time }
ticket-extend-loading = Asking what an extension costs
ticket-extending = Extending…
ticket-limit-reached = Longest stay reached
ticket-limit-leave = Move the car by { $time }.
ticket-extend-offline = Extending needs a connection.
ticket-buy-again = Buy a new ticket
ticket-loading = Opening the ticket

## states they share
state-offline = No connection
state-offline-as-of = What you see is from { $time }.
state-offline-never = Zones and prices could not be fetched yet.
state-retry = Try again
state-unconfirmed = Not confirmed yet
state-unconfirmed-why = The connection broke after your tap at { $time }. We keep asking the operator; you will not be charged twice.
state-unconfirmed-what = Stay with the car until it says "paid", or pay by SMS instead.
state-check-again = Ask again now
state-use-sms = Pay by SMS instead
state-use-sms-what = SMS { $body } to { $number }
state-unconfirmed-open = { $plate }: payment not confirmed yet
state-refused-code = Code { $code }
state-not-charged = Nothing was charged.

## sign in, first car, top up
start-title = Parking · { $city }
start-phone-label = Phone number
start-phone-hint = +381 64 123 4567
start-send-code = Send me the code
start-code-label = Code from the SMS
start-code-sent = We sent a code to { $phone }.
start-sign-in = Sign in
start-other-number = Another number
start-resend = Send a new code
start-working = One moment…
plate-title = Your car
plate-label = Plate
plate-hint = BG 789-PP
plate-check = Type it exactly as on the car. A ticket for another plate does not count.
plate-save = Save the car
topup-title = Top up the deposit
topup-balance = Deposit now { $amount }
topup-choose = How much?
topup-note = You pay by card on the bank's own page. The operator bears the fee; card data never reaches this app.
topup-go = To the bank: { $amount }
topup-waiting = Waiting for the bank
topup-waiting-why = Finish the payment on the bank's page. The deposit changes as soon as the bank says so.
topup-open-bank = Open the bank's page
topup-done = { $amount } is on your deposit
topup-done-next = Continue
