## Что может пойти не так

error-vehicle_parked = У машины { $plate } билет до { $ends_at_time }.
    .advice = Если вы её уберёте, билет останется, и его можно будет продлить.
    .plain = Эта машина на парковке.
error-ticket_missing = Этого билета нет на телефоне.
    .advice = Обновите список билетов.
error-intent_bought = Это всё-таки куплено.
    .advice = SMS не нужно: билет в приложении.
error-sign_ambiguous = В тексте несколько зон: { $zones }.
    .advice = Введите только код со знака, у которого стоите.
    .plain = В тексте несколько зон.
error-sms_not_possible = Эту зону или этот номер отсюда не оплатить по SMS.
    .advice = Заплатите в приложении, когда появится сигнал, или в киоске.
error-zone_unknown = Такой зоны в этом городе нет.
    .advice = Выберите одну из: { $known }.
    .plain-advice = Обновите зоны и выберите снова.
error-sign_unknown = Зоны с таким кодом нет.
    .advice = Известные коды: { $known }. Посмотрите на знак ещё раз.
    .plain-advice = Посмотрите на знак ещё раз.
error-position_invalid = Ваше местоположение не годится.
    .advice = Введите код со знака.
error-minutes_not_positive = Время парковки — не меньше минуты.
    .advice = Выберите, сколько вы хотите стоять.
error-max_stay_exceeded = { $asked } мин — больше, чем разрешает зона: не больше { $max_stay }.
    .advice = { $allowed ->
        [0] Сейчас здесь больше ничего не купить.
       *[other] Сейчас можно купить { $allowed } мин.
    }
    .plain = Дольше, чем разрешает зона.
    .plain-advice = Выберите меньшее время.
error-limit_reached = Самая долгая стоянка в этой зоне куплена до { $deadline_time }.
    .advice = Уезжайте до { $deadline_time }. Новая стоянка здесь может начаться в { $next_possible_at }.
    .plain = На эту машину в этой зоне сейчас больше ничего не купить.
    .plain-advice = Её стоянка здесь оплачена с другой учётной записи, поэтому больше о ней не сообщается. Встаньте в другой зоне.
error-no_return = Вы недавно здесь стояли.
    .advice = Новая стоянка в этой зоне может начаться: { $until }.
    .plain-advice = Немного подождите или встаньте в другой зоне.
error-not_charged = Сейчас парковка бесплатная.
    .advice = Билет не нужен до { $next_opening }.
    .plain-advice = Сейчас билет не нужен.
error-ticket_not_active = Этот билет закончился.
    .advice = Купите новый, если вы ещё стоите.

## Слова и предложения

line-parking-limited = { $units ->
        [one] { $unit_minutes } мин по { $unit_price }
       *[other] { $units } × { $unit_minutes } мин по { $unit_price }
    }
line-parking-extended = { $units ->
        [one] Дополнительное время: { $unit_minutes } мин по { $unit_price }
       *[other] Дополнительное время: { $units } × { $unit_minutes } мин по { $unit_price }
    }
notice-parking-clipped = Вы просили { $asked } мин; от этой стоянки осталось { $offered } мин, до { $deadline_time }. Без этого билета новая стоянка может начаться: { $new_stay_at }.
notice-parking-clipped-by-another = Вы просили { $asked } мин; сейчас на эту машину здесь можно купить { $offered } мин.
notice-parking-another-ticket-limits = Стоянку ограничивает другой ваш билет в этой зоне: она закончится до { $deadline_time }.
notice-parking-rounded-up = Время оплачивается целыми единицами: { $granted } мин вместо { $asked }.
notice-parking-starts-at-opening = Плата начинается в { $opens_at_time }: тогда начнётся и билет.
notice-parking-ends-at-closing = Плата заканчивается в { $closes_at_time }: оплачено { $granted } мин, дальше парковка бесплатная.
notice-parking-rolls-over = Плата заканчивается раньше; остаток продолжится при следующем открытии, до { $ends_at }.
notice-parking-no-refund = Неиспользованное оплаченное время не возвращается.
ticket-state-active = Оплачен
ticket-state-expired = Закончился
ticket-state-voided = Недействителен
ticket-state-forgotten = Оператору неизвестен
ticket-state-other = Другое (обновите приложение)
entry-parking-ticket = Парковка
entry-parking-refund = Возврат за парковку
reminder-before = { $minutes ->
        [one] Осталась { $minutes } минута парковки
        [few] Осталось { $minutes } минуты парковки
       *[other] Осталось { $minutes } минут парковки
    }
    .body = { $plate }, { $zone }: оплачено до { $ends_at_time }. Продлить можно в приложении.
reminder-end = Время парковки закончилось
    .body = { $plate }, { $zone }: оплачено до { $ends_at_time }. Уезжайте или продлите, пока зона разрешает.

## Экраны

