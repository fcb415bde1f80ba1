//! Said in one app → shown from the cache of another, over loopback; beside a hand-written POST, a commit, a pushed
//! frame and a commit in an encrypted database.
//!
//! Both apps have everything that they have on a desk: the sender's words are committed to its outbox before they go,
//! and the other's page of messages is asked for as its face asks, whenever its core says that something changed. Five
//! hundred rounds after twenty that are not counted, ours and the floor in turn, so that five of ours lie above the p99.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use linli_host::Host;
use linli_wire::{
    chat::{AgreeToRules, MessagesQuery, RoomKind, SayInRoom},
    command::{Empty, MessageSay, MessagesGet, RoomAgree, RoomKey, RoomOpen, RoomsGet},
    id::{MessageId, RoomId},
};
use tokio::runtime::Runtime;

use crate::{
    delta::{ByHand, figures},
    report::{Figure, millis},
    world::{call, device, join, until, welcome, world},
};

const ROUNDS: usize = 500;
const WARMING: usize = 20;

/// Measures.
pub fn measure(runtime: &Runtime) -> Result<Vec<Figure>> {
    runtime.block_on(async {
        let world = world(100, None).await?;
        let folders = (tempfile::tempdir()?, tempfile::tempdir()?);
        let (speaker, listener) = (device(folders.0.path())?, device(folders.1.path())?);
        for (host, skip) in [(&speaker, 0), (&listener, 1)] {
            welcome(host).await?;
            join(host, &world.invite("resident", skip).await?).await?;
        }
        let room = community_room(&speaker).await?;
        community_room(&listener).await?;
        let mut by_hand = ByHand::start().await?;
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        for round in 0..WARMING + ROUNDS {
            let words = format!("Has anybody seen the key of cellar {round}?");
            let started = Instant::now();
            let id = say(&speaker, room, words).await?;
            until(&listener, async || shown(&listener, room, round as u64 + 1, id).await).await?;
            let took = (started.elapsed(), by_hand.round().await?);
            if round >= WARMING {
                ours.push(millis(took.0));
                bare.push(millis(took.1));
            }
            world.pass(Duration::from_millis(1_100));
        }
        Ok(figures("chat-delta", ours, bare))
    })
}

/// The room of the whole community, once it is here; whoever is asked to has agreed to its rules.
pub async fn community_room(host: &Host) -> Result<RoomId> {
    let id = until(host, async || {
        let rooms = call::<RoomsGet>(host, &Empty {}).await?.rooms;
        Ok(rooms.into_iter().find(|row| row.kind == RoomKind::Community).map(|row| row.id))
    })
    .await
    .context("no room of the community")?;
    if let Some(edition) = call::<RoomOpen>(host, &RoomKey { id }).await?.agree {
        call::<RoomAgree>(host, &AgreeToRules { room_id: id, edition }).await?;
    }
    Ok(id)
}

async fn say(host: &Host, room_id: RoomId, words: String) -> Result<MessageId> {
    let (files, mentions) = (Vec::new(), Vec::new());
    let said = SayInRoom { room_id, words, files, reply_to: None, mentions, about: None };
    Ok(call::<MessageSay>(host, &said).await?.id)
}

/// Whether the message stands under its number, in the answer that the face makes rows of.
async fn shown(host: &Host, room_id: RoomId, number: u64, id: MessageId) -> Result<Option<()>> {
    let query = MessagesQuery { room_id, first: number, count: 1 };
    let page = call::<MessagesGet>(host, &query).await?;
    Ok(page.rows.first().is_some_and(|row| row.id == id).then_some(()))
}
