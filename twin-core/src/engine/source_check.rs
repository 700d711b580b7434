//! Holds a source against what every source must keep to, whoever wrote it: in which language does not matter here.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::base::{Context, Error, ErrorKind, Result, Timestamp};
use crate::engine::{At, Twin};
use crate::observe::{Batch, Capability, Mode, Outcome, Page, Source, SourceId, Statement};
use crate::schema::Schema;

/// One thing that a source must keep to, and whether it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct SourceCheck {
    /// What: `full`, `capability`, `again`, `cursor`, `failure`, `partial`, `cancel`.
    pub name: &'static str,
    /// Whether it does.
    pub passed: bool,
    /// What was seen, for people.
    pub why: String,
}

/// Whoever makes a source that has read nothing yet.
pub type MakeSource<'a> = dyn FnMut() -> Result<Box<dyn Source + 'a>> + 'a;

type Verdict = std::result::Result<String, String>;

/// Reads the source several times, whole, cut and failing, each time into a twin of its own that forgets.
///
/// # Errors
/// Whatever keeps a source from being made.
pub fn check_source(make: &mut MakeSource<'_>, schema: &Schema, now: Timestamp) -> Result<Vec<SourceCheck>> {
    let mut check = Check { make, schema, context: Context::new(now), name: SourceId("checked".to_owned()) };
    let (twin, whole, read) = check.whole()?;
    let mut checks = vec![told("full", full(&whole, &read))];
    if whole.is_err() {
        return Ok(checks);
    }
    checks.push(told("capability", keeps_to_capability(&read)));
    let picture = picture(&twin, now);
    checks.push(told("again", check.again(&twin, &picture)?));
    checks.push(told("cursor", check.cut(&picture, read.pages.len())?));
    checks.push(told("failure", check.failing(&twin, &picture)?));
    checks.push(told("partial", check.partial(&twin, &picture)?));
    checks.push(told("cancel", check.cancelled()?));
    Ok(checks)
}

fn told(name: &'static str, verdict: Verdict) -> SourceCheck {
    let passed = verdict.is_ok();
    SourceCheck { name, passed, why: verdict.unwrap_or_else(|why| why) }
}

struct Check<'a, 'b> {
    make: &'b mut MakeSource<'a>,
    schema: &'b Schema,
    context: Context,
    name: SourceId,
}

/// The pages of a reading, as they came.
#[derive(Default)]
struct Read {
    pages: Vec<Page>,
    capability: Option<Capability>,
}

impl Check<'_, '_> {
    fn sync(&self, twin: &Twin, source: &mut dyn Source) -> Result<u64> {
        let receipt = twin.sync(&self.name, source, &self.context)?;
        Ok(receipt.applied + receipt.duplicate + receipt.late + receipt.rejected)
    }

    fn whole(&mut self) -> Result<(Twin, Result<u64>, Read)> {
        let twin = Twin::with_schema(self.schema.clone());
        let mut source = Watched { inner: (self.make)()?, read: Read::default(), fails_at: None, cut: false };
        let counted = self.sync(&twin, &mut source);
        source.read.capability = Some(source.inner.capability());
        Ok((twin, counted, source.read))
    }

    fn again(&mut self, twin: &Twin, before: &BTreeSet<String>) -> Result<Verdict> {
        let revision = twin.revision();
        let mut source = (self.make)()?;
        let receipt = match twin.sync(&self.name, source.as_mut(), &self.context) {
            Ok(receipt) => receipt,
            Err(error) => return Ok(Err(format!("a second pass fails: {error}"))),
        };
        Ok(match (receipt.applied, twin.revision() == revision) {
            (0, true) => same(before, &picture(twin, self.context.now), "a second pass says nothing new"),
            (applied, _) => Err(format!("a second pass says {applied} new things although nothing changed")),
        })
    }

    fn cut(&mut self, whole: &BTreeSet<String>, pages: usize) -> Result<Verdict> {
        if pages < 2 {
            return Ok(Ok("there is only one page, so nothing to go on from".to_owned()));
        }
        let twin = Twin::with_schema(self.schema.clone());
        let mut stopped = Watched { inner: (self.make)()?, read: Read::default(), fails_at: Some(1), cut: false };
        let first = self.sync(&twin, &mut stopped);
        let mut source = (self.make)()?;
        let rest = self.sync(&twin, source.as_mut());
        Ok(match (first, rest) {
            (Err(_), Ok(_)) => same(whole, &picture(&twin, self.context.now), "a pass that was cut is gone on with"),
            (_, Err(error)) => Err(format!("going on from the cursor fails: {error}")),
            (Ok(_), _) => Err("the pass could not be cut".to_owned()),
        })
    }

