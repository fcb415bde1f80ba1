//! My devices: list, add one, sign one out, rename.

use std::time::Duration;

use leptos::prelude::*;
use linli_wire::{
    command::{
        DeviceAdd, DeviceKey, DeviceLinkView, DeviceRename, DeviceRevoke, DevicesList, DevicesSeen,
        DevicesView, Empty, RenameDevice, Topic,
    },
    devices::Device,
    outbox::Pending,
};

use crate::{
    components::{
        banner::OfflineBanner,
        dialog::{Confirm, Dialog},
        error_state::error_state,
        field::Field,
        icon::icon,
        page_header::{self, PageHeader},
        pending::{pending_actions, pending_mark},
        qr::{code, qr_drawing},
        skeleton::skeleton_list,
    },
    format,
    ipc::{self, Answer},
    state::{Act, app},
    words::{self, devices as texts},
};

/// The list.
#[component]
pub fn Devices() -> impl IntoView {
    let app = app();
    let asked = ipc::ask::<DevicesList>(&[Topic::Devices, Topic::Outbox], || Empty {});
    let revoking = RwSignal::new(None::<Device>);
    let renaming = RwSignal::new(None::<Device>);
    // Who looks at the list has seen what was added.
    app.run::<DevicesSeen>(Empty {}, |_| ());
    view! {
        <div class="l-page">
            <PageHeader title=texts::title() note=texts::intro() back=page_header::me() />
            <OfflineBanner />
            {move || match asked.get() {
                Answer::Loading => skeleton_list(2),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(view) => list(&view, revoking, renaming),
            }}
            <a class="c-button" data-kind="primary" data-width="full" href="/me/devices/add" data-testid="add-device">{icon("plus")} {texts::add()}</a>
            {move || asked.with(|view| view.is_some_and(|view| view.devices.len() == 1)).then(|| view! { <p class="t-soft">{texts::only_this()}</p> })}
            <p class="t-soft t-small">{texts::lost_all()}</p>
            {revoke_dialog(revoking, asked)}
            {(!app.is_simple()).then(|| rename_dialog(renaming))}
        </div>
    }
}

fn list(
    view: &DevicesView,
    revoking: RwSignal<Option<Device>>,
    renaming: RwSignal<Option<Device>>,
) -> AnyView {
    let rows = view.devices.iter().map(|device| {
        let pending = view.pending.get(&device.id).cloned();
        view! { <li>{row(device, view.this == Some(device.id), pending, revoking, renaming)}</li> }
    });
    view! { <ul class="c-list" role="list" data-lead="icon" data-testid="devices">{rows.collect_view()}</ul> }
        .into_any()
}

fn row(
    device: &Device,
    is_this: bool,
    pending: Option<Pending>,
    revoking: RwSignal<Option<Device>>,
    renaming: RwSignal<Option<Device>>,
) -> AnyView {
    let app = app();
    let (to_revoke, to_rename) = (device.clone(), device.clone());
    view! {
        <div class="c-row" data-strong="" data-actions="">
            <span class="c-row__lead">{icon("device")}</span>
            <span class="c-row__body">
                <span class="c-row__title">{device.name.clone()} " " {is_this.then(|| view! { <span class="c-tag" data-tone="jade">{texts::this_device()}</span> })}</span>
                <span class="c-row__meta">{texts::added(&app.clock().when(device.joined_at))}</span>
                {pending.as_ref().map(|pending| pending_mark(&pending.state))}
            </span>
            <span class="c-row__end">
                {pending.as_ref().map(pending_actions)}
                {(!app.is_simple()).then(|| view! {
                    <button type="button" class="c-button" data-kind="plain" data-testid="rename" on:click=move |_| renaming.set(Some(to_rename.clone()))>{icon("edit")} {texts::rename()}</button>
                })}
                {(!is_this).then(|| view! {
                    <button type="button" class="c-button" data-kind="plain" data-testid="revoke" on:click=move |_| revoking.set(Some(to_revoke.clone()))>{texts::revoke()}</button>
                })}
            </span>
        </div>
    }
    .into_any()
}

fn revoke_dialog(revoking: RwSignal<Option<Device>>, asked: ipc::Asked<DevicesView>) -> AnyView {
    let app = app();
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        if revoking.with(Option::is_some) {
            open.set(true);
        }
    });
    Effect::new(move |was_open: Option<bool>| {
        let is_open = open.get();
        if was_open == Some(true) && !is_open {
            // Kept until the dialog has closed, so that its words do not change while it does.
            request_animation_frame(move || drop(revoking.try_set(None)));
        }
        is_open
    });
    let name =
        move || revoking.with(|device| device.as_ref().map(|device| device.name.clone())).unwrap_or_default();
    let title = Signal::derive(move || texts::revoke_title(&name()));
    let revoke = Callback::new(move |()| {
        if let Some(device) = revoking.get_untracked() {
            app.run::<DeviceRevoke>(DeviceKey { id: device.id }, move |_| {
                app.tell(texts::revoked(&device.name));
                asked.again();
            });
        }
    });
    view! { <Confirm open=open id="revoke-device" title=title text=texts::revoke_text() confirm=texts::revoke() then=revoke /> }.into_any()
}

