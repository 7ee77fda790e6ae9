//! The generated Python made usable: its records print nothing, compare with nothing and cannot be
//! hashed or pickled.
//!
//! Each record becomes a frozen dataclass with its fields; of a choice (an enum with data) a
//! variant without data becomes a value and one with data a frozen dataclass. What converts them
//! stays the generator's.

use std::collections::HashMap;
use std::error::Error;
use std::fmt::Write as _;

use uniffi_meta::{Metadata, Type};

/// Put in front of the module's own types.
const SUPPORT: &str = include_str!("support.py");
const MARK: &str = "# Used for default argument values";
/// In each class whose objects lie in the core.
const HANDLE: &str = "    _handle: ctypes.c_uint64";
/// In each such class: an object that was made, and what a call of it answers.
const MADE: &str = "        return inst";
const ANSWERED: &str = "        return _uniffi_lift_return(_uniffi_ffi_result)";

/// Docs of fields, by record and field.
type Docs<'m> = HashMap<(&'m str, &'m str), &'m str>;

/// The module with values for types, and these ids.
///
/// # Errors
/// When the generator no longer writes what is looked for.
pub fn usable(module: &str, metadata: &[Metadata], ids: &str, exported: &[String]) -> Result<String, Box<dyn Error>> {
    only_texts_have_no_name(metadata)?;
    let docs = docs(metadata);
    let lines: Vec<&str> = module.lines().collect();
    let (mut out, mut rest, mut seen, mut handles) = (String::new(), lines.as_slice(), 0, 0);
    let mut of_client = false;
    while let Some((line, after)) = rest.split_first() {
        if let Some((name, block, converter, behind)) = type_of(rest) {
            if *line == "@dataclass" {
                record(&mut out, name, block, &docs)?;
                converter.iter().for_each(|line| push(&mut out, line));
            } else {
                let variants = choice(&mut out, name, block)?;
                convert(&mut out, name, converter, &variants);
            }
            rest = behind;
            continue;
        }
        rest = after;
        // Said of itself, a name is of no type to a checker.
        if line.split_once(" = ").is_some_and(|(name, value)| name == value && !name.starts_with(' ')) {
            continue;
        }
        if *line == MARK {
            seen += 1;
            out.push_str(SUPPORT);
            out.push_str(ids);
            out.push('\n');
        }
        if let Some(name) = line.strip_prefix("class ") {
            of_client = name.starts_with("Client(");
        }
        match *line {
            // At the end of the process it is shut down, as long as anything of it is held.
            MADE if of_client => push(&mut out, "        return _opened(inst)"),
            ANSWERED if of_client => {
                push(&mut out, "        return _part(self, _uniffi_lift_return(_uniffi_ffi_result))")
            }
            _ => push(&mut out, line),
        }
        if *line == HANDLE {
            handles += 1;
            push(&mut out, "    __copy__ = __deepcopy__ = __reduce__ = __reduce_ex__ = _stays");
        }
        if *line == "__all__ = [" {
            seen += 1;
            exported.iter().for_each(|id| push(&mut out, &format!("    \"{id}\",")));
        }
    }
    if seen == 2 && handles > 0 && out.contains("_opened(inst)") && out.contains("_part(self, ") {
        Ok(defaults(&out))
    } else {
        Err(format!("the generator no longer writes `{MARK}`, `__all__` or `{HANDLE}`").into())
    }
}

/// What may be left out takes its own type alone, and not every object, which the generator has in
/// its place.
fn defaults(module: &str) -> String {
    const ANY: &str = "typing.Union[object, ";
    const END: &str = "] = _DEFAULT";
    let (mut out, mut rest) = (String::new(), module);
    while let Some((before, taken)) = rest.split_once(ANY)
        && let Some((kind, after)) = taken.split_once(END)
    {
        out += before;
        out += kind;
        out += " = _DEFAULT";
        rest = after;
    }
    out + rest
}

/// Lines of the module.
type Lines<'a, 'm> = &'a [&'m str];

