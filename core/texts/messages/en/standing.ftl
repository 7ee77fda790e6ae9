# { $reason } is in the operator's words, { $write_to } an address.
standing-blocked = Mesto: your account is blocked: { $reason }. What you paid stays valid. Write to { $write_to }
