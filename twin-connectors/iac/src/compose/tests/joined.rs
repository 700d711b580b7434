//! Projects of several files: extended, included, laid over each other.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::*;

/// That these lines are said, and that no line begins with any of the others.
fn says(files: Files<'_>, expected: &[&str], never: &[&str]) {
    check(files, expected);
    let lines = shown(&decode(files));
    for beginning in never {
        assert!(!lines.iter().any(|line| line.starts_with(beginning)), "{beginning}\nis in\n{}", lines.join("\n"));
    }
}

/// How many records of the source each file counts, those that it could not take included.
fn counts(files: Files<'_>) -> BTreeMap<String, u64> {
    let counted = decode(files).into_iter().map(|file| {
        let records: u64 = file.records.iter().map(|record| record.stands_for).sum();
        (file.path, records + file.diagnostics.iter().map(|said| said.records).sum::<u64>())
    });
    counted.collect()
}

fn counted(files: Files<'_>, expected: &[(&str, u64)]) {
    let expected: BTreeMap<String, u64> = expected.iter().map(|(path, count)| ((*path).to_owned(), *count)).collect();
    assert_eq!(counts(files), expected);
}

const COMMON: &str = "services:
  base:
    image: acme/base
    env_file: ./base.env
    volumes: ['./conf/app.yml:/etc/app.yml']
    environment: {BUS_ADDR: 'bus:1', PAY_ADDR: '${PAY:-pay}:2'}
    depends_on: [hidden]
    links: [hidden]
    network_mode: service:hidden
    command: --peer=http://gone:1
    ports: ['90:91']
  middle:
    extends: base
    environment: [BUS_ADDR=bus2:1]
    labels: {team: middle}
";

#[test]
fn services_take_from_services_of_other_files() {
    let app = "services:\n  web:\n    extends:\n      file: ../lib/common.yml\n      service: middle\n    environment: {PAY_ADDR: 'money:3'}\n    command: --peer=http://there:1\n    ports: ['92:93']\n";
    let files = [
        ("app/.env", "PAY=wages\n"),
        ("app/compose.yml", app),
        ("lib/base.env", "STOCK_HOST=stock\n"),
        ("lib/common.yml", COMMON),
    ];
    says(
        &files,
        &[
            "web exists [declared app/compose.yml:2=web]",
            "web connectsTo host:bus2 port=1 [env-address app/compose.yml:5=middle < lib/common.yml:14=bus2:1]",
            "web connectsTo host:money port=3 [env-address app/compose.yml:6=money:3]",
            "web connectsTo host:stock [env-host app/compose.yml:5=middle < lib/common.yml:13=base < lib/common.yml:4=./base.env < lib/base.env:1=stock]",
            "web configuredBy path:lib/conf/app.yml [explicit-reference app/compose.yml:5=middle < lib/common.yml:13=base < lib/common.yml:5=./conf/app.yml]",
            "web connectsTo host:there port=1 protocol=http [argument app/compose.yml:7=there:1]",
            "web is published_port:localhost:90 [declared app/compose.yml:5=middle < lib/common.yml:13=base < lib/common.yml:11=90:91]",
            "web is published_port:localhost:92 [declared app/compose.yml:8=92:93]",
            "web ownedBy team:middle [tag app/compose.yml:5=middle < lib/common.yml:15=middle]",
            "base connectsTo host:pay port=2 [env-address lib/common.yml:6=pay]",
        ],
        &[
            "web startsAfter",
            "web connectsTo host:hidden",
            "web connectsTo host:bus ",
            "web connectsTo host:gone",
            "web connectsTo host:wages",
            "!",
        ],
    );
    counted(&files, &[("app/compose.yml", 1), ("lib/common.yml", 2)]);
}

