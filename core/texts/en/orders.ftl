## What can go wrong

error-order_missing = There is no unpaid daily order like this.
    .advice = Refresh the list of orders; it may be paid already.
error-order_already_paid = This order is already paid.
    .advice = You need not do anything.
error-order_not_payable = This order cannot be paid like this any more.
    .advice = Refresh the orders: the amount may have changed.
error-ticket_covers_plate = A valid ticket covers this car.
    .advice = No order is needed.
error-within_grace = The paid time ended only just now.
    .advice = An order may be issued from { $until_time } on.
    .plain-advice = Check again in a few minutes.
error-order_exists = A valid daily order already covers this car.
    .advice = You need no other ticket in this zone until it ends.
error-order_number_invalid = This is not the number of an order.
    .advice = Look at the slip again: a number has twelve digits, as { $example }.
    .plain-advice = Look at the slip again: a number has twelve digits.

## Words and sentences

line-orders-order = Daily parking order
order-state-issued = To be paid
order-state-paid = Paid
order-state-cancelled = Cancelled
order-state-other = Other (update the app)
entry-orders-order = Daily order
order-owed = { $owed } to pay
order-discount = { $owed } instead of { $price } until { $discount_until }
order-valid-until = Covers the car in this zone until { $valid_until }

## Screens

orders-title = Daily orders
orders-loading = Looking for daily orders
orders-none = No daily order is known here.
orders-number-why = An order stands here by itself when it was issued after a ticket of yours for that car in that zone. Find any other one by the number on its slip.
orders-number-label = Number on the slip, e.g. 4821 0937 5557
orders-number-show = Show this order
orders-number-found = Found: the daily order of { $plate }
orders-choose = Choose the order to pay
orders-row-described = Daily order for { $plate }, { $amount }. { $state }
orders-pay-described = Pay { $amount } from the deposit for the daily order of { $plate }
orders-pay-card-described = Pay { $amount } by card on the bank's page for the daily order of { $plate }
orders-done = { $amount } was paid for the daily order of { $plate }
