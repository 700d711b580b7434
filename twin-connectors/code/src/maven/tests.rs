//! Project files of Maven.

use proptest::prelude::*;
use twin_connector_base::{Decoder, Payload, Recognition};

use super::Maven;
use crate::packages_tests::{Sample, check, endures, origin, partial};

const PARENT: &str = "<?xml version=\"1.0\"?>\n<!-- zq -->\n<project xmlns=\"http://maven.example/POM\">\n <groupId>org.harbour</groupId>\n <artifactId>harbour</artifactId>\n <version>${revision}</version>\n <packaging>pom</packaging>\n <properties>\n  <revision>3.1</revision>\n  <knot.version>0.${minor}</knot.version>\n  <minor>4</minor>\n  <loop>${loop}</loop>\n </properties>\n <modules><module>quay</module></modules>\n <dependencyManagement><dependencies>\n  <dependency>\n   <groupId>org.knot</groupId><artifactId>knot</artifactId>\n   <version>${knot.version}</version>\n   <scope>test</scope>\n  </dependency>\n  <dependency><groupId>org.bom</groupId><artifactId>bom</artifactId><version>1</version><type>pom</type><scope>import</scope></dependency>\n </dependencies></dependencyManagement>\n</project>\n";

#[test]
fn a_project_inherits_from_its_parents() {
    let child = "<project>\r\n <parent>\r\n  <groupId>org.harbour</groupId>\r\n  <artifactId>harbour</artifactId>\r\n  <version>${revision}</version>\r\n </parent>\r\n <artifactId>quay</artifactId>\r\n <packaging>war</packaging>\r\n <description>Tells &amp; shows\r\n   ships</description>\r\n <licenses><license><name>MIT</name></license></licenses>\r\n <dependencies>\r\n  <dependency><groupId>${project.groupId}</groupId><artifactId>rope</artifactId><version>${project.version}</version></dependency>\r\n  <dependency><groupId>org.knot</groupId><artifactId>knot</artifactId></dependency>\r\n  <dependency><groupId>org.tide</groupId><artifactId>tide</artifactId><version>[1,2)</version><scope>provided</scope></dependency>\r\n  <dependency><groupId>org.tide</groupId><artifactId>loop</artifactId><version>${loop}</version><optional>true</optional></dependency>\r\n </dependencies>\r\n <build><plugins><plugin><artifactId>jar-maker</artifactId><configuration><password>zq</password></configuration></plugin></plugins></build>\r\n <profiles><profile><id>fast</id><dependencies><dependency><groupId>org.sail</groupId><artifactId>sail</artifactId><version>1</version></dependency></dependencies></profile></profiles>\r\n</project>\r\n";
    check(
        &Maven,
        &[Sample("pom.xml", PARENT), Sample("quay/pom.xml", child)],
        "quay/pom.xml",
        "Package maven:org.harbour:quay 1 purl=pkg:maven/org.harbour/quay service.version=3.1 license=MIT represents=maven:org.harbour:quay builtFrom=quay
           dependsOn pkg:maven/org.harbour/harbour dependency.scope=build version.range=3.1
           dependsOn pkg:maven/org.harbour/rope version.range=3.1
           dependsOn pkg:maven/org.knot/knot dependency.scope=development version.range=0.4
           dependsOn pkg:maven/org.tide/tide dependency.scope=peer version.range=[1,2)
           dependsOn pkg:maven/org.tide/loop dependency.scope=optional version.range=${loop}
           dependsOn pkg:maven/org.apache.maven.plugins/jar-maker dependency.scope=build
           dependsOn pkg:maven/org.sail/sail condition=profile fast version.range=1
         Component maven:org.harbour:quay 0 path=quay description=Tells & shows    ships platform.kind=application
         Package maven:org.harbour:harbour 0 purl=pkg:maven/org.harbour/harbour
         Package maven:org.harbour:rope 0 purl=pkg:maven/org.harbour/rope
         Package maven:org.knot:knot 0 purl=pkg:maven/org.knot/knot
         Package maven:org.tide:tide 0 purl=pkg:maven/org.tide/tide
         Package maven:org.tide:loop 0 purl=pkg:maven/org.tide/loop
         Package maven:org.apache.maven.plugins:jar-maker 0 purl=pkg:maven/org.apache.maven.plugins/jar-maker
         Package maven:org.sail:sail 0 purl=pkg:maven/org.sail/sail",
    );
    check(
        &Maven,
        &[Sample("pom.xml", PARENT)],
        "pom.xml",
        "Package maven:org.harbour:harbour 1 purl=pkg:maven/org.harbour/harbour service.version=3.1 builtFrom=
           dependsOn pkg:maven/org.bom/bom dependency.scope=build version.range=1
         Package maven:org.bom:bom 0 purl=pkg:maven/org.bom/bom",
    );
    assert_eq!(Maven.companions("a/b/pom.xml", b"<parent>"), ["a/pom.xml", "pom.xml"]);
    assert_eq!(Maven.recognises("x-1.0.pom", b"<project>"), Recognition::ByContent);
}

#[test]
fn bad_input_is_told_and_the_rest_is_read() {
    endures(&Maven, &["pom.xml", "x"]);
    let deep = format!("<project>{}", "<a>".repeat(100_000));
    let bomb = "<!DOCTYPE p [<!ENTITY a \"zqzq\">]><project><artifactId>&a;b</artifactId></project>";
    let cases = [
        (deep.as_str(), 0, vec!["pom.xml:1 limit 1"]),
        ("<beans/>", 0, vec!["pom.xml:0 not-recognised 1"]),
        ("<project><artifactId>a</project>", 0, vec!["pom.xml:1 syntax 1"]),
        ("<project><version>1</version></project>", 0, vec!["pom.xml:0 shape 1"]),
        (bomb, 2, vec![]),
        (
            "<project><artifactId>a</artifactId><dependencies>\n<dependency><artifactId>${zq}</artifactId></dependency></dependencies></project>",
            2,
            vec!["pom.xml:2 unresolved 0"],
        ),
    ];
    for (text, records, expected) in cases {
        let (told, diagnostics) = partial(&Maven, &[Sample("pom.xml", text)]);
        assert_eq!((told.len(), diagnostics), (records, expected.into_iter().map(str::to_owned).collect()));
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        Maven.decode(&[Payload { path: "pom.xml", bytes: Ok(&bytes) }], &origin());
    }

    #[test]
    fn whatever_looks_like_a_project_is_read_or_refused(
        text in "(<artifactId>|</artifactId>|<dependency>|</dependency>|<dependencies>|</dependencies>|<properties>|</properties>|<a>|</a>|\\$\\{a\\}|\\$\\{|&amp;|&#x41;|[a-c]|\n){0,40}",
    ) {
        let text = format!("<project><artifactId>a</artifactId><groupId>b</groupId>{text}</project>");
        Maven.decode(&[Payload { path: "pom.xml", bytes: Ok(text.as_bytes()) }], &origin());
    }
}
