//! The discounts in the form of a fee: who pays less, how much, and until when.

use leptos::prelude::*;
use linli_wire::{
    Language, Localized,
    id::UnitId,
    payments::{Discount, MAX_DISCOUNTS},
};

use super::fee_form::percent;
use crate::{
    components::{field::field_error, icon::icon},
    format::thousandths,
    words::fees as texts,
};

/// A discount as it is typed.
#[derive(Clone, PartialEq, Default)]
pub(super) struct Draft {
    /// Tells it from the others of its form.
    key: u32,
    zh: String,
    en: String,
    percent: String,
    /// Flats by name; all where none is named.
    pub(super) units: String,
    /// The last day, or nothing.
    until: String,
    /// As it was before somebody typed: names in other languages, and flats that have no name here.
    before: Option<Discount>,
}

impl Draft {
    /// One that is there already; `units` are its flats by name.
    pub(super) fn of(key: u32, discount: &Discount, units: String) -> Self {
        let name = |language: &Language| discount.name.0.get(language).cloned().unwrap_or_default();
        Self {
            key,
            zh: name(&Language::zh()),
            en: name(&Language::en()),
            percent: thousandths(i64::from(discount.basis_points) * 10),
            units,
            until: discount.until.clone().unwrap_or_default(),
            before: Some(discount.clone()),
        }
    }

    /// The flats that it was for before somebody typed.
    pub(super) fn units_before(&self) -> &[UnitId] {
        self.before.as_ref().map(|before| &*before.units).unwrap_or_default()
    }

    /// As it stands, right or wrong, for these flats.
    pub(super) fn entered(&self, units: Vec<UnitId>) -> Discount {
        let mut name = self.before.as_ref().map(|before| before.name.clone()).unwrap_or_default();
        put(&mut name, Language::zh(), &self.zh);
        put(&mut name, Language::en(), &self.en);
        Discount {
            name,
            basis_points: percent(&self.percent).unwrap_or_default(),
            units,
            until: (!self.until.is_empty()).then(|| self.until.clone()),
        }
    }

    /// The field that does not fit, with its sentence.
    pub(super) fn problem(&self) -> Option<(String, String)> {
        if self.zh.trim().is_empty() && self.en.trim().is_empty() {
            return Some((self.id(Part::Zh), texts::name_missing().to_owned()));
        }
        let takes_off = percent(&self.percent).is_some_and(|points| points > 0);
        (!takes_off).then(|| (self.id(Part::Percent), texts::discount_wrong().to_owned()))
    }

    /// The id of the field for its flats.
    pub(super) fn units_id(&self) -> String {
        self.id(Part::Units)
    }

    fn id(&self, part: Part) -> String {
        id(self.key, part)
    }

    fn part(&mut self, part: Part) -> &mut String {
        match part {
            Part::Zh => &mut self.zh,
            Part::En => &mut self.en,
            Part::Percent => &mut self.percent,
            Part::Units => &mut self.units,
            Part::Until => &mut self.until,
        }
    }
}

/// What is typed about a discount.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Zh,
    En,
    Percent,
    Units,
    Until,
}

fn id(key: u32, part: Part) -> String {
    let name = match part {
        Part::Zh => "zh",
        Part::En => "en",
        Part::Percent => "percent",
        Part::Units => "units",
        Part::Until => "until",
    };
    format!("discount-{key}-{name}")
}

/// A name in a language; none where nothing stands in it.
pub(super) fn put(name: &mut Localized, language: Language, typed: &str) {
    if typed.trim().is_empty() {
        name.0.remove(&language);
    } else {
        name.0.insert(language, typed.to_owned());
    }
}

/// The discounts, each of which can be taken away, and a way to another.
pub(super) fn discounts(
    drafts: RwSignal<Vec<Draft>>,
    problem: Signal<Option<(String, String)>>,
) -> impl IntoView {
    let keys = Memo::new(move |_| drafts.with(|drafts| drafts.iter().map(|one| one.key).collect::<Vec<_>>()));
    let add = move |_| {
        drafts.update(|drafts| {
            let key = drafts.iter().map(|one| one.key).max().unwrap_or_default() + 1;
            drafts.push(Draft { key, ..Draft::default() });
        });
    };
    view! {
        <div class="l-stack" data-gap="small" role="group" aria-label=texts::discounts()>
            <p class="c-field__label">{texts::discounts()}</p>
            <p class="c-field__help">{texts::discounts_help()}</p>
            <For each=move || keys.get() key=|key| *key let(key)>{discount(drafts, key, problem)}</For>
            {move || (keys.with(Vec::len) < MAX_DISCOUNTS).then(|| view! {
                <div><button type="button" class="c-button" data-kind="plain" data-edge="start" data-testid="add-discount" on:click=add>{icon("plus")} {texts::add_discount()}</button></div>
            })}
        </div>
    }
}

