//! One cost line: its cells, checked, and the record that they make.

use csv::ByteRecord;
use twin_core::base::{Digest, Money, Timestamp};
use twin_core::observe::{
    Evidence, Handle, Locator, Perspective, Record, RecordKey, SourceId, Space, Target, code, technique,
};
use twin_core::schema::{AttributeName, Value, attribute, kind, relation};

use super::header::{Column, Header};
use super::tags::{self, Meaning};

/// Why a line is rejected: a code of diagnostics and a message without anything of the line.
pub(super) type Flaw = (&'static str, String);

/// A value and the text that it was read from.
struct Cell<T> {
    value: T,
    raw: String,
}

/// What is kept of one line.
pub(super) struct Line {
    account: Option<String>,
    currency: String,
    billed: Option<Cell<Money>>,
    effective: Option<Cell<Money>>,
    start: Option<Cell<Option<Timestamp>>>,
    end: Option<Cell<Option<Timestamp>>>,
    texts: Vec<(AttributeName, String)>,
    resource: Option<String>,
    tags: Vec<(String, String, Meaning)>,
}

const TEXTS: [(Column, AttributeName); 5] = [
    (Column::ChargeCategory, attribute::CHARGE_CATEGORY),
    (Column::ServiceName, attribute::CHARGE_SERVICE),
    (Column::RegionId, attribute::CHARGE_REGION),
    (Column::ResourceId, attribute::RESOURCE_ID),
    (Column::SubAccountId, attribute::SUB_ACCOUNT),
];

/// Reads the cells of one line.
pub(super) fn read(header: &Header, cells: &ByteRecord) -> Result<Line, Flaw> {
    if cells.len() != header.width {
        let message = format!("{} cells under {} columns", cells.len(), header.width);
        return Err((code::SHAPE, message));
    }
    if cells.iter().any(|cell| std::str::from_utf8(cell).is_err()) {
        return Err((code::ENCODING, "not in UTF-8".to_owned()));
    }
    Cells { header, cells }.line()
}

/// The cells of a line under their columns.
struct Cells<'a> {
    header: &'a Header,
    cells: &'a ByteRecord,
}

impl<'a> Cells<'a> {
    fn line(&self) -> Result<Line, Flaw> {
        let no_currency = || (code::SHAPE, "no BillingCurrency: an amount without a currency means nothing".to_owned());
        let currency = self.text(Column::BillingCurrency).ok_or_else(no_currency)?;
        let billed = self.money(Column::BilledCost, currency)?;
        let effective = self.money(Column::EffectiveCost, currency)?;
        if billed.is_none() && effective.is_none() {
            return Err((code::SHAPE, "neither BilledCost nor EffectiveCost".to_owned()));
        }
        let owned = |column| self.text(column).map(str::to_owned);
        Ok(Line {
            account: owned(Column::BillingAccountId),
            currency: currency.to_owned(),
            billed,
            effective,
            start: self.moment(Column::ChargePeriodStart),
            end: self.moment(Column::ChargePeriodEnd),
            texts: TEXTS.iter().filter_map(|(column, name)| Some((name.clone(), owned(*column)?))).collect(),
            resource: owned(Column::ResourceId),
            tags: self.tags(),
        })
    }

    /// The text of a cell; nothing where it is empty or `NULL`.
    fn text(&self, column: Column) -> Option<&'a str> {
        let cell = self.cells.get(self.header.position(column)?)?;
        let text = std::str::from_utf8(cell).ok()?.trim();
        (!text.is_empty() && !text.eq_ignore_ascii_case("null")).then_some(text)
    }

    fn money(&self, column: Column, currency: &str) -> Result<Option<Cell<Money>>, Flaw> {
        let Some(raw) = self.text(column) else { return Ok(None) };
        match amount(raw).and_then(|amount| Money::parse(&amount, currency)) {
            Some(value) => Ok(Some(Cell { value, raw: raw.to_owned() })),
            None => Err((code::SHAPE, format!("{} is no number", column.name()))),
        }
    }

    fn moment(&self, column: Column) -> Option<Cell<Option<Timestamp>>> {
        self.text(column).map(|raw| Cell { value: Timestamp::parse(raw), raw: raw.to_owned() })
    }

    fn tags(&self) -> Vec<(String, String, Meaning)> {
        let pairs = self.text(Column::Tags).map(tags::pairs).unwrap_or_default();
        let known = pairs.into_iter().filter(|(_, value)| !value.is_empty() && !value.eq_ignore_ascii_case("null"));
        known.filter_map(|(key, value)| tags::meaning(&key).map(|meaning| (key, value, meaning))).collect()
    }
}

/// A number as spreadsheets write it, without the sign of its currency and with groups of three digits joined: `-$1,234.50`, `($5.00)`.
fn amount(text: &str) -> Option<String> {
    let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let (text, negative) = (inner.unwrap_or(text), inner.is_some());
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let digits = digits.trim_start_matches(['$', '€', '£', '¥']).trim();
    let (digits, sign) = digits.strip_prefix('-').map_or((digits, sign), |rest| (rest, "-"));
    let sign = if negative { "-" } else { sign };
    Some(format!("{sign}{}", joined(digits)?))
}

fn joined(digits: &str) -> Option<String> {
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let mut groups = whole.split(',');
    let first = groups.next().map_or(0, str::len);
    if whole.contains(',') && (first == 0 || first > 3 || groups.any(|group| group.len() != 3)) {
        return None;
    }
    let fraction = fraction.map(|rest| format!(".{rest}")).unwrap_or_default();
    Some(whole.replace(',', "") + &fraction)
}

