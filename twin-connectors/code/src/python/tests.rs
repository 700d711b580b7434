//! Manifests and lock files of Python.

use proptest::prelude::*;
use twin_connector_base::{Decoder, Payload, Recognition};

use super::Python;
use crate::packages_tests::{Sample, check, endures, origin, partial};

const NAMES: [&str; 11] = [
    "pyproject.toml",
    "setup.cfg",
    "requirements.txt",
    "constraints.txt",
    "Pipfile",
    "Pipfile.lock",
    "poetry.lock",
    "uv.lock",
    "pdm.lock",
    "pylock.toml",
    "x",
];

#[test]
fn a_project_is_read_in_the_tables_of_every_tool() {
    let standard = "[project]\nname = \"Quay_Tools\"\nversion = \"1.0\"\ndescription = \"\"\"\nTells when\nto moor.\"\"\"\nlicense = {text = \"MIT\"}\ndependencies = [\n  \"tide[fast]>=1 ; python_version < '4'\",\n  \"moor @ git+https://kim:zq@git.example/moor@v1\",\n]\n[project.optional-dependencies]\nx = [\"hull\"]\n[project.scripts]\nquay = \"zq:main\"\n[build-system]\nrequires = [\"hatchling\"]\n[dependency-groups]\ndev = [\"knot~=1.0\", {include-group = \"other\"}]\n[tool.uv]\ndev-dependencies = [\"rope\"]\n[tool.pdm.dev-dependencies]\nt = [\"buoy\", \"-e file:///x\"]\n";
    check(
        &Python,
        &[Sample("a/pyproject.toml", standard)],
        "a/pyproject.toml",
        "Package pypi:quay-tools 1 purl=pkg:pypi/quay-tools service.version=1.0 license=MIT represents=pypi:quay-tools builtFrom=a
           dependsOn pkg:pypi/tide condition=python_version < '4' version.range=>=1
           dependsOn pkg:pypi/moor version.range=git+https://git.example/moor@v1
           dependsOn pkg:pypi/hull dependency.scope=optional
           dependsOn pkg:pypi/knot dependency.scope=development version.range=~=1.0
           dependsOn pkg:pypi/hatchling dependency.scope=build
           dependsOn pkg:pypi/buoy dependency.scope=development
           dependsOn pkg:pypi/rope dependency.scope=development
         Component pypi:quay-tools 0 path=a description=Tells when to moor. platform.kind=application
         Package pypi:tide 0 purl=pkg:pypi/tide
         Package pypi:moor 0 purl=pkg:pypi/moor
         Package pypi:hull 0 purl=pkg:pypi/hull
         Package pypi:knot 0 purl=pkg:pypi/knot
         Package pypi:hatchling 0 purl=pkg:pypi/hatchling
         Package pypi:buoy 0 purl=pkg:pypi/buoy
         Package pypi:rope 0 purl=pkg:pypi/rope",
    );
    let poetry = "[tool.poetry]\nname = \"quay\"\nversion = \"2\"\n[tool.poetry.dependencies]\npython = \"^3\"\ntide = \"^1\"\nmoor = {git = \"https://zq@git.example/moor\", tag = \"v1\"}\nhull = {version = \"1\", optional = true, markers = \"os_name == 'nt'\"}\nrope = [{version = \"1\"}, {version = \"2\"}]\n[tool.poetry.group.dev.dependencies]\nknot = \"*\"\n";
    check(
        &Python,
        &[Sample("pyproject.toml", poetry)],
        "pyproject.toml",
        "Package pypi:quay 1 purl=pkg:pypi/quay service.version=2 represents=pypi:quay builtFrom=
           dependsOn pkg:pypi/tide version.range=^1
           dependsOn pkg:pypi/moor version.range=git+https://git.example/moor#v1
           dependsOn pkg:pypi/hull condition=os_name == 'nt' dependency.scope=optional version.range=1
           dependsOn pkg:pypi/rope version.range=1
           dependsOn pkg:pypi/rope version.range=2
           dependsOn pkg:pypi/knot dependency.scope=development version.range=*
         Component pypi:quay 0 path=
         Package pypi:tide 0 purl=pkg:pypi/tide
         Package pypi:moor 0 purl=pkg:pypi/moor
         Package pypi:hull 0 purl=pkg:pypi/hull
         Package pypi:rope 0 purl=pkg:pypi/rope
         Package pypi:knot 0 purl=pkg:pypi/knot",
    );
    check(&Python, &[Sample("pyproject.toml", "[tool.black]\nline-length = 100\n")], "pyproject.toml", "");
}

