//! Text of others within text of ours: whatever a name holds, it stays a name.

use crate::base::visible;

/// Text for HTML and SVG, in elements as well as in quoted attributes.
pub fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' => escaped.push('\n'),
            other => escaped.push(visible(other)),
        }
    }
    escaped
}

/// Text for a quoted label of Mermaid, which reads `#name;` as a character.
pub fn mermaid(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '#' => escaped.push_str("#35;"),
            '&' => escaped.push_str("#amp;"),
            '<' => escaped.push_str("#lt;"),
            '>' => escaped.push_str("#gt;"),
            '"' => escaped.push_str("#quot;"),
            '`' => escaped.push_str("#96;"),
            other => escaped.push(visible(other)),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_stays_a_name() {
        assert_eq!(html("<script>'\"&\u{202e}\u{0}"), "&lt;script&gt;&#39;&quot;&amp;\u{fffd}\u{fffd}");
        assert_eq!(mermaid("a\"]\n#quot;<b>`"), "a#quot;]\u{fffd}#35;quot;#lt;b#gt;#96;");
    }
}
