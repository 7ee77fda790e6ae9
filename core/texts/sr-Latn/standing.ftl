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

## Ekrani

standing-title = Moj nalog
standing-active = Nalog je aktivan.
standing-suspend = Privremeno zaustavi nalog
standing-suspend-ask = Privremeno zaustaviti nalog?
standing-suspend-why = Ništa se ne može platiti dok ne nastavite. Stanje, kartice, karte i istorija ostaju, a ugovor se ne raskida.
standing-suspend-yes = Zaustavi
standing-suspend-no = Ostavi kako jeste
standing-resume = Nastavi korišćenje
standing-sending = Šalje se…
standing-to-account = Moj nalog
standing-loading = Učitava se nalog
