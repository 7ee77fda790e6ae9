## Šta može da pođe naopako

error-not_a_merchant_code = Ovo nije kod prodavca; vodi na { $host }.
    .advice = Ništa nije otvoreno i ništa nije naplaćeno. Skenirajte kod na kasi ili ukucajte njegove znakove.
    .plain = Ovo nije kod prodavca.
error-merchant_code_of_another_city = Ovaj kod pripada gradu { $city_name }.
    .advice = Ovde se njime ne plaća. Izaberite taj grad ili skenirajte kod kase kod koje ste.
    .plain = Ovaj kod pripada drugom gradu.
error-merchant_code_unreadable = Ovaj kod je oštećen ili izmenjen.
    .advice = Skenirajte ga ponovo ili ukucajte njegova slova i cifre.
error-merchant_code_unknown = Nijedan prodavac ovde nema ovaj kod.
    .advice = Uporedite ga sa kodom na kasi.
error-merchant_not_active = Ovaj prodavac sada ne prima plaćanja.
    .advice = Ništa nije naplaćeno. Platite na drugi način.
error-till_closed = Ova kasa je zatvorena.
    .advice = Ništa nije naplaćeno. Platite na drugoj kasi.
error-invoice_paid = Ovaj račun je već plaćen.
    .advice = Ništa više nije naplaćeno. Pogledajte svoja plaćanja.
error-invoice_over = Ovaj račun više ne može da se plati.
    .advice = Ništa nije naplaćeno. Tražite od prodavca novi.
error-invoice_amount_differs = Ovaj račun je na { $amount }.
    .advice = Platite tačno toliko ili tražite od prodavca novi.
    .plain = Ovaj račun je na drugi iznos.
error-payment_amount_missing = Ovaj kod ne traži iznos.
    .advice = Ukucajte koliko plaćate.
error-payment_day_limit = U jednom danu se prodavcima plaća najviše { $most }; danas je ostalo { $left }.
    .advice = Platite manje ili sutra.
    .plain = Toliko se prodavcima ne plaća u jednom danu.
error-payment_repeated = Ovde ste isti iznos platili u { $paid_at_time }.
    .advice = Ništa više nije naplaćeno. Potvrdite ponovo samo ako to zaista želite.
    .plain = Ovde ste malopre platili isti iznos.
error-invoice_reference_used = Kasa je pod ovim brojem tražila { $amount }.
    .advice = Uzmite drugi broj.
    .plain = Kasa je pod ovim brojem tražila drugi iznos.
error-give_back_too_much = Od ovog plaćanja ostalo je { $left }.
    .advice = Vratite najviše toliko.
    .plain = Toliko nije ostalo od ovog plaćanja.
error-give_back_over = Ovo plaćanje moglo je da se vrati do { $until }.
    .advice = Dogovorite se sa kupcem drugačije.
    .plain = Ovo plaćanje se više ne vraća.
error-give_back_not_whole = Plaćanje koje je bilo greška vraća se celo: { $left }.
    .advice = Vratite sve ili ne navodite da je bila greška.
    .plain = Plaćanje koje je bilo greška vraća se celo.
error-give_back_reference_used = Pod ovim brojem vraćeno je { $amount }.
    .advice = Uzmite drugi broj.
    .plain = Pod ovim brojem vraćen je drugi iznos.
error-merchant_category_unknown = Takve kategorije prodavaca nema u gradu.
    .advice = Izaberite jednu sa spiska.
error-merchant_ended = Ugovor sa ovim prodavcem je istekao.
    .advice = Više se ništa ne menja.

## Reči i rečenice

line-merchants-payment = Plaćanje
line-merchants-fee = Provizija
entry-merchants-payment = Plaćanje prodavcu
entry-merchants-refund = Povraćaj od prodavca
notice-merchants-accepts = Plaćanjem prihvatate javni ugovor organizacije { $organisation } (verzija { $version }, { $link }) i ugovor sa prodavcem i nalažete agentu da za to proda elektronski novac.
notice-merchants-fee-irrevocable = Saglasni ste sa provizijom od { $fee }; ova saglasnost se ne može povući.
merchant-payment-state-paid = Plaćeno
merchant-payment-state-partly-given-back = Delimično vraćeno
merchant-payment-state-given-back = Vraćeno
merchant-payment-state-other = Drugo (ažurirajte aplikaciju)
merchants-paid = { $merchant }: plaćeno { $amount }. Račun { $number }.
merchants-missing = Na depozitu nedostaje { $missing }.

## Ekrani

merchants-title = Moja plaćanja
merchants-none = Još nema plaćanja.
merchants-pay-again = Plati isto ponovo
merchants-forgotten-why = Operater je izgubio podatke o ovom plaćanju. Pitajte podršku.
