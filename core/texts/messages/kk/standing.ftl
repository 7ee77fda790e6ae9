# { $reason } — оператордың сөзі, { $write_to } — мекенжай.
standing-blocked = Mesto: аккаунтыңыз бұғатталды: { $reason }. Төленгені жарамды. Хат: { $write_to }
standing-terminated = Mesto: аккаунтыңыз жабылды: { $reason }. Теңгерім қалдығы қайтарылады. Хат: { $write_to }
