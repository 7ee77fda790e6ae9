package city.mesto.ui

import city.mesto.ui.text.UiTexts
import city.mesto.ui.text.Words
import java.time.ZoneId

object TestWords {
    private fun catalogue(language: String): Map<String, String> =
        javaClass.getResourceAsStream("/texts/$language.ftl")!!.bufferedReader().readLines()
            .mapNotNull { Regex("^([a-z][a-z0-9-]*) = (.*)$").find(it)?.destructured?.let { (id, text) -> id to text } }.toMap()

    fun of(language: String): Words {
        val all = catalogue(language)
        val texts = UiTexts { id, args -> args.entries.fold(all.getValue(id)) { text, (name, value) -> text.replace("{ $$name }", value) } }
        return Words(texts, Locality(ZoneId.of("Europe/Belgrade"), language))
    }
}