impl Line {
    /// The digest of everything that is kept.
    pub fn digest(&self) -> Digest {
        let raw = |cell: &Option<Cell<Money>>| cell.as_ref().map(|cell| cell.value.amount.to_string());
        let time = |cell: &Option<Cell<Option<Timestamp>>>| cell.as_ref().map(|cell| cell.raw.clone());
        let tags: Vec<(&str, &str)> = self.tags.iter().map(|(key, value, _)| (key.as_str(), value.as_str())).collect();
        twin_core::base::digest_of(&(
            (&self.account, &self.currency, raw(&self.billed), raw(&self.effective)),
            (time(&self.start), time(&self.end), &self.texts, tags),
        ))
    }

    /// Whether there is a period that could not be read.
    pub fn has_unread_period(&self) -> bool {
        [&self.start, &self.end].into_iter().flatten().any(|cell| cell.value.is_none())
    }

    /// The places where the charge is booked, by its tags; they stand for no line.
    pub fn cost_centers(&self, place: Place<'_>, source: &SourceId) -> Vec<Record> {
        let named = self.tags.iter().filter(|(_, _, meaning)| *meaning == Meaning::CostCenter);
        let center = |(key, value, _): &(String, String, Meaning)| {
            let evidence = place.evidence(value, key, technique::TAG);
            let center = RecordKey::new(source, kind::COST_CENTER, value.as_str());
            Record { stands_for: 0, ..Record::new(center, value.as_str(), Perspective::Billed, evidence) }
        };
        named.map(center).collect()
    }

    /// The record, called `name`, of the line at `place`.
    pub fn record(&self, name: String, place: Place<'_>, source: &SourceId) -> Record {
        let at = |raw: &str, field: &str, how| place.evidence(raw, field, how);
        let key = RecordKey::new(source, kind::CHARGE, name);
        let key = match &self.account {
            Some(account) => key.in_cluster(account.as_str()),
            None => key,
        };
        let said = |raw: &str, field: &str| at(raw, field, technique::DECLARED);
        let (title, exists) = (self.title(), said(&self.currency, Column::BillingCurrency.name()));
        let mut record = Record::new(key, title, Perspective::Billed, exists);
        self.say_amounts(&mut record, &said);
        self.say_period(&mut record, &said);
        for (name, text) in &self.texts {
            record.attribute(name.clone(), text.as_str(), said(text, name.as_str()));
        }
        if let Some(id) = &self.resource {
            let target = Target::Handle(Handle::global(Space::NativeId, id.as_str()));
            record.relate(relation::BILLS, target, at(id, "ResourceId", technique::EXPLICIT_REFERENCE));
        }
        self.say_tags(&mut record, source, &|raw, field| at(raw, field, technique::TAG));
        self.date(record)
    }

    fn title(&self) -> String {
        let text = |wanted: AttributeName| self.texts.iter().find(|(name, _)| *name == wanted).map(|(_, text)| text);
        let service = text(attribute::CHARGE_SERVICE).or_else(|| text(attribute::CHARGE_CATEGORY));
        service.map_or("charge", String::as_str).to_owned()
    }

    fn say_amounts(&self, record: &mut Record, at: &dyn Fn(&str, &str) -> Evidence) {
        for (name, cell) in [(attribute::BILLED_COST, &self.billed), (attribute::EFFECTIVE_COST, &self.effective)] {
            if let Some(cell) = cell {
                let evidence = at(&cell.raw, name.as_str());
                record.attribute(name, Value::Money(cell.value.clone()), evidence);
            }
        }
    }

    fn say_period(&self, record: &mut Record, at: &dyn Fn(&str, &str) -> Evidence) {
        let ends = [
            (attribute::WINDOW_START, Column::ChargePeriodStart, &self.start),
            (attribute::WINDOW_END, Column::ChargePeriodEnd, &self.end),
        ];
        for (name, column, cell) in ends {
            if let Some((value, raw)) = cell.as_ref().and_then(|cell| Some((cell.value?, &cell.raw))) {
                record.attribute(name, Value::Timestamp(value), at(raw, column.name()));
            }
        }
    }

    fn say_tags(&self, record: &mut Record, source: &SourceId, at: &dyn Fn(&str, &str) -> Evidence) {
        let Some((_, value, _)) = self.tags.first() else { return };
        let texts = self.tags.iter().map(|(key, value, _)| format!("{key}={value}")).collect();
        record.attribute(attribute::TAGS, Value::Texts(texts), at(value, "Tags"));
        for (key, value, meaning) in &self.tags {
            let evidence = at(value, key);
            let component = || Target::Handle(Handle::global(Space::ComponentName, value.as_str()));
            match meaning {
                Meaning::Component => record.relate(relation::BILLS, component(), evidence),
                Meaning::CostCenter => {
                    let center = RecordKey::new(source, kind::COST_CENTER, value.as_str());
                    record.relate(relation::CHARGED_TO, Target::Record(center), evidence);
                }
                Meaning::Other => {}
            }
        }
    }

    /// A charge holds from the start of its period, and for ever: what was charged stays charged.
    fn date(&self, mut record: Record) -> Record {
        let start = self.start.as_ref().and_then(|cell| cell.value);
        for observation in &mut record.observations {
            observation.valid_from = start;
        }
        record
    }
}

/// The line on which a record begins.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// The file.
    pub path: &'a str,
    /// The line's number, first is 1.
    pub number: usize,
    /// The line's text, as it is written: a record may go on behind its end.
    pub text: &'a [u8],
}

impl Place<'_> {
    /// Evidence with the text `raw`, as far as it stands on this line.
    fn evidence(&self, raw: &str, field: &str, technique: &'static str) -> Evidence {
        let written = std::str::from_utf8(self.text).is_ok_and(|text| text.contains(raw));
        let raw = if written { raw } else { "" };
        Evidence::at(Locator::line(self.path, self.number), raw, technique).in_field(field)
    }
}
