## What can go wrong

error-not_a_merchant_code = This is not a merchant's code; it leads to { $host }.
    .advice = Nothing was opened and nothing was charged. Scan the code at the till, or type its letters.
    .plain = This is not a merchant's code.
error-merchant_code_of_another_city = This code belongs to { $city_name }.
    .advice = It sells nothing here. Choose that city, or scan the code of the till you are at.
    .plain = This code belongs to another city.
error-merchant_code_unreadable = This code is damaged or altered.
    .advice = Scan it again, or type its letters and digits.
error-merchant_code_unknown = No merchant here has this code.
    .advice = Compare it with the code at the till.
error-merchant_not_active = This merchant takes no payments now.
    .advice = Nothing was charged. Pay in another way.
error-till_closed = This till is closed.
    .advice = Nothing was charged. Pay at another till.
error-invoice_paid = This bill is paid already.
    .advice = Nothing more was charged. Look at your payments.
error-invoice_over = This bill can not be paid any more.
    .advice = Nothing was charged. Ask the seller for another one.
error-invoice_amount_differs = This bill is of { $amount }.
    .advice = Pay exactly that, or ask the seller for another one.
    .plain = This bill is of another amount.
error-payment_amount_missing = This code asks for no amount.
    .advice = Type how much you pay.
error-payment_day_limit = In a day at most { $most } is paid to merchants; { $left } are left today.
    .advice = Pay less, or tomorrow.
    .plain = So much is not paid to merchants in a day.
error-payment_repeated = You paid the same amount here at { $paid_at_time }.
    .advice = Nothing more was charged. Confirm again only if you mean it.
    .plain = You paid the same amount here a moment ago.
error-invoice_reference_used = The till has asked for { $amount } by this reference.
    .advice = Take another reference.
    .plain = The till has asked for another amount by this reference.
error-give_back_too_much = Of this payment { $left } are left.
    .advice = Give back at most that.
    .plain = So much is not left of this payment.
error-give_back_over = This payment could be given back until { $until }.
    .advice = Agree with the customer on another way.
    .plain = This payment is not given back any more.
error-give_back_not_whole = A payment that was made in error is given back whole: { $left }.
    .advice = Give all of it back, or do not say that it was an error.
    .plain = A payment that was made in error is given back whole.
error-give_back_reference_used = By this reference { $amount } were given back.
    .advice = Take another reference.
    .plain = Another amount was given back by this reference.
error-merchant_category_unknown = This category of merchants is not in the city.
    .advice = Choose one of the list.
error-merchant_ended = The contract with this merchant has ended.
    .advice = Nothing is changed any more.

## Words and sentences

line-merchants-payment = Payment
line-merchants-fee = Fee
entry-merchants-payment = Payment at a merchant
entry-merchants-refund = Payment given back by a merchant
notice-merchants-accepts = By paying you accept the public contract of { $organisation } (version { $version }, { $link }) and the contract with the merchant, and instruct the agent to sell electronic money for it.
notice-merchants-fee-irrevocable = You agree to the fee of { $fee }; this consent cannot be taken back.
merchant-payment-state-paid = Paid
merchant-payment-state-partly-given-back = Given back in part
merchant-payment-state-given-back = Given back
merchant-payment-state-other = Other (update the app)
merchants-paid = { $merchant } was paid { $amount }. Receipt { $number }.
merchants-missing = The balance lacks { $missing }.

## Screens

merchants-title = My payments
merchants-none = No payments yet.
merchants-pay-again = Pay the same again
merchants-forgotten-why = The operator has lost its record of this payment. Ask support.
