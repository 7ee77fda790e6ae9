# Svaki tekst koji vozač čita, na srpskom (latinica). `error-<kod>` kaže šta se dogodilo, `.advice` šta sada; `.plain` i `.plain-advice`
# stoje kada vrednost nedostaje. Vremena su u zoni grada: `$ime` sa danom, `$ime_time` bez dana.

## Šta kaže sam telefon

error-unknown = Nije uspelo.
    .advice = Pokušajte ponovo za koji trenutak. Ako se ponavlja, javite se podršci i navedite oznaku greške.
error-offline = Nema veze sa operaterom.
    .advice = Ništa nije poslato i ništa nije naplaćeno. Potražite signal i pokušajte ponovo.
error-no_answer = Operater nije odgovorio.
    .advice = Ne zna se da li je zahtev stigao. Sačekajte potvrdu pre nego što platite na drugi način.
error-not_signed_in = Niste prijavljeni.
    .advice = Prijavite se brojem telefona.
error-city_missing = Zone i cene grada još nisu na ovom telefonu.
    .advice = Povežite se jednom na internet da se preuzmu.
error-answer_unreadable = Odgovor se ne može pročitati.
    .advice = Javna mreža možda traži prijavu. Ako ne, ažurirajte aplikaciju.
error-keys_untrusted = Ključevi operatera nisu verodostojni.
    .advice = Ništa nije promenjeno. Koristite drugu mrežu i ažurirajte aplikaciju iz zvanične prodavnice.
error-city_untrusted = Zone i cene grada nisu verodostojne.
    .advice = Važe dosadašnje. Koristite drugu mrežu i ažurirajte aplikaciju iz zvanične prodavnice.
error-operator_untrusted = Ono što operator kaže o sebi nije verodostojno.
    .advice = Važi ono što je rekao ranije. Koristite drugu mrežu i ažurirajte aplikaciju iz zvanične prodavnice.
error-city_too_new = Grad ima nova pravila koja ova verzija aplikacije ne poznaje.
    .advice = Ažurirajte aplikaciju. Do tada se prikazuju ranije zone i cene; uvek plaćate cenu koju kaže operator.
error-phone_full = Na telefonu nema slobodnog prostora.
    .advice = Ništa nije poslato i ništa nije naplaćeno. Oslobodite prostor i pokušajte ponovo.
error-phone_data_damaged = Podaci aplikacije na ovom telefonu bili su oštećeni i ponovo su napravljeni.
    .advice = Otvorite aplikaciju ponovo: karte i depozit vraćaju se od operatera.
error-phone_data_newer = Podaci na ovom telefonu su iz novije verzije aplikacije.
    .advice = Ažurirajte aplikaciju.
error-phone_data_of_another = Podaci na ovom telefonu pripadaju drugom operatoru.
    .advice = Ažurirajte aplikaciju iz zvanične prodavnice. Ono što ste kupili ostaje gde je bilo.
error-operator_open = Ovaj operator je već otvoren.
    .advice = Zatvorite i ponovo otvorite aplikaciju.
error-operators_share = Dva operatora ne smeju da dele podatke ili ključ na ovom telefonu.
    .advice = Ažurirajte aplikaciju iz zvanične prodavnice.
error-phone_data_failed = Aplikacija ne može da čita ili upiše svoje podatke.
    .advice = Zatvorite i ponovo otvorite aplikaciju; ako ne pomogne, ponovo pokrenite telefon.
error-closed = Aplikacija je zatvorila svoje podatke.
    .advice = Otvorite aplikaciju ponovo: ono što još nije potvrđeno tada se nastavlja.
error-phone_secrets_failed = Skladište ključeva telefona ne odgovara.
    .advice = Otključajte telefon i pokušajte ponovo.
error-device_key_failed = Ovaj telefon ne može da potpiše kartu.
    .advice = Premestite kod na ovaj telefon ili ga pokažite na telefonu na kojem je.
error-vehicle_missing = Ovo vozilo nije na vašem nalogu.
    .advice = Dodajte ga i pokušajte ponovo.
error-vehicle_parked = { $plate } ima kartu do { $ends_at_time }.
    .advice = Ako vozilo uklonite, karta ostaje i može se produžiti.
    .plain = Ovo vozilo je parkirano.
