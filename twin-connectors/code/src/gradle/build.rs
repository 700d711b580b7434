//! Build scripts: what a project is called, what it needs, and whether it runs.

use std::collections::BTreeMap;

use twin_connector_base::{Decoded, Payload};
use twin_core::observe::{Diagnostic, code};

use super::catalogue::{self, Catalogue, coordinates};
use super::script::{Statement, called, statements};
use super::token::Token;
use super::{BUILDS, CATALOGUE, SETTINGS, beside};
use crate::packages::{Dependency, Ecosystem, File, Goal, Manifest, Told, ancestors, file_name, join, scope};

/// Plugins whose project runs, and whose project others build on.
const APPLICATIONS: [&str; 6] = [
    "application",
    "org.springframework.boot",
    "war",
    "com.android.application",
    "io.quarkus",
    "io.micronaut.application",
];
const LIBRARIES: [&str; 3] = ["java-library", "com.android.library", "java-platform"];
/// What a build script begins a statement with.
const HEADS: [&str; 14] = [
    "dependencies",
    "plugins",
    "apply",
    "buildscript",
    "allprojects",
    "subprojects",
    "group",
    "version",
    "repositories",
    "task",
    "tasks",
    "ext",
    "configurations",
    "java",
];

pub(super) fn decode(file: &File<'_>, payloads: &[Payload<'_>]) -> Result<Decoded, Diagnostic> {
    let (manifest, diagnostics) = manifest(file, payloads)?;
    Ok(file.decoded(manifest.records(file), diagnostics))
}

/// The project of a script.
///
/// # Errors
/// The rejection of a file that is no script of Gradle.
pub(super) fn manifest(file: &File<'_>, payloads: &[Payload<'_>]) -> Result<(Manifest, Vec<Diagnostic>), Diagnostic> {
    let script = statements(file).ok_or_else(|| file.refuse(code::LIMIT, 0, "nested too deeply"))?;
    // By its name a script may begin with any word; by its content only with one that Gradle knows.
    let is_script = BUILDS.contains(&file_name(file.path));
    let is_known = |head: &str| is_script || HEADS.contains(&head);
    if !script.iter().any(|statement| statement.head().is_some_and(is_known)) {
        return Err(file.refuse(code::NOT_RECOGNISED, 0, "no build script"));
    }
    let around = Around::of(file, payloads);
    let mut reading = Reading { file, around: &around, values: values(&script), diagnostics: Vec::new() };
    let mut manifest = reading.named(&script);
    manifest.tool = "gradle";
    manifest.form = form(file, &script);
    manifest.dependencies = reading.dependencies(&script);
    let needs_something = manifest.dependencies.iter().any(|dependency| dependency.scope.is_none());
    manifest.is_component = needs_something || manifest.form.is_some() || !around.holds_projects;
    Ok((manifest, reading.diagnostics))
}

/// What the files of the folders above say.
#[derive(Default)]
struct Around {
    /// The folder of the settings.
    root: String,
    root_name: Option<Told>,
    /// Whether the script is the root of several projects.
    holds_projects: bool,
    catalogue: Catalogue,
    group: Option<Told>,
    version: Option<Told>,
}

