// Everything that is shown of news, works and outages.

package city.mesto.ui.news

import androidx.compose.runtime.Immutable
import city.mesto.ui.Connection
import city.mesto.ui.Refusal
import java.time.Instant

@Immutable
data class NewsUiState(
    /** Newest first; null before they were ever fetched. */
    val notices: List<NoticeRow>? = null,
    /** How many were not read yet. */
    val unread: Int = 0,
    /** Why they could not be fetched. */
    val refusal: Refusal? = null,
    val connection: Connection = Connection.Online,
)

@Immutable
data class NoticeRow(
    val id: String,
    val kind: Kind,
    val title: String,
    val body: String,
    val beginsAt: Instant?,
    val endsAt: Instant?,
    val publishedAt: Instant,
    val isRead: Boolean,
) {
    enum class Kind { News, PlannedWorks, UrgentWorks, Outage, TariffChange, TermsChange, Other }
}

/** What anybody can do here. */
sealed interface NewsEvent {
    data class Read(val notice: String) : NewsEvent

    data object AllRead : NewsEvent

    data object Retry : NewsEvent

    data object Back : NewsEvent
}
