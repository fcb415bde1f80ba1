//! A person's sign beside their name.

use leptos::prelude::*;

/// The first letter of a name, or the last Han character, by which one is called. Tones: empty, `jade`, `amber`.
pub fn avatar(name: &str, tone: &'static str, large: bool) -> AnyView {
    let sign = sign_of(name);
    view! {
        <span class="c-avatar" data-tone=tone data-size=large.then_some("large") aria-hidden="true">{sign}</span>
    }
    .into_any()
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
