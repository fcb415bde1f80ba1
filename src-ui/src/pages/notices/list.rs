//! The list: search, filters with counts, rows as far as they are looked at.

use leptos::prelude::*;
use linli_wire::{
    command::{NoticeKeys, NoticesRead},
    id::NoticeId,
    notices::NoticesQuery,
};

use super::{
    super::home::offer_card,
    category_name, notice_row,
    rows::{Rows, Standing},
};
use crate::{
    components::{
        banner::{OfflineBanner, UpdatedAt},
        empty_state::empty_state,
        error_state::error_state,
        icon::icon,
        page_header::{PageHeader, home},
        search_field::SearchField,
        skeleton::skeleton_list,
        virtual_list::VirtualList,
    },
    state::app,
    words::{self, notices as texts},
};

/// The list. `open` is the notice shown beside it.
#[component]
pub(super) fn List(open: Memo<Option<NoticeId>>) -> impl IntoView {
    let app = app();
    // What was chosen; Simple mode has no filters, and keeps those of Standard for the way back.
    let chosen = app.kept("notices filter", NoticesQuery::default);
    let search = app.kept("notices search", String::new);
    let simple = app.is_simple();
    let wanted = move || {
        let filter = if simple { NoticesQuery::default() } else { chosen.get() };
        NoticesQuery { search: search.get().trim().to_owned(), ..filter }
    };
    let query = RwSignal::new(untrack(wanted));
    Effect::new(move |_| {
        let wanted = wanted();
        if query.with_untracked(|query| *query != wanted) {
            query.set(wanted);
        }
    });
    let rows = Rows::follow(query);
    let searching = Memo::new(move |_| query.with(|query| !query.search.is_empty()));
    // Spoken after each search.
    Effect::new(move |_| {
        let total = rows.counts.with(|counts| counts.total);
        if searching.get() && rows.standing.with(|standing| *standing == Standing::Ready) {
            app.say(texts::results(u32::try_from(total).unwrap_or_default()));
        }
    });
    let clear = Callback::new(move |()| {
        search.set(String::new());
        chosen.set(NoticesQuery::default());
    });
    let standing = Memo::new(move |_| match rows.standing.get() {
        Standing::Ready if rows.counts.with(|counts| counts.total) == 0 => Body::Empty,
        Standing::Ready => Body::Rows,
        Standing::Loading => Body::Loading,
        Standing::Failed(error) => Body::Failed(error),
    });
    view! {
        <div class="l-page">
            <div class="p-notices-top">
                <Head open=open rows=rows />
                <OfflineBanner />
                <SearchField words=search label=texts::search_label() placeholder=texts::search_placeholder() />
                {(!app.is_simple()).then(|| view! { <Filters query=chosen rows=rows /> })}
            </div>
            {move || means_simple(&search.get()).then(|| offer_card(Callback::new(move |()| search.set(String::new()))))}
            {move || match standing.get() {
                Body::Loading => skeleton_list(6),
                Body::Failed(error) => error_state(&error, Some(rows.retry())),
                Body::Empty => query.with(|query| nothing(query, clear)),
                Body::Rows => list(rows, open),
            }}
            <UpdatedAt />
        </div>
    }
}

/// Whether somebody looks for larger text by one of its many names.
fn means_simple(search: &str) -> bool {
    let search = search.trim().to_lowercase();
    search.chars().count() >= 2
        && SIMPLE_NAMES.iter().any(|name| name.starts_with(&search) || search.contains(name))
}

/// What people call Simple mode, in both languages.
const SIMPLE_NAMES: [&str; 9] =
    ["长辈版", "关怀版", "大字版", "关爱版", "亲情版", "老年版", "large text", "easy", "simple mode"];

#[derive(Clone, PartialEq)]
enum Body {
    Loading,
    Failed(linli_wire::WireError),
    Empty,
    Rows,
}

/// The heading is the page's `h1` unless a notice is open, whose title is it then.
#[component]
fn Head(open: Memo<Option<NoticeId>>, rows: Rows) -> impl IntoView {
    let app = app();
    let any_unread = Memo::new(move |_| rows.counts.with(|counts| counts.unread > 0));
    let mark_all = move |_| {
        let count = rows.counts.with_untracked(|counts| counts.unread);
        app.run::<NoticesRead>(NoticeKeys { ids: Vec::new() }, move |_| app.tell(texts::marked_read(count)));
    };
    let is_open = Memo::new(move |_| open.get().is_some());
    move || {
        let actions = (!app.is_simple()).then_some({
            move || any_unread.get().then(|| view! {
                <button type="button" class="c-button" data-kind="plain" data-edge="end" data-testid="mark-all-read" on:click=mark_all>{icon("read")} {texts::mark_all_read()}</button>
            })
        });
        if is_open.get() {
            view! {
                <header class="c-page-header">
                    <div class="c-page-header__title"><h2>{texts::title()}</h2></div>
                    <div class="c-page-header__actions">{actions}</div>
                </header>
            }
            .into_any()
        } else if app.is_simple() {
            view! { <PageHeader title=texts::title() back=home() /> }.into_any()
        } else {
            view! { <PageHeader title=texts::title()>{actions}</PageHeader> }.into_any()
        }
    }
}

