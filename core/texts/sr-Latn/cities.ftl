## Šta može da krene naopako

error-keys_missing = Ključevi operatera još nisu preuzeti.
    .advice = Povežite se jednom: posle toga se kodovi proveravaju i bez mreže.
error-revocations_untrusted = Operaterov spisak ugašenih kodova nije verodostojan.
    .advice = Prethodni spisak i dalje važi. Koristite drugu mrežu i pokušajte ponovo.
error-keys_untrusted = Ključevi operatera nisu verodostojni.
    .advice = Ništa nije promenjeno. Koristite drugu mrežu i ažurirajte aplikaciju iz zvanične prodavnice.
error-city_untrusted = Zone i cene grada nisu verodostojne.
    .advice = Važe dosadašnje. Koristite drugu mrežu i ažurirajte aplikaciju iz zvanične prodavnice.
error-city_too_new = Grad ima nova pravila koja ova verzija aplikacije ne poznaje.
    .advice = Ažurirajte aplikaciju. Do tada se prikazuju ranije zone i cene; uvek plaćate cenu koju kaže operator.
