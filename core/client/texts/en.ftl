# Every text a driver reads, in English. `error-<code>` says what happened, `.advice` what to do now; `.plain` and `.plain-advice` stand in
# when a value is missing. Times are shown in the city's zone: `$name` with its day, `$name_time` without.

## What the phone itself can say

error-unknown = That did not work.
    .advice = Try again in a moment. If it stays so, write to support and give the code of the error.
error-offline = There is no connection to the operator.
    .advice = Nothing was sent and nothing was charged. Look for a signal and try again.
error-no_answer = The operator did not answer.
    .advice = It is not known whether the request arrived. Wait until it is confirmed before you pay in another way.
error-not_signed_in = You are not signed in.
    .advice = Sign in with your phone number.
error-city_missing = The city's zones and prices are not on this phone yet.
    .advice = Connect to the internet once to fetch them.
error-answer_unreadable = The answer cannot be read.
    .advice = A public network may want you to log in first. Otherwise update the app.
error-keys_untrusted = The operator's keys are not genuine.
    .advice = Nothing was changed. Use another network, and update the app from the official store.
error-city_untrusted = The city's zones and prices are not genuine.
    .advice = The ones before stay in use. Use another network, and update the app from the official store.
error-operator_untrusted = What the operator says of itself is not genuine.
    .advice = What it said before stays in use. Use another network, and update the app from the official store.
error-city_too_new = The city has new rules that this version of the app does not know.
    .advice = Update the app. Until then the zones and prices before are shown; what you pay is always the operator's price.
error-phone_full = Your phone has no free space.
    .advice = Nothing was sent and nothing was charged. Free some space and try again.
error-phone_data_damaged = The app's data on this phone was damaged and has been built anew.
    .advice = Open the app again: your tickets and deposit come back from the operator.
error-phone_data_newer = The data on this phone belongs to a newer version of the app.
    .advice = Update the app.
error-phone_data_of_another = The data on this phone belongs to another operator.
    .advice = Update the app from the official store. What you bought stays where it was.
error-operator_open = This operator is open already.
    .advice = Close the app and open it again.
error-operators_share = Two operators must not share their data or their key on this phone.
    .advice = Update the app from the official store.
error-phone_data_failed = The app cannot read or write its data.
    .advice = Close the app, open it again, and restart the phone if that does not help.
error-closed = The app has closed its data.
    .advice = Open the app again: what is not confirmed yet goes on then.
error-phone_secrets_failed = The phone's key store does not answer.
    .advice = Unlock the phone and try again.
error-device_key_failed = This phone cannot sign the ticket.
    .advice = Move the code to this phone, or show it on the phone that has it.
error-vehicle_missing = This car is not in your account.
    .advice = Add it and try again.
error-vehicle_parked = { $plate } has a ticket until { $ends_at_time }.
    .advice = If you remove it, the ticket stays and can still be extended.
    .plain = This car is parked.
error-ticket_missing = This ticket is not on the phone.
    .advice = Refresh the list of tickets.
error-order_missing = There is no unpaid daily order like this.
    .advice = Refresh the list of orders; it may be paid already.
error-intent_missing = This payment is not on the phone.
    .advice = Look at the history to see what was paid.
error-unconfirmed = It is not known yet whether this was paid.
    .advice = { $where ->
        [bank] Finish it on the bank's page, or give it up there. Until then nothing more is paid.
       *[other] Do not pay in another way yet. Look for a signal; the app keeps asking.
    }
    .plain-advice = Do not pay in another way yet. Look for a signal; the app keeps asking.
error-intent_lost = The operator no longer knows whether this was paid.
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
error-intent_bought = This was bought after all.
    .advice = You do not need an SMS: the ticket is in the app.
error-intents_open = A payment is not confirmed yet.
    .advice = Wait until it is, then sign out.
error-sign_ambiguous = The text names several zones: { $zones }.
    .advice = Type only the code of the sign where you stand.
    .plain = The text names several zones.
error-sms_not_possible = This zone or plate cannot be paid by SMS from here.
    .advice = Pay in the app when there is a signal, or at a kiosk.
error-out_of_range = This value is out of range.
    .advice = Choose a shorter time.
