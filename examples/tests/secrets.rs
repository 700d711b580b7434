//! Planted secrets: no value that a source did not mean to name a thing ever leaves decode, wherever in an estate it stands.
//!
//! What names a peer is no secret: the names of variables, and the value of a variable that by its name holds a host.

use std::collections::BTreeSet;

use golden_support::{InMemory, folder, now, questions, scanned};
use twin_core::graph::Snapshot;
use twin_core::{At, Twin};

mod golden_support;

/// Secrets that no two places share, shaped as real ones are: words, digits, both cases.
#[derive(Default)]
struct Plants(Vec<String>);

impl Plants {
    fn next(&mut self) -> String {
        let number = self.0.len() as u64;
        let noise = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let secret = match number % 3 {
            0 => format!("hunter{number}x{:08x}", noise >> 32),
            1 => format!("S3cr3t{:012x}Zq", noise >> 16),
            _ => format!("kanarie{:010}vogel", noise >> 31),
        };
        self.0.push(secret.clone());
        secret
    }
}

/// What stands in a place that may hold a secret: the text with each `@@` replaced by a secret of its own.
fn plant(plants: &mut Plants, text: &str) -> String {
    let mut parts = text.split("@@");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + &plants.next() + part)
}

const MANIFEST: &str = r#"apiVersion: apps/v1
kind: Deployment
metadata:
  name: till
  namespace: shop
  annotations: {token: "@@", checksum/config: "@@"}
  labels: {app: till, password: "@@"}
spec:
  template:
    metadata:
      labels: {app: till}
    spec:
      containers:
        - name: till
          image: registry.example/till:1
          command: ["sh", "-c", "export API_KEY=@@; exec till --secret @@"]
          args: ["--password=@@", "--peer=http://user:@@@peer:8080/@@?key=@@", "--token", "@@", "-p@@"]
          env:
            - {name: PASSWORD, value: "@@"}
            - {name: API_KEY, value: "@@"}
            - {name: DATABASE_URL, value: "postgres://till:@@@till-db:5432/till?sslpassword=@@"}
            - {name: MONGO_URL, value: "mongodb://till:@@@mongo-0:27017,mongo-1:27017/till?authSource=@@"}
            - {name: DB, value: "Server=sql,1433;Database=till;User Id=till;Password=@@;"}
            - {name: REDIS_URL, value: "redis://:@@@cache:6379/0"}
            - {name: AMQP, value: "amqp://till:@@@broker:5672/%2f"}
            - {name: KAFKA_BROKERS, value: "kafka:9092"}
            - {name: SASL_JAAS_CONFIG, value: 'org.x.PlainLoginModule required username="u" password="@@";'}
            - {name: JDBC, value: "jdbc:postgresql://till-db/till?user=till&password=@@"}
            - {name: ORACLE, value: "jdbc:oracle:thin:till/@@@ora:1521:till"}
            - {name: HOOK_URL, value: "https://hooks.example/services/@@/@@"}
            - {name: SENTRY_DSN, value: "https://@@@sentry.example/7"}
            - {name: PRIVATE_KEY, value: "-----BEGIN PRIVATE KEY-----\n@@\n-----END PRIVATE KEY-----"}
            - {name: JSON, value: '{"password": "@@", "host": "peer"}'}
            - {name: OTEL_EXPORTER_OTLP_HEADERS, value: "authorization=Bearer @@"}
            - {name: OTEL_RESOURCE_ATTRIBUTES, value: "service.name=till,token=@@"}
            - {name: ODD_URL, value: "http://a:b@c:@@@d:8080/x@@@y"}
