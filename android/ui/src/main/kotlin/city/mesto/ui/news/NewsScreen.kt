// News, works and outages: newest first, what was not read yet stands out.

package city.mesto.ui.news

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.BorderStroke
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import city.mesto.ui.parts.Bar
import city.mesto.ui.parts.Card
import city.mesto.ui.parts.MainButton
import city.mesto.ui.parts.OfflineNotice
import city.mesto.ui.parts.Page
import city.mesto.ui.parts.QuietButton
import city.mesto.ui.parts.RefusedNotice
import city.mesto.ui.parts.Small
import city.mesto.ui.parts.Waiting
import city.mesto.ui.text.texts
import city.mesto.ui.text.words
import city.mesto.ui.theme.signals

@Composable
fun NewsScreen(state: NewsUiState, onEvent: (NewsEvent) -> Unit, modifier: Modifier = Modifier) {
    Page(
        modifier,
        bar = { Bar(texts.noticesTitle(), onBack = { onEvent(NewsEvent.Back) }) },
        actions = if (state.unread == 0) null else ({ MainButton(texts.noticesAllRead(), { onEvent(NewsEvent.AllRead) }, note = texts.noticesUnread(state.unread.toLong())) }),
    ) {
        OfflineNotice(state.connection, onRetry = { onEvent(NewsEvent.Retry) })
        state.refusal?.let { RefusedNotice(it, actions = { QuietButton(texts.stateRetry(), { onEvent(NewsEvent.Retry) }, fill = true) }) }
        val notices = state.notices
        when {
            notices == null -> Card { Waiting(texts.noticesLoading()) }
            notices.isEmpty() -> Text(texts.noticesNone(), style = MaterialTheme.typography.bodyLarge, color = MaterialTheme.colorScheme.onBackground)
            else -> notices.forEach { NoticeCard(it) { onEvent(NewsEvent.Read(it.id)) } }
        }
    }
}

@Composable
private fun NoticeCard(notice: NoticeRow, onRead: () -> Unit) {
    val colours = MaterialTheme.colorScheme
    val unread = texts.noticesUnreadDescribed(notice.title)
    val border = if (notice.isRead) null else BorderStroke(2.dp, colours.primary)
    if (notice.isRead) {
        Surface(shape = MaterialTheme.shapes.large, color = colours.surface, modifier = Modifier.fillMaxWidth()) { Written(notice) }
    } else {
        Surface(
            onClick = onRead,
            shape = MaterialTheme.shapes.large,
            color = colours.surface,
            border = border,
            modifier = Modifier.fillMaxWidth().semantics {
                role = Role.Button
                contentDescription = unread
            },
        ) { Written(notice) }
    }
}

@Composable
private fun Written(notice: NoticeRow) {
    val colours = MaterialTheme.colorScheme
    val isUrgent = notice.kind == NoticeRow.Kind.Outage || notice.kind == NoticeRow.Kind.UrgentWorks
    Column(verticalArrangement = Arrangement.spacedBy(4.dp), modifier = Modifier.padding(16.dp)) {
        Text(notice.kind.text(), style = MaterialTheme.typography.labelMedium, color = if (isUrgent) signals.attentionMark else colours.onSurfaceVariant)
        Text(notice.title, style = MaterialTheme.typography.titleMedium, color = colours.onSurface)
        period(notice)?.let { Text(it, style = MaterialTheme.typography.bodyLarge, color = colours.onSurface) }
        Text(notice.body, style = MaterialTheme.typography.bodyLarge, color = colours.onSurface)
        Small(texts.noticesPublished(words.dayAndTime(notice.publishedAt)))
    }
}

@Composable
private fun period(notice: NoticeRow): String? {
    val (begins, ends) = notice.beginsAt to notice.endsAt
    return when {
        begins == null -> null
        ends == null -> texts.noticesFrom(words.dayAndTime(begins))
        else -> texts.noticesPeriod(beginsAt = words.dayAndTime(begins), endsAt = words.time(ends, from = begins))
    }
}

@Composable
private fun NoticeRow.Kind.text(): String = when (this) {
    NoticeRow.Kind.News -> texts.noticesKindNews()
    NoticeRow.Kind.PlannedWorks -> texts.noticesKindPlannedWorks()
    NoticeRow.Kind.UrgentWorks -> texts.noticesKindUrgentWorks()
    NoticeRow.Kind.Outage -> texts.noticesKindOutage()
    NoticeRow.Kind.TariffChange -> texts.noticesKindTariffChange()
    NoticeRow.Kind.TermsChange -> texts.noticesKindTermsChange()
    NoticeRow.Kind.Other -> texts.noticesKindOther()
}
