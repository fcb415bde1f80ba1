//! The form of a fee. What is typed outlives the form.

use leptos::prelude::*;
use linli_wire::{
    Language, Localized,
    command::{CommunityMap, CommunityMapView, Empty, FeeSave, KeepTyped, SaveFee, TypedGet, TypedKeep},
    community::Unit,
    id::{FeeId, UnitId},
    payments::{Basis, EVERY_MONTHS, FeeContent, Rate, Tax},
    typed::{Typed, TypedPlace},
};

use super::{
    discounts::{Draft, discounts, put},
    fees::every,
};
use crate::{
    components::{
        choice::{Choice, choices},
        dialog::Dialog,
        error_state::error_state,
        field::{Field, focus_field},
        switch::Switch,
    },
    format::{now, read_price, read_thousandths, thousandths, typed_price},
    ipc,
    state::{Act, app},
    typing,
    words::{self, fees as texts},
};

/// A field that does not fit, with its sentence.
type Problem = (String, String);

/// What is typed about a fee.
#[derive(Clone, Copy)]
pub(super) struct Form {
    open: RwSignal<bool>,
    /// Which fee, and the version that the editing began from; none before any was opened, or once it is saved.
    of: RwSignal<Option<(Option<FeeId>, u64)>>,
    /// Everything that is not typed into a field.
    content: RwSignal<FeeContent>,
    /// The fee as it was when the editing began.
    first: RwSignal<FeeContent>,
    zh: RwSignal<String>,
    en: RwSignal<String>,
    rate: RwSignal<String>,
    measure: RwSignal<String>,
    tax: RwSignal<String>,
    units: RwSignal<String>,
    discounts: RwSignal<Vec<Draft>>,
    currency: StoredValue<String>,
    /// Flats by name.
    flats: RwSignal<Vec<(UnitId, String)>>,
}

impl Form {
    /// What was typed before the face was built anew, or nothing.
    pub(super) fn kept() -> Self {
        let app = app();
        let text = |name: &str| app.kept(format!("fee {name}"), String::new);
        let form = Self {
            open: app.kept("fee open", || false),
            of: app.kept("fee of", || None),
            content: app.kept("fee content", Self::blank),
            first: app.kept("fee first", Self::blank),
            zh: text("zh"),
            en: text("en"),
            rate: text("rate"),
            measure: text("measure"),
            tax: text("tax"),
            units: text("units"),
            discounts: app.kept("fee discounts", Vec::new),
            currency: StoredValue::new(
                app.with_me_untracked(|me| me.community.currency.clone()).unwrap_or_default(),
            ),
            flats: app.kept("fee flats", Vec::new),
        };
        form.remember();
        form
    }

    /// Has the core keep what is typed.
    fn remember(self) {
        let now = Memo::new(move |before: Option<&KeepTyped>| match self.of.get() {
            Some((id, base_version)) => {
                let content = self.entered();
                let typed = if self.first.with(|first| *first == content) {
                    Typed::default()
                } else {
                    let save = SaveFee { id, base_version, content };
                    let words = [self.zh.get(), self.en.get()].join("\n");
                    Typed {
                        words,
                        photos: Vec::new(),
                        form: serde_json::to_string(&save).unwrap_or_default(),
                    }
                };
                KeepTyped { place: TypedPlace::Fee { id }, typed }
            }
            // Saved: it is forgotten where it stood.
            None => {
                let place = before.map_or(TypedPlace::Fee { id: None }, |before| before.place);
                KeepTyped { place, typed: Typed::default() }
            }
        });
        typing::follow::<TypedKeep, _>(now, now.get_untracked(), || (), |now| now, || ());
    }

    /// A new fee: by area, every month, from the first of this month.
    pub(super) fn blank() -> FeeContent {
        let today = app().clock().today();
        FeeContent {
            name: Localized::default(),
            heading: String::new(),
            basis: Basis::SquareMetre,
            rate: Rate(0),
            every_months: 1,
            from: format!("{}-01", today.get(..7).unwrap_or("2026-01")),
            until: None,
            tax: Tax::default(),
            units: Vec::new(),
            discounts: Vec::new(),
        }
    }

