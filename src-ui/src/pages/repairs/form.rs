//! What is asked for an act: its fields, what is missing in them, and the act that comes of them.

use leptos::prelude::*;
use linli_wire::{
    Timestamp,
    attachments::Attachment,
    command::{Empty, RepairChoicesGet, RepairQueueList},
    id::{PersonId, RepairId},
    repairs::{
        ActKind, MAX_MESSAGE, MAX_PART, MAX_PARTS, Part, RepairAct, RepairQueueQuery, RepairView, Slot,
        Urgency,
    },
    typed::{Typed, TypedPlace},
};
use serde::{Deserialize, Serialize};

use super::{
    photos::Photos,
    said::{place_words, urgency_word},
};
use crate::{
    components::field::{Field, FieldKind, field_error},
    format::{from_local_input, now, read_money},
    ipc,
    state::{App, app},
    typing,
    words::{self, repair_acts as texts, repairs},
};

const HOUR: i64 = 60 * 60 * 1000;
/// How far ahead a time may be; the server takes half a year.
const AHEAD: i64 = 180 * 24 * HOUR;

/// How much too long a text is, in words.
pub fn too_long(text: &str, most: usize) -> Option<String> {
    let over = text.chars().count().saturating_sub(most);
    (over > 0).then(|| words::common::too_long(u32::try_from(over).unwrap_or(u32::MAX)))
}

/// A field of several lines.
#[component]
pub fn Area(
    /// Unique on the page.
    id: &'static str,
    /// The label.
    label: &'static str,
    /// Help under it.
    #[prop(optional)]
    help: &'static str,
    /// What is typed.
    value: RwSignal<String>,
    /// What does not fit, in words.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// May be left empty.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let (help_id, error_id) = (format!("{id}-help"), format!("{id}-error"));
    let described = {
        let (help_id, error_id) = (help_id.clone(), error_id.clone());
        move || match error.with(Option::is_some) {
            true => Some(error_id.clone()),
            false => (!help.is_empty()).then(|| help_id.clone()),
        }
    };
    view! {
        <div class="c-field" data-invalid=move || error.with(Option::is_some)>
            <label class="c-field__label" for=id>
                {label}
                {optional.then(|| view! { <span class="c-field__optional">" ("{words::common::optional()}")"</span> })}
            </label>
            {(!help.is_empty()).then(|| view! { <p class="c-field__help" id=help_id>{help}</p> })}
            <textarea class="c-input" id=id rows="4" data-testid=id aria-describedby=described aria-invalid=move || error.with(Option::is_some).then_some("true")
                prop:value=value on:input=move |event| value.set(event_target_value(&event))></textarea>
            {field_error(error_id, error)}
        </div>
    }
}

/// What is entered for an act beside words and photos, as it is kept.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct More {
    at: String,
    hours: String,
    price: String,
    parts: String,
    picked: String,
    urgency: Urgency,
}

impl Default for More {
    fn default() -> Self {
        let text = String::new;
        Self {
            at: text(),
            hours: "1".to_owned(),
            price: text(),
            parts: text(),
            picked: text(),
            urgency: Urgency::default(),
        }
    }
}

/// What was typed for acts on a repair. It outlives the form: nothing is lost when it is closed or a race is lost.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    pub(super) words: RwSignal<String>,
    pub(super) photos: RwSignal<Vec<Attachment>>,
    /// A local date and time.
    pub(super) at: RwSignal<String>,
    hours: RwSignal<String>,
    pub(super) price: RwSignal<String>,
    pub(super) parts: RwSignal<String>,
    /// The worker, category or other repair that was picked.
    pub(super) picked: RwSignal<String>,
    pub(super) urgency: RwSignal<Urgency>,
    app: App,
}

impl Entry {
    /// What was typed for the repair before the face was built anew, or nothing.
    pub(super) fn kept(id: RepairId) -> Self {
        let app = app();
        let text = |name: &str| app.kept(format!("repair {id} {name}"), String::new);
        let entry = Self {
            words: text("words"),
            photos: app.kept(format!("repair {id} photos"), Vec::new),
            at: text("at"),
            hours: app.kept(format!("repair {id} hours"), || More::default().hours),
            price: text("price"),
            parts: text("parts"),
            picked: text("picked"),
            urgency: app.kept(format!("repair {id} urgency"), Urgency::default),
            app,
        };
        entry.remember(id);
        entry
    }

