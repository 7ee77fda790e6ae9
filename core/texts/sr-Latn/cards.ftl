## Šta može da pođe po zlu

error-card_unknown = Nijedna kartica nema ovaj broj i ovaj kod.
    .advice = Uporedite oba sa karticom: broj ima od 8 do 20 cifara, kod stoji pored QR-a.
error-card_linked_elsewhere = Ova kartica pripada drugom nalogu.
    .advice = Ako je vaša, dođite u kancelariju partnera sa ličnim dokumentom i karticom.
error-card_only_standard = Više od jedne kartice povezuje se samo sa tarifom Standard.
    .advice = Prvo raskinite vezu sa drugom karticom ili ostavite ovu kakva je: vozi i bez naloga.
error-cards_too_many = Najveći broj kartica jednog naloga je { $most }.
    .advice = Raskinite vezu sa onom koja vam ne treba.
    .plain = Toliko kartica se ne povezuje sa jednim nalogom.
error-card_office_needed = Kartica { $card } je izgubljena ili ukradena: ostalo se radi u kancelariji partnera.
    .advice = Dođite lično, sa zahtevom, originalom ličnog dokumenta i drugom karticom. Stanje prelazi na nju.
    .plain = Posle gubitka ili krađe ostalo se radi u kancelariji partnera.
error-card_blocked = Ova kartica je blokirana.
    .advice = Ako je pronađena ili je blokirana greškom, dođite u kancelariju partnera sa ličnim dokumentom.
error-card_replaced = Umesto ove kartice važi druga.
    .advice = Koristite tu karticu: stanje je na njoj.
error-card_top_up_too_much = Na karticu se odjednom uplaćuje najviše { $most }.
    .advice = Dopunite je više puta: ni broj dopuna ni stanje nisu ograničeni.
    .plain = Toliko se odjednom ne uplaćuje na karticu.
error-card_top_up_too_little = Na karticu se uplaćuje najmanje { $least }.
    .advice = Izaberite veći iznos.
    .plain = Tako malo se ne uplaćuje na karticu.
error-card_kind_unknown = Grad nema kartice ove vrste.
    .advice = Izaberite jednu od: { $known }.
    .plain-advice = Izaberite jednu od vrsta grada.
error-card_taken = Druga kartica ima ovaj broj ili ovaj kod.
    .advice = Uporedite broj, kod i vrstu sa karticom.
error-card_not_linked = Kartica { $card } nije povezana ni sa jednim nalogom.
    .advice = Korisnik je prvo povezuje u aplikaciji.
    .plain = Ova kartica nije povezana ni sa jednim nalogom.
error-identification_required = Ovo se radi samo za potvrđenog korisnika.
    .advice = Pogledajte original ličnog dokumenta i prvo potvrdite korisnika.
error-card_missing = Ove kartice nema na telefonu.
    .advice = Osvežite spisak kartica.

## Reči i rečenice

line-cards-top-up = Na karticu { $number_masked }
entry-cards-ride = Vožnja
entry-cards-refund = Vraćeno za vožnju
entry-cards-held = Dopuna
entry-cards-replaced = Sa prethodne kartice
entry-cards-top-up = Dopuna kartice
entry-cards-returned = Vraćena dopuna kartice
card-state-active = Važi
card-state-blocked = Blokirana
card-state-replaced = Zamenjena
card-state-other = Drugo (ažurirajte aplikaciju)
card-trouble-lost = Izgubljena
card-trouble-stolen = Ukradena
card-trouble-defective = Neispravna
card-trouble-stopped = Zaustavio je operater
card-trouble-other = Drugo (ažurirajte aplikaciju)
card-top-up-waiting = Prislonite karticu na čitač do { $hold_until }
card-top-up-held = Na kartici
card-top-up-returned = Vraćeno: kartica nije prislonjena na vreme
card-top-up-other = Drugo (ažurirajte aplikaciju)
cards-rides-left = { $count ->
        [0] Nema dovoljno za vožnju
        [one] Dovoljno za { $count } vožnju
        [few] Dovoljno za { $count } vožnje
       *[other] Dovoljno za { $count } vožnji
    }

## Ekrani

