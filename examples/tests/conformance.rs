//! The cases that every host must answer byte for byte: see `conformance/README.md`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use twin_connectors::{
    CompareOptions, ScanOptions, call_templates, compare, critical_path, keep, next_questions, scan_into, search,
};
use twin_core::analysis::{IncidentDraft, suspects};
use twin_core::answer::{Reply, TableColumn, canonical};
use twin_core::base::{Context, Error, Result, Timestamp};
use twin_core::graph::Snapshot;
use twin_core::identity::HumanDecision;
use twin_core::identity::resolve::{Resolution, TableDraft, TableRows};
use twin_core::observe::{CapabilityDraft, PageDraft, SourceId};
use twin_core::simulate::backtest::BacktestDraft;
use twin_core::simulate::future::{DatedEvent, as_of_future};
use twin_core::simulate::prediction::Reality;
use twin_core::simulate::search::SearchDraft;
use twin_core::simulate::{ChangeDraft, ChoiceDraft, ModelDraft, ObjectiveDraft, Scenario, trade_off_of_answers};
use twin_core::wire::{Axes, answer_svg, answer_vega_lite};
use twin_core::{At, ChangesSince, Question, Twin};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../conformance/cases");
    let files = fs::read_dir(folder).expect("the folder of cases").map(|entry| entry.expect("a case").path());
    let mut cases: Vec<PathBuf> = files.collect();
    cases.sort();
    cases
}

#[test]
fn every_case_is_answered_as_it_expects() {
    let mut wrong = Vec::new();
    for path in cases() {
        let text = fs::read_to_string(&path).expect("a case in UTF-8");
        let (told, found) = Run::new().play(&text);
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, found).expect("a case that can be written");
        }
        wrong.extend(told.into_iter().map(|line| format!("{}: {line}", path.display())));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn there_are_enough_cases_and_they_ask_everything() {
    let texts: Vec<String> = cases().iter().map(|path| fs::read_to_string(path).expect("a case")).collect();
    assert!(texts.len() >= 40, "{} cases", texts.len());
    let all = texts.concat();
    let questions =
        twin_core::surface().into_iter().filter(|member| member.on == "Snapshot" && member.returns == "Answer");
    for question in questions.filter(|member| member.name != "ask").map(|member| member.name) {
        assert!(all.contains(&format!("\"kind\": \"{question}\"")), "no case asks {question}");
    }
    let sections = [
        "scan",
        "apply ",
        "decide",
        "snapshot",
        "scenario ",
        "call ",
        "delete ",
        "resolve",
        "error ",
        "receipt",
        "picture ",
        "keep",
        "solve",
        "as_of_future ",
    ];
    let told = twin_core::surface().into_iter().filter(|member| member.on == "Resolution" && member.name != "to_html");
    let told: Vec<String> = told.map(|member| format!("tell {}", member.name)).collect();
    for section in sections.into_iter().chain(told.iter().map(String::as_str)) {
        assert!(all.contains(&format!("\n=== {section}")), "no case has a section {section}");
    }
}

#[test]
fn a_wrong_expectation_is_told() {
    let (told, _) = Run::new().play("x\n=== now 2026-01-01\n=== ask\n{\"kind\": \"cycles\"}\n=== expect\n{}\n");
    assert_eq!(told.len(), 1, "{told:?}");
    let (told, _) = Run::new().play("x\n=== now 2026-01-01\n=== ask\n{\"kind\": \"cycles\"}\n=== error unknown\nno\n");
    assert_eq!(told.len(), 1, "{told:?}");
}

/// A section: its head without the mark, and its body.
type Section<'a> = (&'a str, String);

fn sections(text: &str) -> (String, Vec<Section<'_>>) {
    let mut before = String::new();
    let mut sections: Vec<Section<'_>> = Vec::new();
    for line in text.split_inclusive('\n') {
        match (line.strip_prefix("=== "), sections.last_mut()) {
            (Some(head), _) => sections.push((head.trim_end(), String::new())),
            (None, Some((_, body))) => body.push_str(line),
            (None, None) => before.push_str(line),
        }
    }
    (before, sections)
}

/// A case while it is played.
struct Run {
    folder: tempfile::TempDir,
    twin: Twin,
    now: Timestamp,
    snapshots: Vec<Snapshot>,
    scenario: Option<Scenario>,
    reply: Option<Reply>,
    compared: Vec<Reply>,
    resolution: Option<Resolution>,
    changed: bool,
    last: Result<String>,
    receipt: String,
}

