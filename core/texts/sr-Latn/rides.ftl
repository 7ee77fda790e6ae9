## Šta može da pođe po zlu

error-not_a_ride_code = Ovo nije kod za vožnju; vodi na { $host }.
    .advice = Ništa nije otvoreno i ništa nije naplaćeno. Skenirajte kod u vozilu ili ekran terminala, ili ukucajte broj.
    .plain = Ovo nije kod za vožnju.
error-ride_sign_of_another_city = Ovo je kod drugog grada: { $city_name }.
    .advice = Ovde se po njemu ništa ne prodaje. Izaberite taj grad ili skenirajte kod vozila u kojem ste.
    .plain = Ovo je kod drugog grada.
error-ride_sign_unreadable = Ovaj kod je oštećen ili izmenjen.
    .advice = Skenirajte drugi kod u vozilu ili ukucajte broj.
error-ride_sign_unknown = Ovaj kod nije poznat.
    .advice = Skenirajte drugi kod u vozilu ili ukucajte broj.
error-ride_sign_revoked = Ovaj kod više ne važi.
    .advice = Zamenjen je, ili je nešto nalepljeno preko njega. Skenirajte drugi kod u vozilu ili ukucajte broj.
error-ride_sign_expired = Kod terminala je zastareo.
    .advice = Skenirajte ono što ekran sada pokazuje.
error-ride_vehicle_unknown = Nijedno vozilo nema ovaj broj.
    .advice = Uporedite ga sa brojem u vozilu ili sa registarskom tablicom.
error-ride_vehicle_not_in_service = Vozilo { $vehicle } nije u saobraćaju.
    .advice = Proverite broj vozila u kojem ste.
    .plain = Ovo vozilo nije u saobraćaju.
error-persons_too_many = { $most ->
        [one] Na jednu kartu se vozi najviše { $most } osoba.
        [few] Na jednu kartu se voze najviše { $most } osobe.
       *[other] Na jednu kartu se vozi najviše { $most } osoba.
    }
    .advice = Uzmite kartu za manje osoba, pa još jednu.
    .plain = Toliko osoba se ne vozi na jednu kartu.
error-ride_fare_unknown = { $missing ->
        [route] Cena zavisi od linije, a ne zna se na kojoj je ovo vozilo.
        [stop] Cena zavisi od stajališta, a ne zna se gde je ovo vozilo.
       *[other] Cena zavisi od toga gde i kada ćete izaći, a to se još ne zna.
    }
    .advice = Ništa nije naplaćeno. Platite transportnom karticom ili kondukteru.
    .plain = Ne zna se koliko ova vožnja košta.
error-companions_wrong = To se ne može reći o saputnicima.
    .advice = Navedite manje njih ili izostavite: ko ima svoju povlasticu vozi se sa svojom kartom.
error-ride_repeated = Prijavili ste se u ovom vozilu u { $registered_at_time }.
    .advice = Ništa više nije naplaćeno. Potvrdite ponovo samo ako se opet vozite.
    .plain = Već ste prijavljeni u ovom vozilu.
error-payment_closed_in_control = U vozilu je kontrola; do { $until_time } se u njemu ništa ne prodaje.
    .advice = Ništa nije naplaćeno. Obratite se kontroloru.
    .plain = U vozilu je kontrola; sada se u njemu ništa ne prodaje.
error-ride_over = Ova vožnja je završena.
    .advice = Stoji u „Mojim vožnjama“; ako nešto nije u redu, pišite podršci.
error-carrier_unknown = Ovog prevoznika nema u gradu.
    .advice = Izaberite sa spiska.
error-route_unknown = Ove linije nema u gradu.
    .advice = Izaberite sa spiska.
error-ride_missing = Ova vožnja nije na telefonu.
    .advice = Osvežite spisak vožnji.
error-ride_not_checked = Nema veze, pa vožnja nije mogla da se proveri. Ništa nije naplaćeno.
    .advice = Platite karticom za prevoz ili kondukteru, ili pošaljite SMS na { $sms_number }.
    .plain-advice = Platite karticom za prevoz ili kondukteru, ili pokušajte ponovo tamo gde ima signala.

## Reči i rečenice

line-rides-fare = { $persons ->
        [one] { $persons } osoba po { $each }
        [few] { $persons } osobe po { $each }
       *[other] { $persons } osoba po { $each }
    }