fn discount(
    drafts: RwSignal<Vec<Draft>>,
    key: u32,
    problem: Signal<Option<(String, String)>>,
) -> impl IntoView {
    let field = move |part: Part, label: &'static str, help: Option<&'static str>| {
        let id = id(key, part);
        let (error_id, help_id, at) = (format!("{id}-error"), format!("{id}-help"), id.clone());
        let error =
            Signal::derive(move || problem.get().filter(|(field, _)| *field == at).map(|(_, text)| text));
        let value = move || {
            drafts.with(|drafts| {
                let draft = drafts.iter().find(|one| one.key == key);
                draft.map(|draft| draft.clone().part(part).clone()).unwrap_or_default()
            })
        };
        let typed = move |event| {
            let typed = event_target_value(&event);
            drafts.update(|drafts| {
                if let Some(draft) = drafts.iter_mut().find(|one| one.key == key) {
                    *draft.part(part) = typed;
                }
            });
        };
        let described = {
            let (error_id, help_id) = (error_id.clone(), help_id.clone());
            move || {
                let wrong = error.with(Option::is_some);
                wrong.then(|| error_id.clone()).or_else(|| help.map(|_| help_id.clone()))
            }
        };
        view! {
            <div class="c-field" data-invalid=move || error.with(Option::is_some)>
                <label class="c-field__label" for=id.clone()>{label}</label>
                {help.map(|help| view! { <p class="c-field__help" id=help_id>{help}</p> })}
                <input class="c-input" id=id.clone() data-testid=id type=if part == Part::Until { "date" } else { "text" }
                    aria-describedby=described aria-invalid=move || error.with(Option::is_some).then_some("true")
                    prop:value=value on:input=typed />
                {field_error(error_id, error)}
            </div>
        }
    };
    let number = move || {
        let place = drafts.with(|drafts| drafts.iter().position(|one| one.key == key)).unwrap_or_default();
        texts::discount_number(&(place + 1).to_string())
    };
    let remove = move |_| drafts.update(|drafts| drafts.retain(|one| one.key != key));
    view! {
        <fieldset class="c-card c-form" data-gap="" data-testid="discount">
            <legend class="t-strong">{number}</legend>
            {field(Part::Zh, texts::discount_zh(), None)}
            {field(Part::En, texts::discount_en(), None)}
            {field(Part::Percent, texts::discount_percent(), None)}
            {field(Part::Until, texts::until(), None)}
            {field(Part::Units, texts::units(), Some(texts::units_help()))}
            <div><button type="button" class="c-button" data-kind="danger" data-testid="remove-discount" on:click=remove>{icon("trash")} {texts::remove_discount()}</button></div>
        </fieldset>
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_discount_that_nobody_touches_stays_as_it_is() {
        let mut name = Localized::one(Language::zh(), "老人优惠");
        name.0.insert("fr".parse().unwrap_or(Language::en()), "Aînés".to_owned());
        let kept =
            Discount { name, basis_points: 1_050, units: Vec::new(), until: Some("2027-06-30".to_owned()) };
        let draft = Draft::of(1, &kept, String::new());
        assert_eq!((draft.percent.as_str(), draft.problem()), ("10.5", None));
        assert_eq!(draft.entered(Vec::new()), kept);
    }

    #[test]
    fn a_discount_without_a_name_or_a_rate_does_not_fit() {
        let draft = |zh: &str, percent: &str| Draft {
            key: 7,
            zh: zh.into(),
            percent: percent.into(),
            ..Draft::default()
        };
        let at = |draft: Draft| draft.problem().map(|(field, _)| field);
        assert_eq!(at(draft("", "10")), Some("discount-7-zh".to_owned()));
        for percent in ["", "0", "101", "ten"] {
            assert_eq!(at(draft("优惠", percent)), Some("discount-7-percent".to_owned()), "{percent}");
        }
        assert_eq!(at(draft("优惠", "100")), None);
    }
}
