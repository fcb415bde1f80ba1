//! Photos and files: on both sides, large, in the middle of other things, and without network.

use std::fs;

use super::*;
use linli_e2e::place;

/// The smallest file that is a PDF.
const PLAN: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

#[test]
fn photos_and_files_are_sent_looked_at_and_wait_for_the_network() {
    let (en, zh) = (Language::en(), Language::zh());
    let world = World::new("chat-files");
    let light = settings(en.clone(), Mode::Standard);
    let dark = Settings { theme: linli_wire::settings::Theme::Dark, ..settings(zh.clone(), Mode::Standard) };
    let mei = world.joined("mei", people::WANG_MEI, light.clone());
    let li = world.joined("li", people::LI_QIANG, dark.clone());
    let (hers, his, room) = (&mei.page, &li.page, rooms::everybody(&mei.host).unwrap());
    rooms::agree(&mei.host, room).unwrap();
    rooms::agree(&li.host, room).unwrap();
    let photo = place::root().join("assets/demo/notices/pictures/playground.webp");
    let mut found = Vec::new();

    hers.go(&format!("/chat/{room}"));
    hers.hand_over("room-files", &photo);
    hers.find("[data-testid=chosen-file] img");
    hers.fill("say", "The swing is back.");
    hers.keys(&key::ENTER.to_string());
    stands(hers, "The swing is back.", &say(&en, "chat_message.sent"));
    his.go(&format!("/chat/{room}"));
    let small = part(his, "The swing is back.", "[data-testid=enlarge]");
    his.settle();
    found.extend(wrong(&li, "chat-photo", &dark));
    his.press(small);
    his.find("#photo[open] img");
    his.rest();
    found.extend(wrong(&li, "chat-photo-large", &dark));
    his.until(
        "a larger photo",
        "const [small, large] = ['[data-e2e-part] img', '#photo img'].map(css => one(css).getBoundingClientRect());
         return large.width > small.width && large.bottom <= innerHeight && large.right <= innerWidth",
    );
    his.keys(&key::ESCAPE.to_string());
    his.find_no("#photo[open]");
    his.until("the focus back", "return document.activeElement === one('[data-e2e-part]')");
    his.keys(&key::ENTER.to_string());
    his.find("#photo[open] img");
    his.tab_to("[data-testid=photo-close]");
    his.keys(&key::ENTER.to_string());
    his.find_no("#photo[open]");

    // What happens to a message leaves its photo alone: it is the same one, and was never away.
    his.script(
        "const photo = window.e2ePhoto = one('[data-e2e-part] img');
         window.e2eGone = false;
         new MutationObserver(() => { window.e2eGone ||= !photo.isConnected; }).observe(document.body, { childList: true, subtree: true });",
        &[],
    );
    more(hers, "The swing is back.");
    hers.press("[data-testid=emoji]");
    part(his, "The swing is back.", "[data-testid=reaction]");
    more(hers, "The swing is back.");
    hers.tap("act-edit");
    hers.find("#edit-message[open]");
    hers.fill("edit-words", "The swing is back, children!");
    hers.tap("edit-save");
    stands(his, "back, children!", &say(&zh, "chat_message.edited"));
    part(his, "back, children!", "img");
    assert_eq!(
        his.script("return [window.e2ePhoto === one('[data-e2e-part]'), window.e2eGone]", &[]),
        json!([true, false]),
        "a reaction and a change of words leave the photo where it is"
    );

    // Without network both wait in their place, named, and go by themselves; nothing of them is built anew for it.
    mei.cable.cut();
    hers.find_late("[data-kind=offline]");
    let plan = world.folder().join("Sandbox plan.pdf");
    fs::write(&plan, PLAN).unwrap();
    hers.hand_over("room-files", &plan);
    hers.see("Sandbox plan.pdf");
    hers.hand_over("room-files", &photo);
    hers.find("[data-testid=chosen-file] img");
    hers.tap("send");
    stands(hers, "Sandbox plan.pdf", &say(&en, "pending.waiting"));
    part(hers, "Sandbox plan.pdf", "[data-testid=enlarge] img");
    hers.settle();
    found.extend(wrong(&mei, "chat-files-waiting", &light));
    hers.script("window.e2ePhoto = one('[data-e2e-part]')", &[]);
    mei.cable.mend();
    let file = part(his, "Sandbox plan.pdf", "[data-testid=open-file]");
    stands(hers, "Sandbox plan.pdf", &say(&en, "chat_message.sent"));
    part(hers, "Sandbox plan.pdf", "[data-testid=enlarge] img");
    hers.until("the same photo", "return window.e2ePhoto === one('[data-e2e-part]')");

    his.press(file);
    let saved = li.setup.folder.join("Downloads/Sandbox plan.pdf");
    until("the file is saved where he looks for it", || fs::read(&saved).is_ok_and(|bytes| bytes == PLAN));
    fail_with(&found);
}