/// A record or a choice that begins here: its name, its class, its converter, and what comes
/// behind.
fn type_of<'a, 'm>(lines: Lines<'a, 'm>) -> Option<(&'m str, Lines<'a, 'm>, Lines<'a, 'm>, Lines<'a, 'm>)> {
    let is_record = lines.first().is_some_and(|line| *line == "@dataclass");
    let head = lines.get(usize::from(is_record))?;
    let name = head.strip_prefix("class ")?.strip_suffix(':')?;
    let end = format!("class _UniffiFfiConverterType{name}(");
    let (block, converter) = lines.split_at_checked(lines.iter().position(|line| line.starts_with(&end))?)?;
    let is_choice =
        block.contains(&format!("        raise RuntimeError(\"{name} cannot be instantiated directly\")").as_str());
    if !is_record && !is_choice {
        return None;
    }
    let starts = |line: &&str| !line.is_empty() && !line.starts_with(' ');
    let length = 1 + converter.iter().skip(1).position(starts)?;
    let (converter, behind) = converter.split_at_checked(length)?;
    Some((name, block, converter, behind))
}

pub fn push(out: &mut String, line: &str) {
    out.push_str(line);
    out.push('\n');
}

/// A variant's field without a name is called `value`, a text.
fn only_texts_have_no_name(metadata: &[Metadata]) -> Result<(), Box<dyn Error>> {
    for item in metadata {
        let Metadata::Enum(choice) = item else { continue };
        let mut fields = choice.variants.iter().flat_map(|variant| &variant.fields);
        if fields.any(|field| field.name.is_empty() && field.ty != Type::String) {
            return Err(format!("{}: a field without a name that is no text", choice.name).into());
        }
    }
    Ok(())
}

fn docs(metadata: &[Metadata]) -> Docs<'_> {
    let records = metadata.iter().filter_map(|item| match item {
        Metadata::Record(record) => Some(record),
        _ => None,
    });
    records
        .flat_map(|record| record.fields.iter().map(move |field| (record, field)))
        .filter_map(|(record, field)| {
            field.docstring.as_deref().map(|doc| ((record.name.as_str(), field.name.as_str()), doc))
        })
        .collect()
}

/// A field of a constructor: `name:type = default`.
pub struct Field<'m> {
    pub name: String,
    pub rest: &'m str,
}

struct Variant<'m> {
    name: &'m str,
    doc: String,
    fields: Vec<Field<'m>>,
}

fn record(out: &mut String, name: &str, block: &[&str], docs: &Docs<'_>) -> Result<(), Box<dyn Error>> {
    let doc = doc_of(block, "    ");
    let made = block.iter().find_map(|line| line.strip_prefix("    def __init__(self, *, ")).unwrap_or("):");
    push(out, "@dataclass(frozen=True, kw_only=True)");
    push(out, &format!("class {name}:"));
    document(out, "    ", &doc);
    for Field { name: field, rest } in fields(made)? {
        // A default that the constructor makes: nothing, or it would be shared.
        let rest = rest.replace("_DEFAULT", "None");
        if rest.ends_with("None") && !block.contains(&format!("            self.{field} = None").as_str()) {
            return Err(format!("a default of {name} that is not read: {field}").into());
        }
        push(out, &format!("    {field}: {rest}"));
        document(out, "    ", docs.get(&(name, field.as_str())).copied().unwrap_or_default());
    }
    push(out, "    __hash__ = _hash\n");
    Ok(())
}

