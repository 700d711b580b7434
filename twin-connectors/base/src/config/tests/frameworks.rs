//! The conventions of frameworks: the syntax of properties, profiles, placeholders, and what is about the application itself.

use super::*;

/// `via line:key=raw port ?profile *certainty ${variables}` for each mention; via, profile, certainty and variables only where there are any.
fn told(path: &str, text: &str) -> Vec<String> {
    let settings = settings(path, text, format_of(path).unwrap_or(Format::Yaml), &Limits::default());
    let said = settings.mentions.iter().map(|mention| {
        let stands = |line: usize, raw: &str| text.lines().nth(line - 1).is_some_and(|line| line.contains(raw));
        assert!(stands(mention.line, &mention.endpoint.raw), "{mention:?}");
        assert!(mention.via.iter().all(|(line, raw)| stands(*line, raw)), "{mention:?}");
        let via: String = mention.via.iter().map(|(line, raw)| format!("{line}={raw} < ")).collect();
        let port = mention.endpoint.port.map_or(String::new(), |port| format!(" {port}"));
        let profile = mention.profile.as_ref().map_or(String::new(), |profile| format!(" ?{}", profile.name));
        let certainty = mention.certainty();
        let certainty = if certainty < 1.0 { format!(" *{certainty:.2}") } else { String::new() };
        let variables: String = mention.variables.iter().map(|name| format!(" ${name}")).collect();
        let (line, key, host) = (mention.line, &mention.key, &mention.endpoint.host);
        format!("{via}{line}:{key}={host}{port}{profile}{certainty}{variables}")
    });
    said.chain(settings.application.iter().map(|(name, line)| format!("@{name}:{line}"))).collect()
}

fn says(path: &str, text: &str, expected: &[&str]) {
    assert_eq!(told(path, text), expected, "{path}\n{text}");
}

#[test]
fn properties_are_read_as_java_reads_them() {
    let cases: [(&str, &[&str]); 16] = [
        ("a.url=http://a:1", &["1:a.url=a 1"]),
        ("a.url:http://a:1", &["1:a.url=a 1"]),
        ("a.url http://a:1", &["1:a.url=a 1"]),
        (" \t a.url \t = \t http://a:1", &["1:a.url=a 1"]),
        ("a.url==http://a:1", &[]),
        ("a\\:b\\=c\\ url=http://a:1", &["1:a:b=c url=a 1"]),
        ("a.url=http\\://\\u0061b\\:1\nb.url=http://\\u0061", &[]),
        (
            "a.url=http://a,\\\n    http://b,\\\n\t http://c\nb.host=d",
            &["1:a.url=a", "2:a.url=b", "3:a.url=c", "4:b.host=d"],
        ),
        ("# c \\\na.url=http://a:1\n! b.url=http://b:1\n  # c.url=http://c:1", &["2:a.url=a 1"]),
        ("a.path=C\\\\\nb.url=http://b:1", &["2:b.url=b 1"]),
        ("a.url=\\\n\n b.url=http://b:1", &["3:b.url=b 1"]),
        ("a.url=http://a:1\r\nb.url=http://b:1\r\n", &["1:a.url=a 1", "2:b.url=b 1"]),
        (
            "urls[0]=http://a:1\nurls[1]=http://b:1\nx[a.b].url=http://c:1",
            &["1:urls=a 1", "2:urls=b 1", "3:x[a.b].url=c 1"],
        ),
        ("\u{feff}a.url=http://a:1", &["1:a.url=a 1"]),
        ("a.text=\\ud83d\\ude00\\u12\\q\\", &[]),
        ("alone\n=b\n:\n\\", &[]),
    ];
    for (text, expected) in cases {
        says("a.properties", text, expected);
    }
}

const DOCUMENTS: &str = "spring:
  application: {name: cart}
  datasource: {url: 'jdbc:postgresql://db/cart'}
bus: {host: bus}
cache: {host: localhost}
---
spring:
  config: {activate: {on-profile: dev}}
  datasource: {url: 'jdbc:postgresql://devdb/cart'}
stub: {host: stub}
---
spring: {config: {activate: {on-profile: 'docker | prod'}}}
bus: {host: kafka}
cache: {host: redis}
---
spring.profiles: eu
tax: {host: tax}
cart: {url: 'http://bus'}
";