    fn failing(&mut self, twin: &Twin, before: &BTreeSet<String>) -> Result<Verdict> {
        let mut source = Watched { inner: (self.make)()?, read: Read::default(), fails_at: Some(0), cut: false };
        Ok(match self.sync(twin, &mut source) {
            Ok(_) => Err("the source did not fail".to_owned()),
            Err(_) => same(before, &picture(twin, self.context.now), "a pass that fails takes nothing away"),
        })
    }

    fn partial(&mut self, twin: &Twin, before: &BTreeSet<String>) -> Result<Verdict> {
        let mut source = Watched { inner: (self.make)()?, read: Read::default(), fails_at: None, cut: true };
        Ok(match self.sync(twin, &mut source) {
            Err(error) => Err(format!("a partial pass fails: {error}")),
            Ok(_) => same(before, &picture(twin, self.context.now), "a partial pass takes nothing away"),
        })
    }

    fn cancelled(&mut self) -> Result<Verdict> {
        let twin = Twin::with_schema(self.schema.clone());
        let context = Context::new(self.context.now);
        context.cancel.cancel();
        let mut source = (self.make)()?;
        let stopped = twin.sync(&self.name, source.as_mut(), &context);
        Ok(match stopped {
            Err(error) if error.kind() == ErrorKind::Cancelled && twin.revision() == 0 => {
                Ok("a pass that is cancelled changes nothing".to_owned())
            }
            _ => Err("a pass that is cancelled goes on".to_owned()),
        })
    }
}

fn full(counted: &Result<u64>, read: &Read) -> Verdict {
    let incoming: u64 = read.pages.iter().map(|page| page.batch.incoming()).sum();
    match counted {
        Err(error) => Err(format!("a whole pass fails: {error}")),
        Ok(counted) if *counted == incoming => Ok(format!("{} pages, {incoming} records", read.pages.len())),
        Ok(counted) => Err(format!("{incoming} records came in and {counted} were accounted for")),
    }
}

/// Whatever a source yields, it must have said that it can: answers are called complete by its word.
fn keeps_to_capability(read: &Read) -> Verdict {
    let Some(capability) = &read.capability else { return Err("there is no capability".to_owned()) };
    let batches = read.pages.iter().map(|page| &page.batch);
    let strange: BTreeSet<String> = batches.flat_map(|batch| unannounced(batch, capability)).collect();
    match strange.is_empty() {
        true => Ok("everything that was read was announced".to_owned()),
        false => Err(format!("not among what it reads: {}", strange.into_iter().collect::<Vec<_>>().join(", "))),
    }
}

fn unannounced(batch: &Batch, capability: &Capability) -> Vec<String> {
    let kinds = batch.records.iter().filter(|record| record.stands_for > 0).map(|record| &record.key.kind);
    let kinds = kinds.filter(|kind| !capability.kinds.contains(kind)).map(ToString::to_string);
    let said = batch.records.iter().flat_map(|record| &record.observations);
    let relations = said.filter_map(|observation| match &observation.statement {
        Statement::Related { relation, .. } if !capability.relations.contains(relation) => Some(relation.to_string()),
        _ => None,
    });
    kinds.chain(relations).collect()
}

/// Everything that is there, as text that does not depend on ids.
fn picture(twin: &Twin, now: Timestamp) -> BTreeSet<String> {
    let snapshot = twin.snapshot(At::now(now));
    let name = |node| format!("{} {}", snapshot.entity(node).kind, snapshot.entity(node).name);
    let entities = snapshot.nodes().map(name);
    let edges = snapshot.edges().map(|edge| format!("{} {} {}", name(edge.from), edge.edge.relation, name(edge.to)));
    entities.chain(edges).collect()
}

fn same(expected: &BTreeSet<String>, found: &BTreeSet<String>, good: &str) -> Verdict {
    match expected.symmetric_difference(found).next() {
        None => Ok(good.to_owned()),
        Some(first) if expected.contains(first) => Err(format!("lost: {first}")),
        Some(first) => Err(format!("not there before: {first}")),
    }
}

/// A source that is watched, and may be made to fail or to lose its records.
struct Watched<'a> {
    inner: Box<dyn Source + 'a>,
    read: Read,
    fails_at: Option<usize>,
    cut: bool,
}

impl Source for Watched<'_> {
    fn capability(&self) -> Capability {
        self.inner.capability()
    }

    fn read(&mut self, cursor: Option<&str>, context: &Context) -> Result<Page> {
        if self.fails_at == Some(self.read.pages.len()) {
            return Err(Error::new(ErrorKind::Io, "made to fail"));
        }
        let mut page = self.inner.read(cursor, context)?;
        if self.cut && page.batch.mode == Mode::Full {
            page.batch.records.clear();
            page.batch.outcome = Outcome::Partial("made to be partial".to_owned());
        }
        self.read.pages.push(page.clone());
        Ok(page)
    }
}
