//! The outbox: what waits for the network, and what needs the person.

mod kept;
mod unsent;

use leptos::prelude::*;
use linli_wire::{
    command::{Empty, OutboxList, SyncNow, Topic},
    outbox::{OutboxRow, Pending, PendingState},
};

use crate::{
    components::{
        banner::OfflineBanner,
        empty_state::empty_state,
        error_state::{error_details, error_state},
        icon::icon,
        page_header::{self, PageHeader},
        pending::{pending_actions, pending_mark},
        skeleton::skeleton_list,
    },
    ipc::{self, Answer},
    state::app,
    words::{self, outbox as texts},
};

pub use kept::kept;
pub use unsent::{give_up, sure, unsent};

/// What waits and what is stuck.
#[component]
pub fn Outbox() -> impl IntoView {
    let app = app();
    // What stands on no page any more follows what is typed, and which rooms are here.
    let asked = ipc::ask::<OutboxList>(&[Topic::Outbox, Topic::Typed, Topic::Chat], || Empty {});
    let some = Memo::new(move |_| asked.with(|page| page.is_some_and(|page| !page.rows.is_empty())));
    // Hints of who is typing somewhere are announcements of chat, too: what is the same is not built anew.
    let page = Memo::new(move |_| asked.get());
    let removing = unsent::Removing::new();
    view! {
        <div class="l-page">
            <PageHeader title=texts::title() note=texts::intro() back=page_header::me() />
            <OfflineBanner />
            {kept()}
            {move || match page.get() {
                Answer::Loading => skeleton_list(2),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(page) if page.rows.is_empty() && page.drafts.is_empty() => {
                    let action = view! { <a class="c-button" data-kind="quiet" href="/notices">{icon("bell")} {texts::empty_action()}</a> };
                    empty_state("ok", texts::empty_title(), texts::empty_text(), Some(action.into_any()))
                }
                Answer::Ready(page) => {
                    let (stuck, waiting): (Vec<_>, Vec<_>) = page.rows.into_iter().partition(|row| matches!(row.state, PendingState::Stuck { .. }));
                    view! { {part(texts::failed_head(), stuck)} {part(texts::waiting_head(), waiting)} {unsent::left(page.drafts, removing)} }.into_any()
                }
            }}
            {removing.question()}
            {move || some.get().then(|| view! {
                <button type="button" class="c-button" data-kind="quiet" data-testid="send-now" on:click={move |_| app.run::<SyncNow>(Empty {}, |_| ())}>{icon("refresh")} {texts::send_now()}</button>
            })}
        </div>
    }
}

fn part(title: &'static str, rows: Vec<OutboxRow>) -> Option<AnyView> {
    let rows: Vec<_> = rows.into_iter().map(|row| view! { <li>{line(row)}</li> }).collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="l-section">
                <div class="l-section__head"><h2>{title}</h2></div>
                <ul class="c-list" role="list" data-lead="icon">{rows}</ul>
            </section>
        }
        .into_any()
    })
}

fn line(row: OutboxRow) -> AnyView {
    let when = app().clock().when(row.at);
    let symbol = match row.state {
        PendingState::Waiting => "wait",
        PendingState::Sending => "send",
        PendingState::Stuck { .. } => "fail",
    };
    let details = match &row.state {
        PendingState::Stuck { error } => {
            Some(view! { <span class="c-row__meta">{words::trouble(error).1}</span> {error_details(error)} })
        }
        _ => None,
    };
    let pending = Pending { op_id: row.op_id, state: row.state.clone() };
    let typed = (!row.words.is_empty() && row.words != row.subject).then(|| row.words.clone());
    view! {
        <div class="c-row" data-strong="" data-actions="" data-testid="outbox-row" data-kind=row.kind.clone()>
            <span class="c-row__lead">{icon(symbol)}</span>
            <span class="c-row__body">
                <span class="c-row__title">{what(&row.kind, &row.subject)}</span>
                <span class="c-row__meta">{when}</span>
                {typed.map(|typed| view! { <span class="p-event__words" data-testid="typed">{typed}</span> })}
                {pending_mark(&row.state)}
                {details}
            </span>
            <span class="c-row__end">{pending_actions(&pending)}</span>
        </div>
    }
    .into_any()
}

/// What a write does, in words.
fn what(kind: &str, subject: &str) -> String {
    match kind {
        "save_notice" => texts::op_save_notice(subject),
        "withdraw_notice" => texts::op_withdraw(subject),
        "read_notices" => texts::op_reads().to_owned(),
        "save_template" => texts::op_template(subject),
        "delete_template" => texts::op_delete_template(subject),
        "change_profile" => texts::op_profile().to_owned(),
        "save_photo" => texts::op_photo().to_owned(),
        "save_preferences" => texts::op_preferences().to_owned(),
        "rename_device" => texts::op_rename_device(subject),
        "report_repair" => texts::op_report_repair(subject),
        "act_on_repair" => texts::op_act_on_repair(subject),
        "join_repair" => texts::op_join_repair().to_owned(),
        "message_on_repair" => texts::op_message_on_repair(subject),
        "rate_repair" => texts::op_rate_repair(subject),
        "note_on_repair" => texts::op_note_on_repair(subject),
        "save_repair_category" => texts::op_save_repair_category(subject),
        "about_money" => texts::op_about_money(subject),
        "save_fee" => texts::op_save_fee(subject),
        "save_readings" => texts::op_save_readings(subject),
        "save_round_plan" => texts::op_save_round_plan(subject),
        "inspect_point" => texts::op_inspect_point(subject),
        "send_message" => texts::op_send_message(subject),
        "edit_message" => texts::op_edit_message(subject),
        "delete_message" => texts::op_delete_message().to_owned(),
        "react_to_message" => texts::op_react_to_message().to_owned(),
        "vote_in_poll" => texts::op_vote_in_poll().to_owned(),
        "pin_message" => texts::op_pin_message().to_owned(),
        "read_room" | "tell_of_room" => texts::op_room_mark().to_owned(),
        "save_room" | "open_room" => texts::op_save_room(subject),
        "enter_room" | "leave_room" | "invite_to_room" | "remove_from_room" | "agree_to_rules" => {
            texts::op_room_seat().to_owned()
        }
        "block_person" => texts::op_block_person().to_owned(),
        "report_message" => texts::op_report_message().to_owned(),
        "moderate" | "answer_appeal" => texts::op_moderate().to_owned(),
        "appeal" => texts::op_appeal(subject),
        "name_moderator" => texts::op_name_moderator().to_owned(),
        "repair_draft" => texts::op_repair_draft(subject),
        _ => texts::op_attachment(subject),
    }
}
