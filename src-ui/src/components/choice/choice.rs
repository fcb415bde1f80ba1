//! One of a few: native radio buttons whose whole card can be pressed.

use leptos::prelude::*;

/// A choice: its value, its word, what it means, and a drawn sample above it.
pub struct Choice<T> {
    /// What is chosen.
    pub value: T,
    /// The word.
    pub label: String,
    /// What it means; may be empty.
    pub help: String,
    /// A sample to see, if there is one.
    pub sample: Option<AnyView>,
    /// For tests.
    pub testid: &'static str,
}

impl<T> Choice<T> {
    /// A choice of a word alone.
    pub fn new(value: T, label: impl Into<String>, testid: &'static str) -> Self {
        Self { value, label: label.into(), help: String::new(), sample: None, testid }
    }

    /// The same with what it means.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// The same with a sample.
    #[must_use]
    pub fn sample(mut self, sample: AnyView) -> Self {
        self.sample = Some(sample);
        self
    }
}

/// Radio buttons under one `legend`. `name` is unique on the page.
pub fn choices<T>(
    name: &'static str,
    legend: &'static str,
    show_legend: bool,
    columns: Option<&'static str>,
    chosen: Signal<T>,
    options: Vec<Choice<T>>,
    choose: Callback<T>,
) -> AnyView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let options = options.into_iter().map(|option| {
        let Choice { value, label, help, sample, testid } = option;
        let (here, there) = (value.clone(), value);
        let checked = Signal::derive(move || chosen.with(|chosen| *chosen == here));
        let pick = Callback::new(move |()| choose.run(there.clone()));
        radio(name, testid, label, help, sample, checked, pick)
    });
    view! {
        <fieldset class="c-choices" data-columns=columns id=name>
            <legend class=(!show_legend).then_some("u-hidden")>{legend}</legend>
            {options.collect_view()}
        </fieldset>
    }
    .into_any()
}

fn radio(
    name: &'static str,
    testid: &'static str,
    label: String,
    help: String,
    sample: Option<AnyView>,
    checked: Signal<bool>,
    pick: Callback<()>,
) -> AnyView {
    view! {
        <label class="c-choice">
            {sample}
            <input type="radio" name=name data-testid=testid prop:checked=checked on:change=move |_| pick.run(()) />
            <span class="c-choice__label">{label}</span>
            {(!help.is_empty()).then(|| view! { <span class="c-choice__help">{help}</span> })}
        </label>
    }
    .into_any()
}
