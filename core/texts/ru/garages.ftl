## Что может пойти не так

error-facility_unknown = Такого паркинга в городе нет.
    .advice = Выберите из списка.
error-ticket_number_invalid = { $reason ->
        [empty] Номер билета не введён.
        [sign] Знака «{ $sign }» на билетах не бывает.
        [length] { $count } зн. — здесь такого номера билета не бывает.
        [shape] «{ $sign }» не может быть знаком { $place } номера билета.
       *[check_digit] В номере неверная цифра.
    }
    .advice = Номер напечатан под штрихкодом билета: { $looks_like }.
    .plain = Это не номер билета.
    .plain-advice = Номер напечатан под штрихкодом билета.
error-visit_unknown = Паркинг { $facility_name } не знает въезда с этим билетом.
    .advice = Сравните номер с билетом. Если вы только что въехали, подождите минуту; иначе заплатите на месте.
    .plain = Въезд с этим билетом неизвестен.
error-visit_of_another_facility = Этот билет паркинга { $facility_name }.
    .advice = Выберите { $facility_name } и заплатите там.
    .plain = Этот билет другого паркинга.
    .plain-advice = Посмотрите на билете, откуда он, и выберите тот паркинг.
error-visit_already_paid = Эта стоянка уже оплачена.
    .advice = Платить не нужно. Выезжайте до { $exit_by_time }.
    .plain-advice = Платить не нужно. Выезжайте сразу.
error-nothing_owed = Пока платить не за что.
    .advice = До { $free_until_time } можно выехать бесплатно.
    .plain-advice = Можно выехать бесплатно.
error-visit_over = Эта стоянка закончилась.
    .advice = Платить не нужно. Если вы ещё внутри, спросите на месте.
error-visit_owes = За эту стоянку нужно доплатить { $owed }.
    .advice = Заплатите до выезда.
    .plain = За эту стоянку нужно доплатить.
error-facility_unreachable = Паркинг { $facility_name } сейчас недоступен, поэтому сумма неизвестна.
    .advice = Повторите через полминуты или заплатите на месте. Ничего не списано.
    .plain = Паркинг сейчас недоступен, поэтому сумма неизвестна.
error-paid_on_entry = В паркинге { $facility_name } платят у шлагбаума при въезде.
    .advice = Здесь платить не нужно.
    .plain = В этом паркинге платят у шлагбаума при въезде.
error-facility_closed = Паркинг { $facility_name } сейчас закрыт.
    .advice = Откроется: { $opens_at }. Платите тогда: сейчас выехать нельзя.
    .plain = Этот паркинг сейчас закрыт.
    .plain-advice = Платите, когда откроется: сейчас выехать нельзя.
error-entry_in_future = Въезд по этому билету в будущем: какие-то часы идут неверно.
    .advice = Повторите через несколько минут или заплатите на месте.
error-ticket_in_use = Стоянка с этим билетом не закончилась.
    .advice = Спросите на месте.
error-payment_differs = Раньше для этого платежа была названа другая сумма.
    .advice = Спросите на месте.
error-visit_missing = Этой стоянки нет на телефоне.
    .advice = Обновите список стоянок.
error-photo_not_possible = Это приложение не читает фото.
    .advice = Введите номер под штрихкодом.
error-photo_unreadable = Фото не читается.
    .advice = Это файл { $format }; читаются JPEG и PNG. Сохраните как JPEG или введите номер под штрихкодом.
    .plain-advice = Сделайте другое или введите номер под штрихкодом.
error-photo_too_large = Фото слишком большое.
    .advice = Сделайте фото с меньшим числом пикселей или введите номер под штрихкодом.
error-photo_without_code = На фото нет штрихкода, который можно прочитать.
    .advice = Положите билет ровно при хорошем свете и снимите крупно или введите номер под штрихкодом.
error-photo_without_number = Код на фото — не номер билета.
    .advice = Снимите штрихкод билета. Его номер: { $looks_like }.
    .plain-advice = Снимите штрихкод билета или введите номер под ним.
error-photo_with_several_numbers = На фото несколько билетов: { $numbers }.
    .advice = Снимите один или введите его номер.
    .plain = На фото несколько билетов.
