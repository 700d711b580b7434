//! Lines of bytes with their numbers, and counted data between them.

/// Goes through bytes line by line.
pub(super) struct Lines<'a> {
    rest: &'a [u8],
    number: usize,
}

impl<'a> Lines<'a> {
    /// From the first line on.
    pub fn new(bytes: &'a [u8]) -> Self {
        Lines { rest: bytes, number: 0 }
    }

    /// The number of the line that was read last.
    pub fn number(&self) -> usize {
        self.number
    }

    /// Skips what a `data` command announces: so many bytes, or everything up to a line of its own. Returns whether it is there.
    pub fn skip(&mut self, announced: &str) -> bool {
        match announced.strip_prefix("<<") {
            Some(end) => self.by_ref().any(|line| line == end.as_bytes()),
            None => announced.trim().parse().ok().is_some_and(|count| self.skip_bytes(count)),
        }
    }

    /// Data may end within a line: the rest of that line is the next one that is read, by the same number.
    fn skip_bytes(&mut self, count: usize) -> bool {
        let Some((data, rest)) = self.rest.split_at_checked(count) else { return false };
        self.number += data.iter().filter(|byte| **byte == b'\n').count();
        self.rest = rest;
        true
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.iter().position(|byte| *byte == b'\n');
        let (line, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest.get(1..).unwrap_or_default();
        self.number += 1;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}
