//! One style sheet out of many: `@import url("…");` is replaced by the file it names, in place and in order.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// The whole text of `index`, with every import inlined, however deep.
pub(crate) fn inline(index: &Path) -> Result<String> {
    let mut whole = String::new();
    append(index, &mut whole, 0)?;
    Ok(whole)
}

/// The files that `index` imports by itself, as it names them.
pub(crate) fn imports(text: &str) -> Vec<&str> {
    text.lines().filter_map(import).collect()
}

fn append(file: &Path, whole: &mut String, depth: usize) -> Result<()> {
    const DEEPEST: usize = 8;
    if depth > DEEPEST {
        bail!("{} is imported more than {DEEPEST} levels deep: a circle?", file.display());
    }
    let text = fs::read_to_string(file).with_context(|| format!("Could not read {}", file.display()))?;
    for line in text.lines() {
        match import(line) {
            Some(name) => append(&file.with_file_name(name), whole, depth + 1)?,
            None if line.trim_start().starts_with("@import") => {
                bail!(
                    "{}: only `@import url(\"…\");` alone on its line can be inlined: {line}",
                    file.display()
                )
            }
            None => {
                whole.push_str(line);
                whole.push('\n');
            }
        }
    }
    Ok(())
}

fn import(line: &str) -> Option<&str> {
    line.trim().strip_prefix("@import url(\"")?.strip_suffix("\");")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn folder(name: &str, files: &[(&str, &str)]) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("linli-styles-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        for (name, text) in files {
            let file = folder.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        folder
    }

    #[test]
    fn imports_are_replaced_in_place_and_relative_to_their_file() {
        let files = [
            ("styles/index.css", "@layer a, b;\n@import url(\"a.css\");\n@import url(\"../src/b/b.css\");\n"),
            ("styles/a.css", "a {}\n"),
            ("src/b/b.css", "@import url(\"c.css\");\nb {}\n"),
            ("src/b/c.css", "c {}\n"),
        ];
        let folder = folder("order", &files);
        assert_eq!(inline(&folder.join("styles/index.css")).unwrap(), "@layer a, b;\na {}\nc {}\nb {}\n");
    }

    #[test]
    fn what_cannot_be_inlined_is_an_error_and_never_lost() {
        let missing = folder("missing", &[("index.css", "@import url(\"gone.css\");\n")]);
        assert!(inline(&missing.join("index.css")).is_err());
        let print = folder("print", &[("index.css", "@import url(\"a.css\") print;\n"), ("a.css", "")]);
        assert!(inline(&print.join("index.css")).is_err());
        let circle = folder("circle", &[("index.css", "@import url(\"index.css\");\n")]);
        assert!(inline(&circle.join("index.css")).is_err());
    }
}
