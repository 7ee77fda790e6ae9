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
