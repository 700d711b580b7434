//! What a service is built from: a folder of the scanned one, or a repository elsewhere.

use std::collections::BTreeMap;

use twin_connector_base::config::interpolation::Traced;
use twin_connector_base::repository as address;
use twin_core::observe::{Evidence, Handle, Perspective, Record, RecordKey, Space, Statement, Target, technique};
use twin_core::schema::{AttributeName, Value, attribute, kind, relation};

use super::path;
use super::service::{Service, pairs};
use super::tree::{Node, Place};

/// A folder or repository that is named somewhere.
struct Named<'n> {
    place: &'n Place,
    value: Traced,
}

/// `image` is the place of the image's record among the others, where the service says what the result is called.
pub(super) fn read(service: &mut Service<'_>, image: Option<usize>) {
    let Some(build) = service.node.get("build") else { return };
    let context = build.get("context").or(build.as_str().map(|_| build));
    let written = context.and_then(|node| Some(Named { place: &node.place, value: service.unit.text(node)? }));
    match &written {
        Some(named) if is_remote(&named.value.text) => from_repository(service, image, named),
        _ => from_folder(service, image, build, written.as_ref()),
    }
    additional(service, image, build);
}

fn from_folder(service: &mut Service<'_>, image: Option<usize>, build: &Node, written: Option<&Named<'_>>) {
    let relative = written.map_or(".", |named| named.value.text.as_str());
    let Some(context) = service.unit.path(&build.place, relative) else {
        return service.warn_of_outside(build, "what it is built from");
    };
    let dockerfile =
        build.get("dockerfile").and_then(|node| Some(Named { place: &node.place, value: service.unit.text(node)? }));
    let file = dockerfile.as_ref().map_or("Dockerfile", |named| named.value.text.as_str());
    let file = path::joined(&context, file).filter(|_| build.get("dockerfile_inline").is_none());
    let deeper = file.as_deref().map(path::folder).filter(|folder| is_within(folder, &context)).map(str::to_owned);
    let shown = match (&deeper, &dockerfile, written) {
        (Some(_), Some(named), _) | (None, _, Some(named)) | (_, Some(named), None) => Some(named),
        _ => written,
    };
    if let Some(named) = shown {
        let folder = deeper.unwrap_or_else(|| context.clone());
        let handle = Handle::within(Space::Path, folder, &service.unit.project.source.0);
        let evidence = evidence(service, named);
        service.record.known_as(handle, evidence);
    }
    let evidence = match written.or(dockerfile.as_ref()) {
        Some(named) => evidence(service, named),
        None => service.unit.stands(&build.place, "build", technique::DECLARED),
    };
    let file = file.map(|file| (attribute::BUILD_FILE, Value::from(file)));
    let attributes = file.into_iter().chain(stage(service, build)).collect();
    let target = Handle::within(Space::Path, context, &service.unit.project.source.0);
    relate(service, image, target, attributes, evidence);
}

/// The stage that is built, where it is not the last.
fn stage(service: &Service<'_>, build: &Node) -> Option<(AttributeName, Value)> {
    let named = build.get("target").and_then(|node| service.unit.text(node))?;
    Some((attribute::CONDITION, Value::from(format!("target {}", named.text))))
}

fn evidence(service: &Service<'_>, named: &Named<'_>) -> Evidence {
    service.unit.evidence(named.place, &named.value, &[&named.value.text], technique::DECLARED)
}

/// Further folders and repositories. Images and other services among them are no sources.
fn additional(service: &mut Service<'_>, image: Option<usize>, build: &Node) {
    let Some(contexts) = build.get("additional_contexts") else { return };
    for (_, text, place) in pairs(contexts) {
        let named = Named { value: service.unit.expanded(&text, &place), place: &place };
        let text = &named.value.text;
        if is_remote(text) {
            from_repository(service, image, &named);
        } else if let Some(folder) = service.unit.path(&place, text).filter(|_| !text.starts_with("service:")) {
            let evidence = evidence(service, &named);
            let target = Handle::within(Space::Path, folder, &service.unit.project.source.0);
            relate(service, image, target, BTreeMap::new(), evidence);
        }
    }
}

