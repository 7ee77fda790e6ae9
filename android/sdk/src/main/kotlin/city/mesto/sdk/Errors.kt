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

private class Told(
    val code: String,
    val text: String,
    val advice: String,
    val params: Map<String, String>,
    val detail: String,
    val request: String?,
)

private fun MestoException.told(): Told = when (this) {
    is MestoException.Refused -> Told(code, text, advice, params, detail, request)
    is MestoException.Offline -> Told(code, text, advice, params, detail, request)
    is MestoException.NoAnswer -> Told(code, text, advice, params, detail, request)
    is MestoException.NotNow -> Told(code, text, advice, params, detail, request)
    is MestoException.NotSignedIn -> Told(code, text, advice, params, detail, request)
    is MestoException.Untrusted -> Told(code, text, advice, params, detail, request)
    is MestoException.Phone -> Told(code, text, advice, params, detail, request)
    is MestoException.Cancelled -> Told(code, text, advice, params, detail, request)
}