    fn remember(self, id: RepairId) {
        let now = Memo::new(move |_| {
            let more = More {
                at: self.at.get(),
                hours: self.hours.get(),
                price: self.price.get(),
                parts: self.parts.get(),
                picked: self.picked.get(),
                urgency: self.urgency.get(),
            };
            let form = (more != More::default()).then(|| serde_json::to_string(&more).unwrap_or_default());
            Typed { words: self.words.get(), photos: self.photos.get(), form: form.unwrap_or_default() }
        });
        typing::remember(TypedPlace::RepairAct { id }, now, move |kept| {
            let more = serde_json::from_str::<More>(&kept.form).unwrap_or_default();
            self.words.set(kept.words);
            self.photos.set(kept.photos);
            self.set(more);
        });
    }

    fn set(self, more: More) {
        self.at.set(more.at);
        self.hours.set(more.hours);
        self.price.set(more.price);
        self.parts.set(more.parts);
        self.picked.set(more.picked);
        self.urgency.set(more.urgency);
    }

    /// Forgets it, once it is on its way.
    pub(super) fn clear(self) {
        self.words.set(String::new());
        self.photos.set(Vec::new());
        self.set(More::default());
    }

    /// The act that comes of what was typed, or the field that does not fit, with its sentence.
    pub(super) fn act(self, kind: ActKind) -> Result<RepairAct, (&'static str, &'static str)> {
        let zone = self.app.clock().zone;
        let currency = self.app.with_me_untracked(|me| me.community.currency.clone()).unwrap_or_default();
        let words = self.words.get_untracked().trim().to_owned();
        if kind.needs_words() && words.is_empty() {
            return Err(("act-words", texts::words_missing()));
        }
        if words.chars().count() > MAX_MESSAGE {
            return Err(("act-words", texts::words_long()));
        }
        let photos = self.photos.get_untracked();
        let picked = self.picked.get_untracked();
        let worker = || picked.parse::<PersonId>().map_err(|_| ("act-pick", texts::worker_missing()));
        let later = || self.later(&zone);
        Ok(match kind {
            ActKind::Assign => RepairAct::Assign { worker: worker()? },
            ActKind::Transfer => RepairAct::Transfer { worker: worker()?, words },
            ActKind::Accept => RepairAct::Accept,
            ActKind::Pause => RepairAct::Pause { until: later()?, words },
            ActKind::Resume => RepairAct::Resume,
            ActKind::ProposeVisit => {
                let from = later()?;
                let hours = self.hours.get_untracked().parse::<i64>().unwrap_or(1);
                RepairAct::ProposeVisit { slot: Slot { from, until: from.plus_millis(hours * HOUR) }, words }
            }
            ActKind::AgreeVisit => RepairAct::AgreeVisit,
            ActKind::Quote => {
                let price = read_money(&self.price.get_untracked(), &currency);
                RepairAct::Quote { price: price.ok_or(("act-price", texts::price_missing()))?, words }
            }
            ActKind::TakeQuoteBack => RepairAct::TakeQuoteBack,
            ActKind::ApproveQuote => RepairAct::ApproveQuote,
            ActKind::DeclineQuote => RepairAct::DeclineQuote { words },
            ActKind::UseParts => {
                let parts = read_parts(&self.parts.get_untracked());
                if parts.is_empty() {
                    return Err(("act-parts", texts::parts_missing()));
                }
                RepairAct::UseParts { parts }
            }
            ActKind::Finish => {
                RepairAct::Finish { words, photos, parts: read_parts(&self.parts.get_untracked()) }
            }
            ActKind::Confirm => RepairAct::Confirm,
            ActKind::Reopen => RepairAct::Reopen { words, photos },
            ActKind::Refuse => RepairAct::Refuse { words },
            ActKind::CloseUnfixed => RepairAct::CloseUnfixed { words },
            ActKind::Dispute => RepairAct::Dispute { words, photos },
            ActKind::Withdraw => RepairAct::Withdraw { words },
            ActKind::Merge => {
                RepairAct::Merge { into: picked.parse().map_err(|_| ("act-pick", texts::merge_missing()))? }
            }
            ActKind::Move if picked.is_empty() => return Err(("act-pick", repairs::category_missing())),
            ActKind::Move => RepairAct::Move { category: picked, urgency: self.urgency.get_untracked() },
            ActKind::Report | ActKind::Message | ActKind::Rate | ActKind::Join | ActKind::Unknown => {
                return Err(("act-words", texts::words_missing()));
            }
        })
    }

