## Что может пойти не так

error-pass_unknown = Такого проездного здесь нет.
    .advice = Выберите из списка.
error-pass_not_for_category = Этот проездной вам не продаётся.
    .advice = Он для пассажиров с льготой. Её оформляют в офисе оператора.
error-pass_overlaps = У вас есть проездной на те же поездки, действует по { $last_on }.
    .advice = Ничего не списано. Покупайте ещё один, только если он действительно нужен.
    .plain = У вас уже есть проездной на те же поездки.
error-pass_not_refundable = Этот проездной больше не возвращается.
    .advice = Проездной можно вернуть до его первого дня, если город это разрешает.
error-pass_missing = Этого проездного нет на телефоне.
    .advice = Обновите список проездных.
error-category_unknown = Такой категории пассажиров в городе нет.
    .advice = Выберите из списка.
error-category_not_granted = Эту категорию никому не присваивают.
    .advice = Выберите ту, которую присваивают.

## Слова и предложения

line-passes-pass = Проездной
entry-passes-pass = Проездной
entry-passes-refund = Возврат за проездной
pass-state-given-back = Возвращён
pass-state-other = Другое (обновите приложение)
passes-days = { $days ->
        [one] { $days } день
        [few] { $days } дня
       *[other] { $days } дней
    }
passes-month = Месяц
passes-no-price = Не для вас
passes-ending = { $pass } заканчивается: { $ends_at }.
passes-given-back = Проездной возвращён, { $price } скоро вернутся.
reminder-passes-ending = Проездной скоро закончится
    .body = { $pass }: действует до { $ends_at }.

## Экраны

passes-title = Мои проездные
passes-none = Проездных пока нет.
passes-benefits-title = Мои льготы
passes-on-sale-title = Проездные в продаже
passes-buy-again = Купить ещё один
passes-forgotten-why = Оператор потерял запись об этом проездном. Спросите в поддержке.
passes-loading = Загружаем проездные
passes-holds = { $first_on } – { $last_on }
passes-coming-title = Начнутся позже
passes-over-title = Раньше
passes-benefit-until = По { $until_on }
passes-benefits-none = Льгот нет. Их оформляет офис оператора.
passes-give-back = Вернуть
passes-give-back-ask = Вернуть этот проездной?
passes-give-back-why = { $price } вернётся туда, откуда оплачено, проездной действовать не будет.
passes-give-back-no = Оставить
passes-giving-back = Возвращаем…
passes-unconfirmed = Проездной ещё не подтверждён
passes-row-described = { $pass }, { $holds }: { $price }
passes-buy-title = Покупка проездного
passes-buy-first = Первый день
passes-buy-last = Последний день
passes-buy-for = Для кого
passes-buy-earlier = На день раньше
passes-buy-later = На день позже
passes-buy-refundable = Его можно вернуть до { $until }.
passes-buy-kept = Возврата нет.
passes-buy-total = К оплате
passes-buy-described = Купить: { $pass } за { $amount }
passes-buy-overlaps = У вас уже есть на те же поездки: { $pass }, по { $last_on }. Покупайте ещё один, только если он нужен.
