# { $reason } — слова оператора, { $write_to } — адрес.
standing-blocked = Mesto: ваш аккаунт заблокирован: { $reason }. Оплаченное действует. Пишите: { $write_to }
