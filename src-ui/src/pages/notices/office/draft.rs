//! What stands in the editor, kept on this device while one types.

use leptos::prelude::*;
use leptos::task::spawn_local;
use linli_wire::{
    Language, Timestamp,
    command::NoticeKeep,
    id::NoticeId,
    notices::{KeepDraft, NoticeContent, NoticeState, NoticeText, OfficeNotice},
};

use crate::{
    format, ipc,
    state::{App, app, debounced},
};

/// Milliseconds from the last key to keeping.
const PAUSE: u64 = 400;
/// Milliseconds until what could not be kept, as on a full disk, is tried again.
const AGAIN: i32 = 5000;

/// How the text in the editor is kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// As it was opened.
    Untouched,
    /// Something changed since the last keeping.
    Changing,
    /// Kept at this time.
    At(Timestamp),
}

/// A notice in the editor.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    pub(super) id: NoticeId,
    pub(super) content: RwSignal<NoticeContent>,
    /// The version that the editing began from.
    pub(super) base_version: RwSignal<u64>,
    pub(super) state: RwSignal<NoticeState>,
    /// The language whose tab is open.
    pub(super) language: RwSignal<Language>,
    pub(super) kept: RwSignal<Kept>,
    app: App,
    /// Content that the core has, or is being given until it takes it.
    last_kept: StoredValue<NoticeContent>,
}

impl Draft {
    /// The notice as the core knows it, kept from now on.
    pub(super) fn open(notice: &OfficeNotice) -> Self {
        let app = app();
        let written = notice.content.texts.keys();
        let language = written
            .clone()
            .find(|language| **language == app.language())
            .or_else(|| notice.content.texts.keys().next())
            .cloned();
        let draft = Self {
            id: notice.id,
            content: app.kept(format!("draft {}", notice.id), || notice.content.clone()),
            base_version: app.kept(format!("draft base {}", notice.id), || notice.base_version),
            state: RwSignal::new(notice.state.clone()),
            language: app.kept("draft language", || language.unwrap_or_else(|| app.language())),
            kept: RwSignal::new(Kept::Untouched),
            app,
            last_kept: StoredValue::new(notice.content.clone()),
        };
        let keep_soon = debounced(PAUSE, move |()| draft.keep());
        Effect::new(move |_| {
            let changed = draft.content.with(|content| draft.last_kept.with_value(|kept| kept != content));
            if changed {
                draft.kept.set(Kept::Changing);
                keep_soon(());
            }
        });
        // The window may go away without another word.
        let hidden = window_event_listener_untyped("visibilitychange", move |_| draft.keep());
        let left = window_event_listener_untyped("pagehide", move |_| draft.keep());
        on_cleanup(move || {
            hidden.remove();
            left.remove();
            draft.keep();
        });
        draft
    }

    /// Keeps what stands in the editor now, unless the core has it already.
    pub(super) fn keep(self) {
        let Some(content) = self.content.try_get_untracked() else { return };
        if self.last_kept.try_with_value(|kept| *kept == content).unwrap_or(true) {
            return;
        }
        self.last_kept.set_value(content.clone());
        let keep = KeepDraft { id: self.id, base_version: self.base_version.get_untracked(), content };
        let app = self.app;
        spawn_local(async move {
            let mut told = false;
            // Also after the page was left: nothing typed is lost because a disk was full for a while.
            while let Err(error) = ipc::call::<NoticeKeep>(keep.clone()).await {
                if !told {
                    app.complain(&error);
                    told = true;
                }
                ipc::pause(AGAIN).await;
                let newer = self.last_kept.try_with_value(|kept| *kept != keep.content);
                if newer.unwrap_or(false) {
                    return;
                }
            }
            // None when the page has gone meanwhile.
            let _ = self.kept.try_set(Kept::At(format::now()));
        });
    }

    /// Follows what changed on the server, unless something was typed here.
    pub(super) fn follow(&self, notice: &OfficeNotice) {
        self.state.set(notice.state.clone());
        let untouched = self.kept.get_untracked() == Kept::Untouched;
        if untouched && notice.base_version != self.base_version.get_untracked() {
            self.replace(notice.content.clone(), notice.base_version);
        }
    }

    /// Puts another content in place of what stands here.
    pub(super) fn replace(&self, content: NoticeContent, base_version: u64) {
        self.base_version.set(base_version);
        self.content.set(content);
    }

    /// Changes the text in the open language.
    pub(super) fn change_text(&self, change: impl FnOnce(&mut NoticeText)) {
        let language = self.language.get_untracked();
        self.content.update(|content| change(content.texts.entry(language).or_default()));
    }

    /// The text in the open language; follows both.
    pub(super) fn text(&self) -> NoticeText {
        let language = self.language.get();
        self.content.with(|content| content.texts.get(&language).cloned()).unwrap_or_default()
    }

    /// The content without languages in which nothing stands.
    pub(super) fn to_save(self) -> NoticeContent {
        let mut content = self.content.get_untracked();
        content.texts.retain(|_, text| !(text.title.trim().is_empty() && text.body.trim().is_empty()));
        content
    }
}
