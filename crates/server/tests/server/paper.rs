//! Papers as others read them: poppler, which many readers of PDF stand on.

mod samples;

use std::{fs, path::PathBuf, process::Command};

use linli_server::paper;
use linli_wire::Language;

fn all(language: &Language) -> [(&'static str, Vec<u8>); 4] {
    [
        ("bill", paper::bill(&samples::bill(language)).unwrap()),
        ("receipt", paper::receipt(&samples::receipt(language)).unwrap()),
        ("credit-note", paper::credit_note(&samples::credit_note(language)).unwrap()),
        ("year-statement", paper::year_statement(&samples::year_statement(language, 24)).unwrap()),
    ]
}

#[test]
fn keep() {
    let Ok(folder) = std::env::var("LINLI_TEST_PAPERS") else { return };
    for language in [Language::en(), Language::zh()] {
        for (name, bytes) in all(&language) {
            fs::write(PathBuf::from(&folder).join(format!("{name}-{language}.pdf")), bytes).unwrap();
        }
    }
}