error-ticket_missing = Ova karta nije na telefonu.
    .advice = Osvežite spisak karata.
error-order_missing = Nema takve neplaćene dnevne karte.
    .advice = Osvežite spisak; možda je već plaćena.
error-intent_missing = Ovo plaćanje nije na telefonu.
    .advice = Pogledajte u istoriji šta je plaćeno.
error-unconfirmed = Još se ne zna da li je plaćeno.
    .advice = { $where ->
        [bank] Dovršite na stranici banke ili tamo odustanite. Do tada se ništa novo ne plaća.
       *[other] Ne plaćajte još na drugi način. Potražite signal; aplikacija i dalje pita.
    }
    .plain-advice = Ne plaćajte još na drugi način. Potražite signal; aplikacija i dalje pita.
error-intent_lost = Operater više ne zna da li je ovo plaćeno.
    .advice = Možda jeste, a možda nije. Pogledajte depozit i karte i obratite se operateru.
error-abandoned = Odustali ste od ove uplate.
    .advice = Ako banka ipak naplati karticu, novac se vraća.
error-account_closed = Nalog je zatvoren pre nego što je ovo plaćeno.
    .advice = Ako banka ipak naplati karticu, novac se vraća.
error-undeliverable = Ono što ste platili više ne može da se isporuči.
    .advice = Plaćeno se vraća.
error-paid_back = Ono što ste platili više ne može da se isporuči.
    .advice = { $paid_back } se vraća do { $due_at }.
    .plain-advice = Plaćeno se vraća.
error-intent_bought = Ipak je kupljeno.
    .advice = SMS vam ne treba: karta je u aplikaciji.
error-intents_open = Jedno plaćanje još nije potvrđeno.
    .advice = Sačekajte potvrdu, pa se odjavite.
error-sign_ambiguous = Tekst navodi više zona: { $zones }.
    .advice = Upišite samo broj sa table na mestu gde stojite.
    .plain = Tekst navodi više zona.
error-sms_not_possible = Ova zona ili tablica ne može se odavde platiti SMS-om.
    .advice = Platite u aplikaciji kada bude signala ili na kiosku.
error-out_of_range = Vrednost je van opsega.
    .advice = Izaberite kraće vreme.
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
error-card_declined = Banka je odbila karticu.
    .advice = Ništa nije naplaćeno. Koristite drugu karticu ili pitajte svoju banku.
error-authentication_failed = Banka nije mogla da potvrdi da ste to vi.
    .advice = Ništa nije naplaćeno. Pokušajte ponovo i proverite kod koji šalje banka.
error-called_off = Prekinuli ste ovo.
    .advice = Ako je bilo plaćanje, pogledajte da li je prošlo pre nego što ponovo platite.
error-cancelled = Odustali ste na stranici banke.
    .advice = Ništa nije naplaćeno.
error-expired = Banka nije odgovorila na vreme.
    .advice = Ako banka ipak naplati karticu, dobićete ono što ste želeli ili novac nazad.
error-bank_refused = Banka je odbila plaćanje.
    .advice = Ništa nije naplaćeno. Koristite drugu karticu ili pitajte svoju banku.

## Šta kaže operater

error-bad_request = Operater nije razumeo aplikaciju.
    .advice = Ažurirajte aplikaciju.
error-unauthorized = Vaša prijava je istekla.
    .advice = Prijavite se ponovo; vaše karte su sačuvane.
error-forbidden = Vaš nalog nema pravo na ovo.
    .advice = Prijavite se drugim nalogom ili pitajte operatera.
error-not_found = Ovoga više nema.
    .advice = Osvežite i pokušajte ponovo.
error-method_not_allowed = Operater ovo ne nudi.
    .advice = Ažurirajte aplikaciju.
error-body_too_large = Zahtev je prevelik.
    .advice = Skratite tekst i pokušajte ponovo.
error-client_too_old = Ova verzija aplikacije se više ne opslužuje.
    .advice = Ažurirajte aplikaciju. Ako žurite, platite SMS-om.
