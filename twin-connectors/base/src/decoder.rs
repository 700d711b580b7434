//! The trait that each decoder implements.

use twin_core::base::Limits;
use twin_core::observe::{Capability, Diagnostic, Outcome, Record, SourceId};

/// How sure a decoder is that a file is one of its own. Ordered: the surest decoders win; all that are equally sure read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Recognition {
    /// Not one of its own.
    No,
    /// It may be, by its content; another decoder that is surer goes first.
    Plausible,
    /// It has the shape, by its content.
    ByContent,
    /// It has the conventional name.
    ByName,
}

/// One file, as it was found.
#[derive(Clone, Copy, Debug)]
pub struct Payload<'a> {
    /// Relative to the root of the scan, with `/`.
    pub path: &'a str,
    /// Its bytes, or why they could not be had.
    pub bytes: Result<&'a [u8], &'a str>,
}

/// From where and under which limits a payload is decoded.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The source instance, the first part of every record's key.
    pub source: SourceId,
    /// What a payload may ask for.
    pub limits: Limits,
}

/// What became of one file. Everything in it rests on that file alone, or names the other file in its evidence's chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The file.
    pub path: String,
    /// What was read.
    pub records: Vec<Record>,
    /// What could not be taken.
    pub diagnostics: Vec<Diagnostic>,
    /// Partial as soon as any part of the file was not understood, so that nothing which may stand there is taken away.
    pub outcome: Outcome,
}

impl Decoded {
    /// A file of which nothing was read, with the reason; one rejected record.
    pub fn rejected(path: &str, diagnostic: Diagnostic) -> Self {
        let outcome = Outcome::Partial(diagnostic.message.clone());
        Decoded { path: path.to_owned(), records: Vec::new(), diagnostics: vec![diagnostic], outcome }
    }

    /// A file that was read to its end.
    pub fn complete(path: &str, records: Vec<Record>) -> Self {
        Decoded { path: path.to_owned(), records, diagnostics: Vec::new(), outcome: Outcome::Complete }
    }
}

/// Turns the files of one sort of source into records.
pub trait Decoder: Send + Sync {
    /// What it can and cannot see. `capability().sort` is the decoder's name.
    fn capability(&self) -> Capability;

    /// Whether a file is one of its own. `head` is the beginning of the file: all of it, or its first 64 KiB.
    fn recognises(&self, path: &str, head: &[u8]) -> Recognition;

    /// Files that must be read together share a group: the files of one Compose project, the traces of one folder. `None` for a file of its own.
    fn group(&self, _path: &str) -> Option<String> {
        None
    }

    /// Files that are read along with a group although they are not recognised by themselves, relative to the root: a project's `.env`, and the
    /// files of variables that it names. They are payloads of [`Decoder::decode`] if they exist. `head` is what [`Decoder::recognises`] was shown.
    fn companions(&self, _path: &str, _head: &[u8]) -> Vec<String> {
        Vec::new()
    }

    /// Whether [`Decoder::needed`] is asked.
    fn follows(&self) -> bool {
        false
    }

    /// What else must be read to understand these files, relative to the root: what they include, and what that includes. Asked again with what it
    /// named, as far as it is there, until nothing is new; pure and total like [`Decoder::decode`]. Groups that need a file of each other are read as one.
    fn needed(&self, _payloads: &[Payload<'_>], _origin: &Origin) -> Vec<String> {
        Vec::new()
    }

    /// Reads a group of files, in the order of their paths. Pure and total: any bytes, no clock, no panic. Returns one [`Decoded`] for each payload,
    /// except for companions about which there is nothing to say.
    fn decode(&self, payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded>;
}
