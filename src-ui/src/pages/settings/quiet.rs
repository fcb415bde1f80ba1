//! Hours in which only emergencies are told.

use leptos::prelude::*;
use linli_wire::{
    command::PreferencesSave,
    settings::{Preferences, QuietHours},
};

use crate::{components::switch::Switch, ipc, state::app, words::settings as texts};

/// What is offered first: from ten in the evening to seven.
const USUAL: QuietHours = QuietHours { from: 22 * 60, until: 7 * 60 };

/// The switch, and while it is on the two times.
#[component]
pub(super) fn Quiet(asked: ipc::Asked<Preferences>) -> impl IntoView {
    let app = app();
    let quiet = RwSignal::new(asked.with_untracked(|known| known.and_then(|known| known.quiet)));
    let saving = StoredValue::new(0_u32);
    let save = move |now: Option<QuietHours>| {
        quiet.set(now);
        let preferences =
            Preferences { quiet: now, ..asked.with_untracked(|known| known.cloned()).unwrap_or_default() };
        saving.update_value(|saving| *saving += 1);
        ipc::call_then::<PreferencesSave>(preferences, move |reply| {
            let _ = saving.try_update_value(|saving| *saving = saving.saturating_sub(1));
            if let Err(error) = reply {
                app.complain(&error);
            }
        });
    };
    // Another device may choose, too. What the core says while it is being told something newer is older.
    Effect::new(move |_| {
        let known = asked.with(|known| known.and_then(|known| known.quiet));
        if saving.get_value() == 0 {
            quiet.set(known);
        }
    });
    let on = Signal::derive(move || quiet.with(Option::is_some));
    let time = move |id: &'static str,
                     label: &'static str,
                     minute: fn(&QuietHours) -> u16,
                     put: fn(QuietHours, u16) -> QuietHours| {
        let change = move |event: web_sys::Event| {
            if let (Some(minute), Some(now)) = (minute_of(&event_target_value(&event)), quiet.get_untracked())
            {
                save(Some(put(now, minute)));
            }
        };
        view! {
            <div class="c-field">
                <label class="c-field__label" for=id>{label}</label>
                <input class="c-input" type="time" id=id data-testid=id required prop:value=move || time_of(quiet.with(|quiet| quiet.as_ref().map(minute)).unwrap_or_default()) on:change=change />
            </div>
        }
    };
    let is_on = Memo::new(move |_| on.get());
    // The times are built once: who types one stays in it while it is saved.
    let times = move || {
        is_on.get().then(|| view! {
            <div class="c-form__pair">
                {time("quiet-from", texts::quiet_from(), |quiet| quiet.from, |quiet, from| QuietHours { from, ..quiet })}
                {time("quiet-until", texts::quiet_until(), |quiet| quiet.until, |quiet, until| QuietHours { until, ..quiet })}
            </div>
        })
    };
    view! {
        <section class="c-card" data-gap="">
            <Switch label=texts::quiet() help=texts::quiet_help() on=on change=Callback::new(move |on: bool| save(on.then_some(USUAL))) testid="quiet" />
            {times}
        </section>
    }
}

/// `07:30`, as `<input type="time">` has it.
fn time_of(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Minutes after midnight; none for what is no time of day.
fn minute_of(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.get(..2)?.parse().ok()?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_time_of_day_goes_there_and_back() {
        assert_eq!(minute_of("07:30"), Some(450));
        assert_eq!(minute_of("23:59:59"), Some(1439));
        assert_eq!(minute_of(&time_of(1439)), Some(1439));
        for rubbish in ["", "7", "24:00", "12:60", "a:b", "1:2", "12:é", "-1:00", ":"] {
            assert_eq!(minute_of(rubbish), None, "{rubbish}");
        }
    }
}