error-too_many_requests = Previše pokušaja za kratko vreme.
    .advice = { $retry_after_seconds ->
        [one] Sačekajte { $retry_after_seconds } sekundu i pokušajte ponovo.
        [few] Sačekajte { $retry_after_seconds } sekunde i pokušajte ponovo.
       *[other] Sačekajte { $retry_after_seconds } sekundi i pokušajte ponovo.
    }
    .plain-advice = Sačekajte malo i pokušajte ponovo.
error-internal = Operater ima kvar. Ništa nije naplaćeno.
    .advice = Pokušajte ponovo za koji trenutak.
error-storage_full = Operater sada ne može ništa da upiše. Ništa nije naplaćeno.
    .advice = Pokušajte kasnije ili platite SMS-om.
error-unavailable = Operater sada ne može da odgovori.
    .advice = Pokušajte ponovo za koji trenutak.
error-idempotency_key_missing = Aplikacija nije obeležila ovo plaćanje.
    .advice = Ažurirajte aplikaciju.
error-idempotency_key_invalid = Aplikacija je pogrešno obeležila ovo plaćanje.
    .advice = Ažurirajte aplikaciju.
error-idempotency_key_reused = Aplikacija je dva plaćanja obeležila isto. Ovo nije izvršeno.
    .advice = Počnite ponovo.
error-request_in_flight = Prvi zahtev se još obrađuje.
    .advice = Sačekajte trenutak: potvrda stiže sama.
error-intent_cancelled = Ovo plaćanje je povučeno pre nego što je stiglo.
    .advice = Počnite ponovo ako ga još želite.
error-intent_expired = Zahtev je stigao prekasno i nije izvršen.
    .advice = Ništa nije naplaćeno. Kupite ponovo ako ste još parkirani.
error-phone_invalid = Na ovaj broj telefona kod ne može da se pošalje.
    .advice = Upišite ga sa + i oznakom zemlje, kao { $example }.
    .plain-advice = Upišite ga sa + i brojem zemlje.
error-code_wrong = { $tries_left ->
        [0] Kod nije tačan. Nema više pokušaja.
        [one] Kod nije tačan. Preostao je { $tries_left } pokušaj.
        [few] Kod nije tačan. Preostala su { $tries_left } pokušaja.
       *[other] Kod nije tačan. Preostalo je { $tries_left } pokušaja.
    }
    .advice = { $tries_left ->
        [0] Zatražite novi kod.
       *[other] Pogledajte najnoviji SMS.
    }
    .plain = Kod nije tačan.
    .plain-advice = Pogledajte najnoviji SMS.
error-code_expired = Kod je prestar.
    .advice = Zatražite novi.
error-code_tries_exhausted = Previše pogrešnih kodova.
    .advice = Zatražite novi kod.
error-device_missing = Ova sesija ne može da prikaže kod.
    .advice = Prijavite se na telefonu koji treba da ga prikaže.
error-device_key_invalid = Ključ ovog telefona nije upotrebljiv.
    .advice = Ažurirajte aplikaciju ili ponovo pokrenite telefon.
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
error-city_unknown = Operater ne opslužuje ovaj grad.
    .advice = Izaberite drugi grad.
error-city_outdated = Zone i cene grada na ovom telefonu su zastarele, pa se ništa ne prodaje.
    .advice = Povežite se na internet da se preuzmu novije, ili platite SMS-om.
error-section_missing = Ovaj grad nema tu uslugu.
    .advice = Izaberite drugi grad ili drugu uslugu.
error-section_too_new = Grad ima nova pravila za ovu uslugu koja ova verzija aplikacije ne poznaje.
    .advice = Ažurirajte aplikaciju. Ostale usluge rade.
error-section_unreadable = Pravila grada za ovu uslugu ne mogu se pročitati.
    .advice = Ažurirajte aplikaciju ili pokušajte kasnije. Ostale usluge rade.
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
error-tariff_unknown = Cena nije poznata, pa se ništa ne prodaje.
    .advice = Pogledajte cene na licu mesta ({ $facility_name }) i platite tamo.
    .plain-advice = Pogledajte tablu i platite SMS-om ili na kiosku.
error-service_unknown = Operater ovo ne nudi.
    .advice = Ažurirajte aplikaciju ili izaberite drugi grad.
