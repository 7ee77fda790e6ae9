## Не болуы мүмкін

error-deposit_too_low = Теңгерімде { $balance } бар, { $missing } жетпейді.
    .advice = Теңгерімді толтырып, қайта сатып алыңыз.
    .plain = Теңгерімдегі ақша жетпейді.
error-amount_not_offered = Теңгерім белгілі бір сомалармен ғана толтырылады.
    .advice = Бірін таңдаңыз: { $offered } { $currency }.
    .plain-advice = Көрсетілген сомалардың бірін таңдаңыз.

## Сөздер мен сөйлемдер

line-wallet-topup = Теңгерімге ақша
entry-wallet-topup = Толтыру
entry-wallet-refund = Төленіп берілді
entry-claims-paid = Төленген қарыз
entry-other = Басқа (қосымшаны жаңартыңыз)
wallet-low = Теңгеріміңіз — { $balance }, бұл { $below } шамасынан аз. Жолға шықпай тұрып толтырыңыз.

## Экрандар

topup-title = Теңгерімді толтыру
topup-balance = Қазір теңгерімде { $amount }
topup-choose = Қанша?
topup-note = Картамен банктің бетінде төлейсіз. Комиссияны оператор көтереді; карта деректері қосымшаға түспейді.
topup-go = Банкке өту: { $amount }
topup-waiting = Банкті күтіп тұрмыз
topup-waiting-why = Төлемді банктің бетінде аяқтаңыз. Банк растағанда теңгерім өзгереді.
topup-open-bank = Банктің бетін ашу
topup-give-up = Төлемеймін
topup-done = Теңгерімге { $amount } түсті
topup-done-next = Әрі қарай
wallet-past-as-of = { $at } жағдай бойынша
