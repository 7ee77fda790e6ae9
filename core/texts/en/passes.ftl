## What can go wrong

error-pass_unknown = There is no such pass here.
    .advice = Choose one of the list.
error-pass_not_for_category = This pass is not sold to you.
    .advice = It is sold to riders with a benefit. An office of the operator grants it.
error-pass_overlaps = You hold a pass for the same rides until { $last_on }.
    .advice = Nothing was charged. Buy another one only if you mean it.
    .plain = You hold a pass for the same rides already.
error-pass_not_refundable = This pass is not given back any more.
    .advice = A pass can be given back before its first day, where the city says so.
error-pass_missing = This pass is not on the phone.
    .advice = Refresh the list of passes.
error-category_unknown = This category of riders is not in the city.
    .advice = Choose one of the list.
error-category_not_granted = Nobody is granted this category.
    .advice = Choose one that is granted.

## Words and sentences

line-passes-pass = Pass
entry-passes-pass = Pass
entry-passes-refund = Pass given back
pass-state-given-back = Given back
pass-state-other = Other (update the app)
passes-days = { $days ->
        [one] One day
       *[other] { $days } days
    }
passes-month = A month
passes-no-price = Not for you
passes-ending = { $pass } ends at { $ends_at }.
passes-given-back = The pass was given back, { $price } is on its way.
reminder-passes-ending = Your pass ends soon
    .body = { $pass }: it holds until { $ends_at }.

## Screens

passes-title = My passes
passes-none = No passes yet.
passes-benefits-title = My benefits
passes-on-sale-title = Passes on sale
passes-buy-again = Buy another one
passes-forgotten-why = The operator has lost its record of this pass. Ask support.
passes-loading = Reading your passes
passes-holds = { $first_on } – { $last_on }
passes-coming-title = Begin later
passes-over-title = Earlier
passes-benefit-until = Until { $until_on }
passes-benefits-none = No benefits. An office of the operator grants them.
passes-give-back = Give it back
passes-give-back-ask = Give this pass back?
passes-give-back-why = { $price } goes back to where it came from, and the pass does not hold.
passes-give-back-no = Keep it
passes-giving-back = Giving it back…
passes-unconfirmed = A pass is not confirmed yet
passes-row-described = { $pass }, { $holds }: { $price }
passes-buy-title = Buy a pass
passes-buy-first = First day
passes-buy-last = Last day
passes-buy-for = For
passes-buy-earlier = A day earlier
passes-buy-later = A day later
passes-buy-refundable = It can be given back until { $until }.
passes-buy-kept = It is not given back.
passes-buy-total = To pay
passes-buy-described = Buy { $pass } for { $amount }
passes-buy-overlaps = You hold { $pass } for the same rides until { $last_on }. Another one is bought only if you mean it.
