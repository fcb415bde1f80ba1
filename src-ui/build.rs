//! Turns `locales/en.json` and `locales/zh.json` into functions: `words::notices::title()`.
//!
//! A key that a page uses and the files lack does not compile, and neither does a key that stands in
//! one language only. leptos_i18n was turned down: its generic builder for each key and its data for
//! ICU cost wasm and compile time in every build, for what is a table of two columns.
//!
//! A text is a leaf of the JSON tree. `{{ name }}` becomes a parameter. A key that ends in `_one` or
//! `_other` is a plural form by CLDR's cardinal rules and takes `count: u32`.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use serde_json::Value;

const LANGUAGES: [&str; 2] = ["en", "zh"];
/// Texts by error code, which is known only when running: one table instead of functions.
const ERRORS: &str = "errors";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut texts: BTreeMap<Vec<String>, [Option<String>; LANGUAGES.len()]> = BTreeMap::new();
    for (at, language) in LANGUAGES.iter().enumerate() {
        let file = format!("locales/{language}.json");
        println!("cargo::rerun-if-changed={file}");
        let tree: Value = serde_json::from_str(&fs::read_to_string(&file)?)?;
        flatten(&tree, &mut Vec::new(), &mut |path, text| {
            if let Some(slot) = texts.entry(path.to_vec()).or_default().get_mut(at) {
                *slot = Some(text.to_owned());
            }
        });
    }
    let mut tree = Node::default();
    let mut problems = Vec::new();
    for (path, languages) in &texts {
        match tree.add(path, languages, is_plural(path, &texts)) {
            Ok(()) => {}
            Err(problem) => problems.push(format!("{}: {problem}", path.join("."))),
        }
    }
    tree.check(&mut Vec::new(), &mut problems);
    if !problems.is_empty() {
        return Err(format!("locales: {}", problems.join("; ")).into());
    }
    let mut code = String::new();
    tree.write("", &mut code)?;
    let out = std::env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("words.rs"), code)?;
    Ok(())
}

/// A key is a plural form when its sister stands beside it: `unread_one` beside `unread_other`.
fn is_plural(path: &[String], texts: &BTreeMap<Vec<String>, [Option<String>; LANGUAGES.len()]>) -> bool {
    let Some((last, parents)) = path.split_last() else { return false };
    let sister = match (last.strip_suffix("_one"), last.strip_suffix("_other")) {
        (Some(name), _) => format!("{name}_other"),
        (_, Some(name)) => format!("{name}_one"),
        _ => return false,
    };
    let mut sister_path = parents.to_vec();
    sister_path.push(sister);
    texts.contains_key(&sister_path)
}

fn flatten(value: &Value, path: &mut Vec<String>, take: &mut dyn FnMut(&[String], &str)) {
    match value {
        Value::Object(children) => {
            for (key, child) in children {
                let parts = key.split('.').map(str::to_owned);
                let before = path.len();
                path.extend(parts);
                flatten(child, path, take);
                path.truncate(before);
            }
        }
        Value::String(text) => take(path, text),
        _ => take(path, ""),
    }
}

/// Texts by language, in the order of [`LANGUAGES`].
type Texts = [String; LANGUAGES.len()];

#[derive(Default)]
struct Phrase {
    plain: Option<Texts>,
    one: [Option<String>; LANGUAGES.len()],
    other: Option<Texts>,
}

#[derive(Default)]
struct Node {
    phrases: BTreeMap<String, Phrase>,
    modules: BTreeMap<String, Node>,
}

impl Node {
    fn add(
        &mut self,
        path: &[String],
        languages: &[Option<String>; LANGUAGES.len()],
        plural: bool,
    ) -> Result<(), String> {
        let Some((first, rest)) = path.split_first() else { return Ok(()) };
        if !rest.is_empty() {
            return self.modules.entry(first.clone()).or_default().add(rest, languages, plural);
        }
        let all = || -> Result<Texts, String> {
            let mut found = Vec::new();
            for (text, language) in languages.iter().zip(LANGUAGES) {
                found.push(text.clone().ok_or_else(|| format!("missing in {language}.json"))?);
            }
            found.try_into().map_err(|_| "too few languages".to_owned())
        };
        if let Some(name) = first.strip_suffix("_one").filter(|_| plural) {
            self.phrases.entry(name.to_owned()).or_default().one = languages.clone();
        } else if let Some(name) = first.strip_suffix("_other").filter(|_| plural) {
            self.phrases.entry(name.to_owned()).or_default().other = Some(all()?);
        } else {
            self.phrases.entry(first.clone()).or_default().plain = Some(all()?);
        }
        Ok(())
    }

