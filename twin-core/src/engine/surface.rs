//! The surface that every host has: one table, from which the hosts' tests know what may not be missing.

use schemars::schema_for;
use serde::Serialize;
use serde_json::Value;

use crate::engine::Question;

/// One thing that a host can call or read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Member {
    /// On what: `module`, `Twin`, `Snapshot`, `Scenario`, `Answer` or `Resolution`.
    pub on: &'static str,
    /// Its name, in snake case; hosts spell it as is usual there.
    pub name: String,
    /// Whether it is read like a field instead of called.
    pub property: bool,
    /// What is given by position, in this order.
    pub positional: Vec<String>,
    /// What is given by name.
    pub options: Vec<String>,
    /// What it gives: a type of this table, of the answers, or a plain one.
    pub returns: String,
    /// Whether it may take long or give more than a thousand rows: hosts with an event loop make it a promise.
    pub long: bool,
    /// One sentence for people.
    pub doc: String,
}

/// Everything that every host has.
pub fn surface() -> Vec<Member> {
    let mut members: Vec<Member> = MEMBERS.iter().map(Written::member).collect();
    members.extend(questions());
    members.sort_by(|a, b| (a.on, &a.name).cmp(&(b.on, &b.name)));
    members
}

/// The questions as methods of a snapshot, from the one type that reads them.
fn questions() -> Vec<Member> {
    let schema = schema_for!(Question);
    let variants = schema.get("oneOf").and_then(Value::as_array);
    variants.into_iter().flatten().map(question).collect()
}

fn question(variant: &Value) -> Member {
    let properties = variant["properties"].as_object();
    let kind = variant["properties"]["kind"]["const"].as_str().unwrap_or_default();
    let is_required = |name: &str| {
        variant["required"].as_array().is_some_and(|names| names.iter().any(|required| required.as_str() == Some(name)))
    };
    let names = properties.into_iter().flat_map(serde_json::Map::keys);
    let options = names.filter(|name| !is_required(name)).cloned().collect();
    let required = variant["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let positional = required.filter(|name| *name != "kind").map(str::to_owned).collect();
    Member {
        on: "Snapshot",
        name: kind.to_owned(),
        property: false,
        positional,
        options,
        returns: "Answer".to_owned(),
        long: true,
        doc: variant["description"].as_str().unwrap_or_default().to_owned(),
    }
}

/// A row of the table below.
struct Written {
    on: &'static str,
    name: &'static str,
    property: bool,
    positional: &'static [&'static str],
    options: &'static [&'static str],
    returns: &'static str,
    long: bool,
    doc: &'static str,
}

impl Written {
    fn member(&self) -> Member {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Member {
            on: self.on,
            name: self.name.to_owned(),
            property: self.property,
            positional: names(self.positional),
            options: names(self.options),
            returns: self.returns.to_owned(),
            long: self.long,
            doc: self.doc.to_owned(),
        }
    }
}

macro_rules! members {
    ($($on:ident . $name:ident $([$($positional:ident),*] ($($option:ident),*))? -> $returns:literal $($long:ident)? : $doc:literal;)*) => {
        const MEMBERS: &[Written] = &[$(Written {
            on: stringify!($on),
            name: stringify!($name),
            property: members!(@property $([$($positional)*])?),
            positional: &[$($(stringify!($positional)),*)?],
            options: &[$($(stringify!($option)),*)?],
            returns: $returns,
            long: members!(@long $($long)?),
            doc: $doc,
        }),*];
    };
    (@property) => { true };
    (@property [$($any:tt)*]) => { false };
    (@long) => { false };
    (@long long) => { true };
}

