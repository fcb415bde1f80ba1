//! What is kept, in the words in which it was typed.

use linli_wire::{
    Timestamp, attachments::Attachment, notices::NoticeContent, ops::Action, outbox::KeptItem,
    repairs::RepairForm,
};

use crate::{
    attachments, outbox,
    repairs::unsent::{Kind, Unsent},
    rounds,
};

/// Nothing was typed and nothing added: the page of an editor that was only opened.
pub(super) fn is_empty(content: &NoticeContent) -> bool {
    content.attachments.is_empty()
        && content.texts.values().all(|text| text.title.trim().is_empty() && text.body.trim().is_empty())
}

pub(super) fn item(kind: &str, at: Timestamp, content: Option<&NoticeContent>, sent: bool) -> KeptItem {
    let texts = content.iter().flat_map(|content| content.texts.values());
    let texts: Vec<String> = texts.map(|text| format!("{}\n\n{}", text.title, text.body)).collect();
    let title = content.and_then(|content| {
        content.texts.values().map(|text| text.title.as_str()).find(|title| !title.is_empty())
    });
    KeptItem {
        kind: kind.to_owned(),
        subject: title.unwrap_or_default().to_owned(),
        at,
        text: texts.join("\n\n\n"),
        files: content.iter().flat_map(|content| &content.attachments).map(name_of).collect(),
        sent,
    }
}

/// What was written to a repair, or about one.
pub(super) fn typed(action: &Action, at: Timestamp, sent: bool) -> KeptItem {
    KeptItem {
        kind: action.kind().to_owned(),
        subject: String::new(),
        at,
        text: outbox::words(action),
        files: attachments::of_action(action).iter().map(name_of).collect(),
        sent,
    }
}

pub(super) fn form_item(form: &RepairForm, at: Timestamp) -> KeptItem {
    KeptItem {
        kind: "repair_draft".to_owned(),
        subject: form.words.lines().next().unwrap_or_default().chars().take(60).collect(),
        at,
        text: form.words.clone(),
        files: form.photos.iter().map(name_of).collect(),
        sent: false,
    }
}

pub(super) fn unsent_item(given_up: Unsent) -> KeptItem {
    let kind = match given_up.kind {
        Kind::Message => "message_on_repair",
        Kind::Note => "note_on_repair",
    };
    KeptItem {
        kind: kind.to_owned(),
        subject: given_up.said.words.lines().next().unwrap_or_default().chars().take(60).collect(),
        at: given_up.at,
        files: given_up.said.photos.iter().map(name_of).collect(),
        text: given_up.said.words,
        sent: false,
    }
}

pub(super) fn checklist_item(draft: &rounds::Draft) -> KeptItem {
    let text = outbox::found(&draft.form.answers);
    KeptItem {
        kind: "inspect_point".to_owned(),
        subject: text.lines().next().unwrap_or_default().chars().take(60).collect(),
        at: draft.kept_at,
        text,
        files: draft.form.photos.iter().map(name_of).collect(),
        sent: false,
    }
}

fn name_of(file: &Attachment) -> String {
    file.name.clone()
}