fn choice<'m>(out: &mut String, name: &str, block: &[&'m str]) -> Result<Vec<Variant<'m>>, Box<dyn Error>> {
    push(out, &format!("class {name}(_Choice):"));
    document(out, "    ", &doc_of(block, "    "));
    let mut variants = Vec::new();
    for part in block.split(|line| *line == "    @dataclass").skip(1) {
        let name = part.first().and_then(|line| line.trim().strip_prefix("class ")?.strip_suffix(':'));
        let made = part.iter().find_map(|line| line.trim().strip_prefix("def __init__(self, "));
        let (Some(name), Some(made)) = (name, made) else {
            return Err(format!("a variant that is not read: {part:?}").into());
        };
        let fields =
            if made == "*values):" { vec![Field { name: "value".to_owned(), rest: "str" }] } else { fields(made)? };
        variants.push(Variant { name, doc: doc_of(part, "        "), fields });
    }
    for Variant { name: variant, doc, fields } in &variants {
        let kind = if fields.is_empty() { name.to_owned() } else { format!("typing.Type[_{name}_{variant}]") };
        push(out, &format!("    {variant}: typing.ClassVar[{kind}]"));
        document(out, "    ", doc);
    }
    let mut all = String::new();
    for Variant { name: variant, doc, fields } in &variants {
        if fields.is_empty() {
            let _ = write!(all, ", {variant}=None");
            continue;
        }
        let _ = write!(all, ", {variant}=_{name}_{variant}");
        push(out, &format!("\n@dataclass(frozen=True)\nclass _{name}_{variant}({name}):"));
        document(out, "    ", doc);
        fields.iter().for_each(|field| push(out, &format!("    {}: {}", field.name, field.rest)));
        push(out, "    __hash__ = _hash");
    }
    push(out, &format!("\n_choice({name}{all})\n"));
    Ok(variants)
}

/// Writes a choice's converter: a variant without data is not made, it is there.
fn convert(out: &mut String, name: &str, converter: &[&str], variants: &[Variant<'_>]) {
    let mut lines = converter.iter();
    while let Some(line) = lines.next() {
        let place = " ".repeat(line.len() - line.trim_start().len());
        let asked = |one: &&Variant<'_>| line.trim() == format!("if value.is_{}():", one.name);
        let made = |one: &&Variant<'_>| one.fields.is_empty() && line.trim() == format!("return {name}.{}(", one.name);
        if let Some(variant) = variants.iter().find(made) {
            push(out, &format!("{place}return {name}.{}", variant.name));
            // The bracket that closes it.
            lines.next();
        } else if let Some(variant) = variants.iter().find(asked) {
            let kind = variant.name;
            push(
                out,
                &match variant.fields.is_empty() {
                    true => format!("{place}if value is {name}.{kind}:"),
                    false => format!("{place}if isinstance(value, {name}.{kind}):"),
                },
            );
        } else {
            push(out, &line.replace("value._values[0]", "value.value"));
        }
    }
}

/// The text between the quotes that follow a head, at the left edge.
pub fn doc_of(block: &[&str], indent: &str) -> String {
    let quotes = format!("{indent}\"\"\"");
    let first = block.iter().take(3).position(|line| *line == quotes);
    let text = first.map(|first| block.iter().skip(first + 1).take_while(|line| **line != "\"\"\""));
    let lines: Vec<&str> = text.into_iter().flatten().map(|line| line.strip_prefix(indent).unwrap_or(line)).collect();
    lines.join("\n").trim().to_owned()
}

pub fn document(out: &mut String, indent: &str, doc: &str) {
    let lines: Vec<&str> = doc.lines().map(str::trim).collect();
    if !lines.is_empty() {
        let text = lines.join(&format!("\n{indent}")).replace('\\', "\\\\");
        push(out, &format!("{indent}\"\"\"{text}\"\"\""));
    }
}

/// What a constructor takes, `a:int, b:typing.Dict[str, str] = None):`.
pub fn fields(made: &str) -> Result<Vec<Field<'_>>, Box<dyn Error>> {
    let made = made.strip_suffix("):").ok_or("a constructor goes over several lines")?;
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (place, sign) in made.char_indices() {
        match sign {
            '[' | '(' => depth += 1,
            ']' | ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(made.get(start..place).unwrap_or_default());
                start = place + 1;
            }
            _ => {}
        }
    }
    parts.push(made.get(start..).unwrap_or_default());
    parts
        .into_iter()
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, rest) = part.split_once(':').ok_or_else(|| format!("no field: {part}"))?;
            Ok(Field { name: name.trim().to_owned(), rest: rest.trim() })
        })
        .collect()
}
