//! What one Rust file says, read by `syn`: its modules, what each declares and imports, and the
//! paths it names.
//!
//! Code that only tests compile (`#[test]`, `#[cfg(test)]`) is left out, and so is what
//! documentation links to.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, Spacing, Span, TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItem, Item, Meta, Token, UseTree, Visibility};

use crate::failure::{About, Outcome};

/// A module of a crate; inline ones lie in the same file as their parent.
#[derive(Debug, Default)]
pub struct Module {
    /// From the repository's root.
    pub file: String,
    pub parent: Option<usize>,
    /// The module that `crate` means here.
    pub root: usize,
    pub children: BTreeMap<String, usize>,
    /// Names it declares, modules and imports apart.
    pub items: BTreeSet<String>,
    /// Structs, enums, traits, unions and aliases that others may name.
    pub types: BTreeSet<String>,
    pub macros: BTreeSet<String>,
    pub imports: Vec<Import>,
    pub mentions: Vec<Mention>,
    /// Methods that are called, and modules that are declared: `(name, line)`.
    pub calls: Vec<(String, usize)>,
    pub declared: Vec<(String, usize)>,
}

/// `use path as name`; without a name, all that the path holds (`use path::*`).
#[derive(Debug)]
pub struct Import {
    pub name: Option<String>,
    pub path: Vec<String>,
    pub line: usize,
    pub is_public: bool,
}

/// A path in code; one segment only for a macro that is called by its bare name.
#[derive(Debug)]
pub struct Mention {
    pub path: Vec<String>,
    pub line: usize,
}

/// `mod name;` whose file is still to be read.
pub struct Waiting {
    pub module: usize,
    pub line: usize,
    /// Where its file may lie, without `.rs` or `/mod.rs`.
    pub place: String,
}

/// Reads a file's text into the module `at`; gives the modules it declares in files of their own.
pub fn read(text: &str, at: usize, modules: &mut Vec<Module>) -> Outcome<Vec<Waiting>> {
    let file = modules.get(at).map(|module| module.file.clone()).unwrap_or_default();
    let parsed = syn::parse_file(text)
        .map_err(|error| format!("{file}:{}: {error}", error.span().start().line))
        .about("a Rust file cannot be read")?;
    let (folder, name) = file.rsplit_once('/').unwrap_or(("", &file));
    let is_folder = ["lib.rs", "main.rs", "mod.rs"].contains(&name);
    let place = if is_folder { folder.to_owned() } else { file.trim_end_matches(".rs").to_owned() };
    let mut reader = Reader { modules, at, place, waiting: Vec::new() };
    reader.visit_file(&parsed);
    Ok(reader.waiting)
}

struct Reader<'m> {
    modules: &'m mut Vec<Module>,
    at: usize,
    /// The folder in which a module declared here has its file.
    place: String,
    waiting: Vec<Waiting>,
}

