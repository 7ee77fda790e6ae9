// What must be readable on each state of the screen of a new car.

package city.mesto.ui.vehicles

import city.mesto.sdk.Texts
import city.mesto.ui.DrawnScreen
import city.mesto.ui.TestWords

fun plateDrawn(language: String): List<DrawnScreen> = plateStates(language).map { (name, state) ->
    DrawnScreen("plate-$name", plateSay(TestWords.of(language).texts) + state.warnings + listOfNotNull(state.refusal?.advice)) { PlateScreen(state, {}) }
}

private fun plateSay(texts: Texts): List<String> = listOf(texts.plateSave(), texts.plateCheck())
