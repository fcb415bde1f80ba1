//! What a person sees and does. What does not come true ends the test with what was there instead.

use std::{
    fmt::Display,
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Error, Result};
use linli_wire::Language;
use serde_json::{Value, json};

use crate::{session::Session, words};

/// How long a person would wait for anything here; a script that is not done by then says what it sees.
const PATIENCE: Duration = Duration::from_secs(20);
/// As long as the app itself waits for a key store that asks the person something, and a little more.
const LONG_PATIENCE: Duration = Duration::from_secs(80);

/// Keys that have no letter, as WebDriver names them.
pub mod key {
    /// Return.
    pub const ENTER: char = '\u{E007}';
    /// Tabulator.
    pub const TAB: char = '\u{E004}';
    /// Escape.
    pub const ESCAPE: char = '\u{E00C}';
    /// Shift.
    pub const SHIFT: char = '\u{E008}';
    /// Control.
    pub const CONTROL: char = '\u{E009}';
    /// Arrow down.
    pub const DOWN: char = '\u{E015}';
    /// Arrow right.
    pub const RIGHT: char = '\u{E014}';
    /// Arrow up.
    pub const UP: char = '\u{E013}';
    /// Space.
    pub const SPACE: char = ' ';
}

/// What every script of a page may use.
const HELPERS: &str = r#"
const normal = text => text.replace(/\s+/g, ' ').trim();
const shown = element => {
    if (!element || !element.isConnected) return false;
    const style = getComputedStyle(element);
    return style.visibility !== 'hidden' && element.getClientRects().length > 0;
};
const all = css => [...document.querySelectorAll(css)].filter(shown);
const one = css => all(css)[0];
const id = name => `[data-testid="${name}"]`;
const seen = () => normal(document.body ? document.body.innerText : '');
"#;

/// A page of the face, in a browser or in the app's window.
pub struct Page {
    session: Session,
    name: String,
    artifacts: PathBuf,
}

impl Page {
    /// A page that leaves `artifacts/name.png` and `.html` when its test fails.
    ///
    /// # Errors
    /// When the driver refuses.
    pub fn new(session: Session, name: &str, artifacts: PathBuf) -> Result<Self> {
        session.set_script_timeout(LONG_PATIENCE + PATIENCE)?;
        Ok(Self { session, name: name.to_owned(), artifacts })
    }

    /// WebDriver's side of it.
    pub const fn session(&self) -> &Session {
        &self.session
    }

    #[track_caller]
    fn must<T>(&self, what: impl Display, result: Result<T>) -> T {
        result.unwrap_or_else(|error| panic!("{}: {what}: {error:#}", self.name))
    }

    /// Opens an address and waits for the face.
    #[track_caller]
    pub fn open(&self, url: &str) {
        self.must(url, self.session.open_url(url));
        self.until("the face", "return one('h1')");
    }

    /// Loads the page again and waits for the face.
    #[track_caller]
    pub fn reload(&self) {
        self.must("reload", self.session.reload());
        self.until("the face", "return one('h1')");
    }

    /// Goes to a page of the face the way a link does, without loading it anew.
    #[track_caller]
    pub fn go(&self, path: &str) {
        self.script(
            "const link = document.createElement('a'); link.href = arguments[0]; link.hidden = true;
             document.body.append(link); link.click(); link.remove();",
            &[json!(path)],
        );
        self.until_with("the address", "return location.pathname === args[0]", &[json!(path)]);
        self.settle();
    }

    /// Waits until nothing is being loaded, and two frames have been drawn.
    #[track_caller]
    pub fn settle(&self) {
        self.until(
            "a page that has settled",
            "return one('h1, h2') && !one('.c-skeleton, [aria-busy=true], .c-picture-space')
                && [...document.images].every(image => image.complete)",
        );
        self.rest();
    }

