package city.mesto.ui
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
@Composable fun Hello() { Text("Crvena zona š đ 12:34") }
