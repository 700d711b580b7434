//! Build scripts and lock files of Gradle.

use proptest::prelude::*;
use twin_connector_base::{Decoder, Payload};

use super::Gradle;
use crate::packages_tests::{Sample, check, endures, origin, partial};

const SETTINGS: &str = "rootProject.name = 'harbour'\ninclude ':quay', 'rope'\n";
const CATALOGUE: &str = "[versions]\ntide = \"1.4\"\nknot = { strictly = \"0.3\" }\n[libraries]\ntide-chart = { module = \"org.tide:tide-chart\", version.ref = \"tide\" }\nknot = { group = \"org.knot\", name = \"knot\", version.ref = \"knot\" }\nmoor = \"org.moor:moor:2\"\n[bundles]\nropes = [\"knot\", \"moor\"]\n";

#[test]
fn groovy_and_kotlin_say_the_same() {
    let root = "allprojects {\n  group = 'org.harbour'\n  version = '3.1'\n}\n";
    let groovy = "/* zq */ plugins {\r\n  id 'application'\r\n  id 'org.fast' version '1.2'\r\n  id 'org.other' version \"2\" apply false // zq\r\n}\r\ndef sailVersion = '7.1'\r\next { hull = '8' }\r\next.apiKey = 'zq:a:b'\r\ndescription = 'It''s'\r\nrepositories { maven { url 'https://kim:zq@reg.example' } }\r\ndependencies {\r\n  implementation libs.tide.chart\r\n  implementation(libs.bundles.ropes) { exclude group: 'zq', module: 'zq' }\r\n  api project(':rope')\r\n  implementation \"org.sail:sail:$sailVersion\"\r\n  implementation group: 'org.hull', name: 'hull', version: \"${hull}\"\r\n  compileOnly 'org.buoy:buoy:1@jar'\r\n  testImplementation platform('org.bom:bom:5'), 'org.t:t:1'\r\n  annotationProcessor 'org.gen:gen'\r\n  implementation files('libs/zq.jar')\r\n  constraints { implementation 'org.no:no:1' }\r\n}\r\n";
    let kotlin = "plugins {\n    application\n    id(\"org.fast\") version \"1.2\"\n    id(\"org.other\") version \"2\" apply false\n}\nval sailVersion = \"7.1\"\nval hull by extra(\"8\")\ndependencies {\n    implementation(libs.tide.chart)\n    implementation(libs.bundles.ropes) {\n        exclude(group = \"zq\")\n    }\n    api(project(\":rope\"))\n    implementation(\"org.sail:sail:$sailVersion\")\n    implementation(group = \"org.hull\", name = \"hull\", version = \"8\")\n    compileOnly(\"org.buoy:buoy:1\")\n    testImplementation(platform(\"org.bom:bom:5\"))\n    testImplementation(\"org.t:t:1\")\n    annotationProcessor(\n        \"org.gen:gen\",\n    )\n}\n";
    let expected = "Package maven:org.harbour:quay 1 purl=pkg:maven/org.harbour/quay service.version=3.1 represents=maven:org.harbour:quay builtFrom=quay
           dependsOn pkg:maven/org.fast/org.fast.gradle.plugin dependency.scope=build version.range=1.2
           dependsOn pkg:maven/org.other/org.other.gradle.plugin dependency.scope=build version.range=2
           dependsOn pkg:maven/org.tide/tide-chart version.range=1.4
           dependsOn pkg:maven/org.knot/knot version.range=0.3
           dependsOn pkg:maven/org.moor/moor version.range=2
           dependsOn rope
           dependsOn pkg:maven/org.sail/sail version.range=7.1
           dependsOn pkg:maven/org.hull/hull version.range=8
           dependsOn pkg:maven/org.buoy/buoy dependency.scope=peer version.range=1
           dependsOn pkg:maven/org.bom/bom dependency.scope=development version.range=5
           dependsOn pkg:maven/org.t/t dependency.scope=development version.range=1
           dependsOn pkg:maven/org.gen/gen dependency.scope=build"
        .replace("represents=maven:", "represents=gradle:");
    for (path, text, description) in
        [("quay/build.gradle", groovy, " description=It"), ("quay/build.gradle.kts", kotlin, "")]
    {
        let samples = [
            Sample("build.gradle", root),
            Sample("gradle/libs.versions.toml", CATALOGUE),
            Sample(path, text),
            Sample("settings.gradle", SETTINGS),
        ];
        let strangers = [
            "org.fast:org.fast.gradle.plugin",
            "org.other:org.other.gradle.plugin",
            "org.tide:tide-chart",
            "org.knot:knot",
            "org.moor:moor",
            "org.sail:sail",
            "org.hull:hull",
            "org.buoy:buoy",
            "org.bom:bom",
            "org.t:t",
            "org.gen:gen",
        ];
        let strangers: Vec<String> = strangers
            .iter()
            .map(|name| format!("Package maven:{name} 0 purl=pkg:maven/{}", name.replace(':', "/")))
            .collect();
        let component = format!("Component gradle:org.harbour:quay 0 path=quay{description} platform.kind=application");
        check(&Gradle, &samples, path, &format!("{expected}\n{component}\n{}", strangers.join("\n")));
    }
}