impl Reader<'_> {
    /// Changes the module that is being read.
    fn here(&mut self, change: impl FnOnce(&mut Module)) {
        if let Some(module) = self.modules.get_mut(self.at) {
            change(module);
        }
    }

    fn mention(&mut self, path: &[String], span: Span) {
        let mention = Mention { path: path.to_vec(), line: line(span) };
        self.here(|module| module.mentions.push(mention));
    }

    fn import(&mut self, tree: &UseTree, before: &[String], is_public: bool) {
        let mut path = before.to_vec();
        let (name, span) = match tree {
            UseTree::Path(tree) => {
                path.push(text(&tree.ident));
                return self.import(&tree.tree, &path, is_public);
            }
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.import(tree, before, is_public));
            }
            UseTree::Name(tree) if tree.ident == "self" => (path.last().cloned(), tree.ident.span()),
            UseTree::Name(tree) => {
                path.push(text(&tree.ident));
                (path.last().cloned(), tree.ident.span())
            }
            UseTree::Rename(tree) => {
                if tree.ident != "self" {
                    path.push(text(&tree.ident));
                }
                (Some(text(&tree.rename)), tree.ident.span())
            }
            UseTree::Glob(tree) => (None, tree.star_token.spans.first().copied().unwrap_or_else(Span::call_site)),
        };
        let import = Import { name, path, line: line(span), is_public };
        self.here(|module| module.imports.push(import));
    }

    /// Paths in tokens that `syn` does not read: the words of a macro or of an attribute. `before`
    /// stands before the first segment of each, as in `a::{b, c}`.
    fn tokens(&mut self, tokens: TokenStream, before: &[String]) {
        let mut path: Vec<String> = Vec::new();
        let mut began = Span::call_site();
        // The last token was an identifier, or the `::` after one.
        let (mut is_named, mut goes_on) = (false, false);
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Ident(ident) => {
                    if !goes_on {
                        self.end(&path, began, false);
                        path = before.to_vec();
                        began = ident.span();
                    }
                    path.push(text(&ident));
                    (is_named, goes_on) = (true, false);
                }
                TokenTree::Punct(colon) if is_named && colon.as_char() == ':' && colon.spacing() == Spacing::Joint => {
                    goes_on = matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == ':');
                    if goes_on {
                        tokens.next();
                    }
                    is_named = false;
                }
                TokenTree::Group(group) => {
                    let is_list = goes_on && group.delimiter() == Delimiter::Brace;
                    if !is_list {
                        self.end(&path, began, false);
                        path.clear();
                    }
                    self.tokens(group.stream(), &path);
                    (path, is_named, goes_on) = (Vec::new(), false, false);
                }
                TokenTree::Literal(literal) => {
                    self.end(&path, began, false);
                    (path, is_named, goes_on) = (Vec::new(), false, false);
                    // `#[serde(with = "crate::money")]`
                    let words = literal.to_string();
                    let words = words.trim_matches('"');
                    if words.contains("::")
                        && let Ok(named) = syn::parse_str::<syn::Path>(words)
                    {
                        self.mention(&segments(&named), literal.span());
                    }
                }
                TokenTree::Punct(punct) => {
                    self.end(&path, began, punct.as_char() == '!');
                    (path, is_named, goes_on) = (Vec::new(), false, false);
                }
            }
        }
        self.end(&path, began, false);
    }

    /// A path in tokens is over; a single word means something only as the name of a macro.
    fn end(&mut self, path: &[String], span: Span, is_macro: bool) {
        if path.len() > 1 || (is_macro && !path.is_empty()) {
            self.mention(path, span);
        }
    }

    fn declare(&mut self, item: &Item) {
        let is_visible = |visibility: &Visibility| !matches!(visibility, Visibility::Inherited);
        let (name, is_type) = match item {
            Item::Const(item) => (&item.ident, false),
            Item::Fn(item) => (&item.sig.ident, false),
            Item::Static(item) => (&item.ident, false),
            Item::Enum(item) => (&item.ident, is_visible(&item.vis)),
            Item::Struct(item) => (&item.ident, is_visible(&item.vis)),
            Item::Trait(item) => (&item.ident, is_visible(&item.vis)),
            Item::TraitAlias(item) => (&item.ident, is_visible(&item.vis)),
            Item::Type(item) => (&item.ident, is_visible(&item.vis)),
            Item::Union(item) => (&item.ident, is_visible(&item.vis)),
            Item::Macro(item) => match &item.ident {
                Some(ident) => {
                    let name = text(ident);
                    return self.here(|module| {
                        module.macros.insert(name);
                    });
                }
                // What it declares is among its words.
                None => {
                    let (mut words, mut types) = (BTreeSet::new(), BTreeSet::new());
                    declared_in(item.mac.tokens.clone(), &mut words, &mut types);
                    return self.here(|module| {
                        module.items.append(&mut words);
                        module.types.append(&mut types);
                    });
                }
            },
            _ => return,
        };
        let name = text(name);
        self.here(|module| {
            if is_type {
                module.types.insert(name.clone());
            }
            module.items.insert(name);
        });
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if is_for_tests(attributes(item)) {
            return;
        }
        self.declare(item);
        visit::visit_item(self, item);
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let attributes = match item {
            ImplItem::Const(item) => &item.attrs,
            ImplItem::Fn(item) => &item.attrs,
            ImplItem::Type(item) => &item.attrs,
            ImplItem::Macro(item) => &item.attrs,
            _ => return visit::visit_impl_item(self, item),
        };
        if !is_for_tests(attributes) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        let name = text(&item.ident);
        let (parent, child) = (self.at, self.modules.len());
        let declared = (name.clone(), line(item.ident.span()));
        let mut module = Module { parent: Some(parent), ..Module::default() };
        self.here(|parent| {
            module.file.clone_from(&parent.file);
            module.root = parent.root;
            parent.children.insert(name.clone(), child);
            parent.declared.push(declared);
        });
        self.modules.push(module);
        let place = format!("{}/{name}", self.place);
        if item.content.is_none() {
            self.waiting.push(Waiting { module: child, line: line(item.ident.span()), place });
            return;
        }
        let outer = std::mem::replace(&mut self.place, place);
        self.at = child;
        visit::visit_item_mod(self, item);
        self.at = parent;
        self.place = outer;
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.import(&item.tree, &[], !matches!(item.vis, Visibility::Inherited));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if let (2.., Some(first)) = (path.segments.len(), path.segments.first()) {
            self.mention(&segments(path), first.ident.span());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        if let Some(name) = item.path.get_ident() {
            self.mention(&[text(name)], name.span());
        }
        visit::visit_macro(self, item);
        self.tokens(item.tokens.clone(), &[]);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let named = (text(&call.method), line(call.method.span()));
        self.here(|module| module.calls.push(named));
        visit::visit_expr_method_call(self, call);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        visit::visit_path(self, attribute.path());
        match &attribute.meta {
            Meta::List(list) => self.tokens(list.tokens.clone(), &[]),
            Meta::NameValue(pair) if !attribute.path().is_ident("doc") => visit::visit_expr(self, &pair.value),
            Meta::NameValue(_) | Meta::Path(_) => {}
        }
    }

    /// `pub(in path)` says who may name, and names nobody.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}

fn line(span: Span) -> usize {
    span.start().line
}

fn text(ident: &proc_macro2::Ident) -> String {
    ident.to_string().trim_start_matches("r#").to_owned()
}

fn segments(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|segment| text(&segment.ident)).collect()
}

