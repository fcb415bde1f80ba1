//! The project's invariants as checks: each says in a sentence what stands where it should not, and why it matters.
//!
//! A check reads a [`Tree`] and never the disk, so its tests feed it a few lines and see it fail.

mod dependencies;
mod domains;
mod locales;
mod text;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use crate::place;

/// The files of the project by their path from the root, with `/` between folders; binary ones have no text.
pub(crate) struct Tree(BTreeMap<String, String>);

impl Tree {
    fn read(root: &Path) -> Result<Self> {
        let mut files = BTreeMap::new();
        read_into(root, "", &mut files)?;
        Ok(Self(files))
    }

    #[cfg(test)]
    fn of(files: &[(&str, &str)]) -> Self {
        Self(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
    }

    fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }
}

/// What the checks found: errors fail the job, questions are only shown.
#[derive(Default)]
pub(crate) struct Findings {
    errors: Vec<String>,
    questions: Vec<String>,
}

impl Findings {
    fn error(&mut self, finding: String) {
        self.errors.push(finding);
    }

    fn question(&mut self, finding: String) {
        self.questions.push(finding);
    }
}

/// Runs every check on the project.
pub(crate) fn run() -> Result<()> {
    let found = check(&Tree::read(&place::root())?);
    for question in &found.questions {
        println!("  question: {question}");
    }
    for error in &found.errors {
        println!("  {error}");
    }
    match found.errors.len() {
        0 => Ok(()),
        1 => bail!("tidy found one thing to mend"),
        many => bail!("tidy found {many} things to mend"),
    }
}

fn check(tree: &Tree) -> Findings {
    let mut found = Findings::default();
    dependencies::check(tree, &mut found);
    domains::check(tree, &mut found);
    locales::check(tree, &mut found);
    text::check(tree, &mut found);
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        if tree.get(licence).is_none() {
            found.error(format!("{licence} is missing: the licence must travel with the code"));
        }
    }
    found
}

fn read_into(folder: &Path, below: &str, files: &mut BTreeMap<String, String>) -> Result<()> {
    const NOT_OURS: [&str; 6] = ["target", ".git", "node_modules", "dist", "gen", ".claude"];
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{below}{name}");
        if entry.file_type()?.is_dir() {
            if !NOT_OURS.contains(&name.as_str()) {
                read_into(&entry.path(), &format!("{path}/"), files)?;
            }
        } else {
            files.insert(path, String::from_utf8(fs::read(entry.path())?).unwrap_or_default());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_empty_tree_lacks_its_licences_and_nothing_else() {
        let found = check(&Tree::of(&[]));
        assert_eq!(found.errors.len(), 2, "{:?}", found.errors);
    }

    #[test]
    fn the_projects_own_files_are_read() {
        let tree = Tree::read(&place::root()).unwrap();
        assert!(tree.get("xtask/src/tidy.rs").unwrap().contains("pub(crate) struct Tree"));
        assert!(tree.iter().all(|(path, _)| !path.starts_with("target/")));
    }
}
