//! What may stand in a file: its length, its name, and words that have no place in any file of ours.

use super::{Findings, Tree};
use crate::face;

const QUESTION: usize = 500;
const SPLIT: usize = 800;

/// Names that say nothing about what they name.
const EMPTY_NAMES: [&str; 6] = ["util", "utils", "helper", "helpers", "manager", "service"];

/// Written in two halves, so that this file is not what it looks for.
const UNFINISHED: [&str; 6] = [
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("#[ig", "nore"),
    concat!("db", "g!("),
];
const MACHINES: [&str; 7] = [
    concat!("deb.deb", "ian.org"),
    concat!("security.deb", "ian.org"),
    concat!("snapshot.deb", "ian.org"),
    concat!("archive.ub", "untu.com"),
    concat!("static.rust", "-lang.org"),
    concat!("index.cra", "tes.io"),
    concat!("registry.npm", "js.org"),
];
/// Folders of one person's machine; a route or a relative path may end like them.
const PLACES: [&str; 3] = [concat!("/ro", "ot/"), concat!("/wo", "rk/"), concat!("/Us", "ers/")];

pub(super) fn check(tree: &Tree, found: &mut Findings) {
    for (path, text) in tree.iter() {
        check_length(path, text, found);
        check_names(path, text, found);
        check_words(path, text, found);
    }
    check_styles(tree, found);
}

fn check_length(path: &str, text: &str, found: &mut Findings) {
    let lines = text.lines().count();
    if !path.ends_with(".rs") && !path.ends_with(".css") {
        return;
    }
    if lines > SPLIT {
        found.error(format!("{path}: {lines} lines; split it by what it does ({SPLIT} is the limit)"));
    } else if lines > QUESTION {
        found.question(format!("{path}: {lines} lines; is it one thing? (50 to 300 read best)"));
    }
}

fn check_names(path: &str, text: &str, found: &mut Findings) {
    let is_code = path.ends_with(".rs");
    if is_code && path.split(['/', '.', '-']).any(|part| EMPTY_NAMES.contains(&part)) {
        found.error(format!("{path}: a name such as this says nothing; name it after what it does"));
    }
    for (number, line) in text.lines().enumerate().filter(|_| is_code) {
        if let Some(name) = declared(line)
            && ["Manager", "Service", "Helper", "Helpers", "Util", "Utils"]
                .iter()
                .any(|end| name.ends_with(end))
        {
            found.error(format!("{path}:{}: `{name}` says nothing; name it after what it does", number + 1));
        }
    }
}

/// The name of the type or trait that a line declares.
fn declared(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    words.find(|word| ["struct", "enum", "trait", "type"].contains(word))?;
    words.next()?.split(|c: char| !c.is_alphanumeric() && c != '_').next()
}

fn check_words(path: &str, text: &str, found: &mut Findings) {
    if path.ends_with(".lock") {
        return; // names its registry by nature
    }
    let is_code = [".rs", ".css", ".js", ".toml"].iter().any(|end| path.ends_with(end));
    for (number, line) in text.lines().enumerate() {
        let at = number + 1;
        if let Some(word) = UNFINISHED.iter().find(|word| is_code && line.contains(**word)) {
            found.error(format!("{path}:{at}: `{word}`: finish it, or take it out"));
        }
        let is_named =
            |word: &&&str| MACHINES.contains(*word) && line.contains(**word) || starts_in(line, word);
        if let Some(word) = MACHINES.iter().chain(&PLACES).find(is_named) {
            found
                .error(format!("{path}:{at}: `{word}` names a machine or a mirror; derive it where it runs"));
        }
    }
}

/// Whether one of [`PLACES`] stands in a line as the start of a path.
fn starts_in(line: &str, place: &str) -> bool {
    let is_start = |before: &str| !before.ends_with(|c: char| c.is_alphanumeric() || "/.-_*}".contains(c));
    PLACES.contains(&place) && line.match_indices(place).any(|(at, _)| line.get(..at).is_some_and(is_start))
}

/// A style sheet that the index does not name is not shipped.
fn check_styles(tree: &Tree, found: &mut Findings) {
    let Some(index) = tree.get("src-ui/styles/index.css") else { return };
    let named: Vec<String> = face::imports(index)
        .into_iter()
        .map(|name| {
            name.strip_prefix("../")
                .map_or_else(|| format!("src-ui/styles/{name}"), |name| format!("src-ui/{name}"))
        })
        .collect();
    for (path, _) in tree.iter() {
        let is_style =
            path.starts_with("src-ui/") && path.ends_with(".css") && path != "src-ui/styles/index.css";
        if is_style && !named.iter().any(|name| name == path) {
            found.error(format!("{path}: src-ui/styles/index.css does not import it, so it is not shipped"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Findings {
        let mut found = Findings::default();
        check(&Tree::of(&[(path, text)]), &mut found);
        found
    }

    #[test]
    fn long_files_are_questioned_and_longer_ones_refused() {
        assert_eq!(found("a.rs", &"\n".repeat(500)).questions.len(), 0);
        assert_eq!(found("a.rs", &"\n".repeat(501)).questions.len(), 1);
        assert_eq!(found("a.css", &"\n".repeat(801)).errors.len(), 1);
        assert_eq!(found("a.json", &"\n".repeat(801)).errors.len(), 0);
    }

    #[test]
    fn empty_names_are_refused() {
        assert_eq!(found("crates/core/src/utils.rs", "").errors.len(), 1);
        assert_eq!(found("crates/core/src/helpers/x.rs", "").errors.len(), 1);
        assert_eq!(found("a.rs", concat!("pub(crate) struct Notice", "Manager<T> {")).errors.len(), 1);
        assert_eq!(found("a.rs", "impl Service for Notices {}\nuse tower::Service;").errors.len(), 0);
        assert_eq!(found("pages/services.css", "").errors.len(), 0);
    }

    #[test]
    fn unfinished_work_is_refused_in_code() {
        for word in UNFINISHED {
            assert_eq!(found("a.rs", &format!("// {word}")).errors.len(), 1, "{word}");
        }
        assert_eq!(found("notes.md", UNFINISHED[2]).errors.len(), 0);
    }

    #[test]
    fn machines_are_not_named_anywhere() {
        for word in MACHINES.into_iter().chain(PLACES) {
            assert_eq!(found("notes.md", word).errors.len(), 1, "{word}");
            assert_eq!(found("Cargo.lock", word).errors.len(), 0, "{word}");
        }
        let relative = format!("../src{}x.css", PLACES[1]);
        assert_eq!(found("index.css", &relative).errors.len(), 0);
    }

    #[test]
    fn a_style_sheet_that_nobody_imports_is_seen() {
        let index =
            ("src-ui/styles/index.css", "@import url(\"base.css\");\n@import url(\"../src/a/a.css\");");
        let mut found = Findings::default();
        check(&Tree::of(&[index, ("src-ui/styles/base.css", ""), ("src-ui/src/a/a.css", "")]), &mut found);
        assert_eq!(found.errors, Vec::<String>::new());
        check(&Tree::of(&[index, ("src-ui/src/b/b.css", "")]), &mut found);
        assert_eq!(found.errors.len(), 1);
    }
}
