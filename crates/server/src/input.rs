//! Checks of what people typed: each says which field and what about it.

use crate::Error;

/// One line of text, 1 to `max` characters after trimming.
///
/// # Errors
/// `invalid_input` with the field.
pub fn line(field: &str, text: &str, max: usize) -> Result<String, Error> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::invalid(field, "must not be empty"));
    }
    if text.chars().count() > max {
        return Err(Error::invalid(field, format!("must not be longer than {max} characters")));
    }
    if text.chars().any(char::is_control) {
        return Err(Error::invalid(field, "must be one line without control characters"));
    }
    Ok(text.to_owned())
}

/// Text of several lines, up to `max` characters.
///
/// # Errors
/// `invalid_input` with the field.
pub fn lines(field: &str, text: &str, max: usize) -> Result<(), Error> {
    if text.chars().count() > max {
        return Err(Error::invalid(field, format!("must not be longer than {max} characters")));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Error::invalid(field, "must not hold control characters"));
    }
    Ok(())
}