fn rename_dialog(renaming: RwSignal<Option<Device>>) -> AnyView {
    let app = app();
    let open = RwSignal::new(false);
    let name = RwSignal::new(String::new());
    Effect::new(move |_| {
        if let Some(device) = renaming.get() {
            name.set(device.name);
            open.set(true);
        }
    });
    let error = Signal::derive(move || crate::pages::join::name_problem(&name.get()));
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if let (Some(device), None) = (renaming.get_untracked(), error.get_untracked()) {
            open.set(false);
            renaming.set(None);
            app.run::<DeviceRename>(
                RenameDevice { id: device.id, name: name.get_untracked().trim().to_owned() },
                |_| (),
            );
        }
    };
    view! {
        <Dialog open=open id="rename-device" title=texts::rename()>
            <form class="c-form" novalidate on:submit=save>
                <Field id="device-name" label=texts::name_label() value=name error=error />
                <div class="c-dialog__actions">
                    <button type="button" class="c-button" data-kind="quiet" on:click=move |_| open.set(false)>{words::common::cancel()}</button>
                    <button type="submit" class="c-button" data-kind="primary">{words::common::save()}</button>
                </div>
            </form>
        </Dialog>
    }
    .into_any()
}

/// A code for one more device, made when the page opens and again when it has ended.
#[component]
pub fn AddDevice() -> impl IntoView {
    let app = app();
    let act = Act::new();
    let link = app.kept("device link", || None::<DeviceLinkView>);
    let make = Callback::new(move |()| act.run::<DeviceAdd>(Empty {}, move |made| link.set(Some(made))));
    if link.with_untracked(Option::is_none) {
        make.run(());
    }
    // Says when the other device is there.
    let devices = ipc::ask::<DevicesList>(&[Topic::Devices], || Empty {});
    let names = Memo::new(move |_| {
        devices.with(|view| Some(view?.devices.iter().map(|device| device.name.clone()).collect::<Vec<_>>()))
    });
    Effect::new(move |before: Option<Option<Vec<String>>>| {
        let now = names.get();
        if let (Some(Some(before)), Some(now)) = (before, &now)
            && let Some(new) = now.get(before.len())
        {
            app.tell(texts::joined(new));
            app.run::<DevicesSeen>(Empty {}, |_| ());
        }
        now
    });
    let back = ("/me/devices".to_owned(), texts::title().to_owned());
    view! {
        <div class="l-page">
            <PageHeader title=texts::add() back=back />
            {move || act.error.get().map(|error| error_state(&error, Some(make)))}
            {move || link.get().map(|link| link_card(&link))}
            {move || link.with(Option::is_some).then(|| view! {
                <button type="button" class="c-button" data-kind="quiet" data-width="full" aria-busy=act.aria_busy() on:click=move |_| make.run(())>{icon("refresh")} {texts::new_code()}</button>
            })}
        </div>
    }
}

fn link_card(link: &DeviceLinkView) -> AnyView {
    let ends = link.link.expires_at;
    let left = move || ends.millis_since(format::now()).max(0);
    let minutes = RwSignal::new(left());
    let tick = set_interval_with_handle(move || _ = minutes.try_set(left()), Duration::from_secs(10));
    on_cleanup(move || {
        if let Ok(tick) = tick {
            tick.clear();
        }
    });
    let valid = move || match minutes.get() {
        0 => texts::code_ended().to_owned(),
        millis => texts::valid_for(u32::try_from((millis + 59_999) / 60_000).unwrap_or_default()),
    };
    view! {
        <section class="c-card p-centred" data-gap="" data-pad="large">
            <p>{texts::add_text()}</p>
            {qr_drawing(&link.qr)}
            <div>
                <p class="t-soft t-small">{words::join::address_label()}</p>
                <p class="t-strong" data-testid="server">{link.server.trim_start_matches("https://").to_owned()}</p>
            </div>
            <div><p class="t-soft t-small">{texts::code_label()}</p> <p>{code(&link.link.code)}</p></div>
            <p class="l-row">{icon("clock")} <span>{valid}</span></p>
            <p class="t-soft" role="status">{texts::waiting()}</p>
        </section>
    }
    .into_any()
}
