## Не болуы мүмкін

error-facility_unknown = Қалада мұндай паркинг жоқ.
    .advice = Тізімнен таңдаңыз.
error-ticket_number_invalid = { $reason ->
        [empty] Билет нөмірі енгізілмеген.
        [sign] Билетте «{ $sign }» таңбасы болмайды.
        [length] { $count } таңба — мұнда мұндай билет нөмірі болмайды.
        [shape] «{ $sign }» билет нөмірінің { $place } таңбасы бола алмайды.
       *[check_digit] Нөмірдің бір цифры қате.
    }
    .advice = Нөмір билеттің штрихкоды астында басылған: { $looks_like }.
    .plain = Бұл билет нөмірі емес.
    .plain-advice = Нөмір билеттің штрихкоды астында басылған.
error-visit_unknown = { $facility_name } паркингі бұл билетпен кіргенді білмейді.
    .advice = Нөмірді билетпен салыстырыңыз. Жаңа ғана кірген болсаңыз, бір минут күтіңіз; әйтпесе орнында төлеңіз.
    .plain = Бұл билетпен кіру белгісіз.
error-visit_of_another_facility = Бұл — { $facility_name } паркингінің билеті.
    .advice = { $facility_name } паркингін таңдап, сонда төлеңіз.
    .plain = Бұл — басқа паркингтің билеті.
    .plain-advice = Қай паркинг екенін билеттен қарап, соны таңдаңыз.
error-visit_already_paid = Бұл тұрақ төленген.
    .advice = Төлеудің қажеті жоқ. Сағат { $exit_by_time } болғанша шығыңыз.
    .plain-advice = Төлеудің қажеті жоқ. Бірден шығыңыз.
error-nothing_owed = Әзірге төлейтін ештеңе жоқ.
    .advice = Сағат { $free_until_time } болғанша тегін шығуға болады.
    .plain-advice = Тегін шығуға болады.
error-visit_over = Бұл тұрақ аяқталды.
    .advice = Төлеудің қажеті жоқ. Әлі іште болсаңыз, орнында сұраңыз.
error-visit_owes = Бұл тұрақ үшін { $owed } қосымша төлеу керек.
    .advice = Шықпай тұрып төлеңіз.
    .plain = Бұл тұрақ үшін қосымша төлеу керек.
error-facility_unreachable = { $facility_name } паркингімен қазір байланыс жоқ, сондықтан сома белгісіз.
    .advice = Жарты минуттан кейін қайталаңыз немесе орнында төлеңіз. Ақша алынған жоқ.
    .plain = Паркингпен қазір байланыс жоқ, сондықтан сома белгісіз.
error-paid_on_entry = { $facility_name } паркингінде кірерде шлагбаум жанында төлейді.
    .advice = Мұнда төлеудің қажеті жоқ.
    .plain = Бұл паркингте кірерде шлагбаум жанында төлейді.
error-facility_closed = { $facility_name } паркингі қазір жабық.
    .advice = Ашылуы: { $opens_at }. Сонда төлеңіз: қазір шығуға болмайды.
    .plain = Бұл паркинг қазір жабық.
    .plain-advice = Ашылғанда төлеңіз: қазір шығуға болмайды.
error-entry_in_future = Бұл билетпен кіру уақыты әлі келмеген: бір сағат дұрыс жүрмейді.
    .advice = Бірнеше минуттан кейін қайталаңыз немесе орнында төлеңіз.
error-ticket_in_use = Бұл билетпен тұрақ аяқталмаған.
    .advice = Орнында сұраңыз.
error-payment_differs = Бұл төлемге бұрын басқа сома айтылған.
    .advice = Орнында сұраңыз.
error-visit_missing = Бұл тұрақ телефонда жоқ.
    .advice = Тұрақтар тізімін жаңартыңыз.
error-photo_not_possible = Бұл қосымша фотоны оқымайды.
    .advice = Штрихкод астындағы нөмірді теріңіз.
error-photo_unreadable = Фото оқылмайды.
    .advice = Бұл — { $format } файлы; JPEG пен PNG оқылады. JPEG етіп сақтаңыз немесе штрихкод астындағы нөмірді теріңіз.
    .plain-advice = Қайта түсіріңіз немесе штрихкод астындағы нөмірді теріңіз.
error-photo_too_large = Фото тым үлкен.
    .advice = Пикселі азырақ фото түсіріңіз немесе штрихкод астындағы нөмірді теріңіз.
error-photo_without_code = Фотода оқылатын штрихкод жоқ.
    .advice = Билетті жарық жерге тегіс қойып, ірі түсіріңіз немесе штрихкод астындағы нөмірді теріңіз.
