//! The header of a bill: where each column stands.

use csv::ByteRecord;

/// A column of FOCUS that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    BilledCost,
    EffectiveCost,
    BillingCurrency,
    BillingAccountId,
    ChargePeriodStart,
    ChargePeriodEnd,
    ChargeCategory,
    ServiceName,
    RegionId,
    ResourceId,
    SubAccountId,
    Tags,
}

use Column::*;

const COLUMNS: [(Column, &str); 12] = [
    (BilledCost, "BilledCost"),
    (EffectiveCost, "EffectiveCost"),
    (BillingCurrency, "BillingCurrency"),
    (BillingAccountId, "BillingAccountId"),
    (ChargePeriodStart, "ChargePeriodStart"),
    (ChargePeriodEnd, "ChargePeriodEnd"),
    (ChargeCategory, "ChargeCategory"),
    (ServiceName, "ServiceName"),
    (RegionId, "RegionId"),
    (ResourceId, "ResourceId"),
    (SubAccountId, "SubAccountId"),
    (Tags, "Tags"),
];

impl Column {
    /// The column's name in FOCUS.
    pub fn name(self) -> &'static str {
        COLUMNS.iter().find(|(column, _)| *column == self).map_or("", |(_, name)| name)
    }
}

/// Where the columns stand.
#[derive(Clone, Debug)]
pub(super) struct Header {
    positions: Vec<(Column, usize)>,
    /// How many columns there are, read or not.
    pub width: usize,
}

impl Header {
    /// Finds the columns by their names, in any case. Of a repeated name the first column counts.
    pub fn of(cells: &ByteRecord) -> Self {
        let position =
            |name: &str| cells.iter().position(|cell| cell.trim_ascii().eq_ignore_ascii_case(name.as_bytes()));
        let positions = COLUMNS.iter().filter_map(|(column, name)| Some((*column, position(name)?))).collect();
        Header { positions, width: cells.len() }
    }

    /// Whether the columns are those of a bill.
    pub fn is_a_bill(&self) -> bool {
        let has = |column| self.position(column).is_some();
        (has(BilledCost) || has(EffectiveCost)) && (has(ChargePeriodStart) || has(BillingCurrency))
    }

    /// Where a column stands.
    pub fn position(&self, column: Column) -> Option<usize> {
        self.positions.iter().find(|(known, _)| *known == column).map(|(_, position)| *position)
    }
}
