## What can go wrong

error-vehicle_missing = This car is not in your account.
    .advice = Add it and try again.
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

## Words and sentences

plate-warning-look_alike = “{ $typed }” is another letter that looks like { $read_as }; it was read as { $read_as }.
plate-warning-unusual_letter = Hardly any plate has the letter { $letter }. Look at yours again.
plate-warning-oh_or_zero = O or 0? With the other one it would be { $maybe }.
plate-warning-other = There is something about this plate that only a newer version of the app can show.

## Screens

plate-title = Your car
plate-label = Plate
plate-hint = BG 789-PP
plate-check = Type it exactly as on the car. A ticket for another plate does not count.
plate-save = Save the car
