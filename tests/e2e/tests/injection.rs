//! Words of others stay words: in the list, in the notice, on Home, and in what is drawn before the face is there.

use linli_e2e::{
    page::Page,
    world::{Device, World, notice, people, settings},
};
use linli_wire::{
    Language,
    command::{Empty, HomeGet, NoticeSave},
    notices::NoticeText,
    settings::Mode,
};
use serde_json::json;

/// Each would set `window.struck` if it were more than text.
const TITLE: &str = "停水 <img src=x onerror=\"struck = 1\"><script>struck = 1</script>{{struck = 1}}";
const BODY: &str = "<script>struck = 1</script>\n\n<svg onload=\"struck = 1\"></svg>\n\n[a link](javascript:struck=1) \
    <a href=\"javascript:struck=1\">another</a>\n\n![a picture](https://evil.invalid/seen.png)\n\n\
    ![a picture](javascript:struck=1)\n\n<iframe src=\"/\"></iframe>\n\n<style>body { display: none }</style>";

/// What none of it may become.
const NOTHING_STRUCK: &str = "
    const addresses = [...document.querySelectorAll('#app [href], #app [src]')]
        .map(element => element.getAttribute('href') ?? element.getAttribute('src'));
    return typeof struck === 'undefined'
        && !document.querySelector('#app :is(script, iframe, object, embed, style, [onload], [onerror], [onclick])')
        && addresses.every(address => !/^\\s*javascript:|evil[.]invalid/i.test(address))";

fn nothing_struck(page: &Page, place: &str) {
    assert_eq!(page.script(NOTHING_STRUCK, &[]), true, "{place}");
}

fn publish(chen: &Device) -> String {
    let mut save = notice(chen, TITLE);
    let text = NoticeText { title: TITLE.to_owned(), body: BODY.to_owned() };
    save.content.texts.insert(Language::zh(), text);
    chen.host.call::<NoticeSave>(&save).unwrap();
    save.id.to_string()
}

#[test]
fn words_of_others_never_run() {
    let world = World::new("injection");
    let (zh, en) = (Language::zh(), Language::en());
    let chen = world.joined("chen", people::CHEN_JING, settings(zh, Mode::Standard));
    let mei = world.joined("mei", people::WANG_MEI, settings(en, Mode::Standard));
    let id = publish(&chen);
    let page = &mei.page;

    page.go("/notices");
    page.see(TITLE);
    nothing_struck(page, "the list");
    page.go(&format!("/notices/{id}"));
    page.see("struck = 1");
    page.settle();
    nothing_struck(page, "the notice");
    mei.set(settings(Language::zh(), Mode::Simple));
    page.go("/notices");
    page.see(TITLE);
    nothing_struck(page, "the list in Simple mode");
    chen.page.go(&format!("/office/notices/{id}"));
    chen.page.until(
        "the editor with the title",
        "return all('input').some(input => input.value.includes('struck'))",
    );
    nothing_struck(&chen.page, "the editor");

    // Should something get into the page all the same, the policy stops it.
    let refused = page.script(
        "const refused = [];
         document.addEventListener('securitypolicyviolation', event => refused.push(event.effectiveDirective));
         const script = document.createElement('script'); script.textContent = 'struck = 1'; document.body.append(script);
         document.body.insertAdjacentHTML('beforeend', '<img src=\"data:,\" onerror=\"struck = 1\">');
         return fetch('http://127.0.0.1:9/').then(() => 'fetched', () => 0)
            .then(() => new Promise(done => setTimeout(done, 100)))
            .then(() => [typeof struck, ...new Set(refused)].sort())",
        &[],
    );
    assert_eq!(refused, json!(["connect-src", "script-src-attr", "script-src-elem", "undefined"]));
}

/// A shell like the app's, in front of the same core, in which the face never gets so far as to start.
const SHELL_WITHOUT_FACE: &str = "
    WebAssembly.instantiateStreaming = WebAssembly.instantiate = () => new Promise(() => {});
    const token = location.hash.replace('#token=', '');
    window.painted = 0;
    window.__TAURI_INTERNALS__ = { async invoke(command, { name, request } = {}) {
        if (command === 'plugin:linli|painted') { window.painted += 1; return; }
        const answer = await fetch(`/rpc/${name}`, { method: 'POST', headers: { 'Linli-Token': token }, body: request });
        if (!answer.ok) throw await answer.text();
        return answer.text();
    } };";

#[test]
fn home_is_drawn_before_the_face_is_there() {
    let world = World::new("drawn");
    let (zh, en) = (Language::zh(), Language::en());
    let chen = world.joined("chen", people::CHEN_JING, settings(zh.clone(), Mode::Standard));
    let mei = world.joined("mei", people::WANG_MEI, settings(en, Mode::Standard));
    publish(&chen);
    mei.page.see(TITLE);

    let page = world.page("drawn");
    let script = json!({ "source": SHELL_WITHOUT_FACE });
    page.session().devtools("Page.addScriptToEvaluateOnNewDocument", &script).unwrap();
    page.session().open_url(&mei.host.url("/")).unwrap();
    page.until("notices that have been painted, which is said once", "return window.painted === 1");
    let home = mei.host.call::<HomeGet>(&Empty {}).unwrap();
    let mut titles: Vec<String> = home.emergencies.iter().map(|row| row.title.clone()).collect();
    titles.extend(home.unread.iter().filter(|row| !row.emergency).map(|row| row.title.clone()));
    assert!(titles.iter().any(|title| title == TITLE), "{titles:?}");
    let drawn =
        page.script("return all('.c-banner__title, .c-row__title').map(title => title.textContent)", &[]);
    assert_eq!(drawn, json!(titles));
    nothing_struck(&page, "the drawing");
    assert_eq!(page.script("return one('.l-frame').inert && document.documentElement.lang", &[]), "en");

    // Where Home is made of tiles there is nothing to draw, and the face is waited for.
    mei.set(settings(zh, Mode::Simple));
    page.session().reload().unwrap();
    page.until("Home to be asked for", "return Boolean(window.linliAsked?.['home.get'])");
    let asked = "return linliAsked['home.get']
        .then(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))
        .then(() => document.getElementById('app').childElementCount === 0)";
    assert_eq!(page.script(asked, &[]), true);
}
