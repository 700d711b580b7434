//! Requirements files of pip: a requirement a line, options, included files.

use twin_connector_base::{Decoded, Payload};
use twin_core::observe::{Diagnostic, code};

use super::{Form, beside, declared, requirement};
use crate::packages::{Dependency, Ecosystem, File, Goal, Manifest, file_name, folder_of, scope, within};

/// Words in the name of a file whose requirements nobody needs at run time.
const DEVELOPMENT: [&str; 12] =
    ["dev", "develop", "development", "test", "tests", "testing", "lint", "docs", "doc", "ci", "typing", "build"];
/// Files include each other; more than so many levels nobody writes.
const LEVELS: usize = 8;

fn stem(path: &str) -> Option<&str> {
    let name = file_name(path);
    name.strip_suffix(".txt").or_else(|| name.strip_suffix(".in"))
}

/// `requirements.txt`, `requirements-dev.txt`, `dev-requirements.txt`, `requirements/dev.txt`.
pub(super) fn is_requirements(path: &str) -> bool {
    let in_folder = file_name(folder_of(path)) == "requirements";
    stem(path).is_some_and(|stem| in_folder || stem.starts_with("requirements") || stem.ends_with("requirements"))
}

/// `constraints.txt` and the like.
pub(super) fn is_constraints(path: &str) -> bool {
    stem(path).is_some_and(|stem| stem.starts_with("constraints") || stem.ends_with("constraints"))
}

/// The folder of the code that requirements are for.
pub(super) fn code_folder(path: &str) -> &str {
    let folder = folder_of(path);
    if file_name(folder) == "requirements" { folder_of(folder) } else { folder }
}

fn scope_of(path: &str) -> Option<&'static str> {
    let words = stem(path).unwrap_or_default().to_lowercase();
    let mut words = words.split(|letter: char| !letter.is_alphanumeric());
    words.any(|word| DEVELOPMENT.contains(&word)).then_some(scope::DEVELOPMENT)
}

/// Whether a folder holds what helps to develop, and no code that runs.
fn is_beside(folder: &str) -> bool {
    let name = file_name(folder);
    name.starts_with('.') || DEVELOPMENT.contains(&name)
}

/// The files that requirements include and that no name tells to be requirements.
pub(super) fn included(path: &str, text: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|line| option(line.trim(), &["-r", "--requirement"]));
    let paths = lines.map(|below| within(folder_of(path), below));
    paths.filter(|path| Form::of(path).is_none()).collect()
}

/// The value of an option: `-r x`, `-rx`, `--requirement=x`.
fn option<'t>(line: &'t str, names: &[&str]) -> Option<&'t str> {
    names.iter().find_map(|name| {
        let rest = line.strip_prefix(name)?;
        let separated = rest.starts_with([' ', '=', '\t']) || !name.starts_with("--");
        let value = rest.trim_start_matches(['=', ' ', '\t']).split(" #").next().unwrap_or_default().trim();
        (separated && !value.is_empty()).then_some(value)
    })
}

pub(super) fn decode(file: &File<'_>, payloads: &[Payload<'_>]) -> Result<Decoded, Diagnostic> {
    let mut reading = Reading { payloads, dependencies: Vec::new(), diagnostics: Vec::new(), lines: 0 };
    reading.read(file, &[]);
    // A text about what somebody requires has such a name, too.
    if reading.lines < reading.diagnostics.len() {
        return Err(file.refuse(code::NOT_RECOGNISED, 0, "most of its lines are no requirements"));
    }
    let folder = super::folder(file);
    let name = declared(folder, payloads, file.origin);
    let mut manifest = Manifest::new(Ecosystem::Python, name, folder, file);
    let scope = scope_of(file.path);
    manifest.is_component = manifest.is_named || (scope.is_none() && !is_beside(folder));
    manifest.dependencies =
        reading.dependencies.into_iter().map(|dependency| Dependency { scope, ..dependency }).collect();
    Ok(file.decoded(manifest.records(file), reading.diagnostics))
}

struct Reading<'p, 'a> {
    payloads: &'p [Payload<'a>],
    dependencies: Vec<Dependency>,
    diagnostics: Vec<Diagnostic>,
    /// Lines that were understood.
    lines: usize,
}

impl Reading<'_, '_> {
    fn read(&mut self, file: &File<'_>, above: &[twin_core::observe::Step]) {
        for (line, text) in statements(file) {
            let before = self.dependencies.len();
            match self.statement(file, line, &text, above) {
                Ok(()) => self.lines += 1,
                Err((code, message)) => self.diagnostics.push(file.warn(code, line, message)),
            }
            if !above.is_empty() && !text.starts_with("-r") && !text.starts_with("--r") {
                for dependency in self.dependencies.iter_mut().skip(before) {
                    dependency.evidence.chain.splice(0..0, above.iter().cloned());
                }
            }
        }
    }

