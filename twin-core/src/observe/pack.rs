//! How what was observed is written as bytes: for digests, and for the store. Changing anything here changes the store's format and every digest of a fact.
//!
//! Whole numbers are of variable length (LEB128, signed ones zigzag), times are differences from the time before, and where texts are shared each is written once
//! and named by its number from then on. Reading is total: bytes that make no sense give `None`.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;
use std::time::Duration;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::base::{Amount, Digest, Money, Timestamp};
use crate::observe::{
    Capability, Evidence, Fact, Handle, Locator, Mode, Observation, Outcome, Perspective, Proof, Record, RecordKey,
    Scope, SourceId, Space, Statement, Step, Target,
};
use crate::schema::{AttributeName, Kind, Relation, Value};

/// Something that can be written as bytes and read back as it was.
pub(crate) trait Packed: Sized {
    /// Appends it.
    fn pack<'a>(&'a self, to: &mut Packer<'a>);
    /// Reads it; `None` for bytes that make no sense.
    fn unpack(from: &mut Unpacker<'_>) -> Option<Self>;
}

/// How many bytes something takes where each text is written where it stands. Copies no text.
pub(crate) fn size(value: &impl Packed) -> u64 {
    let mut packer = Packer { texts: Texts::Counted(0), ..Packer::plain() };
    value.pack(&mut packer);
    let counted = if let Texts::Counted(bytes) = packer.texts { bytes } else { 0 };
    packer.bytes.len() as u64 + counted
}

/// Bytes as they grow.
#[derive(Default)]
pub(crate) struct Packer<'a> {
    bytes: Vec<u8>,
    texts: Texts<'a>,
    last: i64,
}

/// What becomes of texts.
#[derive(Default)]
enum Texts<'a> {
    /// Each is written where it stands.
    #[default]
    Written,
    /// Each is written once: the number of each that was.
    Shared(HashMap<&'a str, u64, BuildHasherDefault<TextHasher>>),
    /// None is written: how many bytes they have.
    Counted(u64),
}

/// Hashes a text in one go. Its order is never looked at.
#[derive(Default)]
pub(crate) struct TextHasher(u64);

impl Hasher for TextHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64_with_seed(bytes, self.0);
    }

    fn write_u8(&mut self, _end_of_text: u8) {}
}

impl<'a> Packer<'a> {
    /// Each text is written where it stands.
    pub(crate) fn plain() -> Self {
        Packer { bytes: Vec::with_capacity(256), ..Packer::default() }
    }

    /// Each text is written once.
    pub(crate) fn sharing() -> Self {
        Packer { texts: Texts::Shared(HashMap::default()), ..Packer::default() }
    }

    /// What was written so far.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Everything that was written.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Appends a number.
    pub(crate) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.bytes.push(number as u8);
    }

    /// Appends a text.
    pub(crate) fn text(&mut self, text: &'a str) {
        match &mut self.texts {
            Texts::Written => {}
            Texts::Counted(bytes) => {
                *bytes += text.len() as u64;
                return self.number(text.len() as u64);
            }
            Texts::Shared(seen) => {
                let next = seen.len() as u64 + 1;
                match *seen.entry(text).or_insert(next) {
                    known if known < next => return self.number(known),
                    _ => self.bytes.push(0),
                }
            }
        }
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }
}

/// Bytes as they are read.
pub(crate) struct Unpacker<'b> {
    bytes: &'b [u8],
    seen: Vec<&'b str>,
    last: i64,
}

impl<'b> Unpacker<'b> {
    /// Reads what a packer that shares texts has written.
    pub(crate) fn new(bytes: &'b [u8]) -> Self {
        Unpacker { bytes, seen: Vec::new(), last: 0 }
    }

    /// Whether everything was read.
    pub(crate) fn is_at_end(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Reads a number.
    pub(crate) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            number |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    /// Reads how many things follow, each of at least one byte.
    pub(crate) fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count <= self.bytes.len()).then_some(count)
    }

    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }

    /// Reads a text.
    pub(crate) fn text(&mut self) -> Option<&'b str> {
        match self.number()? {
            0 => {
                let count = self.count()?;
                let text = std::str::from_utf8(self.take(count)?).ok()?;
                self.seen.push(text);
                Some(text)
            }
            known => self.seen.get(usize::try_from(known).ok()? - 1).copied(),
        }
    }
}

