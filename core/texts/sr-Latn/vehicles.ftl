## Šta može da krene naopako

error-vehicle_missing = Ovo vozilo nije na vašem nalogu.
    .advice = Dodajte ga i pokušajte ponovo.
error-plate_empty = Registarska oznaka je prazna.
    .advice = Upišite je kao { $example }.
    .plain-advice = Upišite je kao na vozilu.
error-plate_too_short = Registarska oznaka je prekratka: { $length }, a potrebno je bar { $min } znakova.
    .advice = Upišite celu oznaku, kao { $example }.
    .plain = Registarska oznaka je prekratka.
    .plain-advice = Upišite celu oznaku.
error-plate_too_long = Registarska oznaka je predugačka: { $length }, a moguće je najviše { $max } znakova.
    .advice = Upišite samo oznaku, kao { $example }.
    .plain = Registarska oznaka je predugačka.
    .plain-advice = Upišite samo oznaku.
error-plate_sign_not_allowed = „{ $letter }” ne može da stoji u registarskoj oznaci.
    .advice = Koristite slova i cifre, kao u { $example }.
    .plain = Jedan znak ne može da stoji u registarskoj oznaci.
    .plain-advice = Koristite samo slova i cifre.
error-plate_cyrillic = „{ $letter }” je ćirilično slovo.
    .advice = Upišite oznaku latinicom, kao { $example }.
    .plain = U oznaci je ćirilično slovo.
    .plain-advice = Upišite oznaku latinicom.
error-plate_no_digit = Registarska oznaka ima bar jednu cifru.
    .advice = Upišite je kao { $example }.
    .plain-advice = Upišite celu oznaku.
error-plate_invalid = Ovo nije registarska oznaka koju grad poznaje.
    .advice = Upišite je kao { $example }.
    .plain-advice = Upišite je kao na vozilu.
error-vehicle_unknown = Ovo vozilo nije na vašem nalogu.
    .advice = Prvo ga dodajte.
error-vehicle_exists = Ova oznaka je već na vašem nalogu.
    .advice = Izaberite je među svojim vozilima.
error-too_many_vehicles = { $max ->
        [one] Na nalog staje { $max } vozilo.
        [few] Na nalog staju { $max } vozila.
       *[other] Na nalog staje { $max } vozila.
    }
    .advice = Uklonite ono koje više ne koristite.
    .plain = Na nalog ne staje više vozila.

## Reči i rečenice

plate-warning-look_alike = „{ $typed }” je drugo slovo koje liči na { $read_as }; pročitano je kao { $read_as }.
plate-warning-unusual_letter = Slovo { $letter } jedva da stoji na nekoj tablici. Pogledajte ponovo svoju.
plate-warning-oh_or_zero = O ili 0? Sa drugim znakom bilo bi { $maybe }.
plate-warning-other = O ovoj tablici ima nešto što prikazuje tek novija verzija aplikacije.

## Ekrani

plate-title = Vaše vozilo
plate-label = Registarska oznaka
plate-hint = BG 789-PP
plate-check = Upišite je tačno kao na vozilu. Karta za drugu tablicu ne važi.
plate-save = Sačuvajte vozilo
