//! The shape of a state: resource instances with their addresses, of version 4 and of version 3, as one list.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use twin_core::observe::{Diagnostic, Locator, code};

/// One resource instance, borrowed from the state's JSON.
pub(super) struct Instance<'a> {
    /// The full address: `module.a["k"].aws_db_instance.main[0]`.
    pub address: String,
    /// The address without keys, as other instances' dependencies spell it.
    pub configuration: String,
    /// The module's address without keys; empty for the root.
    pub module: String,
    /// The resource's type.
    pub resource_type: &'a str,
    /// Whether it is a data source.
    pub data: bool,
    /// Where the resource is named, and that name to the letter.
    pub named: Mention<'a>,
    /// The attributes, if there are any.
    pub attributes: Option<&'a Map<String, Value>>,
    /// Where the attributes stand.
    pub pointer: String,
    /// Attributes of which the state says that they are sensitive, in whole or in part.
    pub sensitive: BTreeSet<&'a str>,
    /// The resources that it depends on.
    pub dependencies: Vec<Mention<'a>>,
}

/// A text and where it stands.
#[derive(Clone)]
pub(super) struct Mention<'a> {
    /// A JSON pointer to a node.
    pub pointer: String,
    /// A text that the node holds or is called by.
    pub text: &'a str,
}

/// All instances of a state, and those that could not be read.
#[derive(Default)]
pub(super) struct Listing<'a> {
    pub instances: Vec<Instance<'a>>,
    pub diagnostics: Vec<Diagnostic>,
}

impl<'a> Listing<'a> {
    fn take(&mut self, path: &str, result: Result<Instance<'a>, Flaw>) {
        match result {
            Ok(instance) => self.instances.push(instance),
            Err(flaw) => self.reject(path, flaw, 1),
        }
    }

    fn reject(&mut self, path: &str, flaw: Flaw, records: u64) {
        let locator = Locator::pointer(path, 0, flaw.pointer);
        self.diagnostics.push(Diagnostic { records, ..Diagnostic::rejected(code::SHAPE, locator, flaw.message) });
    }
}

/// What is wrong with an instance, and where.
struct Flaw {
    pointer: String,
    message: &'static str,
}

fn flaw(pointer: impl Into<String>, message: &'static str) -> Flaw {
    Flaw { pointer: pointer.into(), message }
}

/// A key as a part of a JSON pointer (RFC 6901).
pub(super) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn text<'a>(node: &'a Value, key: &str) -> Option<&'a str> {
    node.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn rejected_whole(path: &str, pointer: &str, message: &str) -> Diagnostic {
    Diagnostic::rejected(code::SHAPE, Locator::pointer(path, 0, pointer), message)
}

/// Lists a state of version 4.
pub(super) fn version_4<'a>(path: &str, state: &'a Value) -> Result<Listing<'a>, Diagnostic> {
    let mut listing = Listing::default();
    match state.get("resources") {
        None | Some(Value::Null) => {}
        Some(Value::Array(resources)) => {
            for (index, resource) in resources.iter().enumerate() {
                list_resource(path, resource, &format!("/resources/{index}"), &mut listing);
            }
        }
        Some(_) => return Err(rejected_whole(path, "/resources", "resources that are no list")),
    }
    Ok(listing)
}

fn list_resource<'a>(path: &str, resource: &'a Value, pointer: &str, listing: &mut Listing<'a>) {
    let instances = resource.get("instances").and_then(Value::as_array);
    match (header(resource, pointer), instances) {
        (Ok(header), Some(instances)) => {
            for (index, instance) in instances.iter().enumerate() {
                let at = format!("{pointer}/instances/{index}");
                listing.take(path, instance_of(&header, instance, at));
            }
        }
        (Ok(_), None) => listing.reject(path, flaw(pointer, "a resource without a list of instances"), 1),
        (Err(flaw), instances) => listing.reject(path, flaw, instances.map_or(1, |list| list.len().max(1) as u64)),
    }
}

/// What all instances of one resource have in common.
struct Header<'a> {
    module: &'a str,
    resource_type: &'a str,
    name: &'a str,
    data: bool,
    pointer: String,
}

fn header<'a>(resource: &'a Value, pointer: &str) -> Result<Header<'a>, Flaw> {
    let data = match text(resource, "mode") {
        Some("managed") | None => false,
        Some("data") => true,
        Some(_) => return Err(flaw(format!("{pointer}/mode"), "a resource of an unknown mode")),
    };
    Ok(Header {
        module: text(resource, "module").unwrap_or(""),
        resource_type: text(resource, "type").ok_or_else(|| flaw(pointer, "a resource without a type"))?,
        name: text(resource, "name").ok_or_else(|| flaw(pointer, "a resource without a name"))?,
        data,
        pointer: pointer.to_owned(),
    })
}

fn instance_of<'a>(header: &Header<'a>, instance: &'a Value, at: String) -> Result<Instance<'a>, Flaw> {
    if !instance.is_object() {
        return Err(flaw(at, "an instance that is no object"));
    }
    let (attributes, pointer) = attributes_of(instance, &at)?;
    let local = local_address(header.resource_type, header.name, header.data);
    let module = without_keys(header.module);
    let suffix = format!("{}{}", key_of(instance, &at)?, deposed(instance));
    Ok(Instance {
        address: within(header.module, &format!("{local}{suffix}")),
        configuration: within(&module, &local),
        module,
        resource_type: header.resource_type,
        data: header.data,
        named: Mention { pointer: format!("{}/name", header.pointer), text: header.name },
        attributes,
        pointer,
        sensitive: sensitive(instance),
        dependencies: dependencies(instance, &at),
    })
}

