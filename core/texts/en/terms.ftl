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
