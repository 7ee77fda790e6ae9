## Не болуы мүмкін

error-order_missing = Мұндай төленбеген тәуліктік талон жоқ.
    .advice = Талондар тізімін жаңартыңыз; ол төленіп қойған болуы мүмкін.
error-order_already_paid = Бұл талон төленген.
    .advice = Ештеңе істеудің қажеті жоқ.
error-order_not_payable = Бұл талонды енді бұлай төлеуге болмайды.
    .advice = Талондарды жаңартыңыз: сома өзгерген болуы мүмкін.
error-ticket_covers_plate = Бұл көліктің жарамды билеті бар.
    .advice = Талон керек емес.
error-within_grace = Төленген уақыт жаңа ғана бітті.
    .advice = Талон жазуға болатын уақыт: { $until_time }.
    .plain-advice = Бірнеше минуттан кейін қайта тексеріңіз.
error-order_exists = Бұл көлікке жарамды тәуліктік талон бар.
    .advice = Ол біткенше бұл аймақта басқа билет керек емес.
error-order_number_invalid = { $reason ->
        [check] Нөмірдің бір цифры қате немесе екеуінің орны ауысқан.
       *[other] Бұл талон нөмірі емес.
    }
    .plain = Бұл талон нөмірі емес.
    .advice = Бланкіні тағы қараңыз: нөмірде он екі цифр бар, мысалы { $example }.
    .plain-advice = Бланкіні тағы қараңыз: нөмірде он екі цифр бар.

## Сөздер мен сөйлемдер

line-orders-order = Тұрақтың тәуліктік талоны
order-state-issued = Төлеу керек
order-state-paid = Төленген
order-state-cancelled = Күші жойылған
order-state-other = Басқа (қосымшаны жаңартыңыз)
entry-orders-order = Тәуліктік талон
order-owed = Төлеу керек: { $owed }
order-discount = { $price } орнына { $owed }, мерзімі: { $discount_until }
order-valid-until = Осы аймақта көлікке жарамды мерзімі: { $valid_until }

## Экрандар

orders-title = Тәуліктік талондар
orders-loading = Тәуліктік талондарды іздеп жатырмыз
orders-none = Мұнда тәуліктік талон жоқ.
orders-number-why = Осы аймақта осы көлікке алған билетіңізден кейін жазылған талон мұнда өзі шығады. Басқасын бланкідегі нөмірі бойынша табыңыз.
orders-number-label = Бланкідегі нөмір, мысалы 4821 0937 5557
orders-number-show = Талонды көрсету
orders-number-found = Табылды: { $plate } көлігінің тәуліктік талоны
orders-choose = Төлейтін талонды таңдаңыз
orders-row-described = { $plate } көлігінің тәуліктік талоны, { $amount }. { $state }
orders-pay-described = { $plate } көлігінің тәуліктік талоны үшін теңгерімнен { $amount } төлеу
orders-pay-card-described = { $plate } көлігінің тәуліктік талоны үшін банктің бетінде картамен { $amount } төлеу
orders-done = { $plate } көлігінің тәуліктік талоны үшін { $amount } төленді
