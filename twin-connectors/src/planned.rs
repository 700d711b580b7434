//! Scenarios from what is planned elsewhere: from a plan of Terraform, and from two versions of a folder.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use twin_connector_iac::terraform_plan::{PlanCounts, TerraformPlan};
use twin_core::base::{Context, Error, ErrorKind, Result, shortened};
use twin_core::graph::Snapshot;
use twin_core::observe::{Batch, Capability, Diagnostic, Outcome, Severity, SourceId};
use twin_core::schema::Kind;
use twin_core::simulate::{Change, ChangeDraft, LeftOut, Scenario, changes_between};
use twin_core::{At, Twin};

use crate::files::{Files, OnDisk};
use crate::name::source_name;
use crate::options::ScanOptions;
use crate::scan::{Scan, scan_files};

/// A scenario holds so many changes of what is planned elsewhere; each is held against all before it.
const MOST: usize = 2_000;
/// So many paths are told one by one.
const TOLD: usize = 5;

/// A scenario of what is planned elsewhere. What is planned and none of its changes, the scenario lists itself: see [`Scenario::left_out`].
#[derive(Clone, Debug)]
pub struct Planned {
    /// The scenario.
    pub scenario: Scenario,
    /// What could not be read, where.
    pub diagnostics: Vec<Diagnostic>,
    /// What became of how many resource changes, of a plan of Terraform.
    pub counts: Option<PlanCounts>,
}

/// The scenario of a plan as `terraform show -json` writes it, in a file of this machine.
///
/// # Errors
/// `Io` for a file that cannot be read, and those of [`scenario_of_plan`].
pub fn scenario_of_terraform_plan(
    base: &Snapshot,
    name: &str,
    path: impl AsRef<Path>,
    context: &Context,
) -> Result<Planned> {
    let path = path.as_ref();
    let unreadable = |error| Error::new(ErrorKind::Io, format!("{} cannot be read", path.display())).because(error);
    let mut bytes = Vec::new();
    let most = context.limits.payload_bytes.saturating_add(1);
    File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)).map_err(unreadable)?;
    scenario_of_plan(base, name, &path.to_string_lossy(), &bytes, context)
}

/// The scenario of the bytes of a plan of Terraform; `path` is only told.
///
/// # Errors
/// `Limit` for more than the limits of the context allow, `Invalid` for what is no plan, `Cancelled` and `Limit` as the context says.
pub fn scenario_of_plan(base: &Snapshot, name: &str, path: &str, bytes: &[u8], context: &Context) -> Result<Planned> {
    context.check()?;
    context.progress.report("read", 0, 1);
    let plan = TerraformPlan::read(path, bytes, &context.limits)?;
    context.progress.report("read", 1, 1);
    let told = plan.changes_on(base);
    let scenario = placed(base, name, told.changes, told.left_out, context)?;
    let scenario = told.assumptions.into_iter().fold(scenario, Scenario::assuming);
    Ok(Planned {
        scenario: noted(scenario, &told.diagnostics),
        diagnostics: told.diagnostics,
        counts: Some(told.counts),
    })
}

/// What could not be read is left out, and what is only worth knowing is taken for granted.
fn noted(scenario: Scenario, diagnostics: &[Diagnostic]) -> Scenario {
    let (rejected, warnings): (Vec<&Diagnostic>, Vec<&Diagnostic>) =
        diagnostics.iter().partition(|diagnostic| diagnostic.severity == Severity::Rejected);
    let left = |diagnostic: &Diagnostic| LeftOut {
        what: "a part that could not be read".to_owned(),
        why: diagnostic.message.clone(),
        locator: Some(diagnostic.locator.to_string()),
    };
    let scenario = scenario.leaving_out(rejected.into_iter().map(left));
    warnings.into_iter().fold(scenario, |scenario, warning| scenario.assuming(warning.message.clone()))
}

/// The scenario of what can be placed on a base.
fn placed(
    base: &Snapshot,
    name: &str,
    mut changes: Vec<ChangeDraft>,
    left_out: Vec<LeftOut>,
    context: &Context,
) -> Result<Scenario> {
    context.check()?;
    let beyond = changes.split_off(changes.len().min(MOST));
    let (scenario, unplaced) = Scenario::of_known(base, name, &changes);
    context.check()?;
    let unplaced = unplaced.iter().map(|left| left_out_of(&left.change, &left.why));
    let why = format!("a scenario holds {MOST} changes of what is planned elsewhere");
    let beyond = beyond.iter().map(|change| left_out_of(change, &why));
    Ok(scenario.leaving_out(left_out).leaving_out(unplaced).leaving_out(beyond))
}

