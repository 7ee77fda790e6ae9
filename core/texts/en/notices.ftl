## What can go wrong

error-notice_language_missing = A notice stands in every language of its city.
    .advice = Write it in each of them.
error-notice_too_late = Planned works are announced before they begin.
    .advice = Choose a later beginning, or announce urgent works.

## Words and sentences

notices-none = There is no news.
notices-unread = { $count ->
    [one] { $count } unread notice
   *[other] { $count } unread notices
}

## Screens

notices-title = News and works
notices-loading = Reading the news
notices-kind-news = News
notices-kind-planned-works = Planned works
notices-kind-urgent-works = Urgent works
notices-kind-outage = Something does not work
notices-kind-tariff-change = New fares
notices-kind-terms-change = New terms
notices-kind-other = Notice
notices-period = { $begins_at } – { $ends_at }
notices-from = From { $begins_at }
notices-published = Published { $published_at }
notices-all-read = Mark all as read
notices-unread-described = Unread: { $title }