impl Run {
    fn new() -> Self {
        Run {
            folder: tempfile::tempdir().expect("a folder"),
            twin: Twin::in_memory(),
            now: Timestamp::MIN,
            snapshots: Vec::new(),
            scenario: None,
            reply: None,
            compared: Vec::new(),
            resolution: None,
            changed: true,
            last: Ok(String::new()),
            receipt: String::new(),
        }
    }

    /// What is not as expected, and the case with what was found.
    fn play(&mut self, text: &str) -> (Vec<String>, String) {
        let (mut found, sections) = sections(text);
        let mut wrong = Vec::new();
        for (head, body) in sections {
            let (word, rest) = head.split_once(' ').unwrap_or((head, ""));
            let body = self.step(word, rest, body, &mut wrong);
            let head = match (word, &self.last) {
                ("error" | "expect", Err(error)) => format!("error {}", error.kind().code()),
                _ => head.to_owned(),
            };
            found.push_str(&format!("=== {head}\n{body}"));
        }
        (wrong, found)
    }

    /// Plays one section and returns its body as it should be.
    fn step(&mut self, word: &str, rest: &str, body: String, wrong: &mut Vec<String>) -> String {
        match word {
            "now" => self.now = Timestamp::parse(rest).expect("a time"),
            "file" => self.write(rest, &body),
            "delete" => fs::remove_file(self.folder.path().join(rest)).expect("a file to delete"),
            "scan" => self.scan(),
            "apply" => self.apply(rest, &body),
            "decide" => self.decide(&body),
            "snapshot" => self.look(&body),
            "scenario" => self.imagine(rest, &body),
            "as_of_future" => self.foresee(rest, &body),
            "ask" => self.last = self.ask(&body),
            "keep" => self.last = self.keep(&body),
            "solve" => self.last = ModelDraft::from_json(&body).and_then(|model| Ok(canonical(&model.solved()?))),
            "picture" => self.last = self.picture(rest, &body),
            "call" => self.last = self.call(rest, &body),
            "resolve" => self.resolve(&body),
            "tell" => self.last = self.tell(rest, &body),
            "expect" => return self.compare("", body.trim(), wrong),
            "error" => return self.compare(rest, body.trim(), wrong),
            "receipt" if self.receipt != body.trim() => {
                wrong.push(format!("receipt\n- {}\n+ {}", body.trim(), self.receipt));
                return format!("{}\n", self.receipt);
            }
            "receipt" => {}
            other => wrong.push(format!("there is no section {other}")),
        }
        body
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder that can be made");
        fs::write(path, text).expect("a file that can be written");
    }

    fn scan(&mut self) {
        let mut options = ScanOptions { name: Some("estate".to_owned()), ..ScanOptions::default() };
        options.context = Context::new(self.now);
        let (receipt, _) = scan_into(&self.twin, self.folder.path(), &options).expect("a scan");
        self.took(receipt.to_json());
    }

    fn took(&mut self, receipt: String) {
        (self.receipt, self.changed) = (receipt, true);
    }

    fn apply(&mut self, name: &str, body: &str) {
        let body: Value = serde_json::from_str(body).expect("JSON");
        let capability = CapabilityDraft::from_json(&body["capability"].to_string()).expect("a capability");
        let capability = capability.capability(name, self.twin.schema()).expect("a capability");
        let source = SourceId(name.to_owned());
        let page = |page: &Value| {
            PageDraft::from_json(&page.to_string())
                .expect("a page")
                .page(&source, &capability, self.twin.schema())
                .batch
        };
        let batches = body["pages"].as_array().expect("pages").iter().map(page).collect();
        let receipt = self.twin.apply(batches, self.now).expect("a receipt").to_json();
        self.took(receipt);
    }

    fn decide(&mut self, body: &str) {
        let body: Value = serde_json::from_str(body).expect("JSON");
        let (what, names) = body.as_object().and_then(|fields| fields.iter().next()).expect("a decision");
        let name = |place: usize| names[place].as_str().expect("a name");
        let record = |place: usize| self.twin.record(name(place));
        let decision = match what.as_str() {
            "rename" => record(0).map(|record| HumanDecision::Name { record, name: name(1).to_owned() }),
            _ => record(0).and_then(|a| Ok((a, record(1)?))).map(|(a, b)| match what.as_str() {
                "pin" => HumanDecision::Pin { a, b },
                "split" => HumanDecision::Split { a, b },
                _ => HumanDecision::Unpin { a, b },
            }),
        };
        let decided = decision.and_then(|decision| self.twin.decide(decision, self.now));
        match decided {
            Ok(changes) => self.took(twin_core::changes_json(&changes)),
            Err(error) => self.last = Err(error),
        }
    }

