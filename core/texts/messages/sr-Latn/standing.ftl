# { $reason } su reči operatora, { $write_to } adresa.
standing-blocked = Mesto: vas nalog je blokiran: { $reason }. Placeno ostaje vazece. Pisite na { $write_to }
standing-terminated = Mesto: vas nalog je zatvoren: { $reason }. Ostatak depozita se vraca. Pisite na { $write_to }
