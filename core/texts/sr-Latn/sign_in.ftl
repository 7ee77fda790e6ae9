## Šta može da krene naopako

error-session_is_own = Ovo je telefon koji upravo koristite.
    .advice = Umesto toga se odjavite.
error-phone_invalid = Na ovaj broj telefona kod ne može da se pošalje.
    .advice = Upišite ga sa + i oznakom zemlje, kao { $example }.
    .plain-advice = Upišite ga sa + i brojem zemlje.
error-phone_country_not_served = Na brojeve ove zemlje kod se ne šalje.
    .advice = Kod se šalje na brojeve ovih zemalja: { $countries }.
    .plain-advice = Upišite broj iz zemlje operatora.
error-code_sent_already = Kod je već poslat na ovaj broj i još važi.
    .advice = { $retry_after_seconds ->
        [one] Pogledajte najnoviji SMS ili zatražite drugi kod za { $retry_after_seconds } sekundu.
        [few] Pogledajte najnoviji SMS ili zatražite drugi kod za { $retry_after_seconds } sekunde.
       *[other] Pogledajte najnoviji SMS ili zatražite drugi kod za { $retry_after_seconds } sekundi.
    }
    .plain-advice = Pogledajte najnoviji SMS ili kasnije zatražite drugi kod.
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
error-device_key_invalid = Ključ ovog telefona nije upotrebljiv.
    .advice = Ažurirajte aplikaciju ili ponovo pokrenite telefon.

## Ekrani

start-title = Parking · { $city }
start-phone-label = Broj telefona
start-phone-hint = +381 64 123 4567
start-send-code = Pošaljite mi kod
start-code-label = Kod iz SMS-a
start-code-sent = Poslali smo kod na { $phone }.
start-sign-in = Prijavite se
start-other-number = Drugi broj
start-resend = Pošaljite novi kod
start-resend-in = { $seconds ->
        [one] Za { $seconds } sekundu
        [few] Za { $seconds } sekunde
       *[other] Za { $seconds } sekundi
    }
start-working = Trenutak…
