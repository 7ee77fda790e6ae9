## What can go wrong

error-account_suspended = You suspended this account.
    .advice = Resume it in your account, then pay.
error-account_blocked = The operator blocked this account: { $reason }
    .advice = Write to the operator. What you paid stays valid; you may read your account and close it.
    .plain = The operator blocked this account.
    .plain-advice = Write to the operator. What you paid stays valid; you may read your account and close it.

## Words and sentences

standing-suspended = You suspended your account. Balance, cards and tickets stay; resume it to pay.
standing-blocked = The operator blocked your account: { $reason }. What you paid stays valid. Write to { $write_to }.

## Screens

standing-title = My account
standing-active = The account is active.
standing-suspend = Suspend my account
standing-suspend-ask = Suspend the account?
standing-suspend-why = Nothing can be paid until you resume it. Balance, cards, tickets and history stay, and the contract is not ended.
standing-suspend-yes = Suspend it
standing-suspend-no = Leave it as it is
standing-resume = Resume my account
standing-sending = Sending…
standing-to-account = To my account
standing-loading = Reading your account
