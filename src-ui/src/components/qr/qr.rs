//! A QR code, and a code to type in groups of four.

use leptos::prelude::*;
use linli_wire::join::Qr;

/// The drawing; the text it holds stands beside it for those who do not see it.
pub fn qr_drawing(qr: &Qr) -> AnyView {
    let edge = format!("0 0 {0} {0}", qr.size);
    view! {
        <div class="c-qr">
            <svg viewBox=edge role="img" aria-label=qr.text.clone()><path d=qr.path.clone() /></svg>
        </div>
    }
    .into_any()
}

/// A code in its groups, such as `K7QP-3MXR`.
pub fn code(text: &str) -> AnyView {
    let groups = text.split('-').map(|group| view! { <span>{group.to_owned()}</span> }).collect_view();
    view! { <span class="c-code" data-testid="code">{groups}</span> }.into_any()
}
