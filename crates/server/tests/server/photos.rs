//! The photo that somebody chose of themselves: who gets it, who does not, and when it is gone.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use linli_wire::{
    Code,
    attachments::Attachment,
    chat::{MessageContent, Neighbour},
    community::{PHOTO_EDGE, Photo, ProfileChange, Visibility},
    id::{AttachmentId, RoomId},
    ops::Action,
    sync::{Entity, Scope},
};
use reqwest::Method;
use serde_json::json;

use crate::{
    both,
    chat::{done, findings, held, new_message, refused, say},
    device::snapshot,
    world::{Device, World, new_id},
};

/// What stands behind the picture and must not survive.
const CANARY: &[u8] = b"taken at 39.9N 116.4E";

fn picture(width: u32, height: u32, red: u8) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_pixel(width, height, Rgb([red, 80, 90])).write_to(&mut bytes, ImageFormat::Png).unwrap();
    [bytes.into_inner().as_slice(), CANARY].concat()
}

async fn send(world: &World, device: &Device, name: &str, bytes: Vec<u8>) -> Attachment {
    let request = world.http.put(format!("{}/v1/attachments/{}", world.url, AttachmentId(new_id())));
    let request = request.bearer_auth(&device.tokens.access).header("linli-name", name);
    let response = request.body(bytes).send().await.unwrap();
    assert_eq!(response.status(), 200);
    serde_json::from_str(&response.text().await.unwrap()).unwrap()
}

/// Sends a picture and chooses it. Pictures of different `red` are different files.
pub async fn choose(world: &World, device: &Device, red: u8) -> Attachment {
    let file = send(world, device, "passport.png", picture(PHOTO_EDGE, PHOTO_EDGE, red)).await;
    done(world, device, Action::SavePhoto { photo: Some(file.clone()) }).await;
    file
}

/// What an app from before there were photos says of the flat.
fn flat_alone() -> Action {
    let visible = json!({ "flat": true, "phone": false, "listed": true });
    serde_json::from_value(json!({ "kind": "change_profile", "change": { "visible": visible } })).unwrap()
}

fn show(photo: bool) -> Action {
    let visible = Some(Visibility { photo: Some(photo), ..Visibility::default() });
    Action::ChangeProfile { change: ProfileChange { visible, ..ProfileChange::default() } }
}

/// The status and the bytes with which a file is answered.
async fn ask(world: &World, device: &Device, id: AttachmentId) -> (u16, Vec<u8>) {
    let path = format!("/v1/attachments/{id}");
    let response = world.send(Method::GET, &path, Some(&device.tokens.access), None::<&()>).await;
    (response.status().as_u16(), response.bytes().await.unwrap().to_vec())
}

/// The photo on Wang Mei's card in a room.
async fn on_card(world: &World, device: &Device, room: RoomId) -> Option<Attachment> {
    let cards: Vec<Neighbour> = held(world, device, Scope::Room(room), Entity::Neighbour).await;
    cards.into_iter().find(|card| card.id == world.sun.wang_mei).expect("she has written").photo
}

/// What the person's own device has.
async fn own(world: &World, device: &Device) -> Option<AttachmentId> {
    let scope = Scope::Person(world.sun.wang_mei);
    held::<Photo>(world, device, scope, Entity::Photo).await.pop().map(|own| own.photo.id)
}

