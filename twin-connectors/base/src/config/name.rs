//! Which files hold settings, by their names.

use super::Format;

/// The format of a file by its name.
pub fn format_of(path: &str) -> Option<Format> {
    let path = path.to_lowercase();
    let name = path.rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        _ if name == ".env" || name.starts_with(".env.") || extension == "env" => Some(Format::DotEnv),
        _ if is_dockerfile(name) => Some(Format::Dockerfile),
        "properties" if !is_tool(name) => Some(Format::Properties),
        "toml" if !is_tool(name) => Some(Format::Toml),
        "yml" | "yaml" | "json" if is_settings(name) => Some(Format::Yaml),
        "conf" | "template" if is_nginx(&path, name) => Some(Format::Nginx),
        _ => None,
    }
}

fn is_dockerfile(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    matches!(stem, "dockerfile" | "containerfile") || name.ends_with(".dockerfile")
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