#[test]
fn what_extends_cannot_take_is_told_by_line() {
    let cases: [(&str, &str); 8] = [
        ("{file: ../../x.yml, service: a}", "names a file outside of the scanned folder"),
        ("{file: /etc/x.yml, service: a}", "names a file outside of the scanned folder"),
        ("{file: 'https://u:zq-pw@host/x.yml', service: a}", "names a file outside of the scanned folder"),
        ("{file: none.yml, service: a}", "names a file that is not there"),
        ("{file: other.yaml, service: none}", "names a service that is not there"),
        ("none", "names a service that is not there"),
        ("{file: other.yaml}", "names no service"),
        ("web", "leads back to the service itself"),
    ];
    for (extends, message) in cases {
        let text = format!("services:\n  web:\n    image: a\n    extends: {extends}\n");
        let files = [("a/compose.yml", text.as_str()), ("a/other.yaml", "services: {a: {hostname: x}}\n")];
        let said = format!("! a/compose.yml:4 `extends` {message}");
        says(&files, &["web exists [declared a/compose.yml:2=web]", &said], &[]);
        assert!(!format!("{:?}", decode(&files)).contains("zq-"), "a secret leaves");
        assert_eq!(counts(&files)["a/compose.yml"], 1);
    }
}

#[test]
fn circles_and_long_chains_end() {
    let circle =
        "services:\n  a: {extends: b, image: x}\n  b: {extends: c}\n  c: {extends: {file: compose.yml, service: a}}\n";
    says(
        &[("compose.yml", circle)],
        &[
            "! compose.yml:4 `extends` leads back to the service itself",
            "! compose.yml:2 `extends` leads back to the service itself",
        ],
        &[],
    );
    let mut chain = "services:\n  s0: {image: acme/a}\n".to_owned();
    (1..200).for_each(|at| writeln!(chain, "  s{at}: {{extends: s{}}}", at - 1).unwrap());
    let files = [("compose.yml", chain.as_str())];
    let near = "s5 runsImage image:docker.io/acme/a [declared compose.yml:7=s4 < compose.yml:6=s3 < compose.yml:5=s2 < compose.yml:4=s1 < compose.yml:3=s0 < compose.yml:2=acme/a]";
    says(&files, &[near], &["s100 runsImage"]);
    assert!(shown(&decode(&files)).iter().any(|line| line.contains("leads through more services than are followed")));
    counted(&files, &[("compose.yml", 200)]);
}

#[test]
fn deep_trees_are_laid_over_each_other() {
    let deep = |name: &str| {
        let levels: String = (0..480).map(|level| format!("{}k:\n", " ".repeat(level + 4))).collect();
        format!("services:\n  a:\n    image: x\n{levels}{}{name}: 1\n", " ".repeat(500))
    };
    let (lower, upper) = (deep("one"), deep("two"));
    let limits = Limits { depth: 512, ..Limits::default() };
    let payloads = [("compose.yml", &lower), ("compose.override.yml", &upper)];
    let payloads = payloads.map(|(path, text)| Payload { path, bytes: Ok(text.as_bytes()) });
    let decoded = Compose.decode(&payloads, &Origin { source: SourceId("shop".to_owned()), limits });
    assert!(decoded.iter().all(|file| file.outcome == Outcome::Complete && !file.records.is_empty()), "{decoded:?}");
}

#[test]
fn copies_are_limited() {
    let wide: String = (0..200).map(|at| format!("{at}, ")).collect();
    let mut text = format!("services:\n  a: {{x-wide: [{wide}]}}\n");
    (0..200).for_each(|at| writeln!(text, "  s{at}: {{extends: a}}").unwrap());
    let limits = Limits { nodes: 4000, ..Limits::default() };
    let payloads = [Payload { path: "compose.yml", bytes: Ok(text.as_bytes()) }];
    let decoded = Compose.decode(&payloads, &Origin { source: SourceId("shop".to_owned()), limits });
    let told =
        |said: &twin_core::observe::Diagnostic| said.message == "services take more from each other than is read";
    assert!(decoded[0].diagnostics.iter().any(told), "{decoded:?}");
    assert_eq!(decoded[0].records.len(), 201);
}