both! {
    async fn a_photo_is_given_to_whoever_may_see_it_and_to_nobody_else(world) {
        let (sun, moon) = (world.sun.clone(), world.moon.clone());
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let (tablet, family) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.grandma).await);
        let (office, foreign) = (world.join(&sun, sun.chen_jing).await, world.join(&moon, moon.lin).await);
        let others = [&li, &family, &office, &foreign];
        let statuses = async |id| {
            let mut all = Vec::new();
            for device in others {
                all.push(ask(&world, device, id).await.0);
            }
            all
        };
        let room = RoomId::of_community(sun.id);
        let file = choose(&world, &wang, 1).await;
        assert_eq!((own(&world, &wang).await, own(&world, &tablet).await), (Some(file.id), Some(file.id)));
        assert_eq!(ask(&world, &tablet, file.id).await.0, 200);
        assert_eq!(statuses(file.id).await, [404; 4], "nobody was to see it");
        for device in others {
            assert!(!format!("{:?}", snapshot(&world, device).await).contains(&file.id.to_string()));
        }
        // Who shows it and stands nowhere is seen by nobody.
        done(&world, &wang, show(true)).await;
        assert_eq!(statuses(file.id).await, [404; 4]);
        say(&world, &wang, room, "你好").await;
        let shown = on_card(&world, &li, room).await.unwrap();
        assert_eq!((shown.id, shown.pixels), (file.id, Some((PHOTO_EDGE, PHOTO_EDGE))));
        assert!(shown.name.starts_with("photo."), "what the file was called is theirs: {}", shown.name);
        assert_eq!(statuses(file.id).await, [200, 200, 200, 404]);
        let (_, bytes) = ask(&world, &li, file.id).await;
        assert!(!bytes.windows(CANARY.len()).any(|part| part == CANARY));
        // Who is blocked sees what they saw before.
        say(&world, &li, room, "你好").await;
        let before = snapshot(&world, &li).await;
        done(&world, &wang, Action::BlockPerson { person_id: sun.li_qiang, blocked: true }).await;
        assert_eq!((snapshot(&world, &li).await, ask(&world, &li, file.id).await.0), (before, 200));
        // Who changes something else from an app that knows of no photos goes on showing theirs.
        done(&world, &tablet, flat_alone()).await;
        assert_eq!(on_card(&world, &li, room).await.map(|shown| shown.id), Some(file.id));
        // Taken back: not on the card, and not to be had.
        done(&world, &wang, show(false)).await;
        assert_eq!((on_card(&world, &li, room).await, own(&world, &tablet).await), (None, Some(file.id)));
        assert_eq!(statuses(file.id).await, [404; 4]);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn the_last_photo_stays_and_what_is_gone_is_gone(world) {
        let sun = world.sun.clone();
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let tablet = world.join(&sun, sun.wang_mei).await;
        let room = RoomId::of_community(sun.id);
        done(&world, &wang, show(true)).await;
        say(&world, &wang, room, "你好").await;
        let first = choose(&world, &wang, 1).await;
        let second = choose(&world, &tablet, 2).await;
        assert_eq!((own(&world, &wang).await, own(&world, &tablet).await), (Some(second.id), Some(second.id)));
        assert_eq!(on_card(&world, &li, room).await.map(|file| file.id), Some(second.id));
        assert_eq!((ask(&world, &li, first.id).await.0, ask(&world, &li, second.id).await.0), (404, 200));
        done(&world, &wang, Action::SavePhoto { photo: None }).await;
        done(&world, &tablet, Action::SavePhoto { photo: None }).await;
        assert_eq!((own(&world, &tablet).await, on_card(&world, &li, room).await), (None, None));
        assert_eq!(ask(&world, &li, second.id).await.0, 404);
        // It leaves the server, too; what is in use stays, on messages as well.
        let third = choose(&world, &wang, 3).await;
        let sent = send(&world, &wang, "dog.png", picture(40, 30, 4)).await;
        let content = MessageContent::Said { words: String::new(), files: vec![sent.clone()], about: None };
        done(&world, &wang, Action::SendMessage { message: new_message(room, content) }).await;
        world.later(2 * 24 * 60 * 60 * 1000);
        assert_eq!(world.app.shelf.sweep(&world.app.db).await.unwrap().0, 2);
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        assert_eq!(ask(&world, &wang, second.id).await.0, 404);
        assert_eq!((ask(&world, &li, third.id).await.0, ask(&world, &li, sent.id).await.0), (200, 200));
        // Who moves out takes it along, and does not find it when they come back.
        world.app.db.write(move |tx| linli_server::community::leave(tx, sun.id, sun.wang_mei, "test")).await.unwrap();
        assert_eq!((on_card(&world, &li, room).await, ask(&world, &li, third.id).await.0), (None, 404));
        assert_eq!(findings(&world).await, Vec::<String>::new());
        world.app.db.write(move |tx| linli_server::community::come_back(tx, sun.id, sun.wang_mei, "test")).await.unwrap();
        assert_eq!(on_card(&world, &li, room).await, None);
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn only_a_small_square_picture_of_ones_own_is_taken(world) {
        let sun = world.sun.clone();
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let photo = choose(&world, &wang, 1).await;
        let of_li = choose(&world, &li, 2).await;
        let mut never_sent = photo.clone();
        never_sent.id = AttachmentId(new_id());
        let large = send(&world, &wang, "a.png", picture(PHOTO_EDGE + 1, PHOTO_EDGE + 1, 3)).await;
        // What is said of it counts for nothing.
        let large = Attachment { pixels: Some((9, 9)), ..large };
        let wide = send(&world, &wang, "b.png", picture(80, 60, 4)).await;
        let paper = send(&world, &wang, "c.pdf", b"%PDF-1.7 rubbish".to_vec()).await;
        for file in [never_sent, of_li, large, wide, paper] {
            let action = Action::SavePhoto { photo: Some(file) };
            assert_eq!(refused(&world, &wang, action).await, Code::InvalidInput);
        }
        assert_eq!(own(&world, &wang).await, Some(photo.id));
        for rubbish in [&b"GIF89a"[..], b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\nbroken", b""] {
            let request = world.http.put(format!("{}/v1/attachments/{}", world.url, AttachmentId(new_id())));
            let request = request.bearer_auth(&wang.tokens.access).header("linli-name", "a.png");
            assert_eq!(request.body(rubbish).send().await.unwrap().status(), 415);
        }
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }
}