error-plate_empty = The plate is empty.
    .advice = Write it as { $example }.
    .plain-advice = Write it as on the car.
error-plate_too_short = The plate is too short: { $length } signs, at least { $min } are needed.
    .advice = Write the whole plate, as { $example }.
    .plain = The plate is too short.
    .plain-advice = Write the whole plate.
error-plate_too_long = The plate is too long: { $length } signs, at most { $max } are possible.
    .advice = Write only the plate, as { $example }.
    .plain = The plate is too long.
    .plain-advice = Write only the plate.
error-plate_sign_not_allowed = “{ $letter }” cannot stand in a plate.
    .advice = Use letters and digits, as in { $example }.
    .plain = A sign in it cannot stand in a plate.
    .plain-advice = Use letters and digits only.
error-plate_cyrillic = “{ $letter }” is a Cyrillic letter.
    .advice = Write the plate in Latin letters, as { $example }.
    .plain = There is a Cyrillic letter in the plate.
    .plain-advice = Write the plate in Latin letters.
error-plate_no_digit = A plate has at least one digit.
    .advice = Write it as { $example }.
    .plain-advice = Write the whole plate.
error-card_declined = The bank declined the card.
    .advice = Nothing was charged. Use another card, or ask your bank.
error-authentication_failed = The bank could not confirm that it is you.
    .advice = Nothing was charged. Try again and check the code your bank sends.
error-called_off = You called this off.
    .advice = If it was a payment, look whether it went through before you pay again.
error-cancelled = You cancelled at the bank.
    .advice = Nothing was charged.
error-expired = The bank gave no answer in time.
    .advice = If the bank charges the card after all, you get what you wanted or your money back.
error-bank_refused = The bank refused the payment.
    .advice = Nothing was charged. Use another card, or ask your bank.

## What the operator can say

error-bad_request = The operator did not understand the app.
    .advice = Update the app.
error-unauthorized = Your session is over.
    .advice = Sign in again; your tickets are safe.
error-forbidden = Your account may not do this.
    .advice = Sign in with another account, or ask the operator.
error-not_found = This is not there any more.
    .advice = Refresh and try again.
error-method_not_allowed = The operator does not offer this.
    .advice = Update the app.
error-body_too_large = The request is too large.
    .advice = Shorten the text and try again.
error-client_too_old = This version of the app is no longer served.
    .advice = Update the app. In a hurry, pay by SMS.
error-too_many_requests = Too many tries in a short time.
    .advice = { $retry_after_seconds ->
        [one] Wait a second and try again.
       *[other] Wait { $retry_after_seconds } seconds and try again.
    }
    .plain-advice = Wait a little and try again.
error-internal = The operator has a fault. Nothing was charged.
    .advice = Try again in a moment.
error-storage_full = The operator cannot store anything now. Nothing was charged.
    .advice = Try again later, or pay by SMS.
error-unavailable = The operator cannot answer now.
    .advice = Try again in a moment.
error-idempotency_key_missing = The app forgot to number this payment.
    .advice = Update the app.
error-idempotency_key_invalid = The app numbered this payment wrongly.
    .advice = Update the app.
error-idempotency_key_reused = The app numbered two payments alike. This one was not executed.
    .advice = Begin anew.
error-request_in_flight = The first request is still being worked on.
    .advice = Wait a moment: it will be confirmed by itself.
error-intent_cancelled = This payment was taken back before it arrived.
    .advice = Begin anew if you still want it.
error-intent_expired = The request arrived too late and was not executed.
    .advice = Nothing was charged. Buy again if you are still parked.
error-phone_invalid = No code can be sent to this phone number.
    .advice = Write it with + and the country, as { $example }.
    .plain-advice = Write it with + and the country.
error-code_wrong = { $tries_left ->
        [0] The code is not right. No try is left.
        [one] The code is not right. One try is left.
       *[other] The code is not right. { $tries_left } tries are left.
    }
    .advice = { $tries_left ->
        [0] Ask for a new code.
       *[other] Look at the newest SMS.
    }
    .plain = The code is not right.
    .plain-advice = Look at the newest SMS.
error-code_expired = The code is too old.
    .advice = Ask for a new one.