error-photo_of_another_facility = Билет на фото паркинга { $facility_name }.
    .advice = Выберите { $facility_name } или снимите другой билет.
    .plain = Билет на фото другого паркинга.
    .plain-advice = Выберите тот паркинг или снимите другой билет.

## Слова и предложения

line-garages-free = { $minutes ->
        [one] Первая { $minutes } минута бесплатно
       *[other] Первые { $minutes } мин бесплатно
    }
line-garages-started-units = { $unit_minutes ->
        [60] { $units ->
            [one] { $units } начатый час по { $unit_price }
            [few] { $units } начатых часа по { $unit_price }
           *[other] { $units } начатых часов по { $unit_price }
        }
       *[other] { $units } × начатые { $unit_minutes } мин по { $unit_price }
    }
line-garages-day-cap = { $days ->
        [one] { $days } сутки, не больше { $cap }
       *[other] { $days } сут., каждые не больше { $cap }
    }
line-garages-several-days = { $tickets ->
        [1] Билет на { $days } дн. за { $price }
       *[other] { $tickets } × билет на { $days } дн. за { $price }
    }
line-garages-lost = Потерянный билет: считается с { $billed_from }
    .plain = Потерянный билет
line-garages-double-place = Машина на двух местах: цена × { $factor }
line-garages-already-paid = Оплачено раньше
notice-garages-exit-without-delay = Паркинг не указывает время на выезд после оплаты: выезжайте сразу.
notice-garages-unused-days-lost = { $days ->
        [one] { $days } день билета не использован; он не возвращается.
        [few] { $days } дня билета не использованы; они не возвращаются.
       *[other] { $days } дней билета не использовано; они не возвращаются.
    }
entry-garages-visit = Паркинг
garages-open = Открыто
garages-closed = Закрыто
garages-opens-at = Закрыто, откроется: { $opens_at }
garages-hours-unknown = Часы работы неизвестны
garages-free = { $free ->
        [0] Мест нет на { $observed_at_time }
        [one] { $free } свободное место на { $observed_at_time }
        [few] { $free } свободных места на { $observed_at_time }
       *[other] { $free } свободных мест на { $observed_at_time }
    }
garages-free-too-old = Свободные места сейчас неизвестны; последний подсчёт: { $observed_at }
garages-free-unknown = Свободные места неизвестны
ticket-number-any = от { $min } до { $max } букв и цифр
ticket-number-digits = цифр: { $count }
ticket-number-like = знаков: { $count }, например { $example }
tariff-garages-unknown = Цена неизвестна
tariff-garages-unit = { $unit_minutes ->
        [60] { $price } за каждый начатый час
       *[other] { $price } за каждые начатые { $unit_minutes } мин
    }
tariff-garages-free = Первые { $minutes } мин бесплатно
tariff-garages-free-short = Стоянка до { $minutes } мин бесплатна
tariff-garages-disabled-free = Со знаком инвалида первые { $minutes } мин бесплатно
tariff-garages-disabled-free-short = Со знаком инвалида стоянка до { $minutes } мин бесплатна
tariff-garages-day-cap = Не больше { $price } в сутки
tariff-garages-day-cap-after = { $hours } ч стоят как сутки
tariff-garages-several-days = { $days } дн. подряд: { $price }
tariff-garages-lost-from-midnight = Потерянный билет: считается с полуночи перед въездом
tariff-garages-lost-flat = Потерянный билет: { $price }
tariff-garages-exit-minutes = { $minutes } мин на выезд после оплаты
visit-state-inside = Ещё не оплачено
visit-state-paid = Оплачено
visit-state-owing_again = Нужно доплатить
visit-state-left = Выехали
visit-state-cancelled = Отменено
visit-state-other = Другое (обновите приложение)
facility-kind-garage = Паркинг
facility-kind-multi_storey = Многоуровневый паркинг
facility-kind-lot = Стоянка со шлагбаумом
certainty-official_old = Как оператор публиковал раньше
certainty-second_hand = Как сообщают другие
certainty-assumed = Предположение
certainty-other = Никто не знает, насколько это точно
reminder-garages-before = { $minutes ->
        [one] Осталась { $minutes } минута на выезд из паркинга
        [few] Осталось { $minutes } минуты на выезд из паркинга
       *[other] Осталось { $minutes } минут на выезд из паркинга
    }
    .body = { $facility }: выезжайте до { $leave_by_time }. Позже нужно будет доплатить.
