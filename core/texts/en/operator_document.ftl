## What can go wrong

error-operator_untrusted = What the operator says of itself is not genuine.
    .advice = What it said before stays in use. Use another network, and update the app from the official store.
