//! What the parts of an open room share: the room, its messages, and what is being done to one of them.

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use linli_wire::{
    chat::{MayWrite, MessageRow, ReplyLine, RoomView, SeenRoom, What},
    command::{DirectOpen, MessageDelete, MessageKey, NeighbourKey, RoomRead},
    id::{AttachmentId, MessageId, PersonId, RoomId},
};

use super::{rows::Rows, said::plain_words};
use crate::{
    components::virtual_list::FromEnd,
    ipc,
    state::{App, app, debounced},
    words::chat_message as texts,
};

/// Milliseconds in which a deleted message can be brought back.
const UNDO: u64 = 8000;

/// What is asked about a message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    /// What to do with it.
    Acts,
    /// What it shall say.
    Edit,
    /// What is wrong with it.
    Report,
    /// What to do about it, for who keeps it civil.
    Decide,
    /// Whether not to hear its author any more.
    Block,
    /// Whether to take it back.
    Delete,
}

/// A photo in a message.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Photo {
    pub(super) id: AttachmentId,
    /// Its size, where it is known.
    pub(super) pixels: Option<(u32, u32)>,
}

/// An open room.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    pub(super) id: RoomId,
    pub(super) view: Memo<Option<RoomView>>,
    pub(super) rows: Rows,
    pub(super) list: FromEnd,
    /// The message that is answered.
    pub(super) reply: RwSignal<Option<ReplyLine>>,
    /// The message that something is asked about.
    pub(super) message: RwSignal<Option<MessageRow>>,
    pub(super) asking: RwSignal<Option<Asking>>,
    /// A link that was pressed.
    pub(super) link: RwSignal<Option<String>>,
    /// A photo that is shown large.
    pub(super) photo: RwSignal<Option<Photo>>,
    /// The message that somebody came for.
    pub(super) marked: RwSignal<Option<u64>>,
    /// The first message that was unread when the room was opened.
    pub(super) first_unread: RwSignal<Option<u64>>,
    /// Messages that are being taken back, and can still be brought back.
    pub(super) going: RwSignal<Vec<MessageId>>,
    /// The message that has the focus.
    pub(super) here: RwSignal<Option<u64>>,
    /// The number up to which the core was told that the room is read.
    pub(super) told_read: RwSignal<u64>,
    pub(super) simple: bool,
    app: App,
}

impl Desk {
    pub(super) fn open(id: RoomId, view: Memo<Option<RoomView>>, rows: Rows, list: FromEnd) -> Self {
        let app = app();
        let desk = Self {
            id,
            view,
            rows,
            list,
            reply: app.kept(format!("room {id} reply"), || None),
            message: RwSignal::new(None),
            asking: RwSignal::new(None),
            link: RwSignal::new(None),
            photo: RwSignal::new(None),
            marked: RwSignal::new(None),
            first_unread: RwSignal::new(None),
            going: RwSignal::new(Vec::new()),
            here: RwSignal::new(None),
            told_read: RwSignal::new(0),
            simple: app.is_simple(),
            app,
        };
        // Who leaves has made up their mind, or closes the window.
        let left = window_event_listener_untyped("pagehide", move |_| desk.delete_now());
        on_cleanup(move || {
            left.remove();
            desk.delete_now();
        });
        desk
    }

    /// Looks at the room; follows it.
    pub(super) fn with<T>(self, look: impl FnOnce(&RoomView) -> T) -> Option<T> {
        self.view.with(|view| view.as_ref().map(look))
    }

    pub(super) fn may_write(self) -> bool {
        self.with(|view| view.may_write == MayWrite::Yes).unwrap_or_default()
    }

    /// Whether signs can be put on messages; follows it.
    pub(super) fn may_react(self) -> bool {
        self.with(|view| view.may_react).unwrap_or_default()
    }

    /// All up to this number was read, or answered.
    pub(super) fn read(self, number: u64) {
        if number > self.told_read.get_untracked() {
            self.told_read.set(number);
            // A mark that gets lost is made again by the next message.
            ipc::call_then::<RoomRead>(SeenRoom { room_id: self.id, number }, |_| ());
        }
    }

    /// Opens a question about a message.
    pub(super) fn ask(self, row: MessageRow, asking: Asking) {
        self.message.set(Some(row));
        self.asking.set(Some(asking));
    }

    /// Answers a message: what is written next goes with it.
    pub(super) fn answer(self, row: &MessageRow) {
        let words = plain_words(row).chars().take(140).collect();
        self.reply.set(Some(ReplyLine {
            id: row.id,
            number: row.number,
            own: row.own,
            name: row.name.clone(),
            words,
            what: row.what,
        }));
        request_animation_frame(focus_box);
    }

    /// The message that is answered; follows it. Of one that comes from a draft only the room knows the words.
    pub(super) fn answered(self) -> Option<ReplyLine> {
        let reply = self.reply.get()?;
        let known = self.with(|view| view.answered.clone()).flatten();
        Some(known.filter(|known| known.id == reply.id && known.what != What::Unknown).unwrap_or(reply))
    }

    /// Goes to the message with a number, and puts the focus there.
    pub(super) fn jump(self, number: u64) {
        if let Some(row) = number.checked_sub(1).and_then(|row| usize::try_from(row).ok()) {
            self.marked.set(Some(number));
            self.list.wanted.set(Some((row, true)));
        }
    }

    /// Takes a message back, after a while in which it can be brought back.
    pub(super) fn delete(self, id: MessageId) {
        self.delete_now();
        self.going.update(|going| going.push(id));
        self.app.say(texts::deleted());
        debounced(UNDO, move |()| {
            if self.going.with_untracked(|going| going.contains(&id)) {
                self.delete_now();
            }
        })(());
    }

    pub(super) fn bring_back(self, id: MessageId) {
        self.going.update(|going| going.retain(|other| *other != id));
    }

    fn delete_now(self) {
        let going = self.going.try_update(std::mem::take).unwrap_or_default();
        for id in going {
            let app = self.app;
            ipc::call_then::<MessageDelete>(MessageKey { id }, move |reply| {
                if let Err(error) = reply {
                    app.complain(&error);
                }
            });
        }
    }
}

/// Puts the focus where one writes.
pub(super) fn focus_box() {
    focus_on("say");
}

/// Puts the focus on the element with an id, where it stands.
pub(super) fn focus_on(id: &str) {
    use wasm_bindgen::JsCast;
    let found =
        document().get_element_by_id(id).and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(element) = found {
        let _ = element.focus();
    }
}

/// A way to the room with one neighbour.
pub(super) fn write_to() -> Callback<PersonId> {
    let app = app();
    let navigate = StoredValue::new_local(use_navigate());
    Callback::new(move |id: PersonId| {
        app.run::<DirectOpen>(NeighbourKey { id }, move |room| {
            navigate
                .with_value(|navigate| navigate(&format!("/chat/{}", room.id), NavigateOptions::default()));
        });
    })
}

/// Whether a message can be answered, copied and reacted to.
pub(super) const fn is_there(row: &MessageRow) -> bool {
    !matches!(row.what, What::Deleted | What::Hidden | What::Unknown)
}