    /// Waits until every picture is there, and two frames have been drawn.
    #[track_caller]
    pub fn rest(&self) {
        self.until("pictures", "return [...document.images].every(image => image.complete)");
        let frames = self.session.run_async(
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(true)))",
            &[],
        );
        self.must("two frames", frames);
    }

    /// Runs a script and returns what it returns. It may use the helpers `one`, `all`, `id`, `shown`, `seen`, `normal`.
    #[track_caller]
    pub fn script(&self, body: &str, arguments: &[Value]) -> Value {
        self.must("script", self.session.run(&format!("{HELPERS}{body}"), arguments))
    }

    /// Waits until `body` returns something true, and returns that. `body` is looked at whenever the page changes.
    #[track_caller]
    pub fn until(&self, what: &str, body: &str) -> Value {
        self.until_with(what, body, &[])
    }

    /// As [`Page::until`]; `body` finds `arguments` in `args`.
    #[track_caller]
    pub fn until_with(&self, what: &str, body: &str, arguments: &[Value]) -> Value {
        self.wait(PATIENCE, what, body, arguments)
    }

    #[track_caller]
    fn wait(&self, patience: Duration, what: &str, body: &str, arguments: &[Value]) -> Value {
        let millis = patience.as_millis();
        let script = format!(
            "{HELPERS}
            const done = arguments[arguments.length - 1], args = arguments[0];
            const look = () => {{ {body} }};
            let watcher, timer, limit;
            const end = answer => {{ watcher.disconnect(); clearInterval(timer); clearTimeout(limit); done(answer); }};
            const check = () => {{
                let found;
                try {{ found = look(); }} catch (error) {{ return end({{ thrown: String(error) }}); }}
                if (found) end({{ found: found instanceof Node ? true : found }});
            }};
            watcher = new MutationObserver(check);
            // Sizes, addresses and what is typed change without a mutation.
            timer = setInterval(check, 50);
            limit = setTimeout(() => end({{ saw: seen().slice(0, 1500), at: location.pathname }}), {millis});
            watcher.observe(document, {{ subtree: true, childList: true, attributes: true, characterData: true }});
            check();"
        );
        let begun = Instant::now();
        let mut answer = loop {
            match self.session.run_async(&script, &[json!(arguments)]) {
                // As when a window has just opened: the document that was looked at made way for another.
                Err(error) if begun.elapsed() < patience && lost_its_document(&error) => {}
                answer => break self.must(what, answer),
            }
        };
        match answer.get_mut("found") {
            Some(found) => found.take(),
            None => panic!("{}: waited in vain for {what} {arguments:?}: {answer}", self.name),
        }
    }

    /// Waits until `text` is on the page.
    #[track_caller]
    pub fn see(&self, text: &str) {
        self.until_with("a text", "return seen().includes(normal(args[0]))", &[json!(text)]);
    }

    /// Waits until the sentence `key` is on the page.
    #[track_caller]
    pub fn see_words(&self, language: &Language, key: &str) {
        self.see(&words::say(language, key));
    }

    /// Waits until `text` is no longer on the page.
    #[track_caller]
    pub fn see_no(&self, text: &str) {
        self.until_with("a text to go", "return !seen().includes(normal(args[0]))", &[json!(text)]);
    }

    /// Waits until something that `css` selects is shown.
    #[track_caller]
    pub fn find(&self, css: &str) {
        self.until_with("an element", "return one(args[0])", &[json!(css)]);
    }

    /// As [`Page::find`], for what comes only once the app has lost its patience with the key store.
    #[track_caller]
    pub fn find_late(&self, css: &str) {
        self.wait(LONG_PATIENCE, "an element", "return one(args[0])", &[json!(css)]);
    }

    /// Waits until nothing that `css` selects is shown.
    #[track_caller]
    pub fn find_no(&self, css: &str) {
        self.until_with("an element to go", "return !one(args[0])", &[json!(css)]);
    }

    /// The text of what `css` selects, when it is there.
    #[track_caller]
    pub fn text(&self, css: &str) -> String {
        let text = self.until_with(
            "an element",
            "const e = one(args[0]); return e && { text: normal(e.innerText) }",
            &[json!(css)],
        );
        text.get("text").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// Everything that can be read on the page now.
    #[track_caller]
    pub fn seen(&self) -> String {
        self.script("return seen()", &[]).as_str().unwrap_or_default().to_owned()
    }

    /// How many of what `css` selects are shown now.
    #[track_caller]
    pub fn count(&self, css: &str) -> u64 {
        self.script("return all(arguments[0]).length", &[json!(css)]).as_u64().unwrap_or_default()
    }

    /// Presses what `css` selects with the pointer, when it is there and has come to rest.
    #[track_caller]
    pub fn press(&self, css: &str) {
        self.press_found("one(args[0])", &[json!(css)]);
    }

    #[track_caller]
    fn press_found(&self, find: &str, arguments: &[Value]) {
        // A page that is being built anew still shows the old element for a moment; a person would not hit that either.
        let body = format!(
            "const e = {find}; if (!e || e.disabled) return false;
             e.scrollIntoView({{ block: 'center', behavior: 'instant' }});
             const box = JSON.stringify(e.getBoundingClientRect()), now = performance.now();
             const last = window.e2eTarget;
             if (!last || last.e !== e || last.box !== box) {{ window.e2eTarget = {{ e, box, since: now }}; return false; }}
             if (now - last.since < 40) return false;
             window.e2eTarget = undefined;
             document.querySelectorAll('[data-e2e-target]').forEach(old => old.removeAttribute('data-e2e-target'));
             e.setAttribute('data-e2e-target', ''); return true"
        );
        self.until_with("something to press", &body, arguments);
        let pressed = self.session.find("[data-e2e-target]").and_then(|element| self.session.click(&element));
        self.must(format!("{arguments:?}"), pressed);
    }

    /// Presses what has the test id `name`.
    #[track_caller]
    pub fn tap(&self, name: &str) {
        self.press(&format!("[data-testid=\"{name}\"]"));
    }

    /// Presses the shown button or link whose words are `text`.
    #[track_caller]
    pub fn tap_words(&self, text: &str) {
        self.press_found(
            "[...all('button, a, summary, label')].find(e => normal(e.innerText) === normal(args[0]))",
            &[json!(text)],
        );
    }

    /// Presses the first of what `css` selects that has `text` in it.
    #[track_caller]
    pub fn tap_words_in(&self, css: &str, text: &str) {
        self.press_found(
            "all(args[1]).find(e => normal(e.innerText).includes(normal(args[0])))",
            &[json!(text), json!(css)],
        );
    }

    /// Chooses `value` in the list of choices with the test id `name`.
    #[track_caller]
    pub fn choose(&self, name: &str, value: &str) {
        let css = format!("[data-testid=\"{name}\"] option[value=\"{value}\"]");
        self.until_with("a choice", "return document.querySelector(args[0])", &[json!(css)]);
        let chosen = self.session.find(&css).and_then(|element| self.session.click(&element));
        self.must(css, chosen);
    }

    /// Hands the file at `path` to the file field with the test id `name`.
    #[track_caller]
    pub fn hand_over(&self, name: &str, path: &Path) {
        let css = format!("[data-testid=\"{name}\"]");
        self.until_with("a field for files", "return document.querySelector(args[0])", &[json!(css)]);
        let field = self.session.find(&css);
        let handed = field.and_then(|element| self.session.type_into(&element, &path.display().to_string()));
        self.must(name, handed);
    }

    /// Replaces what stands in the field with the test id `name`.
    #[track_caller]
    pub fn fill(&self, name: &str, text: &str) {
        let css = format!("[data-testid=\"{name}\"]");
        self.find(&css);
        self.script("const e = one(arguments[0]); e.focus(); if (e.select) e.select();", &[json!(css)]);
        let keys = if text.is_empty() { "\u{E003}" } else { text };
        let typed = self.session.find(&css).and_then(|element| self.session.type_into(&element, keys));
        self.must(name, typed);
    }

    /// What stands in the field with the test id `name`.
    #[track_caller]
    pub fn value(&self, name: &str) -> String {
        self.find(&format!("[data-testid=\"{name}\"]"));
        self.script("return one(id(arguments[0])).value", &[json!(name)])
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Presses keys wherever the focus is.
    #[track_caller]
    pub fn keys(&self, keys: &str) {
        self.must("keys", self.session.press(&[], keys));
    }

    /// Presses a key while others are held down.
    #[track_caller]
    pub fn keys_with(&self, held: &[char], keys: &str) {
        self.must("keys", self.session.press(held, keys));
    }

    /// Moves the focus with the tabulator until it is on what `css` selects, as somebody without a pointer does, and
    /// checks on the way that the focus can be seen.
    #[track_caller]
    pub fn tab_to(&self, css: &str) {
        self.find(css);
        for _ in 0..80 {
            self.keys(&key::TAB.to_string());
            let here = self.script(
                "const e = document.activeElement; if (!e || e === document.body) return null;
                 const style = getComputedStyle(e), before = getComputedStyle(e, '::before'), label = e.closest('label, form');
                 const rings = [style, before, ...(label ? [getComputedStyle(label)] : [])];
                 const ring = rings.some(s => (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2) || s.boxShadow !== 'none');
                 // Where the face puts the focus by itself, on a heading, no ring is needed.
                 if (e.tabIndex < 0) return null;
                 return { there: e.matches(arguments[0]), ring, name: e.outerHTML.slice(0, 200) }",
                &[json!(css)],
            );
            if here.is_null() {
                continue;
            }
            assert!(
                here.get("ring") == Some(&Value::Bool(true)),
                "{}: the focus cannot be seen on {here}",
                self.name
            );
            if here.get("there") == Some(&Value::Bool(true)) {
                return;
            }
        }
        panic!("{}: the tabulator never comes to {css}", self.name);
    }

    /// In a browser: from now on the command `name` of the core fails with `code`, or without one is never answered.
    /// [`Page::answer_all`] ends that.
    #[track_caller]
    pub fn answer(&self, name: &str, code: Option<&str>) {
        self.script(
            "const [name, code] = arguments, real = window.e2eFetch ??= window.fetch;
             window.fetch = (address, ...more) => {
                 if (!String(address).endsWith(`/rpc/${name}`)) return real(address, ...more);
                 if (!code) return new Promise(() => {});
                 const headers = { 'content-type': 'application/json' };
                 return Promise.resolve(new Response(JSON.stringify({ code, message: '' }), { status: 500, headers }));
             };",
            &[json!(name), json!(code)],
        );
    }

    /// Every command is answered again.
    #[track_caller]
    pub fn answer_all(&self) {
        self.script("window.fetch = window.e2eFetch ?? window.fetch", &[]);
    }

    /// Chromium only: makes the window `width` × `height` points inside.
    #[track_caller]
    pub fn resize(&self, width: u32, height: u32) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.must("resize", self.session.devtools("Emulation.setDeviceMetricsOverride", &metrics));
        self.until_with("the size", "return innerWidth === args[0]", &[json!(width)]);
    }

    /// Chromium only: what the system says it prefers, such as `prefers-color-scheme`, `dark`.
    #[track_caller]
    pub fn prefer(&self, feature: &str, value: &str) {
        // Nothing moves, so that what is measured or pictured has its final place and colour.
        let still = json!({ "name": "prefers-reduced-motion", "value": "reduce" });
        let wish = json!({ "features": [still, { "name": feature, "value": value }] });
        self.must("preference", self.session.devtools("Emulation.setEmulatedMedia", &wish));
    }

    /// Writes a picture of the window into the artifacts.
    #[track_caller]
    pub fn picture(&self, name: &str) {
        self.must(name, self.session.picture(&self.artifacts.join(name)));
    }
}

/// Whether a script got no answer since the document it ran in went away, in the words of WebKit and of Chromium.
fn lost_its_document(error: &Error) -> bool {
    let words = error.to_string();
    ["Could not parse script result", "document unloaded while waiting for result"]
        .iter()
        .any(|lost| words.contains(lost))
}

impl Drop for Page {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // The browser may be what broke; what can be saved is saved.
            let file = |ending: &str| self.artifacts.join(format!("{}.{ending}", self.name));
            let _ = self.session.picture(&file("png"));
            let _ = self.session.source().and_then(|source| Ok(fs::write(file("html"), source)?));
            let _ =
                self.session.console().and_then(|lines| Ok(fs::write(file("console"), lines.join("\n"))?));
        }
    }
}