    fn look(&mut self, body: &str) {
        let times: Value = if body.trim().is_empty() { json!({}) } else { serde_json::from_str(body).expect("JSON") };
        let time = |name: &str| times[name].as_str().map(|text| Timestamp::parse(text).expect("a time"));
        let at = time("valid").map_or(At::now(self.now), |valid| At::now(self.now).valid(valid));
        let at = time("known").map_or(at, |known| at.known(known));
        self.snapshots.push(self.twin.snapshot(at));
        (self.scenario, self.changed) = (None, false);
    }

    fn snapshot(&mut self) -> &Snapshot {
        if self.changed {
            self.look("");
        }
        self.snapshots.last().expect("a snapshot")
    }

    fn imagine(&mut self, name: &str, body: &str) {
        let drafts = ChangeDraft::list_from_json(body);
        let scenario = drafts.and_then(|drafts| Scenario::of(self.snapshot(), name, &drafts));
        match scenario {
            Ok(scenario) => {
                self.snapshots.push(scenario.snapshot());
                self.scenario = Some(scenario);
            }
            Err(error) => self.last = Err(error),
        }
    }

    fn foresee(&mut self, until: &str, body: &str) {
        let events: Vec<DatedEvent> = serde_json::from_str(body).expect("events");
        let until = Timestamp::parse(until).expect("a time");
        match as_of_future(self.snapshot(), until, &events) {
            Ok(scenario) => {
                self.snapshots.push(scenario.snapshot());
                self.scenario = Some(scenario);
            }
            Err(error) => self.last = Err(error),
        }
    }

    fn ask(&mut self, body: &str) -> Result<String> {
        let asked: Value = serde_json::from_str(body).expect("JSON");
        let reply: Reply = match (asked["kind"].as_str(), &self.scenario) {
            (Some("outcome"), Some(scenario)) => scenario.outcome().into(),
            (Some("compare"), Some(scenario)) => {
                compare(scenario, self.comparing(&asked), &Context::new(self.now))?.into()
            }
            (Some("trade_off"), _) => {
                let objectives = ObjectiveDraft::list_from_json(&asked["objectives"].to_string())?;
                trade_off_of_answers(&self.compared, &objectives)?.into()
            }
            (Some("search"), _) => {
                let question = SearchDraft::from_json(&asked["question"].to_string())?;
                let (options, context) = (self.comparing(&asked), Context::new(self.now));
                search(self.snapshot(), &question, options, &context)?.into()
            }
            (Some("next_questions"), _) => {
                let choice = ChoiceDraft::from_json(&asked["choice"].to_string())?;
                let (options, context) = (self.comparing(&asked), Context::new(self.now));
                next_questions(self.snapshot(), &choice, options, &context)?.into()
            }
            (Some("suspects"), _) => {
                let incident = IncidentDraft::from_json(&asked["incident"].to_string())?;
                let context = Context::new(self.now);
                suspects(self.snapshot(), &incident, &context)?.into()
            }
            (Some("call_templates"), _) => {
                let (options, context) = (self.comparing(&asked), Context::new(self.now));
                call_templates(self.snapshot(), options, &context)?.into()
            }
            (Some("critical_path"), _) => {
                let (traces, context) = (self.comparing(&asked).traces, Context::new(self.now));
                critical_path(self.snapshot(), &traces, &context)?.into()
            }
            (Some("predictions"), _) => self.twin.predictions(At::now(self.now), &Context::new(self.now))?.into(),
            (Some("score"), _) => {
                let reality = Reality::from_json(&asked["reality"].to_string())?;
                self.twin.score(asked["prediction"].as_str(), &reality, &Context::new(self.now))?.into()
            }
            (Some("backtest"), _) => {
                let mut options = asked.clone();
                options.as_object_mut().expect("fields").remove("kind");
                let draft = BacktestDraft::from_json(&options.to_string())?;
                self.twin.backtest(&draft, &Context::new(self.now))?.into()
            }
            (Some("diff"), _) => {
                self.snapshot();
                let [.., earlier, later] = &self.snapshots[..] else { panic!("diff needs two snapshots") };
                later.diff(earlier).into()
            }
            _ => self.snapshot().ask(&Question::from_json(body)?)?,
        };
        same_in_pages(&reply);
        self.compared.extend((asked["kind"] == "compare").then(|| reply.clone()));
        self.reply = Some(reply.clone());
        Ok(reply.to_json())
    }

    /// Keeps what the scenario comes to.
    fn keep(&mut self, body: &str) -> Result<String> {
        let options: Value = if body.trim().is_empty() { json!({}) } else { serde_json::from_str(body).expect("JSON") };
        let scenario = self.scenario.as_ref().expect("a scenario");
        let kept = keep(&self.twin, scenario, self.comparing(&options), &Context::new(self.now))?;
        self.changed = true;
        Ok(canonical(&json!(kept)))
    }

