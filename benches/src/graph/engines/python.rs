//! A peer in Python, in a process of its own: `benches/peers/peer.py`. A request is a line, and so is what comes back.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use twin_core::base::{Error, ErrorKind, Result};

use crate::graph::answer::Answer;
use crate::graph::data::Data;
use crate::graph::engine::{Engine, Run};
use crate::graph::workload::Task;

/// The process, and what it said that it can do.
pub struct Python {
    name: &'static str,
    process: Child,
    requests: Option<ChildStdin>,
    replies: BufReader<ChildStdout>,
    offers: Vec<String>,
}

impl Python {
    /// Starts the peer on the folder that the data came from.
    ///
    /// # Errors
    /// If the data came from no folder, or Python or the package is not there, with what to do.
    pub fn start(name: &'static str, data: &Data) -> Result<Python> {
        let folder = data.folder.as_deref().ok_or_else(|| failed("it reads its data from a folder"))?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/peer.py");
        let mut command = Command::new(interpreter());
        command.arg(script).arg(name).arg(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let missing = |error| failed("Python cannot be started; `make bench-graph` sets it up").because(error);
        let mut process = command.spawn().map_err(missing)?;
        let (requests, replies) = (process.stdin.take(), process.stdout.take());
        let replies = BufReader::new(replies.ok_or_else(|| failed("its output cannot be read"))?);
        let mut python = Python { name, process, requests, replies, offers: Vec::new() };
        let hello = python.reply()?;
        let offers = hello["offers"].as_array().into_iter().flatten();
        python.offers = offers.filter_map(Value::as_str).map(str::to_owned).collect();
        python.send(&asked(data))?;
        Ok(python)
    }

    fn send(&mut self, request: &Value) -> Result<()> {
        let gone = |error| failed("it does not listen any more").because(error);
        let requests = self.requests.as_mut().ok_or_else(|| failed("it was told to end"))?;
        writeln!(requests, "{request}").and_then(|()| requests.flush()).map_err(gone)
    }

    fn reply(&mut self) -> Result<Value> {
        let mut line = String::new();
        let gone = |error| failed("its answer cannot be read").because(error);
        self.replies.read_line(&mut line).map_err(gone)?;
        let reply: Value = serde_json::from_str(&line).map_err(|_| failed("it ended without an answer"))?;
        match reply["error"].as_str() {
            Some(error) => Err(failed(error)),
            None => Ok(reply),
        }
    }
}

/// It ends when nothing more can come.
impl Drop for Python {
    fn drop(&mut self) {
        self.requests = None;
        if let Err(error) = self.process.wait() {
            eprintln!("{} did not end: {error}", self.name);
        }
    }
}

impl Engine for Python {
    fn name(&self) -> &'static str {
        self.name
    }

    fn offers(&self, task: Task) -> bool {
        self.offers.contains(&format!("{task:?}"))
    }

    /// It makes what it needs when it is first asked, before its clock starts.
    fn prepare(&mut self, _: Task, _: &Data) -> Result<()> {
        Ok(())
    }

    fn run(&mut self, task: Task, _: &Data) -> Result<Run> {
        self.send(&json!({"task": format!("{task:?}")}))?;
        let reply = self.reply()?;
        let answer = reply["answer"].as_str().and_then(Answer::parse);
        let told = reply["seconds"].as_f64().zip(answer);
        let (seconds, answer) = told.ok_or_else(|| failed(format!("\"{reply}\" is no answer")))?;
        Ok(Run { seconds, answer, peak_bytes: reply["peak_bytes"].as_u64() })
    }
}

/// What `make bench-graph` sets up, else whatever is called so.
fn interpreter() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let ours = root.join("target/peers/venv/bin/python");
    if ours.exists() { ours } else { PathBuf::from("python3") }
}

fn asked(data: &Data) -> Value {
    let two_hop = data.two_hop();
    let name = |names: &[String], place: u16| names.get(place as usize).cloned();
    json!({
        "starts": data.starts,
        "hub": data.hub,
        "team": name(&data.nodes.kind_names, two_hop.team),
        "service": name(&data.nodes.kind_names, two_hop.service),
        "calls": name(&data.edges.relation_names, two_hop.calls),
    })
}

fn failed(why: impl Into<String>) -> Error {
    Error::new(ErrorKind::Io, why)
}
