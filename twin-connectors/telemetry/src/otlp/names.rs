//! Names that may leave: operations without ids, queries and literals; hosts without addresses; short tokens.
//!
//! Everything else that a span carries may be a secret. What is not surely a name is replaced by `{}` or left out.

use std::net::IpAddr;

const LONGEST_OPERATION: usize = 120;

/// A span's name as an operation: cut at a query or a literal, with `{}` for each part that looks like an id or a secret.
pub(super) fn operation(name: &str) -> String {
    let end = name.find(['?', '\'', '"', '#', '\n', '\r', '`']).unwrap_or(name.len());
    let words = name.get(..end).unwrap_or_default().split_whitespace().map(word);
    let text = words.collect::<Vec<_>>().join(" ");
    text.chars().take(LONGEST_OPERATION).collect()
}

/// The name of a span that is no request: it may hold a statement, so it leaves only if it plainly holds none.
pub(super) fn internal_operation(name: &str) -> String {
    let plain = !name.contains(['\'', '"', '=', ';', '?', '`']) && name.split_whitespace().count() <= 6;
    if plain { operation(name) } else { "internal".to_owned() }
}

fn word(text: &str) -> String {
    let path = match text.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |slash| rest.get(slash..).unwrap_or("/")),
        None => text,
    };
    path.split('/').map(|segment| if is_opaque(segment) { "{}" } else { segment }).collect::<Vec<_>>().join("/")
}

/// Whether a part of a name looks like an id, an address or a secret.
pub(super) fn is_opaque(segment: &str) -> bool {
    if segment.contains(['@', '=', '%', '&', ';']) || segment.len() > 80 {
        return true;
    }
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    let is_number = digits > 0 && segment.bytes().all(|byte| byte.is_ascii_digit());
    is_number || digits >= 4 || is_hexadecimal(segment, digits) || segment.split(['.', '_', '-', ':']).any(is_random)
}

fn is_hexadecimal(segment: &str, digits: usize) -> bool {
    segment.len() >= 8 && digits > 0 && segment.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Long, and neither one word nor words in camel case.
fn is_random(piece: &str) -> bool {
    let bytes = piece.as_bytes();
    let turns =
        bytes.windows(2).filter(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() != b.is_ascii_lowercase()));
    piece.len() > 20 && (bytes.iter().any(u8::is_ascii_digit) || turns.count() * 3 > piece.len())
}

/// A word such as a method, a protocol or a verb of SQL, or nothing.
pub(super) fn token(text: &str) -> Option<String> {
    let short = (1..=40).contains(&text.len());
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    (short && plain && !is_opaque(text)).then(|| text.to_owned())
}

/// The name of a database, a queue or a service: a name that its owner gave it, or nothing.
pub(super) fn given_name(text: &str) -> Option<String> {
    let text = text.trim();
    let short = (1..=200).contains(&text.len());
    let plain = !text.contains("://") && !text.contains(['@', '=', ';', '?', '&']) && !text.contains(char::is_control);
    (short && plain).then(|| text.to_owned())
}

/// A host and perhaps a port out of `host`, `host:port`, or a URL. Never an address, never this machine itself.
pub(super) fn host(text: &str) -> Option<(String, Option<u16>)> {
    let rest = text.trim().split_once("://").map_or(text.trim(), |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (name, port) = match authority.rsplit_once(':') {
        Some((name, port)) => (name, port.parse().ok()),
        None => (authority, None),
    };
    let name = name.trim_end_matches('.').to_lowercase();
    is_host_name(&name).then_some((name, port))
}

fn is_host_name(name: &str) -> bool {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    let is_local = name == "localhost" || name.ends_with(".localhost") || name == "localhost.localdomain";
    let is_address = name.parse::<IpAddr>().is_ok() || name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    plain && (1..=253).contains(&name.len()) && !is_local && !is_address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_lose_queries_ids_and_literals() {
        let cases = [
            ("GET /checkout", "GET /checkout"),
            ("GET /users/12345/orders?token=abc", "GET /users/{}/orders"),
            ("GET /a/7f3c9a2b1d4e5f60", "GET /a/{}"),
            ("GET /a/550e8400-e29b-41d4-a716-446655440000", "GET /a/{}"),
            ("POST /reset/jane@example.com", "POST /reset/{}"),
            ("GET https://user:pass@shop.example/items/9", "GET /items/{}"),
            ("oteldemo.ProductCatalogService/GetProduct", "oteldemo.ProductCatalogService/GetProduct"),
            ("GET /items/{id}", "GET /items/{id}"),
            ("GET /v1/items", "GET /v1/items"),
            ("GET /s/aB3dE5gH7jK9mN1pQ3rS5", "GET /s/{}"),
            ("find 'Jane Doe'", "find"),
        ];
        for (name, expected) in cases {
            assert_eq!(operation(name), expected, "{name}");
        }
        assert_eq!(internal_operation("SELECT a FROM b WHERE c = 'd'"), "internal");
        assert_eq!(internal_operation("settle the day"), "settle the day");
    }

    #[test]
    fn hosts_are_names() {
        let cases = [
            ("Payment", Some(("payment", None))),
            ("payment:8080", Some(("payment", Some(8080)))),
            ("https://u:p@pay.example:8443/x?y=z", Some(("pay.example", Some(8443)))),
            ("10.0.0.1", None),
            ("10.0.0.1:80", None),
            ("[::1]:80", None),
            ("::1", None),
            ("localhost:80", None),
            ("/var/run/socket", None),
            ("", None),
        ];
        for (text, expected) in cases {
            let expected = expected.map(|(name, port): (&str, Option<u16>)| (name.to_owned(), port));
            assert_eq!(host(text), expected, "{text}");
        }
    }
}