    /// The fee as it stands in the form, right or wrong.
    fn entered(self) -> FeeContent {
        let mut content = self.content.get();
        put(&mut content.name, Language::zh(), &self.zh.get());
        put(&mut content.name, Language::en(), &self.en.get());
        let rate = self.rate.with(|typed| self.currency.with_value(|currency| read_price(typed, currency)));
        content.rate = Rate(rate.unwrap_or_default());
        content.tax.basis_points = self.tax.with(|typed| percent(typed)).unwrap_or_default();
        if let Basis::Meter { measure } = &mut content.basis {
            *measure = self.measure.get().trim().to_owned();
        }
        let units =
            |typed: &str, before: &[UnitId]| self.units_of(typed, before).unwrap_or_else(|_| before.to_vec());
        content.units = units(&self.units.get(), &content.units);
        let discount = |draft: &Draft| draft.entered(units(&draft.units, draft.units_before()));
        content.discounts = self.discounts.with(|drafts| drafts.iter().map(discount).collect());
        content
    }

    /// Opens the form; one that was closed half done is as it was left.
    pub(super) fn begin(self, id: Option<FeeId>, base: u64, content: &FeeContent) {
        if self.of.get_untracked() == Some((id, base)) {
            self.open.set(true);
            return;
        }
        let (app, first) = (app(), content.clone());
        // Without the names of flats a fee for one of them would look like one for all.
        ipc::call_then::<CommunityMap>(Empty {}, move |map| match map {
            Ok(map) => {
                self.flats.set(flats(&map));
                self.begin_with(id, base, first);
            }
            Err(error) => app.complain(&error),
        });
    }

    fn begin_with(self, id: Option<FeeId>, base: u64, first: FeeContent) {
        // What was typed before a restart, or given up, stands in it again.
        ipc::call_then::<TypedGet>(TypedPlace::Fee { id }, move |kept| {
            let kept = kept.ok().and_then(|kept| serde_json::from_str::<SaveFee>(&kept.form).ok());
            // What was typed before somebody else's change must not go over it unseen.
            let base = kept.as_ref().map_or(base, |kept| kept.base_version);
            batch(move || {
                self.of.set(Some((id, base)));
                self.fill(kept.map_or_else(|| first.clone(), |kept| kept.content));
                self.first.set(first);
                self.open.set(true);
            });
        });
    }

    fn fill(self, content: FeeContent) {
        let name = |language: &Language| content.name.0.get(language).cloned().unwrap_or_default();
        self.zh.set(name(&Language::zh()));
        self.en.set(name(&Language::en()));
        let rate = self.currency.with_value(|currency| typed_price(content.rate.0, currency));
        self.rate.set(if content.rate.0 > 0 { rate } else { String::new() });
        self.measure.set(match &content.basis {
            Basis::Meter { measure } => measure.clone(),
            _ => "m³".to_owned(),
        });
        self.tax.set(thousandths(i64::from(content.tax.basis_points) * 10));
        let flats = self.flats.get_untracked();
        let named = |id: &UnitId| flats.iter().find(|(unit, _)| unit == id).map(|(_, name)| name.clone());
        let all = |units: &[UnitId]| units.iter().filter_map(named).collect::<Vec<_>>().join(", ");
        self.units.set(all(&content.units));
        let drafts = (1..).zip(&content.discounts);
        let drafts = drafts.map(|(key, discount)| Draft::of(key, discount, all(&discount.units)));
        self.discounts.set(drafts.collect());
        self.content.set(content);
    }

    /// The fee that comes of what was typed.
    fn typed(self) -> Result<FeeContent, Problem> {
        let mut content = untrack(|| self.entered());
        if content.name.0.is_empty() {
            return Err(("fee-zh".to_owned(), texts::name_missing().to_owned()));
        }
        if content.rate.0 <= 0 {
            return Err(("fee-rate".to_owned(), texts::rate_wrong().to_owned()));
        }
        if let Basis::Meter { measure } = &content.basis
            && !(1..=8).contains(&measure.chars().count())
        {
            return Err(("fee-measure".to_owned(), texts::measure_wrong().to_owned()));
        }
        if self.tax.with_untracked(|typed| percent(typed)).is_none() {
            return Err(("fee-tax".to_owned(), texts::tax_wrong().to_owned()));
        }
        if content.from.len() != 10 || content.until.as_ref().is_some_and(|until| *until < content.from) {
            return Err(("fee-from".to_owned(), texts::day_wrong().to_owned()));
        }
        let before = self.content.with_untracked(|content| content.units.clone());
        content.units = self
            .units_of(&self.units.get_untracked(), &before)
            .map_err(|sentence| ("fee-units".to_owned(), sentence))?;
        for draft in self.discounts.get_untracked() {
            if let Some(problem) = draft.problem() {
                return Err(problem);
            }
            self.units_of(&draft.units, draft.units_before())
                .map_err(|sentence| (draft.units_id(), sentence))?;
        }
        if content.heading.is_empty() {
            content.heading = heading(&self.en.get_untracked());
        }
        Ok(content)
    }

