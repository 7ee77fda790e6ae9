## Šta može da krene naopako

error-intents_open = Jedno plaćanje još nije potvrđeno.
    .advice = { $session ->
        [over] Prvo se ponovo prijavite: tada otvoreno plaćanje možete da završite ili otkažete.
       *[other] Završite otvoreno plaćanje ili ga otkažite. Zatim se ponovo odjavite, odnosno zatvorite nalog.
    }
    .plain-advice = Završite otvoreno plaćanje ili ga otkažite. Zatim se ponovo odjavite, odnosno zatvorite nalog.
error-account_owes = Dugujete { $owed }, a na depozitu je { $balance }. Nalog je i dalje otvoren.
    .advice = Dopunite depozit ili platite tamo gde dugujete. Zatim ponovo zatvorite nalog.
    .plain = Dugujete više nego što je na depozitu. Nalog je i dalje otvoren.
    .plain-advice = Dopunite depozit ili platite tamo gde dugujete. Zatim ponovo zatvorite nalog.
