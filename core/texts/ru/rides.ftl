## Что может пойти не так

error-not_a_ride_code = Это не код поездки; он ведёт на { $host }.
    .advice = Ничего не открыто и не списано. Отсканируйте код в салоне или на экране терминала или введите номер.
    .plain = Это не код поездки.
error-ride_sign_of_another_city = Это код другого города: { $city_name }.
    .advice = Здесь по нему ничего не продаётся. Выберите тот город или отсканируйте код транспорта, в котором едете.
    .plain = Это код другого города.
error-ride_sign_unreadable = Этот код повреждён или изменён.
    .advice = Отсканируйте другой код в салоне или введите номер.
error-ride_sign_unknown = Этот код неизвестен.
    .advice = Отсканируйте другой код в салоне или введите номер.
error-ride_sign_revoked = Этот код больше не действует.
    .advice = Его заменили, или поверх него что-то наклеено. Отсканируйте другой код в салоне или введите номер.
error-ride_sign_expired = Код терминала устарел.
    .advice = Отсканируйте то, что сейчас на экране.
error-ride_vehicle_unknown = Транспорта с таким номером нет.
    .advice = Сравните с бортовым номером в салоне или с госномером.
error-ride_vehicle_not_in_service = Транспорт { $vehicle } не на линии.
    .advice = Проверьте номер транспорта, в котором едете.
    .plain = Этот транспорт не на линии.
error-persons_too_many = { $most ->
        [one] По одному билету едет не больше { $most } пассажира.
       *[other] По одному билету едет не больше { $most } пассажиров.
    }
    .advice = Возьмите билет на меньшее число пассажиров, потом ещё один.
    .plain = Столько пассажиров по одному билету не едет.
error-ride_fare_unknown = { $missing ->
        [route] Стоимость зависит от маршрута, а по какому идёт этот транспорт, неизвестно.
        [stop] Стоимость зависит от остановки, а где сейчас этот транспорт, неизвестно.
       *[other] Стоимость зависит от того, где и когда вы выйдете, а это ещё неизвестно.
    }
    .advice = Деньги не списаны. Оплатите транспортной картой или кондуктору.
    .plain = Сколько стоит эта поездка, неизвестно.
error-companions_wrong = О попутчиках так сказать нельзя.
    .advice = Укажите меньше или не указывайте: у кого своя льгота, едет по своему билету.
error-ride_repeated = Вы отметились в этом транспорте в { $registered_at_time }.
    .advice = Больше ничего не списано. Подтверждайте снова, только если едете ещё раз.
    .plain = Вы уже отметились в этом транспорте.
error-payment_closed_in_control = Идёт контроль: до { $until_time } оплата в этом транспорте закрыта.
    .advice = Ничего не списано. Обратитесь к контролёру.
    .plain = Идёт контроль: оплата в этом транспорте закрыта.
error-ride_over = Эта поездка закончилась.
    .advice = Она есть в «Моих поездках»; если что-то не так, напишите в поддержку.
error-carrier_unknown = Такого перевозчика в городе нет.
    .advice = Выберите из списка.
error-route_unknown = Такого маршрута в городе нет.
    .advice = Выберите из списка.
error-ride_missing = Этой поездки нет на телефоне.
    .advice = Обновите список поездок.
error-ride_not_checked = Нет связи, поездку не удалось проверить. Ничего не списано.
    .advice = Заплатите транспортной картой или кондуктору или отправьте SMS на { $sms_number }.
    .plain-advice = Заплатите транспортной картой или кондуктору или повторите там, где есть сигнал.

## Слова и предложения

line-rides-fare = { $persons ->
        [one] { $persons } пассажир по { $each }
        [few] { $persons } пассажира по { $each }
       *[other] { $persons } пассажиров по { $each }
    }
line-rides-benefit = Скидка по льготе
line-rides-pass = По проездному
line-rides-free-day = Сегодня проезд бесплатный
line-rides-transfer = Пересадка с поездки в { $ridden_at_time }
line-rides-day-cap = В день не больше { $at_most }
line-rides-week-cap = В неделю не больше { $at_most }
notice-rides-transfer-not-measured = Пересадка не учтена: она зависит от того, когда или где вы вышли в прошлый раз, а это неизвестно.
entry-rides-ride = Поездка
entry-rides-refund = Возврат за поездку
ride-state-registered = Зарегистрирована
ride-state-disputed = Разбираемся
ride-state-voided = Отменена, деньги возвращены
ride-state-other = Другое (обновите приложение)
ride-kind-bus = Автобус
ride-kind-trolleybus = Троллейбус
ride-kind-tram = Трамвай
ride-kind-metro = Метро
ride-kind-other = Транспорт
rides-route = { $kind } { $number }
rides-to = В сторону: { $to }
rides-route-unknown = Маршрут сейчас неизвестен; билет действует до { $ends_at_time }
rides-vehicle = Борт { $board }
rides-persons = { $persons ->
        [one] { $persons } пассажир
        [few] { $persons } пассажира
       *[other] { $persons } пассажиров
    }
