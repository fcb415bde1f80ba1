//! What was typed into a field and not sent.

use linli_core::{account, cache::Cache, repairs, rounds, sync, typed};
use linli_testkit::pages::{repair_id, repair_with, round_with};
use linli_wire::{
    Language, Localized,
    command::{KeepTyped, SaveRepairCategory, SaveRoundPlan, SayOnRepair},
    community::Role,
    repairs::{RepairAct, RepairCategoryContent, RepairState},
    rounds::RoundPlanContent,
    typed::{Typed, TypedPlace},
};
use zeroize::Zeroizing;

use crate::repairs::{act, at, system};

const ACT: TypedPlace = TypedPlace::RepairAct { id: linli_wire::id::RepairId(uuid::Uuid::from_u128(1)) };

fn words(text: &str) -> Typed {
    Typed { words: text.to_owned(), ..Typed::default() }
}

fn keep(cache: &Cache, place: TypedPlace, typed: Typed) {
    typed::keep(cache, &system(), &KeepTyped { place, typed }).unwrap();
}

fn get(cache: &Cache, place: TypedPlace) -> Typed {
    cache.read(|db| typed::get(db, place)).unwrap()
}

#[test]
fn what_was_typed_stands_in_its_field_after_a_restart_until_it_is_emptied() {
    let folder = tempfile::tempdir().unwrap();
    let (path, key) = (folder.path().join("account.db"), Zeroizing::new([7; 32]));
    let open = || Cache::open(&path, &key, account::MIGRATIONS).unwrap();
    let note = TypedPlace::RepairNote { id: repair_id(1) };
    let typed = Typed { form: r#"{"at":"2026-11-28T09:00"}"#.to_owned(), ..words("Half a sen") };
    let cache = open();
    keep(&cache, ACT, words("Half"));
    keep(&cache, ACT, typed.clone());
    keep(&cache, note, words("The dog bites"));
    drop(cache);
    let cache = open();
    assert_eq!(get(&cache, ACT), typed);
    assert_eq!(get(&cache, TypedPlace::RepairAct { id: repair_id(2) }), Typed::default());
    keep(&cache, ACT, words("  "));
    assert_eq!(get(&cache, ACT), Typed::default());
    assert_eq!(get(&cache, note), words("The dog bites"), "fields of one repair are apart");
}

#[test]
fn what_is_sent_stands_in_its_field_no_more() {
    let (garden, cache) = at(Role::Manager);
    let accepted = repair_with(1, 5, |repair| repair.state = RepairState::Accepted);
    sync::apply(
        &cache,
        &garden.page("1").in_office(&[accepted]).in_office(&round_with(1, 1, |_| ())).build(),
        crate::pages::NOW,
    )
    .unwrap();
    let id = repair_id(1);
    let (message, note) = (TypedPlace::RepairMessage { id }, TypedPlace::RepairNote { id });
    let (act_on, kind) = (TypedPlace::RepairAct { id }, TypedPlace::RepairCategory { id: None });
    let all = [message, note, act_on, kind, TypedPlace::RoundPlan { id: None }];
    all.iter().for_each(|place| keep(&cache, *place, words(place.kind())));
    let left = |cache: &Cache| -> Vec<&str> {
        let kept = all.iter().filter(|place| !get(cache, **place).is_empty());
        kept.map(|place| place.kind()).collect()
    };
    let system = system();
    let say = |words: &str| SayOnRepair { id, words: words.to_owned(), photos: vec![] };
    repairs::message(&cache, &system, say("I come at nine")).unwrap();
    assert_eq!(left(&cache), ["repair_note", "repair_act", "repair_category", "round_plan"]);
    repairs::note(&cache, &system, say("The dog bites")).unwrap();
    assert_eq!(left(&cache), ["repair_act", "repair_category", "round_plan"]);
    act(&cache, &system, 1, 0, RepairAct::Resume);
    assert_eq!(left(&cache), ["repair_category", "round_plan"]);
    // What is refused here stays where it was typed.
    assert!(repairs::message(&cache, &system, say(" ")).is_err());
    let content = RepairCategoryContent {
        key: "roof".to_owned(),
        icon: "tool".to_owned(),
        name: Localized::one(Language::en(), "Roof"),
        ..repairs::choices(&cache).unwrap().categories.remove(0).content
    };
    repairs::save_category(&cache, &system, SaveRepairCategory { id: None, base_version: 0, content })
        .unwrap();
    assert_eq!(left(&cache), ["round_plan"]);
    let known = rounds::plans(&cache, &Language::en()).unwrap().plans.remove(0).plan.content;
    let plan = |name| {
        let content = RoundPlanContent { name, ..known.clone() };
        let request = SaveRoundPlan { id: None, base_version: 0, content };
        rounds::save_plan(&cache, &system, &Language::en(), request)
    };
    assert!(plan(Localized::default()).is_err());
    assert_eq!(left(&cache), ["round_plan"], "it was not saved");
    plan(Localized::one(Language::en(), "Lifts")).unwrap();
    assert_eq!(left(&cache), Vec::<&str>::new());
}

#[test]
fn what_an_older_app_had_given_back_stands_in_its_field() {
    let folder = tempfile::tempdir().unwrap();
    let (path, key) = (folder.path().join("account.db"), Zeroizing::new([7; 32]));
    let old = Cache::open(&path, &key, &account::MIGRATIONS[..8]).unwrap();
    old.write(|tx| {
        let sql =
            "INSERT INTO repair_words (repair_id, kind, words, photos, kept_at) VALUES (?1, ?2, ?3, '[]', 5)";
        tx.execute(sql, (repair_id(1).0, "message", "Still drips"))?;
        tx.execute(sql, (repair_id(1).0, "note", "Ring twice"))?;
        Ok(())
    })
    .unwrap();
    drop(old);
    let new = Cache::open(&path, &key, account::MIGRATIONS).unwrap();
    assert_eq!(get(&new, TypedPlace::RepairMessage { id: repair_id(1) }), words("Still drips"));
    assert_eq!(get(&new, TypedPlace::RepairNote { id: repair_id(1) }), words("Ring twice"));
}
