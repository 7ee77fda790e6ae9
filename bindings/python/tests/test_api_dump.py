"""The public API, as Kotlin, Swift and Python see it, is the one in docs/api; UPDATE=1 rewrites it.

Of what is generated and of the facades each: the dump keeps declarations and drops bodies, comments and everything the generator
needs for itself. The functions of `Texts` are those of the catalogues, which `cargo xtask texts` compares.
"""

import ast
import os
import re
import unittest
from pathlib import Path

import api_sources

ROOT = Path(__file__).resolve().parents[3]
GENERATED = ROOT / "target" / "bindings"


def without_comments(text):
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return re.sub(r"(?m)(^|\s)//.*$", "", text)


def closing(text, start, opening="{", end="}"):
    """Index behind the bracket that closes the one at `start`."""
    depth = 0
    for index in range(start, len(text)):
        if text[index] == opening:
            depth += 1
        elif text[index] == end:
            depth -= 1
            if depth == 0:
                return index + 1
    raise ValueError("unbalanced brackets")


def plain(text):
    text = re.sub(r"\s+", " ", text.replace("`", "").replace("kotlin.", "")).strip()
    text = re.sub(r"\s+([,():?])", r"\1", re.sub(r"\(\s+", "(", text))
    return re.sub(r":(?=\S)", ": ", re.sub(r",(?=\S)", ", ", text))


INTERNAL = re.compile(r"[uU]niffi|UNIFFI|Ffi|FFI|^ffi|RustBuffer|ForeignBytes|InternalException|Disposable|NoHandle|Impl$")


def blocks(text, heads):
    """(name, head, body) of every top-level declaration whose head matches, in the order of the file."""
    for match in re.finditer(heads, text, flags=re.M):
        name = match.group("name").strip("`")
        if INTERNAL.search(name):
            continue
        brace, parenthesis = text.find("{", match.end()), text.find("(", match.start())
        head_end = brace
        if 0 <= parenthesis < brace and "class" in match.group(0) and "enum" not in match.group(0):
            closed = closing(text, parenthesis, "(", ")")
            brace = text.find("{", closed)
            head_end = closed
        yield name, text[match.start():head_end], text[brace + 1:closing(text, brace) - 1]


def kotlin(text):
    """The public declarations of the generated Kotlin, one line each, sorted by type."""
    text = without_comments(text)
    found = {}
    for match in re.finditer(r"^public typealias (?P<name>\w+) = (.*)$", text, flags=re.M):
        if not INTERNAL.search(match.group("name")):
            found[match.group("name")] = [plain(match.group(0))]
    heads = r"^(?:public )?(?P<kind>data class|value class|sealed class|enum class|interface|open class)\s+(?P<name>[`\w]+)"
    for name, head, body in blocks(text, heads):
        kind = re.match(heads, head).group("kind")
        lines = found.setdefault(name, [])
        if kind in ("data class", "value class"):
            lines.append(plain(head))
        elif kind == "enum class":
            names = re.findall(r"^\s*(\w+)[,;]", body, flags=re.M)
            lines.append(f"enum class {name} {{ {', '.join(names)} }}")
        elif kind == "sealed class":
            lines.append(plain(text[text.index(head):text.index("{", text.index(head))]))
            variants = r"^    (?:data )?(?:class|object) (\w+)\s*(\((?:[^()]|\([^()]*\))*\))?"
            lines += ["    " + plain(m.group(1) + (m.group(2) or "")) for m in re.finditer(variants, body, flags=re.M)]
        elif kind == "interface":
            lines.append(f"interface {name}")
            lines += ["    " + plain(m.group(0)) for m in re.finditer(r"(?:suspend )?fun [^\n]*", body)]
        else:
            lines.append(plain(head.split("{")[0]))
            made = re.findall(r"^ +(constructor\((?!withHandle|noHandle)[^)]*\))", body, flags=re.M)
            companion = body[body.rindex("companion object"):]
            made += re.findall(r"(?:suspend )?fun `\w+`\([^)]*\)\s*:\s*[\w.`]+", companion)
            lines += ["    " + plain(line) for line in made]
    for match in re.finditer(r"(?:suspend )?fun `(?P<name>\w+)`\([^)]*\)\s*(?::\s*[\w.`]+)?", text):
        if text.count("{", 0, match.start()) == text.count("}", 0, match.start()):
            found[match.group("name") + "()"] = [plain(match.group(0))]
    return "\n".join("\n".join(found[name]) for name in sorted(found)) + "\n"


