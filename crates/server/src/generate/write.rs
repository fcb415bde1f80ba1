//! Writing a community as a folder that `import` reads.

use std::{fmt::Write as _, fs, io, path::Path};

use linli_wire::{Language, Localized};

use crate::import::{AudienceRow, Folder, NoticeRow};

/// Writes `folder` into the new directory `out`.
///
/// # Errors
/// `AlreadyExists`, or the disk's.
pub fn write(folder: &Folder, out: &Path) -> io::Result<()> {
    fs::create_dir(out)?;
    fs::create_dir(out.join("notices"))?;
    fs::write(out.join("community.toml"), community(folder))?;
    let mut table =
        Table::new(out, "buildings.csv", &["code", "name_zh", "name_en", "floors", "units_per_floor"])?;
    for (code, row) in &folder.buildings {
        let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        let name = |language| row.name.0.get(&language).cloned().unwrap_or_default();
        table.row(&[
            code,
            &name(Language::zh()),
            &name(Language::en()),
            &number(row.floors),
            &number(row.units_per_floor),
        ])?;
    }
    table.end()?;
    let mut table = Table::new(out, "units.csv", &["building", "code", "floor", "area_m2"])?;
    for (code, row) in &folder.units {
        let floor = row.floor.map(|floor| floor.to_string()).unwrap_or_default();
        let area = row.area.map(|area| format!("{}.{:02}", area / 100, area % 100)).unwrap_or_default();
        table.row(&[&code.building, &code.code, &floor, &area])?;
    }
    table.end()?;
    let mut table = Table::new(out, "households.csv", &["code", "units"])?;
    for (code, row) in &folder.households {
        let units: Vec<String> = row.units.iter().map(ToString::to_string).collect();
        table.row(&[code, &units.join(";")])?;
    }
    table.end()?;
    let header =
        ["code", "name", "given_name", "household", "role", "language", "mode", "phone", "birth_year"];
    let mut table = Table::new(out, "people.csv", &header)?;
    for (code, row) in &folder.people {
        table.row(&[
            code,
            &row.name,
            &row.given_name,
            row.household.as_deref().unwrap_or_default(),
            row.role.as_str(),
            row.language.as_str(),
            if row.simple { "simple" } else { "standard" },
            row.phone.as_deref().unwrap_or_default(),
            &row.birth_year.map(|year| year.to_string()).unwrap_or_default(),
        ])?;
    }
    table.end()?;
    let header = [
        "code",
        "name_zh",
        "name_en",
        "icon",
        "emergency_hours",
        "urgent_hours",
        "normal_hours",
        "chargeable",
        "retired",
    ];
    let mut table = Table::new(out, "repair-categories.csv", &header)?;
    for (code, row) in &folder.repair_categories {
        let name = |language| row.name.0.get(&language).cloned().unwrap_or_default();
        let hours = |hours: Option<u16>| hours.map(|hours| hours.to_string()).unwrap_or_default();
        let yes = |yes| if yes { "yes" } else { "no" };
        table.row(&[
            code,
            &name(Language::zh()),
            &name(Language::en()),
            &row.icon,
            &hours(row.promised.emergency),
            &hours(row.promised.urgent),
            &hours(row.promised.normal),
            yes(row.chargeable),
            yes(row.retired),
        ])?;
    }
    table.end()?;
    let mut table = Table::new(out, "common-areas.csv", &["code", "name_zh", "name_en", "building"])?;
    for (code, row) in &folder.common_areas {
        let name = |language| row.name.0.get(&language).cloned().unwrap_or_default();
        let building = row.building.as_deref().unwrap_or_default();
        table.row(&[code, &name(Language::zh()), &name(Language::en()), building])?;
    }
    table.end()?;
    for (slug, notice) in &folder.notices {
        for language in notice.texts.keys() {
            fs::write(out.join("notices").join(format!("{slug}.{language}.md")), markdown(notice, language))?;
        }
    }
    Ok(())
}

struct Table(csv::Writer<fs::File>);

impl Table {
    fn new(out: &Path, name: &str, header: &[&str]) -> io::Result<Self> {
        let mut table = Self(csv::Writer::from_writer(fs::File::create_new(out.join(name))?));
        table.row(header)?;
        Ok(table)
    }

    fn row(&mut self, cells: &[&str]) -> io::Result<()> {
        self.0.write_record(cells).map_err(io::Error::from)
    }

    fn end(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn community(folder: &Folder) -> String {
    let row = &folder.community;
    let fields = &row.fields;
    let languages: Vec<String> = fields.languages.iter().map(|language| quoted(language.as_str())).collect();
    let mut text = format!(
        "key = {}\ntime_zone = {}\ncurrency = {}\nlanguages = [{}]\nas_of = \"{}\"\n\n[name]\n",
        quoted(&row.key),
        quoted(&fields.time_zone),
        quoted(&fields.currency),
        languages.join(", "),
        row.as_of,
    );
    localized(&mut text, "", &fields.name);
    let _ = writeln!(text, "\n[office]\nphone = {}", quoted(&fields.office.phone));
    localized(&mut text, "hours.", &fields.office.hours);
    localized(&mut text, "address.", &fields.office.address);
    for category in &fields.categories {
        let _ = writeln!(text, "\n[[categories]]\nkey = {}", quoted(&category.key));
        localized(&mut text, "name.", &category.name);
        let _ = writeln!(text, "icon = {}", quoted(&category.icon));
    }
    text
}

fn localized(text: &mut String, prefix: &str, value: &Localized) {
    for (language, words) in &value.0 {
        let _ = writeln!(text, "{prefix}{language} = {}", quoted(words));
    }
}

fn markdown(notice: &NoticeRow, language: &Language) -> String {
    let Some(words) = notice.texts.get(language) else { return String::new() };
    let audience: Vec<String> = match &notice.audience {
        AudienceRow::Community => vec![quoted("community")],
        AudienceRow::Buildings(codes) => {
            codes.iter().map(|code| quoted(&format!("building:{code}"))).collect()
        }
        AudienceRow::Units(units) => units.iter().map(|unit| quoted(&format!("unit:{unit}"))).collect(),
        AudienceRow::Role(role) => vec![quoted(&format!("role:{}", role.as_str()))],
    };
    let mut text = format!(
        "+++\ntitle = {}\ncategory = {}\npublished = {}\nauthor = {}\naudience = [{}]\n",
        quoted(&words.title),
        quoted(&notice.category),
        notice.published,
        quoted(&notice.author),
        audience.join(", "),
    );
    for (key, at) in [("changed", notice.changed), ("expires", notice.expires)] {
        if let Some(at) = at {
            let _ = writeln!(text, "{key} = {at}");
        }
    }
    for (key, yes) in [("emergency", notice.emergency), ("pinned", notice.pinned)] {
        if yes {
            let _ = writeln!(text, "{key} = true");
        }
    }
    let _ = writeln!(text, "+++\n\n{}", words.body);
    text
}

/// A basic string of TOML: JSON's escapes are a part of TOML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