error-code_tries_exhausted = Too many wrong codes.
    .advice = Ask for a new code.
error-device_missing = This session cannot show a code.
    .advice = Sign in on the phone that is to show it.
error-device_key_invalid = The key of this phone is not usable.
    .advice = Update the app, or restart the phone.
error-plate_invalid = This is not a plate that the city knows.
    .advice = Write it as { $example }.
    .plain-advice = Write it as on the car.
error-vehicle_unknown = This car is not in your account.
    .advice = Add it first.
error-vehicle_exists = This plate is already in your account.
    .advice = Choose it from your cars.
error-too_many_vehicles = { $max ->
        [one] Your account takes one car.
       *[other] Your account takes { $max } cars.
    }
    .advice = Remove one that you no longer use.
    .plain = No more cars fit in your account.
error-city_unknown = The operator does not serve this city.
    .advice = Choose another city.
error-city_outdated = The city's zones and prices here are too old to sell by.
    .advice = Connect to the internet to fetch newer ones, or pay by SMS.
error-section_missing = This city does not have this service.
    .advice = Choose another city, or another service of this one.
error-section_too_new = The city has new rules for this service that this version of the app does not know.
    .advice = Update the app. The other services go on.
error-section_unreadable = The city's rules for this service cannot be read.
    .advice = Update the app, or try again later. The other services go on.
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
error-tariff_unknown = The price is not known, so nothing is sold.
    .advice = Look at the prices in { $facility_name }, and pay there.
    .plain-advice = Look at the sign, and pay by SMS or at a kiosk.
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
    .advice = Look at your tickets.
error-quote_stale = The offer no longer holds: now it would be { $minutes } min for { $total }, until { $ends_at_time }.
    .advice = Ask for the price again; nothing was charged.
    .plain = The offer no longer holds.
error-deposit_too_low = Your deposit of { $balance } lacks { $missing }.
    .advice = Top the deposit up and buy again.
    .plain = Your deposit does not cover this.
error-ticket_not_active = This ticket is over.
    .advice = Buy a new one if you are still parked.
error-amount_not_offered = The deposit takes only certain amounts.
    .advice = Choose one of: { $offered } { $currency }.
    .plain-advice = Choose one of the amounts shown.
error-notice_contradicts = The bank says two different things about one payment.
    .advice = The operator looks into it. Nothing is lost.
error-notice_invalid = The bank's message is not authentic.
    .advice = Nothing was charged. Try again later.
error-order_already_paid = This order is already paid.
    .advice = You need not do anything.
error-order_not_payable = This order cannot be paid like this any more.
    .advice = Refresh the orders: the amount may have changed.
error-ticket_covers_plate = A valid ticket covers this car.
    .advice = No order is needed.
error-within_grace = The paid time ended only just now.
    .advice = An order may be issued from { $until_time } on.
    .plain-advice = Check again in a few minutes.
error-order_exists = A valid daily order already covers this car.
    .advice = You need no other ticket in this zone until it ends.
error-order_number_invalid = This is not the number of an order.
    .advice = Look at the slip again: a number has twelve digits, as { $example }.
    .plain-advice = Look at the slip again: a number has twelve digits.
error-cursor_too_old = The list of changes is too old.
    .advice = Refresh; everything is read anew.
error-facility_unknown = This garage is not in the city.
    .advice = Choose one of the list.
error-ticket_number_invalid = { $reason ->
        [empty] No ticket number was given.
        [sign] “{ $sign }” stands on no ticket.
        [length] { $count } signs are no ticket number here.
        [shape] “{ $sign }” cannot be sign { $place } of a ticket number here.
       *[check_digit] A digit of the number is wrong.
    }
    .advice = The number is printed under the bar code of the ticket: { $looks_like }.
    .plain = This is not the number of a ticket.
    .plain-advice = The number is printed under the bar code of the ticket.
error-visit_unknown = No entry with this ticket is known in { $facility_name }.
    .advice = Compare the number with the ticket. If you have just driven in, wait a minute; else pay at the place.
    .plain = No entry with this ticket is known.
error-visit_of_another_facility = This ticket is of { $facility_name }.
    .advice = Choose { $facility_name } and pay there.
    .plain = This ticket is of another garage.
    .plain-advice = Look at the ticket where it is from, and choose that garage.
