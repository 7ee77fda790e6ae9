// An app that was shrunk and obfuscated with the SDK's own rules still reaches the core, and does
// not without them.
package city.mesto.sdk

import city.mesto.sdk.core.CityId
import city.mesto.sdk.core.ClientConfig
import city.mesto.sdk.core.MestoException
import city.mesto.sdk.core.Phone
import com.android.tools.r8.R8
import com.sun.jna.Native
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.io.TempDir
import java.io.File
import java.nio.file.Files
import java.util.concurrent.TimeUnit
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertNotEquals

/** What the shrunk app does: a record in, a call back, an error out. */
object ShrunkApp {
    @JvmStatic
    fun main(args: Array<String>) = runBlocking {
        val alarms = RememberedPlan()
        Mesto.open(ClientConfig(args[0], "http://127.0.0.1:1", "A".repeat(43)), Phone(reminders = alarms)).use { mesto ->
            mesto.replan()
            val outcome = try {
                mesto.cities.refresh(CityId("belgrade")).toString()
            } catch (error: MestoException) {
                "${error.code}: ${error.text}"
            }
            println("signed in: ${mesto.account.state.first().isSignedIn}; $outcome")
        }
    }
}

class ShrunkAppTest {
    @TempDir lateinit var folder: File

    @Test
    fun `the consumer rules keep what the core is reached by`() {
        val (end, said) = run(shrink(root.resolve("android/sdk/consumer-rules.pro").readText()))
        assertEquals(0, end, said)
        assertEquals("signed in: false; offline: There is no connection to the operator.", said.trim())
    }

    @Test
    fun `without the rules the shrunk app does not start`() {
        assertNotEquals(0, run(shrink("")).first)
    }

    /**
     * Kotlin's own libraries bring their own rules; they stay whole, which makes the test quicker.
     */
    private val kotlin = listOf(Unit::class.java, kotlinx.coroutines.Job::class.java).map(::home)

    /** R8 over the app, the SDK and JNA; the app's `main` is all that is asked for. */
    private fun shrink(rules: String): File {
        val main = "-keep class city.mesto.sdk.ShrunkApp { public static void main(java.lang.String[]); }\n-ignorewarnings\n-dontoptimize\n"
        val given = folder.resolve("rules.pro").apply { writeText(main + rules) }
        val shrunk = folder.resolve("shrunk.jar")
        val whole = listOf(archived("app", ShrunkApp::class.java), archived("sdk", Mesto::class.java), home(Native::class.java))
        val words = listOf(
            "--classfile", "--release", "--lib", System.getProperty("java.home"), "--pg-conf", given.path, "--output", shrunk.path,
        ) + kotlin.flatMap { listOf("--classpath", it.path) }
        val (end, said) = java(listOf(home(R8::class.java)), "com.android.tools.r8.R8", words + whole.map { it.path })
        check(end == 0) { "R8 failed: $said" }
        return shrunk
    }

    private fun run(shrunk: File) = java(listOf(shrunk) + kotlin, "city.mesto.sdk.ShrunkApp", listOf(folder.resolve("mesto.db").path))

    private fun java(classes: List<File>, main: String, words: List<String>): Pair<Int, String> {
        val program = File(System.getProperty("java.home"), "bin/java").path
        val command = listOf(program, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx1g", "-Djna.library.path=$built", "-cp", classes.joinToString(File.pathSeparator), main) + words
        val output = folder.resolve("said.txt")
        val process = ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start()
        check(process.waitFor(600, TimeUnit.SECONDS)) { process.destroyForcibly(); "$main does not end" }
        return process.exitValue() to output.readText()
    }

    /** Where a class was loaded from. */
    private fun home(type: Class<*>) = File(type.protectionDomain.codeSource.location.toURI())

    /** The same as one archive: R8 takes no folders. */
    private fun archived(name: String, type: Class<*>): File {
        val from = home(type)
        if (from.isFile) return from
        val archive = folder.resolve("$name.jar")
        java.util.zip.ZipOutputStream(archive.outputStream()).use { zip ->
            from.walk().filter { it.extension == "class" && "Test" !in it.name && "Scenario" !in it.name }.forEach {
                zip.putNextEntry(java.util.zip.ZipEntry(it.relativeTo(from).invariantSeparatorsPath))
                Files.copy(it.toPath(), zip)
                zip.closeEntry()
            }
        }
        return archive
    }
}
