//! Labels, annotations and tags that have a meaning by convention: who owns it, what it is part of, where it runs.

use twin_core::observe::{Evidence, Handle, Record, RecordKey, Space, Target};
use twin_core::schema::{attribute, kind, relation};

const TEAM_KEYS: &[&str] = &["team", "owner", "squad", "owned-by", "owner-team", "owning-team", "team-name"];
const ENVIRONMENT_KEYS: &[&str] = &["environment", "env", "deployment.environment", "deployment.environment.name"];
const VERSION_KEYS: &[&str] = &["app.kubernetes.io/version", "org.opencontainers.image.version"];
const SYSTEM_KEYS: &[&str] = &["app.kubernetes.io/part-of", "backstage.io/system"];

/// Adds what one label says by convention to a record: `ownedBy` a team, `partOf` a system, an environment, a version, a name in a
/// catalogue. Says nothing of others.
///
/// Returns the record of the team or system that the label names, so that somebody says that it exists. It stands for no record of
/// the source.
pub fn apply(record: &mut Record, key: &str, value: &str, evidence: &Evidence) -> Option<Record> {
    let value = value.trim();
    if value.is_empty() || value.contains("${") || value.contains("{{") {
        return None;
    }
    let key = key.to_lowercase();
    let last = key.rsplit('/').next().unwrap_or(&key).replace('_', "-");
    if SYSTEM_KEYS.contains(&key.as_str()) {
        return part_of(record, value, evidence);
    }
    if TEAM_KEYS.contains(&last.as_str()) {
        return owned_by(record, value, evidence);
    }
    describe(record, &key, &last, value, evidence);
    None
}

fn describe(record: &mut Record, key: &str, last: &str, value: &str, evidence: &Evidence) {
    if ENVIRONMENT_KEYS.contains(&last) {
        record.attribute(attribute::ENVIRONMENT, value, evidence.clone());
    } else if VERSION_KEYS.contains(&key) {
        record.attribute(attribute::VERSION, value, evidence.clone());
    } else if key == "backstage.io/kubernetes-id" {
        record.known_as(Handle::global(Space::Annotation, format!("{key}={value}")), evidence.clone());
    }
}

/// Only what makes up a component can be part of a system.
fn part_of(record: &mut Record, system: &str, evidence: &Evidence) -> Option<Record> {
    let can_be_part = [kind::WORKLOAD, kind::COMPONENT, kind::API].contains(&record.key.kind);
    can_be_part.then(|| {
        let key = RecordKey::new(&record.key.source, kind::SYSTEM, system);
        record.relate(relation::PART_OF, Target::Record(key.clone()), evidence.clone());
        named(record, key, system, evidence)
    })
}

fn owned_by(record: &mut Record, owner: &str, evidence: &Evidence) -> Option<Record> {
    let handle = team_handle(owner)?;
    let team = Handle::global(Space::Team, handle.clone());
    record.relate(relation::OWNED_BY, Target::Handle(team.clone()), evidence.clone());
    let mut named = named(record, RecordKey::new(&record.key.source, kind::TEAM, handle.clone()), &handle, evidence);
    named.known_as(team, evidence.clone());
    Some(named)
}

fn named(record: &Record, key: RecordKey, name: &str, evidence: &Evidence) -> Record {
    Record { stands_for: 0, ..Record::new(key, name, record.perspective, evidence.clone()) }
}

/// A team's handle: `@shop/checkout`, `group:default/checkout` and `Checkout` as people write them. People are no teams: an address
/// or a `user:` gives none.
fn team_handle(owner: &str) -> Option<String> {
    let owner = owner.to_lowercase();
    let handle = owner.strip_prefix('@').unwrap_or(&owner);
    let handle = handle.strip_prefix("group:").unwrap_or(handle);
    let handle = handle.strip_prefix("default/").unwrap_or(handle).trim();
    (!handle.is_empty() && !handle.contains(['@', ':'])).then(|| handle.to_owned())
}

#[cfg(test)]
mod tests {
    use twin_core::observe::{Locator, Perspective, SourceId, Statement, technique};
    use twin_core::schema::Kind;

    use super::*;

    fn check(kind: Kind, label: (&str, &str), expected: &str, named: Option<&str>) {
        let evidence = Evidence::at(Locator::line("a.yaml", 1), label.1, technique::TAG);
        let key = RecordKey::new(&SourceId("shop".to_owned()), kind, "orders");
        let mut record = Record::new(key, "orders", Perspective::Declared, evidence.clone());
        let more = apply(&mut record, label.0, label.1, &evidence);
        let said: Vec<String> = record.observations.iter().skip(1).map(|said| show(&said.statement)).collect();
        assert_eq!(said.join(" "), expected, "{label:?}");
        assert_eq!(more.as_ref().map(|record| record.key.to_string()).as_deref(), named, "{label:?}");
        assert!(more.is_none_or(|record| record.stands_for == 0));
    }

    fn show(statement: &Statement) -> String {
        match statement {
            Statement::Attribute { name, value } => format!("{name}={value}"),
            Statement::KnownAs(handle) => handle.to_string(),
            Statement::Related { relation, target: Target::Record(key), .. } => format!("{relation} {key}"),
            Statement::Related { relation, target: Target::Handle(handle), .. } => format!("{relation} {handle}"),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn conventions_are_understood_and_nothing_else() {
        let workload = kind::WORKLOAD;
        check(
            workload.clone(),
            ("app.kubernetes.io/part-of", "shop"),
            "partOf shop/System:shop",
            Some("shop/System:shop"),
        );
        check(kind::LOAD_BALANCER, ("app.kubernetes.io/part-of", "shop"), "", None);
        check(workload.clone(), ("team", "Payments"), "ownedBy team:payments", Some("shop/Team:payments"));
        check(workload.clone(), ("backstage.io/owner", "group:default/web"), "ownedBy team:web", Some("shop/Team:web"));
        check(workload.clone(), ("Owner", "@shop/web"), "ownedBy team:shop/web", Some("shop/Team:shop/web"));
        check(workload.clone(), ("owner", "jane@example.com"), "", None);
        check(workload.clone(), ("owner", "user:jane"), "", None);
        check(workload.clone(), ("Environment", "prod"), "deployment.environment.name=prod", None);
        check(workload.clone(), ("app.kubernetes.io/version", "1.2"), "service.version=1.2", None);
        check(
            workload.clone(),
            ("backstage.io/kubernetes-id", "orders"),
            "annotation:backstage.io/kubernetes-id=orders",
            None,
        );
        check(workload.clone(), ("app.kubernetes.io/instance", "shop"), "", None);
        check(workload.clone(), ("team", "${TEAM}"), "", None);
        check(workload, ("team", ""), "", None);
    }
}
