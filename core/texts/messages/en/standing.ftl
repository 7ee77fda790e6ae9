# { $reason } is in the operator's words, { $write_to } an address.
standing-blocked = Mesto: your account is blocked: { $reason }. What you paid stays valid. Write to { $write_to }
standing-terminated = Mesto: your account is closed: { $reason }. What is left of your balance is paid back. Write to { $write_to }
