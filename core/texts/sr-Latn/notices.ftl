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
