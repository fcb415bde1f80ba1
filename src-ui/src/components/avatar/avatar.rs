//! A person's sign beside their name: the photo that they show, else the letter one is called by.

use std::{collections::BTreeMap, time::Duration};

use leptos::prelude::*;
use linli_wire::id::AttachmentId;

use super::attachment::{Shown, picture_address};

/// A photo that nobody looks at stays for so long: lists are built anew, and no face shall blink.
const STAYS: Duration = Duration::from_secs(2);

/// How large a sign is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Beside a line.
    Usual,
    /// Beside a heading.
    Large,
    /// To look at.
    Huge,
}

impl Size {
    const fn name(self) -> Option<&'static str> {
        match self {
            Self::Usual => None,
            Self::Large => Some("large"),
            Self::Huge => Some("huge"),
        }
    }
}

/// The sign of somebody or something without a photo. Tones: empty, `jade`, `amber`.
pub fn avatar(name: &str, tone: &'static str, large: bool) -> AnyView {
    portrait(name, None, tone, if large { Size::Large } else { Size::Usual })
}

/// The photo of somebody, until it is there and where there is none their sign.
pub fn portrait(name: &str, photo: Option<AttachmentId>, tone: &'static str, size: Size) -> AnyView {
    let sign = sign_of(name);
    let face = photo.and_then(|id| use_context::<Faces>().map(|faces| faces.look_at(id)));
    let content = move || match face.map(|face| face.get()) {
        Some(Shown::Here(address)) => view! { <img src=address alt="" data-testid="portrait" /> }.into_any(),
        Some(Shown::Loading | Shown::Missing) | None => sign.clone().into_any(),
    };
    view! { <span class="c-avatar" data-tone=tone data-size=size.name() aria-hidden="true">{content}</span> }
        .into_any()
}

/// The photos of people that are shown at this moment, each read once however often it stands on a page.
#[derive(Clone, Copy)]
pub struct Faces {
    shown: StoredValue<BTreeMap<AttachmentId, Face>>,
    /// Lives as long as the app, and the photos with it.
    home: StoredValue<Owner>,
}

struct Face {
    owner: Owner,
    address: Signal<Shown>,
    lookers: u32,
}

impl Faces {
    /// For the whole app; call once, at its root.
    pub fn start() -> Self {
        let home = Owner::current().unwrap_or_default();
        Self { shown: StoredValue::new(BTreeMap::new()), home: StoredValue::new(home) }
    }

    /// The address of a photo, for as long as who asks is there.
    fn look_at(self, id: AttachmentId) -> Signal<Shown> {
        let known = self.shown.try_update_value(|shown| {
            let face = shown.get_mut(&id)?;
            face.lookers += 1;
            Some(face.address)
        });
        let address = known.flatten().unwrap_or_else(|| {
            let owner = self.home.with_value(Owner::child);
            let address = owner.with(|| picture_address(id));
            self.shown.update_value(|shown| drop(shown.insert(id, Face { owner, address, lookers: 1 })));
            address
        });
        on_cleanup(move || self.look_away(id));
        address
    }

    fn look_away(self, id: AttachmentId) {
        self.shown.try_update_value(|shown| {
            if let Some(face) = shown.get_mut(&id) {
                face.lookers = face.lookers.saturating_sub(1);
            }
        });
        set_timeout(move || self.forget(id), STAYS);
    }

    fn forget(self, id: AttachmentId) {
        let gone = self.shown.try_update_value(|shown| match shown.get(&id) {
            Some(face) if face.lookers == 0 => shown.remove(&id),
            _ => None,
        });
        if let Some(face) = gone.flatten() {
            face.owner.cleanup();
        }
    }
}

fn sign_of(name: &str) -> String {
    let is_han = |letter: char| ('\u{4E00}'..='\u{9FFF}').contains(&letter);
    let han = name.chars().rev().find(|letter| is_han(*letter));
    han.or_else(|| name.chars().next()).map(|letter| letter.to_uppercase().collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_sign_is_the_letter_one_is_called_by() {
        assert_eq!(sign_of("王梅"), "梅");
        assert_eq!(sign_of("wang mei"), "W");
        assert_eq!(sign_of(""), "");
    }
}
