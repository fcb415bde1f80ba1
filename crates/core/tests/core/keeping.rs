//! Key stores in every state: which screen comes, and what stands on the disk.

use std::{path::Path, sync::Arc};

use linli_testkit::{FakeKeyStore, FaultyNetwork, KeyStoreState, Pace, Resident, Setup};
use linli_wire::{
    Code, WireError,
    command::*,
    settings::{Mode, Settings},
};

/// A device that nothing can be reached from.
pub(crate) fn device(name: &str) -> Resident {
    let network = Arc::new(FaultyNetwork::new(Arc::new(linli_host_free::Nowhere)));
    Resident::new(Setup { name: name.to_owned(), seed: 1, pace: Pace::Held, network, keeps: true })
}

mod linli_host_free {
    use linli_core::ports::{Answer, Network, NetworkError, Request, Task};

    pub(crate) struct Nowhere;

    impl Network for Nowhere {
        fn send(&self, _: Request) -> Task<'_, Result<Answer, NetworkError>> {
            Box::pin(std::future::ready(Err(NetworkError("nowhere".to_owned()))))
        }
    }
}

async fn stage(device: &Resident) -> Stage {
    device.app().await.stage
}

fn trouble(stage: &Stage) -> Code {
    match stage {
        Stage::Locked { trouble, .. } | Stage::ChooseKeeping { trouble } => trouble.code,
        other => panic!("{other:?}"),
    }
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Settings that are recognised again.
async fn leave_a_mark(device: &Resident) {
    device.get::<SaveSettings>(Settings { mode: Mode::Simple, ..Settings::default() }).await;
}

async fn has_the_mark(device: &Resident) -> bool {
    device.app().await.settings.mode == Mode::Simple
}

#[tokio::test]
async fn a_key_store_that_works_opens_the_same_cache_again() {
    let mut device = device("laptop");
    device.start().await;
    assert_eq!(stage(&device).await, Stage::Welcome);
    leave_a_mark(&device).await;
    device.restart().await;
    assert!(has_the_mark(&device).await);
    assert_eq!(device.key_store.sets(), 1, "one key for good");
    assert_eq!(device.app().await.keeping, Some(Keeping::KeyStore { passphrase: false }));
}

#[tokio::test]
async fn without_a_key_store_the_person_chooses_and_nothing_is_written_before() {
    for state in
        [KeyStoreState::Missing, KeyStoreState::Locked, KeyStoreState::Refuses, KeyStoreState::Forgets]
    {
        let mut device = device("laptop");
        device.key_store.turn(state);
        device.start().await;
        let stage = stage(&device).await;
        assert!(matches!(stage, Stage::ChooseKeeping { .. }), "{state:?}: {stage:?}");
        assert_eq!(files(device.folder()), Vec::<String>::new(), "{state:?}");
    }
}

#[tokio::test]
async fn who_keeps_nothing_leaves_nothing_on_the_disk() {
    let mut device = device("library computer");
    device.key_store.turn(KeyStoreState::Missing);
    device.start().await;
    device.get::<ChooseKeeping>(Keeping::Nothing).await;
    assert_eq!(stage(&device).await, Stage::Welcome);
    leave_a_mark(&device).await;
    assert!(has_the_mark(&device).await);
    assert_eq!(files(device.folder()), Vec::<String>::new());
    device.restart().await;
    assert!(matches!(stage(&device).await, Stage::ChooseKeeping { .. }), "the next start asks again");
}

#[tokio::test]
async fn a_passphrase_alone_keeps_and_opens_the_cache() {
    let mut device = device("laptop");
    device.key_store.turn(KeyStoreState::Missing);
    device.start().await;
    let short = Keeping::Passphrase { passphrase: "short".to_owned() };
    assert_eq!(device.ask::<ChooseKeeping>(short).await.unwrap_err().code, Code::InvalidInput);
    assert_eq!(files(device.folder()), Vec::<String>::new());
    device.get::<ChooseKeeping>(Keeping::Passphrase { passphrase: "plum blossom 12".to_owned() }).await;
    leave_a_mark(&device).await;
    device.restart().await;
    assert!(matches!(stage(&device).await, Stage::Locked { passphrase: true, .. }));
    assert_eq!(open_with(&device, "plum blossom 13").await.unwrap_err().code, Code::PassphraseWrong);
    assert!(matches!(stage(&device).await, Stage::Locked { passphrase: true, .. }), "still the same screen");
    open_with(&device, "plum blossom 12").await.unwrap();
    assert!(has_the_mark(&device).await);
}

#[tokio::test]
async fn a_key_store_that_fails_later_locks_and_never_makes_a_new_key() {
    type Illness = fn(&FakeKeyStore);
    let cases: [(Illness, Code); 5] = [
        (|store| store.turn(KeyStoreState::Missing), Code::KeyStoreMissing),
        (|store| store.turn(KeyStoreState::Locked), Code::KeyStoreLocked),
        (|store| store.turn(KeyStoreState::Refuses), Code::KeyStoreRefused),
        (|store| store.wipe(), Code::KeyStoreWiped),
        (|store| store.belong_to("/home/somebody-else"), Code::KeyStoreOtherUser),
    ];
    for (break_it, code) in cases {
        let mut device = device("laptop");
        device.start().await;
        leave_a_mark(&device).await;
        device.kill().await;
        let before = whole_folder(device.folder());
        let secrets = device.key_store.secrets();
        break_it(&device.key_store);
        device.start().await;
        assert_eq!(trouble(&stage(&device).await), code);
        assert_eq!(device.key_store.sets(), 1, "{code:?}: no new key over an existing cache");
        assert_eq!(whole_folder(device.folder()), before, "{code:?}: nothing was touched");
        assert_eq!(device.ask::<HomeGet>(Empty {}).await.unwrap_err().code, Code::KeyStoreLocked);
        // When the trouble is over, everything is there.
        if code != Code::KeyStoreWiped {
            device.key_store.turn(KeyStoreState::Works);
            device.key_store.belong_to("/home/mei");
            device.get::<Unlock>(UnlockWith::KeyStore).await;
            assert!(has_the_mark(&device).await, "{code:?}");
            assert_eq!(device.key_store.secrets(), secrets);
        }
    }
}

#[tokio::test]
async fn after_a_wiped_key_store_the_passphrase_opens_and_renews_the_key() {
    let mut device = device("laptop");
    device.start().await;
    device.get::<SetPassphrase>(MaybeText { text: Some("plum blossom 12".to_owned()) }).await;
    leave_a_mark(&device).await;
    device.kill().await;
    device.key_store.wipe();
    device.start().await;
    assert!(matches!(stage(&device).await, Stage::Locked { passphrase: true, .. }));
    open_with(&device, "plum blossom 12").await.unwrap();
    assert!(has_the_mark(&device).await);
    device.restart().await;
    assert!(has_the_mark(&device).await, "the key store opens it again");
}

#[tokio::test]
async fn what_is_put_aside_is_kept_for_thirty_days() {
    let mut device = device("laptop");
    device.start().await;
    leave_a_mark(&device).await;
    device.kill().await;
    device.key_store.wipe();
    let database = std::fs::read(device.folder().join("device.db")).unwrap();
    device.start().await;
    device.get::<SetAside>(Empty {}).await;
    assert_eq!(stage(&device).await, Stage::Welcome);
    assert_ne!(std::fs::read(device.folder().join("device.db")).unwrap(), database, "a fresh start");
    let aside = files(device.folder()).into_iter().find(|name| name.starts_with("set-aside-")).unwrap();
    let aside = device.folder().join(aside);
    assert_eq!(std::fs::read(aside.join("device.db")).unwrap(), database);
    assert!(aside.join("keyslots.json").is_file());

    let day = std::time::Duration::from_secs(24 * 3600);
    device.system.clock.advance(29 * day);
    device.restart().await;
    assert!(aside.is_dir());
    device.system.clock.advance(2 * day);
    device.restart().await;
    assert!(!aside.exists());
}

#[tokio::test]
async fn nothing_on_the_disk_is_readable_and_no_key_stands_in_clear() {
    let mut device = device("laptop");
    device.start().await;
    device.get::<SetPassphrase>(MaybeText { text: Some("plum blossom 12".to_owned()) }).await;
    let link = "linli://join?server=https%3A%2F%2Fcanary.example&code=ABCDEFGHJK23456789ABCDEFGH";
    device.ask::<Join>(linli_wire::join::JoinWith::Link { text: link.to_owned() }).await.unwrap_err();
    let secrets = device.key_store.secrets();
    for (name, bytes) in whole_folder(device.folder()) {
        let holds = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        for secret in
            secrets.iter().map(String::as_str).chain(["canary", "plum blossom", "ABCDEFGHJK", "laptop"])
        {
            assert!(!holds(secret), "{name} holds {secret}");
        }
        assert!(!bytes.starts_with(b"SQLite format 3"), "{name} is plain");
    }
}

#[tokio::test]
async fn databases_without_their_slots_are_never_written_over() {
    let mut device = device("laptop");
    device.start().await;
    device.kill().await;
    std::fs::remove_file(device.folder().join("keyslots.json")).unwrap();
    let before = whole_folder(device.folder());
    device.start().await;
    assert_eq!(trouble(&stage(&device).await), Code::KeyStoreWiped);
    assert_eq!(whole_folder(device.folder()), before);
}

#[tokio::test]
async fn slots_that_cannot_be_read_are_damage_and_stay() {
    let mut device = device("laptop");
    device.start().await;
    device.kill().await;
    std::fs::write(device.folder().join("keyslots.json"), b"{\"version\":1,").unwrap();
    let before = whole_folder(device.folder());
    device.start().await;
    assert_eq!(trouble(&stage(&device).await), Code::DatabaseDamaged);
    assert_eq!(whole_folder(device.folder()), before);
}

async fn open_with(device: &Resident, passphrase: &str) -> Result<Done, WireError> {
    device.ask::<Unlock>(UnlockWith::Passphrase { passphrase: passphrase.to_owned() }).await
}

/// Every file with its bytes, but SQLite's shared memory.
fn whole_folder(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let names = files(folder).into_iter().filter(|name| !name.ends_with("-shm"));
    names.map(|name| (name.clone(), std::fs::read(folder.join(name)).unwrap())).collect()
}
