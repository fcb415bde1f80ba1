//! `rounds.toml`: what is refused with its place, and what the office changed in the app since.

use linli_server::{
    import::{self, Applying},
    rounds,
};
use linli_wire::{
    id::{BuildingId, CommunityId},
    repairs::RepairPlace,
};

use crate::{
    folder::{ROUNDS, put, with_rounds},
    on_both_engines,
    place::reading,
};

/// What is said of `rounds.toml` with one thing replaced in it.
fn said(from: &str, to: &str) -> Vec<String> {
    assert!(ROUNDS.contains(from), "{from}");
    let folder = with_rounds();
    put(folder.path(), "rounds.toml", ROUNDS.replacen(from, to, 1));
    let read = import::read(folder.path(), reading());
    read.err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

#[test]
fn every_mistake_in_plans_of_rounds_is_told_with_its_place() {
    assert_eq!(said("days = 3", "days = 2"), [""; 0]);
    let second = format!("{ROUNDS}{}", ROUNDS.replace("lift-1", "lift-2"));
    let long = format!("\"{}\"", "长".repeat(301));
    let cases = [
        (
            "every = \"1 week\"",
            "every = \"weekly\"",
            "rounds.toml:1:every: “weekly” is not how often; write 1 week, 2 months or 10 days.",
        ),
        ("code = \"lifts\"", "code = \"a b\"", "rounds.toml:1:code: “a b” "),
        (ROUNDS, second.as_str(), "rounds.toml:26:code: Another plan has this code."),
        (
            "building = \"1\"",
            "building = \"9\"",
            "rounds.toml:1:points: lift-1: Name a building or an area that there is.",
        ),
        (
            "building = \"1\"",
            "area = \"roof\"",
            "rounds.toml:1:points: lift-1: Name a building or an area that there is.",
        ),
        (
            "building = \"1\"",
            "building = \"1\"\narea = \"gate\"",
            "rounds.toml:1:points: lift-1: Name a building or an area that there is.",
        ),
        ("building = \"1\"\n", "", "rounds.toml:1:points: lift-1: Name a building or an area that there is."),
        (
            "category = \"lifts\"",
            "category = \"roofs\"",
            "rounds.toml:1:points: There is no category roofs in repair-categories.csv.",
        ),
        ("P-0005", "P-9999", "rounds.toml:1:walked: 2026-11-16: Name somebody of the office."),
        ("P-0005", "P-0001", "rounds.toml:1:walked: 2026-11-16: Name somebody of the office."),
        (
            "point = \"lift-1\"",
            "point = \"lift-9\"",
            "rounds.toml:1:walked: 2026-11-16: There is no such point.",
        ),
        (
            "check = 2",
            "check = 0",
            "rounds.toml:1:walked: 2026-11-16: There is no check 0 at lift-1; they count from 1.",
        ),
        (
            "check = 2",
            "check = 3",
            "rounds.toml:1:walked: 2026-11-16: There is no check 3 at lift-1; they count from 1.",
        ),
        (
            "\"灯不亮\"",
            "\" \"",
            "rounds.toml:1:walked: 2026-11-16: Say what was wrong in at most 300 characters.",
        ),
        (
            "\"灯不亮\"",
            long.as_str(),
            "rounds.toml:1:walked: 2026-11-16: Say what was wrong in at most 300 characters.",
        ),
        (
            "{ zh = \"灯亮\" }",
            "{ fr = \"Propre\" }",
            "rounds.toml:1:name: “fr” is no language of community.toml.",
        ),
        ("days = 3", "days = \"three\"", "rounds.toml:6: "),
        ("day = \"2026-11-16\"", "day = \"16.11.2026\"", "rounds.toml:23: "),
        ("days = 3", "dayz = 3", "rounds.toml:6: unknown field `dayz`"),
    ];
    for (from, to, expected) in cases {
        let said = said(from, to);
        assert!(said.len() == 1 && said[0].starts_with(expected), "{expected}: {said:?}");
    }
}

on_both_engines! {
    async fn a_point_that_was_moved_in_the_app_is_left_where_it_is(place) {
        let folder = with_rounds();
        place.import(folder.path(), false).await;
        let plan = |tx: &mut linli_server::db::Tx<'_>| {
            let community: CommunityId = tx.query_one("SELECT id FROM community", &[])?.get(0)?;
            Ok((community, rounds::all_plans(tx, community)?.remove(0)))
        };
        let moved = place.db.write(move |tx| {
            let (community, mut plan) = plan(tx)?;
            let building: BuildingId = tx.query_one("SELECT id FROM building WHERE code = '3'", &[])?.get(0)?;
            plan.content.points[0].place = RepairPlace::Building { building_id: building };
            rounds::put_plan(tx, community, plan.id, &plan.content, &[])?;
            Ok(plan.content.points[0].place)
        }).await.unwrap();
        put(folder.path(), "rounds.toml", ROUNDS.replace("days = 3", "days = 2"));
        let summary = place.import(folder.path(), false).await;
        assert_eq!(summary.conflicts.len(), 1, "{summary}");
        assert!(summary.to_string().contains("rounds.toml: lifts: changed in the app since"), "{summary}");
        let (_, stands) = place.db.read(plan).await.unwrap();
        assert_eq!((stands.content.points[0].place, stands.content.days), (moved, 3));
        let read = import::read(folder.path(), reading()).unwrap();
        let overwrite = Applying { dry_run: false, overwrite: true };
        assert_eq!(import::apply(&place.db, &place.files, read, overwrite).await.unwrap().conflicts, []);
        let (_, stands) = place.db.read(plan).await.unwrap();
        assert_ne!(stands.content.points[0].place, moved);
        assert_eq!((stands.content.days, place.findings().await), (2, Vec::new()));
    }
}
