// Sign in, first car, top up: one call each, and what it answered.

package city.mesto.ui.start

import city.mesto.sdk.MestoClient
import city.mesto.sdk.core.Intent
import city.mesto.sdk.core.IntentKind
import city.mesto.sdk.core.IntentState
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.PlateWarning
import city.mesto.sdk.core.Snapshot
import city.mesto.ui.Price
import city.mesto.ui.app.connectionView
import city.mesto.ui.app.intentOrNull
import city.mesto.ui.app.price
import city.mesto.ui.app.refusal
import city.mesto.ui.text.Words
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch

/** `device` is shown in the driver's list of devices; `sentTo` is the number a code was sent to before the app was opened again. */
class SignInPresenter(
    private val client: MestoClient,
    private val device: String,
    private val scope: CoroutineScope,
    sentTo: String? = null,
    private val done: () -> Unit,
) {
    private val shown = MutableStateFlow(SignInUiState(phone = sentTo.orEmpty(), codeSentTo = sentTo))

    val state: StateFlow<SignInUiState> = shown.asStateFlow()

    fun start() {
        scope.launch { client.state.collect { snapshot -> shown.update { it.copy(city = snapshot.city?.name.orEmpty(), connection = snapshot.connectionView()) } } }
    }

    fun on(event: SignInEvent) {
        when (event) {
            is SignInEvent.PhoneTyped -> shown.update { it.copy(phone = event.text, refusal = null) }
            is SignInEvent.CodeTyped -> shown.update { it.copy(code = event.text.filter(Char::isDigit).take(it.codeLength ?: LONGEST_CODE), refusal = null) }
            SignInEvent.OtherNumber -> shown.update { it.copy(codeSentTo = null, code = "", refusal = null) }
            SignInEvent.SendCode -> if (shown.value.canSendCode) work {
                val phone = shown.value.phone
                val sent = client.requestCode(phone)
                shown.update { it.copy(codeSentTo = phone, code = "", codeLength = sent.digits.toInt()) }
            }
            SignInEvent.SignIn -> if (shown.value.canSignIn) work {
                client.signIn(shown.value.phone, shown.value.code, device)
                done()
            }
        }
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

    private companion object {
        const val LONGEST_CODE = 8
    }
}

class PlatePresenter(
    private val client: MestoClient,
    private val words: Words,
    private val scope: CoroutineScope,
    canGoBack: Boolean,
    private val done: () -> Unit,
) {
    private val shown = MutableStateFlow(PlateUiState(canGoBack = canGoBack))
    private var reading: Job? = null

    val state: StateFlow<PlateUiState> = shown.asStateFlow()

    fun on(event: PlateEvent) {
        when (event) {
            is PlateEvent.Typed -> read(event.text)
            PlateEvent.Save -> save()
            PlateEvent.Back -> done()
        }
    }

    private fun read(typed: String) {
        shown.update { it.copy(typed = typed, refusal = null) }
        reading?.cancel()
        reading = scope.launch {
            // While it is being typed a plate is not wrong yet, only unfinished.
            val plate = try {
                client.checkPlate(typed)
            } catch (_: MestoException) {
                null
            }
            shown.update { it.copy(shown = plate?.plate?.display, warnings = plate?.warnings.orEmpty().map(::text)) }
        }
    }

    private fun text(warning: PlateWarning): String = when (warning) {
        is PlateWarning.LookAlikeCyrillic -> words.texts.plateWarningLookAlikeCyrillic(typed = warning.typed, readAs = warning.readAs)
        is PlateWarning.OhOrZero -> words.texts.plateWarningOhOrZero(warning.maybe)
    }

    private fun save() {
        if (shown.value.isWorking || shown.value.typed.isBlank()) return
        shown.update { it.copy(isWorking = true, refusal = null) }
        scope.launch {
            try {
                client.addVehicle(shown.value.typed)
                done()
            } catch (refused: MestoException) {
                shown.update { it.copy(refusal = refused.refusal()) }
            } finally {
                shown.update { it.copy(isWorking = false) }
            }
        }
    }
}

/** `openPage` shows the bank's page outside of the app's own screens. */
class TopUpPresenter(
    private val client: MestoClient,
    private val words: Words,
    private val scope: CoroutineScope,
    private val openPage: (String) -> Unit,
    private val done: () -> Unit,
) {
    private val shown = MutableStateFlow(TopUpUiState(balance = null, amounts = emptyList(), chosen = null))
    private var intent: String? = null

    val state: StateFlow<TopUpUiState> = shown.asStateFlow()

    fun start() {
        scope.launch {
            client.state.collect { snapshot ->
                val currency = snapshot.balance?.currency
                val amounts = if (currency == null) emptyList() else snapshot.city?.depositValues.orEmpty().map { Price(it, currency) }
                shown.update { it.copy(balance = snapshot.balance?.price(), amounts = amounts, connection = snapshot.connectionView()) }
                val key = intent
                val open = if (key == null) snapshot.begunBefore() else snapshot.openIntents.find { it.key == key } ?: client.intentOrNull(key)
                open?.let { conclude(it) }
            }
        }
    }

    fun on(event: TopUpEvent) {
        when (event) {
            is TopUpEvent.Chosen -> shown.update { it.copy(chosen = event.amount) }
            TopUpEvent.Go -> go()
            TopUpEvent.OpenBank -> (shown.value.step as? TopUpStep.AtTheBank)?.let { openPage(it.page) }
            TopUpEvent.CheckAgain -> check()
            TopUpEvent.GiveUp -> giveUp()
            TopUpEvent.Back -> done()
        }
    }

    /** A top-up that was begun and left: it goes on, a second one beside it could be paid twice. */
    private fun Snapshot.begunBefore(): Intent? =
        if (shown.value.step == TopUpStep.Choosing) openIntents.lastOrNull { it.kind is IntentKind.Topup } else null

    private fun go() {
        val amount = shown.value.chosen ?: return
        if (shown.value.step is TopUpStep.Asking || shown.value.step is TopUpStep.AtTheBank) return
        shown.update { it.copy(step = TopUpStep.Asking) }
        scope.launch {
            try {
                val begun = client.topUp(amount.amount)
                conclude(begun)
                begun.pageUrl?.let(openPage)
            } catch (refused: MestoException) {
                val open = client.openBehind(refused)
                if (open != null) return@launch conclude(open)
                shown.update { it.copy(step = TopUpStep.Refused(refused.refusal())) }
            }
        }
    }

    /** The page was left: the top-up ends at the operator too, and another one can be begun. */
    private fun giveUp() {
        val key = intent ?: return
        scope.launch {
            try {
                conclude(client.abandon(key))
            } catch (_: MestoException) {
                // It stays as it is; the screen says so already.
            }
        }
    }

    private suspend fun readAccount() {
        try {
            client.sync()
        } catch (_: MestoException) {
            // The next sync brings it.
        }
    }

    private fun check() {
        val key = intent ?: return
        scope.launch {
            try {
                conclude(client.settleIntent(key))
            } catch (_: MestoException) {
                // Still not known; the screen says so already.
            }
        }
    }

    private suspend fun conclude(topUp: Intent) {
        // The bank's word says that it was paid; what the deposit is now, the account says.
        if (topUp.state == IntentState.Confirmed && intent != null) readAccount()
        intent = topUp.key.takeIf { topUp.state == IntentState.Unconfirmed }
        val refusal = topUp.state.refusal(words)
        val amount = (topUp.kind as? IntentKind.Topup)?.amount?.price()
        val step = when {
            refusal?.code == "abandoned" -> TopUpStep.Choosing
            refusal != null -> TopUpStep.Refused(refusal)
            topUp.state == IntentState.Confirmed && amount != null -> TopUpStep.Done(amount)
            else -> topUp.pageUrl?.let { TopUpStep.AtTheBank(it) } ?: TopUpStep.Asking
        }
        shown.update { it.copy(step = step) }
    }
}
