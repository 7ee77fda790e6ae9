## What can go wrong

error-unknown = That did not work.
    .advice = Try again in a moment. If it stays so, write to support and give the code of the error.
error-offline = There is no connection to the operator.
    .advice = Nothing was sent and nothing was charged. Look for a signal and try again.
error-no_answer = The operator did not answer.
    .advice = It is not known whether the request arrived. Try again: nothing is done twice.
error-not_signed_in = You are not signed in.
    .advice = Sign in with your phone number.
error-city_missing = The city's zones and prices are not on this phone yet.
    .advice = Connect to the internet once to fetch them.
error-answer_unreadable = The answer cannot be read.
    .advice = A public network may want you to log in first. Otherwise update the app.
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
error-device_key_failed = This phone's key cannot sign now.
    .advice = Unlock the phone and try again.
error-code_of_another_phone = Another phone shows this code.
    .advice = Move the code to this phone, or show it on the phone that has it.
error-code_untrusted = This code is not genuine, or it cannot be read.
    .advice = Refresh and try again. What you paid stands with the operator: ask there if it stays so.
error-out_of_range = This value is out of range.
    .advice = Look at what you typed: it is too small, too large or too far away.
error-id_invalid = The app asked for something that cannot be.
    .advice = Update the app. Nothing was sent and nothing was charged.
error-frame_invalid = The picture of the camera cannot be looked at.
    .advice = Type what stands beside the code, or update the app.
error-called_off = You called this off.
    .advice = If it was a payment, look whether it went through before you pay again.
error-set_up_wrong = This app is not set up as it should be.
    .advice = Update the app. If it stays so, tell its makers.
error-bad_request = The operator did not understand the app.
    .advice = Update the app.
error-unauthorized = Your session is over.
    .advice = Sign in again; your tickets are safe.
error-forbidden = Your account may not do this.
    .advice = Sign in with another account, or ask the operator.
error-not_found = { $what ->
        [slip] No daily order has this number.
       *[other] This is not there any more.
    }
    .advice = { $what ->
        [slip] Compare it with the slip, digit by digit. If it is the same, ask the operator.
       *[other] Refresh and try again.
    }
    .plain = This is not there any more.
    .plain-advice = Refresh and try again.
error-method_not_allowed = The operator does not offer this.
    .advice = Update the app.
error-body_too_large = The request is too large.
    .advice = Shorten the text and try again.
error-content_type_unsupported = The operator does not take a request of this kind.
    .advice = Update the app.
error-client_too_old = This version of the app is no longer served.
    .advice = Update the app. In a hurry, pay without it.
error-too_many_requests = Too many tries in a short time.
    .advice = { $retry_after_seconds ->
        [one] Wait a second and try again.
       *[other] Wait { $retry_after_seconds } seconds and try again.
    }
    .plain-advice = Wait a little and try again.
error-internal = The operator has a fault. Nothing was charged.
    .advice = Try again in a moment.
error-storage_full = The operator cannot store anything now. Nothing was charged.
    .advice = Try again later, or pay without the app.
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
error-intent_expired = The purchase was not executed in time.
    .advice = Ask for the price again.
error-device_missing = This session cannot show a code.
    .advice = Sign in on the phone that is to show it.
error-city_unknown = The operator does not serve this city.
    .advice = Choose another city.
error-city_outdated = The city's data is too old to sell by.
    .advice = Connect to the internet to fetch what is new, or pay without the app.
error-section_missing = This city does not have this service.
    .advice = Choose another city, or another service of this one.
error-section_too_new = The city has new rules for this service that this version of the app does not know.
    .advice = Update the app. The other services go on.
error-section_unreadable = The city's rules for this service cannot be read.
    .advice = Pay without the app until the operator has mended it. The other services go on.
error-cursor_too_old = The list of changes is too old.
    .advice = Refresh; everything is read anew.

## Words and sentences

notice-not_guaranteed = Reminders come only when the phone can show them. Without one the ticket still ends.

## Screens

state-offline = No connection
state-offline-as-of = What you see is from { $time }.
state-offline-never = Zones and prices could not be fetched yet.
state-retry = Try again
go-back = Back
wheel-less = Shorter
wheel-more = Longer
wheel-minutes = { $minutes } min
distance-metres = { $metres } m away
