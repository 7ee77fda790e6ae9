## Šta može da krene naopako

error-terms_not_accepted = Uslovi su promenjeni: verzija { $version } važi od { $effective_on }.
    .advice = Pročitajte ih i prihvatite. Ako se ne slažete, privremeno zaustavite nalog ili ga zatvorite.
    .plain = Uslovi su promenjeni i još nisu prihvaćeni.
    .plain-advice = Pročitajte ih i prihvatite. Ako se ne slažete, privremeno zaustavite nalog ili ga zatvorite.
error-terms_unknown = U međuvremenu postoje noviji uslovi.
    .advice = Pročitajte najnoviju verziju i prihvatite nju.

## Reči i rečenice

terms-pending = Novi uslovi: verzija { $version } važi od { $effective_on }. Ko plaća od tog dana, prihvata ih.
terms-to-accept = Novi uslovi: verzija { $version } važi od { $effective_on }. Od tog dana morate da ih prihvatite pre plaćanja.

## Ekrani

terms-title = Uslovi
terms-loading = Učitavaju se uslovi
terms-see = Pogledaj nove uslove
terms-read = Pročitaj verziju { $version }
terms-accept = Prihvatam verziju { $version }
terms-accepting = Šalje se…
terms-in-force = Važi verzija { $version }
terms-accepted = Verzija { $version } prihvaćena { $accepted_at }
terms-disagree = Ako se ne slažete, privremeno zaustavite nalog ili odustanite od ugovora e-poštom pre nego što promena počne da važi. Stanje i kartice ostaju.
terms-none = Nema ničeg novog za prihvatanje.