    /// The flats that were typed, or a sentence; those of `before` that have no name here stay.
    fn units_of(self, typed: &str, before: &[UnitId]) -> Result<Vec<UnitId>, String> {
        let flats = self.flats.get_untracked();
        let names = typed.split([',', '，', '、', '\n', ' ']).map(str::trim).filter(|name| !name.is_empty());
        let mut units = names
            .map(|name| {
                let known = flats.iter().find(|(_, known)| known == name).map(|(id, _)| *id);
                known.ok_or_else(|| texts::units_wrong(name))
            })
            .collect::<Result<Vec<UnitId>, String>>()?;
        units.extend(before.iter().filter(|id| flats.iter().all(|(known, _)| known != *id)));
        Ok(units)
    }
}

/// Flats by name.
pub(super) fn flats(map: &CommunityMapView) -> Vec<(UnitId, String)> {
    let name = |unit: &Unit| {
        let building = map.buildings.iter().find(|building| building.id == unit.building_id)?;
        Some((unit.id, format!("{}-{}", building.code, unit.code)))
    };
    map.units.iter().filter_map(name).collect()
}

/// Per cents in hundredths; empty is nothing.
pub(super) fn percent(typed: &str) -> Option<u16> {
    let typed = typed.trim().trim_end_matches(['%', '％']);
    if typed.is_empty() {
        return Some(0);
    }
    let milli = read_thousandths(typed)?;
    (milli % 10 == 0 && milli <= 100_000).then(|| u16::try_from(milli / 10).ok()).flatten()
}

/// A heading that nobody has to think of: from the English name, else from the time.
fn heading(name: &str) -> String {
    let words = name.to_lowercase();
    let words = words.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut key: String = words.collect::<Vec<_>>().join("-");
    key.truncate(32);
    if key.is_empty() { format!("fee-{}", now().0) } else { key }
}

/// The form over the list.
pub(super) fn form(form: Form) -> AnyView {
    let act = Act::new();
    let problem = RwSignal::new(None::<Problem>);
    let app = app();
    let is_new = move || form.of.with(|of| of.is_none_or(|(id, _)| id.is_none()));
    let title = Signal::derive(move || if is_new() { texts::new() } else { texts::edit() }.to_owned());
    Effect::new(move |_| {
        if form.open.get() {
            problem.set(None);
            act.error.set(None);
        }
    });
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let Some((id, base_version)) = form.of.get_untracked() else { return };
        match form.typed() {
            Ok(content) => {
                problem.set(None);
                act.run::<FeeSave>(SaveFee { id, base_version, content }, move |_| {
                    form.open.set(false);
                    form.of.set(None);
                    app.tell(words::common::saved());
                });
            }
            Err(wrong) => {
                focus_field(&wrong.0);
                problem.set(Some(wrong));
            }
        }
    };
    view! {
        <Dialog open=form.open id="fee-form" title=title>
            <form class="c-form" novalidate on:submit=save>
                {fields(form, problem, is_new())}
                {move || act.error.get().map(|error| error_state(&error, None))}
                <div class="c-dialog__actions">
                    <button type="button" class="c-button" data-kind="quiet" on:click=move |_| form.open.set(false)>{words::common::cancel()}</button>
                    <button type="submit" class="c-button" data-kind="primary" data-testid="save-fee" aria-busy=act.aria_busy()>{words::common::save()}</button>
                </div>
            </form>
        </Dialog>
    }
    .into_any()
}

/// A kind of basis, for the choice.
#[derive(Clone, Copy, PartialEq)]
enum By {
    SquareMetre,
    Unit,
    Meter,
    Once,
}

fn by(basis: &Basis) -> By {
    match basis {
        Basis::SquareMetre => By::SquareMetre,
        Basis::Unit => By::Unit,
        Basis::Meter { .. } => By::Meter,
        Basis::Once => By::Once,
    }
}

