#![allow(clippy::unwrap_used)]

use linli_wire::id::{CommunityId, PersonId};
use uuid::Uuid;

use super::*;

const COMMUNITY: Scope = Scope::Community(CommunityId(Uuid::from_u128(1)));
const PERSON: Scope = Scope::Person(PersonId(Uuid::from_u128(2)));

fn seat(hub: &Hub, number: u128, scopes: &[Scope]) -> (Seat, Receiver<Event>) {
    hub.seat(DeviceId(Uuid::from_u128(number)), scopes.to_vec(), 4).unwrap()
}

fn at(positions: &[(Scope, u64)]) -> Cursor {
    let mut cursor = Cursor::new([0; 16]);
    positions.iter().for_each(|(scope, position)| cursor.set(*scope, *position));
    cursor
}

/// A commit that put one thing into the community's scope.
fn commit(seq: u64) -> Changes {
    Changes { scope: COMMUNITY, first: seq, last: seq, json: String::new() }
}

#[test]
fn a_stream_that_hears_of_everything_does_not_read_again() {
    let hub = Hub::default();
    let (one, mut events) = seat(&hub, 1, &[COMMUNITY]);
    assert!(one.follow(&at(&[(COMMUNITY, 25)])));
    hub.send(COMMUNITY, commit(26));
    assert!(matches!(events.try_recv(), Ok(Event::Changes(changes)) if changes.last == 26));
    assert!(one.follow(&at(&[(COMMUNITY, 26)])));
}

#[test]
fn a_stream_that_read_before_a_commit_that_another_one_has_seen_reads_again() {
    let hub = Hub::default();
    let (early, _events) = seat(&hub, 1, &[COMMUNITY]);
    let (late, _others) = seat(&hub, 2, &[COMMUNITY]);
    // Both read the log before they are known to stand anywhere: one before the commit, one after it. To the
    // hub nothing is new in that commit any more.
    assert!(late.follow(&at(&[(COMMUNITY, 26)])));
    assert!(!early.follow(&at(&[(COMMUNITY, 25)])));
    assert!(early.follow(&at(&[(COMMUNITY, 26)])));
}

#[test]
fn a_stream_that_gains_a_scope_reads_again() {
    let hub = Hub::default();
    let (one, _events) = seat(&hub, 1, &[COMMUNITY]);
    assert!(!one.follow(&at(&[(COMMUNITY, 25), (PERSON, 3)])));
    assert!(one.follow(&at(&[(COMMUNITY, 25), (PERSON, 3)])));
}
