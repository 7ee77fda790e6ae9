# { $reason } su reči operatora, { $write_to } adresa.
standing-blocked = Mesto: vas nalog je blokiran: { $reason }. Placeno ostaje vazece. Pisite na { $write_to }
