//! A disk with no room left: said so, nothing half-written, everything readable.

use std::process::Command;

use linli_core::{account, cache::Cache, chat, notices, sync};
use linli_testkit::pages::{
    Pages,
    chat::{block, message_with, person_id, room_id, room_with, said},
    notice,
};
use linli_wire::{Code, Language, chat::MessageSearch, notices::NoticesQuery};
use zeroize::Zeroizing;

use crate::pages::{NOW, titles};

/// Set for the copy of this test that runs where a small disk is mounted.
const INSIDE: &str = "LINLI_TEST_SMALL_DISK";

#[test]
fn a_full_disk_is_told_and_what_was_there_stays_readable() {
    if let Some(disk) = std::env::var_os(INSIDE) {
        return inside(std::path::Path::new(&disk));
    }
    let folder = tempfile::tempdir().unwrap();
    let this = std::env::current_exe().unwrap();
    // A mount namespace of its own: the small disk is seen by this copy only and goes with it.
    let script = r#"mount -t tmpfs -o size=1m none "$1" && exec "$2" --exact --nocapture space::a_full_disk_is_told_and_what_was_there_stays_readable"#;
    let ran = Command::new("unshare")
        .args(["-m", "sh", "-c", script, "sh"])
        .arg(folder.path())
        .arg(&this)
        .env(INSIDE, folder.path())
        .output();
    match ran {
        Ok(output) if output.status.success() => {
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(said.contains("the disk was full"), "{said}");
        }
        Ok(output) if cannot_mount(&output.stderr) => {
            eprintln!("NOT TRIED: a full disk, since this user may not mount a small one");
        }
        Ok(output) => panic!("{output:?}"),
        Err(error) => eprintln!("NOT TRIED: a full disk, since there is no unshare: {error}"),
    }
}

fn cannot_mount(stderr: &[u8]) -> bool {
    let said = String::from_utf8_lossy(stderr);
    said.contains("Operation not permitted")
        || said.contains("permission denied")
        || said.contains("must be superuser")
}

fn inside(disk: &std::path::Path) {
    let (garden, key) = (Pages::default(), Zeroizing::new([3; 32]));
    let path = disk.join("account.db");
    let cache = Cache::open(&path, &key, account::MIGRATIONS).unwrap();
    let page = |number: u128, body: &str| {
        garden.page(&number.to_string()).in_community(&[notice(number, 1, &number.to_string(), body)]).build()
    };
    sync::apply(&cache, &page(1, "kept"), NOW).unwrap();
    for number in [1, 2] {
        let room = room_id(number);
        let words = message_with(room, 1, 1, "", |message| message.content = said("the grey cat"));
        let unheard = message_with(room, 2, 1, "the black cat", |message| message.from = person_id(2));
        let things = [room_with(number, 1, |_| {}), words, unheard];
        let talk = garden.page("1").in_room(room, &things).in_person(&[block(2)]).build();
        sync::apply(&cache, &talk, NOW).unwrap();
    }
    let large = "水".repeat(20_000);
    let (number, error) = (2..100)
        .find_map(|number| sync::apply(&cache, &page(number, &large), NOW).err().map(|error| (number, error)))
        .expect("a small disk is full some time");
    println!("the disk was full at notice {number}");
    assert_eq!(error.code(), Code::StorageFull);
    let cursor = sync::progress(&cache).unwrap().cursor;
    assert_eq!(cursor, (number - 1).to_string(), "page and cursor are one");
    assert_eq!(titles(&cache).len() as u128, number - 1, "what was taken in is readable");
    let found = notices::list(
        &cache,
        &NoticesQuery { category: Some("water-power".to_owned()), ..NoticesQuery::default() },
        &Language::en(),
        NOW,
    );
    assert_eq!(u128::from(found.unwrap().total), number - 1);
    // Nothing was indexed before the disk was full, and nothing can be now.
    for (words, hits) in [("kept", 1), ("水水", number - 2), ("火", 0)] {
        let query = NoticesQuery { search: words.to_owned(), ..NoticesQuery::default() };
        let found = notices::list(&cache, &query, &Language::en(), NOW).unwrap();
        assert_eq!(u128::from(found.total), hits, "{words}");
    }
    for (words, room_id, hits) in
        [("cat", None, 2), ("cat", Some(room_id(1)), 1), ("cat", Some(room_id(3)), 0), ("dog", None, 0)]
    {
        let query = MessageSearch { words: words.to_owned(), room_id, ..MessageSearch::default() };
        assert_eq!(chat::search(&cache, &query, &Language::en(), NOW).unwrap().total, hits, "{query:?}");
    }

    // Reopened on the full disk, as after a restart.
    drop(cache);
    if let Ok(cache) = Cache::open(&path, &key, account::MIGRATIONS) {
        assert_eq!(titles(&cache).len() as u128, number - 1);
    } else {
        panic!("a cache on a full disk must still open");
    }
}
