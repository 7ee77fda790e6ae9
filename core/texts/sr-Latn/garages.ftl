## Šta može da krene naopako

error-facility_unknown = Te garaže nema u ovom gradu.
    .advice = Izaberite jednu sa spiska.
error-ticket_number_invalid = { $reason ->
        [empty] Broj karte nije upisan.
        [sign] „{ $sign }” ne stoji ni na jednoj karti.
        [length] Broj karte ovde nema toliko znakova: { $count }.
        [shape] „{ $sign }” ovde ne može biti { $place }. znak broja karte.
       *[check_digit] Jedna cifra broja nije tačna.
    }
    .advice = Broj je odštampan ispod bar koda na karti: { $looks_like }.
    .plain = Ovo nije broj karte.
    .plain-advice = Broj je odštampan ispod bar koda na karti.
error-visit_unknown = U garaži { $facility_name } nije poznat ulazak sa ovom kartom.
    .advice = Uporedite broj sa kartom. Ako ste upravo ušli, sačekajte minut; inače platite na licu mesta.
    .plain = Nije poznat ulazak sa ovom kartom.
error-visit_of_another_facility = Ova karta je iz garaže { $facility_name }.
    .advice = Izaberite garažu { $facility_name } i platite tamo.
    .plain = Ova karta je iz druge garaže.
    .plain-advice = Pogledajte na karti odakle je i izaberite tu garažu.
error-visit_already_paid = Ovaj boravak je već plaćen.
    .advice = Ne treba ništa da platite. Izađite do { $exit_by_time }.
    .plain-advice = Ne treba ništa da platite. Izađite bez odlaganja.
error-nothing_owed = Za sada ništa ne dugujete.
    .advice = Do { $free_until_time } izlazite bez plaćanja.
    .plain-advice = Možete da izađete bez plaćanja.
error-visit_over = Ovaj boravak je završen.
    .advice = Ne treba ništa da platite. Ako ste još unutra, obratite se na licu mesta.
error-visit_owes = Za ovaj boravak dugujete { $owed }.
    .advice = Platite pre izlaska.
    .plain = Za ovaj boravak nešto dugujete.
error-facility_unreachable = Garaža { $facility_name } sada nije dostupna, pa se ne zna koliko dugujete.
    .advice = Pokušajte ponovo za pola minuta ili platite na licu mesta. Ništa nije naplaćeno.
    .plain = Garaža sada nije dostupna, pa se ne zna koliko dugujete.
error-paid_on_entry = Garaža { $facility_name } se plaća na rampi pri ulasku.
    .advice = Ovde ne treba ništa da platite.
    .plain = Ova garaža se plaća na rampi pri ulasku.
error-facility_closed = Garaža { $facility_name } je sada zatvorena.
    .advice = Otvara se { $opens_at }. Platite tada: sada ne biste mogli da izađete.
    .plain = Ova garaža je sada zatvorena.
    .plain-advice = Platite kad se otvori: sada ne biste mogli da izađete.
error-entry_in_future = Ulazak sa ovom kartom je u budućnosti: neki sat nije tačan.
    .advice = Pokušajte ponovo za nekoliko minuta ili platite na licu mesta.
error-ticket_in_use = Boravak sa ovom kartom nije završen.
    .advice = Obratite se na licu mesta.
error-payment_differs = Za ovu uplatu je ranije javljen drugi iznos.
    .advice = Obratite se na licu mesta.
error-visit_missing = Ovaj boravak nije na telefonu.
    .advice = Osvežite spisak boravaka.
error-photo_not_possible = Ova aplikacija ne čita fotografije.
    .advice = Upišite broj ispod bar koda.
error-photo_unreadable = Fotografija se ne može pročitati.
    .advice = To je datoteka { $format }; čitaju se JPEG i PNG. Sačuvajte je kao JPEG ili upišite broj ispod bar koda.
    .plain-advice = Slikajte ponovo ili upišite broj ispod bar koda.
error-photo_too_large = Fotografija je prevelika.
    .advice = Slikajte sa manje piksela ili upišite broj ispod bar koda.
error-photo_without_code = Na fotografiji nema bar koda koji se može pročitati.
    .advice = Položite kartu ravno, na dobrom svetlu, preko cele slike, ili upišite broj ispod bar koda.
error-photo_without_number = Kod na fotografiji nije broj karte.
    .advice = Slikajte bar kod karte. Njen broj: { $looks_like }.
    .plain-advice = Slikajte bar kod karte ili upišite broj ispod njega.