/// Writes a struct as its fields, and an enum as the number of its variant with its fields.
macro_rules! packed {
    (struct $type:ident { $($field:ident),* }) => {
        impl Packed for $type {
            fn pack<'a>(&'a self, to: &mut Packer<'a>) {
                $(self.$field.pack(to);)*
            }

            fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
                Some($type { $($field: Packed::unpack(from)?),* })
            }
        }
    };
    (enum $type:ident { $($tag:literal => $variant:ident $(($($part:ident),*))? $({$($field:ident),*})?),* }) => {
        impl Packed for $type {
            fn pack<'a>(&'a self, to: &mut Packer<'a>) {
                match self {
                    $($type::$variant $(($($part),*))? $({$($field),*})? => {
                        to.number($tag);
                        $($($part.pack(to);)*)?
                        $($($field.pack(to);)*)?
                    })*
                }
            }

            fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
                match from.number()? {
                    $($tag => {
                        $($(let $part = Packed::unpack(from)?;)*)?
                        $($(let $field = Packed::unpack(from)?;)*)?
                        Some($type::$variant $(($($part),*))? $({$($field),*})?)
                    })*
                    _ => None,
                }
            }
        }
    };
    (number $($type:ident)*) => {
        $(impl Packed for $type {
            fn pack<'a>(&'a self, to: &mut Packer<'a>) {
                to.number(u64::from(*self));
            }

            fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
                $type::try_from(from.number()?).ok()
            }
        })*
    };
    (name $($type:ident)*) => {
        $(impl Packed for $type {
            fn pack<'a>(&'a self, to: &mut Packer<'a>) {
                to.text(self.as_str());
            }

            fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
                Some($type::from(from.text()?.to_owned()))
            }
        })*
    };
}
pub(crate) use packed;

packed!(number u8 u16 u32 u64);
packed!(name String Kind Relation AttributeName);
packed!(struct RecordKey { source, cluster, namespace, kind, name });
packed!(struct Scope { source, path });
packed!(struct Handle { space, value, within });
packed!(struct Fact { subject, statement, perspective });
packed!(struct Record { key, observations, stands_for, perspective });
packed!(struct Observation { statement, perspective, evidence, valid_from, valid_to });
packed!(struct Step { locator, raw });
packed!(struct Evidence { chain, field, technique, confidence, observed_at });
packed!(struct Money { currency, amount });
packed!(struct Capability { sort, kinds, relations, mode, fresh_for, stale_after, permissions, cost, cannot_see, proof });
packed!(enum Perspective { 0 => Declared, 1 => Deployed, 2 => Observed, 3 => Billed, 4 => Decided });
packed!(enum Mode { 0 => Full, 1 => Delta });
packed!(enum Proof { 0 => Captured, 1 => Documented });
packed!(enum Outcome { 0 => Complete, 1 => Partial(why) });
packed!(enum Target { 0 => Record(key), 1 => Handle(handle), 2 => Selector { within, labels } });
packed!(enum Space {
    0 => Host, 1 => PublishedPort, 2 => ServiceName, 3 => Image, 4 => Package, 5 => Path, 6 => NativeId,
    7 => ComponentName, 8 => Annotation, 9 => Team, 10 => ConfigurationName, 11 => ModuleValue
});
packed!(enum Locator { 0 => Line { path, line }, 1 => Pointer { path, document, pointer }, 2 => Span { path, id } });
packed!(enum Value {
    0 => Text(text), 1 => Texts(texts), 2 => Integer(number), 3 => Flag(flag), 4 => Money(money),
    5 => Duration(micros), 6 => Bytes(bytes), 7 => Ratio(parts), 8 => Timestamp(at), 9 => Sketch(buckets)
});
packed!(enum Statement {
    0 => Exists { name }, 1 => Attribute { name, value }, 2 => KnownAs(handle), 3 => Joins { network, rank },
    4 => Labelled { key, value }, 5 => Related { relation, variant, target, attributes }
});