reminder-garages-end = Время на выезд из паркинга закончилось
    .body = { $facility }: закончилось в { $leave_by_time }. Если вы ещё внутри, посмотрите доплату в приложении.

## Экраны

garages-title = Паркинги и стоянки
garages-loading = Ищем паркинги
garages-none = В этом городе паркинги неизвестны.
garages-near = Свободные места, ближние первыми
garages-row-described = { $name }. { $places }. { $hours }
garages-unreachable = Сейчас недоступен: пока он не ответит, оплата здесь не принимается
garages-visit-paid = Оплачено: выезжайте до { $time }
garages-visit-paid-no-end = Оплачено: выезжайте сразу
garages-visit-owes = Нужно доплатить
garages-unconfirmed = { $name }: оплата ещё не подтверждена
garages-address = Адрес
garages-entrances = Въезды
garages-height = Наибольшая высота
garages-height-value = { $metres } м
garages-capacity = Всего мест
garages-capacity-disabled = Для людей с инвалидностью
garages-paid-when = Когда платят
garages-on-site = На месте платят
garages-not-in-app = В приложении не оплачивается; платите на месте.
garages-tariff = Цены
garages-unknown = неизвестно
garages-certainty = Насколько это точно: { $certainty }
paid-when-before_fetching = До того, как идти к машине
paid-when-on_exit = Из машины, при выезде
paid-when-on_entry = У шлагбаума, при въезде
on-site-cash = наличные
on-site-card = карта
on-site-machine = автомат
on-site-prepaid_card = предоплаченная парковочная карта
on-site-parking_pass = абонемент
garages-ticket-label = Номер вашего билета
garages-ticket-why = Он напечатан под штрихкодом билета, полученного при въезде.
garages-ticket-camera = Снять билет
garages-ticket-photo = Взять с фото
garages-ticket-photo-reading = Читаем фото
garages-ticket-read = Прочитано с фото: { $ticket }
garages-ticket-go = Сколько платить?
garages-ticket-lost = Потеряли билет? Спросите на месте: по номеру, который вам дадут, можно заплатить и здесь.
garages-owed-title = К оплате
garages-owed-ticket = Билет { $ticket }
garages-owed-entered = Въезд: { $time }
garages-owed-exit = Если заплатить сейчас, выехать нужно до { $time }
garages-owed-exit-none = Если заплатить сейчас, выезжайте сразу
garages-owed-rises = Дороже с { $time }
garages-pay-described = Оплатить { $amount } с баланса по билету { $ticket }, { $name }
garages-pay-card-described = Оплатить { $amount } картой на странице банка по билету { $ticket }, { $name }
garages-go-there = Оплатить: { $name }
garages-back-to-number = Другой номер
garages-visit-open = Показать стоянку
garages-visit-title = Ваша стоянка
garages-visit-left-described = { $minutes } мин на выезд, до { $time }
garages-visit-leave-by = Выезжайте до { $time }
garages-visit-leave-now = Выезжайте сразу
garages-visit-owes-from = С { $time } нужно будет доплатить
garages-visit-left-time = на выезд
garages-visit-receipt-described = QR-код квитанции по билету { $ticket }, для шлагбаума
garages-visit-receipt-note = Для шлагбаума, если он не может спросить оператора.
garages-visit-no-receipt = Шлагбаум знает, что оплачено.
garages-visit-paid-sum = Оплачено { $amount }
garages-visit-owes-why = Время на выезд закончилось. Нужно доплатить только разницу.
garages-visit-pay-rest = Посмотреть доплату
garages-visit-over = Эта стоянка закончилась
garages-visit-forgotten-why = Оператор потерял запись об этой стоянке. Покажите квитанцию у шлагбаума или спросите персонал.
garages-visit-loading = Открываем стоянку