error-photo_with_several_numbers = Na fotografiji je više karata: { $numbers }.
    .advice = Slikajte jednu ili upišite njen broj.
    .plain = Na fotografiji je više karata.
error-photo_of_another_facility = Karta na fotografiji je iz garaže { $facility_name }.
    .advice = Izaberite garažu { $facility_name } ili slikajte drugu kartu.
    .plain = Karta na fotografiji je iz druge garaže.
    .plain-advice = Izaberite tu garažu ili slikajte drugu kartu.

## Reči i rečenice

line-garages-free = { $minutes ->
        [one] Prvi { $minutes } minut je besplatan
        [few] Prva { $minutes } minuta su besplatna
       *[other] Prvih { $minutes } minuta je besplatno
    }
line-garages-started-units = { $unit_minutes ->
        [60] { $units ->
            [one] { $units } započeti sat po { $unit_price }
            [few] { $units } započeta sata po { $unit_price }
           *[other] { $units } započetih sati po { $unit_price }
        }
       *[other] { $units } × započetih { $unit_minutes } min po { $unit_price }
    }
line-garages-day-cap = { $days ->
        [1] Jedan dan, najviše { $cap }
       *[other] { $days } × dan, svaki najviše { $cap }
    }
line-garages-several-days = { $tickets ->
        [1] Karta za { $days } dana po { $price }
       *[other] { $tickets } × karta za { $days } dana po { $price }
    }
line-garages-lost = Izgubljena karta: računa se od { $billed_from }
    .plain = Izgubljena karta
line-garages-double-place = Vozilo na dva mesta: cena puta { $factor }
line-garages-already-paid = Ranije plaćeno
notice-garages-exit-without-delay = Garaža ne navodi vreme za izlazak posle plaćanja: izađite bez odlaganja.
notice-garages-unused-days-lost = { $days ->
        [one] { $days } dan karte ostaje neiskorišćen; ne vraća se.
        [few] { $days } dana karte ostaju neiskorišćena; ne vraćaju se.
       *[other] { $days } dana karte ostaje neiskorišćeno; ne vraća se.
    }
entry-garages-visit = Garaža
garages-open = Otvoreno
garages-closed = Zatvoreno
garages-opens-at = Zatvoreno, otvara se { $opens_at }
garages-hours-unknown = Radno vreme nije poznato
garages-free = { $free ->
        [0] Puno u { $observed_at_time }
        [one] { $free } slobodno mesto u { $observed_at_time }
        [few] { $free } slobodna mesta u { $observed_at_time }
       *[other] { $free } slobodnih mesta u { $observed_at_time }
    }
garages-free-too-old = Slobodna mesta sada nisu poznata; poslednji put prebrojana { $observed_at }
garages-free-unknown = Slobodna mesta nisu poznata
ticket-number-any = { $min } do { $max } slova i cifara
ticket-number-digits = cifara: { $count }
ticket-number-like = znakova: { $count }, na primer { $example }
tariff-garages-unknown = Cena nije poznata
tariff-garages-unit = { $unit_minutes ->
        [60] { $price } za svaki započeti sat
       *[other] { $price } za svakih započetih { $unit_minutes } min
    }
tariff-garages-free = Prvih { $minutes } min je besplatno
tariff-garages-free-short = Boravak do { $minutes } min je besplatan
tariff-garages-disabled-free = Sa znakom pristupačnosti prvih { $minutes } min je besplatno
tariff-garages-disabled-free-short = Sa znakom pristupačnosti boravak do { $minutes } min je besplatan
tariff-garages-day-cap = Najviše { $price } na dan
tariff-garages-day-cap-after = { $hours } h košta koliko i dan
tariff-garages-several-days = Više dana zaredom ({ $days }): { $price }
tariff-garages-lost-from-midnight = Izgubljena karta: računa se od ponoći pre ulaska
tariff-garages-lost-flat = Izgubljena karta: { $price }
tariff-garages-exit-minutes = { $minutes } min za izlazak posle plaćanja
visit-state-inside = Još nije plaćeno
visit-state-paid = Plaćeno
visit-state-owing_again = Ponovo se duguje
visit-state-left = Izašlo
visit-state-cancelled = Poništeno
visit-state-other = Drugo (ažurirajte aplikaciju)
facility-kind-garage = Garaža
facility-kind-multi_storey = Garaža na više nivoa
facility-kind-lot = Parkiralište sa rampom
certainty-official_old = Kako je operater ranije objavio
certainty-second_hand = Kako javljaju drugi
certainty-assumed = Pretpostavka
certainty-other = Niko ne zna koliko je ovo pouzdano
reminder-garages-before = Još { $minutes } min za izlazak iz garaže
    .body = { $facility }: izađite do { $leave_by_time }. Posle toga se duguje razlika.
