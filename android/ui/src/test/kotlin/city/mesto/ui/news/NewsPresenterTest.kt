// News, works and outages without pixels.

package city.mesto.ui.news

import city.mesto.sdk.FakeMesto
import city.mesto.sdk.FakeNotices
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.ServiceNoticeKind
import kotlin.test.assertEquals
import kotlin.test.assertNull
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Test

@OptIn(ExperimentalCoroutinesApi::class)
class NewsPresenterTest {
    private val went = mutableListOf<String>()
    private val navigation = object : NewsNavigation {
        override fun retry() { went += "retry" }

        override fun back() { went += "back" }
    }
    private val fake = FakeMesto()

    private fun TestScope.presenter() = NewsPresenter(fake, backgroundScope, navigation).apply { start() }

    @Test
    fun works_and_outages_are_there_with_their_times_and_what_was_read_is_remembered_av_95_av_104() = runTest {
        fake.notices.published = listOf(FakeNotices.notice("nt1", ServiceNoticeKind.PlannedWorks), FakeNotices.notice("nt2", ServiceNoticeKind.Outage))
        val presenter = presenter()
        assertNull(presenter.state.value.notices, "nobody told yet")
        runCurrent()
        assertEquals(listOf(NoticeRow.Kind.PlannedWorks, NoticeRow.Kind.Outage), presenter.state.value.notices?.map { it.kind })
        assertEquals(2, presenter.state.value.unread)
        presenter.on(NewsEvent.Read("nt1"))
        runCurrent()
        assertEquals(listOf(true, false), presenter.state.value.notices?.map { it.isRead })
        presenter.on(NewsEvent.AllRead)
        runCurrent()
        assertEquals(0, presenter.state.value.unread)
    }

    @Test
    fun without_a_connection_what_was_fetched_last_is_shown_and_a_refusal_is_said_av_95() = runTest {
        fake.notices.published = listOf(FakeNotices.notice("nt1", ServiceNoticeKind.News))
        fake.failure = MestoException.Offline("offline", "No connection.", "", emptyMap(), "", null, false)
        val presenter = presenter()
        runCurrent()
        assertEquals(emptyList(), presenter.state.value.notices)
        assertNull(presenter.state.value.refusal)
        fake.failure = MestoException.Refused("unavailable", "Not now.", "", emptyMap(), "", null, false)
        presenter.on(NewsEvent.Retry)
        runCurrent()
        assertEquals("unavailable", presenter.state.value.refusal?.code)
        assertEquals(listOf("retry"), went)
        presenter.on(NewsEvent.Retry)
        runCurrent()
        assertEquals(1, presenter.state.value.notices?.size)
        assertNull(presenter.state.value.refusal)
    }
}
