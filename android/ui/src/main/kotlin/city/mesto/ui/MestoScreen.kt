// The frame every screen is put into: theme and words.

package city.mesto.ui

import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.material3.LocalContentColor
import androidx.compose.material3.MaterialTheme
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import city.mesto.ui.text.LocalWords
import city.mesto.ui.text.Words
import city.mesto.ui.theme.MestoTheme

/** Gives a screen its colours and its language. */
@Composable
fun MestoScreen(words: Words, dark: Boolean = isSystemInDarkTheme(), content: @Composable () -> Unit) {
    MestoTheme(dark) {
        CompositionLocalProvider(
            LocalWords provides words,
            LocalContentColor provides MaterialTheme.colorScheme.onBackground,
            content = content,
        )
    }
}
