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
