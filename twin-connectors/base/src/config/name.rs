//! Which files hold settings, by their names or by what stands in them.

use twin_core::base::Limits;

use super::{Format, settings};

/// The format of a file by its name.
pub fn format_of(path: &str) -> Option<Format> {
    let path = path.to_lowercase();
    let name = path.rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        _ if name == ".env" || name.starts_with(".env.") || extension == "env" => Some(Format::DotEnv),
        "properties" if !is_tool(name) => Some(Format::Properties),
        "toml" if !is_tool(name) => Some(Format::Toml),
        "yml" | "yaml" | "json" if is_settings(name) => Some(Format::Yaml),
        "conf" | "template" if is_nginx(&path, name) => Some(Format::Nginx),
        _ => None,
    }
}

/// The format of a file whose name says nothing, by its beginning: the directives of a proxy, or YAML or JSON that names a host of a private
/// network. Most YAML and JSON does not: it is left to others, or to the list of what nobody understood.
pub fn format_by_content(path: &str, head: &[u8]) -> Option<Format> {
    let path = path.to_lowercase();
    let name = path.rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let text = std::str::from_utf8(head).ok()?;
    match extension {
        "conf" | "template" | "tmpl" | "inc" | "vhost" if passes_requests(text) => Some(Format::Nginx),
        "cfg" if has_servers(text) => Some(Format::Proxy),
        _ if name == "caddyfile" => Some(Format::Proxy),
        "yml" | "yaml" | "json" if !is_others(&path, text) && names_private_host(&path, text) => Some(Format::Yaml),
        _ => None,
    }
}

fn passes_requests(text: &str) -> bool {
    let mut first_words = text.lines().filter_map(|line| line.split_whitespace().next());
    first_words.any(|word| ["proxy_pass", "grpc_pass", "fastcgi_pass", "uwsgi_pass", "upstream"].contains(&word))
}

fn has_servers(text: &str) -> bool {
    let begins = |word: &str| text.lines().any(|line| line.split_whitespace().next() == Some(word));
    begins("server") && (begins("backend") || begins("listen"))
}

/// Files of tools whose addresses are no peers of what runs: pipelines, manifests, descriptions of interfaces.
fn is_others(path: &str, text: &str) -> bool {
    const BEGINNINGS: [&str; 8] =
        ["package", "tsconfig", "composer", "openapi", "swagger", "skaffold", "chart.", "values"];
    let name = path.rsplit('/').next().unwrap_or_default();
    let hidden = path.split('/').any(|part| part.starts_with('.'));
    let has_key = |key: &str| text.lines().any(|line| line.starts_with(key));
    hidden
        || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
        || has_key("apiVersion:")
        || has_key("openapi")
}

/// Whether a text names a host that only a private network knows.
fn names_private_host(path: &str, text: &str) -> bool {
    const SUFFIXES: [&str; 4] = [".local", ".internal", ".svc", ".lan"];
    let said = settings(path, text, Format::Yaml, &Limits::default());
    let is_private = |host: &str| !host.contains('.') || SUFFIXES.iter().any(|suffix| host.ends_with(suffix));
    said.mentions.iter().any(|mention| is_private(&mention.endpoint.host))
}

/// Files of package managers, build tools and formatters: their URLs are no peers.
fn is_tool(name: &str) -> bool {
    const TOOLS: [&str; 20] = [
        "cargo.toml",
        "pyproject.toml",
        "pipfile.toml",
        "rustfmt.toml",
        ".rustfmt.toml",
        "clippy.toml",
        "deny.toml",
        "rust-toolchain.toml",
        "gopkg.toml",
        "netlify.toml",
        "book.toml",
        "poetry.toml",
        "ruff.toml",
        "taplo.toml",
        ".gitleaks.toml",
        "gradle.properties",
        "gradle-wrapper.properties",
        "maven-wrapper.properties",
        "sonar-project.properties",
        "libs.versions.toml",
    ];
    TOOLS.contains(&name) || name.starts_with("log4j") || name.starts_with("logging.") || name.starts_with("messages")
}

fn is_settings(name: &str) -> bool {
    const BEGINNINGS: [&str; 8] = [
        "application",
        "bootstrap",
        "appsettings",
        "config",
        "configuration",
        "settings",
        "envoy",
        "microprofile-config",
    ];
    let stem = name.split('.').next().unwrap_or_default();
    let begins = |beginning: &str| {
        stem.strip_prefix(beginning).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
    };
    BEGINNINGS.iter().any(|beginning| begins(beginning)) || stem.ends_with("-envoy")
}

fn is_nginx(path: &str, name: &str) -> bool {
    name.ends_with(".conf.template") || path.contains("nginx") || path.contains("conf.d/") || name == "default.conf"
}
