//! A voice: recorded with a microphone that beeps, sent, and heard on the other side.

use super::*;

#[test]
fn a_voice_is_recorded_sent_and_heard_in_both_modes() {
    let (en, zh) = (Language::en(), Language::zh());
    let world = World::new("chat-voice");
    let (usual, simple) = (settings(en.clone(), Mode::Standard), settings(zh.clone(), Mode::Simple));
    let mei = world.joined("mei", people::WANG_MEI, usual.clone());
    let grandma = world.joined("grandma", people::GRANDMA_WANG, simple.clone());
    let (hers, elder, room) = (&mei.page, &grandma.page, rooms::everybody(&mei.host).unwrap());
    rooms::agree(&mei.host, room).unwrap();
    rooms::agree(&grandma.host, room).unwrap();
    elder.resize(390, 844);
    let mut found = Vec::new();

    // In Simple mode one says it; what was said goes with a second press.
    elder.go(&format!("/chat/{room}"));
    elder.tap("say-it");
    spoken(elder);
    found.extend(wrong(&grandma, "chat-recording-simple", &simple));
    elder.tap("voice-keep");
    elder.find("[data-testid=chosen-file]");
    elder.until("the focus on what sends it", "return document.activeElement === one(id('send'))");
    found.extend(wrong(&grandma, "chat-recorded-simple", &simple));
    elder.tap("send");
    stands(elder, &say(&zh, "chat_message.sent"), "");
    elder.find("[data-testid=message] [data-testid=voice]");
    hers.go(&format!("/chat/{room}"));
    hears(hers);

    // What was said into the air is thrown away without a trace, and said again.
    hers.tap("record");
    spoken(hers);
    found.extend(wrong(&mei, "chat-recording", &usual));
    hers.tap("voice-drop");
    hers.until("the focus on the microphone", "return document.activeElement === one(id('record'))");
    assert_eq!(hers.count("[data-testid=chosen-file]"), 0);
    hers.tap("record");
    spoken(hers);
    hers.tap("voice-keep");
    hers.find("[data-testid=chosen-file]");
    hers.fill("say", "Listen to this.");
    hers.keys(&key::ENTER.to_string());
    stands(hers, "Listen to this.", &say(&en, "chat_message.sent"));
    part(elder, "Listen to this.", "[data-testid=voice]");
    hears(elder);
    fail_with(&found);
}

/// Waits until something was said into the microphone.
#[track_caller]
fn spoken(page: &Page) {
    page.until("a second of it", "const e = one(id('recording')); return e && /0:0[1-9]/.test(e.innerText)");
}

/// Plays the last voice of the room by keyboard, and waits until it was heard to its end.
#[track_caller]
fn hears(page: &Page) {
    page.find("[data-testid=message] [data-testid=voice]");
    page.script(
        "const voice = window.e2eVoice = all(id('voice')).at(-1); voice.scrollIntoView({ block: 'center' }); voice.focus();",
        &[],
    );
    page.until("a voice that can be played", "return window.e2eVoice.readyState >= 2");
    page.keys(&key::SPACE.to_string());
    page.until("a voice that plays", "return !window.e2eVoice.paused || window.e2eVoice.ended");
    page.until("its end", "const voice = window.e2eVoice; return voice.ended && voice.currentTime > 0.5");
}
