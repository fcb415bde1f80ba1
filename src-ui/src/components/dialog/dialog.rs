//! A native modal dialog: focus goes in, Escape closes, focus comes back.

use leptos::{html, prelude::*};

use crate::words;

/// A dialog that is open while `open` says so.
#[component]
pub fn Dialog(
    /// Whether it is open; set to false when the person closes it.
    open: RwSignal<bool>,
    /// Unique on the page.
    id: &'static str,
    /// Its heading.
    #[prop(into)]
    title: Signal<String>,
    /// What it says and asks; built each time it opens.
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let heading = format!("{id}-title");
    let labelled = heading.clone();
    Effect::new(move |_| {
        let open = open.get();
        if let Some(dialog) = dialog.get() {
            match (open, dialog.open()) {
                (true, false) => drop(dialog.show_modal()),
                (false, true) => dialog.close(),
                _ => {}
            }
        }
    });
    view! {
        <dialog class="c-dialog" id=id aria-labelledby=labelled node_ref=dialog data-testid=id on:close=move |_| open.set(false)>
            <h2 id=heading>{title}</h2>
            {move || open.get().then(|| children())}
        </dialog>
    }
}

/// A question with what happens, a way back, and a confirming button in the colour of `danger`.
#[component]
pub fn Confirm(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Unique on the page.
    id: &'static str,
    /// The question.
    #[prop(into)]
    title: Signal<String>,
    /// What happens then.
    #[prop(into)]
    text: Signal<String>,
    /// The word on the confirming button.
    confirm: &'static str,
    /// Called when confirmed; the dialog is closed by then.
    #[prop(into)]
    then: Callback<()>,
    /// Red for what cannot be undone.
    #[prop(default = true)]
    danger: bool,
) -> impl IntoView {
    let kind = if danger { "danger" } else { "primary" };
    let confirmed = move |_| {
        open.set(false);
        then.run(());
    };
    view! {
        <Dialog open=open id=id title=title>
            <p>{text}</p>
            <div class="c-dialog__actions">
                <button type="button" class="c-button" data-kind="quiet" on:click=move |_| open.set(false)>{words::common::cancel()}</button>
                <button type="button" class="c-button" data-kind=kind data-strong=danger data-testid="confirm" on:click=confirmed>{confirm}</button>
            </div>
        </Dialog>
    }
}
