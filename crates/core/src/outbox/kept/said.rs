//! What is kept, in the words in which it was typed.

use linli_wire::{
    Timestamp, attachments::Attachment, command::SaveRoundPlan, notices::NoticeContent, ops::Action,
    outbox::KeptItem, repairs::RepairForm, typed::TypedPlace,
};

use crate::{attachments, outbox, rounds, typed::Kept};

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
pub(super) fn written(action: &Action, at: Timestamp, sent: bool) -> KeptItem {
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

/// What stood in a field. It is called by the kind of write that it would have become.
pub(crate) fn typed_item(kept: Kept) -> KeptItem {
    // A place of an app that is gone keeps its own name.
    let kind = kept.at().map_or_else(|| kept.place.clone(), |place| write_of(place).to_owned());
    let plan = serde_json::from_str::<SaveRoundPlan>(&kept.typed.form).ok();
    let text = plan.map(|plan| outbox::planned(&plan.content));
    KeptItem {
        kind,
        subject: kept.typed.words.lines().next().unwrap_or_default().chars().take(60).collect(),
        at: kept.kept_at,
        files: kept.typed.photos.iter().map(name_of).collect(),
        text: text.unwrap_or(kept.typed.words),
        sent: false,
    }
}

const fn write_of(place: TypedPlace) -> &'static str {
    match place {
        TypedPlace::RepairMessage { .. } => "message_on_repair",
        TypedPlace::RepairNote { .. } => "note_on_repair",
        TypedPlace::RepairAct { .. } => "act_on_repair",
        TypedPlace::RepairRating { .. } => "rate_repair",
        TypedPlace::RepairCategory { .. } => "save_repair_category",
        TypedPlace::RoundPlan { .. } => "save_round_plan",
        TypedPlace::Fee { .. } => "save_fee",
        TypedPlace::PaymentRefund { .. }
        | TypedPlace::KeptRefund { .. }
        | TypedPlace::Pay { .. }
        | TypedPlace::Counter { .. }
        | TypedPlace::Spending {}
        | TypedPlace::CardTrouble { .. } => "about_money",
        TypedPlace::Message { .. } | TypedPlace::Poll { .. } => "send_message",
        TypedPlace::MessageEdit { .. } => "edit_message",
        TypedPlace::Complaint { .. } => "report_message",
        TypedPlace::Appeal { .. } => "appeal",
        TypedPlace::AppealAnswer { .. } => "answer_appeal",
        TypedPlace::Decision { .. } => "moderate",
        TypedPlace::Room { .. } => "save_room",
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
