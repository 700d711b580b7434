//! The lines of a file, to show what stands where.

/// The lines of a text, first is 1.
#[derive(Clone, Debug)]
pub struct Lines<'a>(Vec<&'a str>);

impl<'a> Lines<'a> {
    /// Splits a text.
    pub fn of(text: &'a str) -> Self {
        Lines(text.lines().collect())
    }

    /// The line of that number, without its end; empty if there is none.
    pub fn get(&self, line: usize) -> &'a str {
        line.checked_sub(1).and_then(|index| self.0.get(index)).copied().unwrap_or_default()
    }

    /// The first line from `from` on, within the `within` next ones, in which `raw` stands to the letter.
    pub fn find(&self, raw: &str, from: usize, within: usize) -> Option<usize> {
        (from..from.saturating_add(within)).find(|line| self.get(*line).contains(raw))
    }
}
