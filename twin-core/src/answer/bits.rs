//! One bit for each row, as Arrow lays them out: the lowest bit of a byte first.

/// Bits that are added one by one. Adding is O(1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bits {
    bytes: Vec<u8>,
    len: usize,
    ones: usize,
}

impl Bits {
    /// No bits, with room for some.
    pub(crate) fn with_room(rows: usize) -> Self {
        Bits { bytes: Vec::with_capacity(rows.div_ceil(8)), len: 0, ones: 0 }
    }

    /// Adds a bit.
    #[inline]
    pub(crate) fn push(&mut self, bit: bool) {
        let place = self.len % 8;
        if place == 0 {
            self.bytes.push(0);
        }
        if let Some(last) = self.bytes.last_mut() {
            *last |= u8::from(bit) << place;
        }
        self.len += 1;
        self.ones += usize::from(bit);
    }

    /// The bit of a row; `None` beyond the last.
    pub fn get(&self, row: usize) -> Option<bool> {
        (row < self.len).then(|| self.bytes[row / 8] >> (row % 8) & 1 == 1)
    }

    /// How many bits there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether every bit is set. O(1).
    pub fn all(&self) -> bool {
        self.ones == self.len
    }

    /// The bytes; what is left of the last one is zero.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_laid_out_lowest_first() {
        let mut bits = Bits::with_room(9);
        let said = [true, false, true, true, false, false, false, true, true];
        said.into_iter().for_each(|bit| bits.push(bit));
        let read: Vec<Option<bool>> = (0..10).map(|row| bits.get(row)).collect();
        assert_eq!(read, said.into_iter().map(Some).chain([None]).collect::<Vec<_>>());
        assert_eq!((bits.len(), bits.all(), bits.is_empty()), (9, false, false));
        assert_eq!(bits.into_bytes(), [0b1000_1101, 0b1]);
        assert!(Bits::default().all());
    }
}
