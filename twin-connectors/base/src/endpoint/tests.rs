//! What values say about peers, and what they must not say.

use proptest::prelude::*;

use super::*;

/// `scheme host port database raw` with `-` for what is not said; several separated by `|`.
fn shown(found: &[Endpoint]) -> String {
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let line = |endpoint: &Endpoint| {
        let port = endpoint.port.map(|port| port.to_string());
        format!(
            "{} {} {} {} {}",
            or_none(&endpoint.scheme),
            endpoint.host,
            or_none(&port),
            or_none(&endpoint.database),
            endpoint.raw
        )
    };
    found.iter().map(line).collect::<Vec<_>>().join(" | ")
}

fn check(name: &str, value: &str, expected: &str) {
    assert_eq!(shown(&endpoints(name, value)), expected, "{name}={value}");
}

#[test]
fn urls_name_their_hosts() {
    let cases = [
        ("http://cart:8080/v1?x=1#y", "http cart 8080 - cart:8080"),
        ("https://Pay.Example.com", "https pay.example.com - - Pay.Example.com"),
        ("http://a:1,http://b:2", "http a 1 - a:1 | http b 2 - b:2"),
        ("nats://n1:4222, nats://n2:4222", "nats n1 4222 - n1:4222 | nats n2 4222 - n2:4222"),
        ("jdbc:postgresql://h:5432/shop?user=u&password=p@ss", "postgresql h 5432 shop h:5432"),
        ("jdbc:sqlserver://sql:1433;databaseName=shop;user=sa;password=x", "sqlserver sql 1433 shop sql:1433"),
        ("jdbc:oracle:thin:u/p@ora:1521:XE", "oracle ora 1521 - ora:1521"),
        ("postgresql+asyncpg://u:p@db/x", "postgresql db - x db"),
        ("postgres://u:p@db:5432/x", "postgresql db 5432 x db:5432"),
        ("mongodb+srv://u:p@h1,h2:27018/shop?w=1", "mongodb h1 - shop h1 | mongodb h2 27018 shop h2:27018"),
        ("amqp://guest:guest@rabbit:5672/%2f", "amqp rabbit 5672 - rabbit:5672"),
        ("redis://:pw@h:6379/0", "redis h 6379 0 h:6379"),
        ("tcp://db:9000", "tcp db 9000 - db:9000"),
        ("dns:///pay:50051", "dns pay 50051 - pay:50051"),
        ("bolt://graph:7687", "bolt graph 7687 - graph:7687"),
        ("PLAINTEXT://kafka:9092,k2:9092", "kafka kafka 9092 - kafka:9092 | kafka k2 9092 - k2:9092"),
        ("\"http://quoted:80\"", "http quoted 80 - quoted:80"),
        ("https://npm.example.com/@scope/pkg", "https npm.example.com - - npm.example.com"),
        ("postgres://u:p@ss/w@db:5432/x", "postgresql db 5432 x db:5432"),
        ("http://u:p/w@h:80/x", "http h 80 - h:80"),
        ("-Durl=http://a:1 -Dx=2", "http a 1 - a:1"),
    ];
    for (value, expected) in cases {
        check("X", value, expected);
    }
}

#[test]
fn addresses_and_words_are_taken_where_the_name_lets_them() {
    let cases = [
        ("CART_ADDR", "cart:7070", "- cart 7070 - cart:7070"),
        ("X", "k1:9092,k2:9092", "- k1 9092 - k1:9092 | - k2 9092 - k2:9092"),
        ("X", "cart:7070/api", "- cart 7070 - cart:7070"),
        ("PAYMENT_HOST", "payment", "- payment - - payment"),
        ("paymentHost", "payment.shop.svc", "- payment.shop.svc - - payment.shop.svc"),
        ("PGHOST", "db", "- db - - db"),
        ("ConnectionString", "cache", "- cache - - cache"),
        ("EventBusConnection", "bus", "- bus - - bus"),
        ("QUERY_STRING", "cache", ""),
        ("DB_HOST_NAME", "db", "- db - - db"),
        ("DATABASE_HOST_1", "db", "- db - - db"),
        ("CATALOG_SERVICE", "catalog", "- catalog - - catalog"),
        ("TOKEN_URL", "http://auth/token", "http auth - - auth"),
        ("spring.redis.host", "cache", "- cache - - cache"),
    ];
    for (name, value, expected) in cases {
        check(name, value, expected);
    }
}

