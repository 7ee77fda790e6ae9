## What can go wrong

error-terms_not_accepted = The terms changed: version { $version } holds since { $effective_on }.
    .advice = Read and accept them. If you disagree, suspend your account or close it.
    .plain = The terms changed and were not accepted yet.
    .plain-advice = Read and accept them. If you disagree, suspend your account or close it.
error-terms_unknown = There are newer terms by now.
    .advice = Read the newest version and accept that.

## Words and sentences

terms-pending = New terms: version { $version } holds from { $effective_on }. Paying from that day on accepts it.
terms-to-accept = New terms: version { $version } holds from { $effective_on }. It has to be accepted before you pay from that day on.

## Screens

terms-title = Terms
terms-loading = Reading the terms
terms-see = See the new terms
terms-read = Read version { $version }
terms-accept = I accept version { $version }
terms-accepting = Sending…
terms-in-force = In force: version { $version }
terms-accepted = Version { $version } accepted { $accepted_at }
terms-disagree = If you disagree, suspend the account or refuse the contract by e-mail before the change holds. Balance and cards stay.
terms-none = Nothing new to accept.
