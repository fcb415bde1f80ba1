//! A device was added: shown once on the person's other devices, so that nobody comes in unseen.

use leptos::prelude::*;
use linli_wire::{
    command::{DevicesSeen, Empty},
    devices::Device,
};

use crate::{
    components::icon::{icon, icon_on_ground},
    state::app,
    words::home as texts,
};

/// The newest device that was added since the person looked; nothing when there is none.
pub(super) fn added(devices: &[Device]) -> Option<AnyView> {
    let app = app();
    let device = devices.last()?;
    let title = texts::device_added(&device.name);
    let text = texts::device_added_text(&app.clock().when(device.joined_at));
    Some(
        view! {
            <section class="c-card" data-gap="" data-testid="device-added">
                <div class="c-card__line">
                    {icon_on_ground("device", "amber")}
                    <div><h2 class="c-card__title">{title}</h2> <p class="t-soft t-small">{text}</p></div>
                </div>
                <div class="l-row" data-fill="">
                    <button type="button" class="c-button" data-kind="quiet" data-testid="device-was-me" on:click={move |_| app.run::<DevicesSeen>(Empty {}, |_| ())}>{icon("ok")} {texts::device_was_me()}</button>
                    <a class="c-button" data-kind="quiet" href="/me/devices">{icon("device")} {texts::device_look()}</a>
                </div>
            </section>
        }
        .into_any(),
    )
}
