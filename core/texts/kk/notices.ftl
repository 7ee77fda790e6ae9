## Не болуы мүмкін

error-notice_language_missing = Хабарландыру қаланың барлық тілінде болуы керек.
    .advice = Оны әр тілде жазыңыз.
error-notice_too_late = Жоспарлы жұмыстар басталғанға дейін хабарланады.
    .advice = Кейінірек басталатын уақытты таңдаңыз немесе шұғыл жұмыстар деп хабарлаңыз.

## Сөздер мен сөйлемдер

notices-none = Жаңалық жоқ.
notices-unread = { $count ->
    [one] Оқылмаған { $count } хабарландыру
   *[other] Оқылмаған { $count } хабарландыру
}

## Экрандар

notices-title = Жаңалықтар мен жұмыстар
notices-loading = Жаңалықтар оқылып жатыр
notices-kind-news = Жаңалық
notices-kind-planned-works = Жоспарлы жұмыстар
notices-kind-urgent-works = Шұғыл жұмыстар
notices-kind-outage = Ақау
notices-kind-tariff-change = Жаңа бағалар
notices-kind-terms-change = Жаңа шарт
notices-kind-other = Хабарландыру
notices-period = { $begins_at } – { $ends_at }
notices-from = Басталуы: { $begins_at }
notices-published = Жарияланған уақыты: { $published_at }
notices-all-read = Бәрін оқылған деп белгілеу
notices-unread-described = Оқылмаған: { $title }