const TOP: &str = "include:
  - infra/compose.yaml
  - path: [jobs/all.yml, jobs/more.yml]
    project_directory: jobs/run
    env_file: [jobs/one.env, jobs/two.env]
services:
  web: {image: acme/web, environment: {DB_ADDR: 'db:${PORT:-1}'}, configs: [c], networks: [wide]}
";
const INFRA: &str = "include: [deeper/compose.yaml]
services:
  db: {image: 'postgres:${TAG}', env_file: db.env, build: ./image}
configs: {c: {file: ./c.yml}}
networks: {wide: {external: true}}
";

#[test]
fn included_files_are_part_of_the_project_with_paths_and_variables_of_their_own() {
    let files = [
        (".env", "TAG=outer\n"),
        ("compose.yaml", TOP),
        ("infra/.env", "TAG=inner\nONLY=kept\n"),
        ("infra/compose.yaml", INFRA),
        ("infra/db.env", "PEER_HOST=peer\n"),
        ("infra/deeper/compose.yaml", "services:\n  deep: {image: 'acme/deep:${ONLY}'}\n"),
        ("jobs/all.yml", "services:\n  job: {image: 'acme/job:${A}', command: --peer=a:1, volumes: ['./x:/x']}\n"),
        ("jobs/more.yml", "services:\n  job: {command: '--peer=b:${B}'}\n"),
        ("jobs/one.env", "A=1\nB=1\n"),
        ("jobs/two.env", "B=2\n"),
    ];
    says(
        &files,
        &[
            "web connectsTo host:db port=1 [env-address compose.yaml:7=db]",
            "web configuredBy path:infra/c.yml [explicit-reference compose.yaml:7=c < infra/compose.yaml:4=./c.yml]",
            "web joins compose/shop/network/wide [declared compose.yaml:7=web]",
            "db joins compose/shop/shop [declared infra/compose.yaml:3=db]",
            "db image.tag=outer [declared infra/compose.yaml:3=postgres:${TAG}]",
            "db connectsTo host:peer [env-host infra/compose.yaml:3=db.env < infra/db.env:1=peer]",
            "docker.io/library/postgres builtFrom path:infra/image build.file=infra/image/Dockerfile [declared infra/compose.yaml:3=./image]",
            "deep image.tag=kept [declared infra/deeper/compose.yaml:2=acme/deep:${ONLY}]",
            "job image.tag=1 [declared jobs/all.yml:2=acme/job:${A}]",
            "job connectsTo host:b port=2 [argument jobs/more.yml:2=b]",
            "job configuredBy path:jobs/run/x [explicit-reference jobs/all.yml:2=./x]",
        ],
        &["job connectsTo host:a", "!"],
    );
    let expected = [
        ("compose.yaml", 1),
        ("infra/compose.yaml", 1),
        ("infra/deeper/compose.yaml", 1),
        ("jobs/all.yml", 1),
        ("jobs/more.yml", 1),
    ];
    counted(&files, &expected);
    let keys = decode(&files).into_iter().flat_map(|file| file.records).filter(|record| record.stands_for > 0);
    assert!(keys.into_iter().all(|record| record.key.cluster.as_deref() == Some("shop")));
}

#[test]
fn includes_that_lead_nowhere_or_in_a_circle_are_told() {
    let top = "include:\n  - ../out.yml\n  - none.yml\n  - oci://zq-user:zq-pw@host/x\n  - b/compose.yml\nservices: {a: {image: x}}\n";
    let files = [("compose.yml", top), ("b/compose.yml", "include: [../compose.yml]\nservices: {b: {image: y}}\n")];
    says(
        &files,
        &[
            "! compose.yml:2 `include` names a file outside of the scanned folder",
            "! compose.yml:3 `include` names a file that is not there",
            "! compose.yml:4 `include` names a file outside of the scanned folder",
        ],
        &[],
    );
    assert!(
        shown(&decode(&files)).iter().any(|line| line.contains("`include` leads back to a file that it comes from"))
    );
    counted(&files, &[("compose.yml", 1), ("b/compose.yml", 1)]);
    assert!(!format!("{:?}", decode(&files)).contains("zq-"), "a secret leaves");
}

