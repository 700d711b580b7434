//! The shape of a plan: its resource changes, each with what the tables list and nothing else.

use std::collections::BTreeSet;

use serde_json::Value;
use twin_connector_base::labels;
use twin_core::base::{Result, shortened};
use twin_core::observe::{
    Diagnostic, Evidence, Handle, Locator, Perspective, Record, RecordKey, SourceId, Space, Statement, Target, code,
    technique,
};
use twin_core::schema::{attribute, kind};
use twin_core::simulate::LeftOut;

use super::table::{self, Meaning};
use super::value::{at, is_marked, remove, word};
use super::{TerraformPlan, invalid};
use crate::terraform_state::saying::{is_keepable, is_unique};
use crate::terraform_state::table::{self as states, Fact};
use crate::terraform_state::without_keys;

/// So many resources that changed outside of a plan are told one by one.
const TOLD: usize = 20;

/// What is done to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deed {
    Nothing,
    Read,
    /// It stays, and is no longer managed.
    Forget,
    /// What an earlier replacement left behind is deleted.
    Clean,
    Create,
    Delete,
    /// Whether it is gone before its successor is there.
    Replace {
        is_down: bool,
    },
    Update,
}

/// One resource change.
#[derive(Debug)]
pub(super) struct ResourceChange {
    pub pointer: String,
    pub address: String,
    /// The address before it was moved.
    pub previous: Option<String>,
    /// The address without keys.
    pub bare: String,
    /// The address without keys and module.
    pub local: String,
    pub resource_type: String,
    pub deed: Deed,
    pub before: Side,
    pub after: Side,
    pub differences: Vec<Difference>,
    /// Attributes that change, of which no change can say anything.
    pub others: Vec<String>,
    /// The images of a task's containers, before and after, by the container's name.
    pub images: Vec<(String, String)>,
}

/// What a resource is called and where it is, before or after.
#[derive(Debug, Default)]
pub(super) struct Side {
    pub name: Option<String>,
    pub ids: Vec<String>,
    pub region: Option<String>,
    pub namespace: Option<String>,
    pub environment: Option<String>,
    pub team: Option<String>,
}

/// An attribute that means something and changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub path: &'static str,
    pub meaning: Meaning,
    pub from: Option<String>,
    /// `Err`: why nobody may know.
    pub to: std::result::Result<String, &'static str>,
}

impl ResourceChange {
    /// Whether there is one of it before.
    pub fn was_there(&self) -> bool {
        !matches!(self.deed, Deed::Create | Deed::Read | Deed::Clean)
    }

    /// Whether there is one of it after.
    pub fn is_there(&self) -> bool {
        !matches!(self.deed, Deed::Delete | Deed::Read | Deed::Clean)
    }

    /// The side that says more of what the twin may know.
    pub fn known(&self) -> &Side {
        if self.deed == Deed::Create { &self.after } else { &self.before }
    }
}

/// Reads the resource changes, and what else the plan says of itself.
///
/// # Errors
/// None but those of a plan that is no object, which cannot be reached.
pub(super) fn read(plan: &Value, into: &mut TerraformPlan) -> Result<()> {
    if !plan.is_object() {
        return Err(invalid(&into.path, "no plan: not an object"));
    }
    let regions = provider_regions(plan);
    for (index, item) in plan.get("resource_changes").and_then(Value::as_array).into_iter().flatten().enumerate() {
        let pointer = format!("/resource_changes/{index}");
        match resource_change(item, &pointer, &regions) {
            Ok(change) => into.resources.push(change),
            Err(why) => {
                let locator = Locator::pointer(&into.path, 0, pointer);
                into.diagnostics.push(Diagnostic::rejected(code::SHAPE, locator, why));
            }
        }
    }
    tell_drift(plan, into);
    tell_gaps(plan, into);
    Ok(())
}

/// What others changed in the meantime is the plan's starting point, not its doing.
fn tell_drift(plan: &Value, into: &mut TerraformPlan) {
    let drifted: Vec<&Value> = plan.get("resource_drift").and_then(Value::as_array).into_iter().flatten().collect();
    for (index, item) in drifted.iter().take(TOLD).enumerate() {
        let address = item.get("address").and_then(Value::as_str).unwrap_or("a resource");
        let locator = Locator::pointer(&into.path, 0, format!("/resource_drift/{index}"));
        let message = format!("{} was changed outside of Terraform: the plan starts from there", shortened(address));
        into.diagnostics.push(Diagnostic::warning(code::UNRESOLVED, locator, message));
    }
    if let Some(more) = drifted.len().checked_sub(TOLD).filter(|more| *more > 0) {
        let locator = Locator::pointer(&into.path, 0, "/resource_drift");
        let message = format!("{more} more resources were changed outside of Terraform");
        into.diagnostics.push(Diagnostic::warning(code::UNRESOLVED, locator, message));
    }
}

