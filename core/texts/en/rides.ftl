## What can go wrong

error-not_a_ride_code = This is not a ride code; it leads to { $host }.
    .advice = Nothing was opened and nothing was charged. Scan the sign of the vehicle or the display of its terminal, or type the number.
    .plain = This is not a ride code.
error-ride_sign_of_another_city = This sign belongs to { $city_name }.
    .advice = It sells nothing here. Choose that city, or scan the sign of the vehicle you are in.
    .plain = This sign belongs to another city.
error-ride_sign_unreadable = This code is damaged or altered.
    .advice = Scan another sign of the vehicle, or type its number.
error-ride_sign_unknown = This sign is not known.
    .advice = Scan another sign of the vehicle, or type its number.
error-ride_sign_revoked = This sign is no longer valid.
    .advice = It was replaced, or something else is posted over it. Scan another sign of the vehicle, or type its number.
error-ride_sign_expired = The code of the terminal is too old.
    .advice = Scan what the display shows now.
error-ride_vehicle_unknown = No vehicle has this number.
    .advice = Compare it with the number on the board inside, or with the number plate.
error-ride_vehicle_not_in_service = Vehicle { $vehicle } is not in service.
    .advice = Check the number of the vehicle you are in.
    .plain = This vehicle is not in service.
error-persons_too_many = At most { $most } ride on one ticket.
    .advice = Take a ticket for fewer, then another one.
    .plain = So many do not ride on one ticket.
error-ride_fare_unknown = { $missing ->
        [route] The fare goes by the route, and it is not known which one this vehicle is on.
        [stop] The fare goes by the stop, and it is not known where this vehicle stands.
       *[other] The fare goes by where and when you get off, which is not known yet.
    }
    .advice = Nothing was charged. Pay with a transport card or to the conductor.
    .plain = What this ride costs is not known.
error-companions_wrong = This cannot be said of those who ride along.
    .advice = Say it of fewer, or leave it out: who has a benefit of his own rides on a ticket of his own.
error-ride_repeated = You registered in this vehicle at { $registered_at_time }.
    .advice = Nothing more was charged. Confirm again only if you ride again.
    .plain = You are registered in this vehicle already.
error-payment_closed_in_control = This vehicle is being controlled; nothing is sold in it until { $until_time }.
    .advice = Nothing was charged. Speak to the controller.
    .plain = This vehicle is being controlled; nothing is sold in it now.
error-ride_over = This ride is over.
    .advice = Look at it in “My rides”; if something is wrong with it, write to support.
error-carrier_unknown = This carrier is not in the city.
    .advice = Choose one of the list.
error-route_unknown = This route is not in the city.
    .advice = Choose one of the list.
error-ride_missing = This ride is not on the phone.
    .advice = Refresh the list of rides.
error-ride_not_checked = There is no connection, so the ride could not be checked. Nothing was charged.
    .advice = Pay with a transport card or to the conductor, or send an SMS to { $sms_number }.
    .plain-advice = Pay with a transport card or to the conductor, or try again where there is a signal.

## Words and sentences

line-rides-fare = { $persons ->
        [one] One person
       *[other] { $persons } persons at { $each }
    }
line-rides-benefit = Less by a benefit
line-rides-pass = By a pass
line-rides-free-day = Nobody pays today
line-rides-transfer = Transfer from the ride at { $ridden_at_time }
line-rides-day-cap = A day costs at most { $at_most }
line-rides-week-cap = A week costs at most { $at_most }
notice-rides-transfer-not-measured = A transfer is not counted: it goes by when or where you got off before, which is not known.
entry-rides-ride = Ride
entry-rides-refund = Ride given back
ride-state-registered = Registered
ride-state-disputed = Being looked into
ride-state-voided = Voided, the money was given back
ride-state-other = Other (update the app)
ride-kind-bus = Bus
ride-kind-trolleybus = Trolleybus
ride-kind-tram = Tram
ride-kind-metro = Metro
ride-kind-other = Vehicle
rides-route = { $kind } { $number }
rides-to = Towards { $to }
rides-route-unknown = The route is not known now; the ticket holds until { $ends_at_time }
rides-vehicle = Vehicle { $board }
rides-persons = { $persons ->
        [one] One person
       *[other] { $persons } persons
    }
