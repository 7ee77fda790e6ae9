// What every error of the core says, whatever its kind.
package city.mesto.sdk

import city.mesto.sdk.core.MestoException

/** Stable, `snake_case`: to branch on and to report. */
val MestoException.code: String get() = told().code

/** What happened, for the driver, in his language. */
val MestoException.text: String get() = told().text

/** What he can do now; empty when there is nothing. */
val MestoException.advice: String get() = told().advice

/** The numbers, moments (RFC 3339) and sums of the text. */
val MestoException.params: Map<String, String> get() = told().params

/** For developers and logs; never holds personal data. */
val MestoException.detail: String get() = told().detail

/** By which the operator finds the request in its log; null when nothing was sent. */
val MestoException.request: String? get() = told().request

/** Nobody can say that nothing was charged: it may have been, or it was and goes back. */
val MestoException.mayBeCharged: Boolean get() = told().mayBeCharged

private class Told(
    val code: String,
    val text: String,
    val advice: String,
    val params: Map<String, String>,
    val detail: String,
    val request: String?,
    val mayBeCharged: Boolean,
)

private fun MestoException.told(): Told = when (this) {
    is MestoException.Refused -> Told(code, text, advice, params, detail, request, mayBeCharged)
    is MestoException.Offline -> Told(code, text, advice, params, detail, request, mayBeCharged)
    is MestoException.NoAnswer -> Told(code, text, advice, params, detail, request, mayBeCharged)
    is MestoException.NotNow -> Told(code, text, advice, params, detail, request, mayBeCharged)
    is MestoException.NotSignedIn -> Told(code, text, advice, params, detail, request, mayBeCharged)
    is MestoException.Untrusted -> Told(code, text, advice, params, detail, request, mayBeCharged)
    is MestoException.Phone -> Told(code, text, advice, params, detail, request, mayBeCharged)
    is MestoException.Cancelled -> Told(code, text, advice, params, detail, request, mayBeCharged)
}