members! {
    module.open[path](read_only) -> "Twin" long: "Opens the twin at a path, or makes one.";
    module.in_memory[]() -> "Twin": "A twin that forgets when it is closed.";
    module.live_handles[]() -> "int": "How many twins, snapshots, scenarios, answers and resolutions this process holds.";
    module.resolve[table](id, name, system, kind, threshold, pins, splits, progress, deadline) -> "Resolution" long: "Resolves a table of the host's own: which of its records are one thing.";
    module.solve[model]() -> "dict" long: "What comes of a model of plain numbers: a queue, a network of queues, retries, a cascade, an availability, a latency, a cache, savings.";
    module.trade_off[answers, objectives]() -> "Answer" long: "Ranks scenarios by objectives, each given as the answer to its comparison: which may be best, and what would turn a choice.";
    Twin.scan[path](name, skip, now, progress, deadline) -> "ScanReceipt" long: "Reads a folder: every file that any decoder recognises.";
    Twin.sync[source](name, now, progress, deadline) -> "Receipt" long: "Reads a source of the host's own to its end, from where it last stopped.";
    Twin.apply[pages](source, capability, now) -> "Receipt" long: "Takes pages of a source that the host has at hand.";
    Twin.plan_identity[pages](source, capability, now) -> "IdentityPlan" long: "What taking pages would do to identity: what is created, attached, merged and split. Nothing is written.";
    Twin.snapshot[](now, valid, known) -> "Snapshot": "An immutable view of what holds now, or at another time, or by what was known then.";
    Twin.pin[a, b](now) -> "list[Change]": "Decides that two records are of one entity.";
    Twin.split[a, b](now) -> "list[Change]": "Decides that two records are of two entities.";
    Twin.unpin[a, b](now) -> "list[Change]": "Takes back what was decided on two records.";
    Twin.rename[record, name](now) -> "list[Change]": "Decides what the entity of a record is called.";
    Twin.cursor[source]() -> "str | None": "Where a source goes on.";
    Twin.refresh[]() -> "int" long: "Shows what another process wrote since, and gives the revision.";
    Twin.history[entity]() -> "History" long: "What was said of an entity over time: since when, until when, by whom and why, and when it was not there.";
    Twin.changes_since[cursor](most) -> "ChangesSince" long: "A page of what changed since somebody last asked; without a cursor, of everything that there is.";
    Twin.verify[]() -> "Verified" long: "Reads and verifies everything that is in the store.";
    Twin.backup[path]() -> "None" long: "Writes what the store holds now into a new file, which opens as a twin of its own.";
    Twin.export_to[path]() -> "None" long: "Writes everything that the store holds into a new file, as lines of JSON.";
    Twin.import_from[path]() -> "list[Diagnostic]" long: "Takes what another twin has exported, and tells the lines that could not be taken.";
    Twin.retain[since]() -> "int" long: "Forgets what was known before a time and holds no longer then, and tells how many commits were put together.";
    Twin.redact[record]() -> "Redaction" long: "Takes a record's attributes, labels and names, and what stood in its sources, out of everything that was ever known.";
    Twin.check_source[make_source](now) -> "list[SourceCheck]" long: "Holds a source of the host's own against what every source must keep to.";
    Twin.keep[scenario](traces, policies, availability, data_classes, data_policies, seed, now, progress, deadline) -> "Prediction" long: "Holds a scenario against its base, and keeps what that says as a prediction.";
    Twin.predictions[](now) -> "Answer" long: "The predictions that were kept, with how far their changes have been made.";
    Twin.score[reality](prediction, now, progress, deadline) -> "Answer" long: "Holds predictions whose changes were made against what came.";
    Twin.backtest[](since, until, incidents, most, now, progress, deadline) -> "Answer" long: "Predicts the twin's own past from what was known then, and lists hits and misses.";
    Twin.revision -> "int": "Counts the commits that changed facts, their evidence, or identity.";
    Twin.close[]() -> "None": "Closes the store. Snapshots that were taken stay.";
    Snapshot.ask[question]() -> "Answer" long: "Answers a question that is given as data.";
    Snapshot.find[name]() -> "EntityRef": "Finds one entity by id, record key, alias, or unique name.";
    Snapshot.diff[earlier]() -> "Answer" long: "What changed from an earlier snapshot to this one.";
    Snapshot.search[question](traces, policies, availability, data_classes, data_policies, seed, progress, deadline) -> "Answer" long: "Searches change sets for an aim, within constraints: each option is a list of changes.";
    Snapshot.next_questions[choice](traces, policies, availability, data_classes, data_policies, seed, needs, progress, deadline) -> "Answer" long: "Which input that nobody knows would turn a choice between scenarios, and whom to ask.";
    Snapshot.suspects[incident](progress, deadline) -> "Answer" long: "Ranks what may have caused a symptom, by what was measured and changed and by who needs whom.";
    Snapshot.call_templates[](traces, policies, needs, progress, deadline) -> "Answer" long: "What was learnt of requests: by operation and outcome its own work, its calls with their turn and rules, and its waits.";
    Snapshot.critical_path[traces](progress, deadline) -> "Answer" long: "What recorded requests wait for: the critical path of each, summed by operation.";
    Snapshot.as_of_future[until](events) -> "Scenario" long: "The world as it will be at a moment: what is gone by then is removed, and what has expired is down.";
    Snapshot.scenario[name, changes]() -> "Scenario": "A world that differs from this one.";
    Snapshot.scenario_from_folders[name, before, after](progress, deadline) -> "Scenario" long: "A world that differs from this one by what differs between two versions of a folder.";
    Snapshot.scenario_from_terraform_plan[name, path](progress, deadline) -> "Scenario" long: "A world that differs from this one by what a plan of Terraform in JSON is about to change.";
    Snapshot.to_html[]() -> "str" long: "The map and its tables as one page that needs nothing else.";
    Snapshot.to_svg[]() -> "str" long: "The map as a picture.";
    Snapshot.to_mermaid[]() -> "str" long: "The map as text for a diagram.";
    Snapshot.revision -> "int": "The twin's revision.";
    Snapshot.as_of -> "AsOf": "The times that the snapshot is about.";
    Snapshot.now -> "datetime": "The moment against which ages are counted.";
    Snapshot.size -> "int": "How many entities there are.";
    Snapshot.scenario_name -> "str | None": "The name of the scenario, if this is one.";
    Scenario.outcome[](needs) -> "Answer" long: "What follows from the changes.";
    Scenario.compare[](traces, policies, availability, data_classes, data_policies, seed, needs, progress, deadline) -> "Answer" long: "The scenario against its base in every dimension: figures before and after, or why there are none.";
    Scenario.snapshot[]() -> "Snapshot": "The world after the changes.";
    Scenario.name -> "str": "The name.";
    Scenario.changes -> "list[ChangeDraft]": "The changes, as data that makes the same scenario again.";
    Scenario.assumptions -> "list[str]": "What is taken for granted.";
    Scenario.left_out -> "list[LeftOut]": "What is planned elsewhere and none of the changes, and why.";
    Answer.question -> "dict": "The question, as it was understood.";
    Answer.status -> "Status": "Whether the answer is whole.";
    Answer.value -> "Any": "The value.";
    Answer.verdict -> "str | None": "One line, where the question is one of yes and no.";
    Answer.interval -> "Interval | None": "Where the value lies, if it is a number that is not known exactly.";
    Answer.basis -> "list[str]": "The sides from which the facts behind the value are known.";
    Answer.method -> "str": "How it was computed.";
    Answer.assumptions -> "list[str]": "What was taken for granted.";
    Answer.inputs -> "list[str]": "The sorts of sources that bear on the question and were read.";
    Answer.freshness -> "list[Freshness]": "How old the sources are.";
    Answer.blind_spots -> "list[str]": "What nobody here can see.";
    Answer.seed -> "int | None": "The seed, where chance was used.";
    Answer.revision -> "int": "The twin's revision.";
    Answer.as_of -> "AsOf": "The times that the answer is about.";
    Answer.size -> "int": "How many rows there are.";
    Answer.pages[size]() -> "pages of rows" long: "The rows, page by page, each page with the evidence that it cites.";
    Answer.evidence[row]() -> "list[Evidence]": "Why a row is there.";
    Answer.to_json[]() -> "str" long: "Canonical JSON of the whole answer.";
    Answer.to_html[]() -> "str": "The answer as a fragment for a notebook or a portal.";
    Answer.to_svg[](x, y) -> "str" long: "The picture of a comparison, or of a trade-off by the objectives at two places; an answer of another kind has none.";
    Answer.to_vega_lite[](x, y) -> "str" long: "The same picture as a specification for Vega-Lite, with its data, in JSON.";
    Resolution.size -> "int": "How many records were resolved.";
    Resolution.clusters -> "Table": "The id of each record and the least id of its cluster, in the order of the table.";
    Resolution.things[]() -> "list[list[str]]" long: "The things: the ids of the records of each.";
    Resolution.explain[a, b]() -> "Explanation": "What speaks for and against two records being one thing, as weights that sum exactly to the score.";
    Resolution.probability[a, b]() -> "float": "How likely two records are one thing, by what speaks for and against them alone.";
    Resolution.why_not[a, b]() -> "WhyNot" long: "Why two records are two things.";
    Resolution.review[limit]() -> "list[Uncertain]" long: "The pairs of which a person's decision would tell most.";
    Resolution.related[]() -> "list[Related]" long: "What was kept apart for its role, with what it belongs to.";
    Resolution.ignored -> "list[tuple[str, str]]": "Pins and splits of records that the table does not have.";
    Resolution.to_html[]() -> "str" long: "The things and what to review as a fragment for a notebook or a portal.";
}
