//! Host names and ports: what may be one, and what only looks like one.

/// A host with or without a port, as it stands in a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Address<'a> {
    pub host: &'a str,
    pub port: Option<u16>,
    pub raw: &'a str,
}

impl Address<'_> {
    /// Whether it is neither this machine nor a mere number.
    pub fn is_elsewhere(&self) -> bool {
        let host = self.host.to_ascii_lowercase();
        host != "localhost" && !host.ends_with(".localhost") && !host.starts_with("localhost.") && !is_number(&host)
    }
}

/// `host` or `host:port`, as in the authority of a URL. A host that is an address of the network is one here; see [`Address::is_elsewhere`].
pub(super) fn authority(text: &str) -> Option<Address<'_>> {
    match text.split_once(':') {
        Some((host, "")) if is_host(host) => Some(Address { host, port: None, raw: host }),
        Some(_) => with_port_only(text),
        None if is_host(text) => Some(Address { host: text, port: None, raw: text }),
        None => None,
    }
}

/// `host:port`, with a path or credentials around it that are left out.
pub(super) fn with_port(text: &str) -> Option<Address<'_>> {
    let text = match text.rsplit_once('@') {
        Some((credentials, rest)) if credentials.contains(':') => rest,
        Some(_) => return None,
        None => text,
    };
    let (address, path) = text.split_once('/').unwrap_or((text, ""));
    if path.contains([':', '@']) {
        return None;
    }
    with_port_only(address)
}

/// A word that may be a host's name.
pub(super) fn word(text: &str) -> Option<Address<'_>> {
    if text.contains(':') {
        return with_port(text);
    }
    let plausible = is_host(text) && !is_keyword(text) && !is_file(text) && !is_package(text);
    plausible.then_some(Address { host: text, port: None, raw: text })
}

/// A port's number.
pub(super) fn port(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().filter(|port| *port > 0)
}

fn with_port_only(text: &str) -> Option<Address<'_>> {
    let (host, number) = text.split_once(':')?;
    let port = port(number)?;
    is_host(host).then_some(Address { host, port: Some(port), raw: text })
}

fn is_host(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    !text.is_empty() && text.len() <= 253 && text.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    let edges = label.bytes().next().zip(label.bytes().last());
    let inside = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    label.len() <= 63 && inside && edges.is_some_and(|(first, last)| first.is_ascii_alphanumeric() && last != b'-')
}

/// An IPv4 address, a time, a version: whatever ends in a part without a letter, or has none but hexadecimal ones after `0x`.
fn is_number(host: &str) -> bool {
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    !last.bytes().any(|byte| byte.is_ascii_alphabetic()) && (host.contains('.') || !has_letter(host))
}

fn has_letter(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

fn is_keyword(text: &str) -> bool {
    const KEYWORDS: [&str; 20] = [
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "none",
        "null",
        "nil",
        "default",
        "auto",
        "enabled",
        "disabled",
        "any",
        "all",
        "undefined",
        "changeme",
        "http",
        "https",
        "tcp",
    ];
    KEYWORDS.contains(&text.to_ascii_lowercase().as_str())
}

fn is_file(text: &str) -> bool {
    const ENDINGS: [&str; 24] = [
        "conf",
        "cfg",
        "yml",
        "yaml",
        "json",
        "xml",
        "js",
        "ts",
        "py",
        "rb",
        "go",
        "sh",
        "pem",
        "crt",
        "key",
        "log",
        "sock",
        "jar",
        "html",
        "properties",
        "toml",
        "txt",
        "sql",
        "ini",
    ];
    text.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending.to_ascii_lowercase().as_str()))
}

/// `com.example.Service`: dots and a capital that no host name has.
fn is_package(text: &str) -> bool {
    const ROOTS: [&str; 6] = ["com.", "org.", "net.", "java.", "javax.", "jakarta."];
    text.contains('.')
        && (text.bytes().any(|byte| byte.is_ascii_uppercase()) || ROOTS.iter().any(|root| text.starts_with(root)))
}
