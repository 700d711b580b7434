//! What a name in an expression stands for, as something to connect to or to depend on.

use twin_core::observe::{RecordKey, Target};
use twin_core::schema::{Kind, kind};

use crate::terraform_state::table::{self, Fact};

use super::module::{Module, kind_of};
use super::syntax::Reference;

/// What of a thing is taken, as far as the name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// Its host, maybe with a port.
    Host,
    /// Its URL.
    Url,
    /// Its name or id.
    Name,
    /// What an input or output holds is not known here.
    Unknown,
}

/// What is connected to by its host; a mere resource may be a name that leads to something.
const REACHED: [Kind; 8] = [
    kind::DATA_STORE,
    kind::CACHE,
    kind::BUCKET,
    kind::QUEUE,
    kind::IDENTITY_PROVIDER,
    kind::WORKLOAD,
    kind::LOAD_BALANCER,
    kind::RESOURCE,
];
/// What is connected to by whoever is told its name.
const CALLED: usize = 6;

impl Module<'_> {
    /// What a workload that is told this value connects to, and what it is told of it.
    pub fn peer(&self, reference: &Reference) -> Option<(Target, Taken)> {
        match reference.step(0) {
            "module" => {
                let folder = self.folder_of(reference.step(1))?;
                let names = names(reference, 2);
                (!names.is_empty())
                    .then(|| (Target::Handle(self.value(&folder, &format!("output.{names}"))), Taken::Unknown))
            }
            "var" => {
                let names = names(reference, 1);
                (!names.is_empty()).then(|| (Target::Handle(self.input(&names)), Taken::Unknown))
            }
            _ => self.resource(reference),
        }
    }

    fn resource(&self, reference: &Reference) -> Option<(Target, Taken)> {
        let data = reference.step(0) == "data";
        let start = usize::from(data);
        let (resource_type, name) = (reference.step(start), reference.step(start + 1));
        let attribute = reference.attributes_from(start + 2).collect::<Vec<_>>().join(".");
        let taken = taken(resource_type, &attribute)?;
        let is_known = self.declares(&reference.beginning(start + 2));
        is_known.then(|| (Target::Record(self.key_of(resource_type, name, data)), taken))
    }

    /// The record that an expression needs which names it.
    pub fn needed(&self, reference: &Reference) -> Option<(RecordKey, usize)> {
        let steps = if reference.step(0) == "data" { 3 } else { 2 };
        if !self.declares(&reference.beginning(steps)) {
            return None;
        }
        let key = match reference.step(0) {
            "module" => self.key_of_call(reference.step(1)),
            "data" => self.key_of(reference.step(1), reference.step(2), true),
            resource_type => self.key_of(resource_type, reference.step(1), false),
        };
        // A configuration is no thing of its own: who is configured by it says so.
        (key.kind != kind::CONFIGURATION).then_some((key, steps))
    }
}

/// At most two names deep: what holds a record of values may be told apart by one more name.
fn names(reference: &Reference, from: usize) -> String {
    reference.names_from(from).take(2).collect::<Vec<_>>().join(".")
}

/// What the attribute of a type is, where that leads to the thing itself.
fn taken(resource_type: &str, attribute: &str) -> Option<Taken> {
    let facts = || table::row(resource_type).into_iter().flat_map(|row| row.facts());
    let is = |wanted: fn(&Fact) -> bool| facts().any(|(path, fact)| path == attribute && wanted(&fact));
    let is_host = is(|fact| *fact == Fact::Host);
    let is_url = attribute.ends_with("url") || attribute.ends_with("uri") || attribute == "api_endpoint";
    let is_name =
        matches!(attribute, "id" | "arn" | "name" | "self_link") || is(|fact| matches!(fact, Fact::Id | Fact::Name));
    let reached = |kinds: &[Kind]| kinds.contains(&kind_of(resource_type, false));
    match () {
        () if is_host && reached(&REACHED) => Some(if is_url { Taken::Url } else { Taken::Host }),
        () if is_name && reached(REACHED.get(..CALLED).unwrap_or_default()) => Some(Taken::Name),
        () => None,
    }
}
