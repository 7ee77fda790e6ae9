## Не болуы мүмкін

error-session_is_own = Бұл — қазір пайдаланып отырған телефоныңыз.
    .advice = Оның орнына шығыңыз.
error-phone_invalid = Бұл нөмірге код жіберуге болмайды.
    .advice = Нөмірді + белгісімен және ел кодымен жазыңыз, мысалы { $example }.
    .plain-advice = Нөмірді + белгісімен және ел кодымен жазыңыз.
error-phone_country_not_served = Бұл елдің нөмірлеріне код жіберілмейді.
    .advice = Код мына елдердің нөмірлеріне жіберіледі: { $countries }.
    .plain-advice = Оператор елінің нөмірін пайдаланыңыз.
error-code_sent_already = Бұл нөмірге код жіберілген және ол әлі жарамды.
    .advice = Соңғы SMS-ті қараңыз немесе { $retry_after_seconds } секундтан кейін жаңа код сұраңыз.
    .plain-advice = Соңғы SMS-ті қараңыз немесе кейінірек жаңа код сұраңыз.
error-code_wrong = { $tries_left ->
        [0] Код қате. Әрекет қалмады.
       *[other] Код қате. { $tries_left } әрекет қалды.
    }
    .advice = { $tries_left ->
        [0] Жаңа код сұраңыз.
       *[other] Соңғы SMS-ті қараңыз.
    }
    .plain = Код қате.
    .plain-advice = Соңғы SMS-ті қараңыз.
error-code_expired = Код ескірген.
    .advice = Жаңасын сұраңыз.
error-code_tries_exhausted = Қате код тым көп енгізілді.
    .advice = Жаңа код сұраңыз.
error-device_key_invalid = Бұл телефонның кілті жарамсыз.
    .advice = Қосымшаны жаңартыңыз немесе телефонды өшіріп қосыңыз.

## Экрандар

start-title = Mesto · { $city }
start-phone-label = Телефон нөмірі
start-phone-hint = +7 707 123 45 67
start-send-code = Код алу
start-code-label = SMS-тегі код
start-code-sent = { $phone } нөміріне код жібердік.
start-sign-in = Кіру
start-other-number = Басқа нөмір
start-resend = Жаңа код жіберу
start-resend-in = { $seconds } секундтан кейін
start-working = Бір сәт…
