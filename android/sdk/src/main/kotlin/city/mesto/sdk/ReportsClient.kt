// Reports of trouble.
package city.mesto.sdk

import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.ReportPage
import city.mesto.sdk.core.ReportsState
import city.mesto.sdk.core.Topic
import city.mesto.sdk.core.TroubleReport
import city.mesto.sdk.core.TroubleToReport
import kotlinx.coroutines.flow.StateFlow

/** Reporting trouble to the operator. */
interface ReportsClient {
    /** What was told last: a report that was made, or answered. */
    val state: StateFlow<ReportsState>

    /** As of this moment: [state] may be a change behind. */
    fun current(): ReportsState

    /** Reports a trouble; the answer has the number for the telephone. */
    suspend fun report(city: CityId, trouble: TroubleToReport): TroubleReport

    /**
     * Reports of this account with their answers, newest first; [cursor] is `next` of the page
     * before.
     */
    suspend fun list(cursor: String? = null, limit: Int = 50): ReportPage
}

val MestoClient.reports: ReportsClient get() = part(ReportsClient::class.java, ::ReportsOfCore)

private class ReportsOfCore(private val core: Core) : ReportsClient {
    private val reports = core.client.reports()

    override val state by lazy { core.state(Topic.Reports, reports::state) }

    override fun current() = reports.state()

    override suspend fun report(city: CityId, trouble: TroubleToReport) = core.on { reports.report(city, trouble) }

    override suspend fun list(cursor: String?, limit: Int) = core.on { reports.list(cursor, Core.atLeastNone(limit)) }
}
