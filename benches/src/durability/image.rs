//! What a disk holds at one moment. Images share their pages, so that thousands of them that differ little cost little.

use std::collections::BTreeMap;
use std::sync::Arc;

use twin_core::base::Digest;

const PAGE: u64 = 4096;

/// The bytes of a disk.
#[derive(Clone, Debug, Default)]
pub struct Image {
    length: u64,
    /// The pages that are not all zero.
    pages: BTreeMap<u64, Page>,
    /// All digests of pages, folded together: it follows each write without reading the rest.
    folded: u128,
}

#[derive(Clone, Debug)]
struct Page {
    bytes: Arc<Vec<u8>>,
    digest: u128,
}

impl Image {
    /// Nothing.
    pub const EMPTY: Image = Image { length: 0, pages: BTreeMap::new(), folded: 0 };

    /// How many bytes there are.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The same for images with the same bytes, and for no others.
    pub fn digest(&self) -> Digest {
        both(self.folded, self.length)
    }

    /// Reads from `offset` on; `false` if that goes beyond the end.
    #[must_use]
    pub fn read(&self, offset: u64, out: &mut [u8]) -> bool {
        if offset.checked_add(out.len() as u64).is_none_or(|end| end > self.length) {
            return false;
        }
        for part in parts(offset, out.len()) {
            let target = &mut out[part.done..part.done + part.length];
            match self.pages.get(&part.page) {
                Some(page) => target.copy_from_slice(&page.bytes[part.start..part.start + part.length]),
                None => target.fill(0),
            }
        }
        true
    }

    /// Writes at `offset`; a write beyond the end makes the disk longer.
    pub fn write(&mut self, offset: u64, bytes: &[u8]) {
        self.length = self.length.max(offset.saturating_add(bytes.len() as u64));
        for part in parts(offset, bytes.len()) {
            let source = &bytes[part.done..part.done + part.length];
            self.change(part.page, |page| page[part.start..part.start + part.length].copy_from_slice(source));
        }
    }

    /// Makes the disk as long as this; what is new is zero.
    pub fn resize(&mut self, length: u64) {
        self.length = length;
        let beyond: Vec<u64> = self.pages.range(length / PAGE..).map(|(number, _)| *number).collect();
        for number in beyond {
            let kept = usize::try_from(length.saturating_sub(number * PAGE)).unwrap_or(0);
            self.change(number, |page| page.iter_mut().skip(kept).for_each(|byte| *byte = 0));
        }
    }

    fn change(&mut self, number: u64, change: impl FnOnce(&mut [u8])) {
        let before = self.pages.remove(&number);
        self.folded ^= before.as_ref().map_or(0, |page| page.digest);
        let mut bytes = before.map_or_else(|| Arc::new(vec![0; PAGE as usize]), |page| page.bytes);
        change(Arc::make_mut(&mut bytes).as_mut_slice());
        if bytes.iter().any(|byte| *byte != 0) {
            let digest = both(Digest::of(&bytes).0, number).0;
            self.folded ^= digest;
            self.pages.insert(number, Page { bytes, digest });
        }
    }
}

fn both(digest: u128, number: u64) -> Digest {
    let mut bytes = digest.to_le_bytes().to_vec();
    bytes.extend(number.to_le_bytes());
    Digest::of(&bytes)
}

/// A piece of a stretch of bytes that lies in one page.
struct Part {
    page: u64,
    start: usize,
    done: usize,
    length: usize,
}

fn parts(offset: u64, length: usize) -> impl Iterator<Item = Part> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let at = offset + done as u64;
        let start = (at % PAGE) as usize;
        let part = Part { page: at / PAGE, start, done, length: (PAGE as usize - start).min(length - done) };
        done += part.length;
        (part.length > 0).then_some(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durability::Numbers;

    fn bytes(image: &Image) -> Vec<u8> {
        let mut bytes = vec![1; image.length as usize];
        assert!(image.read(0, &mut bytes));
        bytes
    }

    #[test]
    fn an_image_is_what_a_row_of_bytes_would_be() {
        let mut numbers = Numbers::new(5);
        let (mut image, mut plain) = (Image::default(), Vec::new());
        for _ in 0..300 {
            let (offset, length) = (numbers.below(20_000), numbers.below(9_000));
            if numbers.once_in(3) {
                image.resize(offset as u64);
                plain.resize(offset, 0);
            } else {
                let written = vec![numbers.below(3) as u8; length];
                image.write(offset as u64, &written);
                plain.resize(plain.len().max(offset + length), 0);
                plain[offset..offset + length].copy_from_slice(&written);
            }
            assert!(bytes(&image) == plain);
            let mut anew = Image::default();
            anew.write(0, &plain);
            assert_eq!(anew.digest(), image.digest(), "the digest follows from the bytes alone");
        }
        assert!(!image.read(image.length, &mut [0]), "nothing beyond the end");
    }

    #[test]
    fn images_that_differ_have_other_digests() {
        let mut image = Image::default();
        image.write(0, &[1; 3 * PAGE as usize]);
        let whole = image.digest();
        for at in [0, PAGE, 2 * PAGE] {
            let mut other = image.clone();
            other.write(at, &[2]);
            assert_ne!(other.digest(), whole);
        }
        image.resize(image.length + 1);
        assert_ne!(image.digest(), whole, "the length counts");
    }
}
