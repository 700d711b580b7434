//! Names come from files of others: what shows them must not obey them.

/// The text as one line in which nothing moves the cursor, colours the terminal or turns the direction of writing.
pub fn printable(text: &str) -> String {
    text.chars().map(visible).collect()
}

/// Control characters, and those that turn the direction of writing, could make a name look like something else.
pub(crate) fn visible(letter: char) -> char {
    let turns = matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    let breaks = matches!(letter, '\u{2028}' | '\u{2029}');
    if turns || breaks || letter.is_control() { '\u{fffd}' } else { letter }
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn nothing_is_left_that_a_terminal_obeys() {
        assert_eq!(
            printable("a\u{1b}[2J\r\n\u{9b}b\u{202e}\u{2028}é"),
            "a\u{fffd}[2J\u{fffd}\u{fffd}\u{fffd}b\u{fffd}\u{fffd}é"
        );
    }
}
