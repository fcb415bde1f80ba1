//! What stands in the editor, kept on this device while one types.

use leptos::prelude::*;
use linli_wire::{
    Language, Timestamp,
    command::NoticeKeep,
    id::NoticeId,
    notices::{KeepDraft, NoticeContent, NoticeState, NoticeText, OfficeNotice},
};

use crate::{
    format,
    state::app,
    typing::{self, Typing},
};

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
    typing: Typing,
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
        let id = notice.id;
        let content = app.kept(format!("draft {id}"), || notice.content.clone());
        let base_version = app.kept(format!("draft base {id}"), || notice.base_version);
        let kept = RwSignal::new(Kept::Untouched);
        let typing = typing::follow::<NoticeKeep, _>(
            content,
            notice.content.clone(),
            move || kept.set(Kept::Changing),
            move |content| KeepDraft { id, base_version: base_version.get_untracked(), content },
            move || {
                // None when the page has gone meanwhile.
                let _ = kept.try_set(Kept::At(format::now()));
            },
        );
        Self {
            id,
            content,
            base_version,
            state: RwSignal::new(notice.state.clone()),
            language: app.kept("draft language", || language.unwrap_or_else(|| app.language())),
            kept,
            typing,
        }
    }

    /// Keeps what stands in the editor now, unless the core has it already.
    pub(super) fn keep(self) {
        self.typing.keep();
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
