//! How rows are written as bytes. Changing anything here changes the store's format.

use crate::history::row::{Assertion, Reading, Row, Telling, Withdrawal};
use crate::identity::{EntityId, HumanDecision};
use crate::observe::Listing;
use crate::observe::pack::{Packed, Packer, Unpacker, packed};

packed!(struct Listing { scope, evidence, valid_from });
packed!(struct Assertion { fact, listing, valid_to });
packed!(struct Withdrawal { fact, scope, valid_to });
packed!(struct Telling { record, scope, at });
packed!(struct Reading { scope, observed_at, outcome, capabilities, members, cursor, diagnostics });
packed!(enum HumanDecision {
    0 => Pin { a, b }, 1 => Split { a, b }, 2 => Unpin { a, b }, 3 => Name { record, name }
});
packed!(enum Row {
    0 => Asserted(assertion), 1 => Withdrawn(withdrawal), 2 => Read(reading), 3 => Assigned { record, entity },
    4 => Redirected { from, to }, 5 => Decided(decision), 6 => Told(telling)
});

impl Packed for EntityId {
    fn pack<'a>(&'a self, to: &mut Packer<'a>) {
        to.text(self.as_str());
    }

    fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        from.text().map(EntityId::new)
    }
}

/// Rows as bytes. O(rows).
pub(super) fn rows(rows: &[Row]) -> Vec<u8> {
    let mut packer = Packer::sharing();
    rows.iter().for_each(|row| row.pack(&mut packer));
    packer.into_bytes()
}

/// As many rows as there must be; `None` if the bytes are not just these.
pub(super) fn unpack_rows(bytes: &[u8], count: u32) -> Option<Vec<Row>> {
    let mut unpacker = Unpacker::new(bytes);
    let rows: Option<Vec<Row>> = (0..count).map(|_| Row::unpack(&mut unpacker)).collect();
    rows.filter(|_| unpacker.is_at_end())
}