zones-plate-change = Сменить машину
zones-plate-missing = Добавьте машину
zones-plate-described = Вы платите за { $plate }. Коснитесь дважды, чтобы сменить машину.
zones-deposit = Баланс
zones-deposit-described = Баланс { $amount }. Коснитесь дважды, чтобы пополнить.
zones-sign-label = Код на знаке, например 9111
zones-sign-why = Код на знаке надёжнее местоположения.
zones-sign-clear = Стереть код
zones-by-sign = По знаку
zones-near = Рядом с вами, ближние первыми
zones-all = Все зоны
zones-here = Вы здесь
zones-here-about = Вы, скорее всего, здесь
zones-distance-about = около { $metres } м отсюда
zones-approximate = Границы зон приблизительные: смотрите на знак.
zones-sign-go = Парковка: { $zone }
zones-no-position = Ваше местоположение неизвестно. Введите код со знака или выберите зону, которую показывает знак.
zones-max-stay = До { $minutes } мин
zones-no-limit = Без ограничения времени
zones-row-described = { $zone }, знак { $sign }, { $distance }, { $limit }. { $note }
zones-loading = Ищем зоны рядом с вами
zones-running = { $plate } на парковке
zones-running-until = до { $time }
zones-choose-plate = Какая машина?
zones-add-plate = Добавить машину
zones-prices-title = Цены и часы
zones-prices-loading = Читаем цены и часы
zones-prices-prices = Цены
zones-prices-none = Цены этой зоны на сегодня неизвестны.
zones-prices-limited = Каждые начатые { $minutes } мин
zones-prices-extended = Дополнительное время, каждые начатые { $minutes } мин
zones-prices-within = { $step }, с { $start } до { $end } мин стоянки
zones-prices-after = { $step }, с { $start } мин стоянки
zones-prices-unknown = Неизвестно
zones-prices-stay = Самая долгая стоянка
zones-prices-limited-part = Основное время
zones-prices-extended-part = Дополнительное время
zones-prices-whole = Вместе
zones-prices-minutes = { $minutes } мин
zones-prices-no-return = До новой стоянки
zones-prices-hours = Когда парковка платная
zones-prices-days = { $first } – { $last }
zones-prices-free = Бесплатно
zones-prices-holidays = Праздники
zones-prices-holidays-charged = Платно, как в этот день недели
zones-prices-certainty = Насколько это точно: { $certainty }
zones-prices-monday = Понедельник
zones-prices-tuesday = Вторник
zones-prices-wednesday = Среда
zones-prices-thursday = Четверг
zones-prices-friday = Пятница
zones-prices-saturday = Суббота
zones-prices-sunday = Воскресенье
buy-zone-described = { $zone }, знак { $sign }
buy-wheel-described = Время парковки. Выбрано { $minutes } мин, до { $time }.
buy-stop-longest = { $minutes } мин — самое большее для зоны «{ $zone }»
buy-stop-rest = От вашей стоянки здесь осталось { $minutes } мин, до { $time }
buy-stop-none = В этой зоне нет ограничения времени
buy-from-until = { $start } – { $end }
buy-paid-until = действует до { $time }
buy-preview = Оценка по вашим билетам: без связи ничего не купить
buy-deposit-after = Баланс { $before } → { $after }
buy-pay-described = Оплатить { $amount } за { $plate }, { $zone }, до { $time }
buy-change-plate = Сменить
buy-stop-another = Сейчас на эту машину здесь можно купить { $minutes } мин; её стоянка оплачена с другой учётной записи
buy-stop-closing = Плата заканчивается в { $time }
buy-pay-card-described = Оплатить { $amount } картой на странице банка за { $plate }, { $zone }, до { $time }
ticket-title = Парковочный билет
ticket-left = осталось
ticket-left-described = Осталось { $minutes } мин, до { $time }
ticket-ends-at = Оплачено до { $time }
ticket-ended-at = Закончился в { $time }
ticket-starts-at = Начнётся в { $time }
ticket-starts-in = до начала
ticket-expired = Истёк
ticket-expired-advice = Уезжайте или купите снова: с этого момента инспектор может выписать дневной талон.
ticket-ending = Скоро закончится
ticket-paid = Оплачено { $amount }
ticket-paid-minutes = Оплачено { $minutes } мин
ticket-clock-unsure = Часы телефона не проверены с момента включения. Подключитесь, чтобы увидеть, когда закончится билет.
ticket-may-be-over = Мог истечь
ticket-code-described = QR-код билета для { $plate }, чтобы показать инспектору
ticket-code-note = Для инспектора. Обновляется сам, работает без сети.
ticket-code-loading = Готовим код
ticket-code-elsewhere = Кода нет на этом телефоне
ticket-code-elsewhere-why = Билет куплен на другом телефоне, или его код перенесён туда. Инспектору показывает код один телефон.
ticket-code-move = Показать код на этом телефоне
ticket-code-moving = Переносим код…
ticket-extend = Продлить на { $minutes } мин · { $amount }
ticket-extend-until = до { $time }
ticket-extend-described = Продлить на { $minutes } мин за { $amount }, до { $time }
ticket-extend-loading = Узнаём, сколько стоит продление
ticket-extending = Продлеваем…
ticket-limit-reached = Предел стоянки достигнут
ticket-limit-leave = Уберите машину до { $time }.
ticket-extend-offline = Для продления нужна связь.
ticket-buy-again = Купить новый билет
ticket-loading = Открываем билет
