## Šta može poći naopako

error-partner_terms_missing = Za ove dane nije poznato šta je dogovoreno sa prevoznikom.
    .advice = Izaberite kasnije dane ili zamolite operatora da unese uslove.
error-settlement_period_open = Period koji se sledeći obračunava još traje.
    .advice = Obračunajte ga kada prođe njegov poslednji dan.
