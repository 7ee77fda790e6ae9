## What can go wrong

error-partner_terms_missing = What was agreed with this carrier is not known for these days.
    .advice = Choose later days, or ask the operator to enter the terms.
error-settlement_period_open = The period that is settled next is not over.
    .advice = Settle it when its last service day is over.
