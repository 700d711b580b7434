//! From the bytes of the two files to columns. Every engine that runs in this process reads its edges with it, and it is timed with each.

use twin_core::base::{Error, Result};

use crate::command::misused;
use crate::graph::data::{Columns, Nodes};

/// Reads `nodes.csv`.
///
/// # Errors
/// `Invalid`, with the line, if a row is not `id,kind,name,cost_cents` with whole numbers, or its id stands there twice.
pub fn nodes(bytes: &[u8]) -> Result<Nodes> {
    let mut nodes = Nodes::default();
    let mut kinds = Names::default();
    for row in records(bytes, "nodes.csv", &["id", "kind", "name", "cost_cents"])? {
        let (line, fields) = row?;
        let kind = kinds.place(fields[1].as_bytes())?;
        let id = number(fields[0].as_bytes()).ok_or_else(|| no_number("nodes.csv", line, &fields[0]))?;
        let cost = fields[3].parse().map_err(|_| no_number("nodes.csv", line, &fields[3]))?;
        if !nodes.push(id, kind, fields[2].clone(), cost) {
            return Err(misused(format!("nodes.csv:{line}: the id {id} stands there twice; give each node its own")));
        }
    }
    nodes.kind_names = kinds.0;
    Ok(nodes)
}

/// Reads `edges.csv`. O(bytes); where nothing is quoted, without copying a field.
///
/// # Errors
/// `Invalid`, with the line, if a row is not `from,to,kind`, or names a node that is not there.
pub fn edges(bytes: &[u8], nodes: &Nodes) -> Result<Columns> {
    let plain = !bytes.contains(&b'"');
    if plain { plain_edges(bytes, nodes) } else { quoted_edges(bytes, nodes) }
}

fn plain_edges(bytes: &[u8], nodes: &Nodes) -> Result<Columns> {
    let mut lines = bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    check_header(lines.next().unwrap_or_default() == b"from,to,kind", "edges.csv", "from,to,kind")?;
    let mut rows = Rows::with_room(bytes.len(), nodes);
    for (before, line) in lines.enumerate().filter(|(_, line)| !line.is_empty()) {
        let (from, rest) = leading(line);
        let (to, kind) = rest.strip_prefix(b",").map_or((None, rest), leading);
        let kind = kind.strip_prefix(b",").filter(|kind| !kind.contains(&b','));
        rows.push(before + 2, from.zip(to).zip(kind))?;
    }
    Ok(rows.finish())
}

fn quoted_edges(bytes: &[u8], nodes: &Nodes) -> Result<Columns> {
    let mut rows = Rows::with_room(bytes.len(), nodes);
    for row in records(bytes, "edges.csv", &["from", "to", "kind"])? {
        let (line, fields) = row?;
        let ends = number(fields[0].as_bytes()).zip(number(fields[1].as_bytes()));
        rows.push(line, ends.map(|ends| (ends, fields[2].as_bytes())))?;
    }
    Ok(rows.finish())
}

/// The columns as they grow.
struct Rows<'a> {
    nodes: &'a Nodes,
    columns: Columns,
    names: Names,
}

impl<'a> Rows<'a> {
    /// With room for as many rows as such a file usually has.
    fn with_room(bytes: usize, nodes: &'a Nodes) -> Self {
        let rows = bytes / 20;
        let (from, to, relations) = (Vec::with_capacity(rows), Vec::with_capacity(rows), Vec::with_capacity(rows));
        let columns = Columns { from, to, relations, relation_names: Vec::new() };
        Rows { nodes, columns, names: Names::default() }
    }

    fn push(&mut self, line: usize, row: Option<((u64, u64), &[u8])>) -> Result<()> {
        let Some(((from, to), kind)) = row else {
            return Err(misused(format!("edges.csv:{line}: a row is from,to,kind, of which the first two are ids")));
        };
        let place = |id: u64| self.nodes.place(id).ok_or_else(|| unknown_node(line, id));
        let (from, to) = (place(from)?, place(to)?);
        self.columns.from.push(from);
        self.columns.to.push(to);
        self.columns.relations.push(self.names.place(kind)?);
        Ok(())
    }

    fn finish(self) -> Columns {
        Columns { relation_names: self.names.0, ..self.columns }
    }
}

/// Names by their places, in the order in which they come. There are few.
#[derive(Default)]
struct Names(Vec<String>);

impl Names {
    fn place(&mut self, name: &[u8]) -> Result<u16> {
        let known = self.0.iter().position(|known| known.as_bytes() == name);
        let place = known.unwrap_or_else(|| {
            self.0.push(String::from_utf8_lossy(name).into_owned());
            self.0.len() - 1
        });
        u16::try_from(place).map_err(|_| misused("there are more than 65,536 kinds or relations"))
    }
}

/// The number at the beginning, and what follows it.
fn leading(line: &[u8]) -> (Option<u64>, &[u8]) {
    let digits = line.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(line.len());
    (number(&line[..digits]), &line[digits..])
}

fn number(digits: &[u8]) -> Option<u64> {
    let plain = !digits.is_empty() && digits.len() < 19 && digits.iter().all(u8::is_ascii_digit);
    plain.then(|| digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
}

type Row = Result<(usize, Vec<String>)>;

/// The rows of a file with quoted fields, with their lines.
fn records(bytes: &[u8], file: &'static str, header: &[&str]) -> Result<impl Iterator<Item = Row>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let found = reader.headers().map_err(|error| unreadable(file, &error))?;
    check_header(found.iter().eq(header.iter().copied()), file, &header.join(","))?;
    Ok(reader.into_records().collect::<Vec<_>>().into_iter().map(move |record| {
        let record = record.map_err(|error| unreadable(file, &error))?;
        let line = record.position().map_or(0, |position| position.line() as usize);
        Ok((line, record.iter().map(str::to_owned).collect()))
    }))
}

fn check_header(holds: bool, file: &str, wanted: &str) -> Result<()> {
    if holds { Ok(()) } else { Err(misused(format!("{file}:1: the first line of {file} is {wanted}"))) }
}

fn unreadable(file: &str, error: &csv::Error) -> Error {
    misused(format!("{file}: {error}"))
}

fn no_number(file: &str, line: usize, text: &str) -> Error {
    misused(format!("{file}:{line}: \"{text}\" is no whole number"))
}

fn unknown_node(line: usize, id: u64) -> Error {
    misused(format!("edges.csv:{line}: no node has the id {id}; add it to nodes.csv"))
}