    /// The picture of the last answer, as JSON on one line.
    fn picture(&self, form: &str, body: &str) -> Result<String> {
        let axes = Axes::from_json(if body.trim().is_empty() { "{}" } else { body })?;
        let reply = self.reply.as_ref().expect("an answer");
        match form {
            "svg" => Ok(json!(answer_svg(reply, axes)?).to_string()),
            "vega_lite" => Ok(json!(answer_vega_lite(reply, axes)?).to_string()),
            other => panic!("there is no picture as {other}"),
        }
    }

    /// What a comparison is made with; traces lie in the case's folder.
    fn comparing(&self, asked: &Value) -> CompareOptions {
        let mut options = asked.clone();
        let fields = options.as_object_mut().expect("fields");
        fields.retain(|name, _| !["kind", "question", "choice"].contains(&name.as_str()));
        let mut options = CompareOptions::from_json(&options.to_string()).expect("options of a comparison");
        let beneath = |path: &String| self.folder.path().join(path).to_string_lossy().into_owned();
        options.traces = options.traces.iter().map(beneath).collect();
        options
    }

    fn call(&mut self, method: &str, body: &str) -> Result<String> {
        let arguments: Vec<Option<String>> = serde_json::from_str(body).expect("a list of texts");
        let first = arguments.first().and_then(Option::as_deref);
        self.changed = true;
        match method {
            "history" => Ok(self.twin.history(first.expect("an entity"))?.to_json()),
            "changes_since" => Ok(self.twin.changes_since(first, ChangesSince::PAGE)?.to_json()),
            "redact" => Ok(self.twin.redact(&self.twin.record(first.expect("a record"))?)?.to_json()),
            other => panic!("there is no method {other}"),
        }
    }

    fn resolve(&mut self, body: &str) {
        let mut options: Value = serde_json::from_str(body).expect("JSON");
        let table = options.as_object_mut().and_then(|fields| fields.remove("table")).expect("a table");
        let resolved = TableDraft::from_json(&options.to_string()).and_then(TableRows::new).and_then(|mut rows| {
            rows.take(&table.to_string(), &Context::new(self.now))?;
            rows.resolve(&Context::new(self.now))
        });
        self.last = resolved.map(|resolution| {
            self.resolution = Some(resolution);
            String::new()
        });
    }

    fn tell(&mut self, method: &str, body: &str) -> Result<String> {
        let resolution = self.resolution.as_ref().expect("a resolution");
        let arguments: Vec<Value> =
            if body.trim().is_empty() { Vec::new() } else { serde_json::from_str(body).expect("JSON") };
        let id = |place: usize| arguments[place].as_str().expect("an id");
        Ok(canonical(&match method {
            "clusters" => columns(resolution),
            "explain" => json!(resolution.explain(id(0), id(1))?),
            "ignored" => json!(resolution.ignored()),
            "probability" => json!(resolution.probability(id(0), id(1))?),
            "related" => json!(resolution.related()),
            "review" => json!(resolution.review(arguments[0].as_u64().expect("a number") as usize)),
            "size" => json!(resolution.len()),
            "things" => json!(resolution.things()),
            "why_not" => json!(resolution.why_not(id(0), id(1))?),
            other => panic!("there is no method {other}"),
        }))
    }

    /// Compares the last answer, and returns what was found.
    fn compare(&self, code: &str, expected: &str, wrong: &mut Vec<String>) -> String {
        let (kind, found) = match &self.last {
            Ok(found) => ("", found.clone()),
            Err(error) => (error.kind().code(), line(error)),
        };
        if (kind, found.as_str()) != (code, expected) {
            wrong.push(format!("\n- {code} {expected}\n+ {kind} {found}"));
        }
        format!("{found}\n")
    }
}

/// The columns of the clusters' table, by name.
fn columns(resolution: &Resolution) -> Value {
    let table = resolution.table().expect("a table");
    let values = |column: &TableColumn| (0..table.rows).map(|row| column.value(row)).collect::<Value>();
    table.columns.iter().map(|column| (column.name.clone(), values(column))).collect()
}

fn line(error: &Error) -> String {
    error.to_string().replace('\n', " ")
}

/// A list of rows is the same in one piece and in pages.
fn same_in_pages(reply: &Reply) {
    let whole: Value = serde_json::from_str(&reply.to_json()).expect("JSON");
    let page: Value = serde_json::from_str(&reply.rows_json(0..reply.len())).expect("JSON");
    if whole["value"].is_array() {
        assert_eq!(canonical(&whole["value"]), canonical(&page["rows"]));
    }
}
