## Что может пойти не так

error-not_a_merchant_code = Это не код продавца: он ведёт на { $host }.
    .advice = Ничего не открыто и ничего не списано. Отсканируйте код у кассы или введите его знаки.
    .plain = Это не код продавца.
error-merchant_code_of_another_city = Этот код из другого города: { $city_name }.
    .advice = Здесь по нему не платят. Выберите тот город или отсканируйте код кассы, у которой стоите.
    .plain = Этот код из другого города.
error-merchant_code_unreadable = Этот код повреждён или изменён.
    .advice = Отсканируйте его ещё раз или введите его буквы и цифры.
error-merchant_code_unknown = Такого кода нет ни у одного продавца.
    .advice = Сравните его с кодом у кассы.
error-merchant_not_active = Этот продавец сейчас не принимает платежи.
    .advice = Ничего не списано. Заплатите иначе.
error-till_closed = Эта касса закрыта.
    .advice = Ничего не списано. Заплатите в другой кассе.
error-invoice_paid = Этот счёт уже оплачен.
    .advice = Больше ничего не списано. Посмотрите свои платежи.
error-invoice_over = Этот счёт больше нельзя оплатить.
    .advice = Ничего не списано. Попросите у продавца новый.
error-invoice_amount_differs = Этот счёт на { $amount }.
    .advice = Заплатите ровно столько или попросите у продавца новый счёт.
    .plain = Этот счёт на другую сумму.
error-payment_amount_missing = В этом коде нет суммы.
    .advice = Введите, сколько вы платите.
error-payment_day_limit = За день продавцам платят не больше { $most }; сегодня осталось { $left }.
    .advice = Заплатите меньше или завтра.
    .plain = Столько за день продавцам не платят.
error-payment_repeated = Вы уже заплатили здесь столько же в { $paid_at_time }.
    .advice = Больше ничего не списано. Подтвердите ещё раз, только если это нужно.
    .plain = Вы только что заплатили здесь столько же.
error-invoice_reference_used = По этому номеру касса уже выставила счёт на { $amount }.
    .advice = Возьмите другой номер.
    .plain = По этому номеру касса уже выставила счёт на другую сумму.
error-give_back_too_much = От этого платежа осталось { $left }.
    .advice = Верните не больше.
    .plain = Столько от этого платежа не осталось.
error-give_back_over = Этот платёж можно было вернуть до { $until }.
    .advice = Договоритесь с покупателем иначе.
    .plain = Этот платёж больше не возвращается.
error-give_back_not_whole = Ошибочный платёж возвращается целиком: { $left }.
    .advice = Верните всё или не отмечайте, что это ошибка.
    .plain = Ошибочный платёж возвращается целиком.
error-give_back_reference_used = По этому номеру уже возвращено { $amount }.
    .advice = Возьмите другой номер.
    .plain = По этому номеру уже возвращена другая сумма.
error-merchant_category_unknown = Такой категории продавцов в городе нет.
    .advice = Выберите из списка.
error-merchant_ended = Договор с этим продавцом закончился.
    .advice = Больше ничего не меняется.

## Слова и предложения

line-merchants-payment = Платёж
line-merchants-fee = Комиссия
entry-merchants-payment = Платёж продавцу
entry-merchants-refund = Возврат от продавца
notice-merchants-accepts = Оплачивая, вы принимаете публичный договор { $organisation } (версия { $version }, { $link }) и договор с продавцом и поручаете агенту продать для этого электронные деньги.
notice-merchants-fee-irrevocable = Вы соглашаетесь с комиссией { $fee }; это согласие отозвать нельзя.
merchant-payment-state-paid = Оплачено
merchant-payment-state-partly-given-back = Возвращено частично
merchant-payment-state-given-back = Возвращено
merchant-payment-state-other = Другое (обновите приложение)
merchants-paid = { $merchant }: оплачено { $amount }. Чек { $number }.
merchants-missing = На балансе не хватает { $missing }.

## Экраны

merchants-title = Мои платежи
merchants-none = Платежей пока нет.
merchants-pay-again = Заплатить столько же ещё раз
merchants-forgotten-why = Оператор потерял запись об этом платеже. Спросите в поддержке.