#[test]
fn a_root_that_only_holds_projects_is_no_component() {
    let build = "plugins { id 'org.fast' version '1' apply false }\n";
    check(
        &Gradle,
        &[Sample("build.gradle", build), Sample("settings.gradle", SETTINGS)],
        "build.gradle",
        "Package maven:harbour 1 builtFrom=
           dependsOn pkg:maven/org.fast/org.fast.gradle.plugin dependency.scope=build version.range=1
         Package maven:org.fast:org.fast.gradle.plugin 0 purl=pkg:maven/org.fast/org.fast.gradle.plugin",
    );
    for (path, text) in [("settings.gradle", SETTINGS), ("gradle/libs.versions.toml", CATALOGUE)] {
        check(&Gradle, &[Sample(path, text)], path, "");
    }
    let paths = Gradle.companions("a/build.gradle", b"");
    assert!(
        paths.contains(&"settings.gradle.kts".to_owned()) && paths.contains(&"gradle/libs.versions.toml".to_owned())
    );
}

#[test]
fn a_lock_file_says_which_versions_were_chosen() {
    let lock = "# zq\norg.sail:sail:7.1.3=compileClasspath,runtimeClasspath\norg.deep:deep:1=runtimeClasspath\nempty=annotationProcessor\n";
    let build = "group = 'org.harbour'\nversion '1'\ndependencies { implementation 'org.sail:sail:7+' }\n";
    check(
        &Gradle,
        &[Sample("quay/build.gradle", build), Sample("quay/gradle.lockfile", lock)],
        "quay/gradle.lockfile",
        "Package maven:org.sail:sail 1 purl=pkg:maven/org.sail/sail
         Package maven:org.deep:deep 1 purl=pkg:maven/org.deep/deep
         Package maven:org.harbour:quay 0 purl=pkg:maven/org.harbour/quay
           dependsOn pkg:maven/org.sail/sail service.version=7.1.3",
    );
}

#[test]
fn bad_input_is_told_and_the_rest_is_read() {
    endures(&Gradle, &["build.gradle", "gradle.lockfile", "libs.versions.toml", "settings.gradle", "x"]);
    let deep = format!("dependencies {{ {} }}", "{".repeat(10_000));
    let cases = [
        (deep.as_str(), 0, vec!["build.gradle:0 limit 1"]),
        (
            "dependencies {\n implementation \"a:$b:1\"\n implementation libs.gone\n api 'c:d:1'\n}",
            4,
            vec!["build.gradle:2 unresolved 0", "build.gradle:3 unresolved 0"],
        ),
        ("dependencies { implementation 'never ends\n api 'c:d:1' }\n", 4, vec![]),
        ("}}}} ) ] dependencies", 0, vec!["build.gradle:0 not-recognised 1"]),
    ];
    for (text, records, expected) in cases {
        let (told, diagnostics) = partial(&Gradle, &[Sample("build.gradle", text)]);
        assert_eq!((told.len(), diagnostics), (records, expected.into_iter().map(str::to_owned).collect()), "{told:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for path in ["build.gradle", "settings.gradle.kts", "gradle.lockfile", "gradle/libs.versions.toml"] {
            Gradle.decode(&[Payload { path, bytes: Ok(&bytes) }], &origin());
        }
    }

    #[test]
    fn whatever_looks_like_a_script_is_read_or_refused(
        text in "(dependencies|plugins|buildscript|allprojects|ext|project|libs\\.[a-c]|kotlin|id|version|group|name| |\n|\\{|\\}|\\(|\\)|=|:|,|'[a-c:$]{0,5}'|\"[a-c:${}]{0,7}\"|'|\"\"\"|`|//|/\\*|é){0,60}",
    ) {
        for path in ["build.gradle", "settings.gradle.kts", "gradle.lockfile"] {
            Gradle.decode(&[Payload { path, bytes: Ok(text.as_bytes()) }], &origin());
        }
    }
}
