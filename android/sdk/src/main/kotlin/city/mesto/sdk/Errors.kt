// What every error of the core says, whatever its kind.
package city.mesto.sdk

import city.mesto.sdk.core.MestoException

/** Stable, `snake_case`: to branch on and to report. */
val MestoException.code: String get() = fields().code

/** What happened, for the driver, in his language. */
val MestoException.text: String get() = fields().text

/** What he can do now; empty when there is nothing. */
val MestoException.advice: String get() = fields().advice

/** The numbers, moments (RFC 3339) and sums of the text. */
val MestoException.params: Map<String, String> get() = fields().params

/** For developers and logs; never holds personal data. */
val MestoException.detail: String get() = fields().detail

/** By which the operator finds the request in its log; null when nothing was sent. */
val MestoException.request: String? get() = fields().request

/** Nobody can say that nothing was charged: it may have been, or it was and goes back. */
val MestoException.mayBeCharged: Boolean get() = fields().mayBeCharged

private class ErrorFields(
    val code: String,
    val text: String,
    val advice: String,
    val params: Map<String, String>,
    val detail: String,
    val request: String?,
    val mayBeCharged: Boolean,
)

private fun MestoException.fields(): ErrorFields = when (this) {
    is MestoException.Refused -> ErrorFields(code, text, advice, params, detail, request, mayBeCharged)
    is MestoException.Offline -> ErrorFields(code, text, advice, params, detail, request, mayBeCharged)
    is MestoException.NoAnswer -> ErrorFields(code, text, advice, params, detail, request, mayBeCharged)
    is MestoException.NotNow -> ErrorFields(code, text, advice, params, detail, request, mayBeCharged)
    is MestoException.NotSignedIn -> ErrorFields(code, text, advice, params, detail, request, mayBeCharged)
    is MestoException.Untrusted -> ErrorFields(code, text, advice, params, detail, request, mayBeCharged)
    is MestoException.Phone -> ErrorFields(code, text, advice, params, detail, request, mayBeCharged)
    is MestoException.Cancelled -> ErrorFields(code, text, advice, params, detail, request, mayBeCharged)
}

/**
 * A text of a value that the core told. Screens cannot fail in the middle of a line: of a value
 * that was changed so that nobody can read it, what is wrong stands there.
 */
internal inline fun textOf(read: () -> String): String = try {
    read()
} catch (wrong: MestoException) {
    wrong.text
}

/** Null in the place of a value that cannot be. */
internal inline fun <Value : Any> readable(read: () -> Value?): Value? = try {
    read()
} catch (_: MestoException) {
    null
}
