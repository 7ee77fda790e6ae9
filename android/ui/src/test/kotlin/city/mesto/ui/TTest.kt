package city.mesto.ui
import androidx.compose.ui.ImageComposeScene
import androidx.compose.ui.test.*
import androidx.compose.ui.test.v2.runComposeUiTest
import org.junit.jupiter.api.Test
import java.io.File
@OptIn(ExperimentalTestApi::class)
class TTest {
  @Test fun draws() { val s = ImageComposeScene(400,200){ Hello() }; File("/tmp/t.png").writeBytes(s.render().encodeToData()!!.bytes); s.close() }
  @Test fun finds() = runComposeUiTest { setContent { Hello() }; onNodeWithText("Crvena", substring=true).assertExists() }
}
