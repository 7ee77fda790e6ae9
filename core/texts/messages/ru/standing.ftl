# { $reason } — слова оператора, { $write_to } — адрес.
standing-blocked = Mesto: ваш аккаунт заблокирован: { $reason }. Оплаченное действует. Пишите: { $write_to }
standing-terminated = Mesto: ваш аккаунт закрыт: { $reason }. Остаток баланса вернётся. Пишите: { $write_to }
