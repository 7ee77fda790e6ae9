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
error-ride_fare_unknown = { $missing ->
        [route] Жолақы бағытқа байланысты, ал бұл көліктің қай бағытта екені белгісіз.
        [stop] Жолақы аялдамаға байланысты, ал бұл көліктің қай жерде тұрғаны белгісіз.
       *[other] Жолақы қайда және қашан түсетініңізге байланысты, ал бұл әлі белгісіз.
    }
    .advice = Ақша алынған жоқ. Көлік картасымен немесе кондукторға төлеңіз.
    .plain = Бұл сапардың құны белгісіз.
error-companions_wrong = Жолсеріктер туралы бұлай айтуға болмайды.
    .advice = Азырақ көрсетіңіз немесе көрсетпеңіз: өз жеңілдігі бар адам өз билетімен жүреді.
error-ride_repeated = Сіз бұл көлікте тіркелгенсіз, уақыты — { $registered_at_time }.
    .advice = Басқа ақша алынған жоқ. Тағы жүретін болсаңыз ғана қайта растаңыз.
    .plain = Сіз бұл көлікте тіркеліп қойғансыз.
error-payment_closed_in_control = Бақылау жүріп жатыр: { $until_time } болғанша бұл көлікте төлем жабық.
    .advice = Ақша алынған жоқ. Бақылаушыға айтыңыз.
    .plain = Бақылау жүріп жатыр: бұл көлікте төлем жабық.
error-ride_over = Бұл сапар аяқталды.
    .advice = Ол «Менің сапарларым» бөлімінде тұр; бір нәрсе дұрыс болмаса, қолдау қызметіне жазыңыз.
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
line-rides-benefit = Жеңілдік бойынша
line-rides-pass = Жол жүру билеті бойынша
line-rides-free-day = Бүгін жол жүру тегін
line-rides-transfer = Ауысып отыру: алдыңғы сапар { $ridden_at_time }
line-rides-day-cap = Бір күнге ең көбі { $at_most }
line-rides-week-cap = Бір аптаға ең көбі { $at_most }
notice-rides-transfer-not-measured = Ауысып отыру есептелмеді: ол алдында қашан немесе қайда түскеніңізге байланысты, ал бұл белгісіз.
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
rides-route = { $number } { $kind }
rides-to = Бағыты: { $to }
rides-route-unknown = Бағыты қазір белгісіз; билет { $ends_at_time } болғанша жарамды
rides-vehicle = { $board } борт
rides-persons = { $persons } жолаушы
rides-left = { $count ->
        [0] Теңгерім бір сапарға да жетпейді
       *[other] Теңгерім { $count } сапарға жетеді
    }
rides-repeats = Сіз бұл көлікте тіркелгенсіз, уақыты — { $registered_at_time }. Тағы жүресіз бе?
rides-goes-on = Сіз { $registered_at_time } кезінде тіркелген көлік бұзылып қалды. Сол билет осы көлікте де жарамды, қайта төлеудің қажеті жоқ.

## Экрандар

rides-title = Менің сапарларым
rides-none = Әзірге сапар жоқ.
rides-confirm = Растау
rides-confirm-again = Тағы жүремін
rides-check-title = Сапарды тексеріңіз
rides-carrier = Тасымалдаушы
rides-fare = Бағасы
rides-riders = Кім жүреді
rides-by-pass = билет: { $pass }
rides-valid-until = { $time } болғанша жарамды
rides-ticket-note = Экран суреті жарамайды: код бірнеше секунд сайын өзгереді.
rides-wrong-sent = Жіберілді: оператор тексеріп жатыр
rides-forgotten-why = Оператор бұл сапардың жазбасын жоғалтты. Билетті бақылаушыға көрсетіңіз немесе қолдау қызметінен сұраңыз.
rides-scan-title = Сапарды төлеу
rides-scan-go = Кодты сканерлеу
rides-scan-another = Басқа код не нөмір
rides-scan-frame = Камера көріп тұрған кадр
rides-scan-look = Салондағы кодты не терминал экранын кадрға келтіріңіз.
rides-scan-dark = Тым қараңғы. Кодқа жарық түсіріңіз.
rides-scan-glare = Жарық шағылысып тұр. Телефонды еңкейтіңіз.
rides-scan-small = Тым алыс. Жақындатыңыз.
rides-scan-blurred = Бұлыңғыр. Телефонды қозғалтпаңыз.
rides-scan-torn = Код жыртылған не жабылып қалған. Салондағы басқа кодты сканерлеңіз немесе нөмірді теріңіз.
rides-scan-no-camera = Мұнда камера жоқ. Кодтың суретін таңдаңыз немесе нөмірді теріңіз.
rides-scan-pick = Сурет таңдау
rides-scan-reading = Код ізделіп жатыр
rides-scan-nothing = Бұл суретте код жоқ.
rides-number-label = Көлік нөмірі
rides-number-why = Борт нөмірі не мемлекеттік нөмір
rides-number-go = Сапарды тексеру
rides-checking = Сапар тексеріліп жатыр
rides-confirming = Расталып жатыр…
rides-confirm-described = Растау: { $ride }, { $amount }
rides-accept = «{ $confirm }» — шарттар мен осы бағаны қабылдау.
rides-see-earlier = Сол билетті көрсету
rides-plate = Мемлекеттік нөмір
rides-time = Уақыты
rides-persons-more = Бір жолаушы қосу
rides-persons-less = Бір жолаушы азайту
rides-by-balance = Теңгерімнен
rides-balance = Теңгерім: { $amount }
rides-balance-at = Теңгерім: { $amount } ({ $time })
rides-balance-short = Теңгерімде { $amount } жетпейді
rides-top-up = Теңгерімді толтыру
rides-unconfirmed = Сапар әлі расталмады
rides-unconfirmed-ride = Көлікте не істеу керек
rides-unconfirmed-what = Бұл сапарға ақша алынған-алынбағаны әлі белгісіз; сигнал пайда болысымен қайта сұралады. Қазір жүру үшін көлік картасымен не кондукторға төлеңіз. Екеуіне де ақша алынса, «Менің сапарларым» бөлімінде хабарлаңыз.
rides-loading = Сапарлар оқылып жатыр
rides-earlier = Бұрынғылар
rides-row-described = { $ride }, { $time }: { $state }
rides-ticket-title = Билет
rides-ticket-over = Билеттің мерзімі бітті
rides-ticket-over-at = Ол { $time } болғанша жарамды еді.
rides-registered = Тіркелген уақыты
rides-clock-described = Қазір { $time }
rides-code-described = Бақылаушыға көрсетілетін билеттің QR коды: { $vehicle }
rides-code-loading = Код дайындалып жатыр
rides-code-elsewhere = Билет бұл телефонда емес
rides-code-elsewhere-why = Сапар басқа телефонда расталған немесе билет соған көшірілген. Оны бақылаушыға бір ғана телефон көрсетеді.
rides-code-move = Билетті осы телефонда көрсету
rides-code-moving = Билет көшіріліп жатыр…
rides-wrong = Бұл сапарда бірдеңе дұрыс емес
rides-wrong-what = Не дұрыс емес?
rides-wrong-send = Операторға жіберу
rides-wrong-sending = Жіберіліп жатыр…
