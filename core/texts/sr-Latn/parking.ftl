## Šta može da krene naopako

error-vehicle_parked = { $plate } ima kartu do { $ends_at_time }.
    .advice = Ako vozilo uklonite, karta ostaje i može se produžiti.
    .plain = Ovo vozilo je parkirano.
error-ticket_missing = Ova karta nije na telefonu.
    .advice = Osvežite spisak karata.
error-intent_bought = Ipak je kupljeno.
    .advice = SMS vam ne treba: karta je u aplikaciji.
error-sign_ambiguous = Tekst navodi više zona: { $zones }.
    .advice = Upišite samo broj sa table na mestu gde stojite.
    .plain = Tekst navodi više zona.
error-sms_not_possible = Ova zona ili tablica ne može se odavde platiti SMS-om.
    .advice = Platite u aplikaciji kada bude signala ili na kiosku.
error-zone_unknown = U ovom gradu nema te zone.
    .advice = Izaberite jednu od: { $known }.
    .plain-advice = Osvežite zone i izaberite ponovo.
error-sign_unknown = Nijedna zona nema taj broj.
    .advice = Poznati brojevi: { $known }. Pogledajte tablu ponovo.
    .plain-advice = Pogledajte tablu ponovo.
error-position_invalid = Vaša lokacija nije upotrebljiva.
    .advice = Upišite broj sa table.
error-minutes_not_positive = Parkiranje traje bar jedan minut.
    .advice = Izaberite koliko dugo želite da parkirate.
error-max_stay_exceeded = { $asked } min je više nego što zona dozvoljava: najviše { $max_stay }.
    .advice = { $allowed ->
        [0] Ovde se sada više ništa ne može kupiti.
       *[other] Sada možete kupiti { $allowed } min.
    }
    .plain = Duže nego što zona dozvoljava.
    .plain-advice = Izaberite kraće vreme.
error-limit_reached = Najduže vreme u ovoj zoni je kupljeno do { $deadline_time }.
    .advice = Pođite do { $deadline_time }. Novo parkiranje ovde može da počne { $next_possible_at }.
    .plain = Za ovo vozilo u ovoj zoni sada se ne može kupiti više vremena.
    .plain-advice = Parkiranje ovde je plaćeno sa drugog naloga, pa se o njemu ne kaže više. Parkirajte u drugoj zoni.
error-no_return = Donedavno ste bili parkirani ovde.
    .advice = Novo parkiranje u ovoj zoni može da počne { $until }.
    .plain-advice = Sačekajte malo ili parkirajte u drugoj zoni.
error-not_charged = Parkiranje se sada ne naplaćuje.
    .advice = Karta vam ne treba do { $next_opening }.
    .plain-advice = Karta vam sada ne treba.
error-ticket_not_active = Ova karta je istekla.
    .advice = Kupite novu ako ste još parkirani.

## Reči i rečenice

line-parking-limited = { $units ->
        [1] { $unit_minutes } min po { $unit_price }
       *[other] { $units } × { $unit_minutes } min po { $unit_price }
    }
line-parking-extended = { $units ->
        [1] Produženo vreme: { $unit_minutes } min po { $unit_price }
       *[other] Produženo vreme: { $units } × { $unit_minutes } min po { $unit_price }
    }
notice-parking-clipped = Tražili ste { $asked } min; od ovog parkiranja preostalo je { $offered } min, do { $deadline_time }. Bez ove karte novo parkiranje može da počne { $new_stay_at }.
notice-parking-clipped-by-another = Tražili ste { $asked } min; za ovo vozilo ovde se sada može kupiti { $offered } min.
notice-parking-another-ticket-limits = Druga vaša karta u ovoj zoni ograničava ovo parkiranje: traje najduže do { $deadline_time }.
notice-parking-rounded-up = Vreme se plaća u celim jedinicama: { $granted } min umesto { $asked }.
notice-parking-starts-at-opening = Naplata počinje u { $opens_at_time }: karta važi od tada.
notice-parking-ends-at-closing = Naplata se završava u { $closes_at_time }: plaća se { $granted } min, posle toga je parkiranje besplatno.
notice-parking-rolls-over = Naplata se završava pre toga; ostatak teče od sledećeg početka naplate, do { $ends_at }.
notice-parking-no-refund = Plaćeno a neiskorišćeno vreme se ne vraća.
ticket-state-active = Plaćeno
ticket-state-expired = Isteklo
ticket-state-voided = Poništeno
ticket-state-forgotten = Nepoznato operateru
ticket-state-other = Drugo (ažurirajte aplikaciju)
entry-parking-ticket = Parkiranje
entry-parking-refund = Povraćaj za parkiranje
reminder-before = { $minutes ->
        [one] Još { $minutes } minut parkiranja
       *[other] Još { $minutes } minuta parkiranja
    }
    .body = { $plate }, { $zone }: plaćeno do { $ends_at_time }. Možete produžiti u aplikaciji.
reminder-end = Vreme parkiranja je isteklo
    .body = { $plate }, { $zone }: plaćeno do { $ends_at_time }. Pođite ili produžite dok zona dozvoljava.

## Ekrani