#[test]
fn connection_strings_name_their_server() {
    let cases = [
        ("Host=db;Username=u;Password=p;Database=d", "- db - d db"),
        ("Server=tcp:sql,1433;Initial Catalog=shop;Password=\"a;b\"", "- sql 1433 shop sql,1433"),
        ("Data Source=sql\\express;Password=p", "- sql - - sql"),
        ("host=db port=5433 user=x password='y z' dbname=z", "postgresql db 5433 z db"),
        ("user:p@ss@tcp(db:3306)/name?parseTime=true", "mysql db 3306 name db:3306"),
        ("redis:6379,password=x,ssl=False", "- redis 6379 - redis:6379"),
        ("Endpoint=sb://bus.example.net/;SharedAccessKey=abc=", "sb bus.example.net - - bus.example.net"),
        ("addr=cache:6379;password=x", "- cache 6379 - cache:6379"),
    ];
    for (value, expected) in cases {
        check("X", value, expected);
    }
}

#[test]
fn what_only_looks_like_a_peer_is_none() {
    let values = [
        "",
        "localhost",
        "localhost:80",
        "http://localhost:80",
        "127.0.0.1:80",
        "http://0.0.0.0:80",
        "[::1]:80",
        "::1",
        "*",
        "10.0.0.1",
        "http://10.1.2.3/",
        "${HOST}:80",
        "http://${HOST}/",
        "$(HOST):80",
        "{{ .host }}:80",
        "/var/run/x.sock",
        "unix:///var/run/x.sock",
        "12:30",
        "nginx:1.25",
        "key:0",
        "a:65536",
        "me@example.com",
        "C:\\temp",
        "1.2.3",
        "v1.2.3",
        "0 5 * * *",
        "com.example.Main",
        "Just a sentence.",
        "http://*:8080",
        "see http://x:80 for more",
        "true",
        "s3://bucket/x",
        "http://u:1/@h",
        "http://h/a@b",
        "http://u:p@h?x=a@b",
        "application.yml",
        "a b:80 c",
        "http://u:12?b=c@db:5432/x",
        "postgres://u:p@h?password=a@secret",
        "http://%zz:1/",
        "://",
        "http://",
        "=",
        ";;;",
        "host=",
        "@tcp()",
        "tcp(",
    ];
    for value in values {
        check("X_HOST", value, "");
    }
    let named = [
        ("X", "payment"),
        ("X_PASSWORD", "payment:80"),
        ("REDIS_HOST_PASSWORD", "abc"),
        ("API_KEY", "http://x:1"),
        ("NO_PROXY", "a,b:80"),
        ("ALLOWED_HOSTS", "shop.example.com"),
        ("OTEL_SERVICE_NAME", "cart"),
        ("RUN_USER", "node:1000"),
        ("POSTGRES_HOST_AUTH_METHOD", "trust"),
        ("HOST_PATH", "data"),
        ("SERVER_NAME", "x"),
        ("LISTEN_ADDR", "cart:80"),
        ("BUILD_TARGET", "prod"),
        ("GHOST", "x"),
        ("IMAGE", "nginx:1234"),
    ];
    for (name, value) in named {
        check(name, value, "");
    }
}

#[test]
fn variables_that_name_things_may_be_kept() {
    assert!(names_a_thing("OTEL_SERVICE_NAME") && names_a_thing("SPRING_APPLICATION_NAME"));
    assert!(!names_a_thing("DB_NAME") && !names_a_thing("PASSWORD"));
}

