## What can go wrong

error-intents_open = A payment is not confirmed yet.
    .advice = { $session ->
        [over] Sign in again first: then the open payment can be finished or cancelled.
       *[other] Finish the open payment or cancel it. Then sign out, or close the account, again.
    }
    .plain-advice = Finish the open payment or cancel it. Then sign out, or close the account, again.
error-account_owes = You owe { $owed }, and your deposit holds { $balance }. Your account is still open.
    .advice = Top up your deposit, or pay where you owe it. Then close the account again.
    .plain = You owe more than your deposit holds. Your account is still open.
    .plain-advice = Top up your deposit, or pay where you owe it. Then close the account again.
