## Šta može da krene naopako

error-intents_open = Jedno plaćanje još nije potvrđeno.
    .advice = Sačekajte potvrdu, pa se odjavite.
