## Šta može da pođe naopako

error-pass_unknown = Takve pretplatne karte ovde nema.
    .advice = Izaberite jednu sa spiska.
error-pass_not_for_category = Ova pretplatna karta se vama ne prodaje.
    .advice = Ona je za putnike sa povlasticom. Dodeljuje je poslovnica operatera.
error-pass_overlaps = Imate pretplatnu kartu za iste vožnje do { $last_on }.
    .advice = Ništa nije naplaćeno. Kupite još jednu samo ako to zaista želite.
    .plain = Već imate pretplatnu kartu za iste vožnje.
error-pass_not_refundable = Ova pretplatna karta se više ne vraća.
    .advice = Može se vratiti pre prvog dana, ako grad tako kaže.
error-pass_missing = Ove pretplatne karte nema na telefonu.
    .advice = Osvežite spisak pretplatnih karata.
error-category_unknown = Takve kategorije putnika u gradu nema.
    .advice = Izaberite jednu sa spiska.
error-category_not_granted = Ova kategorija se nikome ne dodeljuje.
    .advice = Izaberite onu koja se dodeljuje.

## Reči i rečenice

line-passes-pass = Pretplatna karta
entry-passes-pass = Pretplatna karta
entry-passes-refund = Vraćeno za pretplatnu kartu
pass-state-given-back = Vraćena
pass-state-other = Drugo (ažurirajte aplikaciju)
passes-days = { $days ->
        [one] { $days } dan
        [few] { $days } dana
       *[other] { $days } dana
    }
passes-month = Mesec dana
passes-no-price = Nije za vas
passes-ending = { $pass } ističe: { $ends_at }.
passes-given-back = Pretplatna karta je vraćena, { $price } se vraća.
reminder-passes-ending = Pretplatna karta uskoro ističe
    .body = { $pass }: važi do { $ends_at }.

## Ekrani

passes-title = Moje pretplatne karte
passes-none = Još nema pretplatnih karata.
passes-benefits-title = Moje povlastice
passes-on-sale-title = Pretplatne karte u prodaji
passes-buy-again = Kupi još jednu
passes-forgotten-why = Operater je izgubio podatke o ovoj pretplatnoj karti. Pitajte podršku.
passes-loading = Učitavaju se pretplatne karte
passes-holds = { $first_on } – { $last_on }
passes-coming-title = Počinju kasnije
passes-over-title = Ranije
passes-benefit-until = Do { $until_on }
passes-benefits-none = Nema povlastica. Dodeljuje ih poslovnica operatera.
passes-give-back = Vrati
passes-give-back-ask = Vratiti ovu pretplatnu kartu?
passes-give-back-why = { $price } se vraća odakle je plaćeno, a karta ne važi.
passes-give-back-no = Zadrži
passes-giving-back = Vraća se…
passes-unconfirmed = Pretplatna karta još nije potvrđena
passes-row-described = { $pass }, { $holds }: { $price }
passes-buy-title = Kupovina pretplatne karte
passes-buy-first = Prvi dan
passes-buy-last = Poslednji dan
passes-buy-for = Za
passes-buy-earlier = Dan ranije
passes-buy-later = Dan kasnije
passes-buy-refundable = Može se vratiti do { $until }.
passes-buy-kept = Ne vraća se.
passes-buy-total = Za plaćanje
passes-buy-described = Kupi: { $pass } za { $amount }
passes-buy-overlaps = Već imate: { $pass } za iste vožnje do { $last_on }. Još jedna se kupuje samo ako to zaista želite.
