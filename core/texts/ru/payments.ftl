## Что может пойти не так

error-intent_missing = Этого платежа нет на телефоне.
    .advice = Посмотрите в истории, что оплачено.
error-unconfirmed = Пока неизвестно, оплачено ли это.
    .advice = { $where ->
        [bank] Завершите платёж на странице банка или откажитесь от него там. До этого больше ничего не оплачивается.
       *[other] Пока не платите другим способом. Найдите сигнал; приложение продолжает спрашивать.
    }
    .plain-advice = Пока не платите другим способом. Найдите сигнал; приложение продолжает спрашивать.
error-intent_forgotten = Оператор больше не знает, оплачено ли это.
    .advice = Возможно, оплачено, возможно, нет. Посмотрите баланс и билеты и спросите у оператора.
error-abandoned = Вы отказались от этого платежа.
    .advice = Если банк всё же спишет деньги с карты, их вернут.
error-account_closed = Учётная запись закрыта до оплаты.
    .advice = Если банк всё же спишет деньги с карты, их вернут.
error-undeliverable = Оплаченное уже нельзя предоставить.
    .advice = Деньги вернут.
error-paid_back = Оплаченное уже нельзя предоставить.
    .advice = { $paid_back } вернут до { $due_at }.
    .plain-advice = Деньги вернут.
error-card_declined = Банк отклонил карту.
    .advice = Ничего не списано. Возьмите другую карту или спросите свой банк.
error-authentication_failed = Банк не смог подтвердить, что это вы.
    .advice = Ничего не списано. Повторите и проверьте код, который пришлёт банк.
error-cancelled = Вы отменили платёж в банке.
    .advice = Ничего не списано.
error-expired = Банк не ответил вовремя.
    .advice = Если банк всё же спишет деньги с карты, вы получите покупку или деньги обратно.
error-bank_refused = Банк отклонил платёж.
    .advice = Ничего не списано. Возьмите другую карту или спросите свой банк.
error-tariff_unknown = Цена неизвестна, поэтому ничего не продаётся.
    .advice = Посмотрите цены на месте, { $facility_name }, и заплатите там.
    .plain-advice = Посмотрите цены на месте и заплатите там.
error-card_fee_unknown = Меньше { $below } картой не оплатить: комиссия банка неизвестна.
    .advice = Платите с баланса.
    .plain = Картой это не оплатить: комиссия банка за малые суммы неизвестна.
error-service_unknown = Оператор этого не предлагает.
    .advice = Обновите приложение или выберите другой город.
error-items_not_supported = За раз можно купить только одно.
    .advice = Купите одно за другим.
error-payment_method_not_allowed = Так это не оплатить.
    .advice = Выберите другой способ оплаты.
error-quote_unknown = Такого предложения цены нет.
    .advice = Запросите цену снова.
error-quote_expired = Цена держалась недолго, и это время прошло.
    .advice = Запросите цену снова; ничего не списано.
error-quote_used = Это уже куплено.
    .advice = Посмотрите свои покупки.
error-quote_stale = Предложение больше не действует: теперь было бы { $minutes } мин за { $total }, до { $ends_at_time }.
    .advice = Запросите цену снова; ничего не списано.
    .plain = Предложение больше не действует.
error-quote_altered = Показанная цена не та, что была предложена.
    .advice = Запросите цену снова; ничего не списано.
error-notice_contradicts = Банк говорит об одном платеже разное.
    .advice = Оператор разбирается. Ничего не потеряно.
error-notice_invalid = Сообщение банка не подлинное.
    .advice = Ничего не списано. Повторите позже.

## Слова и предложения

line-payments-card-fee = Комиссия банка за оплату картой меньше { $below }
line-other = То, что назовёт только новая версия приложения
notice-other = Есть примечание, которое покажет только новая версия приложения. Обновите приложение.
payment-state-pending = Ждёт банк
payment-state-authorised = Банк обещал
payment-state-captured = Оплачено
payment-state-declined = Отклонено
payment-state-expired = Не оплачено вовремя
payment-state-abandoned = Отменено вами
payment-state-voided = Не списано
payment-state-refunded = Возвращено
payment-state-other = Другое (обновите приложение)
refund-due = { $route ->
        [deposit] { $amount } вернётся на ваш баланс до { $due_at }.
        [transfer] { $amount } выплатят вам до { $due_at }.
       *[card] { $amount } вернётся на вашу карту до { $due_at }.
    }
refund-sent = { $route ->
        [deposit] { $amount } возвращается на ваш баланс.
        [transfer] { $amount } на пути к вам.
       *[card] { $amount } возвращается на вашу карту.
    }
refund-done = { $route ->
        [deposit] { $amount } возвращено на ваш баланс.
        [transfer] { $amount } выплачено вам.
       *[card] { $amount } возвращено на вашу карту.
    }
refund-failed = { $amount } пока не удалось вернуть. Оператор разбирается.
refund-other = { $amount } возвращается.
intent-state-unconfirmed = Ждём ответа
intent-state-confirmed = Подтверждено
intent-state-refused = Отказано
intent-state-expired = Не выполнено
intent-state-forgotten = Оператору неизвестно
intent-needs-update = Оплачено. Покупку покажет только новая версия приложения. Обновите приложение.
intent-bought-late = Банк всё же одобрил, и покупка состоялась.

## Экраны

state-unconfirmed = Ждём ответа
state-unconfirmed-why = Связь прервалась после вашего нажатия в { $time }. Мы продолжаем спрашивать оператора; дважды не спишется.
state-unconfirmed-what = Дождитесь надписи «оплачено». Платите другим способом только кнопкой ниже: сначала она отзовёт этот платёж.
state-at-bank-why = Завершите платёж на странице банка. Пока банк не подтвердит, ничего не куплено; чего к тому времени нельзя предоставить, за то вернут деньги.
state-check-again = Спросить сейчас
state-forgotten-open = { $plate }: оператор не знает этого билета
state-forgotten-what = Билет был куплен, а оператор потерял запись о нём. Покажите его код инспектору и спросите у оператора.
state-unconfirmed-open = { $plate }: оплата ещё не подтверждена
state-refused-code = Код { $code }
buy-by-deposit = С баланса
buy-by-card = Картой
buy-card-note = Платите на странице банка; приложение не видит карту.
buy-deposit-short = На балансе не хватает { $amount }
buy-top-up = Пополнить баланс
buy-price-loading = Запрашиваем цену
buy-price-held = Цена держится до { $time }
buy-total = Итого со всеми сборами
buy-pay = Оплатить { $amount }
buy-paying = Оплачиваем…
state-not-charged = Ничего не списано.
state-use-sms = Оплатить по SMS
state-use-sms-what = SMS { $body } на { $number }
state-forgotten = Оператору неизвестно