error-items_not_supported = Može se kupiti samo jedna stvar odjednom.
    .advice = Kupite ih jednu po jednu.
error-payment_method_not_allowed = Ovako se ne može platiti.
    .advice = Izaberite drugi način plaćanja.
error-quote_unknown = Takve ponude cene nema.
    .advice = Zatražite cenu ponovo.
error-quote_expired = Cena je važila kratko i istekla je.
    .advice = Zatražite cenu ponovo; ništa nije naplaćeno.
error-quote_used = Ovo je već kupljeno.
    .advice = Pogledajte svoje karte.
error-quote_stale = Ponuda više ne važi: sada bi bilo { $minutes } min za { $total }, do { $ends_at_time }.
    .advice = Zatražite cenu ponovo; ništa nije naplaćeno.
    .plain = Ponuda više ne važi.
error-deposit_too_low = Na depozitu je { $balance }, nedostaje { $missing }.
    .advice = Dopunite depozit i kupite ponovo.
    .plain = Depozit ne pokriva ovo.
error-ticket_not_active = Ova karta je istekla.
    .advice = Kupite novu ako ste još parkirani.
error-amount_not_offered = Depozit prima samo određene iznose.
    .advice = Izaberite jedan od: { $offered } { $currency }.
    .plain-advice = Izaberite jedan od prikazanih iznosa.
error-notice_contradicts = Banka javlja dve različite stvari o istoj uplati.
    .advice = Operater to proverava. Ništa nije izgubljeno.
error-notice_invalid = Poruka banke nije verodostojna.
    .advice = Ništa nije naplaćeno. Pokušajte kasnije.
error-order_already_paid = Ova dnevna karta je već plaćena.
    .advice = Ne morate ništa da uradite.
error-order_not_payable = Ova dnevna karta se više ne može ovako platiti.
    .advice = Osvežite spisak: iznos se možda promenio.
error-ticket_covers_plate = Vozilo ima važeću kartu.
    .advice = Dnevna karta nije potrebna.
error-within_grace = Plaćeno vreme je upravo isteklo.
    .advice = Dnevna karta se može izdati od { $until_time }.
    .plain-advice = Proverite ponovo za nekoliko minuta.
error-order_exists = Vozilo već ima važeću dnevnu kartu.
    .advice = Do njenog isteka ne treba vam druga karta u ovoj zoni.
error-order_number_invalid = Ovo nije broj dnevne karte.
    .advice = Pogledajte ponovo kartu: broj ima dvanaest cifara, kao { $example }.
    .plain-advice = Pogledajte ponovo kartu: broj ima dvanaest cifara.
error-cursor_too_old = Spisak promena je prestar.
    .advice = Osvežite; sve se čita iznova.
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
    .advice = Slikajte ponovo ili upišite broj ispod bar koda.
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

## Ponude cene

line-parking-limited = { $units ->
        [1] { $unit_minutes } min po { $unit_price }
       *[other] { $units } × { $unit_minutes } min po { $unit_price }
    }
line-parking-extended = { $units ->
        [1] Produženo vreme: { $unit_minutes } min po { $unit_price }
       *[other] Produženo vreme: { $units } × { $unit_minutes } min po { $unit_price }
    }
line-payments-card-fee = Naknada banke za plaćanje karticom ispod { $below }
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
line-orders-order = Dnevna parking karta
line-wallet-topup = Za depozit
line-other = Stavka koju može da imenuje tek novija verzija aplikacije
notice-parking-clipped = Tražili ste { $asked } min; od ovog parkiranja preostalo je { $offered } min, do { $deadline_time }. Bez ove karte novo parkiranje može da počne { $new_stay_at }.
notice-parking-clipped-by-another = Tražili ste { $asked } min; za ovo vozilo ovde se sada može kupiti { $offered } min.
notice-parking-another-ticket-limits = Druga vaša karta u ovoj zoni ograničava ovo parkiranje: traje najduže do { $deadline_time }.
notice-parking-rounded-up = Vreme se plaća u celim jedinicama: { $granted } min umesto { $asked }.
notice-parking-starts-at-opening = Naplata počinje u { $opens_at_time }: karta važi od tada.
notice-parking-ends-at-closing = Naplata se završava u { $closes_at_time }: plaća se { $granted } min, posle toga je parkiranje besplatno.
notice-parking-rolls-over = Naplata se završava pre toga; ostatak teče od sledećeg početka naplate, do { $ends_at }.
notice-parking-no-refund = Plaćeno a neiskorišćeno vreme se ne vraća.
notice-garages-exit-without-delay = Garaža ne navodi vreme za izlazak posle plaćanja: izađite bez odlaganja.
notice-garages-unused-days-lost = { $days ->
        [one] { $days } dan karte ostaje neiskorišćen; ne vraća se.
        [few] { $days } dana karte ostaju neiskorišćena; ne vraćaju se.
       *[other] { $days } dana karte ostaje neiskorišćeno; ne vraća se.
    }
