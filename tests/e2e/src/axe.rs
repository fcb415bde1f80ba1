//! axe-core: what keeps people from using a page, as far as a machine can tell.

use std::{fs, sync::LazyLock};

use serde_json::{Value, json};

use crate::{page::Page, place};

static AXE: LazyLock<String> = LazyLock::new(|| {
    let path = place::axe();
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
});

/// Which rules are asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rules {
    /// WCAG 2.0 to 2.2 at A and AA, best practice, and contrast at AAA.
    All,
    /// Contrast alone, for a page that has passed all in other colours.
    Contrast,
}

/// What axe finds on the page as it is now, a line for each element.
#[track_caller]
pub fn violations(page: &Page, rules: Rules) -> Vec<String> {
    if page.script("return typeof axe === 'undefined'", &[]) == Value::Bool(true) {
        // Once for each document: the face does not load a new one when it turns a page.
        page.session().run(&AXE, &[]).unwrap_or_else(|error| panic!("axe: {error:#}"));
    }
    let run_only = match rules {
        Rules::All => {
            json!({ "type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
        }
        Rules::Contrast => json!({ "type": "rule", "values": ["color-contrast", "color-contrast-enhanced"] }),
    };
    let options = json!({
        "runOnly": run_only,
        "rules": { "color-contrast-enhanced": { "enabled": true }, "target-size": { "enabled": true } },
        "resultTypes": ["violations"],
    });
    let script = "const done = arguments[1];
        axe.run(document, arguments[0]).then(
            result => done(result.violations.flatMap(rule => rule.nodes.map(node =>
                `${rule.id}: ${node.target.join(' ')}: ${(node.any[0] || node.all[0] || node.none[0] || {}).message || rule.help}`))),
            error => done([`axe broke: ${error}`]))";
    let found = page.session().run_async(script, &[options]).unwrap_or_else(|error| panic!("axe: {error:#}"));
    let lines =
        found.as_array().map(|lines| lines.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    lines.unwrap_or_else(|| vec![format!("axe gave no list: {found}")])
}
