## What can go wrong

error-keys_missing = The operator's keys are not here yet.
    .advice = Connect once: after that codes are checked without a network.
error-revocations_untrusted = The operator's list of ended codes is not genuine.
    .advice = The one before it stays in use. Use another network, and try again.
error-keys_untrusted = The operator's keys are not genuine.
    .advice = Nothing was changed. Use another network, and update the app from the official store.
error-city_untrusted = The city's zones and prices are not genuine.
    .advice = The ones before stay in use. Use another network, and update the app from the official store.
error-city_too_new = The city has new rules that this version of the app does not know.
    .advice = Update the app. Until then the zones and prices before are shown; what you pay is always the operator's price.
