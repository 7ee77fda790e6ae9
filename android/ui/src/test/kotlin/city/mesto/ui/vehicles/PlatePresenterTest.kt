// A new car without pixels.

package city.mesto.ui.vehicles

import androidx.lifecycle.SavedStateHandle
import city.mesto.sdk.FakeMesto
import city.mesto.sdk.Samples
import city.mesto.sdk.core.VehiclesState
import city.mesto.ui.text.Words
import kotlin.test.assertEquals
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Test

@OptIn(ExperimentalCoroutinesApi::class)
class PlatePresenterTest {
    private val fake = FakeMesto(isSignedIn = false)
    private var done = 0

    private fun TestScope.presenter(isFirst: Boolean) =
        PlatePresenter(fake, Words(fake.texts, "en") { 7200 }, backgroundScope, SavedStateHandle(), isFirst) { done++ }.apply { start() }

    @Test
    fun a_plate_is_shown_as_the_city_reads_it_before_it_is_saved() = runTest {
        val presenter = presenter(isFirst = true)
        presenter.on(PlateEvent.Typed("bg 789-pp"))
        runCurrent()
        assertEquals("BG 789-PP", presenter.state.value.shown)
        presenter.on(PlateEvent.Save)
        presenter.on(PlateEvent.Save)
        runCurrent()
        assertEquals(1, fake.calls.count { it == "addVehicle" })
        assertEquals(1, done)
    }

    @Test
    fun a_first_car_that_was_added_on_another_phone_leads_on() = runTest {
        presenter(isFirst = true)
        presenter(isFirst = false)
        runCurrent()
        fake.vehicles.state.value = VehiclesState(listOf(Samples.car))
        runCurrent()
        assertEquals(1, done, "who adds a second one goes on typing")
    }
}
