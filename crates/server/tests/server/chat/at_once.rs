//! What two transactions of PostgreSQL do at one moment. SQLite has one writer: there it is a story like any other.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use linli_server::{Error, auth::Caller, chat, community, db::Tx, params};
use linli_wire::{
    chat::{Neighbour, RoomSeat, SeatState},
    community::{ProfileChange, Role, Visibility},
    id::{DeviceId, PersonId, RoomId},
    ops::Action,
    sync::{Entity, Scope},
};
use tokio::sync::Notify;

use super::prepared::{begin, done, findings, held, say};
use crate::{
    both,
    world::{World, new_id},
};

/// Does `first` in a transaction that is held open until `second`, begun after it, waits for it or is through.
async fn crosswise(
    world: &World,
    first: impl Fn(&mut Tx<'_>) -> Result<(), Error> + Send + Sync + 'static,
    second: impl Future<Output = ()>,
) {
    let (is_done, is_open) = (Arc::new(AtomicBool::new(false)), Arc::new(Notify::new()));
    let (db, over, opened) = (world.app.db.clone(), Arc::clone(&is_done), Arc::clone(&is_open));
    let holding = tokio::spawn(async move {
        db.write(move |tx| {
            first(tx)?;
            opened.notify_one();
            let began = Instant::now();
            while tx.is_postgres() && !over.load(Ordering::SeqCst) && !is_waited_for(tx)? {
                assert!(began.elapsed() < Duration::from_secs(20), "the second neither waits nor is through");
            }
            Ok(())
        })
        .await
    });
    is_open.notified().await;
    second.await;
    is_done.store(true, Ordering::SeqCst);
    holding.await.unwrap().unwrap();
}

fn is_waited_for(tx: &mut Tx<'_>) -> Result<bool, Error> {
    let sql =
        "SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))";
    Ok(tx.query_one(sql, &[])?.get::<u32>(0)? > 0)
}

fn wang_mei(world: &World) -> Caller {
    Caller {
        community: world.sun.id,
        person: world.sun.wang_mei,
        device: DeviceId(new_id()),
        role: Role::Resident,
        household: Some(world.sun.wang),
        name: "王梅".to_owned(),
    }
}

both! {
    async fn who_stops_hearing_somebody_who_begins_to_talk_does_not_hear_them(world) {
        let sun = world.sun.clone();
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        for device in [&wang, &li] {
            say(&world, device, RoomId::of_community(sun.id), "早").await;
        }
        let (caller, other): (Caller, PersonId) = (wang_mei(&world), sun.li_qiang);
        let block = move |tx: &mut Tx<'_>| {
            let seen = linli_server::auth::scopes(tx, &caller)?;
            chat::block(tx, &caller, &seen, other, true)
        };
        crosswise(&world, block, async { _ = begin(&world, &li, sun.li_qiang, sun.wang_mei).await }).await;
        let room = RoomId::of_two(sun.wang_mei, sun.li_qiang);
        let seats: Vec<RoomSeat> = held(&world, &wang, Scope::Person(sun.wang_mei), Entity::RoomSeat).await;
        assert!(!seats.iter().any(|seat| seat.room_id == room && seat.state == SeatState::In), "{seats:?}");
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }

    async fn a_photo_that_is_chosen_meanwhile_shows_no_number_again_that_was_hidden(world) {
        let sun = world.sun.clone();
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let (community, person) = (sun.id, sun.wang_mei);
        let number = move |tx: &mut Tx<'_>| {
            let sql = "UPDATE person SET phone = '13800000000' WHERE community_id = $1 AND id = $2";
            tx.execute(sql, params![community, person])?;
            Ok(())
        };
        world.app.db.write(number).await.unwrap();
        let shows = |phone| ProfileChange {
            visible: Some(Visibility { phone, photo: Some(true), ..Visibility::default() }),
            ..ProfileChange::default()
        };
        done(&world, &wang, Action::ChangeProfile { change: shows(true) }).await;
        let everybody = RoomId::of_community(sun.id);
        say(&world, &wang, everybody, "早").await;
        let card = async || {
            let cards: Vec<Neighbour> = held(&world, &li, Scope::Room(everybody), Entity::Neighbour).await;
            cards.into_iter().find(|card| card.id == person).unwrap()
        };
        assert_eq!(card().await.phone.as_deref(), Some("13800000000"));
        let (caller, hidden) = (wang_mei(&world), shows(false));
        let hide = move |tx: &mut Tx<'_>| community::change_profile(tx, &caller, &hidden);
        crosswise(&world, hide, async { _ = crate::photos::choose(&world, &wang, 1).await }).await;
        let card = card().await;
        assert_eq!((card.phone, card.photo.is_some()), (None, true));
        assert_eq!(findings(&world).await, Vec::<String>::new());
    }
}