#[test]
fn a_file_that_two_projects_include_is_counted_once() {
    let files = [
        ("a/compose.yml", "include: [../db.yml]\nservices: {a: {image: x}}\n"),
        ("b/compose.yml", "include: [../db.yml]\nservices: {b: {image: x}}\n"),
        ("db.yml", "services:\n  db: {image: 'postgres:16'}\n"),
    ];
    counted(&files, &[("a/compose.yml", 1), ("b/compose.yml", 1), ("db.yml", 1)]);
    let keys = decode(&files).into_iter().flat_map(|file| file.records).filter(|record| record.key.name == "db");
    let keys: Vec<String> = keys.map(|record| record.key.to_string()).collect();
    assert_eq!(keys, ["shop/a/Workload:db", "shop/b/Workload:db"]);
}

const LOWER: &str = "services:
  web:
    image: acme/web
    environment: {PAY_ADDR: 'pay:1', BUS_ADDR: 'bus:1', OLD_ADDR: 'old:1'}
    volumes: ['./a.conf:/etc/x.conf', './b.conf:/etc/y.conf']
    ports: ['80:80']
    depends_on: [db]
    command: --peer=one:1
    build: ./src
  db: {image: 'postgres:16', networks: [inner]}
networks: {inner: {}}
";
const UPPER: &str = "services:
  web:
    environment:
      - PAY_ADDR=money:1
      - OLD_ADDR
    volumes: ['./c.conf:/etc/x.conf']
    ports: !override ['81:81']
    depends_on: {db: {condition: service_healthy, required: false}}
    command: !reset null
    build: {dockerfile: dev.Dockerfile}
";

#[test]
fn the_override_beside_a_file_is_laid_over_it() {
    let files = [("compose.yaml", LOWER), ("compose.override.yaml", UPPER)];
    says(
        &files,
        &[
            "web exists [declared compose.yaml:2=web]",
            "web exists [declared compose.override.yaml:2=web]",
            "web connectsTo host:money port=1 [env-address compose.override.yaml:4=money:1]",
            "web connectsTo host:bus port=1 [env-address compose.yaml:4=bus:1]",
            "web configuredBy path:c.conf [explicit-reference compose.override.yaml:6=./c.conf]",
            "web configuredBy path:b.conf [explicit-reference compose.yaml:5=./b.conf]",
            "web is published_port:localhost:81 [declared compose.override.yaml:7=81:81]",
            "web startsAfter host:db condition=not required start.condition=service_healthy [start-order compose.override.yaml:8=db]",
            "docker.io/acme/web builtFrom path:src build.file=src/dev.Dockerfile [declared compose.yaml:9=./src]",
        ],
        &[
            "web connectsTo host:pay",
            "web configuredBy path:a.conf",
            "web is published_port:localhost:80 ",
            "web connectsTo host:one",
            "!",
        ],
    );
    counted(&files, &[("compose.yaml", 2), ("compose.override.yaml", 1)]);
}

#[test]
fn other_files_of_a_folder_are_laid_over_the_usual_one_unless_it_is_said_which_are_started() {
    let test = "services: {web: {environment: {PAY_ADDR: 'stub:1'}}}\n";
    let files = [("compose.yaml", LOWER), ("compose.override.yaml", UPPER), ("compose.test.yaml", test)];
    let said = [
        "web connectsTo host:stub port=1 [env-address compose.test.yaml:1=stub:1]",
        "web connectsTo host:money port=1 [env-address compose.override.yaml:4=money:1]",
    ];
    says(&files, &said, &["web connectsTo host:pay"]);
    let listed = [(".env", "COMPOSE_FILE=compose.yaml:compose.test.yaml\n"), files[0], files[2]];
    says(&listed, &said[..1], &["web connectsTo host:pay", "web connectsTo host:money"]);
    let alone = [("compose.dev.yaml", LOWER), ("compose.test.yaml", test)];
    says(&alone, &["web connectsTo host:pay port=1 [env-address compose.dev.yaml:4=pay:1]"], &[]);
}

