// A field for what is typed with wet thumbs: big letters, one line.

package city.mesto.ui.parts

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.text.KeyboardActions
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.text.input.KeyboardType
import city.mesto.ui.theme.FieldLetters

@Composable
fun BigField(value: String, label: String, hint: String, keyboard: KeyboardType, onDone: () -> Unit, onTyped: (String) -> Unit) {
    OutlinedTextField(
        value = value,
        onValueChange = onTyped,
        label = { Text(label) },
        placeholder = { Text(hint, style = MaterialTheme.typography.headlineMedium) },
        singleLine = true,
        textStyle = FieldLetters,
        shape = MaterialTheme.shapes.medium,
        keyboardOptions = KeyboardOptions(
            keyboardType = keyboard,
            imeAction = ImeAction.Done,
            autoCorrectEnabled = false,
            capitalization = if (keyboard == KeyboardType.Text) KeyboardCapitalization.Characters else KeyboardCapitalization.None,
        ),
        keyboardActions = KeyboardActions(onDone = { onDone() }),
        modifier = Modifier.fillMaxWidth(),
    )
}