/// Says it of the image, if it has a name, else of the workload.
fn relate(
    service: &mut Service<'_>,
    image: Option<usize>,
    target: Handle,
    attributes: BTreeMap<AttributeName, Value>,
    evidence: Evidence,
) {
    let record = image.and_then(|at| service.others.get_mut(at)).unwrap_or(&mut service.record);
    let target = Target::Handle(target);
    record.say(Statement::Related { relation: relation::BUILT_FROM, variant: None, target, attributes }, evidence);
}

fn from_repository(service: &mut Service<'_>, image: Option<usize>, named: &Named<'_>) {
    let Some((host, project)) = repository(&named.value.text) else { return };
    let name = format!("{host}/{project}");
    let raws = [name.as_str(), project.as_str(), host.as_str()];
    let evidence = service.unit.evidence(named.place, &named.value, &raws, technique::DECLARED);
    let key = RecordKey::new(&service.unit.project.source, kind::REPOSITORY, name.as_str());
    let mut record = Record::new(key, name.as_str(), Perspective::Declared, evidence.clone());
    record.stands_for = 0;
    let handle = address::handle(&name);
    record.known_as(handle.clone(), evidence.clone());
    record.attribute(attribute::REPOSITORY_URL, handle.value.as_str(), evidence.clone());
    relate(service, image, handle, BTreeMap::new(), evidence);
    service.others.push(record);
}

/// Whether a context is fetched by Git: what has another scheme is none.
fn is_remote(text: &str) -> bool {
    const SCHEMES: [&str; 4] = ["https://", "http://", "git://", "ssh://"];
    let short = text.starts_with("github.com/") || text.starts_with("git@");
    short || SCHEMES.iter().any(|scheme| text.starts_with(scheme))
}

/// Host and project of a repository's address, without credentials, branch and folder.
fn repository(text: &str) -> Option<(String, String)> {
    // What Compose lets people write for short.
    let address = if text.starts_with("github.com/") { format!("https://{text}") } else { text.to_owned() };
    let place = address::place(&address)?;
    let (host, project) = place.split_once('/')?;
    let is_plain = project.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./~".contains(&byte));
    is_plain.then(|| (host.to_owned(), project.to_owned()))
}

fn is_within(folder: &str, context: &str) -> bool {
    let below = folder.strip_prefix(context).is_some_and(|rest| context.is_empty() || rest.starts_with('/'));
    below && folder != context
}

#[cfg(test)]
mod tests {
    use super::repository;

    #[test]
    fn addresses_of_repositories_lose_all_but_host_and_project() {
        let cases = [
            ("https://github.com/acme/shop.git#main:sub", Some(("github.com", "acme/shop"))),
            ("https://zq-user:zq-pw@Git.example:8443/a/b/c.git", Some(("git.example", "a/b/c"))),
            ("git@github.com:acme/shop.git", Some(("github.com", "acme/shop"))),
            ("ssh://git@git.example:22/acme/shop", Some(("git.example", "acme/shop"))),
            ("github.com/acme/shop", Some(("github.com", "acme/shop"))),
            ("https://git.example/acme/shop?token=zq-x", Some(("git.example", "acme/shop"))),
            ("https://a@b@git.example/x", Some(("git.example", "x"))),
            ("https://git.example", None),
            ("https://u:p/w@git.example/x", None),
            ("https://u:/p@git.example/x", None),
            ("https://", None),
        ];
        for (text, expected) in cases {
            let found = repository(text);
            let found = found.as_ref().map(|(host, project)| (host.as_str(), project.as_str()));
            assert_eq!(found, expected, "{text}");
        }
    }
}
