// What the screens' sources must not hold: words of their own, and what Android does not have.

package city.mesto.ui

import org.junit.jupiter.api.Test
import java.io.File
import kotlin.test.assertEquals
import kotlin.test.assertTrue

class SourcesTest {
    private val sources = File(root(), "android/ui/src/main/kotlin").walk().filter { it.extension == "kt" }.toList()

    private fun offences(isOffence: (String) -> Boolean): List<String> = sources
        .filterNot { "/preview/" in it.path.replace('\\', '/') }
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
}
