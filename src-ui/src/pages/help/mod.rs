//! Help: the office to call, short answers, and Simple mode for those who search for it.

use leptos::prelude::*;

use super::services::office_card;
use crate::{components::page_header::PageHeader, state::app, words::help as texts};

/// Help.
#[component]
pub fn Help() -> impl IntoView {
    let answers = [
        (texts::read_q(), texts::read_a()),
        (texts::larger_q(), texts::larger_a()),
        (texts::offline_q(), texts::offline_a()),
        (texts::device_q(), texts::device_a()),
        (texts::lost_q(), texts::lost_a()),
        (texts::privacy_q(), texts::privacy_a()),
        (texts::aloud_q(), texts::aloud_a()),
    ];
    let answers = answers.map(|(question, answer)| {
        view! {
            <details class="c-details">
                <summary>{question}</summary>
                <div class="c-details__body"><p>{answer}</p></div>
            </details>
        }
    });
    let title = if app().is_simple() { texts::simple_title() } else { texts::title() };
    view! {
        <div class="l-page">
            <PageHeader title=title note=texts::intro() />
            {office_card()}
            <div class="c-details-list">{answers}</div>
        </div>
    }
}