#[test]
fn requirements_speak_for_the_package_beside_them() {
    let text = "# tools\r\n--index-url https://kim:zq@reg.example/simple\r\n-r base.txt\r\n-r more.list\r\n-c constraints.txt\r\ntide[fast]==1.2 \\\r\n    --hash=sha256:00 \\\r\n    --hash=sha256:01\r\nmoor ; os_name == 'nt'  # why\r\n-e .\r\n-e ./libs/rope\r\ngit+https://zq@git.example/hull.git@v1#egg=Hull&x=zq\r\nhttps://files.example/knot_a-1.0-py3-none-any.whl?zq\r\n";
    let project = "[project]\nname = \"quay\"\n";
    check(
        &Python,
        &[
            Sample("q/pyproject.toml", project),
            Sample("q/requirements/dev.txt", text),
            Sample("q/requirements/more.list", "buoy>1\n"),
        ],
        "q/requirements/dev.txt",
        "Package pypi:quay 1 purl=pkg:pypi/quay represents=pypi:quay builtFrom=q
           dependsOn pkg:pypi/buoy dependency.scope=development version.range=>1
           dependsOn pkg:pypi/tide dependency.scope=development version.range===1.2
           dependsOn pkg:pypi/moor condition=os_name == 'nt' dependency.scope=development
           dependsOn q/libs/rope dependency.scope=development
           dependsOn pkg:pypi/hull dependency.scope=development version.range=git+https://git.example/hull.git@v1
           dependsOn pkg:pypi/knot-a dependency.scope=development version.range=https://files.example/knot_a-1.0-py3-none-any.whl
         Component pypi:quay 0 path=q
         Package pypi:buoy 0 purl=pkg:pypi/buoy
         Package pypi:tide 0 purl=pkg:pypi/tide
         Package pypi:moor 0 purl=pkg:pypi/moor
         Package pypi:hull 0 purl=pkg:pypi/hull
         Package pypi:knot-a 0 purl=pkg:pypi/knot-a",
    );
    check(
        &Python,
        &[Sample("services/cart/src/requirements.txt", "tide\n-e .\n")],
        "services/cart/src/requirements.txt",
        "Package pypi:services/cart/src 1 represents=pypi:services/cart/src builtFrom=services/cart/src
           dependsOn pkg:pypi/tide
         Component pypi:services/cart/src 0 path=services/cart/src
         Package pypi:tide 0 purl=pkg:pypi/tide",
    );
}

#[test]
fn what_helps_to_develop_is_no_component() {
    for path in ["docs/requirements.txt", "a/requirements-dev.txt", ".ci/requirements.txt"] {
        let (records, _) = partial(&Python, &[Sample(path, "tide\n")]);
        assert!(records.iter().all(|record| !record.starts_with("Component")), "{path}: {records:?}");
    }
    let (records, diagnostics) =
        partial(&Python, &[Sample("requirements/goals.txt", "The quay\nmust be safe\nalways\n")]);
    assert_eq!((records.len(), diagnostics), (0, vec!["requirements/goals.txt:0 not-recognised 1".to_owned()]));
}

#[test]
fn what_was_asked_for_in_requirements_is_read_along() {
    let head = b"-r base.txt\n--requirement=a/more.list\n-r ../other.list # why\n";
    let companions = Python.companions("q/requirements.txt", head);
    assert_eq!(companions, ["q/pyproject.toml", "q/setup.cfg", "q/base.txt", "q/a/more.list", "other.list"]);
    let names = [
        ("a/requirements-dev.txt", true),
        ("dev-requirements.in", true),
        ("requirements/base.txt", true),
        ("constraints.txt", true),
        ("notes.txt", false),
        ("pylock.dev.toml", true),
        ("setup.py", true),
        ("poetry.toml", false),
    ];
    for (name, known) in names {
        assert_eq!(Python.recognises(name, b"") == Recognition::ByName, known, "{name}");
    }
}

