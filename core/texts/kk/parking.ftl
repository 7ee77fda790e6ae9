## Не болуы мүмкін

error-vehicle_parked = { $plate } көлігінің билеті бар, аяқталуы: { $ends_at_time }.
    .advice = Көлікті алып тастасаңыз да билет қалады, оны ұзартуға болады.
    .plain = Бұл көлік тұрақта тұр.
error-ticket_missing = Бұл билет телефонда жоқ.
    .advice = Билеттер тізімін жаңартыңыз.
error-intent_bought = Бұл сатып алынған екен.
    .advice = SMS керек емес: билет қосымшада.
error-sign_ambiguous = Мәтінде бірнеше аймақ аталған: { $zones }.
    .advice = Тек өзіңіз тұрған жердегі тақтайшаның кодын теріңіз.
    .plain = Мәтінде бірнеше аймақ аталған.
error-sms_not_possible = Бұл аймаққа немесе нөмірге бұл жерден SMS арқылы төлеуге болмайды.
    .advice = Сигнал пайда болғанда қосымшада немесе дүңгіршекте төлеңіз.
error-zone_unknown = Бұл қалада мұндай аймақ жоқ.
    .advice = Бірін таңдаңыз: { $known }.
    .plain-advice = Аймақтарды жаңартып, қайта таңдаңыз.
error-sign_unknown = Мұндай коды бар аймақ жоқ.
    .advice = Белгілі кодтар: { $known }. Тақтайшаны тағы қараңыз.
    .plain-advice = Тақтайшаны тағы қараңыз.
error-position_invalid = Орналасқан жеріңіз жарамсыз.
    .advice = Тақтайшадағы кодты теріңіз.
error-minutes_not_positive = Тұрақ уақыты кемінде бір минут.
    .advice = Қанша тұрғыңыз келетінін таңдаңыз.
error-max_stay_exceeded = { $asked } мин — бұл аймақ рұқсат еткеннен көп: ең көбі — { $max_stay }.
    .advice = { $allowed ->
        [0] Қазір мұнда бұдан артық ештеңе сатып алуға болмайды.
       *[other] Қазір { $allowed } мин сатып алуға болады.
    }
    .plain = Аймақ рұқсат еткеннен ұзақ.
    .plain-advice = Қысқарақ уақыт таңдаңыз.
error-limit_reached = Бұл аймақта тұруға болатын ең ұзақ уақыт сатып алынған, аяқталуы: { $deadline_time }.
    .advice = Сағат { $deadline_time } болғанша кетіңіз. Мұнда қайта тұруға болатын уақыт: { $next_possible_at }.
    .plain = Бұл көлікке бұл аймақта қазір бұдан артық ештеңе сатып алуға болмайды.
    .plain-advice = Оның мұндағы тұрағы басқа тіркелгіден төленген, сондықтан бұдан артық айтылмайды. Басқа аймаққа тұрыңыз.
error-no_return = Сіз жақында ғана осында тұрдыңыз.
    .advice = Бұл аймақта қайта тұруға болатын уақыт: { $until }.
    .plain-advice = Сәл күтіңіз немесе басқа аймаққа тұрыңыз.
error-not_charged = Қазір тұрақ тегін.
    .advice = Билет керек болатын уақыт: { $next_opening }.
    .plain-advice = Қазір билет керек емес.
error-ticket_not_active = Бұл билеттің мерзімі бітті.
    .advice = Әлі тұрсаңыз, жаңасын сатып алыңыз.

## Сөздер мен сөйлемдер

line-parking-limited = { $units ->
        [one] { $unit_minutes } мин, бағасы { $unit_price }
       *[other] { $units } × { $unit_minutes } мин, бағасы { $unit_price }
    }
line-parking-extended = { $units ->
        [one] Қосымша уақыт: { $unit_minutes } мин, бағасы { $unit_price }
       *[other] Қосымша уақыт: { $units } × { $unit_minutes } мин, бағасы { $unit_price }
    }
