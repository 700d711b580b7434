//! Estates made by rule, with the truth: each draws its conventions at random from a seed, so that no two write their names in the same way. Nothing depends on the
//! order of a hash, and a seed gives the same records on every machine.

mod parts;
mod products;

use std::io::{BufWriter, Write};
use std::path::Path;
use std::str::FromStr;

use serde_json::{Map, Value};
use twin_core::base::{Error, Result};

use crate::command::{misused, unusable};
use crate::resolve::Line;
use crate::synthetic::Random;

/// What sort of organisation an estate is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// Several parts that use one name for different things, and systems that each write names in their own way.
    Parts,
    /// Products of several components, a namespace for each component or environment, and a prefix on some of the names.
    Products,
}

impl FromStr for Sort {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "parts" => Ok(Sort::Parts),
            "products" => Ok(Sort::Products),
            other => Err(misused(format!("there are no estates of the sort {other}: there are parts and products"))),
        }
    }
}

/// A record with the thing that it is of.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// What an engine may read.
    pub line: Line,
    /// The truth.
    pub thing: String,
}

/// An estate of a sort: the same for the same seed. The number of a record says nothing.
pub fn estate(sort: Sort, seed: u32) -> Vec<Made> {
    let mut random = Random::new(u64::from(seed));
    let (name, Records(mut made)) = match sort {
        Sort::Parts => (format!("parts-{seed}"), parts::records(&mut random)),
        Sort::Products => (format!("products-{seed}"), products::records(&mut random)),
    };
    let order = random.order(made.len());
    for (made, number) in made.iter_mut().zip(order) {
        made.line.estate.clone_from(&name);
        made.line.record_id = format!("{name}#{number:04}");
    }
    made.sort_by(|a, b| a.line.record_id.cmp(&b.line.record_id));
    made
}

/// Writes `records.jsonl` and `labels.jsonl` of so many estates, from a seed on; how many records.
///
/// # Errors
/// `Io` where nothing can be written.
pub fn write(sort: Sort, seed: u32, count: u32, folder: &Path) -> Result<usize> {
    std::fs::create_dir_all(folder).map_err(|error| unusable(folder, error))?;
    let create = |name: &str| -> Result<_> {
        let path = folder.join(name);
        let file = std::fs::File::create(&path).map_err(|error| unusable(&path, error))?;
        Ok((path, BufWriter::new(file)))
    };
    let (mut records, mut labels) = (create("records.jsonl")?, create("labels.jsonl")?);
    let mut written = 0;
    for Made { line, thing } in (seed..seed + count).flat_map(|seed| estate(sort, seed)) {
        let label = serde_json::json!({"estate": line.estate, "record_id": line.record_id, "entity_id": thing, "family_id": thing, "evidence": "made so"});
        for ((path, file), text) in [(&mut records, serde_json::json!(line)), (&mut labels, label)] {
            writeln!(file, "{text}").map_err(|error| unusable(path, error))?;
        }
        written += 1;
    }
    for (path, mut file) in [records, labels] {
        file.flush().map_err(|error| unusable(&path, error))?;
    }
    Ok(written)
}

/// The records of an estate as they come to be.
#[derive(Debug, Default)]
struct Records(Vec<Made>);

impl Records {
    /// Adds a record of a thing; `attributes` is an object.
    fn say(&mut self, thing: &str, system: &str, kind: &str, name: &str, attributes: Value) {
        let attributes = if let Value::Object(attributes) = attributes { attributes } else { Map::new() };
        let (system, kind, name) = (system.to_owned(), kind.to_owned(), name.to_owned());
        let line = Line { estate: String::new(), record_id: String::new(), system, kind, name, attributes };
        self.0.push(Made { line, thing: thing.to_owned() });
    }
}

/// How a system writes names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Kebab,
    Snake,
    Camel,
    Pascal,
    Dotted,
    Compact,
    Title,
}

impl Style {
    fn write(self, words: &[&str]) -> String {
        let capital: Vec<String> = words.iter().map(|word| capitalised(word)).collect();
        match self {
            Style::Kebab => words.join("-"),
            Style::Snake => words.join("_"),
            Style::Camel => words[..1].concat() + &capital[1..].concat(),
            Style::Pascal => capital.concat(),
            Style::Dotted => capital.join("."),
            Style::Compact => words.concat(),
            Style::Title => capital.join(" "),
        }
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// A word as somebody in a hurry writes it: two letters swapped, or one left out.
fn mistyped(word: &str, random: &mut Random) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = 1 + random.below(letters.len().saturating_sub(2) as u32) as usize;
    match random.chance(50) && at + 1 < letters.len() {
        true => letters.swap(at, at + 1),
        false => _ = letters.remove(at.min(letters.len() - 1)),
    }
    letters.into_iter().collect()
}
