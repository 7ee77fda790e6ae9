## What can go wrong

error-session_is_own = This is the phone that you are using.
    .advice = Sign out instead.
error-phone_invalid = No code can be sent to this phone number.
    .advice = Write it with + and the country, as { $example }.
    .plain-advice = Write it with + and the country.
error-phone_country_not_served = No code is sent to numbers of this country.
    .advice = Codes are sent to numbers of: { $countries }.
    .plain-advice = Use a number of the operator's country.
error-code_sent_already = A code was sent to this number and is still good.
    .advice = { $retry_after_seconds ->
        [one] Look for the newest SMS, or ask for another code in a second.
       *[other] Look for the newest SMS, or ask for another code in { $retry_after_seconds } seconds.
    }
    .plain-advice = Look for the newest SMS, or ask for another code later.
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
error-device_key_invalid = The key of this phone is not usable.
    .advice = Update the app, or restart the phone.

## Screens

start-title = Parking · { $city }
start-phone-label = Phone number
start-phone-hint = +381 64 123 4567
start-send-code = Send me the code
start-code-label = Code from the SMS
start-code-sent = We sent a code to { $phone }.
start-sign-in = Sign in
start-other-number = Another number
start-resend = Send a new code
start-resend-in = { $seconds ->
        [one] In a second
       *[other] In { $seconds } seconds
    }
start-working = One moment…