rides-left = { $count ->
        [0] The balance does not cover a ride
        [one] The balance covers one ride
       *[other] The balance covers { $count } rides
    }
rides-repeats = You registered in this vehicle at { $registered_at_time }. Ride again?
rides-goes-on = The vehicle that you registered in at { $registered_at_time } broke down. That ticket is good here; you need not pay again.

## Screens

rides-title = My rides
rides-none = No rides yet.
rides-confirm = Confirm
rides-confirm-again = Ride again
rides-check-title = Check the ride
rides-carrier = Carrier
rides-fare = Fare
rides-riders = Who rides
rides-by-pass = pass: { $pass }
rides-valid-until = Good until { $time }
rides-ticket-note = A picture of it is worth nothing: the code changes every few seconds.
rides-wrong-sent = Sent: the operator looks into it
rides-forgotten-why = The operator has lost its record of this ride. Show the ticket to the controller, or ask support.
rides-scan-title = Pay for the ride
rides-scan-go = Scan the code
rides-scan-another = Another code or number
rides-scan-frame = What the camera sees
rides-scan-look = Hold the sign in the vehicle, or the display of the terminal, in the frame.
rides-scan-dark = Too dark. Bring light to the code.
rides-scan-glare = Light is reflected. Hold the phone at an angle.
rides-scan-small = Too far away. Go nearer.
rides-scan-blurred = Blurred. Hold the phone still.
rides-scan-torn = The code is torn or covered. Scan another sign of the vehicle, or type its number.
rides-scan-no-camera = There is no camera here. Pick a picture of the code, or type the number.
rides-scan-pick = Pick a picture
rides-scan-reading = Looking for a code
rides-scan-nothing = There is no code on this picture.
rides-number-label = Number of the vehicle
rides-number-why = On the board inside, or the plate
rides-number-go = Check the ride
rides-checking = Checking the ride
rides-confirming = Confirming…
rides-confirm-described = Confirm: { $ride } for { $amount }
rides-accept = “{ $confirm }” accepts the conditions and this fare.
rides-see-earlier = Show that ticket
rides-plate = Number plate
rides-time = Time
rides-persons-more = One person more
rides-persons-less = One person less
rides-by-balance = From balance
rides-balance = Balance { $amount }
rides-balance-at = Balance { $amount } at { $time }
rides-balance-short = The balance lacks { $amount }
rides-top-up = Top up the balance
rides-unconfirmed = A ride is not confirmed yet
rides-unconfirmed-ride = What to do on board
rides-unconfirmed-what = Nobody knows yet whether this ride was charged; as soon as there is a signal it is asked again. To ride now, pay with a transport card or to the conductor. If both were charged, say so in “My rides”.
rides-loading = Reading your rides
rides-earlier = Earlier
rides-row-described = { $ride }, { $time }: { $state }
rides-ticket-title = Ticket
rides-ticket-over = This ticket is over
rides-ticket-over-at = It was good until { $time }.
rides-registered = Registered
rides-clock-described = It is { $time }
rides-code-described = QR code of the ticket, to be shown to a controller: { $vehicle }
rides-code-loading = Preparing the code
rides-code-elsewhere = The ticket is not on this phone
rides-code-elsewhere-why = The ride was confirmed on another phone, or its ticket was moved there. One phone at a time shows it to a controller.
rides-code-move = Show the ticket on this phone
rides-code-moving = Moving the ticket…
rides-wrong = Something is wrong with this ride
rides-wrong-what = What is wrong?
rides-wrong-send = Send to the operator
rides-wrong-sending = Sending…
