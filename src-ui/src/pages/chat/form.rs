//! A new room for an interest, and what a room says of itself.

use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use linli_wire::{
    Localized,
    chat::{MAX_ROOM_ABOUT, MAX_ROOM_NAME, MAX_RULES, RoomContent, SaveRoom, in_one_language},
    command::{RoomKey, RoomSave},
    id::RoomId,
    typed::{Typed, TypedPlace},
};

use crate::{
    components::{
        banner::OfflineBanner,
        choice::{Choice, choices},
        error_state::error_state,
        field::Field,
        icon::icon,
        page_header::PageHeader,
        switch::Switch,
    },
    pages::repairs::{Area, too_long},
    state::{Act, app},
    typing,
    words::{self, chat_rooms as texts},
};

/// A new room.
#[component]
pub fn NewRoom() -> impl IntoView {
    let navigate = StoredValue::new_local(use_navigate());
    let app = app();
    let saved = Callback::new(move |room: RoomKey| {
        app.tell(texts::made());
        let options = NavigateOptions { replace: true, ..NavigateOptions::default() };
        let _ = navigate.try_with_value(|navigate| navigate(&format!("/chat/{}", room.id), options));
    });
    let content = RoomContent { open: true, ..RoomContent::default() };
    view! {
        <div class="l-page" data-width="read">
            <PageHeader title=texts::new() note=texts::new_note() back=super::to_list() />
            <OfflineBanner />
            <RoomForm room=None content=content is_named=true saved=saved />
        </div>
    }
}

/// The form. A room whose kind names it has no name of its own; which rooms only the office writes in, the office decides.
#[component]
pub(super) fn RoomForm(
    /// None for a new one.
    #[prop(optional_no_strip)]
    room: Option<RoomId>,
    /// As it stands.
    content: RoomContent,
    /// Whether it has a name of its own, and is open or not.
    is_named: bool,
    /// Called when it was saved.
    saved: Callback<RoomKey>,
) -> impl IntoView {
    let app = app();
    let language = app.language();
    let is_office = app.with_me_untracked(|me| me.person.role.is_office()).unwrap_or_default();
    let text = |of: &Localized| of.in_language(&language).to_owned();
    let key = room.map(|room| room.to_string()).unwrap_or_default();
    let (first_name, first_about, first_rules) =
        (text(&content.name), text(&content.about), text(&content.rules));
    let name = app.kept(format!("room form {key} name"), || first_name);
    let about = app.kept(format!("room form {key} about"), || first_about);
    let rules = app.kept(format!("room form {key} rules"), || first_rules);
    let (open, announce) = (RwSignal::new(content.open), RwSignal::new(content.announce));
    // What was written by invitation was written for those who were invited.
    let may_choose = is_named && (room.is_none() || content.open);
    let tried = RwSignal::new(false);
    let act = Act::new();
    let name_error = Signal::derive(move || {
        let missing = is_named && tried.get() && name.with(|name| name.trim().is_empty());
        missing
            .then(|| words::common::required().to_owned())
            .or_else(|| name.with(|name| too_long(name, MAX_ROOM_NAME)))
    });
    let about_error = Signal::derive(move || about.with(|about| too_long(about, MAX_ROOM_ABOUT)));
    let rules_error = Signal::derive(move || rules.with(|rules| too_long(rules, MAX_RULES)));
    let before = StoredValue::new(content);
    // What stands there in other languages stays if nothing was changed in this one.
    let entered = move || {
        let language = app.language();
        let said = |before: &Localized, now: String| {
            if before.in_language(&language) == now.trim() {
                before.clone()
            } else {
                in_one_language(&language, &now)
            }
        };
        before.with_value(|before| RoomContent {
            name: said(&before.name, name.get()),
            about: said(&before.about, about.get()),
            rules: said(&before.rules, rules.get()),
            open: open.get(),
            announce: announce.get(),
        })
    };
    let now = Memo::new(move |_| {
        let content = entered();
        if before.with_value(|before| *before == content) {
            return Typed::default();
        }
        let words = [name.get(), about.get(), rules.get()].join("\n");
        let form = SaveRoom { room_id: room, content };
        Typed { words, photos: Vec::new(), form: serde_json::to_string(&form).unwrap_or_default() }
    });
    typing::remember(TypedPlace::Room { id: room }, now, move |kept| {
        let kept: Option<SaveRoom> = serde_json::from_str(&kept.form).ok();
        let kept = kept.map_or_else(|| before.get_value(), |kept| kept.content);
        let language = app.language();
        for (field, text) in [(name, &kept.name), (about, &kept.about), (rules, &kept.rules)] {
            field.set(text.in_language(&language).to_owned());
        }
        open.set(kept.open);
        announce.set(kept.announce);
    });
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        if [name_error, about_error, rules_error].iter().any(|error| error.with_untracked(Option::is_some)) {
            return;
        }
        let content = untrack(entered);
        act.run::<RoomSave>(SaveRoom { room_id: room, content }, move |room| saved.run(room));
    };
    let who = move || {
        let options = vec![
            Choice::new(true, texts::open(), "room-open").help(texts::open_help()),
            Choice::new(false, texts::invited(), "room-invited").help(texts::invited_help()),
        ];
        choices(
            "room-who",
            texts::who(),
            true,
            None,
            open.into(),
            options,
            Callback::new(move |chosen| open.set(chosen)),
        )
    };
    view! {
        <form class="c-form" novalidate on:submit=save>
            {is_named.then(|| view! { <Field id="room-name" label=texts::name() help=texts::name_help() value=name error=name_error /> })}
            <Area id="room-about" label=texts::about() help=texts::about_help() value=about error=about_error optional=true />
            {may_choose.then(who)}
            <Area id="room-rules" label=texts::rules() help=texts::rules_help() value=rules error=rules_error optional=true />
            {is_office.then(|| view! {
                <section class="c-card"><Switch label=texts::announce() help=texts::announce_help() on=announce change=Callback::new(move |on| announce.set(on)) testid="room-announce" /></section>
            })}
            {move || act.error.get().map(|error| error_state(&error, None))}
            <div class="c-form__actions">
                <button type="submit" class="c-button" data-kind="primary" data-testid="save-room" aria-busy=act.aria_busy()>{icon("ok")} {if room.is_some() { words::common::save() } else { texts::make() }}</button>
            </div>
        </form>
    }
}