/// Files whose settings count in a profile, by their names, their documents, or their keys.
const IN_PROFILES: [(&str, &str, &[&str]); 15] = [
    ("application-dev.properties", "a.host=a", &["1:a.host=a ?dev *0.50"]),
    ("application-prod.yml", "a: {host: a}", &["1:a.host=a ?prod"]),
    ("bootstrap-k8s.yml", "a: {host: a}", &["1:a.host=a ?k8s"]),
    (
        "application.properties",
        "spring.datasource.url=jdbc:h2:mem:x\n#---\nspring.config.activate.on-profile=mysql\nspring.datasource.url=jdbc:mysql://db/x",
        &["4:spring.datasource.url=db ?mysql *0.80"],
    ),
    (
        "application.properties",
        "a.url=http://a\n#---\nspring.config.activate.on-profile=eu\na.url=http://b",
        &["1:a.url=a"],
    ),
    (
        "application.properties",
        "a.url=http://a\n#---\nspring.config.activate.on-profile=live\na.url=http://b",
        &["4:a.url=b ?live"],
    ),
    ("application-default.yml", "a: {host: a}", &["1:a.host=a"]),
    ("appsettings.Development.json", "{\"AHost\": \"a\"}", &["1:AHost=a ?Development *0.50"]),
    ("orders-test.yml", "spring: {x: 1}\na: {host: a}", &["2:a.host=a ?test *0.50"]),
    ("config-test.yml", "a: {host: a}", &["1:a.host=a"]),
    (
        "application-dev.yml",
        "spring: {config: {activate: {on-profile: eu}}}\na: {host: a}",
        &["2:a.host=a ?dev & eu *0.50"],
    ),
    (
        "application.yml",
        "a: {host: a}\n---\nspring: {config: {activate: {on-profile: '!prod'}}}\nb: {host: b}",
        &["1:a.host=a", "4:b.host=b ?!prod *0.80"],
    ),
    (
        "application.properties",
        "%dev.a.host=a\n%prod.b.host=b\nb.host=no\n%test.b.host=no\nquarkus.x=1",
        &["1:a.host=a ?dev *0.50", "2:b.host=b ?prod"],
    ),
    ("application.yml", "\"%{prod,eu}\":\n  a: {host: a}", &["2:a.host=a ?prod,eu"]),
    (
        "application.yml",
        "spring: {profiles: {active: dev, group: {prod: [eu]}}}\n---\nspring: {config: {activate: {on-profile: dev}}}\na: {host: a}\n---\nspring: {config: {activate: {on-profile: eu}}}\nb: {host: b}",
        &["4:a.host=a", "7:b.host=b ?eu"],
    ),
];

#[test]
fn what_counts_in_a_profile_says_so() {
    says(
        "application.yml",
        DOCUMENTS,
        &[
            "3:spring.datasource.url=db",
            "10:stub.host=stub ?dev *0.50",
            "13:bus.host=kafka ?docker | prod",
            "14:cache.host=redis ?docker | prod",
            "17:tax.host=tax ?eu *0.80",
            "18:cart.url=bus ?eu *0.80",
            "@cart:2",
        ],
    );
    let properties = "a.host=a\n#---\nspring.config.activate.on-profile=test\na.host=no\nb.host=b\n #---\nc.host=c\n!---\nd.host=d\n";
    says(
        "application.properties",
        properties,
        &["1:a.host=a", "5:b.host=b ?test *0.50", "7:c.host=c ?test *0.50", "9:d.host=d"],
    );
    for (path, text, expected) in IN_PROFILES {
        says(path, text, expected);
    }
}

#[test]
fn placeholders_take_the_values_of_other_settings_and_their_defaults() {
    let text = "db.name=shop\ndb.host=store\ndb.address=${db.host}:${db.port:5432}\nspring.datasource.url=jdbc:postgresql://${db.address}/${db.name}\nbus.url=amqp://${BUS_HOST:bus}:${BUS_PORT:5672}\nbus.host=${BUS_HOST:${OLD_HOST:bus}}\na.url=http://${NONE}/x\ncircle.url=http://${circle.url}\n";
    says(
        "application.properties",
        text,
        &[
            "2:db.host=store",
            "3=db.host < 2:db.address=store 5432",
            "4=db.address < 3=db.host < 2:spring.datasource.url=store 5432",
            "5:bus.url=bus 5672 *0.80 $BUS_HOST",
            "6:bus.host=bus *0.80 $BUS_HOST $OLD_HOST",
        ],
    );
    let text = "redis:\n  host: ${CACHE:cache}\n  port: ${CACHE_PORT:6379}\n---\nspring: {config: {activate: {on-profile: prod}}}\nname: books\nurl: http://${name}\n";
    says("application.yml", text, &["2:redis.host=cache 6379 *0.80 $CACHE", "7=name < 6:url=books ?prod"]);
}

#[test]
fn what_is_about_the_application_itself_names_nobody() {
    let own = "server.port=8080\nserver.address=cart\nserver.servlet.context-path=http://a:1\nmanagement.zipkin.tracing.endpoint=http://zipkin:9411\nmanagement.server.address=b\neureka.instance.hostname=cart\nspring.boot.admin.client.instance.service-url=http://cart:1\nquarkus.http.host=c\nmicronaut.server.host=d\nspring.config.import=optional:file:./more.properties\nspring.config.location=file:/etc/x/\nspring.datasource.password=zq:1\n";
    says("application.properties", own, &[]);
    says("appsettings.json", "{\"Kestrel\": {\"Endpoints\": {\"Http\": {\"Url\": \"http://cart:80\"}}}}", &[]);
}