error-visit_already_paid = This visit is already paid.
    .advice = Nothing is to be paid. Leave by { $exit_by_time }.
    .plain-advice = Nothing is to be paid. Leave without delay.
error-nothing_owed = Nothing is owed so far.
    .advice = Until { $free_until_time } you leave without paying.
    .plain-advice = You can leave without paying.
error-visit_over = This visit is over.
    .advice = Nothing is to be paid. If you are still inside, ask at the place.
error-visit_owes = { $owed } is owed for this visit.
    .advice = Pay it before you leave.
    .plain = Something is owed for this visit.
error-facility_unreachable = { $facility_name } cannot be reached now, so what you owe is not known.
    .advice = Try again in half a minute, or pay at the place. Nothing was charged.
    .plain = The garage cannot be reached now, so what you owe is not known.
error-paid_on_entry = { $facility_name } is paid at the barrier on entry.
    .advice = Nothing is to be paid here.
    .plain = This garage is paid at the barrier on entry.
error-facility_closed = { $facility_name } is closed now.
    .advice = It opens at { $opens_at }. Pay then: now you could not leave.
    .plain = This garage is closed now.
    .plain-advice = Pay when it is open: now you could not leave.
error-entry_in_future = The entry of this ticket lies in the future: a clock is wrong.
    .advice = Try again in a few minutes, or pay at the place.
error-ticket_in_use = A visit with this ticket is not over.
    .advice = Ask at the place.
error-payment_differs = Another amount was told for this payment before.
    .advice = Ask at the place.
error-visit_missing = This visit is not on the phone.
    .advice = Refresh the list of visits.
error-photo_not_possible = This app cannot read photos.
    .advice = Type the number under the bar code.
error-photo_unreadable = The photo cannot be read.
    .advice = Take another one, or type the number under the bar code.
error-photo_too_large = The photo is too large.
    .advice = Take one with fewer pixels, or type the number under the bar code.
error-photo_without_code = There is no bar code that can be read in the photo.
    .advice = Lay the ticket flat in good light and fill the picture with it, or type the number under the bar code.
error-photo_without_number = The code in the photo is not the number of a ticket.
    .advice = Take a photo of the bar code of the ticket. Its number is { $looks_like }.
    .plain-advice = Take a photo of the bar code of the ticket, or type the number under it.
error-photo_with_several_numbers = The photo shows several tickets: { $numbers }.
    .advice = Take a photo of one, or type its number.
    .plain = The photo shows several tickets.
error-photo_of_another_facility = The ticket in the photo is of { $facility_name }.
    .advice = Choose { $facility_name }, or take a photo of the other ticket.
    .plain = The ticket in the photo is of another garage.
    .plain-advice = Choose that garage, or take a photo of the other ticket.

## Quotes

line-parking-limited = { $units ->
        [one] { $unit_minutes } min at { $unit_price }
       *[other] { $units } × { $unit_minutes } min at { $unit_price }
    }
line-parking-extended = { $units ->
        [one] Extended time: { $unit_minutes } min at { $unit_price }
       *[other] Extended time: { $units } × { $unit_minutes } min at { $unit_price }
    }
line-payments-card-fee = The bank's fee on card payments below { $below }
line-garages-free = { $minutes ->
        [one] The first minute is free
       *[other] The first { $minutes } minutes are free
    }
line-garages-started-units = { $unit_minutes ->
        [60] { $units ->
            [one] One started hour at { $unit_price }
           *[other] { $units } started hours at { $unit_price }
        }
       *[other] { $units } × started { $unit_minutes } min at { $unit_price }
    }
line-garages-day-cap = { $days ->
        [one] One day, at most { $cap }
       *[other] { $days } days, each at most { $cap }
    }
line-garages-several-days = { $tickets ->
        [one] A ticket for { $days } days at { $price }
       *[other] { $tickets } tickets for { $days } days at { $price }
    }
line-garages-lost = Lost ticket: counted from { $billed_from }
    .plain = Lost ticket
