## Šta može da krene naopako

error-account_suspended = Privremeno ste zaustavili ovaj nalog.
    .advice = Nastavite korišćenje u svom nalogu, pa platite.
error-account_blocked = Operator je blokirao ovaj nalog: { $reason }
    .advice = Pišite operatoru. Što ste platili, i dalje važi; nalog možete da pregledate i zatvorite.
    .plain = Operator je blokirao ovaj nalog.
    .plain-advice = Pišite operatoru. Što ste platili, i dalje važi; nalog možete da pregledate i zatvorite.

## Reči i rečenice

standing-suspended = Privremeno ste zaustavili nalog. Depozit, kartice i karte ostaju; nastavite korišćenje da biste platili.
standing-blocked = Operator je blokirao vaš nalog: { $reason }. Što ste platili, i dalje važi. Pišite na { $write_to }.
