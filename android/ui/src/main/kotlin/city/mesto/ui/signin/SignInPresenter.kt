// Sign in: the number, the code that was sent to it, the session.

package city.mesto.ui.signin

import androidx.lifecycle.SavedStateHandle
import androidx.lifecycle.serialization.saved
import city.mesto.sdk.MestoClient
import city.mesto.sdk.account
import city.mesto.sdk.cities
import city.mesto.sdk.code
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.params
import city.mesto.ui.fromcore.changes
import city.mesto.ui.fromcore.city
import city.mesto.ui.fromcore.connectionView
import city.mesto.ui.fromcore.refusal
import java.time.Instant
import java.time.format.DateTimeParseException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.flow.updateAndGet
import kotlinx.coroutines.launch
import kotlinx.serialization.Serializable

/**
 * `device` is shown in the driver's list of devices. `ticks` make the wait for another code run.
 * What was typed is kept in `saved`: the code is read in another app.
 */
class SignInPresenter(
    private val client: MestoClient,
    private val device: String,
    private val ticks: Flow<Unit>,
    private val scope: CoroutineScope,
    saved: SavedStateHandle,
    private val done: () -> Unit,
) {
    @Serializable
    private data class Typed(val phone: String = "", val sentTo: String? = null, val code: String = "", val digits: Int? = null, val resendAt: Long? = null, val askedAt: Long? = null)

    private var typed by saved.saved { Typed() }

    /** Epoch milliseconds: when another code can be asked for. */
    private var resendAt: Long? = typed.resendAt

    /**
     * When the code was asked for. Where it is earlier now, the clock was ahead then, and
     * `resendAt` holds no more.
     */
    private var askedAt: Long? = typed.askedAt
    private val shown = MutableStateFlow(typed.run { SignInUiState(phone = phone, codeSentTo = sentTo, code = code, codeLength = digits) })

    val state: StateFlow<SignInUiState> = shown.asStateFlow()

    fun start() {
        // The process ended between the session and the first screen behind it.
        if (client.account.state.value.isSignedIn) done()
        scope.launch {
            changes(client.cities.state, client.account.state, client.connection).collect {
                shown.update { it.copy(city = client.city?.name.orEmpty(), connection = client.connectionView()) }
            }
        }
        scope.launch { ticks.collect { countDown() } }
    }

    private fun countDown() {
        val now = client.now().toEpochMilli()
        val wasAhead = askedAt?.let { now < it - MOST_OFF_MILLIS } ?: false
        val seconds = resendAt?.takeUnless { wasAhead }?.let { at -> (at - now + 999) / 1000 }?.takeIf { it > 0 }
        shown.update { it.copy(resendInSeconds = seconds?.toInt()) }
    }

    private fun show(change: (SignInUiState) -> SignInUiState) {
        val state = shown.updateAndGet(change)
        typed = Typed(state.phone, state.codeSentTo, state.code, state.codeLength, resendAt, askedAt)
    }

    fun on(event: SignInEvent) {
        when (event) {
            is SignInEvent.PhoneTyped -> show { it.copy(phone = event.text, refusal = null) }
            is SignInEvent.CodeTyped -> show { it.copy(code = event.text.filter(Char::isDigit).take(it.codeLength ?: LONGEST_CODE), refusal = null) }
            SignInEvent.OtherNumber -> show { it.copy(codeSentTo = null, code = "", refusal = null) }
            SignInEvent.SendCode -> if (shown.value.canSendCode) work { sendCode(shown.value.phone) }
            SignInEvent.SignIn -> if (shown.value.canSignIn) work {
                client.account.signIn(shown.value.phone, shown.value.code, device)
                readAccount()
                done()
            }
        }
    }

    private suspend fun sendCode(phone: String) {
        try {
            val sent = client.account.requestCode(phone)
            enterCode(phone, sent.digits.toInt(), sent.resendAt)
        } catch (refused: MestoException) {
            // One is there already, whoever asked for it: it can be entered.
            if (refused.code == "code_sent_already") {
                enterCode(phone, refused.params["digits"]?.toIntOrNull(), refused.params["resend_at"]?.let(::momentOrNull))
            }
            throw refused
        }
    }

    private fun enterCode(phone: String, digits: Int?, resend: Instant?) {
        resendAt = resend?.toEpochMilli()
        askedAt = client.now().toEpochMilli()
        show { it.copy(codeSentTo = phone, code = "", codeLength = digits) }
        countDown()
    }

    private fun momentOrNull(text: String): Instant? = try {
        Instant.parse(text)
    } catch (_: DateTimeParseException) {
        null
    }

    private fun work(call: suspend () -> Unit) {
        if (shown.value.isWorking) return
        shown.update { it.copy(isWorking = true, refusal = null) }
        scope.launch {
            try {
                call()
            } catch (refused: MestoException) {
                shown.update { it.copy(refusal = refused.refusal()) }
            } finally {
                shown.update { it.copy(isWorking = false) }
            }
        }
    }

    private suspend fun readAccount() {
        try {
            client.account.sync()
        } catch (_: MestoException) {
            // The next sync brings it.
        }
    }

    private companion object {
        const val LONGEST_CODE = 8

        /** By so much a clock is corrected now and then. */
        const val MOST_OFF_MILLIS = 60_000L
    }
}
