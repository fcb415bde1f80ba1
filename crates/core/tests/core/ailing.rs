//! A cache that opens and then fails: what is wrong is told, and trying again really tries.

use std::{
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use linli_core::{account, cache::Cache, device, keys, session, sync};
use linli_testkit::{
    Resident,
    pages::{Pages, notice},
};
use linli_wire::{
    Code,
    command::*,
    id::{AccountId, DeviceId},
    session::{Membership, Tokens},
};
use uuid::Uuid;

use crate::{keeping::device, pages::NOW};

const ACCOUNT: AccountId = AccountId(Uuid::from_u128(77));

/// A device with one account, as an earlier run left it: a notice, and a write that was on its way.
pub(crate) async fn with_account(device: &mut Resident) -> PathBuf {
    device.start().await;
    device.kill().await;
    let key = keys::open_with_key_store(device.folder(), &*device.key_store).await.unwrap();
    let path = device.folder().join(format!("{ACCOUNT}.db"));
    let cache = Cache::open(&path, &key, account::MIGRATIONS).unwrap();
    let garden = Pages::default();
    let membership = Membership {
        community_id: garden.community,
        person_id: garden.person,
        device_id: DeviceId(Uuid::from_u128(5)),
    };
    let tokens =
        Tokens { access: "access".to_owned(), access_expires_at: NOW, refresh: "refresh".to_owned() };
    session::begin(&cache, "http://garden.example", &membership, &[9; 32], &tokens).unwrap();
    let page = garden
        .page("1")
        .in_community(&[garden.garden(), notice(1, 1, "Water off", "")])
        .in_person(&[garden.person(1, linli_wire::community::Role::Resident)]);
    sync::apply(&cache, &page.build(), NOW).unwrap();
    let op = r#"{"id":"01890000-0000-7000-8000-000000000001","lane":"reads","at":1,"action":{"kind":"read_notices","marks":[]}}"#;
    let insert = "INSERT INTO outbox (id, lane, kind, op, state)
        VALUES (x'01890000000070008000000000000001', 'reads', 'read_notices', ?1, 'sending')";
    cache.write(|tx| Ok(tx.execute(insert, [op])?)).unwrap();
    let devices = Cache::open(&device.folder().join("device.db"), &key, device::MIGRATIONS).unwrap();
    let code = linli_wire::join::JoinCode::read("ABCD-EFGH").unwrap();
    device::add_account(&devices, ACCOUNT, "http://garden.example", &code, NOW).unwrap();
    path
}

/// Spoils the outbox in the file: it opens, and shows the damage only when that table is used.
async fn damage(device: &Resident, path: &Path) {
    let key = keys::open_with_key_store(device.folder(), &*device.key_store).await.unwrap();
    let cache = Cache::open(path, &key, account::MIGRATIONS).unwrap();
    let root = "SELECT rootpage FROM sqlite_master WHERE name = 'outbox'";
    let page: u64 = cache.read(|db| Ok(db.query_row(root, [], |row| row.get(0))?)).unwrap();
    drop(cache);
    let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    file.write_all_at(&[0x5a; 4096], (page - 1) * 4096).unwrap();
    assert!(Cache::open(path, &key, account::MIGRATIONS).is_ok());
}

async fn titles(device: &Resident) -> Vec<String> {
    device.notices().await.rows.into_iter().map(|row| row.title).collect()
}

#[tokio::test]
async fn a_cache_that_takes_nothing_is_read_and_tried_again_until_it_does() {
    let mut device = device("laptop");
    let path = with_account(&mut device).await;
    let key = keys::open_with_key_store(device.folder(), &*device.key_store).await.unwrap();
    let beside = Cache::open(&path, &key, account::MIGRATIONS).unwrap();
    let ill = "CREATE TRIGGER ill BEFORE UPDATE ON outbox BEGIN SELECT RAISE(ABORT, 'ill'); END";
    beside.write(|tx| Ok(tx.execute_batch(ill)?)).unwrap();

    device.start().await;
    let told = device
        .until("the trouble is told", async |device| {
            device.app().await.trouble.map(|trouble| trouble.code).ok_or("no trouble".to_owned())
        })
        .await;
    assert_eq!(told, Code::Internal);
    assert_eq!(device.app().await.stage, Stage::Ready);
    assert_eq!(titles(&device).await, ["Water off"], "what is here can be read");
    // The timers stand still: only the person tries again. First in vain, then not.
    device.sync_now().await;
    assert!(device.app().await.trouble.is_some());
    beside.write(|tx| Ok(tx.execute_batch("DROP TRIGGER ill")?)).unwrap();
    device.sync_now().await;
    device
        .until("the trouble is over", async |device| match device.app().await {
            AppView {
                trouble: None, connection: Connection { state: ConnectionState::Offline, .. }, ..
            } => Ok(()),
            app => Err(format!("{:?} {:?}", app.trouble, app.connection)),
        })
        .await;
    assert_eq!(device.outbox().await.rows.len(), 1, "and what was on its way waits again");
}

#[tokio::test]
async fn a_cache_that_proves_damaged_is_closed_and_opens_again_when_it_is_mended() {
    let mut device = device("laptop");
    let path = with_account(&mut device).await;
    let whole = std::fs::read(&path).unwrap();
    damage(&device, &path).await;
    device.start().await;
    let is_damaged = |stage: &Stage| matches!(stage, Stage::Locked { trouble, .. } if trouble.code == Code::DatabaseDamaged);
    device.until_stage("the damage is told", is_damaged).await;
    assert_eq!(device.ask::<HomeGet>(Empty {}).await.unwrap_err().code, Code::KeyStoreLocked, "it is closed");

    device.ask::<Unlock>(UnlockWith::KeyStore).await.ok();
    device.until_stage("it was tried again, and is damaged still", is_damaged).await;
    std::fs::write(&path, &whole).unwrap();
    device.get::<Unlock>(UnlockWith::KeyStore).await;
    device.until_stage("it opens", |stage| *stage == Stage::Ready).await;
    assert_eq!(titles(&device).await, ["Water off"]);
}

#[tokio::test]
async fn a_damaged_cache_can_be_put_aside_without_a_restart() {
    let mut device = device("laptop");
    let path = with_account(&mut device).await;
    damage(&device, &path).await;
    device.start().await;
    device.until_stage("the damage is told", |stage| matches!(stage, Stage::Locked { .. })).await;
    device.get::<SetAside>(Empty {}).await;
    assert_eq!(device.app().await.stage, Stage::Welcome);
    assert!(!path.exists());
}

#[tokio::test]
async fn a_database_that_cannot_be_opened_after_the_passphrase_says_so() {
    let mut device = device("laptop");
    device.start().await;
    device.get::<SetPassphrase>(MaybeText { text: Some("plum blossom 12".to_owned()) }).await;
    device.kill().await;
    device.key_store.wipe();
    std::fs::write(device.folder().join("device.db"), [0x5a; 8192]).unwrap();
    device.start().await;
    let with = UnlockWith::Passphrase { passphrase: "plum blossom 12".to_owned() };
    assert_eq!(device.ask::<Unlock>(with).await.unwrap_err().code, Code::DatabaseDamaged);
    let stage = device.app().await.stage;
    assert!(
        matches!(&stage, Stage::Locked { trouble, passphrase: true, .. } if trouble.code == Code::DatabaseDamaged),
        "{stage:?}"
    );
}