/// A change in a few words, and why it is none of the scenario.
fn left_out_of(change: &ChangeDraft, why: &str) -> LeftOut {
    let entities = change.entities().into_iter().map(|name| shortened(name)).collect::<Vec<String>>().join(" → ");
    let subject = if let Change::Add { name, .. } = change { shortened(name) } else { entities };
    let what = format!("{} {subject}", change.name()).trim_end().to_owned();
    LeftOut { what, why: why.to_owned(), locator: None }
}

/// The scenario of what differs between two versions of a folder, such as two checkouts: manifests, Compose, infrastructure code, whatever a scan reads.
/// Histories are not read. What could not be read takes nothing away.
///
/// # Errors
/// As [`scan`](crate::scan()): `Invalid` for what is no folder, `Cancelled` and `Limit` as the context says.
pub fn scenario_of_folders(
    base: &Snapshot,
    name: &str,
    before: impl AsRef<Path>,
    after: impl AsRef<Path>,
    options: &ScanOptions,
) -> Result<Planned> {
    let (before, after) = (on_disk(before.as_ref())?, on_disk(after.as_ref())?);
    let source = options.name.clone().unwrap_or_else(|| source_name(&before.root));
    scenario_of_trees(base, name, &before, &after, &ScanOptions { name: Some(source), ..options.clone() })
}

fn on_disk(root: &Path) -> Result<OnDisk> {
    match root.is_dir() {
        true => Ok(OnDisk { root: root.to_owned() }),
        false => Err(Error::new(ErrorKind::Invalid, format!("{} is not a folder that can be scanned", root.display()))),
    }
}

/// The scenario of what differs between two trees of files, as [`scenario_of_folders`] has it.
///
/// # Errors
/// `Cancelled` and `Limit` as the context of the options says.
pub fn scenario_of_trees(
    base: &Snapshot,
    name: &str,
    before: &dyn Files,
    after: &dyn Files,
    options: &ScanOptions,
) -> Result<Planned> {
    let source = SourceId(options.name.clone().unwrap_or_else(|| "planned".to_owned()));
    let options = ScanOptions { commits: 0, ..options.clone() };
    let before = scan_files(before, &source, &options)?;
    let after = scan_files(after, &source, &options)?;
    let gaps = Gaps::of(&before, &after);
    let diagnostics = [&before, &after].into_iter().flat_map(|scan| &scan.batches);
    let diagnostics = diagnostics.flat_map(|batch| batch.diagnostics.clone()).collect::<BTreeSet<Diagnostic>>();
    let worlds = Worlds::of(base, before, after, &options.context)?;
    let (changes, left_out) = worlds.changes(&gaps);
    let scenario = placed(base, name, changes, left_out, &options.context)?;
    let scenario = gaps.assumption().into_iter().fold(scenario, Scenario::assuming);
    Ok(Planned { scenario, diagnostics: diagnostics.into_iter().collect(), counts: None })
}

/// What two versions of a folder make of a twin.
struct Worlds {
    before: Snapshot,
    /// The later version read after the earlier one: what could not be read is as it was.
    then: Snapshot,
    /// The later version by itself.
    alone: Snapshot,
}

impl Worlds {
    fn of(base: &Snapshot, before: Scan, after: Scan, context: &Context) -> Result<Worlds> {
        let first = Context { now: base.now(), ..context.clone() };
        let second = Context { now: base.now().after(Duration::from_secs(1)), ..context.clone() };
        let (twin, other) = (Twin::with_schema(base.schema().clone()), Twin::with_schema(base.schema().clone()));
        twin.apply_within(before.batches, &first)?;
        let before = twin.snapshot(At::now(first.now));
        other.apply_within(after.batches.clone(), &second)?;
        twin.apply_within(after.batches, &second)?;
        let (then, alone) = (twin.snapshot(At::now(second.now)), other.snapshot(At::now(second.now)));
        Ok(Worlds { before, then, alone })
    }

