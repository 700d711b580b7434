//! What a pipeline builds: images by their names, folders and Dockerfiles.

use twin_connector_base::document::Node;
use twin_connector_base::image::{self, ImageName};
use twin_core::observe::{Evidence, Handle, Space, Statement, Target, code, technique};
use twin_core::schema::{Value, attribute, relation};

use crate::file::{File, is_plain};
use crate::paths;
use crate::shell::{DockerBuild, Shell};

/// An image's name in a text whose variables cannot be read. The tag may be variable, and then is none; the name may not.
pub(crate) fn literal(text: &str) -> Option<(ImageName, &str)> {
    let text = text.trim();
    match text.find('$') {
        None => Some((image::parse(text)?, text)),
        Some(at) => {
            let name = text.get(..at)?.strip_suffix([':', '@'])?;
            Some((image::parse(name)?, name))
        }
    }
}

/// What is built together, and where it stands.
pub(crate) struct Build {
    /// The names of the image, each with its evidence.
    pub images: Vec<(ImageName, Evidence)>,
    /// The folder.
    pub context: Option<String>,
    /// The Dockerfile.
    pub file: Option<String>,
    /// The stage that is built, where it is not the last.
    pub target: Option<String>,
    /// Where the folder is named, or else where the build is.
    pub evidence: Evidence,
}

impl File<'_> {
    /// Finds what a script builds. `shell` goes on from one script of a job to the next.
    pub fn script(&mut self, script: &Node, shell: &mut Shell) {
        let Some(text) = script.as_str() else { return };
        for found in shell.read(text) {
            let mut images = Vec::new();
            for tag in &found.tags {
                let line = script.line_of(tag.line);
                match literal(&tag.text) {
                    Some((name, raw)) => images.push((name, self.stands(line, &[raw], technique::DECLARED))),
                    None => self.warn(
                        code::UNRESOLVED,
                        line,
                        "an image is built whose name is not known before the pipeline runs",
                    ),
                }
            }
            let evidence = self.stands(script.line_of(found.line), &["build"], technique::DECLARED);
            let DockerBuild { context, file, target, .. } = found;
            self.builds(Build { images, context, file, target, evidence });
        }
    }

    /// Says what is built, from what, by this pipeline.
    pub fn builds(&mut self, build: Build) {
        let folder = match build.context.as_deref() {
            Some("") => build.file.as_deref().map(paths::folder),
            other => other,
        };
        if let Some(folder) = folder.filter(|folder| !folder.is_empty()) {
            self.builder_of(folder, build.evidence.clone());
        }
        for (name, evidence) in &build.images {
            let pipeline = Target::Record(self.pipeline.key.clone());
            let from = build.context.as_deref().map(|context| self.built_from(context, &build));
            let image = self.image(&name.repository, evidence);
            image.relate(relation::BUILT_BY, pipeline, evidence.clone());
            from.into_iter().for_each(|from| image.say(from, evidence.clone()));
        }
    }

    /// A stage is a condition of the relation: what the last stage builds on says nothing about another one.
    fn built_from(&self, context: &str, build: &Build) -> Statement {
        let file = build.file.as_deref().map(|file| (attribute::BUILD_FILE, Value::from(file)));
        let named = build.target.as_deref().map(|target| if is_plain(target) { target } else { "unknown" });
        let target = named.map(|target| (attribute::CONDITION, Value::from(format!("target {target}"))));
        Statement::Related {
            relation: relation::BUILT_FROM,
            variant: None,
            target: Target::Handle(Handle::within(Space::Path, context, &self.origin.source.0)),
            attributes: file.into_iter().chain(target).collect(),
        }
    }
}
