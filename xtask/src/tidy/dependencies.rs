//! Who may depend on whom. The folders state the rule (wire under core under shell), this check keeps it.

use super::{Findings, Tree};

pub(super) fn check(tree: &Tree, found: &mut Findings) {
    for (path, text) in tree.iter().filter(|(path, _)| is_manifest(path)) {
        for dependency in dependencies(text) {
            if let Some(reason) = forbidden(path, &dependency) {
                found.error(format!("{path}: must not depend on `{}`: {reason}", dependency.name));
            }
        }
        if text.lines().any(|line| line == "[package]") && !takes_workspace_lints(text) {
            found.error(format!(
                "{path}: add `[lints] workspace = true`, so that one set of rules holds everywhere"
            ));
        }
    }
}

fn is_manifest(path: &str) -> bool {
    path == "Cargo.toml" || path.ends_with("/Cargo.toml")
}

struct Dependency {
    name: String,
    is_for_tests: bool,
}

/// The dependencies of a manifest, from all its tables except the workspace's shared list.
fn dependencies(manifest: &str) -> Vec<Dependency> {
    let mut all = Vec::new();
    let mut section = "";
    for line in manifest.lines().map(str::trim) {
        if let Some(header) = line.strip_prefix('[') {
            section = header.trim_end_matches(']');
            // `[dependencies.name]` is a dependency by itself.
            if let Some((table, name)) = section.rsplit_once('.')
                && is_dependency_table(table)
            {
                all.push(Dependency {
                    name: name.to_owned(),
                    is_for_tests: table.ends_with("dev-dependencies"),
                });
            }
            continue;
        }
        if is_dependency_table(section)
            && let Some(name) = line.split(['.', '=', ' ']).next()
            && !name.is_empty()
            && !name.starts_with('#')
        {
            all.push(Dependency {
                name: name.to_owned(),
                is_for_tests: section.ends_with("dev-dependencies"),
            });
        }
    }
    all
}

fn is_dependency_table(section: &str) -> bool {
    section != "workspace.dependencies"
        && section
            .rsplit('.')
            .next()
            .is_some_and(|table| ["dependencies", "dev-dependencies", "build-dependencies"].contains(&table))
}

fn forbidden(manifest: &str, dependency: &Dependency) -> Option<&'static str> {
    let name = dependency.name.as_str();
    let is = |family: &str| {
        name == family || name.strip_prefix(family).is_some_and(|rest| rest.starts_with(['-', '_']))
    };
    let is_ours = is("linli");
    match manifest {
        "crates/wire/Cargo.toml" if is_ours => Some("what is said knows nothing of who says it"),
        "crates/core/Cargo.toml" if name == "tokio" && !dependency.is_for_tests => {
            Some("the core starts no thread, no timer and no runtime, so that it also runs in a browser")
        }
        "crates/core/Cargo.toml"
            if is_ours && !dependency.is_for_tests && !["linli-wire", "linli-picture"].contains(&name) =>
        {
            Some("of ours the core knows only the wire, and how a picture is made small")
        }
        "crates/picture/Cargo.toml" if is_ours => Some("pixels know nothing of who looks at them"),
        "src-ui/Cargo.toml" if is_ours && name != "linli-wire" => {
            Some("of ours the face knows only the wire")
        }
        // An empty window is what the window of the app is measured against.
        "tests/empty-window/Cargo.toml" => None,
        other if is("tauri") && other != "Cargo.toml" => {
            Some("only the shell (the root package) names tauri")
        }
        other if is("leptos") && other != "src-ui/Cargo.toml" => Some("only the face names leptos"),
        _ => None,
    }
}

fn takes_workspace_lints(manifest: &str) -> bool {
    let mut lines = manifest.lines().map(str::trim).skip_while(|line| *line != "[lints]");
    lines.next();
    lines.take_while(|line| !line.starts_with('[')).any(|line| line == "workspace = true")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINTS: &str = "\n[lints]\nworkspace = true\n";

    fn errors(path: &str, dependencies: &str) -> Vec<String> {
        let mut found = Findings::default();
        check(&Tree::of(&[(path, &format!("[package]\n{dependencies}{LINTS}"))]), &mut found);
        found.errors
    }

    #[test]
    fn each_forbidden_arrow_is_seen_however_it_is_written() {
        for (path, dependencies) in [
            ("crates/wire/Cargo.toml", "[dependencies]\nlinli-core.workspace = true"),
            ("crates/wire/Cargo.toml", "[dev-dependencies]\nlinli-testkit = { path = \"../testkit\" }"),
            ("crates/core/Cargo.toml", "[dependencies]\ntokio = \"1\""),
            ("crates/core/Cargo.toml", "[dependencies.tokio]\nversion = \"1\""),
            ("crates/core/Cargo.toml", "[target.'cfg(unix)'.dependencies]\ntokio.workspace = true"),
            ("crates/core/Cargo.toml", "[dependencies]\nlinli-server.workspace = true"),
            ("crates/server/Cargo.toml", "[dependencies]\ntauri-plugin-opener = \"2\""),
            ("crates/core/Cargo.toml", "[dev-dependencies]\nleptos_router = \"0.8\""),
            ("src-ui/Cargo.toml", "[dependencies]\nlinli-core.workspace = true"),
            ("Cargo.toml", "[dependencies]\nleptos = \"0.8\""),
            ("src-ui/Cargo.toml", "[build-dependencies]\ntauri-build = \"2\""),
        ] {
            assert_eq!(errors(path, dependencies).len(), 1, "{path}: {dependencies}");
        }
    }

    #[test]
    fn the_arrows_of_the_design_are_allowed() {
        for (path, dependencies) in [
            (
                "crates/core/Cargo.toml",
                "[dependencies]\nlinli-wire.workspace = true\n# tokio would start threads",
            ),
            (
                "crates/core/Cargo.toml",
                "[dev-dependencies]\ntokio.workspace = true\nlinli-testkit.workspace = true",
            ),
            (
                "src-ui/Cargo.toml",
                "[dependencies]\nleptos = \"0.8\"\nleptos_i18n = \"0.6\"\nlinli-wire.workspace = true",
            ),
            ("Cargo.toml", "[dependencies]\ntauri = \"2\"\n[workspace.dependencies]\nleptos = \"0.8\""),
        ] {
            assert_eq!(errors(path, dependencies), Vec::<String>::new());
        }
    }

    #[test]
    fn a_crate_without_the_common_lints_is_seen() {
        let mut found = Findings::default();
        let manifest = "[package]\nname = \"x\"\n\n[lints]\n\n[features]\nworkspace = true\n";
        check(&Tree::of(&[("crates/x/Cargo.toml", manifest)]), &mut found);
        assert_eq!(found.errors.len(), 1);
    }
}
