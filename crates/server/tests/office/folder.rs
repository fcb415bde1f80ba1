//! A small office's folder without a mistake, for tests to spoil.

use std::{fs, path::Path};

pub const COMMUNITY: &str = r#"key = "sunshine"
time_zone = "Asia/Shanghai"
currency = "CNY"
languages = ["zh", "en"]
as_of = "2026-11-22"

[name]
zh = "阳光花园"
en = "Sunshine Garden"

[office]
phone = "+86 10 5550 0100"
hours.zh = "每天"
hours.en = "Every day"
address.zh = "2号楼"
address.en = "Building 2"

[[categories]]
key = "water"
name.zh = "水"
name.en = "Water"
icon = "drop"
"#;

pub const BUILDINGS: &str =
    "code,name_zh,name_en,floors,units_per_floor\n1,1号楼,Building 1,6,2\n3,3号楼,Building 3,29,8\n";
pub const UNITS: &str = "building,code,floor,area_m2\n1,101,1,112.4\n3,1201,12,83.0\n3,1202,12,83\n";
pub const HOUSEHOLDS: &str = "code,units\nH-0001,3-1201;3-1202\nH-0002,1-101\n";
pub const PEOPLE: &str = "code,name,given_name,household,role,language,mode,phone,birth_year
P-0001,王梅,梅,H-0001,household_head,en,standard,+86 10 5550 0101,1988
P-0002,王秀英,王奶奶,H-0001,resident,zh,simple,,1944
P-0003,李强,强,H-0002,household_head,zh,,,
P-0005,陈静,静,,staff,zh,standard,,
";

pub const REPAIR_CATEGORIES: &str =
    "code,name_zh,name_en,icon,emergency_hours,urgent_hours,normal_hours,chargeable,retired
plumbing,水管,Plumbing,drop,2,8,24,yes,no
lifts,电梯,Lifts,lift,1,4,,no,
";
pub const COMMON_AREAS: &str = "code,name_zh,name_en,building\ngate,大门,Gate,\nlobby,大堂,Lobby,3\n";

pub const ROUNDS: &str = r#"[[plans]]
code = "lifts"
name = { zh = "电梯周检", en = "Lifts, weekly" }
every = "1 week"
first = "2026-11-02"
days = 3

[[plans.points]]
code = "lift-1"
name = { zh = "1号楼电梯", en = "Lift 1" }
building = "1"
category = "lifts"
checks = [{ zh = "门能关上", en = "The door closes" }, { zh = "灯亮" }]

[[plans.points]]
code = "gate"
name = { zh = "大门" }
area = "gate"
category = "lifts"
checks = [{ zh = "能锁上" }]

[[plans.walked]]
day = "2026-11-16"
by = "P-0005"
failed = { point = "lift-1", check = 2, words = "灯不亮" }
"#;

pub const WATER_ZH: &str = r#"+++
title = "{{day+1}}停水"
category = "water"
published = 2026-11-20T09:00:00
author = "P-0005"
audience = ["building:3"]
pinned = true
expires = 2026-11-30
+++

{{day+1}} 9:00–12:00 停水。

![水泵](pictures/pump.png)
"#;

pub const WATER_EN: &str = r#"+++
title = "No water on {{day+1}}"
category = "water"
published = 2026-11-20T09:00:00
author = "P-0005"
audience = ["building:3"]
pinned = true
expires = 2026-11-30
+++

No water.
"#;

pub const PARTY: &str = r#"+++
title = "晚会"
category = "water"
published = 2026-12-24T19:00:00
author = "P-0005"
audience = ["community"]
+++

欢迎。
"#;

/// Writes the sound folder.
pub fn sound() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir_all(root.join("notices/pictures")).unwrap();
    put(root, "community.toml", COMMUNITY);
    put(root, "buildings.csv", BUILDINGS);
    put(root, "units.csv", UNITS);
    put(root, "households.csv", HOUSEHOLDS);
    put(root, "people.csv", PEOPLE);
    put(root, "notices/water.zh.md", WATER_ZH);
    put(root, "notices/water.en.md", WATER_EN);
    put(root, "notices/party.zh.md", PARTY);
    put(root, "notices/pictures/pump.png", include_bytes!("pictures/small.png"));
    folder
}

/// The sound folder with plans of rounds, and what they refer to.
pub fn with_rounds() -> tempfile::TempDir {
    let folder = sound();
    put(folder.path(), "repair-categories.csv", REPAIR_CATEGORIES);
    put(folder.path(), "common-areas.csv", COMMON_AREAS);
    put(folder.path(), "rounds.toml", ROUNDS);
    folder
}

pub fn put(root: &Path, file: &str, content: impl AsRef<[u8]>) {
    fs::write(root.join(file), content).unwrap();
}
