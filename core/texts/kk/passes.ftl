## Не дұрыс болмауы мүмкін

error-pass_unknown = Мұнда мұндай жол жүру билеті жоқ.
    .advice = Тізімнен таңдаңыз.
error-pass_not_for_category = Бұл билет сізге сатылмайды.
    .advice = Ол жеңілдігі бар жолаушыларға арналған. Жеңілдікті оператордың кеңсесінде рәсімдейді.
error-pass_overlaps = Сізде сол сапарларға билет бар, соңғы күні: { $last_on }.
    .advice = Ақша алынған жоқ. Шынымен керек болса ғана тағы біреуін алыңыз.
    .plain = Сізде сол сапарларға билет бар.
error-pass_not_refundable = Бұл билет енді қайтарылмайды.
    .advice = Қала рұқсат етсе, билетті бірінші күніне дейін қайтаруға болады.
error-pass_missing = Бұл билет телефонда жоқ.
    .advice = Билеттер тізімін жаңартыңыз.
error-category_unknown = Қалада мұндай жолаушылар санаты жоқ.
    .advice = Тізімнен таңдаңыз.
error-category_not_granted = Бұл санат ешкімге берілмейді.
    .advice = Берілетін санатты таңдаңыз.

## Сөздер мен сөйлемдер

line-passes-pass = Жол жүру билеті
entry-passes-pass = Жол жүру билеті
entry-passes-refund = Жол жүру билеті үшін қайтарылды
pass-state-given-back = Қайтарылды
pass-state-other = Басқа (қосымшаны жаңартыңыз)
passes-days = { $days } күн
passes-month = Бір ай
passes-no-price = Сізге арналмаған
passes-ending = { $pass } аяқталады: { $ends_at }.
passes-given-back = Билет қайтарылды, { $price } жақында түседі.
reminder-passes-ending = Жол жүру билеті жақында аяқталады
    .body = { $pass }: жарамдылығының соңы – { $ends_at }.

## Экрандар

passes-title = Менің жол жүру билеттерім
passes-none = Әзірге билет жоқ.
passes-benefits-title = Менің жеңілдіктерім
passes-on-sale-title = Сатылатын билеттер
passes-buy-again = Тағы біреуін алу
passes-forgotten-why = Оператор бұл билеттің жазбасын жоғалтты. Қолдау қызметінен сұраңыз.
passes-loading = Билеттер оқылып жатыр
passes-holds = { $first_on } – { $last_on }
passes-coming-title = Кейін басталады
passes-over-title = Бұрынғылар
passes-benefit-until = Соңғы күні: { $until_on }
passes-benefits-none = Жеңілдік жоқ. Оны оператордың кеңсесі рәсімдейді.
passes-give-back = Қайтару
passes-give-back-ask = Бұл билетті қайтару керек пе?
passes-give-back-why = { $price } төленген жеріне қайтады, билет жарамсыз болады.
passes-give-back-no = Қалдыру
passes-giving-back = Қайтарылып жатыр…
passes-unconfirmed = Билет әлі расталмады
passes-row-described = { $pass }, { $holds }: { $price }
passes-buy-title = Билет сатып алу
passes-buy-first = Бірінші күні
passes-buy-last = Соңғы күні
passes-buy-for = Кімге
passes-buy-earlier = Бір күн бұрын
passes-buy-later = Бір күн кейін
passes-buy-refundable = Қайтаруға болатын соңғы уақыт: { $until }.
passes-buy-kept = Ол қайтарылмайды.
passes-buy-total = Төленетін сома
passes-buy-described = Сатып алу: { $pass }, { $amount }
passes-buy-overlaps = Сізде сол сапарларға билет бар: { $pass }, соңғы күні – { $last_on }. Шынымен керек болса ғана тағы біреуін алыңыз.
