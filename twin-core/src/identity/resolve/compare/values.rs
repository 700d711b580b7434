//! What speaks for and against a pair in the fields that both records have.

use std::cmp::Ordering;

use super::super::profile::Attribute;
use super::super::roles::Role;
use super::super::texts::{Slip, slip};
use super::{Bit, Comparison, RARE, Source, Technique, Value};

/// How much rarer than a value in its field it is that two records of one thing have it in two: one in sixteen.
const SWAPPED: f64 = 4.0;
/// Near by a letter: so many bits less than what names one thing.
const NEAR: f64 = 4.0;

impl Comparison {
    /// What the fields say that both have. O(fields), of fields that differ O(fields²).
    pub(super) fn values(&self, a: usize, b: usize, names_differ: bool, tell: &mut impl FnMut(Bit)) {
        let is_common = |x: &Attribute, y: &Attribute| names_differ && x.value == y.value && x.count > RARE;
        let (mut witnesses, mut has_common, mut differ) = (0, false, false);
        let mut told = |bit: Bit, tell: &mut dyn FnMut(Bit)| {
            witnesses += u32::from(bit.weight > 0.0);
            tell(bit);
        };
        self.each_value(a, b, &mut |x, y| {
            differ |= x.value != y.value;
            match is_common(x, y) {
                true => has_common = true,
                false => self.value(x, y, &mut |bit| told(bit, tell)),
            }
        });
        if differ {
            self.swapped(a, b, &mut |bit| told(bit, tell));
        }
        // What many have says nothing of two that are called otherwise, unless two witnesses that few have speak for them.
        if has_common && witnesses > 1 {
            self.each_value(a, b, &mut |x, y| {
                if is_common(x, y) {
                    self.value(x, y, tell);
                }
            });
        }
    }

    /// Each field of which both records have one value.
    fn each_value(&self, a: usize, b: usize, see: &mut impl FnMut(&Attribute, &Attribute)) {
        let (mut here, mut there) = (self.attributes(a), self.attributes(b));
        while let ([x, ..], [y, ..]) = (here, there) {
            match x.field().cmp(&y.field()) {
                Ordering::Less => here = &here[1..],
                Ordering::Greater => there = &there[1..],
                Ordering::Equal => {
                    if self.is_compared(x) && self.is_compared(y) {
                        see(x, y);
                    }
                    (here, there) = (&here[1..], &there[1..]);
                }
            }
        }
    }

    fn attributes(&self, record: usize) -> &[Attribute] {
        self.estate.attributes(&self.estate.profiles[record])
    }

    fn is_compared(&self, attribute: &Attribute) -> bool {
        let field = &self.estate.fields[attribute.field() as usize];
        attribute.is_alone() && !field.is_keyed && matches!(field.role, Role::Value | Role::Key)
    }

    fn value(&self, x: &Attribute, y: &Attribute, tell: &mut impl FnMut(Bit)) {
        let odds = self.odds.of(x.field());
        let (technique, weight) = match x.value == y.value {
            true => (Technique::SameValue, self.rarity(x) + odds.same),
            false => odds.weigh_other(self.near(x, y)),
        };
        if weight != 0.0 {
            self.tell_value(technique, (x, y), weight, tell);
        }
    }

    fn tell_value(
        &self,
        technique: Technique,
        (x, y): (&Attribute, &Attribute),
        weight: f64,
        tell: &mut impl FnMut(Bit),
    ) {
        let (field, other) = (Source::Field(x.field()), Source::Field(y.field()));
        let value = Value::Text { text: x.value, is_rare: x.count <= RARE };
        tell(Bit { technique, field, other, value, weight });
    }

    /// How rare a value is, in bits.
    fn rarity(&self, attribute: &Attribute) -> f64 {
        (self.size - f64::from(attribute.count).log2()).clamp(0.0, self.bits)
    }

    /// How rare it is that two values are as near as these, in bits, if they are near.
    fn near(&self, x: &Attribute, y: &Attribute) -> Option<f64> {
        if !x.look.may_differ_by_one(y.look) {
            return None;
        }
        let text = |value: u32| self.estate.texts.text(value).as_bytes();
        match slip(text(x.value), text(y.value))? {
            Slip::Letter => Some(self.bits - NEAR),
            // As if the numbers of the field lay as close to each other as they can.
            Slip::Digit => {
                let digits = text(x.value).iter().filter(|letter| letter.is_ascii_digit()).count();
                Some(self.odds.of(x.field()).spread - (9.0 * digits as f64).log2())
            }
        }
    }

    /// Values that few have, and that one record has in another field than the other.
    fn swapped(&self, a: usize, b: usize, tell: &mut impl FnMut(Bit)) {
        let (here, there) = (self.attributes(a), self.attributes(b));
        let is_rare = |x: &&Attribute| x.count <= RARE && self.is_compared(x);
        let has = |record: &[Attribute], field: u32, value: u32| {
            record.iter().any(|other| (other.field(), other.value) == (field, value))
        };
        for x in here.iter().filter(is_rare) {
            let is_elsewhere = |y: &&Attribute| y.value == x.value && y.field() != x.field() && is_rare(y);
            let found = there.iter().find(is_elsewhere);
            // Whoever has it in both fields did not swap it.
            let is_swapped = |y: &&Attribute| !has(there, x.field(), x.value) && !has(here, y.field(), x.value);
            let weight = self.rarity(x) - SWAPPED;
            if let Some(y) = found.filter(is_swapped).filter(|_| weight > 0.0) {
                self.tell_value(Technique::Swapped, (x, y), weight, tell);
            }
        }
    }
}
