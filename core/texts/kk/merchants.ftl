## Не дұрыс болмауы мүмкін

error-not_a_merchant_code = Бұл сатушының коды емес: ол { $host } мекенжайына апарады.
    .advice = Ештеңе ашылған жоқ, ақша алынған жоқ. Кассадағы кодты сканерлеңіз немесе таңбаларын теріңіз.
    .plain = Бұл сатушының коды емес.
error-merchant_code_of_another_city = Бұл код басқа қаланікі: { $city_name }.
    .advice = Мұнда онымен төленбейді. Сол қаланы таңдаңыз немесе қасыңыздағы кассаның кодын сканерлеңіз.
    .plain = Бұл код басқа қаланікі.
error-merchant_code_unreadable = Бұл код бүлінген немесе өзгертілген.
    .advice = Қайта сканерлеңіз немесе әріптері мен цифрларын теріңіз.
error-merchant_code_unknown = Мұнда ешбір сатушыда мұндай код жоқ.
    .advice = Кассадағы кодпен салыстырыңыз.
error-merchant_not_active = Бұл сатушы қазір төлем қабылдамайды.
    .advice = Ақша алынған жоқ. Басқаша төлеңіз.
error-till_closed = Бұл касса жабық.
    .advice = Ақша алынған жоқ. Басқа кассада төлеңіз.
error-invoice_paid = Бұл шот төленіп қойған.
    .advice = Артық ақша алынған жоқ. Төлемдеріңізді қараңыз.
error-invoice_over = Бұл шотты енді төлеуге болмайды.
    .advice = Ақша алынған жоқ. Сатушыдан жаңасын сұраңыз.
error-invoice_amount_differs = Бұл шоттың сомасы { $amount }.
    .advice = Дәл сонша төлеңіз немесе сатушыдан жаңа шот сұраңыз.
    .plain = Бұл шоттың сомасы басқа.
error-payment_amount_missing = Бұл кодта сома жоқ.
    .advice = Қанша төлейтініңізді теріңіз.
error-payment_day_limit = Бір күнде сатушыларға ең көбі { $most } төленеді; бүгін { $left } қалды.
    .advice = Азырақ немесе ертең төлеңіз.
    .plain = Бір күнде сатушыларға сонша төленбейді.
error-payment_repeated = Сіз мұнда { $paid_at_time } сонша төлегенсіз.
    .advice = Артық ақша алынған жоқ. Шынымен керек болса ғана қайта растаңыз.
    .plain = Сіз мұнда жаңа ғана сонша төлегенсіз.
error-invoice_reference_used = Касса бұл нөмірмен { $amount } сомасына шот шығарған.
    .advice = Басқа нөмір алыңыз.
    .plain = Касса бұл нөмірмен басқа сомаға шот шығарған.
error-give_back_too_much = Бұл төлемнен { $left } қалды.
    .advice = Одан артық қайтармаңыз.
    .plain = Бұл төлемнен сонша қалмаған.
error-give_back_over = Бұл төлемді қайтаруға болатын уақыт өтті: { $until }.
    .advice = Сатып алушымен басқаша келісіңіз.
    .plain = Бұл төлем енді қайтарылмайды.
error-give_back_not_whole = Қате төлем толық қайтарылады: { $left }.
    .advice = Бәрін қайтарыңыз немесе қате деп белгілемеңіз.
    .plain = Қате төлем толық қайтарылады.
error-give_back_reference_used = Бұл нөмірмен { $amount } қайтарылған.
    .advice = Басқа нөмір алыңыз.
    .plain = Бұл нөмірмен басқа сома қайтарылған.
error-merchant_category_unknown = Қалада мұндай сатушылар санаты жоқ.
    .advice = Тізімнен таңдаңыз.
error-merchant_ended = Бұл сатушымен шарт аяқталған.
    .advice = Енді ештеңе өзгертілмейді.

## Сөздер мен сөйлемдер

line-merchants-payment = Төлем
line-merchants-fee = Комиссия
entry-merchants-payment = Сатушыға төлем
entry-merchants-refund = Сатушы қайтарған төлем
notice-merchants-accepts = Төлеу арқылы сіз { $organisation } жария шартын ({ $version } нұсқасы, { $link }) және сатушымен шартты қабылдайсыз әрі агентке бұл үшін электрондық ақша сатуды тапсырасыз.
notice-merchants-fee-irrevocable = Сіз { $fee } комиссиясына келісесіз; бұл келісім қайтарылып алынбайды.
merchant-payment-state-paid = Төленді
merchant-payment-state-partly-given-back = Бір бөлігі қайтарылды
merchant-payment-state-given-back = Қайтарылды
merchant-payment-state-other = Басқа (қосымшаны жаңартыңыз)
merchants-paid = { $merchant }: { $amount } төленді. Түбіртек { $number }.
merchants-missing = Теңгерімде { $missing } жетпейді.

## Экрандар

merchants-title = Менің төлемдерім
merchants-none = Әзірге төлем жоқ.
merchants-pay-again = Сонша тағы төлеу
merchants-forgotten-why = Оператор бұл төлемнің жазбасын жоғалтты. Қолдау қызметінен сұраңыз.
