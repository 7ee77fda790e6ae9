"""The public declarations of a facade's own sources, one line each: what is generated has a dump of its own."""

import ast
import re

# What is `private` or `internal` is not of it.
KOTLIN = re.compile(
    r"^(?:@[\w.]+(?:\([^)]*\))? *)*(?:(?:public|protected|override|abstract|open|final|suspend|inline|data|value|sealed|enum|const|lateinit|operator|infix|companion) )*"
    r"(?:fun|val|var|class|interface|object|constructor|typealias)\b"
)
SWIFT = re.compile(r"^(?:@[\w.]+(?:\([^)]*\))? *)*(?:(?:public|open)\b|extension\b)")
# Within a public protocol or enum of Swift nothing is said to be public.
INHERITED = re.compile(r"^(?:@[\w.]+ *)*(?:(?:static|mutating) )*(?:func|var|init|associatedtype|case)\b")
TYPE = re.compile(r"\b(?:class|interface|object|struct|enum|protocol|extension|actor)\b")


def without_comments(text):
    """Nor what stands in strings: a brace there opens nothing."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return re.sub(r'("(?:[^"\\\n]|\\.)*")|(?://[^\n]*)', lambda found: '""' if found.group(1) else "", text)


def logical_lines(text):
    """Lines, those of a list in brackets as one."""
    held, depth = "", 0
    for line in text.splitlines():
        depth += len(re.findall(r"[(\[]", line)) - len(re.findall(r"[)\]]", line))
        held = f"{held} {line.strip()}" if held else line.strip()
        if depth <= 0:
            yield held
            held, depth = "", 0
    if held:
        yield held


def signature(line):
    """What stands before the body, the value or the getter."""
    depth = 0
    for index, sign in enumerate(line):
        if sign in "([":
            depth += 1
        elif sign in ")]":
            depth -= 1
        elif depth == 0 and (sign in "{}" or line.startswith(" = ", index) or line.startswith(" get()", index) or line.startswith(" by lazy", index)):
            line = line[:index]
            break
    line = re.sub(r"\s+=?\s*$", "", line)
    line = re.sub(r"\s+", " ", re.sub(r" (?:internal|private) constructor\(.*\)", "", line)).strip()
    return re.sub(r"\(\s+", "(", re.sub(r",?\s*\)", ")", line))


def public(text, language):
    """(the types it stands in, its signature) of each public declaration of a source."""
    shown, inside = [], []  # of each open brace: the type's signature, or None where nobody sees in
    for line in logical_lines(without_comments(text)):
        is_seen = all(of is not None for of in inside)
        of_type = inside[-1] if inside and is_seen else ""
        own = None
        if is_seen:
            inherits = re.search(r"\b(?:protocol|enum)\b", of_type) and language == "swift"
            if (KOTLIN if language == "kotlin" else SWIFT).match(line) or (inherits and INHERITED.match(line)):
                own = signature(line)
                shown.append((tuple(inside), own))
        for sign in re.findall(r"[{}]", line):
            if sign == "{":
                inside.append(own if own is not None and TYPE.search(own) else None)
                own = None
            elif inside:
                inside.pop()
    return shown


def sources(files, language):
    """The public declarations of these files, by type."""
    found = {}
    for file in files:
        for types, own in public(file.read_text(), language):
            found.setdefault(types, set()).add(own)
            if TYPE.search(own) and not own.startswith("extension"):
                found.setdefault((*types, own), set())
    lines = []
    for types in sorted(found):
        # An extension without a public member adds nothing.
        members = sorted(own for own in found[types] if (*types, own) not in found and not (own.startswith("extension") and " where " not in own and ":" not in own))
        if types and (members or not types[-1].startswith("extension")):
            lines.append(" / ".join(types))
        lines += [("    " if types else "") + member for member in members]
    return "\n".join(lines) + "\n"


def python(files):
    """The public classes and functions of these modules, one line each."""
    lines = []
    for file in files:
        lines.append(f"module {file.stem}")
        for node in ast.parse(file.read_text()).body:
            lines += _python(node, "    ")
    return "\n".join(lines) + "\n"


def _python(node, edge):
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and (not node.name.startswith("_") or node.name == "__init__"):
        kind = "property" if any(ast.unparse(by) == "property" for by in node.decorator_list) else "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
        returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
        return [f"{edge}{kind} {node.name}({ast.unparse(node.args)}){returns}"]
    if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
        bases = f"({', '.join(map(ast.unparse, node.bases))})" if node.bases else ""
        return [f"{edge}class {node.name}{bases}"] + [line for inner in node.body for line in _python(inner, edge + "    ")]
    return []
