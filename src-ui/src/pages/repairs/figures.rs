//! How repairs go, by month and kind: what everybody may know, and nobody stands in it.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use linli_wire::{
    command::{Empty, RepairChoicesGet, RepairFiguresGet, Topic},
    community::Opening,
    repairs::RepairFiguresRow,
};

use super::{
    list::to_list,
    office::{select, to_queue},
};
use crate::{
    components::{
        banner::OfflineBanner, empty_state::empty_state, error_state::error_state, page_header::PageHeader,
        skeleton::skeleton_list,
    },
    format::month,
    ipc::{self, Answer},
    state::app,
    words::{self, repair_figures as texts, repair_queue, repairs},
};

const HOUR: u64 = 60;
const DAY: u64 = 24 * HOUR;

/// What is shown of the figures; an empty month or kind stands for all.
#[derive(Clone, Copy)]
struct Chosen {
    /// The newest one until another is chosen.
    month: RwSignal<Option<String>>,
    kind: RwSignal<String>,
}

/// The figures of the last twelve months; in Simple mode, the newest month in a sentence.
#[component]
pub fn Figures() -> impl IntoView {
    let app = app();
    let asked = ipc::ask::<RepairFiguresGet>(&[], || Empty {});
    let in_office = use_location().pathname.with_untracked(|path| path.starts_with("/office"));
    let chosen =
        Chosen { month: app.kept("figures month", || None), kind: app.kept("figures kind", String::new) };
    view! {
        <div class="l-page" data-width="wide">
            <PageHeader title=texts::title() note=texts::note() back=if in_office { to_queue() } else { to_list() } />
            <OfflineBanner />
            {move || match asked.get() {
                Answer::Loading => skeleton_list(4),
                Answer::Failed(error) => error_state(&error, Some(asked.retry())),
                Answer::Ready(figures) if figures.rows.is_empty() => empty_state("table", texts::empty_title(), texts::empty_text(), None),
                Answer::Ready(figures) if app.is_simple() => simple(&figures.rows),
                Answer::Ready(figures) => standard(figures.rows, chosen),
            }}
        </div>
    }
}

/// The two newest months, each in a sentence.
fn simple(rows: &[RepairFiguresRow]) -> AnyView {
    let mut months = months(rows);
    months.reverse();
    let sentence = |month: &String| {
        let of_month: Vec<_> = rows.iter().filter(|row| row.month == *month).collect();
        view! { <p class="c-card">{said(month, &of_month)}</p> }
    };
    let sentences = months.iter().take(2).map(sentence).collect_view();
    sentences.into_any()
}

fn said(name: &str, rows: &[&RepairFiguresRow]) -> String {
    let sum = |count: fn(&RepairFiguresRow) -> u32| words::number(rows.iter().map(|row| count(row)).sum());
    texts::said(&sum(|row| row.fixed), &sum(|row| row.overdue), &month(name, true), &sum(|row| row.opened))
}

/// All months in which something was reported, oldest first.
fn months(rows: &[RepairFiguresRow]) -> Vec<String> {
    let mut months: Vec<String> = rows.iter().map(|row| row.month.clone()).collect();
    months.sort();
    months.dedup();
    months
}

