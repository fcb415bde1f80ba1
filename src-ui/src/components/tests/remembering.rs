//! What outlives a change of language or mode.

use leptos::prelude::*;
use linli_wire::settings::{Mode, Settings};
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::show;
use crate::state::App;

/// A page that is built anew with the face, as the real ones are, and gives its field out.
fn page(app: App, place: RwSignal<u32>, field: RwSignal<Option<RwSignal<String>>>) -> impl IntoView {
    let face = Memo::new(move |_| app.settings.with(|settings| (settings.language.clone(), settings.mode)));
    move || {
        face.get();
        place.track();
        let kept = app.kept("a field", || "fresh".to_owned());
        field.set(Some(kept));
        view! { <p>{kept}</p> }
    }
}

#[test]
async fn what_was_typed_stays_when_the_mode_changes_and_goes_with_the_page() {
    let (place, field, held) = (RwSignal::new(0), RwSignal::new(None), RwSignal::new(None::<App>));
    let shown = show(move || {
        let app = App::start();
        held.set(Some(app));
        page(app, place, field)
    });
    let app = held.get_untracked().unwrap();
    let typed = || field.get_untracked().unwrap().set("typed".to_owned());
    shown.until("fresh", |shown| shown.text() == "fresh").await;
    typed();
    shown.until("typed", |shown| shown.text() == "typed").await;
    let first = field.get_untracked();
    let simple = |settings: &mut Settings| {
        settings.mode = if settings.mode == Mode::Simple { Mode::Standard } else { Mode::Simple };
    };
    app.change_settings(simple);
    shown.until("built anew", |_| field.get_untracked().is_some_and(|now| Some(now) != first)).await;
    shown.until("still there", |shown| shown.text() == "typed").await;
    place.set(1);
    shown.until("fresh on the next page", |shown| shown.text() == "fresh").await;
}
