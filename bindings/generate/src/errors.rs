//! Errors in Python with their fields and kinds, as a type checker reads them: the generator
//! declares each of them twice, and none of its values.

use std::error::Error;

use uniffi_meta::{EnumMetadata, EnumShape, FieldMetadata, Metadata, Type};

use crate::python::{document, push};

/// The module with its errors as classes: what every kind of one has stands in it once.
///
/// # Errors
/// When the generator no longer writes what is looked for, or an error has kinds that differ.
pub fn typed(module: &str, metadata: &[Metadata]) -> Result<String, Box<dyn Error>> {
    let mut text = module.to_owned();
    for item in metadata {
        let Metadata::Enum(error) = item else { continue };
        if !matches!(error.shape, EnumShape::Error { .. }) {
            continue;
        }
        let (first, last) = (format!("class {}(Exception):\n", error.name), format!("del _UniffiTemp{}\n", error.name));
        let (before, rest) = text.split_once(&first).ok_or_else(|| format!("no error {}", error.name))?;
        let (_, after) = rest.split_once(&last).ok_or_else(|| format!("no end of {}", error.name))?;
        text = format!("{before}{}{after}", class(error)?);
    }
    Ok(text)
}

fn class(error: &EnumMetadata) -> Result<String, Box<dyn Error>> {
    let name = &error.name;
    let same = |fields: &[FieldMetadata]| {
        fields.iter().map(|field| (field.name.clone(), field.ty.clone())).collect::<Vec<_>>()
    };
    let fields = error.variants.first().map(|kind| same(&kind.fields)).unwrap_or_default();
    if error.variants.iter().any(|kind| same(&kind.fields) != fields) {
        return Err(format!("{name}: its kinds have fields that differ").into());
    }
    let types = fields.iter().map(|(field, kind)| Ok((field.as_str(), told(name, kind)?)));
    let types = types.collect::<Result<Vec<_>, String>>()?;
    let mut out = String::new();
    push(&mut out, &format!("class {name}(_Error):"));
    document(&mut out, "    ", error.docstring.as_deref().unwrap_or_default());
    types.iter().for_each(|(field, kind)| push(&mut out, &format!("    {field}: {kind}")));
    for kind in &error.variants {
        push(&mut out, &format!("    {0}: typing.ClassVar[typing.Type[_{name}_{0}]]", kind.name));
        document(&mut out, "    ", kind.docstring.as_deref().unwrap_or_default());
    }
    let takes: String = types.iter().map(|(field, kind)| format!(", {field}: {kind}")).collect();
    push(&mut out, &format!("\n    def __init__(self{takes}) -> None:"));
    types.iter().for_each(|(field, _)| push(&mut out, &format!("        self.{field} = {field}")));
    let mut kinds = String::new();
    for kind in &error.variants {
        push(&mut out, &format!("\nclass _{name}_{}({name}):", kind.name));
        document(&mut out, "    ", kind.docstring.as_deref().unwrap_or("One of its kinds."));
        kinds += &format!(", {0}=_{name}_{0}", kind.name);
    }
    push(&mut out, &format!("\n_kinds({name}{kinds})"));
    Ok(out)
}

/// A field's type.
fn told(error: &str, kind: &Type) -> Result<String, String> {
    Ok(match kind {
        Type::String => "str".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Optional { inner_type } => format!("typing.Optional[{}]", told(error, inner_type)?),
        Type::Map { key_type, value_type } => {
            format!("typing.Dict[{}, {}]", told(error, key_type)?, told(error, value_type)?)
        }
        other => return Err(format!("{error}: a field of a type that no error had: {other:?}")),
    })
}
