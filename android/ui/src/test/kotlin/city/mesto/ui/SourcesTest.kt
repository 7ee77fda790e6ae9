// What the screens' sources must not hold: words of their own, what Android does not have, each
// other.

package city.mesto.ui

import org.junit.jupiter.api.Test
import java.io.File
import kotlin.test.assertEquals
import kotlin.test.assertTrue

class SourcesTest {
    private val sources = File(root(), "android/ui/src/main/kotlin").walk().filter { it.extension == "kt" }.toList()

    private fun offences(isOffence: (String) -> Boolean): List<String> = sources
        .flatMap { file -> file.readLines().mapIndexedNotNull { index, line -> "${file.name}:${index + 1} ${line.trim()}".takeIf { isOffence(line) } } }

    @Test
    fun no_screen_has_a_text_of_its_own() {
        assertTrue(sources.size > 20, "the sources are read")
        val literal = Regex("(Text|Button|Notice|Waiting|Bar)\\(\\s*\"[^\"$]*\\p{L}{2,}|(text|title|described|label|contentDescription) = \"[^\"$]*\\p{L}{2,}")
        assertEquals(emptyList(), offences { literal.containsMatchIn(it) })
    }

    @Test
    fun nothing_is_imported_that_android_does_not_have() {
        val desktopOnly = listOf("java.awt", "javax.swing", "org.jetbrains.skia", "androidx.compose.ui.window.Window", "androidx.compose.ui.window.application", "androidx.compose.desktop")
        assertEquals(emptyList(), offences { line -> desktopOnly.any { line.startsWith("import $it") } })
    }

    /** A feature is a folder with a route. */
    private val features = sources.filter { it.name.endsWith("Route.kt") }.map { it.parentFile }

    private fun File.imports() = readLines().filter { it.startsWith("import ") }.map { it.removePrefix("import ") }

    private fun packageOf(folder: File) = folder.path.replace('\\', '/').substringAfter("src/main/kotlin/").replace('/', '.')

    @Test
    fun a_feature_is_a_folder_of_route_screen_presenter_and_state_that_only_the_list_of_features_names() {
        assertTrue(features.size >= 6, "the features are found")
        for (folder in features) {
            val kinds = folder.listFiles().orEmpty().map { it.name.removeSuffix(".kt").replace(Regex("^.*(?=Route|Screen|Presenter|UiState)"), "") }
            assertEquals(setOf("Route", "Screen", "Presenter", "UiState"), kinds.toSet(), "$folder")
            val outside = sources.filter { file -> file.parentFile != folder && file.imports().any { it.startsWith("${packageOf(folder)}.") } }
            assertEquals(listOf("Features.kt"), outside.map { it.name }, "who names $folder")
            assertTrue(kinds.size + outside.size <= 6, "the screens of a service are at most 6 files")
        }
    }

    @Test
    fun what_all_features_share_knows_no_service() {
        val offenders = sources.filter { file -> "/parking/" !in file.path.replace('\\', '/') && file.name != "Features.kt" && file.imports().any { it.startsWith("city.mesto.ui.parking.") } }
        assertEquals(emptyList(), offenders.map { it.name })
    }

    @Test
    fun screens_and_their_states_know_nothing_of_the_core() {
        val drawn = sources.filter { it.name.endsWith("Screen.kt") && it.parentFile in features || it.name.endsWith("UiState.kt") || "/parts/" in it.path.replace('\\', '/') }
        assertTrue(drawn.size > 12, "the screens are found")
        assertEquals(emptyList(), drawn.filter { file -> file.imports().any { it.startsWith("city.mesto.sdk.core") } }.map { it.name })
    }
}