const REST: &str = "x-shared: &shared
  environment: &env {BUS_ADDR: 'bus:1'}
x-more: &more {profiles: [debug, '${EXTRA:-slow}']}
services:
  a: {<<: [*shared, *more], image: acme/a, develop: {watch: [{path: ./src, action: sync}]}}
  b: {provider: {type: model, options: {model: acme/m}}, models: [llm], environment: {<<: *env, PAY_ADDR: 'pay:1'}}
  side: {image: acme/side, network_mode: 'service:a', environment: {A_URL: 'http://localhost:90/x', B_URL: 'http://127.0.0.1:91'}}
  more: {image: acme/more, network_mode: 'service:a', expose: ['91'], environment: {C_URL: 'http://localhost:91'}}
  sole: {image: acme/sole, network_mode: 'service:b', environment: {D_URL: 'http://u:zq-pw@localhost:90', E_HOST: elsewhere}}
  near: {image: acme/near, network_mode: host, expose: [94], environment: {F_URL: 'http://localhost:95'}}
  by: {image: acme/by, network_mode: 'container:other', environment: {G_ADDR: 'localhost:96'}}
  own: {image: acme/own, environment: {H_URL: 'http://localhost:97'}}
  opt: {image: acme/opt, env_file: [{path: none.env, required: false}, {path: raw.env, format: raw}, {path: gone.env}]}
  made: {build: {context: 'https://zq-user:zq-pw@git.example/acme/made.git#main', additional_contexts: {a: ./more, b: 'docker-image://x', c: 'service:a'}}}
  line: {build: {context: ./line, dockerfile_inline: 'FROM zq-inline'}}
  out: {build: ../../out, secrets: [key], configs: [{source: set}]}
models: {llm: {model: acme/llm}}
secrets: {key: {environment: zq-variable}}
configs: {set: {content: 'url=http://zq-host:1'}}
";

#[test]
fn the_rest_of_the_specification_is_read_or_borne() {
    let files = [("compose.yml", REST), ("raw.env", "RAW_HOST=raw\nOTHER_ADDR=$RAW_HOST:1\n")];
    says(
        &files,
        &[
            "a connectsTo host:bus port=1 [env-address compose.yml:2=bus:1]",
            "a profiles=debug, slow [declared compose.yml:3=debug]",
            "b connectsTo host:pay port=1 [env-address compose.yml:6=pay:1]",
            "b platform.kind=provider model [declared compose.yml:6=model]",
            "side connectsTo host:more port=91 protocol=http [env-address compose.yml:7=127.0.0.1:91]",
            "sole connectsTo host:b port=90 protocol=http [env-address compose.yml:9=localhost:90]",
            "sole connectsTo host:elsewhere [env-host compose.yml:9=elsewhere]",
            "near is published_port:localhost:94 [declared compose.yml:10=94]",
            "near connectsTo host:host.docker.internal port=95 protocol=http [env-address compose.yml:10=localhost:95]",
            "by connectsTo host:other port=96 [env-address compose.yml:11=localhost:96]",
            "own connectsTo own [env-host compose.yml:12=H_URL]",
            "opt connectsTo host:raw [env-host compose.yml:13=raw < raw.env:1=raw]",
            "made builtFrom native_id:https://git.example/acme/made [declared compose.yml:14=git.example/acme/made]",
            "made builtFrom path:more [declared compose.yml:14=./more]",
            "git.example/acme/made vcs.repository.url.full=https://git.example/acme/made [declared compose.yml:14=git.example/acme/made]",
            "line builtFrom path:line [declared compose.yml:15=./line]",
            "! compose.yml:13 a file of variables that is not there",
            "! compose.yml:16 what it is built from lies outside of the scanned folder",
        ],
        &[
            "side connectsTo host:a",
            "more connectsTo host:",
            "own connectsTo host:",
            "out builtFrom",
            "out configuredBy",
        ],
    );
    let decoded = decode(&files);
    assert!(!format!("{decoded:?}").contains("zq-"), "a secret leaves");
    assert_eq!(decoded.iter().flat_map(|file| &file.diagnostics).count(), 2, "{:?}", shown(&decoded));
    counted(&files, &[("compose.yml", 12)]);
}

