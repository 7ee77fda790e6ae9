## Šta može da krene naopako

error-unknown = Nije uspelo.
    .advice = Pokušajte ponovo za koji trenutak. Ako se ponavlja, javite se podršci i navedite oznaku greške.
error-offline = Nema veze sa operaterom.
    .advice = Ništa nije poslato i ništa nije naplaćeno. Potražite signal i pokušajte ponovo.
error-no_answer = Operater nije odgovorio.
    .advice = Ne zna se da li je zahtev stigao. Pokušajte ponovo: ništa se ne radi dvaput.
error-not_signed_in = Niste prijavljeni.
    .advice = Prijavite se brojem telefona.
error-city_missing = Zone i cene grada još nisu na ovom telefonu.
    .advice = Povežite se jednom na internet da se preuzmu.
error-answer_unreadable = Odgovor se ne može pročitati.
    .advice = Javna mreža možda traži prijavu. Ako ne, ažurirajte aplikaciju.
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
error-device_key_failed = Ključ ovog telefona sada ne može da potpiše.
    .advice = Otključajte telefon i pokušajte ponovo.
error-code_of_another_phone = Ovaj kod pokazuje drugi telefon.
    .advice = Premestite kod na ovaj telefon ili ga pokažite na telefonu na kojem je.
error-code_untrusted = Ovaj kod nije verodostojan ili se ne može pročitati.
    .advice = Osvežite i pokušajte ponovo. Ono što ste platili stoji kod operatera: obratite mu se ako se ponavlja.
error-out_of_range = Vrednost je van opsega.
    .advice = Proverite šta ste uneli: premalo je, previše ili predaleko.
error-id_invalid = Aplikacija je tražila nešto čega ne može biti.
    .advice = Ažurirajte aplikaciju. Ništa nije poslato i ništa nije naplaćeno.
error-frame_invalid = Slika kamere ne može da se pročita.
    .advice = Unesite ono što piše pored koda ili ažurirajte aplikaciju.
error-called_off = Prekinuli ste ovo.
    .advice = Ako je bilo plaćanje, pogledajte da li je prošlo pre nego što ponovo platite.
error-set_up_wrong = Aplikacija nije podešena kako treba.
    .advice = Ažurirajte aplikaciju. Ako se ponavlja, javite se onima koji je prave.
error-bad_request = Operater nije razumeo aplikaciju.
    .advice = Ažurirajte aplikaciju.
error-unauthorized = Vaša prijava je istekla.
    .advice = Prijavite se ponovo; vaše karte su sačuvane.
error-forbidden = Vaš nalog nema pravo na ovo.
    .advice = Prijavite se drugim nalogom ili pitajte operatera.
error-not_found = { $what ->
        [slip] Nijedna dnevna karta nema ovaj broj.
       *[other] Ovoga više nema.
    }
    .advice = { $what ->
        [slip] Uporedite ga sa brojem na karti, cifru po cifru. Ako je isti, pitajte operatera.
       *[other] Osvežite i pokušajte ponovo.
    }
    .plain = Ovoga više nema.
    .plain-advice = Osvežite i pokušajte ponovo.
error-method_not_allowed = Operater ovo ne nudi.
    .advice = Ažurirajte aplikaciju.
error-body_too_large = Zahtev je prevelik.
    .advice = Skratite tekst i pokušajte ponovo.
error-content_type_unsupported = Operater ne prima zahtev ove vrste.
    .advice = Ažurirajte aplikaciju.
error-client_too_old = Ova verzija aplikacije se više ne opslužuje.
    .advice = Ažurirajte aplikaciju. Ako žurite, platite bez nje.
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
    .advice = Pokušajte kasnije ili platite bez aplikacije.
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
error-intent_expired = Kupovina nije izvršena na vreme.
    .advice = Ponovo zatražite cenu.
error-device_missing = Ova sesija ne može da prikaže kod.
    .advice = Prijavite se na telefonu koji treba da ga prikaže.
error-city_unknown = Operater ne opslužuje ovaj grad.
    .advice = Izaberite drugi grad.
error-city_outdated = Podaci o gradu su zastareli, pa se ništa ne prodaje.
    .advice = Povežite se na internet da se preuzmu noviji, ili platite bez aplikacije.
error-section_missing = Ovaj grad nema tu uslugu.
    .advice = Izaberite drugi grad ili drugu uslugu.
error-section_too_new = Grad ima nova pravila za ovu uslugu koja ova verzija aplikacije ne poznaje.
    .advice = Ažurirajte aplikaciju. Ostale usluge rade.
error-section_unreadable = Pravila grada za ovu uslugu ne mogu se pročitati.
    .advice = Platite bez aplikacije dok operater to ne ispravi. Ostale usluge rade.
error-cursor_too_old = Spisak promena je prestar.
    .advice = Osvežite; sve se čita iznova.

## Reči i rečenice

notice-not_guaranteed = Podsetnik stiže samo ako telefon može da ga prikaže. Karta ističe i bez njega.

## Ekrani

state-offline = Nema veze
state-offline-as-of = Prikazano je stanje od { $time }.
state-offline-never = Zone i cene još nisu preuzete.
state-retry = Pokušajte ponovo
go-back = Nazad
wheel-less = Kraće
wheel-more = Duže
wheel-minutes = { $minutes } min
distance-metres = { $metres } m odavde
