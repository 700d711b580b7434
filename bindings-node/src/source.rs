//! Sources of the host's own: the core pulls on its thread, and waits there for what the event loop answers.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use napi::Status;
use napi::bindgen_prelude::Unknown;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi_derive::napi;
use twin_core::base::{Cancel, Context, Error, ErrorKind, Result};
use twin_core::observe::{Capability, CapabilityDraft, Page, PageDraft, Source, SourceId};
use twin_core::schema::Schema;

/// How often whoever waits for the event loop looks whether it should stop.
const LOOK: Duration = Duration::from_millis(10);

/// Called with each [`Call`], on the event loop.
pub type Answerer = ThreadsafeFunction<Call, Unknown<'static>, Call, Status, false, true>;

type Reply = std::result::Result<String, String>;

/// Something that the core asks of the host.
#[napi]
pub struct Call {
    what: &'static str,
    source: u32,
    cursor: Option<String>,
    now: String,
    reply: Sender<Reply>,
}

#[napi]
impl Call {
    /// `make` a source, or `read` a page.
    #[napi(getter)]
    pub fn what(&self) -> &'static str {
        self.what
    }

    /// Which source, counted from 0 in the order in which they were made.
    #[napi(getter)]
    pub fn source(&self) -> u32 {
        self.source
    }

    /// Where the page begins.
    #[napi(getter)]
    pub fn cursor(&self) -> Option<String> {
        self.cursor.clone()
    }

    /// What the host calls now.
    #[napi(getter)]
    pub fn now(&self) -> &str {
        &self.now
    }

    /// Answers with JSON: a capability or a page.
    #[napi]
    pub fn give(&self, json: String) {
        let _ = self.reply.send(Ok(json));
    }

    /// Says why there is no answer.
    #[napi]
    pub fn fail(&self, message: String) {
        let _ = self.reply.send(Err(message));
    }
}

/// The host, as its sources' reader sees it.
#[derive(Clone)]
pub struct Host {
    /// Who answers.
    pub answerer: Arc<Answerer>,
    /// The name of the sources.
    pub name: SourceId,
    /// The twin's table.
    pub schema: Schema,
    /// What stops the waiting.
    pub cancel: Cancel,
}

impl Host {
    fn ask(&self, what: &'static str, source: u32, cursor: Option<&str>, context: &Context) -> Result<String> {
        let (reply, answer) = channel();
        let call = Call { what, source, cursor: cursor.map(str::to_owned), now: context.now.to_string(), reply };
        match self.answerer.call(call, ThreadsafeFunctionCallMode::NonBlocking) {
            Status::Ok => self.wait(&answer, context)?.map_err(|message| Error::new(ErrorKind::Io, message)),
            _ => Err(Error::new(ErrorKind::Cancelled, "the host is gone")),
        }
    }

    fn wait(&self, answer: &Receiver<Reply>, context: &Context) -> Result<Reply> {
        loop {
            match answer.recv_timeout(LOOK) {
                Ok(reply) => return Ok(reply),
                Err(RecvTimeoutError::Timeout) => self.check(context)?,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Error::new(ErrorKind::Io, "the source will never answer: its promise is gone"));
                }
            }
        }
    }

    fn check(&self, context: &Context) -> Result<()> {
        let stopped = Context { cancel: self.cancel.clone(), ..context.clone() };
        stopped.check().and_then(|()| context.check())
    }

    /// Has the host make a source.
    pub fn make(&self, number: u32, context: &Context) -> Result<HostSource> {
        let capability = CapabilityDraft::from_json(&self.ask("make", number, None, context)?)?;
        let capability = capability.capability(&self.name.0, &self.schema)?;
        Ok(HostSource { host: self.clone(), number, capability })
    }
}

/// A source that the host made.
pub struct HostSource {
    host: Host,
    number: u32,
    capability: Capability,
}

impl Source for HostSource {
    fn capability(&self) -> Capability {
        self.capability.clone()
    }

    fn read(&mut self, cursor: Option<&str>, context: &Context) -> Result<Page> {
        let page = PageDraft::from_json(&self.host.ask("read", self.number, cursor, context)?)?;
        Ok(page.page(&self.host.name, &self.capability, &self.host.schema))
    }
}
