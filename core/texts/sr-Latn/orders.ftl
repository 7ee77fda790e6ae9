## Šta može da krene naopako

error-order_missing = Nema takve neplaćene dnevne karte.
    .advice = Osvežite spisak; možda je već plaćena.
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

## Reči i rečenice

line-orders-order = Dnevna parking karta
order-state-issued = Za plaćanje
order-state-paid = Plaćeno
order-state-cancelled = Poništeno
order-state-other = Drugo (ažurirajte aplikaciju)
entry-orders-order = Dnevna karta
order-owed = Za plaćanje { $owed }
order-discount = { $owed } umesto { $price } do { $discount_until }
order-valid-until = Pokriva vozilo u ovoj zoni do { $valid_until }

## Ekrani

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
orders-done = Plaćeno je { $amount } za dnevnu kartu vozila { $plate }