line-rides-benefit = Manje po povlastici
line-rides-pass = Po pretplatnoj karti
line-rides-free-day = Danas niko ne plaća
line-rides-transfer = Presedanje sa vožnje u { $ridden_at_time }
line-rides-day-cap = Najviše { $at_most } dnevno
line-rides-week-cap = Najviše { $at_most } nedeljno
notice-rides-transfer-not-measured = Presedanje nije uračunato: zavisi od toga kada ili gde ste prethodno izašli, a to nije poznato.
entry-rides-ride = Vožnja
entry-rides-refund = Vraćeno za vožnju
ride-state-registered = Prijavljena
ride-state-disputed = Proverava se
ride-state-voided = Poništena, novac je vraćen
ride-state-other = Drugo (ažurirajte aplikaciju)
ride-kind-bus = Autobus
ride-kind-trolleybus = Trolejbus
ride-kind-tram = Tramvaj
ride-kind-metro = Metro
ride-kind-other = Vozilo
rides-route = { $kind } { $number }
rides-to = Smer: { $to }
rides-route-unknown = Linija sada nije poznata; karta važi do { $ends_at_time }
rides-vehicle = Vozilo { $board }
rides-persons = { $persons ->
        [one] { $persons } osoba
        [few] { $persons } osobe
       *[other] { $persons } osoba
    }
rides-left = { $count ->
        [0] Stanje ne pokriva vožnju
        [one] Stanje pokriva { $count } vožnju
        [few] Stanje pokriva { $count } vožnje
       *[other] Stanje pokriva { $count } vožnji
    }
rides-repeats = Prijavili ste se u ovom vozilu u { $registered_at_time }. Vozite se ponovo?
rides-goes-on = Vozilo u kom ste se prijavili u { $registered_at_time } se pokvarilo. Ta karta važi i ovde, ne morate ponovo da platite.

## Ekrani

rides-title = Moje vožnje
rides-none = Još nema vožnji.
rides-confirm = Potvrdi
rides-confirm-again = Vozim se ponovo
rides-check-title = Proverite vožnju
rides-carrier = Prevoznik
rides-fare = Cena
rides-riders = Ko se vozi
rides-by-pass = pretplatna karta: { $pass }
rides-valid-until = Važi do { $time }
rides-ticket-note = Slika ekrana ne vredi: kod se menja svakih nekoliko sekundi.
rides-wrong-sent = Poslato: operater proverava
rides-forgotten-why = Operater je izgubio podatke o ovoj vožnji. Pokažite kartu kontroloru ili pitajte podršku.
rides-scan-title = Plati vožnju
rides-scan-go = Skeniraj kod
rides-scan-another = Drugi kod ili broj
rides-scan-frame = Ono što kamera vidi
rides-scan-look = Držite znak u vozilu ili ekran terminala u okviru.
rides-scan-dark = Previše je mračno. Osvetlite kod.
rides-scan-glare = Svetlost se odbija. Nagnite telefon.
rides-scan-small = Predaleko. Priđite bliže.
rides-scan-blurred = Mutno. Držite telefon mirno.
rides-scan-torn = Kod je pocepan ili prekriven. Skenirajte drugi znak u vozilu ili unesite njegov broj.
rides-scan-no-camera = Ovde nema kamere. Izaberite sliku koda ili unesite broj.
rides-scan-pick = Izaberi sliku
rides-scan-reading = Traži se kod
rides-scan-nothing = Na ovoj slici nema koda.
rides-number-label = Broj vozila
rides-number-why = Na tabli u vozilu ili registracija
rides-number-go = Proveri vožnju
rides-checking = Proverava se vožnja
rides-confirming = Potvrđuje se…
rides-confirm-described = Potvrdi: { $ride } za { $amount }
rides-accept = „{ $confirm }“ znači da prihvatate uslove i ovu cenu.
rides-see-earlier = Prikaži tu kartu
rides-plate = Registracija
rides-time = Vreme
rides-persons-more = Jedna osoba više
rides-persons-less = Jedna osoba manje
rides-by-balance = Sa stanja
rides-balance = Stanje { $amount }
rides-balance-at = Stanje { $amount } u { $time }
rides-balance-short = Na stanju nedostaje { $amount }
rides-top-up = Dopuni stanje
rides-unconfirmed = Jedna vožnja još nije potvrđena
rides-unconfirmed-ride = Šta da radite u vozilu
rides-unconfirmed-what = Još se ne zna da li je ova vožnja naplaćena; čim bude signala, pita se ponovo. Da biste se vozili sada, platite karticom za prevoz ili kondukteru. Ako je naplaćeno oba puta, prijavite to u „Mojim vožnjama“.
rides-loading = Čitaju se vaše vožnje
rides-earlier = Ranije
rides-row-described = { $ride }, { $time }: { $state }
rides-ticket-title = Karta
rides-ticket-over = Ova karta više ne važi
rides-ticket-over-at = Važila je do { $time }.
rides-registered = Registrovano
rides-clock-described = Sada je { $time }
rides-code-described = QR kod karte za kontrolora: { $vehicle }
rides-code-loading = Priprema se kod
rides-code-elsewhere = Karta nije na ovom telefonu
rides-code-elsewhere-why = Vožnja je potvrđena na drugom telefonu ili je karta tamo premeštena. Kontroloru je pokazuje samo jedan telefon.
rides-code-move = Prikaži kartu na ovom telefonu
rides-code-moving = Premešta se karta…
rides-wrong = Nešto nije u redu sa ovom vožnjom
rides-wrong-what = Šta nije u redu?
rides-wrong-send = Pošalji operateru
rides-wrong-sending = Šalje se…
