//! What the code of a plan refers to: from each resource to the resources that its expressions name, through outputs and inputs of modules.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::terraform_state::without_keys;

/// So many names are followed in all.
const STEPS: usize = 500_000;

/// By the address of a resource without keys, the addresses of those that it names; and whether there were too many names to follow all.
#[derive(Debug, Default)]
pub(super) struct References {
    pub of: BTreeMap<String, BTreeSet<String>>,
    pub is_cut: bool,
}

impl References {
    /// Reads `configuration` of a plan. O(names), with a bound.
    pub fn read(configuration: &Value) -> References {
        let modules = modules(configuration);
        let mut found = References::default();
        let mut left = STEPS;
        for (path, module) in &modules {
            for resource in resources(module.json) {
                let Some(address) = resource.get("address").and_then(Value::as_str) else { continue };
                let mut named: Vec<&str> = names_in(resource.get("expressions").unwrap_or(&Value::Null));
                named.extend(
                    resource
                        .get("depends_on")
                        .and_then(Value::as_array)
                        .into_iter()
                        .flatten()
                        .filter_map(Value::as_str),
                );
                let own = within(path, address);
                let mut targets = follow(&modules, path, named, &mut left);
                targets.remove(&own);
                found.of.insert(own, targets);
            }
        }
        found.is_cut = left == 0;
        found
    }
}

/// A module's code, and what its caller gives it.
struct Module<'a> {
    json: &'a Value,
    parent: String,
    inputs: Option<&'a Map<String, Value>>,
    addresses: BTreeSet<&'a str>,
}

/// All modules by their addresses without keys; the root's is empty.
fn modules(configuration: &Value) -> BTreeMap<String, Module<'_>> {
    let mut modules = BTreeMap::new();
    let root = configuration.get("root_module").unwrap_or(&Value::Null);
    let mut waiting = vec![(String::new(), String::new(), root, None)];
    while let Some((path, parent, json, inputs)) = waiting.pop() {
        for (name, call) in json.get("module_calls").and_then(Value::as_object).into_iter().flatten() {
            let inputs = call.get("expressions").and_then(Value::as_object);
            let module = call.get("module").unwrap_or(&Value::Null);
            waiting.push((within(&path, &format!("module.{name}")), path.clone(), module, inputs));
        }
        let addresses = resources(json).filter_map(|resource| resource.get("address")?.as_str()).collect();
        modules.insert(path, Module { json, parent, inputs, addresses });
    }
    modules
}

fn resources(module: &Value) -> impl Iterator<Item = &Value> {
    module.get("resources").and_then(Value::as_array).into_iter().flatten()
}

fn within(module: &str, local: &str) -> String {
    if module.is_empty() { local.to_owned() } else { format!("{module}.{local}") }
}

/// Every text beneath a key `references`.
fn names_in(expressions: &Value) -> Vec<&str> {
    let mut names = Vec::new();
    let mut waiting = vec![expressions];
    while let Some(value) = waiting.pop() {
        match value {
            Value::Array(items) => waiting.extend(items),
            Value::Object(fields) => {
                for (key, field) in fields {
                    match field.as_array().filter(|_| key == "references") {
                        Some(list) => names.extend(list.iter().filter_map(Value::as_str)),
                        None => waiting.push(field),
                    }
                }
            }
            _ => {}
        }
    }
    names
}

/// The resources that names lead to, as seen from a module.
fn follow<'a>(
    modules: &'a BTreeMap<String, Module<'a>>,
    path: &str,
    named: Vec<&'a str>,
    left: &mut usize,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut seen: BTreeSet<(String, &str)> = BTreeSet::new();
    let mut waiting: Vec<(String, &str)> = named.into_iter().map(|name| (path.to_owned(), name)).collect();
    while let Some((path, name)) = waiting.pop() {
        if *left == 0 {
            return found;
        }
        *left -= 1;
        let Some(module) = modules.get(&path).filter(|_| !seen.contains(&(path.clone(), name))) else { continue };
        seen.insert((path.clone(), name));
        let bare = without_keys(name);
        let steps: Vec<&str> = bare.split('.').collect();
        match steps[..] {
            ["module", call, output, ..] => {
                let child = within(&path, &format!("module.{call}"));
                let said = modules.get(&child).and_then(|module| module.json.get("outputs")?.get(output));
                waiting.extend(said.map(names_in).into_iter().flatten().map(|name| (child.clone(), name)));
            }
            ["var", input, ..] => {
                let given = module.inputs.and_then(|inputs| inputs.get(input));
                let names = given.map(names_in).into_iter().flatten();
                waiting.extend(names.map(|name| (module.parent.clone(), name)));
            }
            [of, name, ..] => {
                let address = format!("{of}.{name}");
                if module.addresses.contains(address.as_str()) {
                    found.insert(within(&path, &address));
                }
            }
            _ => {}
        }
    }
    found
}