/// All, unread, and the categories that have notices, with their counts.
#[component]
fn Filters(query: RwSignal<NoticesQuery>, rows: Rows) -> impl IntoView {
    let app = app();
    let chip = move |name: &'static str,
                     count: Option<u32>,
                     chosen: bool,
                     testid: &'static str,
                     unread_only: bool| {
        let choose = move |_| {
            query.update(|query| {
                query.category = None;
                query.unread_only = unread_only;
            })
        };
        view! {
            <button type="button" class="c-chip" aria-pressed=chosen.to_string() data-testid=testid on:click=choose>
                {chosen.then(|| icon("ok"))} {name} {count.map(|count| format!(" {count}"))}
            </button>
        }
    };
    let choose_category = move |event: web_sys::Event| {
        let key = event_target_value(&event);
        query.update(|query| {
            query.category = (!key.is_empty()).then_some(key);
            query.unread_only = false;
        });
    };
    move || {
        let now = query.get();
        let counts = rows.counts.get();
        let is_known = rows.standing.with(|standing| *standing == Standing::Ready);
        let order = app.with_me(|me| {
            me.community.categories.iter().map(|category| category.key.clone()).collect::<Vec<_>>()
        });
        let all =
            chip(words::common::all(), None, now.category.is_none() && !now.unread_only, "filter-all", false);
        let unread = chip(
            texts::filter_unread(),
            is_known.then_some(counts.unread),
            now.unread_only,
            "filter-unread",
            true,
        );
        let options = order.unwrap_or_default().into_iter().filter_map(|key| {
            let count = counts.categories.get(&key).filter(|count| count.total > 0)?;
            let name = format!("{} {}", category_name(&key), count.total);
            let chosen = now.category.as_ref() == Some(&key);
            Some(view! { <option value=key prop:selected=chosen>{name}</option> })
        });
        view! {
            <div class="c-chips" role="group" aria-label=texts::filter_label()>
                {all} {unread}
                <select class="c-chip" aria-label=words::editor::category() aria-current=now.category.is_some().then_some("true") data-testid="filter-category" on:change=choose_category>
                    <option value="" prop:selected=now.category.is_none()>{words::editor::category()}</option>
                    {options.collect_view()}
                </select>
            </div>
        }
    }
}

fn list(rows: Rows, open: Memo<Option<NoticeId>>) -> AnyView {
    let count = Signal::derive(move || rows.counts.with(|counts| counts.total));
    let row = Callback::new(move |at: usize| {
        match rows.get(at) {
        Some(row) => {
            let current = open.get() == Some(row.id);
            notice_row(&row, current)
        }
        None => view! {
            <div class="c-row" aria-hidden="true">
                <span class="c-row__lead"></span>
                <span class="c-row__body"><span class="c-skeleton"></span><span class="c-skeleton" data-size="small"></span></span>
            </div>
        }
        .into_any(),
    }
    });
    view! {
        <VirtualList count=count estimate=108.0 label=texts::title() row=row visible=Callback::new(move |range| rows.need(range)) reset=rows.reset moved=rows.moved />
    }
    .into_any()
}

fn nothing(query: &NoticesQuery, clear: Callback<()>) -> AnyView {
    let action = view! {
        <button type="button" class="c-button" data-kind="quiet" on:click=move |_| clear.run(())>{icon("close")} {words::common::clear()}</button>
    };
    if !query.search.is_empty() {
        empty_state(
            "search",
            texts::no_results_title(&query.search),
            texts::no_results_text(),
            Some(action.into_any()),
        )
    } else if query.unread_only {
        empty_state(
            "ok",
            words::home::all_read_title(),
            words::home::all_read_text(),
            Some(action.into_any()),
        )
    } else if query.category.is_some() {
        empty_state("bell", texts::empty_category(), texts::empty_text(), Some(action.into_any()))
    } else {
        empty_state("bell", texts::empty_title(), texts::empty_text(), None)
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn simple_mode_is_found_by_its_many_names() {
        for search in ["长辈", "大字版", "Large te", "easy", " 关怀版 "] {
            assert!(means_simple(search), "{search}");
        }
        for search in ["", "e", "停水", "water"] {
            assert!(!means_simple(search), "{search}");
        }
    }
}