impl Around {
    fn of(file: &File<'_>, payloads: &[Payload<'_>]) -> Self {
        let folder = file.folder();
        let mut around = Around { root: folder.to_owned(), ..Around::default() };
        let mut folders = std::iter::once(folder).chain(ancestors(folder));
        let settings = folders
            .find_map(|folder| SETTINGS.iter().find_map(|name| beside(payloads, &join(folder, name), file.origin)));
        if let Some(settings) = settings {
            around.settle(&settings, folder);
        }
        let above = std::iter::once(folder).chain(ancestors(folder));
        let catalogues = above.map(|folder| join(&join(folder, "gradle"), CATALOGUE));
        let nearest = catalogues.filter_map(|path| beside(payloads, &path, file.origin)).next();
        around.catalogue = nearest.and_then(|file| catalogue::read(&file)).unwrap_or_default();
        for script in ancestors(folder).flat_map(|folder| BUILDS.iter().map(move |name| join(folder, name))) {
            around.inherit(beside(payloads, &script, file.origin));
        }
        around
    }

    fn settle(&mut self, settings: &File<'_>, folder: &str) {
        let script = statements(settings).unwrap_or_default();
        self.root = settings.folder().to_owned();
        let name = called(&script, "rootProject.name").find_map(|statement| statement.texts().next());
        self.root_name = name.map(|(line, text)| settings.said(line, text));
        self.holds_projects = self.root == folder && called(&script, "include").next().is_some();
    }

    /// Group and version that a script gives to the projects below it.
    fn inherit(&mut self, script: Option<File<'_>>) {
        let Some(file) = script else { return };
        let script = statements(&file).unwrap_or_default();
        let blocks = ["allprojects", "subprojects"].into_iter().flat_map(|head| called(&script, head));
        for block in blocks {
            let values = values(&block.block);
            let told = |name: &str| assigned(&file, &block.block, name, &values);
            self.group = self.group.take().or_else(|| told("group"));
            self.version = self.version.take().or_else(|| told("version"));
        }
    }
}

/// The texts that a script gives names to, anywhere at its top or in `ext`.
fn values(script: &[Statement<'_>]) -> BTreeMap<String, String> {
    let inner = script.iter().filter(|statement| matches!(statement.head(), Some("ext" | "buildscript")));
    let inner = inner.flat_map(|outer| outer.block.iter().chain(outer.block.iter().flat_map(|inner| &inner.block)));
    let named = script.iter().chain(inner).filter_map(value);
    named.map(|(name, text)| (name.trim_start_matches("ext.").to_owned(), text.to_owned())).collect()
}

/// `name = "text"`, with what may stand before the name.
fn value<'t>(statement: &Statement<'t>) -> Option<(&'t str, &'t str)> {
    let equals = statement.tokens.iter().position(|placed| placed.token == Token::Sign('='))?;
    let Token::Text(text) = statement.tokens.get(equals + 1)?.token else { return None };
    let mut words = statement.words().map(|(_, word)| word);
    let name = words.find(|word| !["def", "val", "var", "const", "private", "final", "String"].contains(word))?;
    Some((name, text))
}

/// `$name` and `${name}` with their texts; what nobody says stays as it is written.
fn filled(text: &str, values: &BTreeMap<String, String>) -> String {
    let (mut whole, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once('$') {
        whole.push_str(before);
        let braced = after.strip_prefix('{').and_then(|inside| inside.split_once('}'));
        let end = after.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(after.len());
        let (name, behind) = braced.unwrap_or_else(|| after.split_at_checked(end).unwrap_or((after, "")));
        let name_only = name.trim_start_matches("rootProject.").trim_start_matches("ext.");
        match values.get(name_only) {
            Some(value) => whole.push_str(value),
            None if braced.is_some() => whole.push_str(&format!("${{{name}}}")),
            None => whole.push_str(&format!("${name}")),
        }
        rest = behind;
    }
    whole + rest
}

/// The text that a script gives to one of the project's own properties.
fn assigned(file: &File<'_>, script: &[Statement<'_>], name: &str, values: &BTreeMap<String, String>) -> Option<Told> {
    let statement = called(script, name).find(|statement| statement.text_after(name).is_some())?;
    let (line, text) = statement.text_after(name)?;
    let told = file.said(line, text);
    Some(Told { text: filled(text, values), ..told }).filter(|told| !told.text.is_empty())
}

fn form(file: &File<'_>, script: &[Statement<'_>]) -> Option<Told> {
    let blocks = called(script, "plugins").flat_map(|block| &block.block);
    let applied = called(script, "apply");
    let words = blocks.chain(applied).filter(|statement| !statement.words().any(|(_, word)| word == "false"));
    let ids: Vec<(usize, &str)> = words.flat_map(|statement| statement.texts().chain(statement.words())).collect();
    let named = |plugins: &[&str], form: &str| {
        let (line, id) = ids.iter().find(|(_, id)| plugins.contains(id))?;
        Some(Told { text: form.to_owned(), evidence: file.evidence(*line, id) })
    };
    named(&APPLICATIONS, "application").or_else(|| named(&LIBRARIES, "library"))
}

