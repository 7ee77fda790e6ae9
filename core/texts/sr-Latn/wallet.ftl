## Šta može da krene naopako

error-deposit_too_low = Na depozitu je { $balance }, nedostaje { $missing }.
    .advice = Dopunite depozit i kupite ponovo.
    .plain = Depozit ne pokriva ovo.
error-amount_not_offered = Depozit prima samo određene iznose.
    .advice = Izaberite jedan od: { $offered } { $currency }.
    .plain-advice = Izaberite jedan od prikazanih iznosa.

## Reči i rečenice

line-wallet-topup = Za depozit
entry-wallet-topup = Dopuna
entry-wallet-refund = Isplata
entry-claims-paid = Plaćeno dugovanje
entry-other = Drugo (ažurirajte aplikaciju)
wallet-low = Na depozitu je { $balance }, manje od { $below }. Dopunite ga pre vožnje.

## Ekrani

topup-title = Dopuna depozita
topup-balance = Depozit sada { $amount }
topup-choose = Koliko?
topup-note = Plaćate karticom na stranici banke. Naknadu snosi operater; podaci sa kartice ne stižu do ove aplikacije.
topup-go = Na stranicu banke: { $amount }
topup-waiting = Čekamo banku
topup-waiting-why = Završite plaćanje na stranici banke. Depozit se menja čim banka potvrdi.
topup-open-bank = Otvorite stranicu banke
topup-give-up = Ipak odustani
topup-done = { $amount } je na depozitu
topup-done-next = Nastavite
wallet-past-as-of = Stanje: { $at }
