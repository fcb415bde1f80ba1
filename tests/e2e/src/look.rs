//! Our own rules of size, beyond what axe knows: src-ui/README.md, "Type" and "Space and size".

use linli_wire::settings::Mode;
use serde_json::{Value, json};

use crate::page::Page;

/// Targets that are too small, in points. Links within a sentence are exempt, as in WCAG 2.5.5.
#[track_caller]
pub fn small_targets(page: &Page, mode: Mode) -> Vec<String> {
    let least = if mode == Mode::Simple { 60 } else { 48 };
    lines(page.script(
        "const least = arguments[0];
         const targets = 'a[href], button, input, select, textarea, summary, [role=button], [tabindex=\"0\"]';
         const place = e => {
             // A box to tick is as large as the card that ticks it.
             const whole = e.matches('input[type=radio], input[type=checkbox], input[type=file]') ? e.closest('label') : null;
             return (whole || e).getBoundingClientRect();
         };
         return all(targets)
             .filter(e => !e.closest('.c-prose p, .c-prose li, .c-prose td, .l-jump, .u-hidden, [aria-hidden=true]')
                 && !e.matches('.l-jump, .u-hidden'))
             .map(e => [e, place(e)])
             .filter(([, box]) => box.width > 1 && box.height > 1)
             .filter(([, box]) => Math.round(box.width) < least || Math.round(box.height) < least)
             .map(([e, box]) => `${Math.round(box.width)} × ${Math.round(box.height)} < ${least}: ${e.outerHTML.slice(0, 140)}`)",
        &[json!(least)],
    ))
}

/// Text that is too small. The words of the bar at the bottom and the counts on it may be 15 in Standard mode.
#[track_caller]
pub fn small_text(page: &Page, mode: Mode) -> Vec<String> {
    let least = if mode == Mode::Simple { 20 } else { 16 };
    lines(page.script(
        "const least = arguments[0], found = [];
         const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
         while (walk.nextNode()) {
             const e = walk.currentNode.parentElement;
             if (!walk.currentNode.data.trim() || !shown(e) || e.closest('.u-hidden, [aria-hidden=true], script, style, svg')) continue;
             const size = parseFloat(getComputedStyle(e).fontSize);
             const allowed = least === 16 && e.closest('.c-bar, .c-badge') ? 15 : least;
             if (size < allowed - 0.01) found.push(`${size} < ${allowed}: ${e.className} \"${walk.currentNode.data.trim().slice(0, 60)}\"`);
         }
         return [...new Set(found)]",
        &[json!(least)],
    ))
}

/// What makes the page scroll sideways.
#[track_caller]
pub fn sideways(page: &Page) -> Vec<String> {
    lines(page.script(
        "const root = document.documentElement, wide = root.clientWidth;
         const within = e => { for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
             if (/auto|scroll|hidden|clip/.test(getComputedStyle(p).overflowX)) return true; return false; };
         const found = root.scrollWidth > wide ? [`the page is ${root.scrollWidth} wide in ${wide}`] : [];
         const over = all('body *').filter(e => !within(e) && !e.closest('.u-hidden, .l-jump')
             && e.getBoundingClientRect().right > wide + 1 && getComputedStyle(e).position !== 'fixed');
         return found.concat(over.slice(0, 4).map(e => `reaches ${Math.round(e.getBoundingClientRect().right)}: ${e.outerHTML.slice(0, 120)}`))",
        &[],
    ))
}

/// Dots between two facts of a line that stand at its end, apart from what they lead to.
#[track_caller]
pub fn stray_dots(page: &Page) -> Vec<String> {
    lines(page.script(
        "const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), texts = [];
         while (walk.nextNode()) {
             const text = walk.currentNode, e = text.parentElement;
             if (text.data.trim() && shown(e) && !e.closest('.u-hidden, script, style, svg, textarea, option')) texts.push(text);
         }
         const line = (text, at) => { const range = document.createRange(); range.setStart(text, at); range.setEnd(text, at + 1);
             return range.getBoundingClientRect(); };
         texts.forEach((text, nth) => {
             for (let at = text.data.indexOf('·'); at >= 0; at = text.data.indexOf('·', at + 1)) {
                 const rest = text.data.slice(at + 1).search(/\\S/), next = texts[nth + 1];
                 const block = e => { while (getComputedStyle(e).display.startsWith('inline')) e = e.parentElement; return e; };
                 const after = rest >= 0 ? line(text, at + 1 + rest)
                     : next && block(next.parentElement) === block(text.parentElement) ? line(next, next.data.search(/\\S/)) : null;
                 if (after && after.top >= line(text, at).bottom - 1) found.push(`a dot ends a line: ${text.parentElement.outerHTML.slice(0, 140)}`);
             }
         });
         return found",
        &[],
    ))
}

fn lines(found: Value) -> Vec<String> {
    let lines =
        found.as_array().map(|lines| lines.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    lines.unwrap_or_else(|| vec![format!("the page gave no list: {found}")])
}
