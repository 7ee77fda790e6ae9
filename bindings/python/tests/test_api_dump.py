"""The public API of the bindings, as Kotlin and Swift see it, is the one in docs/api; UPDATE=1 rewrites it.

The dump keeps declarations and drops bodies, comments and everything the generator needs for itself.
"""

import os
import re
import unittest
from pathlib import Path

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


INTERNAL = re.compile(r"uniffi|ffi|RustBuffer|ForeignBytes|InternalException|Disposable|NoHandle|Impl$", re.I)


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
    heads = r"^(?:public )?(?P<kind>data class|sealed class|enum class|interface|open class)\s+(?P<name>[`\w]+)"
    for name, head, body in blocks(text, heads):
        kind = re.match(heads, head).group("kind")
        lines = found.setdefault(name, [])
        if kind == "data class":
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
            lines += ["    " + plain(line) for line in re.findall(r"public let [^\n]*", body)]
        elif kind == "enum":
            cases = re.findall(r"^ +(case \w+(?:\((?:[^()]|\([^()]*\))*\))?)\s*$", body, flags=re.M)
            lines += ["    " + plain(line) for line in cases]
        elif kind == "protocol":
            lines += ["    " + plain(line) for line in re.findall(r"func [^\n]*", body)]
        else:
            made = re.findall(r"^public (convenience init\([^)]*\)[^{\n]*)", body, flags=re.M)
            made += re.findall(r"^public (static func [^{\n]*)", body, flags=re.M)
            lines += ["    " + plain(line) for line in made]
    for match in re.finditer(r"^public func (?P<name>\w+)\([^\n]*", text, flags=re.M):
        if not INTERNAL.search(match.group("name")):
            found[match.group("name") + "()"] = [plain(match.group(0).split("{")[0])]
    return "\n".join("\n".join(found[name]) for name in sorted(found)) + "\n"


class ApiDump(unittest.TestCase):
    maxDiff = None

    def compare(self, generated, dump, file):
        now = dump(generated.read_text())
        self.assertGreater(now.count("\n"), 100, f"{generated} holds almost nothing public: the dump does not read it")
        committed = ROOT / "docs" / "api" / file
        if os.environ.get("UPDATE"):
            committed.parent.mkdir(exist_ok=True)
            committed.write_text(now)
        self.assertEqual(committed.read_text(), now, f"docs/api/{file} is old: run again with UPDATE=1 and read the change")

    def test_kotlin_api_is_the_committed_one(self):
        self.compare(GENERATED / "kotlin" / "city" / "mesto" / "sdk" / "core" / "mesto.kt", kotlin, "kotlin.txt")

    def test_swift_api_is_the_committed_one(self):
        self.compare(GENERATED / "swift" / "MestoCore" / "MestoCore.swift", swift, "swift.txt")


if __name__ == "__main__":
    unittest.main()