    fn statement(
        &mut self,
        file: &File<'_>,
        line: usize,
        text: &str,
        above: &[twin_core::observe::Step],
    ) -> Result<(), (&'static str, &'static str)> {
        if let Some(below) = option(text, &["-r", "--requirement"]) {
            return self.include(file, line, below, above);
        }
        if let Some(place) = option(text, &["-e", "--editable"]) {
            return self.place(file, line, place);
        }
        if text.starts_with('-') {
            return Ok(());
        }
        if is_place(text) {
            return self.place(file, line, text);
        }
        let without_options = text.split(" --").next().unwrap_or(text);
        let read = requirement::dependency(file, line, without_options);
        self.dependencies.push(read.ok_or((code::SYNTAX, "no requirement"))?);
        Ok(())
    }

    /// A file whose name tells what it is speaks for itself; another is read here.
    fn include(
        &mut self,
        file: &File<'_>,
        line: usize,
        below: &str,
        above: &[twin_core::observe::Step],
    ) -> Result<(), (&'static str, &'static str)> {
        let path = within(file.folder(), below);
        if Form::of(&path).is_some() {
            return Ok(());
        }
        let missing = (code::UNRESOLVED, "a file that it includes could not be read");
        let included = beside(self.payloads, &path, file.origin).filter(|_| above.len() < LEVELS).ok_or(missing)?;
        let mut steps = above.to_vec();
        steps.extend(file.evidence(line, below).chain);
        self.read(&included, &steps);
        Ok(())
    }

    /// A requirement that is only a place: an address with a name in it, or a folder of the project.
    fn place(&mut self, file: &File<'_>, line: usize, place: &str) -> Result<(), (&'static str, &'static str)> {
        if let Some(named) = requirement::dependency(file, line, place).filter(|_| place.contains('@')) {
            self.dependencies.push(named);
            return Ok(());
        }
        match place.contains("://") {
            true => {
                let name = name_in(place).ok_or((code::UNRESOLVED, "an address that names no package"))?;
                let mut dependency = Dependency::new(Ecosystem::Python.normal(name), file.evidence(line, name));
                dependency.range = crate::packages::without_credentials(place);
                self.dependencies.push(dependency);
            }
            false => self.folder(file, line, place),
        }
        Ok(())
    }

    /// A folder of the project, from where the code is; the requirements' own is no dependency.
    fn folder(&mut self, file: &File<'_>, line: usize, place: &str) {
        let written = place.split(['[', ';', ' ', '#']).next().unwrap_or(place).trim_start_matches("file:");
        let folder = within(super::folder(file), written);
        if folder != super::folder(file) && !written.starts_with('/') {
            let mut dependency = Dependency::new(folder.clone(), file.evidence(line, written));
            dependency.goal = Goal::Folder(folder);
            self.dependencies.push(dependency);
        }
    }
}

fn is_place(text: &str) -> bool {
    let first = text.split([' ', ';']).next().unwrap_or_default();
    first.starts_with(['.', '/']) || first.contains("://") || first.starts_with("file:")
}

/// The name in `#egg=name`, or in the name of a wheel.
fn name_in(place: &str) -> Option<&str> {
    let egg = place.split_once("egg=").map(|(_, egg)| egg.split(['&', '[', ' ', ';', '#']).next().unwrap_or(egg));
    let path = place.split(['?', '#', ' ', ';']).next().unwrap_or(place);
    let wheel = || path.ends_with(".whl").then(|| file_name(path).split('-').next()).flatten();
    egg.or_else(wheel).filter(|name| requirement::read(name).is_some_and(|read| read.name == *name))
}

/// Lines without comments, those that go on joined, with the number of the first.
pub(super) fn statements(file: &File<'_>) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut goes_on = false;
    for (number, line) in file.numbered().filter(|(_, line)| line.len() <= file.origin.limits.line_bytes) {
        let text = if line.trim_start().starts_with('#') { "" } else { line.split(" #").next().unwrap_or(line) }.trim();
        let (text, more) = text.strip_suffix('\\').map_or((text, false), |text| (text.trim_end(), true));
        match found.last_mut() {
            Some((_, last)) if goes_on => last.extend([" ", text]),
            _ => found.push((number, text.to_owned())),
        }
        goes_on = more;
    }
    found.retain(|(_, text)| !text.trim().is_empty());
    found
}
