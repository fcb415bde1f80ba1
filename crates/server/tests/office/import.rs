//! Importing a folder: what is refused, what is understood, and what happens the second time.

use std::fmt::Write as _;

use linli_server::import::{self, Applying, Counts, Reading};

use crate::{
    folder::{self, put, sound},
    on_both_engines,
    place::reading,
};

/// The sound folder with one file replaced, and what is said about it.
fn said(file: &str, content: impl AsRef<[u8]>) -> String {
    let folder = sound();
    put(folder.path(), file, content);
    match import::read(folder.path(), reading()) {
        Ok(_) => "nothing to mend\n".to_owned(),
        Err(problems) => problems.iter().map(|problem| format!("{problem}\n")).collect(),
    }
}

#[test]
fn every_kind_of_bad_row_is_told_with_its_place_and_what_to_do() {
    let people = |row: &str| format!("{}{row}\n", folder::PEOPLE);
    let notice = |from: &str, to: &str| {
        assert!(folder::PARTY.contains(from), "{from}");
        folder::PARTY.replace(from, to)
    };
    let cases: Vec<(&str, &str, String)> = vec![
        ("empty file", "units.csv", String::new()),
        ("column missing", "units.csv", "building,floor\n1,1\n".to_owned()),
        ("column unknown and twice", "buildings.csv", "code,code,name_zh,colour\n1,1,一,red\n".to_owned()),
        ("cells beyond the header", "households.csv", "code,units\nH-0001,3-1201,3-1202\nH-0002,1-101\n".to_owned()),
        ("quote not closed", "households.csv", "code,units\nH-0001,\"3-1201\nH-0002,1-101\n".to_owned()),
        ("code twice", "people.csv", people("P-0003,张三,,H-0002,resident,,,,")),
        ("flat twice", "units.csv", format!("{}3,1201,12,\n", folder::UNITS)),
        ("numbers made by a spreadsheet", "units.csv", "building,code\n1,101.0\n1,\"1,201\"\n1,1.2E+03\n1,１０１\n1,#REF!\n1,10 1\n1,101\n3,1201\n3,1202\n".to_owned()),
        ("floor and area", "units.csv", "building,code,floor,area_m2\n1,101,7,\"1,112.4\"\n3,1201,twelve,83.125\n3,1202,12.0,0\n".to_owned()),
        ("building unknown", "units.csv", format!("{}9,901,9,\n", folder::UNITS)),
        ("dash in a building", "buildings.csv", format!("{}3-A,,Three A,,\n", folder::BUILDINGS)),
        ("building without a name", "buildings.csv", "code,floors\n1,6\n3,29\n".to_owned()),
        ("unit of two households, unknown, misspelt", "households.csv", "code,units\nH-0001,3-1201;3-1202\nH-0002,1-101;3-1201;3-9999;1101\n".to_owned()),
        ("household without units", "households.csv", "code,units\nH-0001,3-1201\nH-0002,\n".to_owned()),
        ("person's fields", "people.csv", people("P-0009,,,H-0099,boss,ZH,fast,call me,88")),
        ("days on which people left", "people.csv", folder::PEOPLE.replace("birth_year\n", "birth_year,left\n") + "P-0009,甲,,H-0002,resident,,,,,31.1.2026\nP-0010,乙,,,resident,,,,,20260131\n"),
        ("names", "people.csv", people("P-0009,#NAME?,王\u{FFFD},H-0002,resident,,,1.38E+10,")),
        ("characters that nobody sees", "people.csv", people("P-0009,\u{200B},Fee\u{202E}eerf,H-0002,resident,,,,")),
        ("characters that nobody sees in a title", "notices/party.zh.md", notice("title = \"", "title = \"\u{2066}")),
        ("characters that nobody sees in the community's name", "community.toml", folder::COMMUNITY.replace("阳光花园", "阳光\u{200B}花园")),
        ("resident without household, staff with one", "people.csv", people("P-0009,甲,,,resident,,,,\nP-0010,乙,,H-0001,staff,,,,")),
        ("community's values", "community.toml", folder::COMMUNITY.replace("Asia/Shanghai", "Beijing").replace("\"CNY\"", "\"yuan\"").replace("\"2026-11-22\"", "\"22.11.2026\"").replace("name.en = \"Water\"\n", "").replace("+86 10", "010")),
        ("community's opening times", "community.toml", folder::COMMUNITY.replace("[[categories]]", "[[office.opening]]\ndays = [0]\nfrom = \"8\"\nuntil = \"25:00\"\n[[office.opening]]\ndays = [1]\nfrom = \"9:00\"\nuntil = \"8:00\"\n[[categories]]")),
        ("community's holidays", "community.toml", folder::COMMUNITY.replace("address.en", "holidays = [\"2027-01-01\", \"1 May\", \"2027-02-30\"]\naddress.en")),
        ("kinds of repair", "repair-categories.csv", "code,name_zh,emergency_hours,urgent_hours,normal_hours,chargeable,retired\nplumbing,水管,2,0,99999,maybe,\nPlumbing!,水管,,,,,\nPOWER,电,,,,,\nlifts,,1.5,,,yes,no\nplumbing,又一个,,,,,\n\u{202E}x,\u{200B},,,,,\n".to_owned()),
        ("kinds of repair without names", "repair-categories.csv", "code,name_fr\nplumbing,Eau\n".to_owned()),
        ("common areas", "common-areas.csv", "code,name_zh,building,colour\ngate,大门,9,red\n".to_owned()),
        ("common areas' rows", "common-areas.csv", "code,name_zh,building\ngate,大门,9\ngate,又一个,\n,没有,\nlobby,#NAME?,3\n".to_owned()),
        ("community's keys", "community.toml", folder::COMMUNITY.replace("currency", "curency")),
        ("community is not TOML", "community.toml", "key = \n".to_owned()),
        ("notice without front matter", "notices/party.zh.md", "欢迎。\n".to_owned()),
        ("notice's front matter not closed", "notices/party.zh.md", "+++\ntitle = \"a\"\n\n欢迎。\n".to_owned()),
        ("notice's unknown key", "notices/party.zh.md", notice("category", "kategory")),
        ("notice's values", "notices/party.zh.md", notice("\"water\"", "\"fire\"").replace("P-0005", "P-9999").replace("2026-12-24T19:00:00", "2026-12-24")),
        ("notice's audience", "notices/party.zh.md", notice("[\"community\"]", "[\"community\", \"building:1\"]")),
        ("notice's building", "notices/party.zh.md", notice("[\"community\"]", "[\"building:1\", \"building:7\"]")),
        ("notice's times", "notices/party.zh.md", notice("audience", "changed = 2026-12-01T00:00:00\nexpires = 2026-12-01\naudience")),
        ("notice with a zone", "notices/party.zh.md", notice("2026-12-24T19:00:00", "2026-12-24T19:00:00Z")),
        ("notice's placeholders", "notices/party.zh.md", notice("欢迎。", "{{today}}\n\n{{day+1} 欢迎。")),
        ("notice's pictures", "notices/party.zh.md", notice("欢迎。", "![a](pictures/none.png)\n\n![b](https://example.org/b.png)\n![c](../c.png)")),
        ("notice without text", "notices/party.zh.md", notice("欢迎。", "")),
        ("languages that differ", "notices/water.en.md", folder::WATER_EN.replace("pinned = true", "pinned = false")),
        ("language unknown here", "notices/party.fr.md", folder::PARTY.to_owned()),
        ("file without a language", "notices/party.md", folder::PARTY.to_owned()),
    ];
    let mut all = String::new();
    for (what, file, content) in cases {
        let _ = write!(all, "# {what}\n{}\n", said(file, content));
    }
    let _ = write!(all, "# UTF-16\n{}\n", said("people.csv", b"\xFF\xFEc\0o\0d\0e\0"));
    let _ = write!(
        all,
        "# picture cut off\n{}\n",
        said("notices/pictures/pump.png", &include_bytes!("pictures/small.png")[..60])
    );
    let _ = write!(
        all,
        "# no picture\n{}\n",
        said("notices/pictures/pump.png", include_bytes!("pictures/still.gif"))
    );
    insta::assert_snapshot!(all);
}