notice-parking-clipped = Сіз { $asked } мин сұрадыңыз; бұл тұрақтан { $offered } мин қалды, аяқталуы: { $deadline_time }. Бұл билетсіз қайта тұруға болатын уақыт: { $new_stay_at }.
notice-parking-clipped-by-another = Сіз { $asked } мин сұрадыңыз; қазір бұл көлікке мұнда { $offered } мин сатып алуға болады.
notice-parking-another-ticket-limits = Бұл аймақтағы басқа билетіңіз тұрақты шектейді, аяқталуы: { $deadline_time }.
notice-parking-rounded-up = Уақыт бүтін өлшеммен төленеді: { $asked } орнына { $granted } мин.
notice-parking-starts-at-opening = Ақы алу басталатын уақыт — { $opens_at_time }: билет те сонда басталады.
notice-parking-ends-at-closing = Ақы алу аяқталатын уақыт — { $closes_at_time }: { $granted } мин төленді, одан кейін тұрақ тегін.
notice-parking-rolls-over = Ақы алу одан бұрын аяқталады; қалғаны келесі ашылғанда жалғасады, аяқталуы: { $ends_at }.
notice-parking-no-refund = Төленген, бірақ пайдаланылмаған уақыттың ақшасы қайтарылмайды.
ticket-state-active = Төленген
ticket-state-expired = Мерзімі бітті
ticket-state-voided = Жарамсыз
ticket-state-forgotten = Операторға белгісіз
ticket-state-other = Басқа (қосымшаны жаңартыңыз)
entry-parking-ticket = Тұрақ
entry-parking-refund = Тұрақ ақысын қайтару
reminder-before = Тұрақтың { $minutes } минуты қалды
    .body = { $plate }, { $zone }: төленген уақыт — { $ends_at_time } болғанша. Қосымшада ұзартуға болады.
reminder-end = Тұрақ уақыты бітті
    .body = { $plate }, { $zone }: төленген уақыт — { $ends_at_time } болғанша. Кетіңіз немесе аймақ рұқсат еткенше ұзартыңыз.

## Экрандар

