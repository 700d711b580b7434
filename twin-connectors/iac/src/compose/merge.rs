//! What becomes of a service that is laid over another: the rules of the Compose specification, field by field.

use std::collections::{HashMap, HashSet};

use super::tree::{Content, Mark, Node};

/// How a field of the upper service meets that of the lower.
enum Rule {
    /// The upper one stands alone.
    Replaced,
    /// `KEY=value` or a mapping: by key.
    Pairs,
    /// A list of names, or a mapping of them: by name.
    Names,
    /// A text that is short for a mapping with this key.
    ShortFor(&'static str),
    /// One or several: one after the other.
    Listed,
    /// Mounts: of those at one place in the container the upper one.
    ByTarget,
    /// Mappings by key, lists one after the other, anything else replaced.
    Plain,
}

fn rule(field: &str) -> Rule {
    match field {
        "command" | "entrypoint" | "healthcheck.test" | TOO_DEEP => Rule::Replaced,
        "environment"
        | "labels"
        | "annotations"
        | "sysctls"
        | "extra_hosts"
        | "deploy.labels"
        | "build.args"
        | "build.labels"
        | "build.extra_hosts"
        | "build.additional_contexts" => Rule::Pairs,
        "depends_on" | "networks" | "models" => Rule::Names,
        "build" => Rule::ShortFor("context"),
        "env_file" | "label_file" | "dns" | "dns_search" | "tmpfs" => Rule::Listed,
        "volumes" | "configs" | "secrets" => Rule::ByTarget,
        _ => Rule::Plain,
    }
}

/// One service laid over another. Both were read from documents, whose depth has a limit.
pub(super) fn merged(lower: Node, upper: Node) -> Node {
    laid(lower, upper, "")
}

/// A service on its own: nothing that only takes away is left.
pub(super) fn settled(node: Node) -> Node {
    let content = match node.content {
        Content::Mapping(entries) => {
            let left = entries.into_iter().filter(|(_, value)| value.mark != Mark::Reset);
            Content::Mapping(left.map(|(key, value)| (key, settled(value))).collect())
        }
        Content::Sequence(items) => {
            let left = items.into_iter().filter(|item| item.mark != Mark::Reset);
            Content::Sequence(left.map(settled).collect())
        }
        other => other,
    };
    Node { content, ..node }
}

fn laid(lower: Node, upper: Node, field: &str) -> Node {
    if upper.mark == Mark::Override {
        return settled(upper);
    }
    if matches!(upper.content, Content::Null) {
        return lower;
    }
    match rule(field) {
        Rule::Replaced => settled(upper),
        Rule::Pairs => plain(as_pairs(lower), as_pairs(upper), field),
        Rule::Names => plain(as_names(lower), as_names(upper), field),
        Rule::ShortFor(key) => plain(in_long(lower, key), in_long(upper, key), field),
        Rule::Listed => one_after_the_other(as_list(lower), as_list(upper)),
        Rule::ByTarget => by_target(lower, upper),
        Rule::Plain => plain(lower, upper, field),
    }
}

fn plain(lower: Node, upper: Node, field: &str) -> Node {
    match (&lower.content, &upper.content) {
        (Content::Mapping(_), Content::Mapping(_)) => mappings(lower, upper, field),
        (Content::Sequence(_), Content::Sequence(_)) => one_after_the_other(lower, upper),
        _ => settled(upper),
    }
}

fn mappings(lower: Node, upper: Node, field: &str) -> Node {
    let place = lower.place.clone();
    let mut entries: Vec<Option<(Node, Node)>> = entries_of(lower).into_iter().map(Some).collect();
    let known: HashMap<String, usize> = entries.iter().enumerate().filter_map(named).collect();
    for (key, value) in entries_of(upper) {
        let name = key.as_str().unwrap_or_default().to_owned();
        let below = known.get(&name).and_then(|at| entries.get_mut(*at)).and_then(Option::take);
        match (value.mark, below) {
            (Mark::Reset, _) => {}
            (_, None) => entries.push(Some((key, settled(value)))),
            (_, Some((below, lower))) => {
                let deeper = if field.is_empty() { name } else { within(field, &name) };
                // Where nothing new is said of a name, the line that says it first is the better evidence.
                let keeps = matches!(value.content, Content::Null);
                entries.push(Some((if keeps { below } else { key }, laid(lower, value, &deeper))));
            }
        }
    }
    Node::holding(Content::Mapping(entries.into_iter().flatten().collect()), &place)
}

/// The path of a field. No rule is about a longer one, and nothing beneath it is merged: nothing of a service is that deep.
fn within(field: &str, name: &str) -> String {
    const LONGEST: usize = 128;
    if field.len() + name.len() > LONGEST { TOO_DEEP.to_owned() } else { format!("{field}.{name}") }
}

const TOO_DEEP: &str = ".";

fn named((at, entry): (usize, &Option<(Node, Node)>)) -> Option<(String, usize)> {
    Some((entry.as_ref()?.0.as_str()?.to_owned(), at))
}

fn entries_of(node: Node) -> Vec<(Node, Node)> {
    match node.content {
        Content::Mapping(entries) => entries,
        _ => Vec::new(),
    }
}

fn items_of(node: Node) -> Vec<Node> {
    match node.content {
        Content::Sequence(items) => items,
        _ => Vec::new(),
    }
}

fn one_after_the_other(lower: Node, upper: Node) -> Node {
    let place = lower.place.clone();
    let items = items_of(lower).into_iter().chain(items_of(settled(upper))).collect();
    Node::holding(Content::Sequence(items), &place)
}

fn by_target(lower: Node, upper: Node) -> Node {
    let upper = settled(upper);
    let taken: HashSet<String> = upper.items().iter().filter_map(target).collect();
    let place = lower.place.clone();
    let left = items_of(lower).into_iter().filter(|item| target(item).is_none_or(|at| !taken.contains(&at)));
    let items = left.chain(items_of(upper)).collect();
    Node::holding(Content::Sequence(items), &place)
}

/// Where something is mounted: `source:target:ro`, or the long form. A configuration without a place of its own has that of its name.
fn target(item: &Node) -> Option<String> {
    if let Some(text) = item.as_str() {
        return Some(text.split(':').nth(1).unwrap_or(text).to_owned());
    }
    item.get("target").or_else(|| item.get("source"))?.as_str().map(str::to_owned)
}

fn as_pairs(node: Node) -> Node {
    as_mapping(node, |text| text.split_once('=').map_or((text, None), |(key, value)| (key, Some(value))))
}

fn as_names(node: Node) -> Node {
    as_mapping(node, |text| (text, None))
}

fn as_mapping(node: Node, split: impl Fn(&str) -> (&str, Option<&str>)) -> Node {
    let Content::Sequence(items) = &node.content else { return node };
    let entry = |item: &Node| {
        let (key, value) = split(item.as_str()?);
        let content = Node::holding(Content::Null, &item.place);
        Some((Node::scalar(key, &item.place), value.map_or(content, |value| Node::scalar(value, &item.place))))
    };
    let entries = items.iter().filter_map(entry).collect();
    Node { content: Content::Mapping(entries), ..node }
}

fn in_long(node: Node, key: &str) -> Node {
    if node.as_str().is_none() {
        return node;
    }
    let place = node.place.clone();
    Node::holding(Content::Mapping(vec![(Node::scalar(key, &place), node)]), &place)
}

fn as_list(node: Node) -> Node {
    match node.content {
        Content::Sequence(_) | Content::Null => node,
        _ => {
            let place = node.place.clone();
            Node::holding(Content::Sequence(vec![node]), &place)
        }
    }
}
