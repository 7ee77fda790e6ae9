// The scenarios of tests/scenarios, played word for word through the Kotlin SDK against a testbed.
package city.mesto.sdk

import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.OperatorLink
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.TestFactory
import java.io.File
import kotlin.test.Test
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue

class ScenariosTest {
    private val files: List<File> = checkNotNull(root.resolve("tests/scenarios").listFiles())
        .filter { it.extension == "json" && it.name != "schema.json" }.sorted()

    @TestFactory
    fun `every scenario goes as written`(): List<DynamicTest> {
        assertTrue(files.size >= 12, "only ${files.size} scenarios in ${root.path}")
        return files.map { file -> DynamicTest.dynamicTest(file.nameWithoutExtension) { play(read(file)) } }
    }

    @Test
    fun `a scenario that expects too much fails`() {
        val step = Json.parseToJsonElement("""{"do": "ledger", "expect": {"tickets": 1}}""")
        assertFailsWith<AssertionError> { play(JsonObject(read(files.first()) + ("steps" to Json.parseToJsonElement("[$step]")))) }
    }

    private fun read(file: File) = Json.parseToJsonElement(file.readText()).jsonObject

    @TestFactory
    fun `an app with its own link plays the same`(): List<DynamicTest> =
        listOf("journey", "lost-answer", "lost-request", "operator-restarts").map { name ->
            DynamicTest.dynamicTest(name) { play(read(root.resolve("tests/scenarios/$name.json")), OkHttpLink()) }
        }

    private fun play(scenario: JsonObject, link: OperatorLink? = null) = runBlocking {
        val city = CityId(scenario["city"]?.jsonPrimitive?.content ?: "belgrade")
        Testbed(scenario.text("start"), "--city", city.value).use { testbed ->
            val phones = mutableMapOf<String, TestPhone>()
            try {
                val players = mutableMapOf<String, ScenarioPlayer>()
                var name = "first"
                scenario.getValue("steps").jsonArray.map { it.jsonObject }.forEachIndexed { number, step ->
                    if (step.text("do") == "phone") name = step.text("name")
                    val phone = phones.getOrPut(name) { TestPhone.on(testbed, link, city) }
                    try {
                        players.getOrPut(name) { ScenarioPlayer(testbed, phone, city) }.check(step)
                    } catch (failed: AssertionError) {
                        throw AssertionError("${scenario.text("name")}, step ${number + 1} $step: ${failed.message}", failed)
                    }
                }
            } finally {
                phones.values.forEach(TestPhone::close)
            }
        }
    }
}