#[test]
fn a_file_that_cannot_be_read_makes_those_partial_that_need_it_and_no_others() {
    let needs = "services: {web: {image: x, extends: {file: ../lib/base.yml, service: b}}}\n";
    let files = |broken| {
        [
            Payload { path: "app/compose.yml", bytes: Ok(needs.as_bytes()) },
            Payload { path: "free/compose.yml", bytes: Ok(b"name: free\nservices: {a: {image: x}}\n") },
            Payload { path: "lib/base.yml", bytes: broken },
        ]
    };
    for broken in [Err("permission denied"), Ok(&b"services: ["[..]), Ok(b"\xff")] {
        let decoded = Compose.decode(&files(broken), &origin());
        let outcome =
            |path: &str| decoded.iter().find(|file| file.path == path).map(|file| file.outcome == Outcome::Complete);
        let outcomes = ["app/compose.yml", "free/compose.yml", "lib/base.yml"].map(outcome);
        assert_eq!(outcomes, [Some(false), Some(true), Some(false)], "{decoded:?}");
    }
}

#[test]
fn what_is_needed_is_asked_for_until_nothing_is_new() {
    let all = [
        (".env", "PLACE=infra\n"),
        ("compose.yaml", "include: ['${PLACE}/compose.yaml']\nservices: {w: {env_file: $PLACE.env, image: x}}\n"),
        ("infra/compose.yaml", "services: {d: {extends: {file: ../lib/a.yml, service: a}}}\n"),
        ("lib/a.yml", "services: {a: {extends: {file: b.yml, service: b}}}\n"),
        ("lib/b.yml", "services: {b: {image: x}}\n"),
    ];
    let mut given = vec!["compose.yaml".to_owned()];
    let mut asked = Vec::new();
    loop {
        let here = all.iter().filter(|(path, _)| given.iter().any(|given| given == path));
        let payloads: Vec<_> = here.map(|(path, text)| Payload { path, bytes: Ok(text.as_bytes()) }).collect();
        let new: Vec<String> = Compose.needed(&payloads, &origin());
        let new: Vec<String> = new.into_iter().filter(|path| !asked.contains(path)).collect();
        if new.is_empty() {
            break;
        }
        asked.extend(new.iter().cloned());
        given.extend(new);
    }
    assert!(
        ["infra/compose.yaml", "infra/.env", "infra.env", "lib/a.yml", "lib/b.yml"]
            .iter()
            .all(|path| asked.iter().any(|asked| asked == path)),
        "{asked:?}"
    );
    assert!(
        asked.iter().all(|path| !path.contains('$') && !path.starts_with("/compose"))
            || asked.iter().any(|path| path == "/compose.yaml")
    );
}

proptest! {
    #[test]
    fn any_change_of_joined_files_is_read(which in 0usize..4, at in 0usize..400, put in "[\\PC\n\t${}:!#\"'-]{0,8}") {
        let mut texts = [TOP, INFRA, COMMON, UPPER].map(str::to_owned);
        let place = (0..=at.min(texts[which].len())).rev().find(|at| texts[which].is_char_boundary(*at)).unwrap_or(0);
        texts[which].insert_str(place, &put);
        let files = [
            ("compose.yaml", texts[0].as_str()),
            ("compose.override.yaml", texts[3].as_str()),
            ("infra/compose.yaml", texts[1].as_str()),
            ("jobs/all.yml", texts[2].as_str()),
        ];
        decode(&files);
    }
}