zones-plate-change = Көлікті ауыстыру
zones-plate-missing = Көлігіңізді қосыңыз
zones-plate-described = { $plate } көлігі үшін төлейсіз. Көлікті ауыстыру үшін екі рет түртіңіз.
zones-deposit = Теңгерім
zones-deposit-described = Теңгерім { $amount }. Толтыру үшін екі рет түртіңіз.
zones-sign-label = Тақтайша коды, мысалы 9111
zones-sign-why = Тақтайшадағы код орналасқан жерден дәлірек.
zones-sign-clear = Кодты өшіру
zones-by-sign = Тақтайша бойынша
zones-near = Жақын маңда, жақындары бірінші
zones-all = Барлық аймақ
zones-here = Сіз осындасыз
zones-here-about = Сіз осында болуыңыз мүмкін
zones-distance-about = шамамен { $metres } м жерде
zones-approximate = Аймақ шекаралары шамамен алынған: тақтайшаға қараңыз.
zones-sign-go = Тұрақ: { $zone }
zones-no-position = Орналасқан жеріңіз белгісіз. Тақтайшадағы кодты теріңіз немесе тақтайша көрсеткен аймақты таңдаңыз.
zones-max-stay = Ең көбі { $minutes } мин
zones-no-limit = Уақыт шектелмеген
zones-row-described = { $zone }, тақтайша { $sign }, { $distance }, { $limit }. { $note }
zones-loading = Жақын маңдағы аймақтарды іздеп жатырмыз
zones-running = { $plate } тұрақта тұр
zones-running-until = { $time } болғанша
zones-choose-plate = Қай көлік?
zones-add-plate = Тағы көлік қосу
zones-prices-title = Баға мен сағаттар
zones-prices-loading = Баға мен сағаттарды оқып жатырмыз
zones-prices-prices = Бағалар
zones-prices-none = Бұл аймақтың бүгінгі бағасы белгісіз.
zones-prices-limited = Басталған әр { $minutes } мин
zones-prices-extended = Қосымша уақыт, басталған әр { $minutes } мин
zones-prices-within = { $step }, тұрақтың { $start }–{ $end } минуты
zones-prices-after = { $step }, тұрақтың { $start } минутынан кейін
zones-prices-unknown = Белгісіз
zones-prices-stay = Ең ұзақ тұру уақыты
zones-prices-limited-part = Негізгі уақыт
zones-prices-extended-part = Қосымша уақыт
zones-prices-whole = Барлығы
zones-prices-minutes = { $minutes } мин
zones-prices-no-return = Қайта тұрғанға дейін
zones-prices-hours = Тұрақ ақылы болатын уақыт
zones-prices-days = { $first } – { $last }
zones-prices-free = Тегін
zones-prices-holidays = Мерекелер
zones-prices-holidays-charged = Аптаның сол күніндегідей ақылы
zones-prices-certainty = Қаншалықты дәл: { $certainty }
zones-prices-monday = Дүйсенбі
zones-prices-tuesday = Сейсенбі
zones-prices-wednesday = Сәрсенбі
zones-prices-thursday = Бейсенбі
zones-prices-friday = Жұма
zones-prices-saturday = Сенбі
zones-prices-sunday = Жексенбі
buy-zone-described = { $zone }, тақтайша { $sign }
buy-wheel-described = Тұрақ уақыты. { $minutes } мин таңдалды, { $time } болғанша.
buy-stop-longest = { $minutes } мин — { $zone } аймағында ең көбі
buy-stop-rest = Мұндағы тұрағыңыздан { $minutes } мин қалды, { $time } болғанша
buy-stop-none = Бұл аймақта уақыт шектелмеген
buy-from-until = { $start } – { $end }
buy-paid-until = { $time } болғанша жарамды
buy-preview = Өз билеттеріңіз бойынша есептелді: байланыссыз ештеңе сатып алуға болмайды
buy-deposit-after = Теңгерім { $before } → { $after }
buy-pay-described = { $plate } үшін { $amount } төлеу, { $zone }, { $time } болғанша
buy-change-plate = Ауыстыру
buy-stop-another = Қазір бұл көлікке мұнда { $minutes } мин сатып алуға болады; оның тұрағы басқа тіркелгіден төленген
buy-stop-closing = Ақы алу аяқталатын уақыт — { $time }
buy-pay-card-described = { $plate } үшін банктің бетінде картамен { $amount } төлеу, { $zone }, { $time } болғанша
ticket-title = Тұрақ билеті
ticket-left = қалды
ticket-left-described = { $minutes } мин қалды, { $time } болғанша
ticket-ends-at = { $time } болғанша төленген
ticket-ended-at = Біткен уақыты — { $time }
ticket-starts-at = Басталуы — { $time }
ticket-starts-in = басталғанша
ticket-expired = Бітті
ticket-expired-advice = Кетіңіз немесе қайта сатып алыңыз: енді инспектор тәуліктік талон жаза алады.
ticket-ending = Жақында бітеді
ticket-paid = { $amount } төленді
ticket-paid-minutes = { $minutes } мин төленді
ticket-clock-unsure = Телефон қосылғалы сағаты тексерілмеген. Билеттің қашан бітетінін көру үшін желіге қосылыңыз.
ticket-may-be-over = Біткен болар
ticket-code-described = { $plate } билетінің QR-коды, инспекторға көрсетіледі
ticket-code-note = Инспекторға арналған. Өзі жаңарады, желісіз істейді.
ticket-code-loading = Кодты дайындап жатырмыз
ticket-code-elsewhere = Код бұл телефонда жоқ
ticket-code-elsewhere-why = Билет басқа телефоннан алынған немесе коды соған көшірілген. Инспекторға кодты бір ғана телефон көрсетеді.
ticket-code-move = Кодты осы телефонда көрсету
ticket-code-moving = Кодты көшіріп жатырмыз…
ticket-extend = { $minutes } мин ұзарту · { $amount }
ticket-extend-until = { $time } болғанша
ticket-extend-described = { $amount } үшін { $minutes } мин ұзарту, { $time } болғанша
ticket-extend-loading = Ұзарту бағасын сұрап жатырмыз
ticket-extending = Ұзартылуда…
ticket-limit-reached = Тұру шегіне жетті
ticket-limit-leave = Сағат { $time } болғанша көлікті әкетіңіз.
ticket-extend-offline = Ұзарту үшін байланыс керек.
ticket-buy-again = Жаңа билет сатып алу
ticket-loading = Билетті ашып жатырмыз