fn local_address(resource_type: &str, name: &str, data: bool) -> String {
    let prefix = if data { "data." } else { "" };
    format!("{prefix}{resource_type}.{name}")
}

fn within(module: &str, local: &str) -> String {
    match module {
        "" => local.to_owned(),
        module => format!("{module}.{local}"),
    }
}

type Attributes<'a> = (Option<&'a Map<String, Value>>, String);

fn attributes_of<'a>(instance: &'a Value, at: &str) -> Result<Attributes<'a>, Flaw> {
    for key in ["attributes", "attributes_flat"] {
        let pointer = format!("{at}/{key}");
        match instance.get(key) {
            None | Some(Value::Null) => {}
            Some(Value::Object(attributes)) => return Ok((Some(attributes), pointer)),
            Some(_) => return Err(flaw(pointer, "attributes that are no object")),
        }
    }
    Ok((None, at.to_owned()))
}

fn key_of(instance: &Value, at: &str) -> Result<String, Flaw> {
    match instance.get("index_key") {
        None | Some(Value::Null) => Ok(String::new()),
        Some(key @ (Value::Number(_) | Value::String(_))) => Ok(format!("[{key}]")),
        Some(_) => Err(flaw(format!("{at}/index_key"), "a key that is neither a number nor a text")),
    }
}

/// An object that is replaced and waits to be destroyed has the address of its successor.
fn deposed(instance: &Value) -> String {
    text(instance, "deposed").map(|id| format!(" (deposed {id})")).unwrap_or_default()
}

/// The first step of each path that the state marks as sensitive.
fn sensitive(instance: &Value) -> BTreeSet<&str> {
    let paths = instance.get("sensitive_attributes").and_then(Value::as_array).into_iter().flatten();
    paths.filter_map(first_step).collect()
}

fn first_step(path: &Value) -> Option<&str> {
    let step = path.as_array().map_or(Some(path), |steps| steps.first())?;
    step.as_str().or_else(|| text(step, "value"))
}

fn dependencies<'a>(instance: &'a Value, at: &str) -> Vec<Mention<'a>> {
    ["dependencies", "depends_on"].into_iter().flat_map(|key| texts(instance, at, key)).collect()
}

fn texts<'a>(node: &'a Value, at: &str, key: &str) -> Vec<Mention<'a>> {
    let items = node.get(key).and_then(Value::as_array).into_iter().flatten().enumerate();
    items
        .filter_map(|(index, item)| Some(Mention { pointer: format!("{at}/{key}/{index}"), text: item.as_str()? }))
        .collect()
}

/// An address without its keys: `module.a["x.y"].b[0]` becomes `module.a.b`.
pub(crate) fn without_keys(address: &str) -> String {
    let (mut bare, mut in_key, mut in_text, mut escaped) = (String::new(), false, false, false);
    for letter in address.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' if in_key => in_text = !in_text,
            '[' if !in_text => in_key = true,
            ']' if !in_text => in_key = false,
            _ if in_key => {}
            _ => bare.push(letter),
        }
    }
    bare
}

/// Lists a state of version 3, in which each module has its resources by their addresses and attributes are flat.
pub(super) fn version_3<'a>(path: &str, state: &'a Value) -> Result<Listing<'a>, Diagnostic> {
    let mut listing = Listing::default();
    match state.get("modules") {
        None | Some(Value::Null) => {}
        Some(Value::Array(modules)) => {
            for (index, module) in modules.iter().enumerate() {
                list_module(path, module, &format!("/modules/{index}"), &mut listing);
            }
        }
        Some(_) => return Err(rejected_whole(path, "/modules", "modules that are no list")),
    }
    Ok(listing)
}

fn list_module<'a>(path: &str, module: &'a Value, pointer: &str, listing: &mut Listing<'a>) {
    let address = module_address(module);
    match module.get("resources") {
        None | Some(Value::Null) => {}
        Some(Value::Object(resources)) => {
            for (key, resource) in resources {
                let at = format!("{pointer}/resources/{}", escaped(key));
                listing.take(path, flat_instance(&address, key, resource, at));
            }
        }
        Some(_) => listing.reject(path, flaw(format!("{pointer}/resources"), "resources that are no object"), 1),
    }
}

fn module_address(module: &Value) -> String {
    let path = module.get("path").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    path.skip(1).map(|name| format!("module.{name}")).collect::<Vec<_>>().join(".")
}

fn flat_instance<'a>(module: &str, key: &'a str, resource: &'a Value, at: String) -> Result<Instance<'a>, Flaw> {
    let data = key.starts_with("data.");
    let resource_type = text(resource, "type").ok_or_else(|| flaw(at.as_str(), "a resource without a type"))?;
    let primary = resource.get("primary").filter(|primary| primary.is_object());
    let primary = primary.ok_or_else(|| flaw(at.as_str(), "a resource without a primary instance"))?;
    let (attributes, pointer) = attributes_of(primary, &format!("{at}/primary"))?;
    let (bare, index) = split_index(key);
    Ok(Instance {
        address: within(module, &format!("{bare}{index}")),
        configuration: within(module, bare),
        module: module.to_owned(),
        resource_type,
        data,
        named: Mention { pointer: format!("{at}/type"), text: resource_type },
        attributes,
        pointer,
        sensitive: BTreeSet::new(),
        dependencies: texts(resource, &at, "depends_on"),
    })
}

/// `aws_instance.web.1` is `aws_instance.web[1]` since version 4.
fn split_index(key: &str) -> (&str, String) {
    match key.rsplit_once('.') {
        Some((bare, index)) if index.bytes().all(|byte| byte.is_ascii_digit()) && bare.contains('.') => {
            (bare, format!("[{index}]"))
        }
        _ => (key, String::new()),
    }
}
