//! Rooms and messages in a few words: for lists, titles and what a screen reader hears.

use leptos::prelude::*;
use linli_wire::{
    chat::{Choice, EMOJI, LastMessage, MayWrite, MessageRow, Neighbour, RoomKind, What},
    id::AttachmentId,
    markdown::plain,
};

use crate::{
    components::{
        avatar::{Size, portrait},
        icon::icon_on_ground,
    },
    state::app,
    words::{self, chat as texts},
};

/// What a room is called: its own name, else what its kind says.
pub(super) fn room_name(kind: &RoomKind, name: &str, building: Option<&str>) -> String {
    if !name.is_empty() {
        return name.to_owned();
    }
    match kind {
        RoomKind::Community => texts::community().to_owned(),
        RoomKind::Building { .. } => {
            building.map_or_else(|| texts::building().to_owned(), texts::building_of)
        }
        RoomKind::Direct { .. } => texts::neighbour().to_owned(),
        RoomKind::Repair { .. } => texts::repair().to_owned(),
        RoomKind::Office { .. } => texts::office().to_owned(),
        RoomKind::Interest { .. } | RoomKind::Unknown => texts::room().to_owned(),
    }
}

/// Who is in a room, by its kind.
pub(super) fn kind_words(kind: &RoomKind, building: Option<&str>) -> String {
    match kind {
        RoomKind::Community => texts::kind_community().to_owned(),
        RoomKind::Building { .. } => texts::kind_building().to_owned(),
        RoomKind::Direct { .. } => building.map(words::common::building).unwrap_or_default(),
        RoomKind::Repair { .. } => texts::kind_repair().to_owned(),
        RoomKind::Office { .. } => texts::kind_office().to_owned(),
        RoomKind::Interest { open: true, .. } => texts::kind_open().to_owned(),
        RoomKind::Interest { .. } => texts::kind_invited().to_owned(),
        RoomKind::Unknown => String::new(),
    }
}

/// The sign of a room: of the person where there is one, else of its kind.
pub(super) fn room_sign(kind: &RoomKind, name: &str, photo: Option<AttachmentId>) -> AnyView {
    match kind {
        RoomKind::Direct { .. } => portrait(name, photo, "", Size::Usual),
        RoomKind::Community => icon_on_ground("people", "jade"),
        RoomKind::Building { .. } => icon_on_ground("building", "jade"),
        RoomKind::Interest { .. } => icon_on_ground("heart", "jade"),
        RoomKind::Repair { .. } => icon_on_ground("tool", "jade"),
        RoomKind::Office { .. } => icon_on_ground("badge", "jade"),
        RoomKind::Unknown => icon_on_ground("chat", "plain"),
    }
}

/// What a message says: its words, else what it is.
pub(super) fn what_words(what: What, words: &str) -> String {
    match what {
        What::Deleted => texts::what_deleted().to_owned(),
        What::Hidden => texts::what_hidden().to_owned(),
        What::Blocked => texts::what_blocked().to_owned(),
        What::Poll => texts::what_poll(words),
        _ if !words.is_empty() => words.to_owned(),
        What::Photo => texts::what_photo().to_owned(),
        What::Voice => texts::what_voice().to_owned(),
        What::File => texts::what_file().to_owned(),
        What::Words | What::Unknown => texts::what_unknown().to_owned(),
    }
}

/// The words of a message as they are shown, without marks.
pub(super) fn plain_words(row: &MessageRow) -> String {
    if row.blocks.is_empty() { row.words.clone() } else { plain(&row.blocks) }
}

/// The newest message of a room in a line, with who wrote it.
pub(super) fn last_words(last: &LastMessage, kind: &RoomKind) -> String {
    let said = what_words(last.what, &last.words);
    match &last.from {
        None => texts::by_you(&said),
        // With one other person everybody knows who it was.
        Some(_) if matches!(kind, RoomKind::Direct { .. }) => said,
        Some(name) if name.is_empty() => said,
        Some(name) => texts::by(name, &said),
    }
}

/// Why one cannot write, as far as one cannot: a title and a sentence.
pub(super) fn why_not(may: &MayWrite) -> Option<(&'static str, String)> {
    match may {
        MayWrite::Yes => None,
        MayWrite::Announce => Some((texts::announce(), texts::announce_text().to_owned())),
        MayWrite::Closed => Some((texts::closed(), texts::closed_text().to_owned())),
        MayWrite::Muted { until } => {
            Some((texts::muted(), texts::muted_text(&app().clock().exactly(*until))))
        }
        MayWrite::Gone => Some((texts::gone(), texts::gone_text().to_owned())),
    }
}

/// Who wrote something: oneself, a neighbour by name, or one whose name is not known here.
pub(super) fn who_wrote(own: bool, name: &str) -> String {
    match name {
        _ if own => texts::you().to_owned(),
        "" => texts::somebody().to_owned(),
        name => name.to_owned(),
    }
}

/// Where a neighbour lives, as far as they let others know.
pub(super) fn place_of(neighbour: &Neighbour) -> String {
    if neighbour.office {
        return texts::works_here().to_owned();
    }
    match (&neighbour.flat, &neighbour.building) {
        (Some(flat), _) => flat.clone(),
        (None, Some(building)) => words::common::building(building),
        (None, None) => String::new(),
    }
}

/// What an emoji says.
pub(super) fn emoji_word(emoji: &str) -> &'static str {
    let [like, love, laugh, wow, sad, thanks] = EMOJI;
    match emoji {
        _ if emoji == like => texts::emoji_like(),
        _ if emoji == love => texts::emoji_love(),
        _ if emoji == laugh => texts::emoji_laugh(),
        _ if emoji == wow => texts::emoji_wow(),
        _ if emoji == sad => texts::emoji_sad(),
        _ if emoji == thanks => texts::emoji_thanks(),
        _ => texts::emoji_other(),
    }
}

/// How many of all who chose, in hundredths: the length of a bar.
pub(super) fn part_of(choice: &Choice, voters: u32) -> u32 {
    choice.votes.saturating_mul(100).checked_div(voters).unwrap_or_default().min(100)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use linli_wire::Language;

    use super::*;

    #[test]
    fn rooms_are_called_by_name_or_kind() {
        words::speak(&Language::en());
        assert_eq!(room_name(&RoomKind::Community, "", None), "Everybody here");
        assert_eq!(room_name(&RoomKind::Community, "Garden", None), "Garden");
        assert_eq!(room_name(&RoomKind::Unknown, "", None), "Room");
    }

    #[test]
    fn ones_own_words_are_said_by_you() {
        words::speak(&Language::en());
        assert_eq!(who_wrote(true, "Mei"), "You");
        assert_eq!(who_wrote(false, "Li"), "Li");
        assert_eq!(who_wrote(false, ""), "A neighbour");
    }

    #[test]
    fn every_emoji_has_a_word_of_its_own() {
        words::speak(&Language::en());
        let said: std::collections::BTreeSet<_> = EMOJI.iter().map(|emoji| emoji_word(emoji)).collect();
        assert_eq!(said.len(), EMOJI.len());
        assert!(!said.contains(emoji_word("🦥")));
    }

    #[test]
    fn bars_are_parts_of_those_who_chose() {
        let choice = |votes| Choice { words: String::new(), votes };
        assert_eq!(part_of(&choice(0), 0), 0);
        assert_eq!(part_of(&choice(1), 3), 33);
        assert_eq!(part_of(&choice(u32::MAX), 2), 100);
    }
}