    /// What differs, and what only seems to.
    fn changes(&self, gaps: &Gaps) -> (Vec<ChangeDraft>, Vec<LeftOut>) {
        let (mut changes, mut left_out) = (Vec::new(), Vec::new());
        for change in changes_between(&self.before, &self.then) {
            match self.gap_behind(&change, gaps) {
                Some(path) => left_out.push(left_out_of(&change, &unread(&[path]))),
                None => changes.push(change),
            }
        }
        let seeming = changes_between(&self.before, &self.alone).into_iter().filter(takes_away);
        let paths: Vec<&str> = gaps.after.iter().map(|gap| gap.path.as_str()).collect();
        for change in seeming.filter(|change| !changes.contains(change)) {
            let left = left_out_of(&change, &unread(&paths));
            if !left_out.iter().any(|told| told.what == left.what) {
                left_out.push(left);
            }
        }
        (changes, left_out)
    }

    /// What could not be read of the later version and may hold what is said to be gone.
    fn gap_behind<'g>(&self, change: &ChangeDraft, gaps: &'g Gaps) -> Option<&'g str> {
        let name = change.entities().into_iter().next().filter(|_| takes_away(change))?;
        let kinds: Option<BTreeSet<&Kind>> = self.before.find(name).ok().map(|node| {
            let records = &self.before.entity(node).records;
            let nodes = self.before.instances(node);
            let of_instances = nodes.iter().flat_map(|node| &self.before.entity(*node).records);
            records.iter().chain(of_instances).map(|record| &record.kind).collect()
        });
        let may_hold = |gap: &&Gap| gap.is_new && kinds.as_ref().is_none_or(|kinds| gap.may_hold(kinds));
        gaps.after.iter().find(may_hold).map(|gap| gap.path.as_str())
    }
}

fn takes_away(change: &ChangeDraft) -> bool {
    matches!(change, Change::Remove { .. } | Change::RemoveDependency { .. })
}

fn unread(paths: &[&str]) -> String {
    let shown = |path: &&str| if path.is_empty() { "the folder itself".to_owned() } else { shortened(path) };
    let more = paths.len().saturating_sub(TOLD);
    let rest = (more > 0).then(|| format!("{more} more"));
    let told = paths.iter().take(TOLD).map(shown).chain(rest).collect::<Vec<String>>().join(", ");
    match told.is_empty() {
        true => "it may still be there: the later version was not read whole".to_owned(),
        false => format!("it may still be in what could not be read of the later version: {told}"),
    }
}

/// What could not be read of either version.
struct Gaps {
    before: Vec<Gap>,
    after: Vec<Gap>,
}

/// A file or folder that was not read to its end.
struct Gap {
    path: String,
    /// Whether it was read otherwise in the earlier version: then anything may have moved there.
    is_new: bool,
    capabilities: Vec<Capability>,
}

impl Gap {
    /// Whether there may be such records in it; in a folder there may be anything.
    fn may_hold(&self, kinds: &BTreeSet<&Kind>) -> bool {
        let mut all = self.capabilities.iter().flat_map(|capability| &capability.kinds);
        self.capabilities.is_empty() || kinds.is_empty() || all.any(|kind| kinds.contains(kind))
    }
}

impl Gaps {
    fn of(before: &Scan, after: &Scan) -> Gaps {
        let known: BTreeMap<&str, &Batch> =
            before.batches.iter().map(|batch| (batch.scope.path.as_str(), batch)).collect();
        let is_partial = |batch: &&Batch| matches!(batch.outcome, Outcome::Partial(_));
        let gaps = |scan: &Scan, is_new: &dyn Fn(&Batch) -> bool| -> Vec<Gap> {
            let gap = |batch: &Batch| Gap {
                path: batch.scope.path.clone(),
                is_new: is_new(batch),
                capabilities: batch.capabilities.clone(),
            };
            scan.batches.iter().filter(is_partial).map(gap).collect()
        };
        let is_new = |batch: &Batch| known.get(batch.scope.path.as_str()) != Some(&batch);
        Gaps { before: gaps(before, &|_| false), after: gaps(after, &is_new) }
    }

    /// What comes may have been there in what could not be read of the earlier version.
    fn assumption(&self) -> Option<String> {
        let count = self.before.len();
        let what =
            "files or folders of the earlier version could not be read to their end: what comes was in none of them";
        (count > 0).then(|| format!("{count} {what}"))
    }
}
