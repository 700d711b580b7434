//! The estate language: a few lines of text become batches.
//!
//! ```text
//! now 09:00                              # of 2026-01-01, or RFC 3339
//! source shop                            # until the next such line
//! sees Workload connectsTo               # what readings from here on can yield; everything by default
//! folder deploy: deploy/api deploy/db    # a listing; `folder deploy partial …: …`
//! file deploy/api [partial] [delta] [at 08:00]
//! Workload:shop/api [observed] [from 07:00] [to 08:00]
//!   known host:api@shop                  # a name it answers to
//!   joins shop                           # a network
//!   label app=api
//!   set replicas 2
//!   connectsTo host:db                   # any relation, also by its inverse name; `calls/optional Workload:b`
//!   builtFrom path:a@shop build.file=a/F # attributes of the relation
//! gone Workload:shop/old                 # of a delta
//! ```

use super::words;
use crate::base::Timestamp;
use crate::observe::{
    Batch, Capability, Evidence, Locator, Mode, Outcome, Perspective, Record, Scope, SourceId, Statement, technique,
};
use crate::schema::{AttributeName, Kind, Relation, Schema, Value, kind};

/// An estate: its batches, and the moment at which they are read.
#[derive(Clone, Debug)]
pub struct Estate {
    /// The host's clock.
    pub now: Timestamp,
    /// What was read, in the order of the text.
    pub batches: Vec<Batch>,
}

/// Reads the estate language.
///
/// # Errors
/// The first line that makes no sense, and why.
pub fn estate(text: &str) -> Result<Estate, String> {
    let mut reader = Reader::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.split(" #").next().unwrap_or_default().trim();
        if !line.is_empty() && !line.starts_with('#') {
            reader.line(line).map_err(|why| format!("line {}: {why}: {line}", number + 1))?;
        }
    }
    Ok(Estate { now: reader.now, batches: reader.batches })
}

struct Reader {
    schema: Schema,
    now: Timestamp,
    source: SourceId,
    capability: Capability,
    batches: Vec<Batch>,
    times: (Option<Timestamp>, Option<Timestamp>),
    /// Lines since the batch began, so that a file reads the same wherever it stands in the estate.
    line: usize,
}

impl Reader {
    fn new() -> Self {
        let schema = Schema::default();
        // No source tells predictions: the twin keeps them itself.
        let kinds = schema.kinds().map(|row| row.name.clone()).filter(|name| *name != kind::PREDICTION);
        let kinds: Vec<Kind> = kinds.collect();
        let relations: Vec<Relation> = schema.relations().map(|row| row.name.clone()).collect();
        Reader {
            capability: Capability::of_files("estate", &kinds, &relations),
            schema,
            now: words::time("09:00").unwrap_or(Timestamp::MIN),
            source: SourceId("estate".to_owned()),
            batches: Vec::new(),
            times: (None, None),
            line: 0,
        }
    }