    fn later(self, zone: &str) -> Result<Timestamp, (&'static str, &'static str)> {
        from_local_input(&self.at.get_untracked(), zone)
            .filter(|at| *at > now() && at.millis_since(now()) < AHEAD)
            .ok_or(("act-at", texts::at_missing()))
    }
}

/// One kind of part on a line, with its number behind `×`: `washer ×2`.
fn read_parts(typed: &str) -> Vec<Part> {
    let part = |line: &str| {
        let (name, count) = line.rsplit_once(['×', '*']).unwrap_or((line, "1"));
        let count: u32 = count.trim().parse().ok()?;
        let name: String = name.trim().chars().take(MAX_PART).collect();
        (!name.is_empty() && count > 0).then_some(Part { name, count })
    };
    typed.lines().filter(|line| !line.trim().is_empty()).filter_map(part).take(MAX_PARTS).collect()
}

/// The fields of an act.
pub(super) fn fields(
    kind: ActKind,
    typed: Entry,
    view: &RepairView,
    error: Signal<Option<(&'static str, &'static str)>>,
) -> AnyView {
    let of = move |id: &'static str| {
        Signal::derive(move || {
            error.get().filter(|(at, _)| *at == id).map(|(_, sentence)| sentence.to_owned())
        })
    };
    let at = |label: &'static str, help: &'static str| {
        view! { <Field id="act-at" label=label help=help value=typed.at error=of("act-at") kind=FieldKind::DateTime /> }.into_any()
    };
    let words = |label: &'static str, optional: bool| {
        view! { <Area id="act-words" label=label value=typed.words error=of("act-words") optional=optional /> }.into_any()
    };
    let photos =
        || view! { <Photos name="act-photos" label=repairs::photos() photos=typed.photos /> }.into_any();
    let parts = |optional: bool| {
        view! { <Area id="act-parts" label=texts::parts() help=texts::parts_help() value=typed.parts error=of("act-parts") optional=optional /> }
            .into_any()
    };
    let parts_of = match kind {
        ActKind::Assign => vec![worker(typed, of("act-pick"))],
        ActKind::Transfer => vec![worker(typed, of("act-pick")), words(texts::reason(), true)],
        ActKind::Pause => vec![at(texts::pause_until(), texts::pause_help()), words(texts::reason(), false)],
        ActKind::ProposeVisit => vec![at(texts::visit_from(), ""), hours(typed), words(texts::say_more(), true)],
        ActKind::Quote => vec![
            view! { <Field id="act-price" label=texts::price() help=texts::price_help() value=typed.price error=of("act-price") /> }.into_any(),
            words(texts::price_for(), false),
        ],
        ActKind::DeclineQuote | ActKind::Withdraw => vec![words(texts::reason(), true)],
        ActKind::UseParts => vec![parts(false)],
        ActKind::Finish => vec![photos(), words(texts::what_was_done(), false), parts(true)],
        ActKind::Reopen => vec![words(texts::what_is_wrong(), false), photos()],
        ActKind::Dispute => vec![words(texts::why_not(), false), photos()],
        ActKind::Refuse | ActKind::CloseUnfixed => vec![words(texts::reason_for_resident(), false)],
        ActKind::Merge => vec![others(typed, view.repair.id, of("act-pick"))],
        ActKind::Move => vec![categories(typed, of("act-pick")), urgencies(typed)],
        _ => Vec::new(),
    };
    parts_of.into_any()
}

