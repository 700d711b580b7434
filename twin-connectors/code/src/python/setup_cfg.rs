//! `setup.cfg`: sections of keys, whose values may go on over indented lines.

use twin_connector_base::{Decoded, Payload};
use twin_core::observe::{Diagnostic, code};

use super::{declared, requirement};
use crate::packages::{Dependency, Ecosystem, File, Manifest, Told, scope};

/// One key of a section, with each line of its value.
struct Setting<'t> {
    section: &'t str,
    key: &'t str,
    values: Vec<(usize, &'t str)>,
}

pub(super) fn decode(file: &File<'_>, payloads: &[Payload<'_>]) -> Result<Decoded, Diagnostic> {
    let settings = settings(file);
    if !settings.iter().any(|setting| !setting.section.is_empty()) {
        return Err(file.refuse(code::NOT_RECOGNISED, 0, "no sections with settings"));
    }
    if !settings.iter().any(|setting| setting.section == "metadata" || setting.section.starts_with("options")) {
        return Ok(file.decoded(Vec::new(), Vec::new()));
    }
    let name = name_in(file, &settings).or_else(|| declared(file.folder(), payloads, file.origin));
    let mut manifest = Manifest::new(Ecosystem::Python, name, file.folder(), file);
    let said = |key: &str| literal(file, &settings, key);
    manifest.version = said("version");
    manifest.description = said("description");
    manifest.license = said("license");
    manifest.form = form(file, &settings);
    let (dependencies, diagnostics) = dependencies(file, &settings);
    manifest.dependencies = dependencies;
    Ok(file.decoded(manifest.records(file), diagnostics))
}

/// The name that the file gives its package.
pub(super) fn name(file: &File<'_>) -> Option<Told> {
    name_in(file, &settings(file))
}

fn name_in(file: &File<'_>, settings: &[Setting<'_>]) -> Option<Told> {
    literal(file, settings, "name")
}

/// A value of the metadata that is not computed.
fn literal(file: &File<'_>, settings: &[Setting<'_>], key: &str) -> Option<Told> {
    let setting = settings.iter().find(|setting| setting.section == "metadata" && setting.key == key)?;
    let (line, text) = setting.values.first()?;
    let is_computed = text.starts_with("attr:") || text.starts_with("file:");
    (!is_computed).then(|| file.said(*line, text))
}

fn settings<'t>(file: &File<'t>) -> Vec<Setting<'t>> {
    let (mut section, mut found): (&str, Vec<Setting<'t>>) = ("", Vec::new());
    let short = file.numbered().filter(|(_, line)| line.len() <= file.origin.limits.line_bytes);
    for (number, line) in short.filter(|(_, line)| !line.trim().is_empty() && !line.trim().starts_with(['#', ';'])) {
        let text = line.trim();
        if let (true, Some(last)) = (line.starts_with([' ', '\t']), found.last_mut()) {
            last.values.push((number, text));
        } else if let Some(name) = text.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            section = name.trim();
        } else if let Some((key, value)) = text.split_once(['=', ':']) {
            let values = Some((number, value.trim())).filter(|(_, value)| !value.is_empty());
            found.push(Setting { section, key: key.trim(), values: values.into_iter().collect() });
        }
    }
    found
}

fn scope_of(setting: &Setting<'_>) -> Option<Option<&'static str>> {
    match (setting.section, setting.key) {
        ("options", "install_requires") => Some(None),
        ("options", "setup_requires") => Some(Some(scope::BUILD)),
        ("options", "tests_require") => Some(Some(scope::DEVELOPMENT)),
        ("options.extras_require", _) => Some(Some(scope::OPTIONAL)),
        _ => None,
    }
}

fn dependencies(file: &File<'_>, settings: &[Setting<'_>]) -> (Vec<Dependency>, Vec<Diagnostic>) {
    let (mut found, mut diagnostics) = (Vec::new(), Vec::new());
    let needs = settings.iter().filter_map(|setting| Some((setting, scope_of(setting)?)));
    for ((line, text), scope) in
        needs.flat_map(|(setting, scope)| setting.values.iter().map(move |value| (*value, scope)))
    {
        match requirement::dependency(file, line, text) {
            Some(dependency) => found.push(Dependency { scope, ..dependency }),
            None if text.starts_with("file:") => {}
            None => diagnostics.push(file.warn(code::SYNTAX, line, "no requirement")),
        }
    }
    (found, diagnostics)
}

/// A package that installs commands is an application.
fn form(file: &File<'_>, settings: &[Setting<'_>]) -> Option<Told> {
    let setting = settings.iter().find(|setting| {
        setting.section == "options.entry_points" && ["console_scripts", "gui_scripts"].contains(&setting.key)
    })?;
    let (line, _) = setting.values.first()?;
    Some(Told { text: "application".to_owned(), evidence: file.evidence(*line, "") })
}
