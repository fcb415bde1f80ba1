//! One name through every layer: who knows a domain in one crate finds it in the others without searching.

use super::{Findings, Tree};

/// Modules of the wire that are no domain: words of the conversation itself.
const VOCABULARY: [&str; 10] =
    ["command", "error", "id", "language", "lib", "markdown", "money", "ops", "text", "time"];

/// Where a domain of the wire is to be found again.
const LAYERS: [(&str, &str); 3] =
    [("core", "crates/core/src"), ("server", "crates/server/src"), ("face", "src-ui/src/pages")];

/// A domain that a layer has no part in, with the reason.
const EXCEPTIONS: [(&str, &str, &str); 9] = [
    ("attachments", "face", "files are shown inside what they belong to"),
    ("outbox", "server", "what waits to be sent waits on the device; the server knows it as ops"),
    ("outbox", "face", "each waiting thing is shown in its own place"),
    ("session", "face", "signing in happens without a page"),
    ("sync", "face", "sync is seen only through what it brings"),
    ("settings", "core", "they belong to the device, whose module keeps them"),
    ("community", "face", "the community is the frame of every page"),
    ("typed", "server", "what is typed and not sent stays on the device"),
    ("typed", "face", "fields stand on the pages of what they are about; src-ui/src/typing.rs keeps them"),
];

pub(super) fn check(tree: &Tree, found: &mut Findings) {
    for domain in domains(tree) {
        for (layer, folder) in LAYERS {
            // A layer that is not there yet cannot have lost anything.
            let is_built = tree.iter().any(|(path, _)| path.starts_with(folder) && path.ends_with(".rs"));
            let is_excused = EXCEPTIONS.iter().any(|(name, without, _)| *name == domain && *without == layer);
            if is_built && !is_excused && !has_module(tree, folder, domain) {
                found.error(format!(
                    "{folder}: the wire's domain `{domain}` has no module of that name here; \
                     use the same name, or write the reason into xtask/src/tidy/domains.rs"
                ));
            }
        }
    }
}

fn domains(tree: &Tree) -> Vec<&str> {
    let mut domains = Vec::new();
    for (path, _) in tree.iter() {
        let Some(name) = path.strip_prefix("crates/wire/src/") else { continue };
        let name = name.split(['/', '.']).next().unwrap_or_default();
        if path.ends_with(".rs")
            && !VOCABULARY.contains(&name)
            && !name.contains("tests")
            && !domains.contains(&name)
        {
            domains.push(name);
        }
    }
    domains
}

fn has_module(tree: &Tree, folder: &str, name: &str) -> bool {
    tree.get(&format!("{folder}/{name}.rs")).is_some()
        || tree
            .iter()
            .any(|(path, _)| path.starts_with(&format!("{folder}/{name}/")) && path.ends_with(".rs"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(files: &[&str]) -> Vec<String> {
        let mut found = Findings::default();
        check(&Tree::of(&files.iter().map(|path| (*path, "")).collect::<Vec<_>>()), &mut found);
        found.errors
    }

    #[test]
    fn a_domain_under_another_name_is_seen_in_each_layer() {
        let wire = "crates/wire/src/notices.rs";
        assert_eq!(errors(&[wire, "crates/core/src/news.rs"]).len(), 1);
        assert_eq!(errors(&[wire, "crates/core/src/news.rs", "crates/server/src/posts/mod.rs"]).len(), 2);
        assert_eq!(errors(&[wire, "src-ui/src/pages/board.rs"]).len(), 1);
    }

    #[test]
    fn a_file_or_a_folder_of_the_same_name_will_do() {
        let wire = ["crates/wire/src/notices.rs", "crates/wire/src/time.rs", "crates/wire/src/lib.rs"];
        let rest = ["crates/core/src/notices.rs", "crates/server/src/notices/publish.rs"];
        assert_eq!(errors(&[&wire[..], &rest[..]].concat()), Vec::<String>::new());
    }
}