#[test]
fn a_folder_that_is_none_and_an_empty_one_are_told() {
    let empty = tempfile::tempdir().unwrap();
    let said = import::read(empty.path(), reading()).unwrap_err();
    let said: Vec<String> = said.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "buildings.csv: The file is missing.",
            "community.toml: The file is missing.",
            "households.csv: The file is missing.",
            "people.csv: The file is missing.",
            "units.csv: The file is missing."
        ]
    );
    let said = import::read(&empty.path().join("none"), reading()).unwrap_err();
    assert!(said[0].message.contains("not a folder"), "{said:?}");
}

#[test]
fn spreadsheets_are_read_as_any_excel_saves_them() {
    let expected = import::read(sound().path(), reading()).unwrap();
    let folder = sound();
    let gbk = |text: &str| {
        let (bytes, _, lossy) = encoding_rs::GBK.encode(text);
        assert!(!lossy);
        bytes.into_owned()
    };
    put(folder.path(), "people.csv", gbk(folder::PEOPLE));
    put(folder.path(), "notices/party.zh.md", gbk(folder::PARTY));
    put(folder.path(), "buildings.csv", format!("\u{FEFF}{}", folder::BUILDINGS.replace('\n', "\r\n")));
    put(folder.path(), "units.csv", format!("\n\n{}\n;;;\n", folder::UNITS.replace(',', ";")));
    put(folder.path(), "households.csv", "Units\tCODE\n\"3-1201；3-1202\"\tH-0001\n\n1-101\tH-0002");
    put(folder.path(), "notices/water.zh.md", folder::WATER_ZH.replace('\n', "\r\n"));
    assert_eq!(import::read(folder.path(), reading()).unwrap(), expected);
}

