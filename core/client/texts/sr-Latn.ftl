error-unknown = Something went wrong.
    .advice = Try again.

### Ekrani aplikacija, po odeljak za svaki

## zone u blizini
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

## cena i kupovina
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
buy-preview = Procena: bez veze kupovina nije moguća
buy-price-loading = Pitamo za cenu
buy-deposit-after = Depozit { $before } → { $after } posle
buy-deposit-short = Na depozitu nedostaje { $amount }
buy-top-up = Dopunite depozit
buy-pay = Platite { $amount }
buy-pay-described = Platite { $amount } za { $plate }, { $zone }, do { $time }
buy-paying = Plaćanje…
buy-change-plate = Promenite

## karta
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

## zajednička stanja
state-offline = Nema veze
state-offline-as-of = Prikazano je stanje od { $time }.
state-offline-never = Zone i cene još nisu preuzete.
state-retry = Pokušajte ponovo
state-unconfirmed = Još nije potvrđeno
state-unconfirmed-why = Veza se prekinula posle vašeg dodira u { $time }. Stalno pitamo operatera; nećete biti naplaćeni dvaput.
state-unconfirmed-what = Ostanite uz vozilo dok ne piše „plaćeno” ili platite SMS-om.
state-check-again = Pitajte ponovo
state-use-sms = Platite SMS-om
state-use-sms-what = SMS { $body } na { $number }
state-unconfirmed-open = { $plate }: plaćanje još nije potvrđeno
state-refused-code = Oznaka { $code }
state-not-charged = Ništa nije naplaćeno.

## prijava, vozilo, dopuna
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
topup-done = { $amount } je na depozitu
topup-done-next = Nastavite
