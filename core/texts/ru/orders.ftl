## Что может пойти не так

error-order_missing = Такого неоплаченного дневного талона нет.
    .advice = Обновите список талонов; возможно, он уже оплачен.
error-order_already_paid = Этот талон уже оплачен.
    .advice = Делать ничего не нужно.
error-order_not_payable = Этот талон так уже не оплатить.
    .advice = Обновите талоны: сумма могла измениться.
error-ticket_covers_plate = У этой машины действует билет.
    .advice = Талон не нужен.
error-within_grace = Оплаченное время закончилось только что.
    .advice = Талон можно выписать с { $until_time }.
    .plain-advice = Проверьте ещё раз через несколько минут.
error-order_exists = На эту машину уже действует дневной талон.
    .advice = До его конца другой билет в этой зоне не нужен.
error-order_number_invalid = { $reason ->
        [check] В номере неверная цифра, или две переставлены.
       *[other] Это не номер талона.
    }
    .plain = Это не номер талона.
    .advice = Посмотрите на бланк ещё раз: в номере двенадцать цифр, например { $example }.
    .plain-advice = Посмотрите на бланк ещё раз: в номере двенадцать цифр.

## Слова и предложения

line-orders-order = Дневной парковочный талон
order-state-issued = К оплате
order-state-paid = Оплачен
order-state-cancelled = Отменён
order-state-other = Другое (обновите приложение)
entry-orders-order = Дневной талон
order-owed = К оплате { $owed }
order-discount = { $owed } вместо { $price } до { $discount_until }
order-valid-until = Действует для машины в этой зоне до { $valid_until }

## Экраны

orders-title = Дневные талоны
orders-loading = Ищем дневные талоны
orders-none = Дневных талонов здесь нет.
orders-number-why = Талон появляется здесь сам, если он выписан после вашего билета на эту машину в этой зоне. Любой другой найдите по номеру на бланке.
orders-number-label = Номер на бланке, например 4821 0937 5557
orders-number-show = Показать талон
orders-number-found = Найден дневной талон машины { $plate }
orders-choose = Выберите талон для оплаты
orders-row-described = Дневной талон машины { $plate }, { $amount }. { $state }
orders-pay-described = Оплатить { $amount } с баланса за дневной талон машины { $plate }
orders-pay-card-described = Оплатить { $amount } картой на странице банка за дневной талон машины { $plate }
orders-done = Оплачено { $amount } за дневной талон машины { $plate }