/// Values with `SECRET` where a secret may stand.
const SHAPES: [&str; 16] = [
    "http://user:SECRET@host:80/x",
    "http://SECRET@host/",
    "postgres://u:SECRET@db:5432/shop",
    "redis://:SECRET@cache:6379/0",
    "mongodb://u:SECRET@h1,h2/db",
    "http://host:80/p?token=SECRET",
    "http://host/SECRET",
    "https://host/#SECRET",
    "jdbc:postgresql://h:5432/db?user=u&password=SECRET",
    "Host=db;Password=SECRET;Database=d",
    "host=db password=SECRET dbname=x",
    "u:SECRET@tcp(db:3306)/x",
    "redis:6379,password=SECRET",
    "Server=sql;Password='SECRET'",
    "u:SECRET@host:80",
    "amqp://u:SECRET@mq:5672,amqp://u:SECRET@mq2:5672",
];

proptest! {
    #[test]
    fn no_secret_leaves(shape in 0..SHAPES.len(), secret in "zq[A-Za-z0-9@/:?#,; &=%+!$\"'()]{6,14}qz") {
        let value = SHAPES[shape].replace("SECRET", &secret);
        for endpoint in endpoints("SOME_URL", &value) {
            prop_assert!(value.contains(&endpoint.raw), "{endpoint:?}");
            let told = format!("{:?} {} {:?} {}", endpoint.scheme, endpoint.host, endpoint.database, endpoint.raw);
            prop_assert!(!told.contains("zq") && !told.contains("qz"), "{value} tells {told}");
        }
    }

    #[test]
    fn any_text_is_read(name in "\\PC{0,20}", value in "\\PC{0,200}") {
        for endpoint in endpoints(&name, &value) {
            prop_assert!(value.contains(&endpoint.raw));
        }
    }
}

#[test]
fn settings_in_json_and_names_of_software_name_hosts() {
    let cases = [
        ("SETTINGS", r#"{"search": {"url": "http://es:9200/x"}}"#, "http es 9200 - es:9200"),
        (
            "SEARCH_HOSTS",
            r#"["http://es1:9200", "http://es2:9200"]"#,
            "http es1 9200 - es1:9200 | http es2 9200 - es2:9200",
        ),
        ("SETTINGS", r#"{"password": "http://hunter2:80", "x": 5"#, ""),
        ("SETTINGS", r#"{"db": {"password": "hunter2", "host": "db"}}"#, "- db - - db"),
        ("SESSION_REDIS", "redis", "- redis - - redis"),
        ("ConnectionStrings__Basket", "Server=basket-db", "- basket-db - - basket-db"),
        ("EventBusConnection", "rabbit", "- rabbit - - rabbit"),
        ("RABBITMQ_DEFAULT_USER", "rabbit", ""),
    ];
    for (name, value, expected) in cases {
        check(name, value, expected);
    }
}

#[test]
fn a_queue_behind_a_provider_s_host_is_named_by_its_path() {
    let cases = [
        ("https://sqs.eu-west-1.amazonaws.com/123456789012/jobs", "native_id:aws_sqs:jobs"),
        ("https://sqs.eu-west-1.amazonaws.com/123456789012/jobs.fifo", "native_id:aws_sqs:jobs.fifo"),
        ("https://sqs.eu-west-1.amazonaws.com/123456789012/jobs?token=x", "host:sqs.eu-west-1.amazonaws.com"),
        ("https://sqs.eu-west-1.amazonaws.com/jobs", "host:sqs.eu-west-1.amazonaws.com"),
        ("https://sqs.example.org/123456789012/jobs", "host:sqs.example.org"),
    ];
    for (value, expected) in cases {
        let peers: Vec<String> = endpoints("QUEUE_URL", value).iter().map(|found| found.peer().to_string()).collect();
        assert_eq!(peers, [expected], "{value}");
    }
}

#[test]
fn a_script_that_waits_names_its_peer() {
    let cases = [
        ("until nc -z sql 3306; do sleep 1; done", vec![("sql", 3306)]),
        ("sh -c 'nc -w 5 -z a 1 && nc -zv b.c 2'", vec![("a", 1), ("b.c", 2)]),
        ("nc -z localhost 3306", vec![]),
        ("nc -l -p 80", vec![]),
        ("sync sql 3306", vec![]),
        ("nc", vec![]),
    ];
    for (script, expected) in cases {
        let found = super::awaited(script);
        let found: Vec<(&str, u16)> =
            found.iter().filter_map(|found| Some((found.host.as_str(), found.port?))).collect();
        assert_eq!(found, expected, "{script}");
    }
}