impl Packed for i64 {
    fn pack<'a>(&'a self, to: &mut Packer<'a>) {
        to.number(((self << 1) ^ (self >> 63)) as u64);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        let number = from.number()?;
        Some((number >> 1) as i64 ^ -((number & 1) as i64))
    }
}

impl Packed for bool {
    fn pack<'a>(&'a self, to: &mut Packer<'a>) {
        to.number(u64::from(*self));
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        match from.number()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

/// To the bit, as no other way of writing keeps every number.
impl Packed for f64 {
    fn pack<'a>(&'a self, to: &mut Packer<'a>) {
        to.bytes.extend_from_slice(&self.to_bits().to_le_bytes());
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        Some(f64::from_bits(u64::from_le_bytes(from.take(8)?.try_into().ok()?)))
    }
}

impl Packed for Digest {
    fn pack<'a>(&'a self, to: &mut Packer<'a>) {
        to.bytes.extend_from_slice(&self.0.to_le_bytes());
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        Some(Digest(u128::from_le_bytes(from.take(16)?.try_into().ok()?)))
    }
}

impl Packed for Amount {
    fn pack<'a>(&'a self, to: &mut Packer<'a>) {
        to.bytes.extend_from_slice(&self.to_bytes());
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        Some(Amount::from_bytes(from.take(16)?.try_into().ok()?))
    }
}

impl Packed for Timestamp {
    fn pack<'a>(&'a self, to: &mut Packer<'a>) {
        let micros = self.as_micros();
        let step = micros.wrapping_sub(to.last);
        to.last = micros;
        to.number(((step << 1) ^ (step >> 63)) as u64);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        from.last = from.last.wrapping_add(i64::unpack(from)?);
        Timestamp::from_micros(from.last)
    }
}

impl Packed for Duration {
    fn pack<'a>(&'a self, to: &mut Packer<'a>) {
        to.number(self.as_secs());
        to.number(u64::from(self.subsec_nanos()));
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        let (seconds, nanos) = (from.number()?, u32::unpack(from)?);
        (nanos < 1_000_000_000).then(|| Duration::new(seconds, nanos))
    }
}

impl Packed for SourceId {
    fn pack<'a>(&'a self, to: &mut Packer<'a>) {
        to.text(&self.0);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        Some(SourceId(from.text()?.to_owned()))
    }
}

/// A technique.
impl Packed for std::borrow::Cow<'static, str> {
    fn pack<'a>(&'a self, to: &mut Packer<'a>) {
        to.text(self);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        Some(from.text()?.to_owned().into())
    }
}

impl<T: Packed> Packed for Arc<T> {
    fn pack<'a>(&'a self, to: &mut Packer<'a>) {
        T::pack(self, to);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        T::unpack(from).map(Arc::new)
    }
}

impl<T: Packed> Packed for Option<T> {
    fn pack<'a>(&'a self, to: &mut Packer<'a>) {
        to.number(u64::from(self.is_some()));
        if let Some(value) = self {
            value.pack(to);
        }
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        match from.number()? {
            0 => Some(None),
            1 => T::unpack(from).map(Some),
            _ => None,
        }
    }
}

impl<T: Packed> Packed for Vec<T> {
    fn pack<'a>(&'a self, to: &mut Packer<'a>) {
        to.number(self.len() as u64);
        self.iter().for_each(|value| value.pack(to));
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        (0..from.count()?).map(|_| T::unpack(from)).collect()
    }
}

impl<K: Packed + Ord, V: Packed> Packed for BTreeMap<K, V> {
    fn pack<'a>(&'a self, to: &mut Packer<'a>) {
        to.number(self.len() as u64);
        for (key, value) in self {
            key.pack(to);
            value.pack(to);
        }
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        (0..from.count()?).map(|_| Some((K::unpack(from)?, V::unpack(from)?))).collect()
    }
}

impl<A: Packed, B: Packed> Packed for (A, B) {
    fn pack<'a>(&'a self, to: &mut Packer<'a>) {
        self.0.pack(to);
        self.1.pack(to);
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        Some((A::unpack(from)?, B::unpack(from)?))
    }
}