#[test]
fn old_forms_are_read() {
    let setup = "[metadata]\nname = quay\nversion = attr: quay.version\nlicense = MIT\n\n[options]\ninstall_requires =\n    tide>=1\n    # no\n    moor; python_version<'3'\nsetup_requires = build-it\n\n[options.extras_require]\nx = hull\n[options.entry_points]\nconsole_scripts =\n    quay = zq:main\n[flake8]\nname = other\n";
    check(
        &Python,
        &[Sample("setup.cfg", setup)],
        "setup.cfg",
        "Package pypi:quay 1 purl=pkg:pypi/quay license=MIT represents=pypi:quay builtFrom=
           dependsOn pkg:pypi/tide version.range=>=1
           dependsOn pkg:pypi/moor condition=python_version<'3'
           dependsOn pkg:pypi/build-it dependency.scope=build
           dependsOn pkg:pypi/hull dependency.scope=optional
         Component pypi:quay 0 path= platform.kind=application
         Package pypi:tide 0 purl=pkg:pypi/tide
         Package pypi:moor 0 purl=pkg:pypi/moor
         Package pypi:build-it 0 purl=pkg:pypi/build-it
         Package pypi:hull 0 purl=pkg:pypi/hull",
    );
    check(&Python, &[Sample("setup.cfg", "[flake8]\nmax-line-length = 99\n")], "setup.cfg", "");
    let (records, diagnostics) = partial(&Python, &[Sample("setup.py", "setup(name='zq')\n")]);
    assert_eq!((records.len(), diagnostics), (0, vec!["setup.py:0 unsupported 1".to_owned()]));
    let constraints = "tide==1.2\nmoor<2 ; os_name == 'nt'\n";
    check(
        &Python,
        &[Sample("constraints.txt", constraints)],
        "constraints.txt",
        "Package pypi:tide 1 purl=pkg:pypi/tide
         Package pypi:moor 1 purl=pkg:pypi/moor",
    );
}

const PROJECT: &str =
    "[project]\nname = \"quay\"\ndependencies = [\"tide>=1\"]\n[dependency-groups]\ndev = [\"knot\"]\n";
const LOCKED: &str = "Package pypi:tide 1 purl=pkg:pypi/tide
       dependsOn pkg:pypi/knot service.version=0.3
     Package pypi:knot 1 purl=pkg:pypi/knot
     Package pypi:quay 0 purl=pkg:pypi/quay
       dependsOn pkg:pypi/tide service.version=1.2
       dependsOn pkg:pypi/knot dependency.scope=development service.version=0.3";

#[test]
fn lock_files_say_which_versions_were_chosen() {
    let poetry = "[[package]]\nname = \"tide\"\nversion = \"1.2\"\n[package.dependencies]\nKnot = {version = \">=0\", optional = false}\n[[package]]\nname = \"knot\"\nversion = \"0.3\"\n[package.source]\ntype = \"legacy\"\nurl = \"https://kim:zq@reg.example\"\n[metadata]\nlock-version = \"2.0\"\n";
    let pdm = "[metadata]\nlock_version = \"4\"\n[[package]]\nname = \"tide\"\nversion = \"1.2\"\ndependencies = [\"knot>=0\"]\n[[package]]\nname = \"knot\"\nversion = \"0.3\"\n";
    let standard = "lock-version = \"1.0\"\n[[packages]]\nname = \"tide\"\nversion = \"1.2\"\ndependencies = [{name = \"knot\"}]\n[[packages]]\nname = \"knot\"\nversion = \"0.3\"\nwheels = [{url = \"https://zq@h/x\"}]\n";
    for (path, text) in [("poetry.lock", poetry), ("pdm.lock", pdm), ("pylock.toml", standard)] {
        check(&Python, &[Sample(path, text), Sample("pyproject.toml", PROJECT)], path, LOCKED);
    }
    let uv = "version = 1\n[[package]]\nname = \"quay\"\nversion = \"0\"\nsource = { editable = \".\" }\ndependencies = [{ name = \"tide\" }]\n[package.dev-dependencies]\ndev = [{ name = \"knot\", version = \"0.3\", marker = \"os_name == 'nt'\" }]\n[[package]]\nname = \"tide\"\nversion = \"1.2\"\nsource = { registry = \"https://kim:zq@reg.example\" }\n[[package]]\nname = \"knot\"\nversion = \"0.3\"\n[[package]]\nname = \"knot\"\nversion = \"0.4\"\n";
    check(
        &Python,
        &[Sample("pyproject.toml", PROJECT), Sample("uv.lock", uv)],
        "uv.lock",
        "Package pypi:quay 1 purl=pkg:pypi/quay
           dependsOn pkg:pypi/tide service.version=1.2
           dependsOn pkg:pypi/knot condition=os_name == 'nt' dependency.scope=development service.version=0.3
         Package pypi:tide 1 purl=pkg:pypi/tide
         Package pypi:knot 1 purl=pkg:pypi/knot
         Package pypi:knot 1 purl=pkg:pypi/knot",
    );
}

