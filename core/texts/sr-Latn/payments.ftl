## Šta može da krene naopako

error-intent_missing = Ovo plaćanje nije na telefonu.
    .advice = Pogledajte u istoriji šta je plaćeno.
error-unconfirmed = Još se ne zna da li je plaćeno.
    .advice = { $where ->
        [bank] Dovršite na stranici banke ili tamo odustanite. Do tada se ništa novo ne plaća.
       *[other] Ne plaćajte još na drugi način. Potražite signal; aplikacija i dalje pita.
    }
    .plain-advice = Ne plaćajte još na drugi način. Potražite signal; aplikacija i dalje pita.
error-intent_forgotten = Operater više ne zna da li je ovo plaćeno.
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
error-card_declined = Banka je odbila karticu.
    .advice = Ništa nije naplaćeno. Koristite drugu karticu ili pitajte svoju banku.
error-authentication_failed = Banka nije mogla da potvrdi da ste to vi.
    .advice = Ništa nije naplaćeno. Pokušajte ponovo i proverite kod koji šalje banka.
error-cancelled = Odustali ste na stranici banke.
    .advice = Ništa nije naplaćeno.
error-expired = Banka nije odgovorila na vreme.
    .advice = Ako banka ipak naplati karticu, dobićete ono što ste želeli ili novac nazad.
error-bank_refused = Banka je odbila plaćanje.
    .advice = Ništa nije naplaćeno. Koristite drugu karticu ili pitajte svoju banku.
error-tariff_unknown = Cena nije poznata, pa se ništa ne prodaje.
    .advice = Pogledajte cene na licu mesta ({ $facility_name }) i platite tamo.
    .plain-advice = Pogledajte istaknute cene i platite na licu mesta.
error-card_fee_unknown = Ispod { $below } ovo se ne prodaje karticom: naknada banke nije poznata.
    .advice = Platite sa depozita.
    .plain = Ovo se ne prodaje karticom: ne zna se kolika je naknada banke za male uplate.
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
    .advice = Pogledajte šta ste kupili.
error-quote_stale = Ponuda više ne važi: sada bi bilo { $minutes } min za { $total }, do { $ends_at_time }.
    .advice = Zatražite cenu ponovo; ništa nije naplaćeno.
    .plain = Ponuda više ne važi.
error-quote_altered = Prikazana cena nije cena koja je ponuđena.
    .advice = Zatražite cenu ponovo; ništa nije naplaćeno.
error-notice_contradicts = Banka javlja dve različite stvari o istoj uplati.
    .advice = Operater to proverava. Ništa nije izgubljeno.
error-notice_invalid = Poruka banke nije verodostojna.
    .advice = Ništa nije naplaćeno. Pokušajte kasnije.

## Reči i rečenice

line-payments-card-fee = Naknada banke za plaćanje karticom ispod { $below }
line-other = Stavka koju može da imenuje tek novija verzija aplikacije
notice-other = Postoji napomena koju može da prikaže tek novija verzija aplikacije. Ažurirajte aplikaciju.
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
intent-state-forgotten = Nepoznato operateru
intent-needs-update = Plaćeno. Šta ste kupili može da prikaže tek novija verzija aplikacije. Ažurirajte aplikaciju.
intent-bought-late = Banka je ipak odobrila uplatu i kupovina je obavljena.

## Ekrani

state-unconfirmed = Još nije potvrđeno
state-unconfirmed-why = Veza se prekinula posle vašeg dodira u { $time }. Stalno pitamo operatera; nećete biti naplaćeni dvaput.
state-unconfirmed-what = Sačekajte dok ne piše „plaćeno”. Na drugi način platite samo dugmetom ispod: ono najpre povlači ovo plaćanje.
state-at-bank-why = Završite plaćanje na stranici banke. Ništa nije kupljeno dok banka ne potvrdi; ako se do tada to više ne može dobiti, novac se vraća.
state-check-again = Pitajte ponovo
state-forgotten-open = { $plate }: operater ne zna za ovu kartu
state-forgotten-what = Kupljena je, a operater je izgubio podatak o njoj. Pokažite kontroloru njen kod i obratite se operateru.
state-unconfirmed-open = { $plate }: plaćanje još nije potvrđeno
state-refused-code = Oznaka { $code }
buy-by-deposit = Sa depozita
buy-by-card = Karticom
buy-card-note = Plaćate na stranici banke; podaci sa kartice ne stižu do ove aplikacije.
buy-deposit-short = Na depozitu nedostaje { $amount }
buy-top-up = Dopunite depozit
buy-price-loading = Pitamo za cenu
buy-price-held = Cena važi do { $time }
buy-total = Ukupno sa naknadama
buy-pay = Platite { $amount }
buy-paying = Plaćanje…
state-not-charged = Ništa nije naplaćeno.
state-use-sms = Platite SMS-om
state-use-sms-what = SMS { $body } na { $number }
state-forgotten = Nepoznato operateru
