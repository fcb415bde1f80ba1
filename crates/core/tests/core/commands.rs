//! What crosses between face and core.

use linli_wire::command::{names, shapes};

/// The shapes of all requests and replies. Core and face come out of one build, but a window may be older than
/// the program behind it for a moment, and who drives the app from outside relies on them: a change must be
/// seen to be made.
#[test]
fn every_request_and_reply_stays_as_it_is() {
    insta::assert_snapshot!(shapes().to_string());
}

#[test]
fn no_two_commands_share_a_name() {
    let mut all: Vec<&str> = names().collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), names().count());
}
