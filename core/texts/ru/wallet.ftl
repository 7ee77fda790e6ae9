## Что может пойти не так

error-deposit_too_low = На балансе { $balance }, не хватает { $missing }.
    .advice = Пополните баланс и купите снова.
    .plain = На балансе не хватает денег.
error-amount_not_offered = Баланс пополняется только определёнными суммами.
    .advice = Выберите одну из: { $offered } { $currency }.
    .plain-advice = Выберите одну из показанных сумм.

## Слова и предложения

line-wallet-topup = На баланс
entry-wallet-topup = Пополнение
entry-wallet-refund = Выплачено
entry-claims-paid = Оплаченный долг
entry-other = Другое (обновите приложение)
wallet-low = На балансе { $balance }, это меньше { $below }. Пополните его до поездки.

## Экраны

topup-title = Пополнить баланс
topup-balance = Сейчас на балансе { $amount }
topup-choose = Сколько?
topup-note = Вы платите картой на странице банка. Комиссию берёт на себя оператор; данные карты в приложение не попадают.
topup-go = В банк: { $amount }
topup-waiting = Ждём банк
topup-waiting-why = Завершите платёж на странице банка. Баланс изменится, как только банк подтвердит.
topup-open-bank = Открыть страницу банка
topup-give-up = Всё-таки не платить
topup-done = { $amount } зачислено на баланс
topup-done-next = Дальше
wallet-past-as-of = На { $at }
