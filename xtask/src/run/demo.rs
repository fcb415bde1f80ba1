//! The demo community on the server, and the people one can step in as.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::step::step;
use crate::{place, program};

/// One of the demo people, as assets/demo/people.csv has them. Pairs are English and Chinese.
struct Person {
    code: &'static str,
    key: &'static str,
    name: [&'static str; 2],
    about: [&'static str; 2],
    language: &'static str,
    mode: &'static str,
}

const PEOPLE: [Person; 5] = [
    Person {
        code: "P-0001",
        key: "wang-mei",
        name: ["Wang Mei", "王梅"],
        about: ["Resident, building 3, flat 1201", "住户，3 号楼 1201"],
        language: "en",
        mode: "standard",
    },
    Person {
        code: "P-0002",
        key: "grandma-wang",
        name: ["Grandma Wang", "王奶奶"],
        about: ["Resident, Simple mode in Chinese", "住户，长辈版"],
        language: "zh",
        mode: "simple",
    },
    Person {
        code: "P-0004",
        key: "zhao",
        name: ["Zhao Jianguo", "赵建国"],
        about: ["Repairs", "维修"],
        language: "zh",
        mode: "standard",
    },
    Person {
        code: "P-0005",
        key: "chen-jing",
        name: ["Chen Jing", "陈静"],
        about: ["Property office", "物业办公室"],
        language: "zh",
        mode: "standard",
    },
    Person {
        code: "P-0006",
        key: "lin",
        name: ["Lin Tao", "林涛"],
        about: ["Manager", "物业经理"],
        language: "zh",
        mode: "standard",
    },
];

/// The server's program, deaf to settings that the developer's own environment has for another server.
pub(super) fn server() -> Command {
    let mut command = Command::new(super::binary("linli-server"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("LINLI_") {
            command.env_remove(name);
        }
    }
    command
}

/// Loads the demo community once, with its dates moved so that the newest notices are of today.
pub(super) fn import(data: &Path) -> Result<()> {
    let done = data.with_extension("imported");
    if done.exists() && data.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(data)?;
    step("loading the demo community", || {
        let folder = place::root().join("assets/demo");
        let mut command = server();
        command.arg("import").arg(folder).arg("--data").arg(data).arg("--dates-end-today");
        program::run_quietly(&mut command, &data.with_extension("log"), None)?;
        Ok(fs::write(done, "")?)
    })
}

/// Invites every demo person and returns what the app wants to know of them, as JSON.
pub(super) fn invite(data: &Path, url: &str) -> Result<String> {
    let mut command = server();
    command.arg("invite").arg("--data").arg(data).args(["--public-url", url, "--format", "json"]);
    for person in &PEOPLE {
        command.args(["--person", person.code]);
    }
    let said = program::text(&mut command).context(
        "The demo people could not be invited. If what an earlier start kept does not fit this version any more, \
         `cargo xtask run --fresh` begins anew",
    )?;
    let invitations: Vec<Value> = said
        .lines()
        .map(serde_json::from_str)
        .collect::<serde_json::Result<_>>()
        .context("linli-server invite printed something else than JSON")?;
    let field = |invitation: &Value, name: &str| Some(invitation.get(name)?.as_str()?.to_owned());
    let link_for = |code: &str| {
        let theirs = |invitation: &&Value| field(invitation, "person").as_deref() == Some(code);
        field(invitations.iter().find(theirs)?, "link")
    };

    let mut people = Vec::new();
    for person in &PEOPLE {
        let link = link_for(person.code).with_context(|| format!("{} got no invitation", person.code))?;
        let [name, name_zh] = person.name;
        let [about, about_zh] = person.about;
        people.push(json!({
            "key": person.key,
            "name": { "en": name, "zh": name_zh },
            "about": { "en": about, "zh": about_zh },
            "settings": { "language": person.language, "mode": person.mode },
            "link": link,
        }));
    }
    Ok(serde_json::to_string_pretty(&people)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_demo_community_has_these_people() {
        let csv = fs::read_to_string(place::root().join("assets/demo/people.csv")).unwrap();
        for person in &PEOPLE {
            let row = csv.lines().find(|line| line.starts_with(&format!("{},", person.code))).unwrap();
            assert!(row.contains(person.name[1]), "{}: {row}", person.code);
            assert!(
                row.contains(&format!(",{},{},", person.language, person.mode)),
                "{}: {row}",
                person.code
            );
        }
    }
}