/// What the plan itself says that it does not know.
fn tell_gaps(plan: &Value, into: &mut TerraformPlan) {
    let is = |key: &str| plan.get(key).and_then(Value::as_bool);
    let whole = |what: &str, why: &str, key: &str, path: &str| LeftOut {
        what: what.to_owned(),
        why: why.to_owned(),
        locator: Some(Locator::pointer(path, 0, format!("/{key}")).to_string()),
    };
    let path = into.path.clone();
    if is("errored") == Some(true) {
        into.left_out.push(whole("the rest of the plan", "planning ended with an error", "errored", &path));
    } else if is("complete") == Some(false) {
        let why = "the plan says that another one follows";
        into.left_out.push(whole("the rest of the plan", why, "complete", &path));
    }
    for (index, item) in plan.get("deferred_changes").and_then(Value::as_array).into_iter().flatten().enumerate() {
        let address = item.get("resource_change").and_then(|change| change.get("address")).and_then(Value::as_str);
        let what = shortened(address.unwrap_or("a resource"));
        let why = "it is deferred to a later plan";
        into.left_out.push(whole(&what, why, &format!("deferred_changes/{index}"), &path));
    }
    if into.references.is_cut {
        let why = "the code has more references than are followed";
        into.left_out.push(whole("dependencies of what comes", why, "configuration", &path));
    }
}

type Flaw = &'static str;

fn resource_change(
    item: &Value,
    pointer: &str,
    regions: &[(String, String)],
) -> std::result::Result<ResourceChange, Flaw> {
    let text = |key: &str| item.get(key).and_then(Value::as_str).filter(|text| is_keepable(text));
    let address = text("address").ok_or("a resource change without an address")?;
    let resource_type = text("type").ok_or("a resource change without a type")?;
    let change = item.get("change").filter(|change| change.is_object()).ok_or("a resource change without a change")?;
    let deed = deed(item, change)?;
    let module = text("module_address").map(without_keys).unwrap_or_default();
    let bare = without_keys(address);
    let local = bare.strip_prefix(&format!("{module}.")).unwrap_or(&bare).to_owned();
    let read = Reading { resource_type, change };
    let mut after = read.side("after", "after_sensitive");
    if after.region.is_none() && is_placed(resource_type) {
        after.region = regions
            .iter()
            .find(|(provider, _)| resource_type.starts_with(provider.as_str()))
            .map(|(_, region)| region.clone());
    }
    let is_changed = matches!(deed, Deed::Update | Deed::Replace { .. });
    Ok(ResourceChange {
        pointer: pointer.to_owned(),
        address: address.to_owned(),
        previous: text("previous_address").map(str::to_owned),
        local,
        bare,
        resource_type: resource_type.to_owned(),
        deed,
        before: read.side("before", "before_sensitive"),
        after,
        differences: if is_changed { read.differences() } else { Vec::new() },
        others: if is_changed { read.others() } else { Vec::new() },
        images: if is_changed { read.images() } else { Vec::new() },
    })
}

fn deed(item: &Value, change: &Value) -> std::result::Result<Deed, Flaw> {
    let is_managed = match item.get("mode").and_then(Value::as_str) {
        Some("managed") | None => true,
        Some("data") => false,
        Some(_) => return Err("a resource change of an unknown mode"),
    };
    let actions = change.get("actions").and_then(Value::as_array).ok_or("a change without a list of actions")?;
    let actions: Vec<&str> = actions.iter().filter_map(Value::as_str).collect();
    if !is_managed {
        return Ok(Deed::Read);
    }
    if item.get("deposed").is_some_and(|deposed| !deposed.is_null()) {
        return Ok(Deed::Clean);
    }
    Ok(match actions[..] {
        ["no-op"] => Deed::Nothing,
        ["read"] => Deed::Read,
        ["create"] => Deed::Create,
        ["delete"] => Deed::Delete,
        ["update"] => Deed::Update,
        ["forget"] => Deed::Forget,
        ["delete", "create"] => Deed::Replace { is_down: true },
        ["create", "delete"] => Deed::Replace { is_down: false },
        // The old one runs on, without anybody who manages it.
        ["create", "forget"] => Deed::Replace { is_down: false },
        _ => return Err("a change of unknown actions"),
    })
}

