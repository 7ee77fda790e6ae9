## Что может пойти не так

error-notice_language_missing = Объявление пишут на всех языках города.
    .advice = Напишите его на каждом из них.
error-notice_too_late = О плановых работах сообщают до их начала.
    .advice = Выберите более позднее начало или сообщите о срочных работах.

## Слова и предложения

notices-none = Новостей нет.
notices-unread = { $count ->
    [one] { $count } непрочитанное объявление
    [few] { $count } непрочитанных объявления
    [many] { $count } непрочитанных объявлений
   *[other] { $count } непрочитанного объявления
}

## Экраны

notices-title = Новости и работы
notices-loading = Загружаем новости
notices-kind-news = Новость
notices-kind-planned-works = Плановые работы
notices-kind-urgent-works = Срочные работы
notices-kind-outage = Сбой
notices-kind-tariff-change = Новые тарифы
notices-kind-terms-change = Новые условия
notices-kind-other = Объявление
notices-period = { $begins_at } – { $ends_at }
notices-from = С { $begins_at }
notices-published = Опубликовано { $published_at }
notices-all-read = Отметить всё прочитанным
notices-unread-described = Не прочитано: { $title }