error-photo_without_number = Фотодағы код билет нөмірі емес.
    .advice = Билеттің штрихкодын түсіріңіз. Оның нөмірі: { $looks_like }.
    .plain-advice = Билеттің штрихкодын түсіріңіз немесе астындағы нөмірді теріңіз.
error-photo_with_several_numbers = Фотода бірнеше билет бар: { $numbers }.
    .advice = Біреуін түсіріңіз немесе нөмірін теріңіз.
    .plain = Фотода бірнеше билет бар.
error-photo_of_another_facility = Фотодағы билет { $facility_name } паркингінікі.
    .advice = { $facility_name } паркингін таңдаңыз немесе басқа билетті түсіріңіз.
    .plain = Фотодағы билет басқа паркингтікі.
    .plain-advice = Сол паркингті таңдаңыз немесе басқа билетті түсіріңіз.

## Сөздер мен сөйлемдер

line-garages-free = Алғашқы { $minutes } минут тегін
line-garages-started-units = { $unit_minutes ->
        [60] Басталған { $units } сағат, бағасы { $unit_price }
       *[other] { $units } × басталған { $unit_minutes } мин, бағасы { $unit_price }
    }
line-garages-day-cap = { $days ->
        [one] { $days } тәулік, ең көбі { $cap }
       *[other] { $days } тәулік, әрқайсысы ең көбі { $cap }
    }
line-garages-several-days = { $tickets ->
        [one] { $days } тәулікке билет, бағасы { $price }
       *[other] { $days } тәулікке { $tickets } билет, бағасы { $price }
    }
line-garages-lost = Жоғалған билет: есептеу басы — { $billed_from }
    .plain = Жоғалған билет
line-garages-double-place = Көлік екі орында: баға × { $factor }
line-garages-already-paid = Бұрын төленген
notice-garages-exit-without-delay = Паркинг төлемнен кейін шығу уақытын көрсетпейді: бірден шығыңыз.
notice-garages-unused-days-lost = Билеттің { $days } күні пайдаланылмады; ақшасы қайтарылмайды.
entry-garages-visit = Паркинг
garages-open = Ашық
garages-closed = Жабық
garages-opens-at = Жабық, ашылуы: { $opens_at }
garages-hours-unknown = Жұмыс уақыты белгісіз
garages-free = { $free ->
        [0] Орын жоқ, { $observed_at_time }
       *[other] { $free } бос орын, { $observed_at_time }
    }
garages-free-too-old = Бос орын қазір белгісіз; соңғы санақ: { $observed_at }
garages-free-unknown = Бос орын белгісіз
ticket-number-any = { $min }–{ $max } әріп пен цифр
ticket-number-digits = { $count } цифр
ticket-number-like = { $count } таңба, мысалы { $example }
tariff-garages-unknown = Баға белгісіз
tariff-garages-unit = { $unit_minutes ->
        [60] Басталған әр сағатқа { $price }
       *[other] Басталған әр { $unit_minutes } минутқа { $price }
    }
tariff-garages-free = Алғашқы { $minutes } мин тегін
tariff-garages-free-short = { $minutes } минуттан аспайтын тұрақ тегін
tariff-garages-disabled-free = Мүгедектік белгісі болса, алғашқы { $minutes } мин тегін
tariff-garages-disabled-free-short = Мүгедектік белгісі болса, { $minutes } минуттан аспайтын тұрақ тегін
tariff-garages-day-cap = Тәулігіне ең көбі { $price }
tariff-garages-day-cap-after = { $hours } сағаттың бағасы тәуліктікімен бірдей
tariff-garages-several-days = Қатарынан { $days } тәулік: { $price }
tariff-garages-lost-from-midnight = Жоғалған билет: кірген түннің ортасынан есептеледі
tariff-garages-lost-flat = Жоғалған билет: { $price }
tariff-garages-exit-minutes = Төлемнен кейін шығуға { $minutes } мин
visit-state-inside = Әлі төленбеген
visit-state-paid = Төленді
visit-state-owing_again = Қосымша төлеу керек
visit-state-left = Шықты
visit-state-cancelled = Күші жойылған
visit-state-other = Басқа (қосымшаны жаңартыңыз)
facility-kind-garage = Паркинг
facility-kind-multi_storey = Көпдеңгейлі паркинг
facility-kind-lot = Шлагбаумы бар тұрақ
certainty-official_old = Оператор бұрын жариялағандай
certainty-second_hand = Басқалар хабарлағандай
certainty-assumed = Болжам
certainty-other = Қаншалықты дәл екенін ешкім білмейді
reminder-garages-before = Паркингтен шығуға { $minutes } минут қалды
    .body = { $facility }: { $leave_by_time } болғанша шығыңыз. Кейін қосымша төлеу керек болады.
