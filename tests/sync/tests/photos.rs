//! Photos of people, through real cores and a server: chosen in a cellar, on two devices, shown and taken back.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use linli_sync_tests::on_both_engines;
use linli_testkit::{Asked, Garden, Resident, people::*};
use linli_wire::{
    attachments::NewFile,
    chat::*,
    command::*,
    community::{ProfileChange, Visibility},
    id::AttachmentId,
    outbox::PendingState,
};

use crate::chat::{agree, everybody, in_room};

/// The smallest picture there is, in a colour.
fn picture(red: u8) -> NewFile {
    // A portable pixmap would be shorter, but is no kind that is taken: PNG, stored without compression.
    let rows = [0, red, 80, 90];
    let mut stream = vec![0x78, 0x01, 0x01, 4, 0, 0xFB, 0xFF];
    stream.extend(rows);
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in rows {
        low = (low + u32::from(byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    stream.extend(((high << 16) | low).to_be_bytes());
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, content) in
        [(b"IHDR", vec![0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]), (b"IDAT", stream), (b"IEND", vec![])]
    {
        png.extend(u32::try_from(content.len()).unwrap().to_be_bytes());
        let body = [kind.as_slice(), &content].concat();
        png.extend(&body);
        let sum = body.iter().fold(u32::MAX, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
                if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 }
            })
        });
        png.extend((!sum).to_be_bytes());
    }
    NewFile { name: "me.png".to_owned(), base64: BASE64.encode(png) }
}

async fn photo(who: &Resident) -> OwnPhoto {
    who.app().await.me.map(|me| me.photo).unwrap_or_default()
}

async fn show(who: &Resident, photo: bool) {
    let visible = Some(Visibility { photo: Some(photo), ..Visibility::default() });
    who.get::<ChangeProfile>(ProfileChange { visible, ..ProfileChange::default() }).await;
}

async fn hello(who: &Resident) {
    agree(who, everybody()).await;
    who.get::<MessageSay>(in_room(everybody(), "Hello")).await;
}

/// Waits until the photo beside the only message is the expected one.
async fn until_beside(
    who: &Resident,
    expected: impl Fn(Option<AttachmentId>) -> bool,
) -> Option<AttachmentId> {
    let query = MessagesQuery { room_id: everybody(), first: 1, count: 1 };
    who.until("the photo is beside the message", async |who| {
        match who.get::<MessagesGet>(query).await.rows.as_slice() {
            [row] if expected(row.photo) => Ok(row.photo),
            other => Err(format!("{other:?}")),
        }
    })
    .await
}

async fn until_saved(who: &Resident) -> AttachmentId {
    who.until("the photo is saved", async |who| match photo(who).await {
        OwnPhoto { id: Some(id), pending: None } => Ok(id),
        other => Err(format!("{other:?}")),
    })
    .await
}

/// Files that stand in the database of a device.
async fn files(who: &Resident) -> u32 {
    let count =
        |db: &rusqlite::Connection| Ok(db.query_row("SELECT count(*) FROM file", [], |row| row.get(0))?);
    who.cache().await.read(count).unwrap()
}

on_both_engines! {
    async fn a_photo_chosen_without_network_is_seen_by_those_who_may_until_it_is_taken_back(engine) {
        let garden = Garden::start(engine, 171).await;
        let (mut mei, qiang) = (garden.join(WANG_MEI).await, garden.join(LI_QIANG).await);
        mei.until_online().await;
        mei.network.cut();
        mei.get::<PhotoSave>(picture(1)).await;
        let chosen = photo(&mei).await;
        mei.restart().await;
        let waits = photo(&mei).await;
        assert_eq!((waits.id, waits.pending.unwrap().state), (chosen.id, PendingState::Waiting));
        mei.get::<AttachmentRead>(AttachmentKey { id: chosen.id.unwrap() }).await;
        show(&mei, true).await;
        mei.network.mend();
        mei.sync_now().await;
        let id = until_saved(&mei).await;
        hello(&mei).await;
        assert_eq!(until_beside(&qiang, |photo| photo.is_some()).await, Some(id));
        // It comes by itself, for when the network is gone.
        qiang.until_unannounced("the file is asked for", async |who| {
            let asked = who.network.asked();
            let is_it = |asked: &&Asked| asked.method == "GET" && asked.path.ends_with(&id.to_string());
            asked.iter().find(is_it).map(drop).ok_or_else(|| format!("{asked:?}"))
        }).await;
        qiang.get::<AttachmentRead>(AttachmentKey { id }).await;
        qiang.network.cut();
        qiang.get::<AttachmentRead>(AttachmentKey { id }).await;
        qiang.network.mend();
        // Withdrawn: neither beside the message nor in the cache, and not to be had again.
        show(&mei, false).await;
        until_beside(&qiang, |photo| photo.is_none()).await;
        assert_eq!(files(&qiang).await, 0);
        assert!(qiang.ask::<AttachmentRead>(AttachmentKey { id }).await.is_err());
        assert_eq!(until_saved(&mei).await, id, "it is still hers");
    }

    async fn of_two_devices_the_last_one_wins(engine) {
        let garden = Garden::start(engine, 172).await;
        let mei = garden.join(WANG_MEI).await;
        let tablet = garden.another_device_of(&mei).await;
        tablet.until_online().await;
        mei.get::<PhotoSave>(picture(1)).await;
        let first = until_saved(&mei).await;
        let same = async |who: &Resident, expected: Option<AttachmentId>| {
            who.until("the photo is the same", async |who| match photo(who).await {
                OwnPhoto { id, pending: None } if id == expected => Ok(()),
                other => Err(format!("{other:?}")),
            }).await;
        };
        same(&tablet, Some(first)).await;
        // Both choose while one of them is in the cellar; what arrives last stays.
        tablet.network.cut();
        tablet.get::<PhotoSave>(picture(2)).await;
        mei.get::<PhotoSave>(picture(3)).await;
        let second = until_saved(&mei).await;
        assert_ne!(second, first);
        tablet.network.mend();
        tablet.sync_now().await;
        let third = until_saved(&tablet).await;
        assert!(third != second && third != first);
        same(&mei, Some(third)).await;
        mei.get::<AttachmentRead>(AttachmentKey { id: third }).await;
        mei.get::<PhotoRemove>(Empty {}).await;
        same(&tablet, None).await;
        tablet.until_sent().await;
        assert_eq!(files(&tablet).await, 1, "its own choice stays for the case of a backup");
    }
}