line-garages-double-place = A car on two places: { $factor } times the price
line-garages-already-paid = Paid before
line-orders-order = Daily parking order
line-wallet-topup = For the deposit
line-other = Something that only a newer version of the app can name
notice-parking-clipped = You asked for { $asked } min; { $offered } min are left of this stay, until { $deadline_time }. Without this ticket a new stay can begin at { $new_stay_at }.
notice-parking-clipped-by-another = You asked for { $asked } min; { $offered } min can be bought for this car here now.
notice-parking-another-ticket-limits = Another ticket of yours in this zone limits this stay: it ends by { $deadline_time }.
notice-parking-rounded-up = Time is paid in whole units: { $granted } min instead of { $asked }.
notice-parking-starts-at-opening = Charging begins at { $opens_at_time }: the ticket starts then.
notice-parking-ends-at-closing = Charging ends at { $closes_at_time }: { $granted } min are paid, and after that parking is free.
notice-parking-rolls-over = Charging ends before that; the rest goes on at the next opening, until { $ends_at }.
notice-parking-no-refund = Paid time that you do not use is not given back.
notice-garages-exit-without-delay = The garage states no time to leave after paying: leave without delay.
notice-garages-unused-days-lost = { $days ->
        [one] One day of the ticket is not used; it is not given back.
       *[other] { $days } days of the ticket are not used; they are not given back.
    }
notice-other = There is something to know that only a newer version of the app can show. Update the app.
notice-not_guaranteed = Reminders come only when the phone can show them. Without one the ticket still ends.
plate-warning-look_alike = “{ $typed }” is another letter that looks like { $read_as }; it was read as { $read_as }.
plate-warning-unusual_letter = Hardly any plate has the letter { $letter }. Look at yours again.
plate-warning-oh_or_zero = O or 0? With the other one it would be { $maybe }.
plate-warning-other = There is something about this plate that only a newer version of the app can show.

## Words for states

ticket-state-active = Paid
ticket-state-expired = Over
ticket-state-voided = Void
ticket-state-lost = Unknown to the operator
ticket-state-other = Other (update the app)
order-state-issued = To be paid
order-state-paid = Paid
order-state-cancelled = Cancelled
order-state-lost = Unknown to the operator
order-state-other = Other (update the app)
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
intent-state-lost = Unknown to the operator
intent-needs-update = Paid. Only a newer version of the app can show what you bought. Update the app.
intent-bought-late = The bank approved it after all, and it was bought.
entry-wallet-topup = Top-up
entry-wallet-refund = Paid out
entry-parking-ticket = Parking
entry-parking-refund = Refund of parking
entry-orders-order = Daily order
entry-garages-visit = Garage
entry-other = Other (update the app)
violation-no_ticket = No ticket
violation-time_expired = Paid time ran out
channel-app = App
channel-sms = SMS
channel-kiosk = Kiosk
clock-unsynced = The time is not checked with the operator yet.
order-due = { $due } to pay
order-discount = { $due } instead of { $price } until { $discount_until }
order-valid-until = Covers the car in this zone until { $valid_until }
sms-what = Send “{ $body }” to { $number }
sms-price = One message buys { $minutes } min for { $price }.

## Garages

garages-open = Open
garages-closed = Closed
garages-opens-at = Closed, opens { $opens_at }
garages-hours-unknown = Opening hours are not known
garages-free = { $free ->
        [0] Full at { $observed_at_time }
        [one] One place free at { $observed_at_time }
       *[other] { $free } places free at { $observed_at_time }
    }
garages-free-too-old = Free places are not known now; last counted { $observed_at }
garages-free-unknown = Free places are not known
ticket-number-any = { $min } to { $max } letters and digits
ticket-number-digits = { $count } digits
ticket-number-like = { $count } signs, such as { $example }
tariff-garages-unknown = The price is not known
tariff-garages-unit = { $unit_minutes ->
        [60] { $price } for each started hour
       *[other] { $price } for each started { $unit_minutes } min
    }