zones-plate-change = Promenite vozilo
zones-plate-missing = Dodajte vozilo
zones-plate-described = Plaćate za { $plate }. Dodirnite dvaput da promenite vozilo.
zones-deposit = Depozit
zones-deposit-described = Depozit { $amount }. Dodirnite dvaput za dopunu.
zones-sign-label = Broj sa table, npr. 9111
zones-sign-why = Broj sa table je pouzdaniji od lokacije.
zones-sign-clear = Obrišite broj
zones-by-sign = Po tabli
zones-near = U blizini, najbliža prva
zones-all = Sve zone
zones-here = Ovde ste
zones-here-about = Verovatno ste ovde
zones-distance-about = oko { $metres } m odavde
zones-approximate = Granice zona su približne: važi tabla.
zones-sign-go = Parkirajte: { $zone }
zones-no-position = Lokacija nije poznata. Upišite broj sa table ili izaberite zonu sa table.
zones-max-stay = Najduže { $minutes } min
zones-no-limit = Bez ograničenja
zones-row-described = { $zone }, tabla { $sign }, { $distance }, { $limit }. { $note }
zones-loading = Tražimo zone u blizini
zones-running = { $plate } je parkiran
zones-running-until = do { $time }
zones-choose-plate = Koje vozilo?
zones-add-plate = Dodajte drugo vozilo
zones-prices-title = Cene i vreme naplate
zones-prices-loading = Čitanje cena i vremena naplate
zones-prices-prices = Cene
zones-prices-none = Za ovu zonu danas nema poznatih cena.
zones-prices-limited = Svakih započetih { $minutes } min
zones-prices-extended = Produženo vreme, svakih započetih { $minutes } min
zones-prices-within = { $step }, od { $start }. do { $end }. min parkiranja
zones-prices-after = { $step }, od { $start }. min parkiranja nadalje
zones-prices-unknown = Nije poznato
zones-prices-stay = Najduže vreme
zones-prices-limited-part = Ograničeno vreme
zones-prices-extended-part = Produženo vreme
zones-prices-whole = Ukupno
zones-prices-minutes = { $minutes } min
zones-prices-no-return = Pre novog parkiranja
zones-prices-hours = Kada se parkiranje naplaćuje
zones-prices-days = { $first } – { $last }
zones-prices-free = Besplatno
zones-prices-holidays = Praznici
zones-prices-holidays-charged = Naplaćuje se kao tog dana u nedelji
zones-prices-certainty = Koliko je pouzdano: { $certainty }
zones-prices-monday = Ponedeljak
zones-prices-tuesday = Utorak
zones-prices-wednesday = Sreda
zones-prices-thursday = Četvrtak
zones-prices-friday = Petak
zones-prices-saturday = Subota
zones-prices-sunday = Nedelja
buy-zone-described = { $zone }, tabla { $sign }
buy-wheel-described = Vreme parkiranja. Izabrano { $minutes } minuta, do { $time }.
buy-stop-longest = { $zone } dozvoljava najviše { $minutes } min
buy-stop-rest = Ovde vam je ostalo { $minutes } min, do { $time }
buy-stop-none = Zona bez vremenskog ograničenja
buy-from-until = { $start } – { $end }
buy-paid-until = važi do { $time }
buy-preview = Procena po vašim kartama: bez veze kupovina nije moguća
buy-deposit-after = Depozit { $before } → { $after } posle
buy-pay-described = Platite { $amount } za { $plate }, { $zone }, do { $time }
buy-change-plate = Promenite
buy-stop-another = Za ovo vozilo ovde se sada može kupiti { $minutes } min; parkiranje je plaćeno sa drugog naloga
buy-stop-closing = Naplata prestaje u { $time }
buy-pay-card-described = Platite { $amount } karticom na stranici banke za { $plate }, { $zone }, do { $time }
ticket-title = Parking karta
ticket-left = preostalo
ticket-left-described = Preostalo { $minutes } minuta, do { $time }
ticket-ends-at = Plaćeno do { $time }
ticket-ended-at = Isteklo u { $time }
ticket-starts-at = Počinje u { $time }
ticket-starts-in = do početka
ticket-expired = Isteklo
ticket-expired-advice = Pođite odmah ili kupite novu kartu: od sada kontrolor može izdati dnevnu kartu.
ticket-ending = Uskoro ističe
ticket-paid = Plaćeno { $amount }
ticket-paid-minutes = Plaćeno za { $minutes } min
ticket-clock-unsure = Vreme na ovom telefonu nije potvrđeno od kada je uključen. Povežite se da vidite kada karta ističe.
ticket-may-be-over = Možda je istekla
ticket-code-described = QR kod karte za { $plate }, za kontrolora
ticket-code-note = Za kontrolora. Sam se obnavlja, radi i bez veze.
ticket-code-loading = Pripremamo kod
ticket-code-elsewhere = Kod nije na ovom telefonu
ticket-code-elsewhere-why = Karta je kupljena na drugom telefonu ili je njen kod premešten tamo. Kontroloru ga pokazuje samo jedan telefon.
ticket-code-move = Prikažite kod na ovom telefonu
ticket-code-moving = Premeštamo kod…
ticket-extend = Produžite { $minutes } min · { $amount }
ticket-extend-until = do { $time }
ticket-extend-described = Produžite za { $minutes } minuta za { $amount }, do { $time }
ticket-extend-loading = Pitamo koliko košta produženje
ticket-extending = Produžavanje…
ticket-limit-reached = Dostignuto je najduže vreme
ticket-limit-leave = Pomerite vozilo do { $time }.
ticket-extend-offline = Za produženje je potrebna veza.
ticket-buy-again = Kupite novu kartu
ticket-loading = Otvaramo kartu