def swift(text):
    """The public declarations of the generated Swift, one line each, sorted by type."""
    text = without_comments(text)
    found = {}
    for match in re.finditer(r"^public typealias (?P<name>\w+) = (.*)$", text, flags=re.M):
        if not INTERNAL.search(match.group("name")):
            found[match.group("name")] = [plain(match.group(0))]
    heads = r"^(?:public|open)?\s*(?P<kind>struct|enum|protocol|class)\s+(?P<name>\w+)[^{]*"
    for match in re.finditer(heads, text, flags=re.M):
        name, kind = match.group("name"), match.group("kind")
        if INTERNAL.search(name) or "fileprivate" in match.group(0):
            continue
        start = text.index("{", match.start())
        body = text[start + 1:closing(text, start) - 1]
        lines = found.setdefault(name, [])
        lines.append(plain(match.group(0)))
        if kind == "struct":
            lines += ["    " + plain(line) for line in re.findall(r"public (?:let|static func) [^\n{]*", body)]
            lines += ["    " + plain(line.split("{")[0]) for line in re.findall(r"public init\??\((?:[^()]|\([^()]*\))*\)[^\n{]*", body)]
        elif kind == "enum":
            cases = re.findall(r"^ +(case `?\w+`?(?:\((?:[^()]|\([^()]*\))*\))?)\s*$", body, flags=re.M)
            lines += ["    " + plain(line) for line in cases]
        elif kind == "protocol":
            lines += ["    " + plain(line) for line in re.findall(r"func [^\n]*", body)]
        else:
            made = re.findall(r"^public (convenience init\([^)]*\)[^{\n]*)", body, flags=re.M)
            made += re.findall(r"^public (static func [^{\n]*)", body, flags=re.M)
            lines += ["    " + plain(line) for line in made]
    for match in re.finditer(r"^extension (?P<name>\w+): (?P<of>Identifiable)\b", text, flags=re.M):
        found[match.group("name")].insert(1, f"    {match.group('of')}")
    for match in re.finditer(r"^public func (?P<name>\w+)\([^\n]*", text, flags=re.M):
        if not INTERNAL.search(match.group("name")):
            found[match.group("name") + "()"] = [plain(match.group(0).split("{")[0])]
    return "\n".join("\n".join(found[name]) for name in sorted(found)) + "\n"


def python(text):
    """The public declarations of the generated Python, one line each, sorted by type."""
    module = ast.parse(text)
    classes = {node.name: node for node in module.body if isinstance(node, ast.ClassDef)}
    found = {}
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, (ast.Attribute, ast.Name)):
            name, value = ast.unparse(node.targets[0]), ast.unparse(node.value)
            if name != value and not INTERNAL.search(name) and not INTERNAL.search(value):
                found[name] = [f"{name} = {value}"]
        elif isinstance(node, ast.FunctionDef) and not INTERNAL.search(node.name) and not node.name.startswith("_"):
            found[node.name + "()"] = [signature(node)]
    for name, node in classes.items():
        if INTERNAL.search(name) or name.endswith("Protocol") or name.startswith("_"):
            continue
        bases = [ast.unparse(base) for base in node.bases if "Protocol" not in ast.unparse(base)]
        lines = [f"class {name}({', '.join(bases)})" if bases else f"class {name}"]
        fields = [inner for inner in node.body if isinstance(inner, ast.AnnAssign)]
        calls = [inner for inner in node.body if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef))]
        if "enum.Enum" in bases:
            lines[0] += " { " + ", ".join(ast.unparse(inner.targets[0]) for inner in node.body if isinstance(inner, ast.Assign)) + " }"
            calls = []
        elif "_Error" in bases:
            # Every kind has the values of the whole.
            lines[0] = f"class {name}(Exception)"
            for field in fields:
                kind = ast.unparse(field.annotation).startswith("typing.ClassVar")
                lines.append("    " + (ast.unparse(field.target) if kind else declared(field)))
        elif "_Choice" in bases:
            lines[0] = f"class {name}"
            for field in fields:
                of = classes.get(f"_{name}_{ast.unparse(field.target)}")
                held = [declared(inner) for inner in of.body if isinstance(inner, ast.AnnAssign)] if of else []
                lines.append("    " + ast.unparse(field.target) + (f"({', '.join(held)})" if held else ""))
            calls = []
        elif name + "Protocol" in classes:
            # What an object offers stands in its protocol, how it is made in itself.
            made = [call for call in calls if any(ast.unparse(by) == "classmethod" for by in call.decorator_list) or call.name == "__init__"]
            offered = [call for call in classes[name + "Protocol"].body if isinstance(call, (ast.FunctionDef, ast.AsyncFunctionDef))]
            calls = [call for call in made + offered if not call.name.startswith("_") or (call.name == "__init__" and not call.args.vararg)]
        else:
            lines += ["    " + declared(field) for field in fields]
            calls = [call for call in calls if call.name == "__init__" or not call.name.startswith("_")]
        for variant in [inner for inner in node.body if isinstance(inner, ast.ClassDef)]:
            made = [inner for inner in variant.body if isinstance(inner, ast.FunctionDef) and inner.name == "__init__"]
            lines.append("    " + variant.name + (signature(made[0]).removeprefix("def __init__") if made else ""))
        lines += ["    " + signature(call) for call in calls]
        found[name] = lines
    return "\n".join("\n".join(found[name]) for name in sorted(found)) + "\n"