#[test]
fn dates_can_be_shifted_to_end_today_and_the_words_follow() {
    let folder = sound();
    // 23:30 in London is the next day in Shanghai, whose calendar counts.
    let later = Reading { now: "2027-03-01T23:30:00Z".parse().unwrap(), dates_end_today: true };
    let notice = &import::read(folder.path(), later).unwrap().notices["water"];
    assert_eq!(notice.published.to_string(), "2027-02-28T09:00:00");
    assert_eq!(notice.expires.unwrap().to_string(), "2027-03-10T23:59:59");
    let titles: Vec<&str> = notice.texts.values().map(|text| text.title.as_str()).collect();
    assert_eq!(titles, ["No water on Monday 1 March", "3月1日（周一）停水"]);
}

on_both_engines! {
    async fn importing_twice_changes_nothing(place) {
        let folder = sound();
        let first = place.import(folder.path(), false).await;
        assert_eq!(first.total(), Counts { new: 14, changed: 0, unchanged: 0 });
        assert_eq!(place.findings().await, Vec::<String>::new());
        let before = place.everything().await;
        assert!(before.iter().any(|line| line.contains("attachment:")), "the picture's path was rewritten");
        let second = place.import(folder.path(), false).await;
        assert_eq!(second.to_string().lines().last(), Some("0 new, 0 changed, 14 unchanged"));
        assert_eq!(place.everything().await, before);
        assert_eq!(place.number("SELECT COUNT(*) FROM notice WHERE state = 'scheduled'").await, 1, "the party is to come");
    }

    async fn kinds_of_repair_and_common_areas_follow_the_folder_and_changes_in_the_app_are_left_alone(place) {
        use linli_server::repairs::settings;
        let folder = sound();
        put(folder.path(), "repair-categories.csv", folder::REPAIR_CATEGORIES);
        put(folder.path(), "common-areas.csv", folder::COMMON_AREAS);
        let community = folder::COMMUNITY.replace("address.en", "holidays = [\"2027-01-01\"]\naddress.en");
        put(folder.path(), "community.toml", community);
        let first = place.import(folder.path(), false).await;
        assert_eq!(first.total(), Counts { new: 18, changed: 0, unchanged: 0 });
        assert_eq!(place.findings().await, Vec::<String>::new());
        let before = place.everything().await;
        assert!(before.iter().any(|line| line.contains("2027-01-01")), "{before:?}");
        assert_eq!(place.import(folder.path(), false).await.total().unchanged, 18);
        assert_eq!(place.everything().await, before);
        // The office charges for lifts in the app; the folder renames them, and plumbing, too.
        place.db.write(|tx| {
            let community = tx.query_one("SELECT id FROM community", &[])?.get(0)?;
            let mut lifts = settings::category(tx, community, "lifts")?.unwrap();
            lifts.content.chargeable = true;
            settings::put_category(tx, community, lifts.id, &lifts.content).map(drop)
        }).await.unwrap();
        put(folder.path(), "repair-categories.csv", folder::REPAIR_CATEGORIES.replace("电梯", "升降机").replace("水管", "上下水"));
        let told = "repair-categories.csv:3: lifts: changed in the app since the last import; use --overwrite to replace it";
        let summary = place.import(folder.path(), false).await;
        assert!(summary.to_string().contains(told), "{summary}");
        assert_eq!((summary.total().changed, summary.conflicts.len()), (1, 1));
        let lifts = "SELECT COUNT(*) FROM repair_category WHERE content LIKE '%电梯%' AND content LIKE '%\"chargeable\":true%'";
        assert_eq!(place.number(lifts).await, 1);
        let read = import::read(folder.path(), reading()).unwrap();
        let overwrite = Applying { dry_run: false, overwrite: true };
        assert_eq!(import::apply(&place.db, &place.files, read, overwrite).await.unwrap().conflicts, []);
        assert_eq!(place.number(lifts).await, 0);
        // A file that is no longer there deletes nothing.
        std::fs::remove_file(folder.path().join("common-areas.csv")).unwrap();
        let summary = place.import(folder.path(), false).await;
        assert_eq!(summary.missing["common-areas.csv"], ["gate", "lobby"]);
        assert_eq!(place.number("SELECT COUNT(*) FROM common_area").await, 2);
        assert_eq!(place.findings().await, Vec::<String>::new());
    }

    async fn a_dry_run_tells_the_same_and_touches_nothing(place) {
        let folder = sound();
        let before = { place.db.write(linli_server::instance::open).await.unwrap(); place.everything().await };
        let dry = place.import(folder.path(), true).await;
        assert_eq!(place.everything().await, before);
        assert_eq!(place.files.all().unwrap(), Vec::<String>::new());
        let wet = place.import(folder.path(), false).await;
        assert_eq!(dry.counts, wet.counts);
        assert!(dry.to_string().ends_with("Dry run, nothing was written: 14 new, 0 changed, 0 unchanged\n"), "{dry}");
    }

    async fn a_changed_spreadsheet_updates_and_what_people_changed_themselves_stays(place) {
        let folder = sound();
        place.import(folder.path(), false).await;
        // Wang Mei and Grandma Wang change their settings in the app.
        let changed = "UPDATE person SET given_name = 'Mimi', simple = 1, version = version + 1 WHERE code IN ('P-0001', 'P-0002')";
        assert_eq!(place.execute(changed).await, 2);
        // The office mends a name, moves Grandma, and drops Li Qiang's row and the party.
        let people = folder::PEOPLE
            .replace("王梅,梅", "王小梅,梅")
            .replace("王秀英,王奶奶,H-0001", "王秀英,秀英奶奶,H-0002")
            .lines().filter(|line| !line.starts_with("P-0003")).collect::<Vec<_>>().join("\n");
        put(folder.path(), "people.csv", people);
        put(folder.path(), "notices/water.zh.md", folder::WATER_ZH.replace("9:00–12:00", "9:00–15:00"));
        std::fs::remove_file(folder.path().join("notices/party.zh.md")).unwrap();
        let summary = place.import(folder.path(), false).await;
        assert_eq!(summary.to_string(), "\
buildings.csv: 0 new, 0 changed, 2 unchanged
community.toml: 0 new, 0 changed, 1 unchanged
households.csv: 0 new, 0 changed, 2 unchanged
notices: 0 new, 1 changed, 0 unchanged
people.csv: 0 new, 2 changed, 1 unchanged
units.csv: 0 new, 0 changed, 3 unchanged
notices: 1 row is no longer there (party). Nothing was deleted.
people.csv: 1 row is no longer there (P-0003). Nothing was deleted. Whoever has left gets the day in the column left, or `linli-server remove --person CODE`.
people.csv:3:given_name: P-0002: changed in the app since the last import; use --overwrite to replace it
0 new, 3 changed, 9 unchanged, 1 conflict
");
        assert_eq!(place.number("SELECT COUNT(*) FROM person WHERE name = '王小梅' AND given_name = 'Mimi' AND simple = 1").await, 1);
        let moved = "SELECT COUNT(*) FROM person JOIN household ON household.id = person.household_id WHERE person.code = 'P-0002' AND household.code = 'H-0002' AND given_name = 'Mimi' AND simple = 1";
        assert_eq!(place.number(moved).await, 1);
        assert_eq!(place.number("SELECT COUNT(*) FROM person").await, 4);
        assert_eq!(place.number("SELECT version FROM notice WHERE state = 'published'").await, 2);
        assert_eq!(place.findings().await, Vec::<String>::new());
    }

    async fn what_both_sides_changed_is_told_every_time_and_stays_until_it_is_overwritten(place) {
        let folder = sound();
        place.import(folder.path(), false).await;
        // Chen Jing mends the notice in the app, and Grandma chooses how she is addressed.
        let mend = |words: &'static str| move |tx: &mut linli_server::db::Tx<'_>| {
            let row = tx.query_one("SELECT community_id, id FROM notice WHERE state = 'published'", &[])?;
            let (community, id) = (row.get(0)?, row.get(1)?);
            let mut notice = linli_server::notices::get(tx, community, id)?.unwrap();
            notice.version += 1;
            let zh = notice.content.texts.get_mut(&linli_wire::Language::zh()).unwrap();
            zh.body = zh.body.replace("9:00–12:00", words);
            linli_server::notices::put(tx, community, &notice)
        };
        place.db.write(mend("10:00–14:00")).await.unwrap();
        place.execute("UPDATE person SET given_name = 'Mimi', version = version + 1 WHERE code = 'P-0002'").await;
        let body = "SELECT COUNT(*) FROM notice WHERE content LIKE '%10:00–14:00%'";
        // A folder that did not change is no reason to say anything.
        let quiet = place.import(folder.path(), false).await;
        assert_eq!((quiet.conflicts.len(), quiet.total().changed), (0, 0));
        put(folder.path(), "notices/water.zh.md", folder::WATER_ZH.replace("9:00–12:00", "9:00–15:00"));
        put(folder.path(), "people.csv", folder::PEOPLE.replace("王奶奶", "秀英奶奶"));
        let conflicts = "people.csv:3:given_name: P-0002: changed in the app since the last import; use --overwrite to replace it
notices/water.zh.md: changed in the app since the last import; use --overwrite to replace it
0 new, 0 changed, 14 unchanged, 2 conflicts
";
        for _ in 0..2 {
            let before = place.everything().await;
            let summary = place.import(folder.path(), false).await;
            assert!(summary.to_string().ends_with(conflicts), "{summary}");
            assert_eq!(place.everything().await, before);
        }
        assert_eq!(place.number(body).await, 1);
        let overwrite = |dry_run| {
            let read = import::read(folder.path(), reading()).unwrap();
            import::apply(&place.db, &place.files, read, Applying { dry_run, overwrite: true })
        };
        for dry_run in [true, false] {
            let summary = overwrite(dry_run).await.unwrap();
            assert_eq!((summary.conflicts.len(), summary.total().changed), (0, 2));
        }
        assert_eq!(place.number(body).await, 0);
        assert_eq!(place.number("SELECT COUNT(*) FROM notice WHERE content LIKE '%9:00–15:00%'").await, 1);
        assert_eq!(place.number("SELECT COUNT(*) FROM person WHERE given_name = '秀英奶奶'").await, 1);
        // The same change on both sides is none to quarrel about, and the next one follows the folder again.
        put(folder.path(), "notices/water.zh.md", folder::WATER_ZH.replace("9:00–12:00", "8:00–9:00"));
        assert_eq!(place.import(folder.path(), false).await.total().changed, 1);
        place.db.write(|tx| {
            let row = tx.query_one("SELECT community_id, id FROM notice WHERE state = 'published'", &[])?;
            let (community, id) = (row.get(0)?, row.get(1)?);
            let mut notice = linli_server::notices::get(tx, community, id)?.unwrap();
            notice.version += 1;
            let zh = notice.content.texts.get_mut(&linli_wire::Language::zh()).unwrap();
            zh.body = zh.body.replace("8:00–9:00", "8:00–10:00");
            linli_server::notices::put(tx, community, &notice)
        }).await.unwrap();
        put(folder.path(), "notices/water.zh.md", folder::WATER_ZH.replace("9:00–12:00", "8:00–10:00"));
        let agreed = place.import(folder.path(), false).await;
        assert_eq!((agreed.conflicts.len(), agreed.total().changed), (0, 1), "{agreed}");
        put(folder.path(), "notices/water.zh.md", folder::WATER_ZH.replace("9:00–12:00", "8:00–11:00"));
        let next = place.import(folder.path(), false).await;
        assert_eq!((next.conflicts.len(), next.total().changed), (0, 1), "{next}");
        assert_eq!(place.number("SELECT COUNT(*) FROM notice WHERE content LIKE '%8:00–11:00%'").await, 1);
        assert_eq!(place.findings().await, Vec::<String>::new());
    }

    async fn a_date_in_the_column_left_ends_what_a_person_could_do(place) {
        let folder = sound();
        let people = |left: &str, next: &str| {
            let rows = folder::PEOPLE.replace("birth_year\n", "birth_year,left\n");
            rows.replace("P-0003,李强,强,H-0002,household_head,zh,,,\n", &format!("P-0003,李强,强,H-0002,household_head,zh,,,,{left}\n"))
                + &format!("P-0007,张三,,{next},resident,,,,,2020-02-03\n")
        };
        place.import(folder.path(), false).await;
        let codes = linli_server::join::Codes::new(&place.db.write(linli_server::instance::open).await.unwrap());
        let fresh = codes.fresh().await.unwrap();
        place.db.write(move |tx| {
            let row = tx.query_one("SELECT community_id, id FROM person WHERE code = 'P-0003'", &[])?;
            linli_server::join::invite(tx, row.get(0)?, row.get(1)?, &fresh, 1000, "https://linli.example.org").map(drop)
        }).await.unwrap();
        // A day to come is noted and does nothing yet; whoever has left needs no household any more.
        put(folder.path(), "people.csv", people("2999-12-31", ""));
        let summary = place.import(folder.path(), false).await;
        assert_eq!(summary.left, ["P-0007"], "{summary}");
        let before = place.everything().await;
        put(folder.path(), "people.csv", people("2020-01-31", ""));
        let dry = place.import(folder.path(), true).await;
        assert!(dry.to_string().contains("people.csv: left: P-0003. Their devices and letters end"), "{dry}");
        assert_eq!(place.everything().await, before);
        assert_eq!(place.import(folder.path(), false).await.left, ["P-0003"]);
        let open = "SELECT COUNT(*) FROM invitation WHERE ended_at IS NULL";
        assert_eq!(place.number(open).await, 0);
        assert_eq!(place.number("SELECT COUNT(*) FROM person WHERE left_at IS NOT NULL").await, 2);
        let listed = "SELECT COUNT(*) FROM changes WHERE scope LIKE 'staff:%' AND entity = 'person' AND body IS NOT NULL";
        assert_eq!(place.number(listed).await, 3);
        assert_eq!(place.number("SELECT COUNT(*) FROM audit WHERE event = 'person_left'").await, 2);
        assert_eq!(place.findings().await, Vec::<String>::new());
        let before = place.everything().await;
        assert_eq!(place.import(folder.path(), false).await.left, Vec::<String>::new(), "once");
        assert_eq!(place.everything().await, before);
        // A row that changes otherwise brings nobody back; a date that goes does.
        put(folder.path(), "people.csv", people("2020-01-30", "").replace("李强", "李大强"));
        place.import(folder.path(), false).await;
        assert_eq!(place.number(listed).await, 3);
        put(folder.path(), "people.csv", people("", ""));
        assert_eq!(place.import(folder.path(), false).await.returned, ["P-0003"]);
        assert_eq!(place.number(listed).await, 4);
        assert_eq!(place.findings().await, Vec::<String>::new());
    }

    async fn a_notice_that_was_taken_back_in_the_app_stays_so(place) {
        let folder = sound();
        place.import(folder.path(), false).await;
        place.db.write(|tx| {
            let sql = "SELECT community_id, id FROM notice WHERE state = 'published'";
            let row = tx.query_one(sql, &[])?;
            let (community, id) = (row.get(0)?, row.get(1)?);
            let mut notice = linli_server::notices::get(tx, community, id)?.unwrap();
            let published_at = notice.state.published_at().unwrap();
            notice.version += 1;
            notice.state = linli_wire::notices::NoticeState::Withdrawn { published_at, withdrawn_at: tx.now() };
            linli_server::notices::put(tx, community, &notice)
        }).await.unwrap();
        put(folder.path(), "notices/water.zh.md", folder::WATER_ZH.replace("9:00–12:00", "8:00–12:00"));
        let summary = place.import(folder.path(), false).await;
        assert_eq!(summary.withdrawn, ["water"]);
        assert_eq!(place.number("SELECT COUNT(*) FROM notice WHERE state = 'withdrawn'").await, 1);
        assert_eq!(place.findings().await, Vec::<String>::new());
    }

    async fn an_error_of_the_database_in_the_middle_leaves_nothing_behind(place) {
        let folder = sound();
        place.import(folder.path(), false).await;
        // Somebody was added by hand under a code that the spreadsheet now uses.
        place.execute("INSERT INTO person (community_id, id, code, name, given_name, phone, role, household_id, language, simple, visible_flat, visible_phone, joined, version) SELECT community_id, '01890000-0000-7000-8000-000000000001', 'P-0100', name, given_name, phone, role, household_id, language, 0, 0, 0, 0, 1 FROM person WHERE code = 'P-0001'").await;
        let before = place.everything().await;
        put(folder.path(), "people.csv", format!("{}P-0099,新人,,H-0002,resident,,,,\nP-0100,张三,,H-0002,resident,,,,\n", folder::PEOPLE));
        let read = import::read(folder.path(), reading()).unwrap();
        import::apply(&place.db, &place.files, read, import::Applying::default()).await.unwrap_err();
        assert_eq!(place.everything().await, before);
    }
}
