## What can go wrong

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
    .advice = It is a { $format } file; JPEG and PNG are read. Save it as JPEG, or type the number under the bar code.
    .plain-advice = Take another one, or type the number under the bar code.
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

## Words and sentences

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
notice-garages-exit-without-delay = The garage states no time to leave after paying: leave without delay.
notice-garages-unused-days-lost = { $days ->
        [one] One day of the ticket is not used; it is not given back.
       *[other] { $days } days of the ticket are not used; they are not given back.
    }
entry-garages-visit = Garage
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
certainty-official_old = As the operator published it earlier
certainty-second_hand = As others report it
certainty-assumed = Assumed
certainty-other = Nobody knows how sure this is
reminder-garages-before = { $minutes ->
        [one] One minute to leave the garage
       *[other] { $minutes } minutes to leave the garage
    }
    .body = { $facility }: leave by { $leave_by_time }. Later the difference is owed.
reminder-garages-end = The time to leave the garage is over
    .body = { $facility }: it ended at { $leave_by_time }. If you are still inside, look in the app what is owed.

## Screens

garages-title = Garages and car parks
garages-loading = Looking for garages
garages-none = No garages are known in this city.
garages-near = Places free, nearest first
garages-row-described = { $name }. { $places }. { $hours }
garages-unreachable = Cannot be reached now: it takes no payment here until it answers
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
garages-paid-when = When it is paid
garages-on-site = Paid at the place by
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
garages-ticket-camera = Photograph the ticket
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
garages-visit-forgotten-why = The operator has lost its record of this visit. Show the receipt at the barrier, or ask the staff.
garages-visit-loading = Opening the visit
