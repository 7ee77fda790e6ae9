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