---
apiVersion: v1
kind: Secret
metadata: {name: till, namespace: shop}
stringData: {password: "@@", url: "http://u:@@@peer:8080"}
data: {key: QEA=, other: "@@"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: till, namespace: shop}
data:
  api.key: "@@"
  url: "https://u:@@@peer/@@"
  application.yml: |
    spring:
      datasource: {url: "jdbc:mysql://u:@@@mysql:3306/till", password: "@@"}
  nginx.conf: |
    server {
      location / { proxy_pass http://peer:8080/; proxy_set_header Authorization "Basic @@"; }
    }
---
apiVersion: example.org/v1
kind: Widget
metadata: {name: w, namespace: shop}
spec: {credentials: "@@"}
"#;

const COMPOSE: &str = r#"name: shop
x-secret: "@@"
services:
  till:
    image: registry.example/till:1
    command: till --password @@ --url http://u:@@@peer:8080
    environment:
      PASSWORD: "@@"
      LATER: ${UNSET:-@@}
      DATABASE_URL: postgres://till:${DB_PASSWORD}@till-db/till
      FROM_FILE: ${FROM_FILE}
    labels: {traefik.http.middlewares.auth.basicauth.users: "u:@@"}
    healthcheck: {test: "curl -u u:@@ http://localhost"}
    build: {context: ./till, args: {NPM_TOKEN: "@@"}}
  peer:
    image: peer
    environment:
      - TOKEN=@@
      - PEER_URL=http://u:@@@till:80/?t=@@
secrets: {a: {environment: "@@"}}
"#;

const STATE: &str = r#"{"version": 4, "terraform_version": "1.9.0", "serial": 1, "lineage": "0f8c7e0e-1111-2222-3333-444444444444",
"outputs": {"password": {"value": "@@", "type": "string", "sensitive": true}, "plain": {"value": "@@", "type": "string"}},
"resources": [
{"mode": "managed", "type": "aws_db_instance", "name": "till", "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]", "instances": [{"schema_version": 1,
 "attributes": {"id": "till", "identifier": "till", "address": "till.rds.example", "port": 5432, "username": "@@", "password": "@@", "tags": {"service": "till", "note": "@@", "password": "@@"}},
 "sensitive_attributes": [[{"type": "get_attr", "value": "password"}]], "private": "@@"}]},
{"mode": "managed", "type": "random_password", "name": "p", "provider": "provider[\"x\"]", "instances": [{"attributes": {"id": "none", "result": "@@", "bcrypt_hash": "@@"}}]},
{"mode": "managed", "type": "aws_lambda_function", "name": "f", "provider": "provider[\"x\"]", "instances": [{"attributes": {"function_name": "f", "arn": "arn:aws:lambda:eu-west-1:000000000000:function:f", "environment": [{"variables": {"TOKEN": "@@", "URL": "https://u:@@@peer.example/@@"}}]}}]},
{"mode": "managed", "type": "tls_private_key", "name": "k", "provider": "provider[\"x\"]", "instances": [{"attributes": {"private_key_pem": "@@", "public_key_openssh": "@@"}}]},
{"mode": "data", "type": "aws_secretsmanager_secret_version", "name": "s", "provider": "provider[\"x\"]", "instances": [{"attributes": {"secret_string": "@@", "secret_id": "s"}}]}
]}"#;

const SPANS: &str = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"till"}},{"key":"host.token","value":{"stringValue":"@@"}},{"key":"process.command_line","value":{"stringValue":"till --password @@"}}]},"scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","name":"GET /reset/@@?token=@@","kind":2,"startTimeUnixNano":"1795141800012659000","endTimeUnixNano":"1795141800015488000","attributes":[{"key":"http.request.header.authorization","value":{"stringValue":"Bearer @@"}},{"key":"url.query","value":{"stringValue":"key=@@"}},{"key":"http.route","value":{"stringValue":"/pay"}},{"key":"enduser.id","value":{"stringValue":"@@"}}],"events":[{"name":"exception @@","attributes":[{"key":"exception.message","value":{"stringValue":"bad password @@"}}]}],"status":{"code":2,"message":"denied for @@"}},{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"c7ad6b7169203332","parentSpanId":"b7ad6b7169203331","name":"SELECT '@@'","kind":3,"startTimeUnixNano":"1795141800012759000","endTimeUnixNano":"1795141800013488000","attributes":[{"key":"db.system.name","value":{"stringValue":"postgresql"}},{"key":"db.query.text","value":{"stringValue":"SELECT * FROM u WHERE p='@@'"}},{"key":"db.connection_string","value":{"stringValue":"postgres://u:@@@till-db/till"}},{"key":"server.address","value":{"stringValue":"till-db"}},{"key":"url.full","value":{"stringValue":"https://u:@@@peer.example/x/@@?k=@@"}}]}]}]}]}
"#;

const COST: &str = "BilledCost,BillingCurrency,BillingPeriodStart,BillingPeriodEnd,ChargePeriodStart,ChargePeriodEnd,EffectiveCost,ServiceName,ResourceId,ChargeDescription,ChargeCategory,Tags
1.00,EUR,2026-10-01,2026-11-01,2026-10-01,2026-10-02,1.00,Compute,,for @@,Usage,\"{\"\"service\"\":\"\"till\"\",\"\"password\"\":\"\"@@\"\",\"\"note\"\":\"\"@@\"\"}\"
";

const OWNERS: &str = "* @shop/till jane.@@@example.org\n/till/ till-@@@example.org\n";

const DECISION: &str = "---\nstatus: accepted\npassword: \"@@\"\n---\n# Keep the till\n\n## Decision Outcome\n\nThe key is @@, in `till` and at http://u:@@@peer:8080/.\n";

const FILES: [(&str, &str); 14] = [
    ("k8s/till.yaml", MANIFEST),
    ("compose.yaml", COMPOSE),
    (".env", "DB_PASSWORD=@@\nFROM_FILE=http://u:@@@peer:8080\nOTHER=@@\n"),
    ("terraform.tfstate", STATE),
    ("traces.jsonl", SPANS),
    ("cost.csv", COST),
    ("CODEOWNERS", OWNERS),
    ("docs/decisions/0001-till.md", DECISION),
    (
        "till/application.properties",
        "spring.datasource.url=jdbc:mysql://u:@@@mysql:3306/till?password=@@\napi.key=@@\npeer.url=http://u:@@@peer:8080/@@\n",
    ),
    ("till/config.toml", "[peer]\nurl = \"http://u:@@@peer:8080/\"\ntoken = \"@@\"\n"),
    ("till/.env", "TOKEN=@@\nPEER_URL=http://u:@@@peer:8080/?k=@@\nexport KEY='@@'\n"),
    (
        "till/nginx.conf",
        "upstream peer { server peer:8080; }\nserver { location /@@ { proxy_pass http://u:@@@peer; proxy_set_header X-Key \"@@\"; } }\n",
    ),
    ("till/application.yml", "peer:\n  url: https://u:@@@peer/x?y=@@\n  secret: '@@'\n"),
    ("till/Dockerfile", "FROM peer\nENV TOKEN=@@ PEER_URL=http://u:@@@peer:8080\nARG KEY=@@\n"),
];

