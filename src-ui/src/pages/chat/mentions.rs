//! Naming somebody: "@" and the beginning of a name, then one of those who have written here, by keyboard or pointer.

use leptos::prelude::*;
use linli_wire::chat::Neighbour;

use super::{composer::Writing, people::neighbour_sign, said::place_of};
use crate::{components::avatar::Size, words::chat_room as texts};

/// Names that are offered at once.
const MOST: usize = 6;

/// A name that is being typed.
#[derive(Clone, Copy)]
pub(super) struct Naming {
    writing: Writing,
    /// What stands behind the "@", up to the cursor; none while nobody is being named.
    typed: RwSignal<Option<String>>,
    at: RwSignal<usize>,
    found: Memo<Vec<Neighbour>>,
}

impl Naming {
    pub(super) fn new(writing: Writing) -> Self {
        let typed = RwSignal::new(None::<String>);
        let found = Memo::new(move |_| {
            let Some(typed) = typed.get() else { return Vec::new() };
            let people = writing.desk.with(|view| view.people.clone()).unwrap_or_default();
            fitting(people, &typed)
        });
        Self { writing, typed, at: RwSignal::new(0), found }
    }

    pub(super) fn is_open(self) -> bool {
        self.found.with(|found| !found.is_empty())
    }

    /// The id of the name that Enter takes.
    pub(super) fn active(self) -> Option<String> {
        self.is_open().then(|| format!("mention-{}", self.at.get()))
    }

    /// Looks whether a name is being typed.
    pub(super) fn look(self) {
        let Some(area) = self.writing.area.get_untracked() else { return };
        let cursor = area.selection_start().ok().flatten().unwrap_or_default();
        self.at.set(0);
        self.typed.set(being_typed(&area.value(), usize::try_from(cursor).unwrap_or_default()));
    }

    /// Whether a key was meant for the list.
    pub(super) fn key(self, event: &web_sys::KeyboardEvent) -> bool {
        let count = self.found.with_untracked(Vec::len);
        if count == 0 {
            return false;
        }
        match event.key().as_str() {
            "ArrowDown" => self.at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => self.at.update(|at| *at = (*at + count - 1) % count),
            "Enter" | "Tab" => self.take(self.at.get_untracked()),
            "Escape" => self.typed.set(None),
            _ => return false,
        }
        true
    }

    fn take(self, at: usize) {
        let person = self.found.with_untracked(|found| found.get(at).cloned());
        let (Some(person), Some(area)) = (person, self.writing.area.get_untracked()) else { return };
        let cursor = area.selection_start().ok().flatten().unwrap_or_default();
        let cursor = usize::try_from(cursor).unwrap_or_default();
        let (text, place) = put_in(&area.value(), cursor, &person.name);
        self.writing.named.update(|named| named.push((person.id, person.name)));
        self.writing.words.set(text.clone());
        area.set_value(&text);
        let place = u32::try_from(place).unwrap_or_default();
        let _ = area.set_selection_range(place, place);
        let _ = area.focus();
        self.typed.set(None);
    }
}

/// What stands between the last "@" and the cursor, which counts in UTF-16 as browsers do.
fn being_typed(text: &str, cursor: usize) -> Option<String> {
    let units: Vec<u16> = text.encode_utf16().take(cursor).collect();
    let before = String::from_utf16_lossy(&units);
    let (head, typed) = before.rsplit_once('@')?;
    let begins = head.chars().next_back().is_none_or(|letter| !letter.is_alphanumeric());
    // Names have no more than two words.
    let is_name = typed.chars().count() <= 30 && !typed.contains('\n') && typed.matches(' ').count() < 2;
    (begins && is_name).then(|| typed.to_owned())
}

/// The text with a name in the place of what was typed of it, and where the cursor stands then.
fn put_in(text: &str, cursor: usize, name: &str) -> (String, usize) {
    let units: Vec<u16> = text.encode_utf16().collect();
    let (before, after) = units.split_at(cursor.min(units.len()));
    let (before, after) = (String::from_utf16_lossy(before), String::from_utf16_lossy(after));
    let head = before.rsplit_once('@').map_or(before.as_str(), |(head, _)| head);
    let until = format!("{head}@{name} ");
    (format!("{until}{}", after.trim_start()), until.encode_utf16().count())
}

/// People whose name begins with what was typed, or has it in it.
fn fitting(people: Vec<Neighbour>, typed: &str) -> Vec<Neighbour> {
    let typed = typed.trim().to_lowercase();
    let mut found: Vec<Neighbour> = people
        .into_iter()
        .filter(|person| !person.gone && person.name.to_lowercase().contains(&typed))
        .collect();
    found.sort_by_key(|person| !person.name.to_lowercase().starts_with(&typed));
    found.truncate(MOST);
    found
}

/// The names to take one from.
#[component]
pub(super) fn Mentions(naming: Naming) -> impl IntoView {
    let line = move |(at, person): (usize, Neighbour)| {
        view! {
            <li class="c-menu__item" role="option" id=format!("mention-{at}") data-testid="mention" aria-selected=move || (naming.at.get() == at).to_string()
                on:mousedown=move |event| event.prevent_default() on:click=move |_| naming.take(at)>
                {neighbour_sign(&person, Size::Usual)}
                <span>{person.name.clone()} <span class="c-menu__note">{place_of(&person)}</span></span>
            </li>
        }
    };
    view! {
        <ul class="p-mentions" role="listbox" id="mentions" aria-label=texts::name_somebody() hidden=move || !naming.is_open()>
            {move || naming.found.get().into_iter().enumerate().map(line).collect_view()}
        </ul>
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_name_is_typed_behind_an_at_sign_that_begins_a_word() {
        assert_eq!(being_typed("hello @Li", 9).as_deref(), Some("Li"));
        assert_eq!(being_typed("@", 1).as_deref(), Some(""));
        assert_eq!(being_typed("你好，@王", 5).as_deref(), Some("王"));
        assert_eq!(being_typed("😄 @李", 5).as_deref(), Some("李"));
        for none in ["mail a@b", "no sign", "@one two three", "@a\nb", ""] {
            assert_eq!(being_typed(none, none.encode_utf16().count()), None, "{none:?}");
        }
    }

    #[test]
    fn a_name_takes_the_place_of_its_beginning() {
        assert_eq!(put_in("hi @L there", 5, "Li"), ("hi @Li there".to_owned(), 7));
        assert_eq!(put_in("😄 @", 4, "王梅"), ("😄 @王梅 ".to_owned(), 7));
        assert_eq!(put_in("@x", 99, "Li"), ("@Li ".to_owned(), 4));
    }
}
