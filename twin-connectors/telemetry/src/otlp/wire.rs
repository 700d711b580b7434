//! Protobuf's wire format, as far as it takes to split a payload into parts that fail by themselves, and to tell signals apart.

/// One field's value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Wire<'a> {
    Varint(u64),
    Fixed64,
    Bytes(&'a [u8]),
    Fixed32,
}

/// What an OTLP payload is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    Traces,
    Logs,
    Metrics,
}

/// The fields of a message; the last item is an error if the message is cut or is none.
pub(super) struct Fields<'a>(&'a [u8]);

/// Reads the fields of `message`.
pub(super) fn fields(message: &[u8]) -> Fields<'_> {
    Fields(message)
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Wire<'a>), ()>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let read = field(self.0);
        self.0 = read.map_or(&[], |(_, _, rest)| rest);
        Some(read.map(|(number, wire, _)| (number, wire)).ok_or(()))
    }
}

fn field(bytes: &[u8]) -> Option<(u64, Wire<'_>, &[u8])> {
    let (tag, rest) = varint(bytes)?;
    let (wire, rest) = match tag & 7 {
        0 => varint(rest).map(|(value, rest)| (Wire::Varint(value), rest))?,
        1 => (Wire::Fixed64, rest.get(8..)?),
        2 => delimited(rest).map(|(value, rest)| (Wire::Bytes(value), rest))?,
        5 => (Wire::Fixed32, rest.get(4..)?),
        _ => return None,
    };
    (tag >> 3 != 0).then_some((tag >> 3, wire, rest))
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0_u64;
    for (place, byte) in bytes.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f).checked_shl(7 * place as u32)?;
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(place + 1..)?));
        }
    }
    None
}

/// A length and that many bytes, and the rest.
pub(super) fn delimited(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = varint(bytes)?;
    rest.split_at_checked(usize::try_from(length).ok()?)
}

/// Whether the whole of `bytes` is one message whose only content is what an OTLP export has at its top: field 1, repeated.
pub(super) fn is_export(bytes: &[u8]) -> bool {
    !bytes.is_empty() && fields(bytes).all(|field| matches!(field, Ok((1, Wire::Bytes(part))) if is_part(part)))
}

/// Whether the beginning of a payload could be the beginning of an OTLP export.
pub(super) fn begins_export(head: &[u8]) -> bool {
    let complete: Vec<&[u8]> = fields(head).map_while(Result::ok).filter_map(|(_, wire)| bytes_of(wire)).collect();
    match complete.first() {
        Some(part) => is_part(part) && signal(part).is_some(),
        None => {
            head.first() == Some(&0x0a)
                && varint(head.get(1..).unwrap_or_default()).is_some_and(|(_, rest)| begins_part(rest))
        }
    }
}

/// A part that goes on beyond the head: it begins with a resource whose first attribute is a key and a value.
fn begins_part(rest: &[u8]) -> bool {
    let resource = fields(rest).next().and_then(Result::ok).and_then(|(number, wire)| (number == 1).then_some(wire));
    let attribute = resource.and_then(bytes_of).and_then(|resource| first_bytes(resource, 1));
    attribute.and_then(|attribute| first_bytes(attribute, 1)).is_some_and(|key| std::str::from_utf8(key).is_ok())
}

/// Resource, scopes, schema URL: fields 1 to 3, all of them bytes; 1000 was used by an old version.
fn is_part(part: &[u8]) -> bool {
    fields(part).all(|field| matches!(field, Ok((1..=3 | 1000, Wire::Bytes(_)))))
}

fn bytes_of(wire: Wire<'_>) -> Option<&[u8]> {
    match wire {
        Wire::Bytes(bytes) => Some(bytes),
        _ => None,
    }
}

fn first_bytes(message: &[u8], wanted: u64) -> Option<&[u8]> {
    fields(message).map_while(Result::ok).filter(|(number, _)| *number == wanted).find_map(|(_, wire)| bytes_of(wire))
}

/// What a part (a `ResourceSpans`, `ResourceLogs`, `ResourceMetrics`) is about, by its first item; `None` if it has none.
pub(super) fn signal(part: &[u8]) -> Option<Signal> {
    let item = fields(part)
        .map_while(Result::ok)
        .filter(|(number, _)| *number == 2)
        .filter_map(|(_, wire)| bytes_of(wire))
        .find_map(|scope| first_bytes(scope, 2))?;
    fields(item)
        .map_while(Result::ok)
        .find_map(|(number, wire)| match (number, wire) {
            (1 | 11, Wire::Fixed64) | (2, Wire::Varint(_)) => Some(Signal::Logs),
            (7 | 8, Wire::Fixed64) | (6, Wire::Varint(_)) => Some(Signal::Traces),
            (7, Wire::Bytes(_)) => Some(Signal::Metrics),
            _ => None,
        })
        .or_else(|| Some(by_identity(item)))
}

/// A span begins with an id of 16 bytes and one of 8; a metric with its name.
fn by_identity(item: &[u8]) -> Signal {
    let lengths = [1, 2].map(|number| first_bytes(item, number).map(<[u8]>::len));
    if lengths == [Some(16), Some(8)] { Signal::Traces } else { Signal::Metrics }
}
