//! QR codes, as paths for a window and as pictures for paper.

use std::fmt::Write as _;

use fast_qr::{ECL, QRBuilder};
use linli_wire::{Code, join::Qr};

use crate::Error;

/// Light modules around the code: scanners need four.
pub const QUIET: usize = 4;

/// A text as QR code with error level M, quiet zone included.
///
/// # Errors
/// `internal` when the text is too long.
pub fn code(text: &str) -> Result<Qr, Error> {
    let code = QRBuilder::new(text)
        .ecl(ECL::M)
        .build()
        .map_err(|_| Error::refused(Code::Internal, "the text does not fit into a QR code"))?;
    let mut path = String::new();
    for row in 0..code.size {
        let mut column = 0;
        while column < code.size {
            let run = (column..code.size).take_while(|at| dark(&code, row, *at)).count();
            if run > 0 {
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", column + QUIET, row + QUIET);
            }
            column += run.max(1);
        }
    }
    let size = u16::try_from(code.size + 2 * QUIET).unwrap_or(u16::MAX);
    Ok(Qr { size, path, text: text.to_owned() })
}

/// A code as SVG: a file of its own, or an element of a page.
pub fn svg(code: &Qr) -> String {
    let Qr { size, path, .. } = code;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" role=\"img\" aria-label=\"QR\" \
         shape-rendering=\"crispEdges\"><rect width=\"{size}\" height=\"{size}\" fill=\"#fff\"/>\
         <path d=\"{path}\" fill=\"#000\"/></svg>"
    )
}

fn dark(code: &fast_qr::QRCode, row: usize, column: usize) -> bool {
    code.data.get(row * code.size + column).is_some_and(|module| module.value())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::code;

    #[test]
    fn a_code_is_a_square_with_a_quiet_zone_and_its_three_eyes() {
        let code =
            code("linli://join?server=https%3A%2F%2Flinli.example.org&code=23456789ABCDEFGHJKMNPQRSTV")
                .unwrap();
        let right = code.size - 4 - 7;
        assert!(code.path.starts_with("M4 4h7v1h-7z"), "{}", code.path);
        for eye in [format!("M{right} 4h7v1h-7z"), format!("M4 {right}h7v1h-7z")] {
            assert!(code.path.contains(&eye), "{eye}");
        }
        super::code(&"x".repeat(5000)).unwrap_err();
    }
}
