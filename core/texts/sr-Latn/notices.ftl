## Šta može da krene naopako

error-notice_language_missing = Obaveštenje stoji na svakom jeziku svog grada.
    .advice = Napišite ga na svakom od njih.
error-notice_too_late = Planirani radovi se najavljuju pre početka.
    .advice = Izaberite kasniji početak ili najavite hitne radove.

## Reči i rečenice

notices-none = Nema novosti.
notices-unread = { $count ->
    [one] { $count } nepročitano obaveštenje
    [few] { $count } nepročitana obaveštenja
   *[other] { $count } nepročitanih obaveštenja
}

## Ekrani

notices-title = Novosti i radovi
notices-loading = Učitavaju se novosti
notices-kind-news = Novost
notices-kind-planned-works = Planirani radovi
notices-kind-urgent-works = Hitni radovi
notices-kind-outage = Nešto ne radi
notices-kind-tariff-change = Nove cene
notices-kind-terms-change = Novi uslovi
notices-kind-other = Obaveštenje
notices-period = { $begins_at } – { $ends_at }
notices-from = Od { $begins_at }
notices-published = Objavljeno { $published_at }
notices-all-read = Označi sve kao pročitano
notices-unread-described = Nepročitano: { $title }