def declared(field):
    """`label: Optional[str] = None`"""
    return plain(ast.unparse(field).replace("typing.", ""))


def signature(call):
    """`async def sync(self, cancel: Optional[Cancel]=None) -> SyncReport` on one line."""
    kind = "async def" if isinstance(call, ast.AsyncFunctionDef) else "def"
    text = re.sub(r"\btyping\.Union\[object, (.*?)\](?==)", r"\1", ast.unparse(call.args))
    text = re.sub(r"\btyping\.", "", re.sub(r"\b(self|cls)(, |$)", "", text.replace("=_DEFAULT", "=...")))
    returns = f" -> {ast.unparse(call.returns)}".replace("typing.", "") if call.returns else ""
    return plain(f"{kind} {call.name}({text}){returns}")


def written(folder, files):
    return sorted(file for file in folder.rglob(files) if file.stem != "Texts")


class ApiDump(unittest.TestCase):
    maxDiff = None

    def compare(self, dump, file, *generated):
        now = dump("\n".join(one.read_text() for one in generated))
        self.told(now, file)

    def told(self, now, file):
        self.assertGreater(now.count("\n"), 50, f"{file} would hold almost nothing: the dump does not read the sources")
        committed = ROOT / "docs" / "api" / file
        if os.environ.get("UPDATE"):
            committed.parent.mkdir(exist_ok=True)
            committed.write_text(now)
        self.assertEqual(committed.read_text(), now, f"docs/api/{file} is old: run again with UPDATE=1 and read the change")

    def test_kotlin_api_is_the_committed_one(self):
        core = GENERATED / "kotlin" / "city" / "mesto" / "sdk" / "core"
        self.compare(kotlin, "kotlin.txt", core / "mesto.kt", core / "Ids.kt")

    def test_swift_api_is_the_committed_one(self):
        core = GENERATED / "swift" / "MestoCore"
        self.compare(swift, "swift.txt", core / "MestoCore.swift", core / "Values.swift")

    def test_python_api_is_the_committed_one(self):
        self.compare(python, "python.txt", GENERATED / "python" / "core.py")

    def test_the_facades_api_is_the_committed_one(self):
        facades = {
            "kotlin-facade.txt": api_sources.sources(written(ROOT / "android" / "sdk" / "src" / "main", "*.kt"), "kotlin"),
            "swift-facade.txt": api_sources.sources(written(ROOT / "ios" / "Sources" / "MestoKit", "*.swift"), "swift"),
            "python-facade.txt": api_sources.python(
                [*written(ROOT / "bindings" / "python" / "mesto", "*.py"), GENERATED / "python" / "waiting.py"]
            ),
        }
        for file, now in facades.items():
            with self.subTest(file=file):
                self.told(now, file)

    def test_nothing_public_is_passed_over(self):
        source = """
            /** Seen. */
            class Seen(val one: Int = 1) : Other() {
                // brace { in a comment
                val two: String by lazy { "}" }
                private val three = 3
                suspend fun four(
                    a: Int,
                    b: String = "(",
                ): Int = 4
                companion object { fun five() = 5 }
                internal class Six { fun seven() = 7 }
            }
            val Seen.eight: Int get() = 8
            private class Nine { fun ten() = 10 }
        """
        told = {own for _, own in api_sources.public(source, "kotlin")}
        seen = {"class Seen(val one: Int = 1) : Other()", "val two: String", 'suspend fun four(a: Int, b: String = ""): Int', "companion object", "val Seen.eight: Int"}
        self.assertEqual(seen, told - {"fun five()"})
        source = """
            public protocol P { func one() -> Int; var two: Int { get } }
            extension Mesto {
                /// Seen.
                public var three: Int { 3 }
                var four: Int { 4 }
            }
            public enum E { case `five`(Int) }
            public final class C { public init() {} ; func six() {} }
        """
        told = {own for _, own in api_sources.public(source.replace("; ", "\n").replace("{ func", "{\n func").replace("{ case", "{\n case").replace("{ public", "{\n public"), "swift")}
        self.assertLessEqual({"public protocol P", "func one() -> Int", "public var three: Int", "case `five`(Int)", "public init()"}, told)
        self.assertFalse({"var four: Int", "func six()"} & told)


if __name__ == "__main__":
    unittest.main()
