## Что может пойти не так

error-card_unknown = Карты с таким номером и кодом нет.
    .advice = Сверьте оба с картой: в номере от 8 до 20 цифр, код напечатан рядом с QR.
error-card_linked_elsewhere = Эта карта принадлежит другому аккаунту.
    .advice = Если она ваша, придите в офис партнёра с удостоверением личности и картой.
error-card_only_standard = Больше одной карты можно привязать только с тарифом «Стандартный».
    .advice = Сначала отвяжите другую карту или оставьте эту как есть: она действует и без аккаунта.
error-cards_too_many = К одному аккаунту привязывается не больше карт, чем { $most }.
    .advice = Отвяжите ненужную.
    .plain = Столько карт к одному аккаунту не привязывается.
error-card_office_needed = Карта { $card } утеряна или украдена: остальное делается в офисе партнёра.
    .advice = Придите лично с заявлением, оригиналом удостоверения личности и другой картой. Баланс перейдёт на неё.
    .plain = После утери или кражи остальное делается в офисе партнёра.
error-card_blocked = Эта карта заблокирована.
    .advice = Если она нашлась или заблокирована по ошибке, придите в офис партнёра с удостоверением личности.
error-card_replaced = Вместо этой карты действует другая.
    .advice = Пользуйтесь той картой: баланс на ней.
error-card_top_up_too_much = За один раз карта пополняется не более чем на { $most }.
    .advice = Пополните несколько раз: ни их число, ни баланс не ограничены.
    .plain = На такую сумму карта за один раз не пополняется.
error-card_top_up_too_little = Карта пополняется не менее чем на { $least }.
    .advice = Выберите большую сумму.
    .plain = На такую малую сумму карта не пополняется.
error-card_kind_unknown = В городе нет карт такого вида.
    .advice = Выберите из списка: { $known }.
    .plain-advice = Выберите один из видов города.
error-card_taken = Такой номер или код есть у другой карты.
    .advice = Сверьте номер, код и вид с картой.
error-card_not_linked = Карта { $card } не привязана ни к одному аккаунту.
    .advice = Сначала пользователь привязывает её в приложении.
    .plain = Эта карта не привязана ни к одному аккаунту.
error-identification_required = Это делается только для подтверждённого пользователя.
    .advice = Посмотрите оригинал удостоверения личности и сначала подтвердите пользователя.
error-card_missing = Этой карты нет на телефоне.
    .advice = Обновите список карт.

## Слова и предложения

line-cards-top-up = На карту { $number_masked }
entry-cards-ride = Поездка
entry-cards-refund = Возврат за поездку
entry-cards-held = Пополнение
entry-cards-replaced = С прежней карты
entry-cards-top-up = Пополнение карты
entry-cards-returned = Возврат пополнения карты
card-state-active = Действует
card-state-blocked = Заблокирована
card-state-replaced = Заменена
card-state-other = Другое (обновите приложение)
card-trouble-lost = Утеряна
card-trouble-stolen = Украдена
card-trouble-defective = Неисправна
card-trouble-stopped = Остановлена оператором
card-trouble-other = Другое (обновите приложение)
card-top-up-waiting = Приложите карту к считывателю до { $hold_until }
card-top-up-held = На карте
card-top-up-returned = Возвращено: карту вовремя не приложили
card-top-up-other = Другое (обновите приложение)
cards-rides-left = { $count ->
        [0] На поездку не хватает
        [one] Хватит на { $count } поездку
        [few] Хватит на { $count } поездки
       *[many] Хватит на { $count } поездок
    }

## Экраны

cards-title = Мои транспортные карты
cards-none = Карт пока нет. Карта действует и без аккаунта.
cards-balance = { $amount } на { $as_of }
cards-balance-note = Считыватели сообщают с опозданием: поездки после этого времени могут быть ещё не учтены.
cards-inactive = Не использовалась год. Она действует, и поездка снова сделает её активной.
cards-linked = Карта { $number_masked } привязана
cards-unlinked = Карта отвязана. Её баланс остаётся на ней.
cards-top-up-paid = Оплачено { $amount }. Приложите карту к считывателю до { $hold_until }, не меньше чем на 2 секунды.
cards-blocked-now = Заблокирована. Придите в офис партнёра лично с заявлением, оригиналом удостоверения личности и другой своей картой.
cards-defective-now = Записано. Чтобы заменить карту, придите с ней и с удостоверением личности в офис партнёра.
cards-none-moved = Пока ничего.
card-tariff-standard = «Стандартный»
card-tariff-benefit = Льготный
card-tariff-other = Другой (обновите приложение)
cards-loading = Загружаем карты
cards-row-described = Карта { $card }: { $balance }, { $state }
cards-state-why = { $state }: { $trouble }
cards-waits = { $amount } оплачено, но ещё не на карте
cards-unconfirmed = Пополнение карты ещё не подтверждено
cards-balance-elsewhere = Баланс показывает и терминал в салоне, его проверит и кондуктор на своём терминале.
cards-card-title = Транспортная карта
cards-tariff = Тариф
cards-top-ups = Пополнения
cards-history = Движения по балансу
cards-history-loading = Загружаем движения по балансу
cards-history-more = Показать ещё
cards-lost = Карта утеряна
cards-stolen = Карту украли
cards-defective = Карта не считывается
cards-unlink = Отвязать карту
cards-block-ask = Заблокировать эту карту сейчас?
cards-block-why = Она больше не действует и не пополняется. Баланс сохранится и перейдёт на другую карту в офисе партнёра; разблокировать её здесь нельзя.
cards-block-yes = Заблокировать карту
cards-defective-ask = Сообщить, что карта не считывается?
cards-defective-why = Её заменят в офисе партнёра. До этого она действует там, где считывается.
cards-defective-yes = Сообщить
cards-unlink-ask = Отвязать эту карту?
cards-unlink-why = Баланс останется на ней, и она будет действовать. Здесь вы её больше не увидите.
cards-unlink-yes = Отвязать
cards-leave = Оставить как есть
cards-sending = Отправляем…
cards-link-go = Привязать карту
cards-linking = Привязываем…
cards-link-number = Номер карты
cards-link-number-why = От 8 до 20 цифр
cards-link-code = Напечатанный код
cards-link-code-why = Рядом с QR на карте
cards-link-look = Наведите камеру на QR карты или введите код.
cards-link-read = Код считан. Введите и номер.
cards-link-second = У вас уже есть карта
cards-link-second-why = Ещё одна привязывается, только если у всех тариф «Стандартный».
cards-link-second-office = Вместо утерянной или украденной карты другую вашу действующую карту подтверждённому пользователю привязывают в офисе партнёра: придите лично с заявлением и оригиналом удостоверения личности.
cards-top-up-go = Пополнить
cards-top-up-title = Пополнение карты
cards-top-up-amount = Сумма
cards-top-up-limits = За раз от { $smallest } до { $largest }. Ни число пополнений, ни баланс не ограничены.
cards-top-up-price = Показать стоимость
cards-top-up-hold = После оплаты приложите карту к считывателю до { $hold_until }, не меньше чем на 2 секунды. До этого суммы на карте не будет.
cards-top-up-total = К оплате
cards-top-up-described = Оплатить { $amount } на карту { $card }
cards-stopped-why = Если это ошибка, придите в офис партнёра с удостоверением личности.
cards-replaced-why = Вместо неё действует другая карта: баланс на ней.
