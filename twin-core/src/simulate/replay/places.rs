//! Services that are called the same and stand in different places are told apart.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::span::Span;

/// A service of which spans were recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::simulate) struct RecordedService {
    /// Its name in the recording: what it calls itself, with a place where another one does the same.
    pub name: String,
    /// What it calls itself.
    pub service: String,
    /// Where it says that it stands.
    pub within: Vec<String>,
}

/// The spans, with services named so that no two are called the same, and these services. Borrowed, where none are. O(spans · log services).
pub(in crate::simulate) fn told_apart(spans: &[Span]) -> (Cow<'_, [Span]>, Vec<RecordedService>) {
    let mut places: BTreeMap<&str, BTreeSet<&[String]>> = BTreeMap::new();
    for span in spans {
        places.entry(&span.service).or_default().insert(&span.within);
    }
    let mut names: BTreeMap<(&str, &[String]), String> = BTreeMap::new();
    for (service, places) in &places {
        names.extend(places.iter().map(|place| ((*service, *place), name(service, place, places))));
    }
    let mut named = Cow::Borrowed(spans);
    if places.values().any(|places| places.len() > 1) {
        let name = |span: &Span| names[&(&span.service[..], &span.within[..])].clone();
        named = spans.iter().map(|span| Span { service: name(span), ..span.clone() }).collect();
    }
    let services = names.into_iter().map(|((service, within), name)| RecordedService {
        name,
        service: service.to_owned(),
        within: within.to_vec(),
    });
    let services = services.collect();
    (named, services)
}

/// What a service is called that stands in one of these places: by what no other place has, else by all of it.
fn name(service: &str, place: &[String], places: &BTreeSet<&[String]>) -> String {
    if places.len() == 1 || place.is_empty() {
        return service.to_owned();
    }
    let is_own = |part: &&String| !places.iter().any(|other| *other != place && other.contains(part));
    let own = place.iter().find(is_own).cloned();
    format!("{service}@{}", own.unwrap_or_else(|| place.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::replay::SpanKind;

    fn span(service: &str, within: &[&str]) -> Span {
        Span {
            trace: 1,
            id: 1,
            parent: None,
            service: service.to_owned(),
            within: within.iter().map(|&place| place.to_owned()).collect(),
            operation: "GET /".to_owned(),
            kind: SpanKind::Server,
            start_ns: 0,
            end_ns: 1,
            failed: false,
            peer: None,
            address: None,
            instance: None,
            cache_hit: None,
            resends: 0,
            link: None,
        }
    }

    #[test]
    fn services_of_one_name_are_called_by_what_tells_them_apart() {
        let cases: [(&[&[&str]], &[&str]); 5] = [
            (&[&["live", "shop"], &["live", "shop"]], &["api", "api"]),
            (&[&["live", "shop"], &["live", "office"]], &["api@shop", "api@office"]),
            (&[&["live"], &["trial"]], &["api@live", "api@trial"]),
            (&[&[], &["trial"]], &["api", "api@trial"]),
            (&[&["a", "b"], &["a", "c"], &["d", "b"]], &["api@a/b", "api@c", "api@d"]),
        ];
        for (places, expected) in cases {
            let spans: Vec<Span> = places.iter().map(|within| span("api", within)).collect();
            let (named, services) = told_apart(&spans);
            assert_eq!(named.iter().map(|span| &span.service[..]).collect::<Vec<_>>(), expected, "{places:?}");
            assert!(services.iter().all(|service| service.service == "api" && expected.contains(&&service.name[..])));
            let again = told_apart(&named).0;
            assert_eq!(again, named, "told apart once, they stay so");
        }
    }
}
