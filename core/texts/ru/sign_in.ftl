## Что может пойти не так

error-session_is_own = Это телефон, которым вы пользуетесь.
    .advice = Вместо этого выйдите.
error-phone_invalid = На этот номер нельзя отправить код.
    .advice = Напишите его с + и кодом страны, например { $example }.
    .plain-advice = Напишите его с + и кодом страны.
error-phone_country_not_served = На номера этой страны код не отправляется.
    .advice = Коды отправляются на номера стран: { $countries }.
    .plain-advice = Возьмите номер страны оператора.
error-code_sent_already = Код на этот номер уже отправлен и ещё действует.
    .advice = { $retry_after_seconds ->
        [one] Найдите последнее SMS или запросите новый код через { $retry_after_seconds } секунду.
        [few] Найдите последнее SMS или запросите новый код через { $retry_after_seconds } секунды.
       *[other] Найдите последнее SMS или запросите новый код через { $retry_after_seconds } секунд.
    }
    .plain-advice = Найдите последнее SMS или запросите новый код позже.
error-code_wrong = { $tries_left ->
        [0] Код неверный. Попыток не осталось.
        [one] Код неверный. Осталась { $tries_left } попытка.
        [few] Код неверный. Осталось { $tries_left } попытки.
       *[other] Код неверный. Осталось { $tries_left } попыток.
    }
    .advice = { $tries_left ->
        [0] Запросите новый код.
       *[other] Посмотрите последнее SMS.
    }
    .plain = Код неверный.
    .plain-advice = Посмотрите последнее SMS.
error-code_expired = Код устарел.
    .advice = Запросите новый.
error-code_tries_exhausted = Слишком много неверных кодов.
    .advice = Запросите новый код.
error-device_key_invalid = Ключ этого телефона не годится.
    .advice = Обновите приложение или перезагрузите телефон.

## Экраны

start-title = Mesto · { $city }
start-phone-label = Номер телефона
start-phone-hint = +7 707 123 45 67
start-send-code = Получить код
start-code-label = Код из SMS
start-code-sent = Мы отправили код на номер { $phone }.
start-sign-in = Войти
start-other-number = Другой номер
start-resend = Отправить новый код
start-resend-in = { $seconds ->
        [one] Через { $seconds } секунду
        [few] Через { $seconds } секунды
       *[other] Через { $seconds } секунд
    }
start-working = Минутку…