tariff-garages-free = The first { $minutes } min are free
tariff-garages-free-short = A visit of up to { $minutes } min is free
tariff-garages-disabled-free = With a disabled driver's badge the first { $minutes } min are free
tariff-garages-disabled-free-short = With a disabled driver's badge a visit of up to { $minutes } min is free
tariff-garages-day-cap = At most { $price } a day
tariff-garages-day-cap-after = { $hours } hours cost as much as a day
tariff-garages-several-days = { $days } days in a row: { $price }
tariff-garages-lost-from-midnight = Lost ticket: counted from the midnight before the entry
tariff-garages-lost-flat = Lost ticket: { $price }
tariff-garages-exit-minutes = { $minutes } min to leave after paying
visit-state-inside = Not paid yet
visit-state-paid = Paid
visit-state-owing_again = Something is owed again
visit-state-left = Left
visit-state-cancelled = Cancelled
visit-state-other = Other (update the app)
facility-kind-garage = Garage
facility-kind-multi_storey = Multi-storey car park
facility-kind-lot = Car park with a barrier
certainty-official = As the operator publishes it
certainty-official_old = As the operator published it earlier
certainty-second_hand = As others report it
certainty-assumed = Assumed

## Reminders

reminder-before = { $minutes ->
        [one] One minute of parking left
       *[other] { $minutes } minutes of parking left
    }
    .body = { $plate } in { $zone }: paid until { $ends_at_time }. You can extend in the app.
reminder-end = Parking time is over
    .body = { $plate } in { $zone }: paid until { $ends_at_time }. Leave now, or extend while the zone allows it.
reminder-garages-before = { $minutes ->
        [one] One minute to leave the garage
       *[other] { $minutes } minutes to leave the garage
    }
    .body = { $facility }: leave by { $leave_by_time }. Later the difference is owed.
reminder-garages-end = The time to leave the garage is over
    .body = { $facility }: it ended at { $leave_by_time }. If you are still inside, look in the app what is owed.

