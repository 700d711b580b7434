//! Paths as a stream writes them: to the end of the line, or quoted like strings of C.

/// The path that a text is.
pub(super) fn path(text: &str) -> String {
    match quoted(text) {
        Some((path, _)) => path,
        None => text.to_owned(),
    }
}

/// Two paths: the first ends at a blank, unless it is quoted.
pub(super) fn two(text: &str) -> Option<(String, String)> {
    if let Some((first, rest)) = quoted(text) {
        return Some((first, path(rest.strip_prefix(' ')?)));
    }
    let (first, rest) = text.split_once(' ')?;
    Some((first.to_owned(), path(rest)))
}

/// A quoted text without its quotes, and what stands behind it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut bytes = Vec::new();
    let mut rest = inner.as_bytes();
    loop {
        let (first, behind) = rest.split_first()?;
        rest = behind;
        match first {
            b'"' => break,
            b'\\' => rest = escaped(rest, &mut bytes)?,
            byte => bytes.push(*byte),
        }
    }
    let behind = inner.get(inner.len() - rest.len()..)?;
    Some((String::from_utf8_lossy(&bytes).into_owned(), behind))
}

/// Takes what stands behind a backslash: a letter, or three octal digits.
fn escaped<'a>(rest: &'a [u8], bytes: &mut Vec<u8>) -> Option<&'a [u8]> {
    let (first, behind) = rest.split_first()?;
    let byte = match first {
        b'n' => b'\n',
        b't' => b'\t',
        b'a' => 7,
        b'b' => 8,
        b'v' => 11,
        b'f' => 12,
        b'r' => b'\r',
        b'0'..=b'3' => {
            let (digits, behind) = rest.split_at_checked(3)?;
            let digits = std::str::from_utf8(digits).ok()?;
            bytes.push(u8::from_str_radix(digits, 8).ok()?);
            return Some(behind);
        }
        other => *other,
    };
    bytes.push(byte);
    Some(behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_they_are_quoted() {
        let cases = [
            ("a/b c", "a/b c"),
            ("\"a\\\"b\\\\c\\n\"", "a\"b\\c\n"),
            ("\"\\303\\251t\\303\\251\"", "été"),
            ("\"open", "\"open"),
            ("\"\\9x\"", "9x"),
            ("\"\\38\"", "\"\\38\""),
        ];
        for (text, expected) in cases {
            assert_eq!(path(text), expected, "{text}");
        }
        assert_eq!(two("a b c"), Some(("a".to_owned(), "b c".to_owned())));
        assert_eq!(two("\"a b\" \"c\\td\""), Some(("a b".to_owned(), "c\td".to_owned())));
        assert_eq!(two("alone"), None);
    }
}
