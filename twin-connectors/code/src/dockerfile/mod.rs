//! Dockerfiles: the peers that an image names for whatever is built from it.

use twin_connector_base::config::Format;
use twin_connector_base::{Decoded, Decoder, Origin, Payload, Recognition};
use twin_core::observe::{Capability, Diagnostic, Locator, code};
use twin_core::schema::{kind, relation};

use crate::config;

/// Reads `ENV`, `CMD` and `ENTRYPOINT` of Dockerfiles.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dockerfile;

impl Decoder for Dockerfile {
    fn capability(&self) -> Capability {
        Capability::of_files("dockerfile", &[kind::CONFIGURATION], &[relation::CONNECTS_TO])
            .blind_to(&["what the images that it builds on set", "which stage a build chooses, if it is not the last"])
    }

    fn recognises(&self, path: &str, _head: &[u8]) -> Recognition {
        let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
        let is_dockerfile = name == "dockerfile" || name.starts_with("dockerfile.") || name.ends_with(".dockerfile");
        if is_dockerfile && !name.ends_with(".dockerignore") { Recognition::ByName } else { Recognition::No }
    }

    fn decode(&self, payloads: &[Payload<'_>], origin: &Origin) -> Vec<Decoded> {
        payloads.iter().map(|payload| file(payload, origin)).collect()
    }
}

/// A file that begins no image is none, whatever it is called.
fn file(payload: &Payload<'_>, origin: &Origin) -> Decoded {
    match payload.bytes {
        Ok(bytes) if !begins_image(bytes) => {
            let locator = Locator::line(payload.path, 0);
            let diagnostic = Diagnostic::rejected(code::NOT_RECOGNISED, locator, "no Dockerfile: it has no FROM");
            Decoded::rejected(payload.path, diagnostic)
        }
        _ => config::file(payload, Format::Dockerfile, origin),
    }
}

fn begins_image(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let mut first_words = text.lines().filter_map(|line| line.split_whitespace().next());
    first_words.any(|word| word.eq_ignore_ascii_case("FROM"))
}

#[cfg(test)]
mod tests {
    use twin_core::base::Limits;
    use twin_core::observe::{Locator, SourceId, Statement, Target};

    use super::*;

    #[test]
    fn an_image_names_its_peers() {
        let text = "FROM base\n# ENV X_URL=http://no:1\nARG HOST=cart\nENV A_ADDR=$HOST:80 \\\n    B_URL=\"http://u:zq-p@b:1/x\" \\\n # more\n    PASSWORD=zq:1\nENV C_HOST pay\nHEALTHCHECK CMD curl http://no:2\nCMD [\"run\", \"--peer\", \"d:3\"]\n";
        let origin = Origin { source: SourceId("shop".to_owned()), limits: Limits::default() };
        let payload = Payload { path: "cart/Dockerfile", bytes: Ok(text.as_bytes()) };
        let decoded = Dockerfile.decode(&[payload], &origin).remove(0);
        let mut peers = Vec::new();
        for observation in &decoded.records[0].observations {
            let step = &observation.evidence.chain[0];
            let Locator::Line { line, .. } = step.locator else { panic!("no line: {step:?}") };
            assert!(text.lines().nth(line as usize - 1).is_some_and(|line| line.contains(&step.raw)), "{step:?}");
            if let Statement::Related { target: Target::Handle(handle), .. } = &observation.statement {
                peers.push(format!("{line} {}", handle.value));
            }
        }
        assert_eq!(peers, ["3 cart", "5 b", "8 pay", "10 d"]);
        assert!(!format!("{decoded:?}").contains("zq"), "a secret leaves");
    }

    #[test]
    fn only_the_last_stage_and_what_it_stands_on_runs() {
        let text = "FROM a AS base\nENV A_ADDR=a:1\nFROM b AS build\nENV B_ADDR=b:1\nFROM base\nENV C_ADDR=c:1\n";
        let origin = Origin { source: SourceId("shop".to_owned()), limits: Limits::default() };
        let payload = Payload { path: "cart/Dockerfile", bytes: Ok(text.as_bytes()) };
        let said = format!("{:?}", Dockerfile.decode(&[payload], &origin));
        assert_eq!(
            ["\"a\"", "\"b\"", "\"c\""].map(|host| said.contains(&format!("value: {host}"))),
            [true, false, true]
        );
    }

    #[test]
    fn dockerfiles_are_recognised_by_name() {
        for path in ["Dockerfile", "a/Dockerfile.dev", "a/cart.Dockerfile"] {
            assert_eq!(Dockerfile.recognises(path, b""), Recognition::ByName, "{path}");
        }
        assert_eq!(Dockerfile.recognises("Dockerfile.dockerignore", b""), Recognition::No);
    }
}