/// What has a place that its provider decides.
fn is_placed(resource_type: &str) -> bool {
    let everywhere = ["aws_iam_", "aws_route53_", "aws_cloudfront_", "aws_organizations_"];
    !everywhere.iter().any(|prefix| resource_type.starts_with(prefix))
}

/// By the beginning of types, the region that the configuration of the only provider of that name says: as a constant, or as a variable of the root.
fn provider_regions(plan: &Value) -> Vec<(String, String)> {
    let providers = plan.get("configuration").and_then(|code| code.get("provider_config")).and_then(Value::as_object);
    let of = |name: &str| {
        let named = |provider: &&Value| provider.get("name").and_then(Value::as_str) == Some(name);
        let all: Vec<&Value> = providers.into_iter().flat_map(|all| all.values()).filter(named).collect();
        let region = if let [only] = all[..] { only.get("expressions")?.get("region")? } else { return None };
        let constant = region.get("constant_value").and_then(word);
        constant.or_else(|| {
            let names = region.get("references")?.as_array()?;
            let variable = if let [name] = &names[..] { name.as_str()?.strip_prefix("var.")? } else { return None };
            plan.get("variables")?.get(variable)?.get("value").and_then(word).filter(|word| is_region(word))
        })
    };
    let found = ["aws", "google"].into_iter().filter_map(|name| Some((format!("{name}_"), of(name)?)));
    found.collect()
}

/// A variable may hold anything: only what looks like a region is taken for one.
fn is_region(word: &str) -> bool {
    let ends_in_digit = word.ends_with(|last: char| last.is_ascii_digit());
    ends_in_digit
        && word.len() <= 24
        && word.contains('-')
        && word.bytes().all(|byte| byte == b'-' || byte.is_ascii_alphanumeric())
}

/// One change while it is read.
struct Reading<'a> {
    resource_type: &'a str,
    change: &'a Value,
}

impl<'a> Reading<'a> {
    fn part(&self, key: &str) -> &'a Value {
        self.change.get(key).unwrap_or(&Value::Null)
    }

    /// What one side says by the table of states.
    fn side(&self, key: &str, marks: &str) -> Side {
        let (values, marks) = (self.part(key), self.part(marks));
        let mut side = Side::default();
        let facts = states::row(self.resource_type).into_iter().flat_map(|row| row.facts());
        for (path, fact) in facts.filter(|(path, _)| !is_marked(marks, path)) {
            for value in at(values, path) {
                side.take(self.resource_type, fact, value);
            }
        }
        if self.resource_type.starts_with("kubernetes_") && !is_marked(marks, "metadata.namespace") {
            side.namespace = at(values, "metadata.namespace").into_iter().find_map(word);
        }
        side
    }

    fn differences(&self) -> Vec<Difference> {
        table::meanings(self.resource_type).filter_map(|(path, meaning)| self.difference(path, meaning)).collect()
    }

    fn difference(&self, path: &'static str, meaning: Meaning) -> Option<Difference> {
        let (before, after) = (at(self.part("before"), path), at(self.part("after"), path));
        let is_unknown = is_marked(self.part("after_unknown"), path);
        if before == after && !is_unknown {
            return None;
        }
        let is_sensitive = |marks: &str| is_marked(self.part(marks), path);
        // Of several in a list, those that differ are told one by one.
        let differs = |value: &&&Value| !before.contains(*value);
        let changed = if before.len() == after.len() { after.iter().find(differs) } else { after.first() };
        let to = match changed.and_then(|value| word(value)) {
            _ if is_sensitive("before_sensitive") || is_sensitive("after_sensitive") => {
                Err("the plan marks it as sensitive")
            }
            _ if is_unknown => Err("it is only known once it is applied"),
            Some(word) => Ok(word),
            None if after.is_empty() => Err("it is said no longer"),
            None => Err("its value is none that is kept"),
        };
        let place = after.iter().position(|value| Some(value) == changed);
        let from = place.and_then(|place| before.get(place)).or(before.first()).and_then(|value| word(value));
        let from = from.filter(|_| !is_sensitive("before_sensitive"));
        Some(Difference { path, meaning, from, to })
    }

    /// Attributes that differ in more than what means something.
    fn others(&self) -> Vec<String> {
        let (before, after) = (self.part("before"), self.part("after"));
        let keys: BTreeSet<&String> =
            [before, after].into_iter().filter_map(Value::as_object).flat_map(|fields| fields.keys()).collect();
        let is_other = |key: &&String| {
            // What only an apply computes changes by itself.
            let is_computed = self.part("after_unknown").get(key.as_str()) == Some(&Value::Bool(true));
            !is_computed && self.rest(before, key) != self.rest(after, key)
        };
        keys.into_iter()
            .filter(is_other)
            .map(|key| if is_name(key) { key.clone() } else { "an attribute".to_owned() })
            .collect()
    }

    /// An attribute without what means something.
    fn rest(&self, side: &Value, key: &str) -> Option<Value> {
        let mut rest = side.get(key).cloned().filter(|value| !value.is_null())?;
        for (path, _) in table::meanings(self.resource_type) {
            match path.strip_prefix(key) {
                Some("") => return None,
                Some(inner) => inner.strip_prefix('.').into_iter().for_each(|inner| remove(&mut rest, inner)),
                None => {}
            }
        }
        Some(rest)
    }

    /// The images of the containers of a task of ECS, which stand in a text that is JSON again.
    fn images(&self) -> Vec<(String, String)> {
        const FIELD: &str = "container_definitions";
        let is_hidden = ["before_sensitive", "after_sensitive", "after_unknown"]
            .iter()
            .any(|marks| is_marked(self.part(marks), FIELD));
        if self.resource_type != "aws_ecs_task_definition" || is_hidden {
            return Vec::new();
        }
        let of = |side: &str| -> Vec<(String, String)> {
            let text = self.part(side).get(FIELD).and_then(Value::as_str).unwrap_or_default();
            let containers: Value = serde_json::from_str(text).unwrap_or_default();
            let named = |container: &Value| Some((word(container.get("name")?)?, word(container.get("image")?)?));
            containers.as_array().into_iter().flatten().filter_map(named).collect()
        };
        let after = of("after");
        let successor = |(name, image): (String, String)| {
            let (_, then) = after.iter().find(|(other, _)| *other == name)?;
            (*then != image).then(|| (image, then.clone()))
        };
        of("before").into_iter().filter_map(successor).collect()
    }
}