fn fields(form: Form, problem: RwSignal<Option<Problem>>, is_new: bool) -> AnyView {
    let wrong = move |id: &'static str| {
        Signal::derive(move || problem.get().filter(|(at, _)| *at == id).map(|(_, sentence)| sentence))
    };
    let field = |id: &'static str, label: &'static str, value: RwSignal<String>| {
        view! { <Field id=id label=label value=value error=wrong(id) /> }.into_any()
    };
    let content = form.content;
    let chosen = Signal::derive(move || content.with(|content| by(&content.basis)));
    let choose = Callback::new(move |kind| {
        content.update(|content| {
            content.basis = match kind {
                By::SquareMetre => Basis::SquareMetre,
                By::Unit => Basis::Unit,
                By::Meter => Basis::Meter { measure: "m³".to_owned() },
                By::Once => Basis::Once,
            }
        });
    });
    let kinds = vec![
        Choice::new(By::SquareMetre, texts::by_square_metre(), "by-square-metre")
            .help(texts::by_square_metre_help()),
        Choice::new(By::Unit, texts::by_unit(), "by-unit").help(texts::by_unit_help()),
        Choice::new(By::Meter, texts::by_meter(), "by-meter").help(texts::by_meter_help()),
        Choice::new(By::Once, texts::by_once(), "by-once").help(texts::by_once_help()),
    ];
    let options = move || {
        EVERY_MONTHS.map(|months| {
        view! { <option value=months.to_string() prop:selected=move || content.with(|content| content.every_months) == months>{every(months)}</option> }
    })
    };
    let pick = move |event| {
        if let Ok(months) = event_target_value(&event).parse() {
            content.update(|content| content.every_months = months);
        }
    };
    let day = |id: &'static str, label: &'static str, value: Signal<String>, change: Callback<String>| {
        let error = wrong(id);
        view! {
            <div class="c-field" data-invalid=move || error.with(Option::is_some)>
                <label class="c-field__label" for=id>{label}</label>
                <input class="c-input" id=id type="date" data-testid=id prop:value=value on:input=move |event| change.run(event_target_value(&event)) />
                {crate::components::field::field_error(format!("{id}-error"), error)}
            </div>
        }
    };
    let from = Signal::derive(move || content.with(|content| content.from.clone()));
    let until = Signal::derive(move || content.with(|content| content.until.clone().unwrap_or_default()));
    let set_from = Callback::new(move |day: String| content.update(|content| content.from = day));
    let set_until = Callback::new(move |day: String| {
        content.update(|content| content.until = (!day.is_empty()).then_some(day))
    });
    view! {
        {field("fee-zh", texts::name_zh(), form.zh)}
        {field("fee-en", texts::name_en(), form.en)}
        {is_new.then(|| choices("fee-by", texts::by(), true, Some("2"), chosen, kinds, choose))}
        {move || (chosen.get() == By::Meter).then(|| field_of("fee-measure", texts::measure(), form.measure, wrong("fee-measure")))}
        {field("fee-rate", texts::rate(), form.rate)}
        {move || (chosen.get() != By::Once).then(|| view! {
            <div class="c-field">
                <label class="c-field__label" for="fee-every">{texts::every()}</label>
                <select class="c-input" id="fee-every" data-testid="fee-every" on:change=pick>{options().collect_view()}</select>
            </div>
        })}
        {day("fee-from", texts::from(), from, set_from)}
        {day("fee-until", texts::until(), until, set_until)}
        {field("fee-tax", texts::tax(), form.tax)}
        <Switch label=texts::tax_included() help="" on=Signal::derive(move || content.with(|content| content.tax.included)) testid="fee-tax-included"
            change=Callback::new(move |on| content.update(|content| content.tax.included = on)) />
        <Field id="fee-units" label=texts::units() help=texts::units_help() value=form.units error=wrong("fee-units") />
        {discounts(form.discounts, problem.into())}
    }
    .into_any()
}

fn field_of(
    id: &'static str,
    label: &'static str,
    value: RwSignal<String>,
    error: Signal<Option<String>>,
) -> AnyView {
    view! { <Field id=id label=label value=value error=error /> }.into_any()
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn per_cents_are_read_in_hundredths() {
        assert_eq!(
            ["", "6", "9.5", "100", "6 %", "0.01"].map(percent),
            [Some(0), Some(600), Some(950), Some(10_000), Some(600), Some(1)]
        );
        assert_eq!(["100.1", "-1", "six", "0.001"].map(percent), [None; 4]);
    }
}
