// News, works and outages.
package city.mesto.sdk

import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.MonthAvailability
import city.mesto.sdk.core.NoticeId
import city.mesto.sdk.core.NoticesState
import city.mesto.sdk.core.Topic
import kotlinx.coroutines.flow.StateFlow

/** News, works and outages; what was fetched is kept for when there is no network. */
interface NoticesClient {
    /** The current value at once, read when it is asked for first; then every change. */
    val state: StateFlow<NoticesState>

    /** As of this moment: [state] may be a change behind. */
    fun current(): NoticesState

    /** Fetches the notices of a city. Nobody has to be signed in. */
    suspend fun refresh(city: CityId): NoticesState

    /** Marks one notice as read. */
    suspend fun markRead(notice: NoticeId)

    /** Marks every notice as read. */
    suspend fun markAllRead()

    /** How much of a calendar month, `2026-11`, the operator was up, as it says itself. */
    suspend fun availability(city: CityId, month: String): MonthAvailability
}

val MestoClient.notices: NoticesClient get() = part(NoticesClient::class.java, ::NoticesOfCore)

private class NoticesOfCore(private val core: Core) : NoticesClient {
    private val notices = core.client.notices()

    override val state by lazy { core.state(Topic.Notices, notices::state) }

    override fun current() = notices.state()

    override suspend fun refresh(city: CityId) = core.on { notices.refresh(city) }

    override suspend fun markRead(notice: NoticeId) = core.on { notices.markRead(notice) }

    override suspend fun markAllRead() = core.on { notices.markAllRead() }

    override suspend fun availability(city: CityId, month: String) = core.on { notices.availability(city, month) }
}