notice-other = Postoji napomena koju može da prikaže tek novija verzija aplikacije. Ažurirajte aplikaciju.
notice-not_guaranteed = Podsetnik stiže samo ako telefon može da ga prikaže. Karta ističe i bez njega.
plate-warning-look_alike = „{ $typed }” je drugo slovo koje liči na { $read_as }; pročitano je kao { $read_as }.
plate-warning-unusual_letter = Slovo { $letter } jedva da stoji na nekoj tablici. Pogledajte ponovo svoju.
plate-warning-oh_or_zero = O ili 0? Sa drugim znakom bilo bi { $maybe }.
plate-warning-other = O ovoj tablici ima nešto što prikazuje tek novija verzija aplikacije.

## Reči za stanja

ticket-state-active = Plaćeno
ticket-state-expired = Isteklo
ticket-state-voided = Poništeno
ticket-state-lost = Nepoznato operateru
ticket-state-other = Drugo (ažurirajte aplikaciju)
order-state-issued = Za plaćanje
order-state-paid = Plaćeno
order-state-cancelled = Poništeno
order-state-lost = Nepoznato operateru
order-state-other = Drugo (ažurirajte aplikaciju)
payment-state-pending = Čeka banku
payment-state-authorised = Banka je obećala
payment-state-captured = Plaćeno
payment-state-declined = Odbijeno
payment-state-expired = Nije plaćeno na vreme
payment-state-abandoned = Odustali ste
payment-state-voided = Nije naplaćeno
payment-state-refunded = Vraćeno
payment-state-other = Drugo (ažurirajte aplikaciju)
refund-due = { $route ->
        [deposit] { $amount } se vraća na depozit do { $due_at }.
        [transfer] { $amount } će vam biti isplaćeno do { $due_at }.
       *[card] { $amount } se vraća na karticu do { $due_at }.
    }
refund-sent = { $route ->
        [deposit] { $amount } je na putu na vaš depozit.
        [transfer] { $amount } je na putu ka vama.
       *[card] { $amount } je na putu na vašu karticu.
    }
refund-done = { $route ->
        [deposit] { $amount } je vraćeno na depozit.
        [transfer] { $amount } vam je isplaćeno.
       *[card] { $amount } je vraćeno na karticu.
    }
refund-failed = { $amount } još nije moglo da se vrati. Operater to proverava.
refund-other = { $amount } se vraća.
intent-state-unconfirmed = Još nije potvrđeno
intent-state-confirmed = Potvrđeno
intent-state-refused = Odbijeno
intent-state-expired = Nije izvršeno
intent-state-lost = Nepoznato operateru
intent-needs-update = Plaćeno. Šta ste kupili može da prikaže tek novija verzija aplikacije. Ažurirajte aplikaciju.
intent-bought-late = Banka je ipak odobrila uplatu i kupovina je obavljena.
entry-wallet-topup = Dopuna
entry-wallet-refund = Isplata
entry-parking-ticket = Parkiranje
entry-parking-refund = Povraćaj za parkiranje
entry-orders-order = Dnevna karta
entry-garages-visit = Garaža
entry-other = Drugo (ažurirajte aplikaciju)
violation-no_ticket = Bez karte
violation-time_expired = Isteklo plaćeno vreme
channel-app = Aplikacija
channel-sms = SMS
channel-kiosk = Kiosk
clock-unsynced = Vreme još nije provereno kod operatera.
order-due = Za plaćanje { $due }
order-discount = { $due } umesto { $price } do { $discount_until }
order-valid-until = Pokriva vozilo u ovoj zoni do { $valid_until }
sms-what = Pošaljite „{ $body }” na { $number }
sms-price = Jedna poruka kupuje { $minutes } min za { $price }.

