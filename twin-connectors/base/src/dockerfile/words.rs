//! Words: separated by spaces that are neither quoted nor escaped.

use super::Word;

/// The words of an instruction's lines. Lines are joined as they are: what separates words stands on them.
pub(super) fn split(parts: &[(usize, &str)], escape: char) -> Vec<Word> {
    let mut words = Vec::new();
    let mut open: Option<Word> = None;
    let (mut quote, mut is_escaped) = (None, false);
    for (line, letter) in parts.iter().flat_map(|(line, part)| part.chars().map(move |letter| (*line, letter))) {
        if letter.is_whitespace() && quote.is_none() && !is_escaped {
            words.extend(open.take());
            continue;
        }
        open.get_or_insert_with(|| Word { text: String::new(), line }).text.push(letter);
        match letter {
            _ if is_escaped => is_escaped = false,
            _ if letter == escape && quote != Some('\'') => is_escaped = true,
            _ if quote == Some(letter) => quote = None,
            '"' | '\'' if quote.is_none() => quote = Some(letter),
            _ => {}
        }
    }
    words.extend(open);
    words
}

/// A word without its quotes.
pub fn unquoted(word: &str) -> String {
    let (mut bare, mut quote) = (String::with_capacity(word.len()), None);
    for letter in word.chars() {
        match letter {
            _ if quote == Some(letter) => quote = None,
            '"' | '\'' if quote.is_none() => quote = Some(letter),
            _ => bare.push(letter),
        }
    }
    bare
}

/// The name that ends the heredoc which a word begins, and whether tabs before it are left out: `<<EOF`, `3<<-"EOF"`.
pub fn heredoc(word: &str) -> Option<(&str, bool)> {
    let rest = word.trim_start_matches(|letter: char| letter.is_ascii_digit()).strip_prefix("<<")?;
    let (rest, is_indented) = rest.strip_prefix('-').map_or((rest, false), |rest| (rest, true));
    let quoted = ['"', '\''].iter().find_map(|quote| rest.strip_prefix(*quote)?.strip_suffix(*quote));
    let name = quoted.unwrap_or(rest);
    let is_name = name.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
        && !name.contains(['<', '"', '\'', '(', ')', '$', '`', ' ']);
    is_name.then_some((name, is_indented))
}
