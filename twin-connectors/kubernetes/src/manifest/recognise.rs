//! Which files hold Kubernetes objects, by their content.

use std::str;

use twin_connector_base::Recognition;

/// Groups of `apiVersion` whose documents are read by a tool and never stand in a cluster.
const FOREIGN_GROUPS: &[&str] = &[
    "kustomize.config.k8s.io",
    "skaffold",
    "backstage.io",
    "kind.x-k8s.io",
    "kubeadm.k8s.io",
    "kubelet.config.k8s.io",
    "apiserver.config.k8s.io",
    "audit.k8s.io",
    "client.authentication.k8s.io",
    "helm.sh",
    "tilt.dev",
];

/// What a kustomization makes objects of by itself.
const GENERATORS: [&str; 2] = ["configMapGenerator:", "secretGenerator:"];

/// Whether a document of that version and kind is meant for a tool instead of a cluster.
pub(super) fn is_foreign(api_version: &str, kind: &str) -> bool {
    let group = api_version.split('/').next().unwrap_or_default();
    FOREIGN_GROUPS.contains(&group) || (api_version == "v1" && kind == "Config")
}

pub(super) fn recognise(path: &str, head: &[u8]) -> Recognition {
    let extension = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, extension)| extension);
    let is_candidate = matches!(extension, None | Some("yaml" | "yml" | "json" | "YAML" | "YML" | "JSON"));
    match is_candidate && has_object(&text_of(head)) {
        true => Recognition::ByContent,
        false => Recognition::No,
    }
}

/// The head may end within a character.
fn text_of(head: &[u8]) -> String {
    String::from_utf8_lossy(head).trim_start_matches('\u{FEFF}').to_owned()
}

fn has_object(head: &str) -> bool {
    if head.trim_start().starts_with('{') && !head.trim_start().starts_with("{{") {
        return is_json_object(head);
    }
    head.split("\n---").any(is_yaml_object)
}

fn is_yaml_object(document: &str) -> bool {
    let value = |key: &str| document.lines().find_map(|line| line.strip_prefix(key)).map(unquoted);
    let generates = document.lines().any(|line| GENERATORS.iter().any(|generator| line.starts_with(generator)));
    match (value("apiVersion:"), value("kind:")) {
        (Some(api_version), Some(kind)) => !is_foreign(api_version, kind) || (kind == "Kustomization" && generates),
        _ => false,
    }
}

fn unquoted(value: &str) -> &str {
    value.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\''])
}

/// A list as `kubectl` prints it names its kind after its items, beyond the head.
fn is_json_object(head: &str) -> bool {
    let keys = keys_of_root(head);
    let value = |name: &str| keys.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    match (value("apiVersion"), value("kind"), value("items")) {
        (Some(api_version), Some(kind), _) => !is_foreign(api_version, kind),
        (Some(_), None, Some(_)) => true,
        _ => false,
    }
}

/// The keys of the outermost object, each with its value if that is a string.
fn keys_of_root(json: &str) -> Vec<(&str, &str)> {
    let mut keys = Vec::new();
    let (mut depth, mut rest) = (0_usize, json);
    while let Some(at) = rest.find(['{', '}', '[', ']', '"']) {
        let (mark, after) = rest.split_at(at).1.split_at(1);
        rest = after;
        match mark {
            "{" | "[" => depth += 1,
            "}" | "]" => depth = depth.saturating_sub(1),
            _ => {
                let Some((text, after)) = string(after) else { break };
                rest = after;
                if let Some(value) = after.trim_start().strip_prefix(':').filter(|_| depth == 1) {
                    let value = value.trim_start().strip_prefix('"').and_then(string).map(|(value, _)| value);
                    keys.push((text, value.unwrap_or_default()));
                }
            }
        }
    }
    keys
}

/// The text up to the quote that ends it, and what follows.
fn string(text: &str) -> Option<(&str, &str)> {
    let mut is_escaped = false;
    let end = text.bytes().position(|byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    })?;
    Some((text.get(..end)?, text.get(end + 1..)?))
}