#[test]
fn pipenv_is_read_in_both_files() {
    let pipfile = "[[source]]\nurl = \"https://kim:zq@reg.example\"\n[packages]\nTide = \"*\"\nmoor = {git = \"https://zq@git.example/m\", ref = \"v1\"}\n[dev-packages]\nknot = {version = \"==1\", markers = \"os_name == 'nt'\"}\n";
    check(
        &Python,
        &[Sample("jobs/report/Pipfile", pipfile)],
        "jobs/report/Pipfile",
        "Package pypi:jobs/report 1 represents=pypi:jobs/report builtFrom=jobs/report
           dependsOn pkg:pypi/tide version.range=*
           dependsOn pkg:pypi/moor version.range=git+https://git.example/m#v1
           dependsOn pkg:pypi/knot condition=os_name == 'nt' dependency.scope=development version.range===1
         Component pypi:jobs/report 0 path=jobs/report
         Package pypi:tide 0 purl=pkg:pypi/tide
         Package pypi:moor 0 purl=pkg:pypi/moor
         Package pypi:knot 0 purl=pkg:pypi/knot",
    );
    let lock = "{\"_meta\": {\"sources\": [{\"url\": \"https://kim:zq@reg.example\"}]},\n \"default\": {\"tide\": {\"version\": \"==1.2\"}},\n \"develop\": {\"knot\": {\"version\": \"==1\"}}}";
    check(
        &Python,
        &[Sample("a/Pipfile", pipfile), Sample("a/Pipfile.lock", lock)],
        "a/Pipfile.lock",
        "Package pypi:tide 1 purl=pkg:pypi/tide
         Package pypi:knot 1 purl=pkg:pypi/knot
         Package pypi:a 0
           dependsOn pkg:pypi/tide service.version=1.2
           dependsOn pkg:pypi/knot condition=os_name == 'nt' dependency.scope=development service.version=1",
    );
}

#[test]
fn bad_input_is_told_and_the_rest_is_read() {
    endures(&Python, &NAMES);
    let (records, diagnostics) =
        partial(&Python, &[Sample("requirements.txt", "tide\nmoor\nhull\nnot one\n-r gone.list\nhttps://h/zq\n")]);
    assert_eq!(records.len(), 8, "{records:?}");
    let expected =
        ["requirements.txt:4 syntax 0", "requirements.txt:5 unresolved 0", "requirements.txt:6 unresolved 0"];
    assert_eq!(diagnostics, expected);
    let (records, diagnostics) =
        partial(&Python, &[Sample("uv.lock", "[[package]]\nversion = \"1\"\n[[package]]\nname = \"a\"\n")]);
    assert_eq!((records.len(), diagnostics), (1, vec!["uv.lock:1 shape 1".to_owned()]));
    let (records, diagnostics) =
        partial(&Python, &[Sample("pyproject.toml", "[project]\nname = \"a\"\ndependencies = [\"x y\", []]\n")]);
    assert_eq!((records.len(), diagnostics.len()), (2, 2), "{records:?}");
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), name in 0_usize..11) {
        Python.decode(&[Payload { path: NAMES[name], bytes: Ok(&bytes) }], &origin());
    }

    #[test]
    fn whatever_looks_like_requirements_is_read_or_refused(
        text in "([a-c.@\\[\\];=<># /:\\\\\"-]|-r |-e |git\\+|://|#egg=|\r\n|\n|\\[options\\]\n|é){0,60}",
        name in 0_usize..11,
    ) {
        Python.decode(&[Payload { path: NAMES[name], bytes: Ok(text.as_bytes()) }], &origin());
    }
}
