// News, works and outages of the city: what was fetched last, and what is new.

package city.mesto.ui.news

import city.mesto.sdk.MestoClient
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.NoticeId
import city.mesto.sdk.core.NoticeView
import city.mesto.sdk.core.ServiceNoticeKind
import city.mesto.sdk.notices
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.connectionView
import city.mesto.ui.fromcore.here
import city.mesto.ui.fromcore.isConnection
import city.mesto.ui.fromcore.refusal
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch

/** Where the screen leads to. */
interface NewsNavigation {
    fun retry()

    fun back()
}

class NewsPresenter(private val client: MestoClient, private val scope: CoroutineScope, private val navigation: NewsNavigation) {
    private val shown = MutableStateFlow(NewsUiState())
    private var isFetched = false

    val state: StateFlow<NewsUiState> = shown.asStateFlow()

    fun start() {
        scope.launch { changes(client.notices.state, client.connection).collect { show() } }
        fetch()
    }

    fun on(event: NewsEvent) {
        when (event) {
            is NewsEvent.Read -> quietly { client.notices.markRead(NoticeId(event.notice)) }
            NewsEvent.AllRead -> quietly { client.notices.markAllRead() }
            NewsEvent.Retry -> {
                navigation.retry()
                fetch()
            }
            NewsEvent.Back -> navigation.back()
        }
    }

    private fun show() {
        val known = client.notices.current()
        shown.update { before ->
            before.copy(
                notices = known.notices.map { it.row() }.takeIf { isFetched || it.isNotEmpty() },
                unread = known.unread.toInt(),
                connection = client.connectionView(),
            )
        }
    }

    private fun fetch() {
        scope.launch {
            val refusal = try {
                client.notices.refresh(client.here)
                null
            } catch (failed: MestoException) {
                // Without a connection what was fetched last is shown, and that is said above it.
                if (failed.isConnection) null else failed.refusal()
            }
            isFetched = true
            shown.update { it.copy(refusal = refusal) }
            show()
        }
    }

    /** What was read is remembered on this phone; where it cannot be, it is unread again. */
    private fun quietly(call: suspend () -> Unit) {
        scope.launch {
            try {
                call()
            } catch (failed: MestoException) {
                shown.update { it.copy(refusal = failed.refusal()) }
            }
            show()
        }
    }
}

internal fun NoticeView.row() = NoticeRow(id.value, kind.view(), title, body, beginsAt, endsAt, publishedAt, isRead)

private fun ServiceNoticeKind.view(): NoticeRow.Kind = when (this) {
    ServiceNoticeKind.News -> NoticeRow.Kind.News
    ServiceNoticeKind.PlannedWorks -> NoticeRow.Kind.PlannedWorks
    ServiceNoticeKind.UrgentWorks -> NoticeRow.Kind.UrgentWorks
    ServiceNoticeKind.Outage -> NoticeRow.Kind.Outage
    ServiceNoticeKind.TariffChange -> NoticeRow.Kind.TariffChange
    ServiceNoticeKind.TermsChange -> NoticeRow.Kind.TermsChange
    is ServiceNoticeKind.Other -> NoticeRow.Kind.Other
}
