//! What is refused before anything is read: other encodings, binary content, what is over a limit.

use std::str;

use twin_core::base::Limits;
use twin_core::observe::{Diagnostic, Locator, code};

use crate::document::split::Part;

/// The text of a payload, without its byte order mark.
///
/// # Errors
/// What is over the limit, binary, or in another encoding than UTF-8.
pub fn text_of<'a>(path: &str, bytes: &'a [u8], limits: &Limits) -> Result<&'a str, Diagnostic> {
    if bytes.len() as u64 > limits.payload_bytes {
        let message =
            format!("{} bytes, more than the {} that are read of one file", bytes.len(), limits.payload_bytes);
        return Err(Diagnostic::rejected(code::LIMIT, Locator::line(path, 0), message));
    }
    let refuse = |offset: usize, message: &str| {
        Diagnostic::rejected(code::ENCODING, Locator::line(path, line_at(bytes, offset)), message)
    };
    if bytes.starts_with(&[0xFE, 0xFF]) || bytes.starts_with(&[0xFF, 0xFE]) {
        return Err(refuse(0, "UTF-16; only UTF-8 is read"));
    }
    if let Some(offset) = bytes.iter().position(|byte| is_binary(*byte)) {
        return Err(refuse(offset, "a control character; this is not text"));
    }
    let text = str::from_utf8(bytes).map_err(|error| refuse(error.valid_up_to(), "not UTF-8"))?;
    match lone_carriage_return(bytes) {
        Some(offset) => Err(refuse(offset, "a carriage return without a line feed; lines cannot be told apart")),
        None => Ok(text.strip_prefix('\u{FEFF}').unwrap_or(text)),
    }
}

/// Refuses a document with a line that is too long. JSON is often written in one line: of it only the scalars are limited.
pub(super) fn lines_of(path: &str, part: &Part<'_>, limits: &Limits) -> Result<(), Diagnostic> {
    if part.is_json() {
        return Ok(());
    }
    match part.text.split('\n').position(|line| line.len() > limits.line_bytes) {
        Some(above) => Err(too_long(path, part.line + above, limits)),
        None => Ok(()),
    }
}

/// The refusal of a line or scalar.
pub(super) fn too_long(path: &str, line: usize, limits: &Limits) -> Diagnostic {
    let message = format!("a line or scalar of more than {} bytes", limits.line_bytes);
    Diagnostic::rejected(code::LIMIT, Locator::line(path, line), message)
}

fn is_binary(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')
}

fn lone_carriage_return(bytes: &[u8]) -> Option<usize> {
    let is_lone = |(offset, byte): (usize, &u8)| *byte == b'\r' && bytes.get(offset + 1) != Some(&b'\n');
    bytes.iter().enumerate().position(is_lone)
}

fn line_at(bytes: &[u8], offset: usize) -> usize {
    1 + bytes.iter().take(offset).filter(|byte| **byte == b'\n').count()
}