reminder-garages-end = Паркингтен шығу уақыты бітті
    .body = { $facility }: біткен уақыты — { $leave_by_time }. Әлі іште болсаңыз, қосымша төлемді қосымшадан қараңыз.

## Экрандар

garages-title = Паркингтер мен тұрақтар
garages-loading = Паркингтерді іздеп жатырмыз
garages-none = Бұл қалада белгілі паркинг жоқ.
garages-near = Бос орындар, жақындары бірінші
garages-row-described = { $name }. { $places }. { $hours }
garages-unreachable = Қазір байланыс жоқ: жауап бергенше мұнда төлем қабылданбайды
garages-visit-paid = Төленді: { $time } болғанша шығыңыз
garages-visit-paid-no-end = Төленді: бірден шығыңыз
garages-visit-owes = Қосымша төлеу керек
garages-unconfirmed = { $name }: төлем әлі расталмаған
garages-address = Мекенжай
garages-entrances = Кіретін жерлер
garages-height = Көліктің ең үлкен биіктігі
garages-height-value = { $metres } м
garages-capacity = Барлық орын
garages-capacity-disabled = Мүгедектігі бар жүргізушілерге
garages-paid-when = Қашан төленеді
garages-on-site = Орнында төлеу жолдары
garages-not-in-app = Қосымшада төленбейді; орнында төлеңіз.
garages-tariff = Бағалар
garages-unknown = белгісіз
garages-certainty = Қаншалықты дәл: { $certainty }
paid-when-before_fetching = Көлікке бармай тұрып
paid-when-on_exit = Көліктен, шығарда
paid-when-on_entry = Шлагбаум жанында, кірерде
on-site-cash = қолма-қол ақша
on-site-card = карта
on-site-machine = автомат
on-site-prepaid_card = алдын ала төленген тұрақ картасы
on-site-parking_pass = абонемент
garages-ticket-label = Билетіңіздің нөмірі
garages-ticket-why = Ол кірерде алған билеттің штрихкоды астында басылған.
garages-ticket-camera = Билетті түсіру
garages-ticket-photo = Фотодан алу
garages-ticket-photo-reading = Фотоны оқып жатырмыз
garages-ticket-read = Фотодан оқылды: { $ticket }
garages-ticket-go = Қанша төлеймін?
garages-ticket-lost = Билетті жоғалттыңыз ба? Орнында сұраңыз: берілген нөмірмен мұнда да төлеуге болады.
garages-owed-title = Төлеу керек
garages-owed-ticket = Билет { $ticket }
garages-owed-entered = Кірген уақыты: { $time }
garages-owed-exit = Қазір төлесеңіз, { $time } болғанша шығыңыз
garages-owed-exit-none = Қазір төлесеңіз, бірден шығыңыз
garages-owed-rises = Қымбаттайтын уақыты — { $time }
garages-pay-described = { $name } паркингінің { $ticket } билеті үшін теңгерімнен { $amount } төлеу
garages-pay-card-described = { $name } паркингінің { $ticket } билеті үшін банктің бетінде картамен { $amount } төлеу
garages-go-there = { $name } паркингінде төлеу
garages-back-to-number = Басқа нөмір
garages-visit-open = Тұрақты көрсету
garages-visit-title = Тұрағыңыз
garages-visit-left-described = Шығуға { $minutes } мин, { $time } болғанша
garages-visit-leave-by = { $time } болғанша шығыңыз
garages-visit-leave-now = Бірден шығыңыз
garages-visit-owes-from = Қосымша төлем басталатын уақыт — { $time }
garages-visit-left-time = шығуға
garages-visit-receipt-described = { $ticket } билеті түбіртегінің QR-коды, шлагбаумға арналған
garages-visit-receipt-note = Шлагбаум оператордан сұрай алмағанда керек.
garages-visit-no-receipt = Шлагбаум төленгенін біледі.
garages-visit-paid-sum = { $amount } төленді
garages-visit-owes-why = Шығу уақыты бітті. Тек айырмасын төлеу керек.
garages-visit-pay-rest = Қосымша төлемді қарау
garages-visit-over = Бұл тұрақ аяқталды
garages-visit-forgotten-why = Оператор бұл тұрақтың жазбасын жоғалтты. Түбіртекті шлагбаум жанында көрсетіңіз немесе қызметкерден сұраңыз.
garages-visit-loading = Тұрақты ашып жатырмыз
