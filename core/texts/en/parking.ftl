## What can go wrong

error-vehicle_parked = { $plate } has a ticket until { $ends_at_time }.
    .advice = If you remove it, the ticket stays and can still be extended.
    .plain = This car is parked.
error-ticket_missing = This ticket is not on the phone.
    .advice = Refresh the list of tickets.
error-intent_bought = This was bought after all.
    .advice = You do not need an SMS: the ticket is in the app.
error-sign_ambiguous = The text names several zones: { $zones }.
    .advice = Type only the code of the sign where you stand.
    .plain = The text names several zones.
error-sms_not_possible = This zone or plate cannot be paid by SMS from here.
    .advice = Pay in the app when there is a signal, or at a kiosk.
error-zone_unknown = There is no such zone in this city.
    .advice = Choose one of: { $known }.
    .plain-advice = Refresh the zones and choose again.
error-sign_unknown = No zone has this code.
    .advice = Known codes: { $known }. Look at the sign again.
    .plain-advice = Look at the sign again.
error-position_invalid = Your position is not usable.
    .advice = Type the code on the sign.
error-minutes_not_positive = Parking time is at least one minute.
    .advice = Choose how long you want to park.
error-max_stay_exceeded = { $asked } minutes are more than this zone allows: at most { $max_stay }.
    .advice = { $allowed ->
        [0] Nothing more can be bought here now.
        [one] You can buy one minute now.
       *[other] You can buy { $allowed } minutes now.
    }
    .plain = Longer than the zone allows.
    .plain-advice = Choose a shorter time.
error-limit_reached = The longest stay in this zone is bought up until { $deadline_time }.
    .advice = Leave by { $deadline_time }. A new stay here can begin at { $next_possible_at }.
    .plain = Nothing more can be bought for this car in this zone now.
    .plain-advice = Its stay here was paid from another account, so no more is told of it. Park in another zone.
error-no_return = You were parked here until recently.
    .advice = A new stay in this zone can begin at { $until }.
    .plain-advice = Wait a little, or park in another zone.
error-not_charged = Parking is not charged now.
    .advice = You need no ticket until { $next_opening }.
    .plain-advice = You need no ticket now.
error-ticket_not_active = This ticket is over.
    .advice = Buy a new one if you are still parked.

## Words and sentences

line-parking-limited = { $units ->
        [one] { $unit_minutes } min at { $unit_price }
       *[other] { $units } × { $unit_minutes } min at { $unit_price }
    }
line-parking-extended = { $units ->
        [one] Extended time: { $unit_minutes } min at { $unit_price }
       *[other] Extended time: { $units } × { $unit_minutes } min at { $unit_price }
    }
notice-parking-clipped = You asked for { $asked } min; { $offered } min are left of this stay, until { $deadline_time }. Without this ticket a new stay can begin at { $new_stay_at }.
notice-parking-clipped-by-another = You asked for { $asked } min; { $offered } min can be bought for this car here now.
notice-parking-another-ticket-limits = Another ticket of yours in this zone limits this stay: it ends by { $deadline_time }.
notice-parking-rounded-up = Time is paid in whole units: { $granted } min instead of { $asked }.
notice-parking-starts-at-opening = Charging begins at { $opens_at_time }: the ticket starts then.
notice-parking-ends-at-closing = Charging ends at { $closes_at_time }: { $granted } min are paid, and after that parking is free.
notice-parking-rolls-over = Charging ends before that; the rest goes on at the next opening, until { $ends_at }.
notice-parking-no-refund = Paid time that you do not use is not given back.
ticket-state-active = Paid
ticket-state-expired = Over
ticket-state-voided = Void
ticket-state-forgotten = Unknown to the operator
ticket-state-other = Other (update the app)
entry-parking-ticket = Parking
entry-parking-refund = Refund of parking
reminder-before = { $minutes ->
        [one] One minute of parking left
       *[other] { $minutes } minutes of parking left
    }
    .body = { $plate } in { $zone }: paid until { $ends_at_time }. You can extend in the app.
reminder-end = Parking time is over
    .body = { $plate } in { $zone }: paid until { $ends_at_time }. Leave now, or extend while the zone allows it.

## Screens

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
zones-prices-title = Prices and hours
zones-prices-loading = Reading prices and hours
zones-prices-prices = Prices
zones-prices-none = No prices are known for this zone today.
zones-prices-limited = Each started { $minutes } min
zones-prices-extended = Extended time, each started { $minutes } min
zones-prices-within = { $step }, from { $start } to { $end } min of the stay
zones-prices-after = { $step }, from { $start } min of the stay on
zones-prices-unknown = Not known
zones-prices-stay = Longest stay
zones-prices-limited-part = Limited time
zones-prices-extended-part = Extended time
zones-prices-whole = Together
zones-prices-minutes = { $minutes } min
zones-prices-no-return = Before a new stay
zones-prices-hours = When parking is charged
zones-prices-days = { $first } – { $last }
zones-prices-free = Free
zones-prices-holidays = Holidays
zones-prices-holidays-charged = Charged as that day of the week
zones-prices-certainty = How sure this is: { $certainty }
zones-prices-monday = Monday
zones-prices-tuesday = Tuesday
zones-prices-wednesday = Wednesday
zones-prices-thursday = Thursday
zones-prices-friday = Friday
zones-prices-saturday = Saturday
zones-prices-sunday = Sunday
buy-zone-described = { $zone }, sign { $sign }
buy-wheel-described = Parking time. { $minutes } minutes chosen, until { $time }.
buy-stop-longest = { $minutes } min is the most { $zone } allows
buy-stop-rest = { $minutes } min are left of your stay here, until { $time }
buy-stop-none = This zone has no time limit
buy-from-until = { $start } – { $end }
buy-paid-until = valid until { $time }
buy-preview = Estimate from your own tickets: without a connection nothing can be bought
buy-deposit-after = Deposit { $before } → { $after } after
buy-pay-described = Pay { $amount } for { $plate } in { $zone }, until { $time }
buy-change-plate = Change
buy-stop-another = { $minutes } min can be bought for this car here now; its stay was paid from another account
buy-stop-closing = Charging ends at { $time }
buy-pay-card-described = Pay { $amount } by card on the bank's page for { $plate } in { $zone }, until { $time }
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
ticket-paid-minutes = Paid for { $minutes } min
ticket-clock-unsure = This phone's clock was not confirmed since it was switched on. Connect to see when the ticket ends.
ticket-may-be-over = It may be over
ticket-code-described = QR code of the ticket for { $plate }, to be shown to an inspector
ticket-code-note = For the inspector. Renewed by itself, works offline.
ticket-code-loading = Preparing the code
ticket-code-elsewhere = The code is not on this phone
ticket-code-elsewhere-why = The ticket was bought on another phone, or its code was moved there. One phone at a time shows it to an inspector.
ticket-code-move = Show the code on this phone
ticket-code-moving = Moving the code…
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
