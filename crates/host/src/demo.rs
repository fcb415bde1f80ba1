//! People of the demo community, handed over by `cargo xtask run` in the file that `LINLI_DEMO` names.

use linli_wire::command::DemoPerson;

/// The people, or none when this is no demo.
///
/// # Errors
/// A sentence, when the file is named but cannot be read.
pub fn people() -> Result<Vec<DemoPerson>, String> {
    let Some(path) = std::env::var_os("LINLI_DEMO") else { return Ok(Vec::new()) };
    let text = std::fs::read_to_string(&path).map_err(|error| format!("LINLI_DEMO: {error}"))?;
    serde_json::from_str(&text).map_err(|error| format!("LINLI_DEMO: {error}"))
}