reminder-garages-end = Vreme za izlazak iz garaže je isteklo
    .body = { $facility }: isteklo je u { $leave_by_time }. Ako ste još unutra, pogledajte u aplikaciji koliko dugujete.

## Ekrani

garages-title = Garaže i parkirališta
garages-loading = Tražimo garaže
garages-none = U ovom gradu nije poznata nijedna garaža.
garages-near = Slobodna mesta, najbliže prvo
garages-row-described = { $name }. { $places }. { $hours }
garages-unreachable = Sada nije dostupna: dok se ne javi, ovde se ne može platiti
garages-visit-paid = Plaćeno: izađite do { $time }
garages-visit-paid-no-end = Plaćeno: izađite bez odlaganja
garages-visit-owes = Ponovo nešto dugujete
garages-unconfirmed = { $name }: plaćanje još nije potvrđeno
garages-address = Adresa
garages-entrances = Ulazi
garages-height = Najviše vozilo
garages-height-value = { $metres } m
garages-capacity = Ukupno mesta
garages-capacity-disabled = Za osobe sa invaliditetom
garages-paid-when = Kada se plaća
garages-on-site = Na licu mesta
garages-not-in-app = U aplikaciji se ne plaća; platite na licu mesta.
garages-tariff = Cene
garages-unknown = nije poznato
garages-certainty = Koliko je pouzdano: { $certainty }
paid-when-before_fetching = Pre nego što odete do vozila
paid-when-on_exit = Iz vozila, na izlazu
paid-when-on_entry = Na rampi, na ulazu
on-site-cash = gotovina
on-site-card = kartica
on-site-machine = automat
on-site-prepaid_card = pripejd parking kartica
on-site-parking_pass = parking propusnica
garages-ticket-label = Broj vaše karte
garages-ticket-why = Odštampan je ispod bar koda na karti koju ste dobili na ulazu.
garages-ticket-camera = Slikajte kartu
garages-ticket-photo = Pročitajte ga sa fotografije
garages-ticket-photo-reading = Čitamo fotografiju
garages-ticket-read = Pročitano sa fotografije: { $ticket }
garages-ticket-go = Koliko dugujem?
garages-ticket-lost = Izgubili ste kartu? Pitajte na licu mesta: sa brojem koji dobijete plaća se i ovde.
garages-owed-title = Koliko dugujete
garages-owed-ticket = Karta { $ticket }
garages-owed-entered = Ulazak { $time }
garages-owed-exit = Ako platite sada, izađite do { $time }
garages-owed-exit-none = Ako platite sada, izađite bez odlaganja
garages-owed-rises = Više od { $time }
garages-pay-described = Platite { $amount } sa depozita za kartu { $ticket }, { $name }
garages-pay-card-described = Platite { $amount } karticom na stranici banke za kartu { $ticket }, { $name }
garages-go-there = Platite: { $name }
garages-back-to-number = Drugi broj
garages-visit-open = Prikažite boravak
garages-visit-title = Vaš boravak
garages-visit-left-described = Još { $minutes } minuta za izlazak, do { $time }
garages-visit-leave-by = Izađite do { $time }
garages-visit-leave-now = Izađite bez odlaganja
garages-visit-owes-from = Od { $time } se ponovo nešto duguje
garages-visit-left-time = za izlazak
garages-visit-receipt-described = QR kod potvrde za kartu { $ticket }, za rampu
garages-visit-receipt-note = Za rampu kad ne može da pita operatera.
garages-visit-no-receipt = Rampa zna da je plaćeno.
garages-visit-paid-sum = Plaćeno { $amount }
garages-visit-owes-why = Vreme za izlazak je isteklo. Duguje se samo razlika.
garages-visit-pay-rest = Pogledajte koliko se sada duguje
garages-visit-over = Ovaj boravak je završen
garages-visit-forgotten-why = Operater je izgubio podatke o ovom boravku. Pokažite potvrdu na rampi ili se obratite osoblju.
garages-visit-loading = Otvaramo boravak