/// Settings that many use, each with the peers that it names.
const CONVENTIONAL: [(&str, &str); 23] = [
    (
        "spring.kafka.bootstrap-servers=k1:9092,k2:9092",
        "1:spring.kafka.bootstrap-servers=k1 9092 | 1:spring.kafka.bootstrap-servers=k2 9092",
    ),
    ("spring.rabbitmq.host=rabbit\nspring.rabbitmq.port=5672", "1:spring.rabbitmq.host=rabbit 5672"),
    (
        "spring.rabbitmq.addresses=r1:5672,r2:5672",
        "1:spring.rabbitmq.addresses=r1 5672 | 1:spring.rabbitmq.addresses=r2 5672",
    ),
    ("spring.data.redis.host=cache\nspring.data.redis.port=6379", "1:spring.data.redis.host=cache 6379"),
    ("spring.data.redis.url=redis://u:zq@cache:6379/0", "1:spring.data.redis.url=cache 6379"),
    ("spring.data.mongodb.uri=mongodb://u:zq@m1,m2/x", "1:spring.data.mongodb.uri=m1 | 1:spring.data.mongodb.uri=m2"),
    ("spring.data.mongodb.host=mongo", "1:spring.data.mongodb.host=mongo"),
    ("spring.datasource.url=jdbc:sqlserver://sql:1433;databaseName=x;password=zq", "1:spring.datasource.url=sql 1433"),
    ("spring.datasource.url=jdbc:h2:mem:test", ""),
    ("spring.r2dbc.url=r2dbc:pool:postgresql://db:5432/x", "1:spring.r2dbc.url=db 5432"),
    ("spring.elasticsearch.uris=http://search:9200", "1:spring.elasticsearch.uris=search 9200"),
    ("spring.cloud.gateway.routes[0].uri=lb://ORDERS", "1:spring.cloud.gateway.routes.uri=orders"),
    (
        "spring.cloud.gateway.routes[0].uri=http://orders:80\nspring.cloud.gateway.routes[0].predicates[0]=Host=a.b:1",
        "1:spring.cloud.gateway.routes.uri=orders 80",
    ),
    ("feign.client.config.orders.url=http://orders:81", "1:feign.client.config.orders.url=orders 81"),
    (
        "eureka.client.service-url.defaultZone=http://u:zq@registry:8761/eureka/",
        "1:eureka.client.service-url.defaultZone=registry 8761",
    ),
    ("spring.config.import=optional:configserver:http://settings:8888", "1:spring.config.import=settings 8888"),
    ("spring.cloud.config.uri=http://settings:8888", "1:spring.cloud.config.uri=settings 8888"),
    (
        "orders.ribbon.listOfServers=o1:80,o2:80",
        "1:orders.ribbon.listOfServers=o1 80 | 1:orders.ribbon.listOfServers=o2 80",
    ),
    ("quarkus.datasource.jdbc.url=jdbc:postgresql://db/x", "1:quarkus.datasource.jdbc.url=db"),
    (
        "quarkus.rest-client.\"a.b.Orders\".url=http://orders:8080",
        "1:quarkus.rest-client.\"a.b.Orders\".url=orders 8080",
    ),
    (
        "mp.messaging.connector.smallrye-kafka.bootstrap.servers=kafka:9092",
        "1:mp.messaging.connector.smallrye-kafka.bootstrap.servers=kafka 9092",
    ),
    ("micronaut.http.services.orders.urls[0]=http://orders:8080", "1:micronaut.http.services.orders.urls=orders 8080"),
    ("micronaut.http.services.orders.url=http://orders:8080", "1:micronaut.http.services.orders.url=orders 8080"),
];

#[test]
fn conventional_settings_name_their_peers() {
    for (text, expected) in CONVENTIONAL {
        assert_eq!(told("application.properties", text).join(" | "), expected, "{text}");
    }
    let dotnet = "{\"ConnectionStrings\": {\n\"Main\": \"Server=tcp:sql,1433;Database=x;User Id=u;Password=zq\",\n\"Cache\": \"cache:6379,password=zq\"}}";
    says("appsettings.json", dotnet, &["2:ConnectionStrings.Main=sql 1433", "3:ConnectionStrings.Cache=cache 6379"]);
}

#[test]
fn hostile_placeholders_and_profiles_end() {
    let size = 20_000;
    let growing: String = (0..60).map(|at| format!("a{}=${{a{at}}}${{a{at}}}\n", at + 1)).collect();
    let wide: String = (0..size).map(|at| format!("b{at}.host=${{b{}.host:x}}\n", at + 1)).collect();
    let texts = [
        format!("a0=x\n{growing}z.url=http://${{a60}}\n"),
        format!("a.url={}", "${a:".repeat(size)),
        format!("a.url={}", "${a.url}".repeat(size)),
        format!("a{}=1", "[".repeat(size)),
        format!("spring.config.activate.on-profile={}", "a|(".repeat(size)),
        format!("a={}", "\\u00".repeat(size)),
        "%a.".repeat(size),
        "#---\n".repeat(size),
    ];
    for text in &texts {
        for path in ["application.properties", "application.yml"] {
            assert_eq!(settings(path, text, Format::Properties, &Limits::default()).mentions, [], "{}", text.len());
        }
    }
    // Of a chain only so much is followed; what is said of each is still its own.
    assert!(settings("a.properties", &wide, Format::Properties, &Limits::default()).mentions.len() <= size);
}
