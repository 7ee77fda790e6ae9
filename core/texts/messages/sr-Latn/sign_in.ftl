# Bez slova sa kvačicama: sa njima bi u jedan SMS stalo samo 70 znakova.
sign-in-code = Mesto: { $code } je vas kod. Vazi { $minutes } min. Ne dajte ga nikome.
