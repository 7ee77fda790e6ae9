// The contract and its changes: what is new, where it is read, and the rider's word.

package city.mesto.ui.terms

import city.mesto.sdk.MestoClient
import city.mesto.sdk.core.CityTerms
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.terms
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.connectionView
import city.mesto.ui.fromcore.here
import city.mesto.ui.fromcore.refusal
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch

/** Where the screen leads to. */
interface TermsNavigation {
    fun account()

    /** The text of the terms, outside of the app's own screens. */
    fun openPage(url: String)

    fun retry()

    fun back()
}

/** `language` is the rider's: the contract stands in several. */
class TermsPresenter(
    private val client: MestoClient,
    private val language: String,
    private val scope: CoroutineScope,
    private val navigation: TermsNavigation,
) {
    private val shown = MutableStateFlow<TermsUiState>(TermsUiState.Loading)

    val state: StateFlow<TermsUiState> = shown.asStateFlow()

    fun start() {
        scope.launch {
            changes(client.connection).collect {
                shown.update { now ->
                    when (now) {
                        TermsUiState.Loading -> now
                        is TermsUiState.Refused -> now.copy(connection = client.connectionView())
                        is TermsUiState.Shown -> now.copy(connection = client.connectionView())
                    }
                }
            }
        }
        scope.launch { read() }
    }

    fun on(event: TermsEvent) {
        when (event) {
            is TermsEvent.Read -> row(event.terms)?.link?.let(navigation::openPage)
            is TermsEvent.Accept -> accept(event.terms)
            TermsEvent.SeeAccount -> navigation.account()
            TermsEvent.Retry -> {
                navigation.retry()
                scope.launch { read() }
            }
            TermsEvent.Back -> navigation.back()
        }
    }

    private fun row(id: String) = (shown.value as? TermsUiState.Shown)?.terms?.find { it.id == id }

    private suspend fun read(why: MestoException? = null) {
        shown.value = try {
            TermsUiState.Shown(client.terms.list(client.here).map { it.row() }, refusal = why?.refusal(), connection = client.connectionView())
        } catch (failed: MestoException) {
            TermsUiState.Refused(failed.refusal(), client.connectionView())
        }
    }

    private suspend fun CityTerms.row(): TermsRow {
        val newest = versions.first()
        return TermsRow(
            id = id,
            inForce = inForce,
            accepted = accepted.firstOrNull()?.let { AcceptedRow(it.version, it.acceptedAt) },
            pending = pending?.let { PendingRow(it.version, client.terms.text(it), it.needsAcceptance) },
            newest = newest.version,
            link = newest.links.let { it[language] ?: it.values.firstOrNull() },
        )
    }

    private fun accept(id: String) {
        val pending = row(id)?.pending ?: return
        val now = shown.value as? TermsUiState.Shown ?: return
        if (now.sending != null) return
        shown.value = now.copy(sending = id, refusal = null)
        scope.launch {
            val why = try {
                client.terms.accept(client.here, id, pending.version)
                null
            } catch (failed: MestoException) {
                failed
            }
            // A newer version may be there by now.
            read(why)
        }
    }
}