## Screens: zones near me
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
## Screens: quote and buy
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
buy-preview = Estimate from your own tickets: without a connection nothing can be bought
buy-price-loading = Asking for the price
buy-deposit-after = Deposit { $before } → { $after } after
buy-deposit-short = The deposit lacks { $amount }
buy-top-up = Top up the deposit
buy-pay = Pay { $amount }
buy-pay-described = Pay { $amount } for { $plate } in { $zone }, until { $time }
buy-paying = Paying…
buy-change-plate = Change
buy-stop-another = { $minutes } min can be bought for this car here now; its stay was paid from another account
buy-stop-closing = Charging ends at { $time }
buy-expired = The purchase was not executed in time
buy-expired-advice = Ask for the price again.
buy-by-deposit = From the deposit
buy-by-card = By card
buy-card-note = You pay on the bank's own page; card data never reaches this app.
buy-card-not-sold = This is not sold by card: the bank's fee on small payments is not known.
buy-card-not-sold-advice = Pay from the deposit, or choose a longer time.
buy-pay-card-described = Pay { $amount } by card on the bank's page for { $plate } in { $zone }, until { $time }
buy-lost = The operator no longer knows whether this was paid
buy-lost-advice = It may have been paid, and it may not. Look at your deposit and your tickets, and ask the operator.
## Screens: ticket
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
## Screens: daily orders
orders-title = Daily orders
orders-loading = Looking for daily orders
orders-none = No daily order is known here.
orders-number-why = An order stands here by itself when it was issued after a ticket of yours for that car in that zone. Find any other one by the number on its slip.
orders-number-label = Number on the slip, e.g. 4821 0937 5557
orders-number-show = Show this order
orders-number-found = Found: the daily order of { $plate }
orders-choose = Choose the order to pay
orders-row-described = Daily order for { $plate }, { $amount }. { $state }
orders-pay-described = Pay { $amount } from the deposit for the daily order of { $plate }
orders-pay-card-described = Pay { $amount } by card on the bank's page for the daily order of { $plate }
orders-card-not-sold-advice = Pay it from the deposit.
orders-done = { $amount } was paid for the daily order of { $plate }
## Screens: garages
garages-title = Garages and car parks
garages-loading = Looking for garages
garages-none = No garages are known in this city.
garages-near = Places free, nearest first
garages-row-described = { $name }. { $places }. { $hours }
garages-unreachable = Cannot be reached now: it takes no payment here until it answers
garages-not-heard = Whether it can be paid now is not known
garages-visit-paid-described = { $name }: paid, leave by { $time }
garages-visit-paid = Paid: leave by { $time }
garages-visit-paid-no-end = Paid: leave without delay
garages-visit-owes = Something is owed again
garages-unconfirmed = { $name }: payment not confirmed yet
garages-address = Address
garages-entrances = Entrances
garages-height = Highest vehicle
garages-height-value = { $metres } m
garages-capacity = Places in all
garages-capacity-disabled = For disabled drivers
garages-hours = Opening hours
garages-paid-when = When it is paid
garages-on-site = Paid at the place by
garages-in-app = Paid in the app
garages-not-in-app = Not paid in the app; pay at the place.
garages-tariff = Prices
garages-unknown = not known
garages-certainty = How sure this is: { $certainty }
paid-when-before_fetching = Before you go to the car
paid-when-on_exit = From the car, on the way out
paid-when-on_entry = At the barrier, on the way in
on-site-cash = cash
on-site-card = card
on-site-machine = machine
on-site-prepaid_card = prepaid parking card
on-site-parking_pass = parking pass
garages-ticket-label = Number of your ticket
garages-ticket-why = It is printed under the bar code of the ticket you got on entry.
garages-ticket-photo = Take it from a photo
garages-ticket-photo-reading = Reading the photo
garages-ticket-read = Read from the photo: { $ticket }
garages-ticket-go = What do I owe?
garages-ticket-lost = Lost the ticket? Ask at the place: with the number they give you, it is paid here too.
garages-owed-title = What you owe
garages-owed-ticket = Ticket { $ticket }
garages-owed-entered = Entered { $time }
garages-owed-exit = If you pay now, leave by { $time }
garages-owed-exit-none = If you pay now, leave without delay
garages-owed-rises = More from { $time }
garages-pay-described = Pay { $amount } from the deposit for ticket { $ticket } in { $name }
garages-pay-card-described = Pay { $amount } by card on the bank's page for ticket { $ticket } in { $name }
garages-card-not-sold-advice = Pay it from the deposit.
garages-go-there = Pay in { $name }
garages-back-to-number = Another number
garages-visit-open = Show the visit
garages-visit-title = Your visit
garages-visit-left-described = { $minutes } minutes to leave, until { $time }
garages-visit-leave-by = Leave by { $time }
garages-visit-leave-now = Leave without delay
garages-visit-owes-from = From { $time } something is owed again
garages-visit-left-time = to leave
garages-visit-receipt-described = QR code of the receipt for ticket { $ticket }, for the barrier
garages-visit-receipt-note = For the barrier when it cannot ask the operator.
garages-visit-no-receipt = The barrier knows that it is paid.
garages-visit-paid-sum = Paid { $amount }
garages-visit-owes-why = The time to leave is over. Only the difference is owed.
garages-visit-pay-rest = See what is owed now
garages-visit-over = This visit is over
garages-visit-lost-why = The operator has lost its record of this visit. Show the receipt at the barrier, or ask the staff.
garages-visit-loading = Opening the visit
## Screens: states they share
state-offline = No connection
state-offline-as-of = What you see is from { $time }.
state-offline-never = Zones and prices could not be fetched yet.
state-retry = Try again
state-unconfirmed = Not confirmed yet
state-unconfirmed-why = The connection broke after your tap at { $time }. We keep asking the operator; you will not be charged twice.
state-unconfirmed-what = Stay with the car until it says "paid". By SMS pay only with the button below: it takes this payment back first.
state-at-bank-why = Finish the payment on the bank's page. Nothing is bought until the bank says so; what cannot be given any more by then is paid back.
state-check-again = Ask again now
state-use-sms = Pay by SMS instead
state-use-sms-what = SMS { $body } to { $number }
state-lost-open = { $plate }: the operator does not know this ticket
state-lost-what = It was bought, and the operator has lost its record of it. Show its code to an inspector, and ask the operator.
state-unconfirmed-open = { $plate }: payment not confirmed yet
state-refused-code = Code { $code }
state-not-charged = Nothing was charged.
## Screens: sign in, first car, top up
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
topup-give-up = Do not pay this after all
topup-done = { $amount } is on your deposit
topup-done-next = Continue