    fn check(&self, path: &mut Vec<String>, problems: &mut Vec<String>) {
        for (name, phrase) in &self.phrases {
            if phrase.plain.is_none() && phrase.other.is_none() {
                problems.push(format!("{}.{name}: no `_other` form", path.join(".")));
            }
            let mut sets: Vec<Vec<String>> = phrase.texts().iter().map(|text| parameters(text)).collect();
            sets.dedup();
            if sets.len() > 1 {
                problems.push(format!("{}.{name}: the languages differ in their parameters", path.join(".")));
            }
        }
        for (name, module) in &self.modules {
            path.push(name.clone());
            module.check(path, problems);
            path.pop();
        }
    }

    fn write(&self, path: &str, code: &mut String) -> std::fmt::Result {
        for (name, phrase) in &self.phrases {
            phrase.write(&identifier(name), code)?;
        }
        for (name, module) in &self.modules {
            if path.is_empty() && name == ERRORS {
                module.write_table(code)?;
                continue;
            }
            writeln!(code, "/// Texts under `{name}`.\npub mod {} {{", identifier(name))?;
            module.write(name, code)?;
            writeln!(code, "}}")?;
        }
        Ok(())
    }

    /// The phrases of this node and one below as a function from their key, for what is known only at run time.
    fn write_table(&self, code: &mut String) -> std::fmt::Result {
        writeln!(code, "/// The text under a key that is known only when running.")?;
        writeln!(code, "pub fn errors_table(key: &str) -> Option<&'static str> {{ Some(match key {{")?;
        for (name, phrase) in &self.phrases {
            if let Some([en, zh]) = &phrase.plain {
                writeln!(code, "{name:?} => crate::words::pick({en:?}, {zh:?}),")?;
            }
        }
        for (group, node) in &self.modules {
            for (name, phrase) in &node.phrases {
                if let Some([en, zh]) = &phrase.plain {
                    writeln!(code, "\"{group}.{name}\" => crate::words::pick({en:?}, {zh:?}),")?;
                }
            }
        }
        writeln!(code, "_ => return None }}) }}")
    }
}

impl Phrase {
    fn texts(&self) -> Vec<String> {
        self.plain.iter().chain(&self.other).flatten().cloned().collect()
    }

    fn write(&self, name: &str, code: &mut String) -> std::fmt::Result {
        let texts = self.texts();
        let mut names = texts.first().map(|text| parameters(text)).unwrap_or_default();
        names.retain(|name| name != "count");
        let counted = self.other.is_some();
        let mut signature: Vec<String> = Vec::new();
        if counted || texts.iter().any(|text| parameters(text).iter().any(|name| name == "count")) {
            signature.push("count: u32".to_owned());
        }
        signature.extend(names.iter().map(|name| format!("{}: &str", identifier(name))));
        let doc = texts.first().map(|text| text.replace('\n', " ")).unwrap_or_default();
        writeln!(code, "/// “{}”", doc.replace('[', "\\[").replace('<', "‹").replace('>', "›"))?;
        if signature.is_empty() {
            if let Some([en, zh]) = &self.plain {
                writeln!(code, "pub fn {name}() -> &'static str {{ crate::words::pick({en:?}, {zh:?}) }}")?;
            }
            return Ok(());
        }
        writeln!(code, "pub fn {name}({}) -> String {{", signature.join(", "))?;
        let Some([en, zh]) = self.plain.as_ref().or(self.other.as_ref()) else { return Ok(()) };
        let en = match &self.one {
            [Some(one), _] => format!("crate::words::plural(count, {one:?}, {en:?})"),
            _ => format!("{en:?}"),
        };
        let mut pairs: Vec<String> = Vec::new();
        if signature.iter().any(|one| one == "count: u32") {
            pairs.push("(\"count\", &crate::words::number(count))".to_owned());
        }
        pairs.extend(names.iter().map(|name| format!("({name:?}, {})", identifier(name))));
        writeln!(code, "crate::words::fill(crate::words::pick({en}, {zh:?}), &[{}]) }}", pairs.join(", "))
    }
}

/// The names between `{{` and `}}`, sorted, each once.
fn parameters(text: &str) -> Vec<String> {
    let mut names: Vec<String> = text
        .split("{{")
        .skip(1)
        .filter_map(|rest| rest.split_once("}}"))
        .map(|(name, _)| name.trim().to_owned())
        .collect();
    names.sort();
    names.dedup();
    names
}

fn identifier(name: &str) -> String {
    let name = name.replace('-', "_");
    match name.as_str() {
        "as" | "for" | "in" | "match" | "move" | "ref" | "self" | "type" | "use" | "where" | "loop"
        | "true" | "false" => {
            format!("{name}_")
        }
        _ => name,
    }
}
