//! Rows in pages of a fixed size. Snapshots share pages, and where a page differs, the rows that do not: a change costs the rows that it touches, and a list of
//! pointers for each of their pages.

use std::fmt;
use std::ops::{Index, Range};
use std::sync::{Arc, OnceLock};

use crate::graph::numbers::Numbers;

/// How many rows a page has.
pub const ROWS_PER_PAGE: usize = 256;

/// What makes rows when they are first read.
pub(crate) trait Late<T>: Send + Sync {
    /// The rows of a range of numbers, in order.
    fn rows(&self, range: Range<usize>) -> Vec<T>;
}

/// A list in pages. Cloning is O(1), reading a row is O(1).
pub struct Paged<T> {
    pages: Arc<[Page<T>]>,
    len: usize,
}

struct Page<T> {
    rows: OnceLock<Arc<[Arc<T>]>>,
    late: Option<Arc<dyn Late<T>>>,
}

impl<T> Clone for Page<T> {
    fn clone(&self) -> Self {
        Page { rows: self.rows.clone(), late: self.late.clone() }
    }
}

impl<T> Page<T> {
    fn made(rows: Arc<[Arc<T>]>) -> Self {
        Page { rows: OnceLock::from(rows), late: None }
    }

    fn rows(&self, first: usize, len: usize) -> &Arc<[Arc<T>]> {
        self.rows.get_or_init(|| match &self.late {
            Some(late) => {
                let rows = late.rows(first..(first + ROWS_PER_PAGE).min(len));
                rows.into_iter().map(Arc::new).collect()
            }
            None => Arc::new([]),
        })
    }

    fn is(&self, other: &Self) -> bool {
        match (self.rows.get(), other.rows.get()) {
            (Some(ours), Some(theirs)) => Arc::ptr_eq(ours, theirs),
            (None, None) => true,
            _ => false,
        }
    }
}

impl<T> Paged<T> {
    /// `len` rows that are made when they are read.
    pub(crate) fn late(len: usize, late: Arc<dyn Late<T>>) -> Self {
        let page = || Page { rows: OnceLock::new(), late: Some(late.clone()) };
        Paged { pages: (0..len.div_ceil(ROWS_PER_PAGE)).map(|_| page()).collect(), len }
    }

    /// These rows with more after them, on the same pages but for the last. O(rows that come + pages).
    #[must_use]
    pub(super) fn followed_by(&self, more: Vec<T>) -> Self {
        let whole = self.len / ROWS_PER_PAGE;
        let begun = self.page(whole).unwrap_or_default().iter().cloned();
        let rest: Vec<Arc<T>> = begun.chain(more.into_iter().map(Arc::new)).collect();
        let len = whole * ROWS_PER_PAGE + rest.len();
        let pages = rest.chunks(ROWS_PER_PAGE).map(|rows| Page::made(rows.into()));
        Paged { pages: self.pages[..whole].iter().cloned().chain(pages).collect(), len }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The row of a number.
    pub fn get(&self, row: usize) -> Option<&T> {
        self.page(row / ROWS_PER_PAGE)?.get(row % ROWS_PER_PAGE).map(|row| &**row)
    }

    fn page(&self, page: usize) -> Option<&[Arc<T>]> {
        Some(self.pages.get(page)?.rows(page * ROWS_PER_PAGE, self.len))
    }

    /// All rows, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + Clone {
        (0..self.pages.len()).filter_map(|page| self.page(page)).flatten().map(|row| &**row)
    }

    /// The rows as they are shared.
    pub(super) fn rows(&self) -> Vec<Arc<T>> {
        (0..self.pages.len()).filter_map(|page| self.page(page)).flatten().cloned().collect()
    }

    /// The rows of the pages that this list does not share with another, with their numbers. O(pages + rows of these pages).
    pub(crate) fn unlike<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (usize, &'a T)> {
        let is_shared = |place: usize| other.pages.get(place).is_some_and(|theirs| self.pages[place].is(theirs));
        let pages = (0..self.pages.len()).filter(move |place| !is_shared(*place));
        let rows = move |place: usize| self.page(place).unwrap_or_default().iter().map(|row| &**row);
        pages.flat_map(move |place| (place * ROWS_PER_PAGE..).zip(rows(place)))
    }

    /// How many pages this list does not share with another. O(pages).
    pub fn pages_unlike(&self, other: &Self) -> usize {
        let shared = self.pages.iter().zip(other.pages.iter()).filter(|(ours, theirs)| ours.is(theirs)).count();
        self.pages.len() - shared
    }
}