struct Reading<'a, 's> {
    file: &'a File<'a>,
    around: &'s Around,
    values: BTreeMap<String, String>,
    diagnostics: Vec<Diagnostic>,
}

impl Reading<'_, '_> {
    /// The project, called after its folder or by its settings. Without a group nobody outside can mean it.
    fn named(&self, script: &[Statement<'_>]) -> Manifest {
        let file = self.file;
        let shared = called(script, "allprojects").flat_map(|block| block.block.clone()).collect::<Vec<_>>();
        let own = |name: &str| {
            assigned(file, script, name, &self.values).or_else(|| assigned(file, &shared, name, &self.values))
        };
        let group = own("group").or_else(|| self.around.group.clone());
        let root_name = self.around.root_name.clone().filter(|_| self.around.root == file.folder());
        let by_folder = Some(file_name(file.folder())).filter(|name| !name.is_empty()).map(str::to_owned);
        let artifact = root_name.map(|told| told.text).or(by_folder);
        let named = group
            .zip(artifact.clone())
            .map(|(group, artifact)| Told { text: format!("{}:{artifact}", group.text), ..group });
        let mut manifest = Manifest::new(Ecosystem::Maven, named, file.folder(), file);
        if let (false, Some(artifact)) = (manifest.is_named, artifact.filter(|_| file.folder().is_empty())) {
            manifest.short.clone_from(&artifact);
            manifest.name.text = artifact;
        }
        manifest.version = own("version").or_else(|| self.around.version.clone());
        manifest.description = own("description");
        manifest
    }

    fn dependencies(&mut self, script: &[Statement<'_>]) -> Vec<Dependency> {
        let mut found = Vec::new();
        for block in called(script, "plugins").flat_map(|block| &block.block) {
            found.extend(self.plugin(block));
        }
        for block in called(script, "dependencies") {
            found.extend(self.block(block, None));
        }
        for block in called(script, "buildscript").flat_map(|block| called(&block.block, "dependencies")) {
            found.extend(self.block(block, Some(scope::BUILD)));
        }
        let shared = called(script, "allprojects").flat_map(|block| called(&block.block, "dependencies"));
        let sets =
            called(script, "kotlin").flat_map(|block| called(&block.block, "sourceSets")).flat_map(|sets| &sets.block);
        for block in shared.chain(sets.flat_map(|set| called(&set.block, "dependencies"))) {
            found.extend(self.block(block, None));
        }
        found
    }

    /// A plugin with a version is a package that Gradle fetches.
    fn plugin(&self, statement: &Statement<'_>) -> Option<Dependency> {
        let (line, id) = statement.text_after("id").or_else(|| statement.text_after("kotlin"))?;
        let (_, version) = statement.text_after("version")?;
        let is_kotlin = statement.head() == Some("kotlin");
        let id = if is_kotlin { format!("org.jetbrains.kotlin.{id}") } else { id.to_owned() };
        let mut dependency = Dependency::new(format!("{id}:{id}.gradle.plugin"), self.file.evidence(line, &id));
        (dependency.scope, dependency.range) = (Some(scope::BUILD), Some(filled(version, &self.values)));
        Some(dependency)
    }

    fn block(&mut self, block: &Statement<'_>, scope: Option<&'static str>) -> Vec<Dependency> {
        let mut found = Vec::new();
        for statement in block.block.iter().filter(|statement| statement.head() != Some("constraints")) {
            let own = scope.or_else(|| scope_of(statement.head().unwrap_or_default()));
            found.extend(
                self.statement(statement).into_iter().map(|dependency| Dependency { scope: own, ..dependency }),
            );
        }
        found
    }

    fn statement(&mut self, statement: &Statement<'_>) -> Vec<Dependency> {
        let words: Vec<(usize, &str)> = statement.words().collect();
        let has = |wanted: &str| words.iter().any(|(_, word)| *word == wanted);
        if has("project") {
            let path = statement.text_after("path").or_else(|| statement.text_after("project"));
            return path.map(|(line, path)| self.project(line, path)).into_iter().collect();
        }
        if has("files") || has("fileTree") || has("gradleApi") || has("localGroovy") {
            return Vec::new();
        }
        if let (Some((line, group)), Some((_, name))) = (statement.text_after("group"), statement.text_after("name")) {
            let version = statement.text_after("version").map(|(_, version)| format!(":{version}")).unwrap_or_default();
            return self.coordinate(line, &format!("{group}:{name}{version}"), name).into_iter().collect();
        }
        let mut found: Vec<Dependency> = words.iter().flat_map(|(line, word)| self.accessor(*line, word)).collect();
        if let Some((line, name)) = statement.text_after("kotlin").filter(|_| statement.head() != Some("kotlin")) {
            found.extend(self.coordinate(line, &format!("org.jetbrains.kotlin:kotlin-{name}"), name));
        } else {
            let texts: Vec<(usize, &str)> = statement.texts().filter(|(_, text)| text.contains(':')).collect();
            found.extend(texts.into_iter().filter_map(|(line, text)| self.coordinate(line, text, text)));
        }
        found
    }

    /// `libs.tide.chart` of the catalogue, `projects.quay.deep` of the settings.
    fn accessor(&mut self, line: usize, word: &str) -> Vec<Dependency> {
        if let Some(path) = word.strip_prefix("projects.") {
            return vec![self.project(line, &kebab(path))];
        }
        let Some(alias) = word.strip_prefix("libs.").map(|alias| alias.trim_end_matches(".get")) else {
            return Vec::new();
        };
        let found: Vec<Dependency> = self
            .around
            .catalogue
            .meant(alias)
            .into_iter()
            .map(|library| {
                let mut evidence = self.file.evidence(line, word);
                evidence.chain.extend(library.evidence.chain.iter().cloned());
                Dependency { range: library.version.clone(), ..Dependency::new(library.name.clone(), evidence) }
            })
            .collect();
        if found.is_empty() {
            self.diagnostics.push(self.file.warn(
                code::UNRESOLVED,
                line,
                "no catalogue that was read has this library",
            ));
        }
        found
    }

    /// A project by its path, `:quay:deep`: the folder that it has unless settings say otherwise.
    fn project(&self, line: usize, path: &str) -> Dependency {
        let below = path.trim_matches(':').replace(':', "/");
        let folder = join(&self.around.root, &below);
        let mut dependency = Dependency::new(folder.clone(), self.file.evidence(line, path));
        dependency.goal = Goal::Folder(folder.trim_end_matches('/').to_owned());
        dependency
    }

    fn coordinate(&mut self, line: usize, written: &str, raw: &str) -> Option<Dependency> {
        let text = filled(written, &self.values);
        let Some((name, version)) = coordinates(&text) else {
            self.diagnostics.push(self.file.warn(code::UNRESOLVED, line, "coordinates that the script computes"));
            return None;
        };
        let shown = if raw.contains(&name) { name.as_str() } else { raw.split([':', '$']).next().unwrap_or_default() };
        let mut dependency = Dependency::new(name.clone(), self.file.evidence(line, shown));
        dependency.range = version.map(str::to_owned);
        Some(dependency)
    }
}

/// Gradle writes `quayDeep` for the project `quay-deep`.
fn kebab(path: &str) -> String {
    let mut folder = String::new();
    for letter in path.chars() {
        match letter {
            '.' => folder.push(':'),
            upper if upper.is_uppercase() => {
                folder.push('-');
                folder.extend(upper.to_lowercase());
            }
            letter => folder.push(letter),
        }
    }
    folder
}

/// What a configuration is for, by its name.
fn scope_of(configuration: &str) -> Option<&'static str> {
    let lower = configuration.to_lowercase();
    match lower.as_str() {
        name if name.contains("test") || name == "developmentonly" || name.starts_with("debug") => {
            Some(scope::DEVELOPMENT)
        }
        "compileonly" | "compileonlyapi" | "providedcompile" | "providedruntime" => Some(scope::PEER),
        "annotationprocessor" | "kapt" | "ksp" | "classpath" => Some(scope::BUILD),
        _ => None,
    }
}
