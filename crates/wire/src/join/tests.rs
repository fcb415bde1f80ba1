#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

#[test]
fn a_link_reads_back_as_it_was_written() {
    let link =
        JoinLink { server: "https://linli.example:8443".into(), code: JoinCode::read("K7QP3MXR").unwrap() };
    let text = format!("请打开：{link} 。");
    assert_eq!(JoinLink::read(&text), Some(link));
}

#[test]
fn codes_forgive_dashes_spaces_and_case_but_not_other_letters() {
    assert_eq!(JoinCode::read(" k7qp-3mxr ").unwrap().to_string(), "K7QP-3MXR");
    for wrong in ["", "K7QP", "K7QP3MX0", "K7QP3MXO", "K7QP3MXRR", "K7QP3MXÄ"] {
        assert_eq!(JoinCode::read(wrong), None, "{wrong:?} must not pass");
    }
}

#[test]
fn addresses_are_https_or_loopback() {
    assert_eq!(server_address("Linli.Example/").as_deref(), Some("https://linli.example"));
    assert_eq!(server_address("http://127.0.0.1:4848").as_deref(), Some("http://127.0.0.1:4848"));
    for wrong in [
        "",
        "http://linli.example",
        "ftp://x",
        "https://",
        "https://a b",
        "https://user@host",
        "https://host:99999",
        "javascript:alert(1)",
    ] {
        assert_eq!(server_address(wrong), None, "{wrong:?} must not pass");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in ".*") {
        let _ = JoinLink::read(&text);
        let _ = JoinLink::read(&format!("linli://join?{text}"));
        let _ = JoinCode::read(&text);
        let _ = server_address(&text);
    }

    #[test]
    fn random_bytes_make_codes_of_the_alphabet(random in proptest::collection::vec(any::<u8>(), 64)) {
        if let Some(code) = JoinCode::from_random(SHORT_CODE, &random) {
            prop_assert_eq!(JoinCode::read(&code.to_string()), Some(code));
        }
    }
}