impl<T: PartialEq> Paged<T> {
    /// A list with these rows at their numbers, on the pages of this one where they say the same. Numbers without a row are `absent`. O(rows) to see which rows are others, and to compare
    /// these.
    #[must_use]
    pub(super) fn placed(&self, rows: &[Arc<T>], numbers: &Numbers, absent: T) -> Self {
        let (row_of, absent) = (numbers.rows(), Arc::new(absent));
        let page = |(place, numbers): (usize, &[Option<u32>])| {
            let row = |row: &Option<u32>| row.map_or(&absent, |row| &rows[row as usize]);
            self.page_of(place, numbers.iter().map(row))
        };
        Paged { pages: row_of.chunks(ROWS_PER_PAGE).enumerate().map(page).collect(), len: row_of.len() }
    }

    /// A list of these rows, on the pages of this one where they say the same at the same places. O(rows), as [`Paged::placed`].
    #[must_use]
    pub(super) fn again(&self, rows: &[Arc<T>]) -> Self {
        let page = |(place, rows): (usize, &[Arc<T>])| self.page_of(place, rows.iter());
        Paged { pages: rows.chunks(ROWS_PER_PAGE).enumerate().map(page).collect(), len: rows.len() }
    }

    /// The page at a place if it says the same, else one that shares the rows that do.
    fn page_of<'r>(&self, place: usize, rows: impl ExactSizeIterator<Item = &'r Arc<T>> + Clone) -> Page<T>
    where
        T: 'r,
    {
        let known = self.page(place).unwrap_or_default();
        if known.len() == rows.len() && known.iter().zip(rows.clone()).all(|(known, row)| is_same(known, row)) {
            return self.pages[place].clone();
        }
        let row = |(at, row): (usize, &'r Arc<T>)| match known.get(at) {
            Some(known) if is_same(known, row) => known.clone(),
            _ => row.clone(),
        };
        Page::made(rows.enumerate().map(row).collect())
    }
}

fn is_same<T: PartialEq>(a: &Arc<T>, b: &Arc<T>) -> bool {
    Arc::ptr_eq(a, b) || **a == **b
}

impl<T> From<Vec<T>> for Paged<T> {
    fn from(rows: Vec<T>) -> Self {
        let len = rows.len();
        let mut rows = rows.into_iter();
        let page = |_| Page::made(rows.by_ref().take(ROWS_PER_PAGE).map(Arc::new).collect());
        Paged { pages: (0..len.div_ceil(ROWS_PER_PAGE)).map(page).collect(), len }
    }
}

impl<T> FromIterator<T> for Paged<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        Paged::from(rows.into_iter().collect::<Vec<T>>())
    }
}

impl<T> Index<usize> for Paged<T> {
    type Output = T;

    fn index(&self, row: usize) -> &T {
        &self.pages[row / ROWS_PER_PAGE].rows(row / ROWS_PER_PAGE * ROWS_PER_PAGE, self.len)[row % ROWS_PER_PAGE]
    }
}

impl<'a, T> IntoIterator for &'a Paged<T> {
    type Item = &'a T;
    type IntoIter = Box<dyn Iterator<Item = &'a T> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

impl<T> Default for Paged<T> {
    fn default() -> Self {
        Paged { pages: Arc::new([]), len: 0 }
    }
}

impl<T> Clone for Paged<T> {
    fn clone(&self) -> Self {
        Paged { pages: self.pages.clone(), len: self.len }
    }
}

impl<T: PartialEq> PartialEq for Paged<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<T: fmt::Debug> fmt::Debug for Paged<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;

    impl Late<usize> for Counting {
        fn rows(&self, range: Range<usize>) -> Vec<usize> {
            range.collect()
        }
    }

    #[test]
    fn late_rows_are_made_page_by_page() {
        let late = Paged::late(600, Arc::new(Counting));
        assert_eq!(late[599], 599);
        let made = late.pages.iter().filter(|page| page.rows.get().is_some()).count();
        assert_eq!(made, 1);
        assert_eq!(late, Paged::from((0..600).collect::<Vec<usize>>()));
        assert_eq!((late.get(600), late.get(768)), (None, None));
    }

    #[test]
    fn rows_that_say_the_same_share_their_pages() {
        let before = Paged::from((0..1000).collect::<Vec<usize>>());
        let mut rows: Vec<Arc<usize>> = (0..1000).map(Arc::new).collect();
        rows[300] = Arc::new(7);
        let numbers = Numbers { of: (0..1000).collect(), bound: 1001 };
        let after = before.placed(&rows, &numbers, 99);
        assert_eq!((after.pages_unlike(&before), after[300], after[301], after[1000]), (2, 7, 301, 99));
        let again = before.again(&rows);
        assert_eq!((again.pages_unlike(&before), again[300], again.len()), (1, 7, 1000));
    }
}
