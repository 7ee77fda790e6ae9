## What can go wrong

error-intents_open = A payment is not confirmed yet.
    .advice = Wait until it is, then sign out.
