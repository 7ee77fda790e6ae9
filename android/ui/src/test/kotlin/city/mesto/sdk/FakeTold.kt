// What a fake client tells of news, of the account's standing and of the terms.
package city.mesto.sdk

import city.mesto.sdk.core.AcceptedBy
import city.mesto.sdk.core.AcceptedTerms
import city.mesto.sdk.core.AccountStanding
import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.CityTerms
import city.mesto.sdk.core.MonthAvailability
import city.mesto.sdk.core.NoticeId
import city.mesto.sdk.core.NoticeView
import city.mesto.sdk.core.NoticesState
import city.mesto.sdk.core.PublishedTerms
import city.mesto.sdk.core.ServiceNoticeKind
import city.mesto.sdk.core.StandingState
import city.mesto.sdk.core.StandingView
import city.mesto.sdk.core.TermsPending
import java.time.LocalDate
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.update

class FakeNotices(private val fake: FakeMesto) : NoticesClient {
    override val state = MutableStateFlow(NoticesState(emptyList(), 0u))

    /** What the operator has. */
    var published: List<NoticeView> = emptyList()

    override fun current() = state.value

    override suspend fun refresh(city: CityId): NoticesState = fake.ask("notices") {
        val read = state.value.notices.filter { it.isRead }.map { it.id }
        show(published.map { it.copy(isRead = it.id in read) })
        state.value
    }

    override suspend fun markRead(notice: NoticeId) = show(state.value.notices.map { if (it.id == notice) it.copy(isRead = true) else it })

    override suspend fun markAllRead() = show(state.value.notices.map { it.copy(isRead = true) })

    override suspend fun availability(city: CityId, month: String): MonthAvailability = error("no screen shows it")

    private fun show(notices: List<NoticeView>) {
        state.value = NoticesState(notices, notices.count { !it.isRead }.toUInt())
    }

    companion object {
        fun notice(id: String, kind: ServiceNoticeKind, title: String = id) =
            NoticeView(NoticeId(id), kind, Samples.city.id, emptyList(), title, "What happens.", Samples.morning.plusSeconds(3600), Samples.morning.plusSeconds(7200), Samples.morning, false)
    }
}

class FakeStanding(private val fake: FakeMesto) : StandingClient {
    override val state = MutableStateFlow(StandingView(of(StandingState.Active), true))

    override fun current() = state.value

    override suspend fun text(): String? = when (state.value.standing?.state) {
        StandingState.Suspended -> fake.texts.standingSuspended()
        StandingState.Blocked -> fake.texts.standingBlocked(reason = state.value.standing?.reason.orEmpty(), writeTo = state.value.standing?.email.orEmpty())
        else -> null
    }

    override suspend fun suspendAccount(): AccountStanding = fake.ask("suspend") { put(of(StandingState.Suspended, isSuspended = true)) }

    override suspend fun resume(): AccountStanding = fake.ask("resume") { put(of(StandingState.Active)) }

    /** The operator blocked the account. */
    fun block(reason: String) = put(of(StandingState.Blocked).copy(reason = reason, email = "help@example.org"))

    private fun put(standing: AccountStanding): AccountStanding {
        state.update { StandingView(standing, standing.state == StandingState.Active) }
        return standing
    }

    private companion object {
        fun of(state: StandingState, isSuspended: Boolean = false) = AccountStanding(state, isSuspended, null, null, null, null, null)
    }
}

class FakeTerms(private val fake: FakeMesto) : TermsClient {
    /** The newest version, while it was not accepted. */
    var change: TermsPending? = null
    private var acceptedLast: AcceptedTerms? = null

    fun pending() = listOfNotNull(change)

    override suspend fun text(pending: TermsPending) = fake.texts.termsPending(version = pending.version, effectiveOn = pending.effectiveOn.toString())

    override suspend fun list(city: CityId): List<CityTerms> = fake.ask("terms") {
        val first = PublishedTerms("1", LocalDate.of(2025, 1, 1), LocalDate.of(2025, 1, 1), mapOf("en" to "https://rules.example/1"))
        val newest = change?.let { PublishedTerms(it.version, it.publishedOn, it.effectiveOn, it.links) }
        listOf(CityTerms("rules", "city", "1", listOfNotNull(newest, first), listOfNotNull(acceptedLast), change))
    }

    override suspend fun accept(city: CityId, id: String, version: String): AcceptedTerms = fake.ask("acceptTerms") {
        change = null
        AcceptedTerms(city, id, version, AcceptedBy.Person, fake.now).also { acceptedLast = it }
    }

    companion object {
        val second = TermsPending("rules", "2", LocalDate.of(2025, 9, 1), LocalDate.of(2025, 9, 3), isEffective = true, needsAcceptance = true, links = mapOf("en" to "https://rules.example/2", "sr-Latn" to "https://rules.example/2/sr"))
    }
}