## Garaže

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
certainty-official = Kako operater objavljuje
certainty-official_old = Kako je operater ranije objavio
certainty-second_hand = Kako javljaju drugi
certainty-assumed = Pretpostavka

## Podsetnici

reminder-before = { $minutes ->
        [one] Još { $minutes } minut parkiranja
       *[other] Još { $minutes } minuta parkiranja
    }
    .body = { $plate }, { $zone }: plaćeno do { $ends_at_time }. Možete produžiti u aplikaciji.
reminder-end = Vreme parkiranja je isteklo
    .body = { $plate }, { $zone }: plaćeno do { $ends_at_time }. Pođite ili produžite dok zona dozvoljava.
reminder-garages-before = Još { $minutes } min za izlazak iz garaže
    .body = { $facility }: izađite do { $leave_by_time }. Posle toga se duguje razlika.
reminder-garages-end = Vreme za izlazak iz garaže je isteklo
    .body = { $facility }: isteklo je u { $leave_by_time }. Ako ste još unutra, pogledajte u aplikaciji koliko dugujete.

## Ekrani: zone u blizini
zones-title = Gde ste parkirali?
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
zones-distance = { $metres } m odavde
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
## Ekrani: cena i kupovina
buy-back = Nazad
buy-zone-described = { $zone }, tabla { $sign }
buy-sign = tabla { $sign }
buy-how-long = Koliko dugo?
buy-minutes = { $minutes } min
buy-wheel-described = Vreme parkiranja. Izabrano { $minutes } minuta, do { $time }.
buy-more = Duže
buy-less = Kraće
buy-stop-longest = { $zone } dozvoljava najviše { $minutes } min
buy-stop-rest = Ovde vam je ostalo { $minutes } min, do { $time }
buy-stop-none = Zona bez vremenskog ograničenja
buy-from-until = { $start } – { $end }
buy-paid-until = važi do { $time }
buy-total = Ukupno sa naknadama
buy-price-held = Cena važi do { $time }
buy-preview = Procena po vašim kartama: bez veze kupovina nije moguća
buy-price-loading = Pitamo za cenu
buy-deposit-after = Depozit { $before } → { $after } posle
buy-deposit-short = Na depozitu nedostaje { $amount }
buy-top-up = Dopunite depozit
buy-pay = Platite { $amount }
buy-pay-described = Platite { $amount } za { $plate }, { $zone }, do { $time }
buy-paying = Plaćanje…
buy-change-plate = Promenite
buy-stop-another = Za ovo vozilo ovde se sada može kupiti { $minutes } min; parkiranje je plaćeno sa drugog naloga
buy-stop-closing = Naplata prestaje u { $time }
buy-expired = Kupovina nije izvršena na vreme
buy-expired-advice = Ponovo zatražite cenu.
buy-by-deposit = Sa depozita
buy-by-card = Karticom
buy-card-note = Plaćate na stranici banke; podaci sa kartice ne stižu do ove aplikacije.
buy-card-not-sold = Ovo se ne prodaje karticom: ne zna se kolika je naknada banke za male uplate.
buy-card-not-sold-advice = Platite sa depozita ili izaberite duže vreme.
buy-pay-card-described = Platite { $amount } karticom na stranici banke za { $plate }, { $zone }, do { $time }
buy-lost = Operater više ne zna da li je ovo plaćeno
buy-lost-advice = Možda jeste, a možda nije. Pogledajte depozit i karte i obratite se operateru.
## Ekrani: karta
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
## Ekrani: dnevne karte
orders-title = Dnevne karte
orders-loading = Tražimo dnevne karte
orders-none = Ovde nije poznata nijedna dnevna karta.
orders-number-why = Dnevna karta je ovde sama ako je izdata posle vaše karte za to vozilo u toj zoni. Svaku drugu nađite po broju na njoj.
orders-number-label = Broj na dnevnoj karti, npr. 4821 0937 5557
orders-number-show = Prikažite je
orders-number-found = Nađena je dnevna karta za { $plate }
orders-choose = Izaberite kartu koju plaćate
orders-row-described = Dnevna karta za { $plate }, { $amount }. { $state }
orders-pay-described = Platite { $amount } sa depozita za dnevnu kartu vozila { $plate }
orders-pay-card-described = Platite { $amount } karticom na stranici banke za dnevnu kartu vozila { $plate }
orders-card-not-sold-advice = Platite je sa depozita.
orders-done = Plaćeno je { $amount } za dnevnu kartu vozila { $plate }
## Ekrani: garaže
garages-title = Garaže i parkirališta
garages-loading = Tražimo garaže
garages-none = U ovom gradu nije poznata nijedna garaža.
garages-near = Slobodna mesta, najbliže prvo
garages-row-described = { $name }. { $places }. { $hours }
garages-unreachable = Sada nije dostupna: dok se ne javi, ovde se ne može platiti
garages-not-heard = Ne zna se da li sada može da se plati
garages-visit-paid-described = { $name }: plaćeno, izađite do { $time }
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
garages-hours = Radno vreme
garages-paid-when = Kada se plaća
garages-on-site = Na licu mesta
garages-in-app = U aplikaciji
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
garages-card-not-sold-advice = Platite sa depozita.
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
garages-visit-lost-why = Operater je izgubio podatke o ovom boravku. Pokažite potvrdu na rampi ili se obratite osoblju.
garages-visit-loading = Otvaramo boravak
## Ekrani: zajednička stanja
state-offline = Nema veze
state-offline-as-of = Prikazano je stanje od { $time }.
state-offline-never = Zone i cene još nisu preuzete.
state-retry = Pokušajte ponovo
state-unconfirmed = Još nije potvrđeno
state-unconfirmed-why = Veza se prekinula posle vašeg dodira u { $time }. Stalno pitamo operatera; nećete biti naplaćeni dvaput.
state-unconfirmed-what = Ostanite uz vozilo dok ne piše „plaćeno”. SMS-om platite samo dugmetom ispod: ono najpre povlači ovo plaćanje.
state-at-bank-why = Završite plaćanje na stranici banke. Ništa nije kupljeno dok banka ne potvrdi; ako se do tada to više ne može dobiti, novac se vraća.
state-check-again = Pitajte ponovo
state-use-sms = Platite SMS-om
state-use-sms-what = SMS { $body } na { $number }
state-lost-open = { $plate }: operater ne zna za ovu kartu
state-lost-what = Kupljena je, a operater je izgubio podatak o njoj. Pokažite kontroloru njen kod i obratite se operateru.
state-unconfirmed-open = { $plate }: plaćanje još nije potvrđeno
state-refused-code = Oznaka { $code }
state-not-charged = Ništa nije naplaćeno.
## Ekrani: prijava, vozilo, dopuna
start-title = Parking · { $city }
start-phone-label = Broj telefona
start-phone-hint = +381 64 123 4567
start-send-code = Pošaljite mi kod
start-code-label = Kod iz SMS-a
start-code-sent = Poslali smo kod na { $phone }.
start-sign-in = Prijavite se
start-other-number = Drugi broj
start-resend = Pošaljite novi kod
start-working = Trenutak…
plate-title = Vaše vozilo
plate-label = Registarska oznaka
plate-hint = BG 789-PP
plate-check = Upišite je tačno kao na vozilu. Karta za drugu tablicu ne važi.
plate-save = Sačuvajte vozilo
topup-title = Dopuna depozita
topup-balance = Depozit sada { $amount }
topup-choose = Koliko?
topup-note = Plaćate karticom na stranici banke. Naknadu snosi operater; podaci sa kartice ne stižu do ove aplikacije.
topup-go = Na stranicu banke: { $amount }
topup-waiting = Čekamo banku
topup-waiting-why = Završite plaćanje na stranici banke. Depozit se menja čim banka potvrdi.
topup-open-bank = Otvorite stranicu banke
topup-give-up = Ipak odustani
topup-done = { $amount } je na depozitu
topup-done-next = Nastavite