fn pick(
    label: &'static str,
    typed: Entry,
    options: Signal<Vec<(String, String)>>,
    error: Signal<Option<String>>,
) -> AnyView {
    view! {
        <div class="c-field" data-invalid=move || error.with(Option::is_some)>
            <label class="c-field__label" for="act-pick">{label}</label>
            <select class="c-input" id="act-pick" data-testid="act-pick" aria-describedby=move || error.with(Option::is_some).then_some("act-pick-error")
                on:change=move |event| typed.picked.set(event_target_value(&event))>
                <option value="" prop:selected=move || typed.picked.with(String::is_empty)>{texts::pick()}</option>
                {move || options.get().into_iter().map(|(value, name)| {
                    let chosen = typed.picked.with_untracked(|picked| *picked == value);
                    view! { <option value=value prop:selected=chosen>{name}</option> }
                }).collect_view()}
            </select>
            {field_error("act-pick-error".to_owned(), error)}
        </div>
    }
    .into_any()
}

fn worker(typed: Entry, error: Signal<Option<String>>) -> AnyView {
    let asked = ipc::ask::<RepairChoicesGet>(&[], || Empty {});
    let options = Signal::derive(move || {
        let workers = asked.ready().map(|choices| choices.workers).unwrap_or_default();
        workers.into_iter().map(|worker| (worker.id.to_string(), worker.name)).collect()
    });
    pick(texts::worker(), typed, options, error)
}

fn categories(typed: Entry, error: Signal<Option<String>>) -> AnyView {
    let asked = ipc::ask::<RepairChoicesGet>(&[], || Empty {});
    let language = app().language();
    let options = Signal::derive(move || {
        let mut known = asked.ready().map(|choices| choices.categories).unwrap_or_default();
        known.retain(|category| !category.content.retired);
        let name = |content: &linli_wire::repairs::RepairCategoryContent| {
            content.name.in_language(&language).to_owned()
        };
        known.iter().map(|category| (category.content.key.clone(), name(&category.content))).collect()
    });
    pick(repairs::category(), typed, options, error)
}

fn others(typed: Entry, id: RepairId, error: Signal<Option<String>>) -> AnyView {
    let asked =
        ipc::ask::<RepairQueueList>(&[], || RepairQueueQuery { limit: 200, ..RepairQueueQuery::default() });
    let options = Signal::derive(move || {
        let rows = asked.ready().map(|page| page.rows).unwrap_or_default();
        let name =
            |words: &str| words.lines().next().unwrap_or_default().chars().take(40).collect::<String>();
        rows.into_iter()
            .filter(|row| row.id != id)
            .map(|row| {
                (
                    row.id.to_string(),
                    format!(
                        "{} ·\u{a0}{} ·\u{a0}{}",
                        row.category_name,
                        place_words(&row.place_name),
                        name(&row.words)
                    ),
                )
            })
            .collect()
    });
    pick(texts::merge_into(), typed, options, error)
}

fn hours(typed: Entry) -> AnyView {
    let option = |hours: u32| {
        let value = hours.to_string();
        let chosen = typed.hours.with_untracked(|chosen| *chosen == value);
        view! { <option value=value prop:selected=chosen>{texts::hours(hours)}</option> }
    };
    view! {
        <div class="c-field">
            <label class="c-field__label" for="act-hours">{texts::visit_length()}</label>
            <select class="c-input" id="act-hours" data-testid="act-hours" on:change=move |event| typed.hours.set(event_target_value(&event))>
                {[1, 2, 3, 4].map(option)}
            </select>
        </div>
    }
    .into_any()
}

fn urgencies(typed: Entry) -> AnyView {
    let option = |urgency: Urgency| {
        let chosen = typed.urgency.with_untracked(|chosen| *chosen == urgency);
        view! { <option value=urgency.as_str() prop:selected=chosen>{urgency_word(urgency)}</option> }
    };
    let choose = move |event| {
        typed.urgency.set(Urgency::from_name(&event_target_value(&event)).unwrap_or_default());
    };
    view! {
        <div class="c-field">
            <label class="c-field__label" for="act-urgency">{repairs::urgency()}</label>
            <select class="c-input" id="act-urgency" data-testid="act-urgency" on:change=choose>{Urgency::ALL.map(option)}</select>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn parts_are_read_line_by_line_with_their_numbers() {
        let part = |name: &str, count| Part { name: name.to_owned(), count };
        assert_eq!(read_parts("密封圈 ×2\n\n 水龙头 "), [part("密封圈", 2), part("水龙头", 1)]);
        assert_eq!(read_parts("hose *3"), [part("hose", 3)]);
        assert!(read_parts(" \n×2\nnail ×0").is_empty());
    }
}