cards-title = Moje prevozne kartice
cards-none = Još nema kartica. Kartica vozi i bez naloga.
cards-balance = { $amount }, stanje u { $as_of }
cards-balance-note = Čitači javljaju sa zakašnjenjem: vožnje posle tog trenutka mogu da nedostaju.
cards-inactive = Nije korišćena godinu dana. I dalje vozi, a vožnja je ponovo čini aktivnom.
cards-linked = Kartica { $number_masked } je povezana
cards-unlinked = Veza sa karticom je raskinuta. Stanje ostaje na njoj.
cards-top-up-paid = Plaćeno: { $amount }. Prislonite karticu na čitač do { $hold_until }, najmanje 2 sekunde.
cards-blocked-now = Blokirana. Dođite lično u kancelariju partnera, sa zahtevom, originalom ličnog dokumenta i drugom svojom karticom.
cards-defective-now = Zabeleženo. Da biste je zamenili, dođite sa karticom i ličnim dokumentom u kancelariju partnera.
cards-none-moved = Još ništa.
card-tariff-standard = Standard
card-tariff-benefit = Sa povlasticom
card-tariff-other = Drugo (ažurirajte aplikaciju)
cards-loading = Učitavaju se kartice
cards-row-described = Kartica { $card }: { $balance }, { $state }
cards-state-why = { $state }: { $trouble }
cards-waits = Plaćeno, a još nije na kartici: { $amount }
cards-unconfirmed = Dopuna kartice još nije potvrđena
cards-balance-elsewhere = Stanje pokazuje i terminal u vozilu, a čita ga i kondukter svojim terminalom.
cards-card-title = Prevozna kartica
cards-tariff = Tarifa
cards-top-ups = Dopune
cards-history = Promene stanja
cards-history-loading = Učitavaju se promene stanja
cards-history-more = Prikaži još
cards-lost = Izgubljena je
cards-stolen = Ukradena je
cards-defective = Ne može da se pročita
cards-unlink = Raskini vezu sa karticom
cards-block-ask = Blokirati ovu karticu sada?
cards-block-why = Više ne vozi i ne dopunjava se. Stanje ostaje i prelazi na drugu karticu u kancelariji partnera; ovde je ne možete odblokirati.
cards-block-yes = Blokiraj karticu
cards-defective-ask = Prijaviti da kartica ne može da se pročita?
cards-defective-why = Menja se u kancelariji partnera. Do tada vozi gde može da se pročita.
cards-defective-yes = Prijavi
cards-unlink-ask = Raskinuti vezu sa ovom karticom?
cards-unlink-why = Stanje ostaje na njoj i ona i dalje vozi. Ovde je više nećete videti.
cards-unlink-yes = Raskini vezu
cards-leave = Ostavi kako jeste
cards-sending = Šalje se…
cards-link-go = Poveži karticu
cards-linking = Povezuje se…
cards-link-number = Broj kartice
cards-link-number-why = Od 8 do 20 cifara
cards-link-code = Odštampani kod
cards-link-code-why = Pored QR-a na kartici
cards-link-look = Držite QR kartice u okviru ili unesite kod.
cards-link-read = Kod je pročitan. Unesite i broj.
cards-link-second = Već imate karticu
cards-link-second-why = Još jedna se povezuje samo kada su sve sa tarifom Standard.
cards-link-second-office = Umesto izgubljene ili ukradene kartice, druga vaša aktivna kartica se potvrđenom korisniku povezuje u kancelariji partnera: dođite lično sa zahtevom i originalom ličnog dokumenta.
cards-top-up-go = Dopuni
cards-top-up-title = Dopuna kartice
cards-top-up-amount = Iznos
cards-top-up-limits = Odjednom od { $smallest } do { $largest }. Broj dopuna i stanje nisu ograničeni.
cards-top-up-price = Prikaži cenu
cards-top-up-hold = Kad platite, prislonite karticu na čitač do { $hold_until }, najmanje 2 sekunde. Pre toga nije na kartici.
cards-top-up-total = Za plaćanje
cards-top-up-described = Plati { $amount } na karticu { $card }
cards-stopped-why = Ako je to greška, dođite u kancelariju partnera sa ličnim dokumentom.
cards-replaced-why = Umesto nje važi druga kartica: stanje je na njoj.
