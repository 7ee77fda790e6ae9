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
