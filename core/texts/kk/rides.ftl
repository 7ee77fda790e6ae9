## Не болуы мүмкін

error-not_a_ride_code = Бұл сапар коды емес; ол { $host } сайтына апарады.
    .advice = Ештеңе ашылған жоқ, ақша алынған жоқ. Салондағы немесе терминал экранындағы кодты сканерлеңіз не нөмірді теріңіз.
    .plain = Бұл сапар коды емес.
error-ride_sign_of_another_city = Бұл — басқа қаланың коды: { $city_name }.
    .advice = Мұнда ол бойынша ештеңе сатылмайды. Сол қаланы таңдаңыз немесе өзіңіз мінген көліктің кодын сканерлеңіз.
    .plain = Бұл — басқа қаланың коды.
error-ride_sign_unreadable = Бұл код бүлінген немесе өзгертілген.
    .advice = Салондағы басқа кодты сканерлеңіз немесе нөмірді теріңіз.
error-ride_sign_unknown = Бұл код белгісіз.
    .advice = Салондағы басқа кодты сканерлеңіз немесе нөмірді теріңіз.
error-ride_sign_revoked = Бұл код енді жарамсыз.
    .advice = Ол ауыстырылған немесе үстіне бірдеңе жапсырылған. Салондағы басқа кодты сканерлеңіз немесе нөмірді теріңіз.
error-ride_sign_expired = Терминал коды ескірген.
    .advice = Экранда қазір тұрған кодты сканерлеңіз.
error-ride_vehicle_unknown = Мұндай нөмірлі көлік жоқ.
    .advice = Салондағы борт нөмірімен немесе мемлекеттік нөмірмен салыстырыңыз.
error-ride_vehicle_not_in_service = { $vehicle } көлігі желіде емес.
    .advice = Өзіңіз мінген көліктің нөмірін тексеріңіз.
    .plain = Бұл көлік желіде емес.
error-persons_too_many = Бір билетпен ең көбі { $most } жолаушы жүреді.
    .advice = Азырақ жолаушыға билет алыңыз, содан кейін тағы біреуін.
    .plain = Бір билетпен мұнша жолаушы жүрмейді.
error-ride_repeated = Сіз бұл көлікте тіркелгенсіз, уақыты — { $registered_at_time }.
    .advice = Басқа ақша алынған жоқ. Тағы жүретін болсаңыз ғана қайта растаңыз.
    .plain = Сіз бұл көлікте тіркеліп қойғансыз.
error-payment_closed_in_control = Бақылау жүріп жатыр: { $until_time } болғанша бұл көлікте төлем жабық.
    .advice = Ақша алынған жоқ. Бақылаушыға айтыңыз.
    .plain = Бақылау жүріп жатыр: бұл көлікте төлем жабық.
error-ride_over = Бұл сапар аяқталды.
    .advice = Ол «Менің сапарларым» бөлімінде тұр; бір нәрсе дұрыс болмаса, қолдау қызметіне жазыңыз.
error-ride_disputed = Бұл сапар дұрыс емес деп хабарлағансыз.
    .advice = Жауап дайындалып жатыр; оған дейін билет сол күйінде қалады.
error-carrier_unknown = Қалада мұндай тасымалдаушы жоқ.
    .advice = Тізімнен таңдаңыз.
error-route_unknown = Қалада мұндай бағыт жоқ.
    .advice = Тізімнен таңдаңыз.
error-ride_missing = Бұл сапар телефонда жоқ.
    .advice = Сапарлар тізімін жаңартыңыз.
error-ride_not_checked = Байланыс жоқ, сапар тексерілмеді. Ақша алынған жоқ.
    .advice = Көлік картасымен немесе кондукторға төлеңіз не { $sms_number } нөміріне SMS жіберіңіз.
    .plain-advice = Көлік картасымен немесе кондукторға төлеңіз не сигнал бар жерде қайталаңыз.

## Сөздер мен сөйлемдер

line-rides-fare = { $persons } жолаушы, әрқайсысы { $each }
entry-rides-ride = Сапар
entry-rides-refund = Сапар үшін қайтарылды
ride-state-registered = Тіркелген
ride-state-disputed = Тексеріліп жатыр
ride-state-voided = Күші жойылды, ақша қайтарылды
ride-state-other = Басқа (қосымшаны жаңартыңыз)
ride-kind-bus = Автобус
ride-kind-trolleybus = Троллейбус
ride-kind-tram = Трамвай
ride-kind-metro = Метро
ride-kind-other = Көлік
ride-channel-app = Қосымшада
ride-channel-transport_card = Көлік картасы
ride-channel-cash = Қолма-қол ақша
ride-channel-bank_card = Банк картасы
ride-channel-sms = SMS
ride-channel-other = Басқа (қосымшаны жаңартыңыз)
rides-route = { $number } { $kind }
rides-to = Бағыты: { $to }
rides-route-unknown = Бағыты қазір белгісіз; билет { $ends_at_time } болғанша жарамды
rides-vehicle = { $board } борт
rides-persons = { $persons } жолаушы
rides-left = { $rides ->
        [0] Теңгерім бір сапарға да жетпейді
       *[other] Теңгерім { $rides } сапарға жетеді
    }
rides-repeats = Сіз бұл көлікте тіркелгенсіз, уақыты — { $registered_at_time }. Тағы жүресіз бе?

## Экрандар

rides-title = Менің сапарларым
rides-none = Әзірге сапар жоқ.
rides-confirm = Растау
rides-confirm-again = Тағы жүремін
rides-scan = Кодты сканерлеу
rides-scan-why = Камераны салондағы кодқа немесе терминал экранына бағыттаңыз.
rides-scan-too_dark = Тым қараңғы: жарықты қосыңыз
rides-scan-too_blurred = Телефонды қозғамай ұстаңыз
rides-scan-too_small = Жақынырақ келіңіз
rides-scan-glare = Телефонды қисайтыңыз: код жарқырап тұр
rides-scan-torn = Код бүлінген: басқасын сканерлеңіз немесе нөмірді теріңіз
rides-type = Нөмірді теру
rides-number-label = Көлік нөмірі
rides-number-why = Ол салонда, алдыңғы әйнектің үстінде жазылған; мемлекеттік нөмір де жарайды.
rides-companions = Сізбен бірге кім жүреді
rides-check-title = Сапарды тексеріңіз
rides-carrier = Тасымалдаушы
rides-fare = Бағасы
rides-pay-from = Немен төлейсіз
rides-valid-until = { $time } болғанша жарамды
rides-ticket-described = Бақылаушыға арналған билеттің өзгеріп тұратын QR-коды
rides-ticket-note = Экран суреті жарамайды: код бірнеше секунд сайын өзгереді.
rides-ticket-move = Осы телефонда көрсету
rides-without-network = Желі жоқ па? Көлік картасымен немесе кондукторға төлеңіз.
rides-wrong = Бұл сапарда бір нәрсе дұрыс емес
rides-wrong-why = Не дұрыс емес?
rides-wrong-send = Жіберу
rides-wrong-sent = Жіберілді: оператор тексеріп жатыр
rides-unconfirmed = { $board } борт: әлі расталмаған
rides-forgotten-why = Оператор бұл сапардың жазбасын жоғалтты. Билетті бақылаушыға көрсетіңіз немесе қолдау қызметінен сұраңыз.