rides-left = { $count ->
        [0] Баланса не хватит на поездку
        [one] Баланса хватит на { $count } поездку
        [few] Баланса хватит на { $count } поездки
       *[other] Баланса хватит на { $count } поездок
    }
rides-repeats = Вы отметились в этом транспорте в { $registered_at_time }. Едете ещё раз?
rides-goes-on = Транспорт, в котором вы отметились в { $registered_at_time }, сломался. Тот билет действует и здесь, платить ещё раз не нужно.

## Экраны

rides-title = Мои поездки
rides-none = Поездок пока нет.
rides-confirm = Подтвердить
rides-confirm-again = Еду ещё раз
rides-check-title = Проверьте поездку
rides-carrier = Перевозчик
rides-fare = Стоимость
rides-riders = Кто едет
rides-by-pass = проездной: { $pass }
rides-valid-until = Действует до { $time }
rides-ticket-note = Снимок экрана не подойдёт: код меняется каждые несколько секунд.
rides-wrong-sent = Отправлено: оператор разбирается
rides-forgotten-why = Оператор потерял запись об этой поездке. Покажите билет контролёру или спросите в поддержке.
rides-scan-title = Оплата проезда
rides-scan-go = Сканировать код
rides-scan-another = Другой код или номер
rides-scan-frame = То, что видит камера
rides-scan-look = Наведите камеру на код в салоне или на экран терминала.
rides-scan-dark = Слишком темно. Осветите код.
rides-scan-glare = Код бликует. Наклоните телефон.
rides-scan-small = Слишком далеко. Поднесите ближе.
rides-scan-blurred = Изображение смазано. Держите телефон ровно.
rides-scan-torn = Код порван или закрыт. Отсканируйте другой код в салоне или введите номер.
rides-scan-no-camera = Камеры здесь нет. Выберите снимок кода или введите номер.
rides-scan-pick = Выбрать снимок
rides-scan-reading = Ищем код
rides-scan-nothing = На этом снимке нет кода.
rides-number-label = Номер транспорта
rides-number-why = Бортовой или госномер
rides-number-go = Проверить поездку
rides-checking = Проверяем поездку
rides-confirming = Подтверждаем…
rides-confirm-described = Подтвердить: { $ride } за { $amount }
rides-accept = «{ $confirm }» — согласие с условиями и этой стоимостью.
rides-see-earlier = Показать тот билет
rides-plate = Госномер
rides-time = Время
rides-persons-more = На одного пассажира больше
rides-persons-less = На одного пассажира меньше
rides-by-balance = С баланса
rides-balance = Баланс { $amount }
rides-balance-at = Баланс { $amount } на { $time }
rides-balance-short = На балансе не хватает { $amount }
rides-top-up = Пополнить баланс
rides-unconfirmed = Поездка ещё не подтверждена
rides-unconfirmed-ride = Что делать в транспорте
rides-unconfirmed-what = Пока неизвестно, списана ли эта поездка; как только будет сигнал, мы спросим снова. Чтобы ехать сейчас, заплатите транспортной картой или кондуктору. Если спишется дважды, сообщите в «Моих поездках».
rides-loading = Загружаем поездки
rides-earlier = Раньше
rides-row-described = { $ride }, { $time }: { $state }
rides-ticket-title = Билет
rides-ticket-over = Билет больше не действует
rides-ticket-over-at = Он действовал до { $time }.
rides-registered = Зарегистрирована
rides-clock-described = Сейчас { $time }
rides-code-described = QR-код билета для контролёра: { $vehicle }
rides-code-loading = Готовим код
rides-code-elsewhere = Билет не на этом телефоне
rides-code-elsewhere-why = Поездка подтверждена на другом телефоне, или билет перенесён туда. Контролёру его показывает только один телефон.
rides-code-move = Показать билет на этом телефоне
rides-code-moving = Переносим билет…
rides-wrong = С поездкой что-то не так
rides-wrong-what = Что не так?
rides-wrong-send = Отправить оператору
rides-wrong-sending = Отправляем…