fn standard(rows: Vec<RepairFiguresRow>, chosen: Chosen) -> AnyView {
    let asked = ipc::ask::<RepairChoicesGet>(&[Topic::Repairs], || Empty {});
    let language = app().language();
    let names = Memo::new(move |_| {
        let known = asked.ready().map(|choices| choices.categories).unwrap_or_default();
        let name = |content: linli_wire::repairs::RepairCategoryContent| {
            (content.key, content.name.in_language(&language).to_owned())
        };
        known.into_iter().map(|category| name(category.content)).collect::<Vec<_>>()
    });
    let named = move |key: &str| {
        names.with(|names| {
            names
                .iter()
                .find(|(known, _)| known == key)
                .map_or_else(|| key.to_owned(), |(_, name)| name.clone())
        })
    };
    let months = months(&rows);
    let newest = months.last().cloned().unwrap_or_default();
    let of_month = Signal::derive(move || chosen.month.get().unwrap_or_else(|| newest.clone()));
    let mut kinds: Vec<String> = rows.iter().map(|row| row.category.clone()).collect();
    kinds.sort();
    kinds.dedup();
    let day = working_day();
    let month_options = months.iter().rev().map(|name| (name.clone(), month(name, false))).collect();
    let of_kind = {
        let rows = rows.clone();
        move |kind: &str| {
            rows.iter().filter(|row| kind.is_empty() || row.category == kind).cloned().collect::<Vec<_>>()
        }
    };
    let table = move || {
        let (of_month, of_kind) = (of_month.get(), chosen.kind.get());
        let is_shown = |row: &&RepairFiguresRow| {
            (of_month.is_empty() || row.month == of_month) && (of_kind.is_empty() || row.category == of_kind)
        };
        // The newest month first, within it the kinds as they come.
        let mut shown: Vec<_> = rows.iter().filter(is_shown).collect();
        shown.sort_by(|one, other| other.month.cmp(&one.month));
        let title = |row: &RepairFiguresRow| match (of_month.is_empty(), of_kind.is_empty()) {
            (false, _) => named(&row.category),
            (true, false) => month(&row.month, false),
            (true, true) => format!("{} ·\u{a0}{}", named(&row.category), month(&row.month, false)),
        };
        let summary = (!of_month.is_empty()).then(|| said(&of_month, &shown));
        let lines = shown.into_iter().map(|row| line(row, title(row), day)).collect_view();
        view! {
            {summary.map(|summary| view! { <p role="status">{summary}</p> })}
            <table class="c-table p-figures" data-testid="figures-table">
                <thead><tr>
                    <th scope="col">{repair_queue::category()}</th> <th scope="col">{texts::reported()}</th> <th scope="col">{words::repair_states::fixed()}</th>
                    <th scope="col">{repairs::reopened_label()}</th> <th scope="col">{repairs::overdue()}</th> <th scope="col">{texts::rating()}</th> <th scope="col">{texts::time()}</th>
                </tr></thead>
                <tbody>{lines}</tbody>
            </table>
        }
    };
    view! {
        <div class="c-chips" role="group" aria-label=words::notices::filter_label()>
            {select("figures-month", texts::month(), month_options, some(of_month), Callback::new(move |month| chosen.month.set(Some(month))))}
            {move || select("figures-kind", texts::kind(), kinds.iter().map(|key| (key.clone(), named(key))).collect(),
                some(chosen.kind.into()), Callback::new(move |kind| chosen.kind.set(kind)))}
        </div>
        {move || chart(&of_kind(&chosen.kind.get()))}
        {table}
        <p class="t-soft t-small">{texts::explained()}</p>
    }
    .into_any()
}

fn some(chosen: Signal<String>) -> Signal<Option<String>> {
    Signal::derive(move || Some(chosen.get()).filter(|chosen| !chosen.is_empty()))
}

