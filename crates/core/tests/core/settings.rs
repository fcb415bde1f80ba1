//! How the app looks before its cache is open: chosen there, kept, and taken into the cache.

use linli_testkit::{KeyStoreState, Resident};
use linli_wire::{
    Language,
    command::*,
    settings::{Mode, Settings, Theme},
};

use crate::keeping::device;

fn grandmas() -> Settings {
    Settings { language: Language::zh(), mode: Mode::Simple, text_percent: 200, ..Settings::default() }
}

async fn choose(device: &Resident, settings: Settings) {
    device.get::<SaveSettings>(settings).await;
}

async fn shown(device: &Resident) -> Option<Settings> {
    let view = device.app().await;
    view.settings_chosen.then_some(view.settings)
}

#[tokio::test]
async fn what_is_chosen_before_the_cache_is_there_goes_into_it() {
    for keeping in [Keeping::Passphrase { passphrase: "plum blossom 12".to_owned() }, Keeping::Nothing] {
        let mut device = device("laptop");
        device.key_store.turn(KeyStoreState::Missing);
        device.start().await;
        assert_eq!(shown(&device).await, None, "nobody has chosen yet");
        choose(&device, grandmas()).await;
        assert_eq!(shown(&device).await, Some(grandmas()));
        assert!(
            !device.folder().join("settings.json").exists(),
            "nothing is written before the person says so"
        );
        device.get::<ChooseKeeping>(keeping.clone()).await;
        assert_eq!(shown(&device).await, Some(grandmas()));
        device.restart().await;
        let expected = (keeping != Keeping::Nothing).then(grandmas);
        assert_eq!(shown(&device).await, expected, "{keeping:?}");
    }
}

#[tokio::test]
async fn a_locked_start_speaks_the_persons_language_in_their_size() {
    let mut device = device("laptop");
    device.start().await;
    choose(&device, grandmas()).await;
    device.kill().await;
    device.key_store.turn(KeyStoreState::Locked);
    device.start().await;
    assert!(matches!(device.app().await.stage, Stage::Locked { .. }));
    assert_eq!(shown(&device).await, Some(grandmas()));
}

#[tokio::test]
async fn what_is_chosen_while_locked_outlasts_the_app_and_goes_into_the_cache() {
    let mut device = device("laptop");
    device.start().await;
    choose(&device, Settings::default()).await;
    device.kill().await;
    device.key_store.turn(KeyStoreState::Locked);
    device.start().await;
    choose(&device, grandmas()).await;
    device.restart().await;
    assert_eq!(shown(&device).await, Some(grandmas()), "still locked");
    device.key_store.turn(KeyStoreState::Works);
    device.get::<Unlock>(UnlockWith::KeyStore).await;
    assert_eq!(shown(&device).await, Some(grandmas()));
    // The cache has it: the copy beside it is not needed.
    device.kill().await;
    std::fs::remove_file(device.folder().join("settings.json")).unwrap();
    device.start().await;
    assert_eq!(shown(&device).await, Some(grandmas()));
    assert!(device.folder().join("settings.json").exists(), "and lies beside it again");
}

#[tokio::test]
async fn rubbish_beside_the_cache_is_as_good_as_nothing() {
    let mut device = device("laptop");
    device.start().await;
    choose(&device, grandmas()).await;
    device.kill().await;
    device.key_store.turn(KeyStoreState::Locked);
    let file = device.folder().join("settings.json");
    let large = format!("{{\"settings\":{{}},\"x\":\"{}\"}}", "x".repeat(5000));
    for rubbish in ["", "{", "[]", "\u{0}\u{1}", "{\"settings\":{\"mode\":\"huge\"}}", large.as_str()] {
        std::fs::write(&file, rubbish).unwrap();
        device.start().await;
        assert_eq!(shown(&device).await, None, "{rubbish}");
        device.kill().await;
    }
    std::fs::write(&file, "{\"settings\":{\"theme\":\"dark\",\"text_percent\":60000},\"more\":1}").unwrap();
    device.start().await;
    let expected = Settings { theme: Theme::Dark, text_percent: 310, ..Settings::default() };
    assert_eq!(shown(&device).await, Some(expected));
    device.key_store.turn(KeyStoreState::Works);
    device.get::<Unlock>(UnlockWith::KeyStore).await;
    assert_eq!(shown(&device).await, Some(grandmas()), "what the cache knows is right");
}

#[tokio::test]
async fn who_starts_anew_keeps_the_look_and_the_file_says_nothing_else() {
    let mut device = device("laptop");
    device.start().await;
    choose(&device, grandmas()).await;
    device.kill().await;
    let text = std::fs::read_to_string(device.folder().join("settings.json")).unwrap();
    let said: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(said, serde_json::json!({ "settings": grandmas(), "ahead": false }));
    device.key_store.wipe();
    device.start().await;
    device.get::<SetAside>(Empty {}).await;
    assert_eq!(device.app().await.stage, Stage::Welcome);
    assert_eq!(shown(&device).await, Some(grandmas()));
    device.restart().await;
    assert_eq!(shown(&device).await, Some(grandmas()));
}