/// Every word of a macro's tokens, and those that stand after `struct`, `enum`, `trait` or `type`.
fn declared_in(tokens: TokenStream, words: &mut BTreeSet<String>, types: &mut BTreeSet<String>) {
    let mut is_type = false;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                let word = text(&ident);
                if is_type {
                    types.insert(word.clone());
                }
                is_type = ["struct", "enum", "trait", "type"].contains(&word.as_str());
                words.insert(word);
            }
            TokenTree::Group(group) => declared_in(group.stream(), words, types),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// `#[test]`, `#[tokio::test]`, and a `#[cfg]` that holds in no build without `test`.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let is_test = attribute.path().segments.last().is_some_and(|segment| segment.ident == "test");
        let is_cfg = attribute.path().is_ident("cfg");
        is_test || (is_cfg && attribute.parse_args::<Meta>().is_ok_and(|meta| holds(&meta) == Some(false)))
    })
}

/// Whether a condition holds in a build without `test`; `None` where that depends on something
/// else.
fn holds(condition: &Meta) -> Option<bool> {
    let list = match condition {
        Meta::Path(path) if path.is_ident("test") => return Some(false),
        Meta::List(list) => list,
        Meta::Path(_) | Meta::NameValue(_) => return None,
    };
    let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).ok()?;
    let parts: Vec<Option<bool>> = parts.iter().map(holds).collect();
    // `all` is decided by one that does not hold, `any` by one that does.
    let decided_by = |by: bool| {
        if parts.contains(&Some(by)) {
            Some(by)
        } else if parts.contains(&None) {
            None
        } else {
            Some(!by)
        }
    };
    match list.path.get_ident()?.to_string().as_str() {
        "not" => parts.first().copied().flatten().map(|part| !part),
        "all" => decided_by(false),
        "any" => decided_by(true),
        _ => None,
    }
}