/// The same files, each broken off or spoiled so that messages about faults could quote them.
fn broken(path: &str, text: &str) -> Vec<(String, String)> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let folders = ["cut", "spoiled", "halved"].map(|what| format!("{what}/{folder}/{name}").replace("//", "/"));
    let cut = text.len() - text.len() / 9;
    let cut = text.get(..cut).unwrap_or_default().to_owned();
    let spoiled = text.replace([':', '='], ": [").replace('{', "{{");
    let half = text.get(..text.len() / 2).unwrap_or_default().to_owned();
    folders.into_iter().zip([cut, spoiled, half]).collect()
}

fn planted() -> (InMemory, Vec<String>) {
    let (mut files, mut plants) = (InMemory::default(), Plants::default());
    for (path, text) in FILES {
        let text = plant(&mut plants, text);
        for (path, text) in broken(path, &text) {
            files.put(&path, text);
        }
        files.put(path, text);
    }
    (files, plants.0)
}

/// Everything that anybody could ever see of an estate that was read: what was said, and where.
fn shown(files: &InMemory) -> Vec<(String, Vec<u8>)> {
    let (batches, report) = scanned(files);
    let mut shown = vec![
        ("the report".to_owned(), format!("{report}{report:?}").into_bytes()),
        ("the report in JSON".to_owned(), serde_json::to_vec(&report).expect("JSON")),
    ];
    for batch in &batches {
        shown.push((format!("the batch of {}", batch.scope), format!("{batch:?}").into_bytes()));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("estate.twin");
    let twin = Twin::open(&path).expect("a new store");
    let receipt = twin.apply(batches, now()).expect("a disk");
    shown.push(("the receipt".to_owned(), format!("{receipt:?}").into_bytes()));
    let snapshot = twin.snapshot(At::now(now()));
    shown.push(("the snapshot".to_owned(), format!("{snapshot:?}").into_bytes()));
    shown.extend(questions::all(&snapshot).map(|(name, answer)| (name, answer.to_string().into_bytes())));
    shown.extend(errors(&snapshot));
    shown.push(("the twin".to_owned(), format!("{twin:?}").into_bytes()));
    drop((twin, snapshot));
    shown.push(("the store".to_owned(), std::fs::read(&path).expect("the store")));
    shown
}

/// Errors name the nearest that is known.
fn errors(snapshot: &Snapshot) -> Vec<(String, Vec<u8>)> {
    let unknown = ["tilll", "hunter", "S3cr3t", "kanarie", "peer", "api"];
    let errors = unknown.into_iter().filter_map(|name| Some((name, snapshot.find(name).err()?)));
    errors.map(|(name, error)| (format!("the error for {name}"), format!("{error}{error:?}").into_bytes())).collect()
}

/// Searches byte by byte once for each secret.
fn leaks(shown: &[(String, Vec<u8>)], secrets: &[String]) -> BTreeSet<String> {
    let mut leaks = BTreeSet::new();
    for (place, bytes) in shown {
        let text = String::from_utf8_lossy(bytes);
        leaks.extend(
            secrets.iter().filter(|secret| text.contains(*secret)).map(|secret| format!("{secret} in {place}")),
        );
    }
    leaks
}

#[test]
fn none_of_many_planted_secrets_is_ever_shown() {
    let (files, secrets) = planted();
    assert!(secrets.len() >= 100, "{}", secrets.len());
    assert_eq!(secrets.iter().collect::<BTreeSet<_>>().len(), secrets.len());
    let shown = shown(&files);
    assert!(shown.len() > 200, "{}", shown.len());
    let read = |place: &str| shown.iter().find(|(name, _)| name == place).map_or(0, |(_, bytes)| bytes.len());
    assert!(read("the store") > 10_000 && read("the snapshot") > 10_000);
    let leaks = leaks(&shown, &secrets);
    assert!(leaks.is_empty(), "{leaks:#?}");
}

#[test]
fn none_of_the_example_s_secrets_is_ever_shown() {
    let text = std::fs::read_to_string(folder("tests/truth/secrets.txt")).expect("the list");
    let secrets: Vec<String> = text.lines().map(str::to_owned).collect();
    let files = InMemory::estate();
    let planted = |secret: &String| {
        files
            .0
            .keys()
            .filter_map(|path| files.bytes(path))
            .any(|bytes| String::from_utf8_lossy(bytes).contains(secret.as_str()))
    };
    assert!(secrets.len() >= 25 && secrets.iter().all(planted), "each stands in the estate");
    let leaks = leaks(&shown(&files), &secrets);
    assert!(leaks.is_empty(), "{leaks:#?}");
}