/// Attributes are named by providers; anything else might be a value.
fn is_name(key: &str) -> bool {
    key.len() <= 64 && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

impl Side {
    fn take(&mut self, resource_type: &str, fact: Fact, value: &Value) {
        let kept = || value.as_str().filter(|text| is_keepable(text)).map(str::to_owned);
        match fact {
            Fact::Name if self.name.is_none() => self.name = kept(),
            Fact::Id => {
                let id = kept().filter(|id| is_unique(id));
                if self.region.is_none() {
                    self.region = id.as_deref().and_then(region_of_arn);
                }
                self.ids.extend(id);
            }
            // Places that a resource says itself come before what its id says.
            Fact::Region => self.region = word(value).or(self.region.take()),
            Fact::Zone if self.region.is_none() => {
                self.region = word(value).and_then(|zone| table::region_of_zone(resource_type, &zone));
            }
            Fact::Tags => self.tags(value),
            _ => {}
        }
    }

    /// What labels say by convention.
    fn tags(&mut self, tags: &Value) {
        let source = SourceId(String::new());
        let evidence = Evidence::at(Locator::line("", 0), "", technique::DECLARED);
        let key = RecordKey::new(&source, kind::RESOURCE, "");
        let mut record = Record::new(key, "", Perspective::Declared, evidence.clone());
        for (key, value) in tags.as_object().into_iter().flatten() {
            if let Some(value) = value.as_str().filter(|value| is_keepable(value)) {
                labels::apply(&mut record, key, value, &evidence);
            }
        }
        for said in record.observations {
            match said.statement {
                Statement::Attribute { name, value } if name == attribute::ENVIRONMENT => {
                    self.environment = value.as_text().map(str::to_owned);
                }
                Statement::Related { target: Target::Handle(Handle { space: Space::Team, value, .. }), .. } => {
                    self.team = Some(value);
                }
                _ => {}
            }
        }
    }
}

fn region_of_arn(id: &str) -> Option<String> {
    let parts: Vec<&str> = id.splitn(6, ':').collect();
    match parts[..] {
        ["arn", _, _, region, ..] if !region.is_empty() => Some(region.to_owned()),
        _ => None,
    }
}
