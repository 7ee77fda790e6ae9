## Šta može da krene naopako

error-operator_untrusted = Ono što operator kaže o sebi nije verodostojno.
    .advice = Važi ono što je rekao ranije. Koristite drugu mrežu i ažurirajte aplikaciju iz zvanične prodavnice.
