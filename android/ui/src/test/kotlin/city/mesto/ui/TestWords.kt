// The catalogue's words for Belgrade, by the core's own rendering.

package city.mesto.ui

import city.mesto.sdk.Texts
import city.mesto.sdk.core.renderText
import city.mesto.ui.text.Words
import java.io.File

object TestWords {
    fun of(language: String) = Words(
        Texts { id, args -> renderText(language, id, args).also { check(it != id) { "the catalogue has no $id in $language" } } },
        language,
    ) { 7200 }
}

/** The repository's folder; tests run in their module's. */
fun root(): File = File(System.getenv("MESTO_ROOT") ?: "../..")