    fn line(&mut self, line: &str) -> Result<(), String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        self.line += 1;
        match words[..] {
            ["now", time] => self.now = words::time(time)?,
            ["source", name] => self.source = SourceId(name.to_owned()),
            ["sees", ref names @ ..] => self.sees(names),
            ["folder", ..] => self.folder(line)?,
            ["file", path, ref options @ ..] => self.file(path, options)?,
            ["file"] => self.file("", &[])?,
            ["gone", record] => {
                let key = words::record(&self.source, record)?;
                self.batch()?.gone.push(key);
            }
            [key, ref options @ ..] if key.starts_with(char::is_uppercase) => self.record(line, key, options)?,
            [verb, ref rest @ ..] => self.say(line, verb, rest)?,
            [] => {}
        }
        Ok(())
    }

    fn sees(&mut self, names: &[&str]) {
        let of = |upper: bool| names.iter().filter(move |name| name.starts_with(char::is_uppercase) == upper);
        self.capability.kinds = of(true).map(|name| Kind::from((*name).to_owned())).collect();
        self.capability.relations = of(false).map(|name| Relation::from((*name).to_owned())).collect();
    }

    fn folder(&mut self, line: &str) -> Result<(), String> {
        let (head, members) = line.split_once(':').ok_or("a folder is `folder PATH: members`")?;
        let words: Vec<&str> = head.split_whitespace().skip(1).collect();
        let partial = words.iter().position(|word| *word == "partial");
        let path = words.first().filter(|word| **word != "partial" && **word != ".").copied().unwrap_or_default();
        let members = members.split_whitespace().map(str::to_owned).collect();
        let mut batch = Batch::listing(Scope::new(&self.source, path), members);
        if let Some(place) = partial {
            batch.outcome = Outcome::Partial(words[place + 1..].join(" "));
        }
        self.batches.push(batch);
        Ok(())
    }

    fn file(&mut self, path: &str, options: &[&str]) -> Result<(), String> {
        let mut batch = Batch::full(Scope::new(&self.source, path), self.capability.clone());
        let mut options = options.iter();
        while let Some(option) = options.next() {
            match *option {
                "partial" => batch.outcome = Outcome::Partial("cut".to_owned()),
                "delta" => batch.mode = Mode::Delta,
                "at" => batch.observed_at = Some(words::time(options.next().ok_or("at when?")?)?),
                "cursor" => batch.cursor = options.next().map(|cursor| (*cursor).to_owned()),
                other => return Err(format!("{other} is no option of a file")),
            }
        }
        self.batches.push(batch);
        self.line = 0;
        Ok(())
    }

    fn batch(&mut self) -> Result<&mut Batch, String> {
        self.batches.last_mut().ok_or_else(|| "stands in no file".to_owned())
    }

    fn record(&mut self, line: &str, key: &str, options: &[&str]) -> Result<(), String> {
        let (mut perspective, mut times) = (Perspective::Declared, (None, None));
        let mut options = options.iter();
        while let Some(option) = options.next() {
            let mut time = || words::time(options.next().ok_or("when?")?);
            match *option {
                "from" => times.0 = Some(time()?),
                "to" => times.1 = Some(time()?),
                "observed" => perspective = Perspective::Observed,
                "deployed" => perspective = Perspective::Deployed,
                other => return Err(format!("{other} is no option of a record")),
            }
        }
        let key = words::record(&self.source, key)?;
        let evidence = self.evidence(line)?;
        let name = key.name.clone();
        let mut record = Record::new(key, name, perspective, evidence);
        self.times = times;
        self.date(&mut record);
        self.batch()?.records.push(record);
        Ok(())
    }

    fn say(&mut self, line: &str, verb: &str, rest: &[&str]) -> Result<(), String> {
        let statement = self.statement(verb, rest)?;
        let evidence = self.evidence(line)?;
        let times = self.times;
        let record = self.batch()?.records.last_mut().ok_or("belongs to no record")?;
        record.say(statement, evidence);
        if let Some(last) = record.observations.last_mut() {
            (last.valid_from, last.valid_to) = times;
        }
        Ok(())
    }

    fn statement(&self, verb: &str, rest: &[&str]) -> Result<Statement, String> {
        let one = || rest.first().copied().ok_or_else(|| "says too little".to_owned());
        Ok(match verb {
            "called" => Statement::Exists { name: one()?.to_owned() },
            "known" => Statement::KnownAs(words::handle(one()?)?),
            "joins" => Statement::Joins { network: one()?.to_owned(), rank: 0 },
            "label" => {
                let (key, value) = one()?.split_once('=').ok_or("a label is key=value")?;
                Statement::Labelled { key: key.to_owned(), value: value.to_owned() }
            }
            "set" => {
                let [name, value @ ..] = rest else { return Err("an attribute is `set NAME VALUE`".to_owned()) };
                let value = words::value(&self.schema, name, &value.join(" "))?;
                Statement::Attribute { name: AttributeName::from((*name).to_owned()), value }
            }
            verb => self.relation(verb, one()?, &rest[1..])?,
        })
    }

    fn relation(&self, verb: &str, target: &str, more: &[&str]) -> Result<Statement, String> {
        let (relation, variant) = verb.split_once('/').map_or((verb, None), |(name, variant)| (name, Some(variant)));
        Ok(Statement::Related {
            relation: Relation::from(relation.to_owned()),
            variant: variant.map(str::to_owned),
            target: words::target(&self.source, target)?,
            attributes: more.iter().map(|word| self.attribute(word)).collect::<Result<_, _>>()?,
        })
    }

    fn attribute(&self, word: &str) -> Result<(AttributeName, Value), String> {
        let (name, value) = word.split_once('=').ok_or("an attribute of a relation is name=value")?;
        Ok((AttributeName::from(name.to_owned()), words::value(&self.schema, name, value)?))
    }

    fn evidence(&mut self, line: &str) -> Result<Evidence, String> {
        let number = self.line;
        let path = self.batch()?.scope.path.clone();
        Ok(Evidence::at(Locator::line(&path, number), line, technique::DECLARED))
    }

    fn date(&self, record: &mut Record) {
        for observation in &mut record.observations {
            (observation.valid_from, observation.valid_to) = self.times;
        }
    }
}
