//! A text as a QR code that the face can draw.

use fast_qr::{ECL, QRBuilder};
use linli_wire::join::Qr;

use crate::error::{Result, internal};

/// Light modules around the code (ISO/IEC 18004).
const QUIET: usize = 4;

/// Draws `text` with error level M.
///
/// # Errors
/// `internal` for a text longer than a QR code holds.
pub fn draw(text: &str) -> Result<Qr> {
    let code =
        QRBuilder::new(text).ecl(ECL::M).build().map_err(|error| internal(format!("qr: {error:?}")))?;
    let mut path = String::new();
    for row in 0..code.size {
        for column in 0..code.size {
            if code[row].get(column).is_some_and(|module| module.value()) {
                path.push_str(&format!("M{} {}h1v1h-1z", column + QUIET, row + QUIET));
            }
        }
    }
    let size = u16::try_from(code.size + 2 * QUIET).map_err(|_| internal("qr size"))?;
    Ok(Qr { size, path, text: text.to_owned() })
}