/// How many were reported in each month, months without any included.
fn chart(rows: &[RepairFiguresRow]) -> Option<AnyView> {
    let number = |month: &str| {
        let (year, part) = month.split_once('-')?;
        Some(year.parse::<u32>().ok()? * 12 + part.parse::<u32>().ok()?.checked_sub(1)?)
    };
    let counted: Vec<(u32, u32)> =
        rows.iter().filter_map(|row| Some((number(&row.month)?, row.opened))).collect();
    let first = counted.iter().map(|(at, _)| *at).min()?;
    let last = counted.iter().map(|(at, _)| *at).max()?;
    let bars: Vec<(u32, u32)> = (first..=last)
        .map(|month| (month, counted.iter().filter(|(at, _)| *at == month).map(|(_, count)| count).sum()))
        .collect();
    let most = bars.iter().map(|(_, count)| *count).max().unwrap_or_default().max(1);
    let name = |at: u32| month(&format!("{}-{:02}", at / 12, at % 12 + 1), false);
    let heard: Vec<String> = bars.iter().map(|(at, count)| format!("{}: {count}", name(*at))).collect();
    let drawn = bars.iter().map(|(_, count)| {
        let part = f64::from(*count) / f64::from(most);
        view! { <span>{words::number(*count)} <span class="p-chart__bar" style=("--part", format!("{part:.3}"))></span></span> }
    });
    let under = bars.iter().map(|(at, _)| view! { <span>{at % 12 + 1}</span> });
    Some(
        view! {
            <figure class="p-chart" data-testid="chart">
                <figcaption>{texts::chart(&name(first), &name(last))}</figcaption>
                <div role="img" aria-label=heard.join(words::common::list_comma())>
                    <div class="p-chart__bars" aria-hidden="true">{drawn.collect_view()}</div>
                    <div class="p-chart__months" aria-hidden="true">{under.collect_view()}</div>
                </div>
            </figure>
        }
        .into_any(),
    )
}

fn line(row: &RepairFiguresRow, title: String, day: u64) -> AnyView {
    let stars = row.rating_hundredths.map(|hundredths| {
        let tenths = (hundredths + 5) / 10;
        texts::stars(&format!("{}.{}", tenths / 10, tenths % 10))
    });
    let time = match (row.median_minutes, row.p90_minutes) {
        (Some(half), Some(most)) => {
            let (half, most) = (span(half, day), span(most, day));
            if half == most { texts::within_same(&most) } else { texts::within(&half, &most) }
        }
        _ if row.fixed > 0 => texts::few().to_owned(),
        _ => String::new(),
    };
    let cell = |label: &'static str, value: String| view! { <td data-label=label>{value}</td> };
    view! {
        <tr data-testid="figures-row">
            <td class="t-strong">{title}</td>
            {cell(texts::reported(), words::number(row.opened))}
            {cell(words::repair_states::fixed(), words::number(row.fixed))}
            {cell(repairs::reopened_label(), words::number(row.reopened))}
            {cell(repairs::overdue(), words::number(row.overdue))}
            {cell(texts::rating(), stars.unwrap_or_else(|| "–".to_owned()))}
            <td data-wide="">{time}</td>
        </tr>
    }
    .into_any()
}

/// Working time in words, rounded up: hours, or from a day on days of `day` minutes.
fn span(minutes: u64, day: u64) -> String {
    let (unit, words): (u64, fn(u32) -> String) =
        if minutes >= day { (day, texts::days) } else { (HOUR, texts::hours) };
    words(u32::try_from(minutes.div_ceil(unit).max(1)).unwrap_or(u32::MAX))
}

/// How many minutes a day of work has in this community, on average.
fn working_day() -> u64 {
    app().with_me_untracked(|me| day_of(&me.community.office.opening)).unwrap_or(DAY)
}

fn day_of(opening: &[Opening]) -> u64 {
    let days = (1..=7).filter(|day| opening.iter().any(|times| times.days.contains(day))).count() as u64;
    let minutes: u64 = opening
        .iter()
        .map(|times| times.days.len() as u64 * u64::from(times.until.saturating_sub(times.from)))
        .sum();
    minutes.checked_div(days).filter(|minutes| *minutes > 0).unwrap_or(DAY)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_day_of_work_is_the_mean_of_the_days_on_which_the_office_is_open() {
        let times = |days: &[u8], from: u16, until: u16| Opening {
            days: days.to_vec(),
            from: from * 60,
            until: until * 60,
        };
        assert_eq!(day_of(&[times(&[1, 2, 3, 4, 5, 6, 7], 8, 18)]), 600);
        // With a break at noon, and a short Saturday.
        let week = [1, 2, 3, 4, 5];
        assert_eq!(day_of(&[times(&week, 8, 12), times(&week, 14, 18), times(&[6], 8, 10)]), 420);
        assert_eq!(day_of(&[]), DAY);
    }
}
