//! Small made-up estates, each with the habits of one kind of team and with traps: what looks like an edge and is none.

use std::fs;

use benches::edges::edges;
use twin_core::base::Timestamp;

/// An estate: what it is like, its files, and the edges `from>to` that its files state.
struct Estate {
    habit: &'static str,
    files: &'static [(&'static str, &'static str)],
    edges: &'static [&'static str],
}

/// A configuration repository with a registry and a gateway. Traps: the database is called as a service, health checks, telemetry, a
/// test profile.
const SPRING: Estate = Estate {
    habit: "a configuration repository",
    files: &[
        (
            "docker-compose.yml",
            "services:
  registry: {image: acme/registry}
  settings: {image: acme/settings}
  gateway: {image: acme/gateway, depends_on: [settings]}
  invoices: {image: acme/invoices, environment: ['SPRING_CONFIG_IMPORT=optional:configserver:http://settings:8888']}
  parcels:
    image: acme/parcels
    command: java -Dparcels.db.url=jdbc:mysql://store:3306/invoices -Dmail.from=invoices@acme.example -jar app.jar
    healthcheck: {test: [CMD, curl, 'http://gateway:8080/health']}
  store: {image: 'mysql:8', environment: {MYSQL_DATABASE: invoices, MYSQL_USER: parcels}}
",
        ),
        ("repo/application.yml", "eureka:\n  client:\n    serviceUrl: {defaultZone: 'http://registry:8761/eureka/'}\n"),
        (
            "repo/gateway.yml",
            "spring:
  cloud:
    gateway:
      routes:
        - {id: a, uri: 'lb://invoices', predicates: [Path=/parcels/**]}
        - {id: b, uri: 'lb://PARCELS'}
      globalcors: {allowedOrigins: 'http://store:80'}
",
        ),
        ("repo/invoices.yml", "spring:\n  datasource: {url: 'jdbc:mysql://store:3306/parcels', username: gateway}\n"),
        ("repo/parcels.yml", "spring:\n  jpa: {show: true}\n# peer: http://gateway:8080\n"),
    ],
    edges: &[
        "gateway>invoices",
        "gateway>parcels",
        "gateway>registry",
        "invoices>registry",
        "invoices>settings",
        "invoices>store",
        "parcels>registry",
        "parcels>store",
    ],
};

/// Settings of the program, overridden by variables with `__`. Traps: the machine's own addresses, origins, a catalog called as a service.
const DOTNET: Estate = Estate {
    habit: "settings of the program and variables over them",
    files: &[
        (
            "compose.yml",
            "services:
  web:
    build: {context: ., dockerfile: src/Web/Dockerfile}
    environment:
      - Services__Basket__Url=http://basket:80
      - ConnectionStrings__Main=Server=sql;Database=basket;User Id=orders;Password=x
      - ASPNETCORE_URLS=http://0.0.0.0:80
      - Cors__Origins__0=http://orders:5000
  basket: {build: src/Basket, environment: {ConnectionStrings__Redis: 'cache:6379,abortConnect=false'}}
  orders: {build: src/Orders, environment: {EventBus__HostName: bus, EventBus__UserName: basket}}
  edge: {image: acme/edge, build: src/Edge}
  sql: {image: 'mcr.microsoft.com/mssql/server:2022-latest'}
  cache: {image: 'redis:7'}
  bus: {image: 'rabbitmq:3'}
",
        ),
        ("src/Basket/appsettings.json", r#"{"Identity": {"Authority": "http://localhost:5001"}, "AllowedHosts": "*"}"#),
        ("src/Orders/appsettings.json", r#"{"Grpc": {"Basket": "http://basket:81"}, "Topic": "web"}"#),
        (
            "src/Edge/ocelot.json",
            r#"{"Routes": [
  {"DownstreamPathTemplate": "/x", "DownstreamScheme": "http",
   "DownstreamHostAndPorts": [{"Host": "orders", "Port": 80}], "UpstreamPathTemplate": "/basket"}]}
"#,
        ),
    ],
    edges: &["basket>cache", "edge>orders", "orders>basket", "orders>bus", "web>basket", "web>sql"],
};

/// Plain variables, split and whole. Traps: topics, user names, public addresses, the own address, comments, documentation, CI.
const SCRIPTS: Estate = Estate {
    habit: "variables of scripts",
    files: &[
        (
            "docker-compose.yml",
            "services:
  api:
    image: acme/api
    environment:
      RATES_SERVICE_HOST: rates
      RATES_SERVICE_PORT: '4000'
      MONGO: mongodb://mailer:pw@documents:27017/rates
      PEERS: '{\"mailer\": \"http://mailer:25\"}'
      SELF_URL: http://api:3000
      PUBLIC_URL: https://shop.example.com
      QUEUE_NAME: worker
      DB_USER: worker
      IMAGE: acme/worker:1
      ALLOWED_ORIGINS: http://front:3000
      # OLD_URL: http://front:3000
  rates: {image: acme/rates, env_file: .env.rates}
  mailer: {image: acme/mailer}
  worker: {image: acme/worker, environment: ['CELERY_BROKER_URL=amqp://u:p@broker//', 'TOPIC=rates']}
  front: {image: acme/front, environment: {API: 'http://api:3000', LOG_LEVEL: api}}
  documents: {image: 'mongo:6'}
  broker: {image: 'rabbitmq:3'}
",
        ),
        (
            ".env.rates",
            "REDIS_URL=redis://front-cache:6379\nUPSTREAM=https://api.rates.example.com\nWORKER_URL=http://worker:9\n",
        ),
        ("README.md", "curl http://mailer:25 from rates\n"),
        (
            ".github/workflows/ci.yml",
            "jobs:\n  t:\n    services: {broker: {image: 'rabbitmq:3'}}\n    env: {API_URL: 'http://front:1'}\n",
        ),
    ],
    edges: &["api>documents", "api>mailer", "api>rates", "front>api", "rates>worker", "worker>broker"],
};

/// Two projects on one network. Traps: the default networks of projects that do not share one.
const PROJECTS: Estate = Estate {
    habit: "projects joined by an external network",
    files: &[
        (
            "infra/docker-compose.yml",
            "services:
  database: {image: 'postgres:16', networks: [shared]}
  events: {image: 'apache/kafka:3', container_name: kafka-1, networks: [shared]}
networks: {shared: {name: backbone}}
",
        ),
        (
            "app/docker-compose.yml",
            "services:
  desk:
    image: acme/desk
    environment: {DATABASE_URL: 'postgres://desk:x@database/till', KAFKA_BROKERS: 'kafka-1:9092'}
    networks: [shared, default]
  till: {image: acme/till, external_links: ['kafka-1:bus'], environment: {BUS_ADDR: 'bus:9092'}, networks: [shared]}
networks:
  shared: {external: true, name: backbone}
",
        ),
        (
            "other/docker-compose.yml",
            "services:\n  lone: {image: acme/lone, environment: {DESK_URL: 'http://desk:80'}}\n",
        ),
    ],
    edges: &["desk>database", "desk>events", "till>events"],
};

/// Links, shared network stacks, waiting scripts, labels of a proxy. Traps: rules of the proxy, its own ports.
const OLDER: Estate = Estate {
    habit: "older ways of compose",
    files: &[
        (
            "docker-compose.yml",
            "services:
  web:
    image: nginx
    links: ['blog:app']
    volumes: ['./web.conf:/etc/nginx/conf.d/default.conf']
    labels: ['traefik.http.routers.web.rule=Host(`stats`)']
  blog:
    build: blog
    command: ./wait-for-it.sh sql:3306 -- php-fpm
    extra_hosts: ['payments:10.0.0.9']
  queue:
    image: acme/queue
    entrypoint: ['dockerize', '-wait', 'tcp://sql:3306', '-timeout', '30s', './run']
  stats:
    image: acme/stats
    command: sh -c 'until nc -z sql 3306; do sleep 1; done; exec run'
  relay: {image: acme/relay, network_mode: 'service:stats', environment: {TARGET_URL: 'http://localhost:90'}}
  sql: {image: 'mariadb:11'}
",
        ),
        ("web.conf", "server {\n  listen 80;\n  server_name stats;\n  location ~ php { fastcgi_pass app:9000; }\n}\n"),
        ("blog/Dockerfile", "FROM php:8\nENV QUEUE_HOST=queue\n# ENV STATS_HOST=stats\n"),
    ],
    edges: &["blog>queue", "blog>sql", "queue>sql", "relay>stats", "stats>sql", "web>blog"],
};

/// Profiles, placeholders and relaxed names. Traps: what only counts in development, the application's own addresses, what manages it,
/// settings that a variable of the workload sets to something else.
const PROFILES: Estate = Estate {
    habit: "profiles and placeholders",
    files: &[
        (
            "compose.yml",
            "services:
  tickets:
    build: tickets
    environment:
      SPRING_DATA_REDIS_HOST: sessions
      SEARCH_HOST: finder
  seats: {build: seats, environment: ['QUARKUS_DATASOURCE_JDBC_URL=jdbc:postgresql://archive/seats']}
  venues: {build: venues, environment: {SPRING_DATASOURCE_URL: 'jdbc:h2:mem:venues'}}
  door: {build: door}
  store: {image: 'postgres:16'}
  archive: {image: 'postgres:16'}
  cache: {image: 'redis:7', container_name: old-cache}
  sessions: {image: 'redis:7'}
  bus: {image: 'apache/kafka:3'}
  finder: {image: acme/finder}
  lookup: {image: acme/lookup}
  stub: {image: acme/stub}
",
        ),
        (
            "tickets/src/main/resources/application.properties",
            "spring.application.name=tickets
server.address=stub
management.server.address=stub
eureka.instance.hostname=stub
db.host=${STORE_HOST:store}
spring.datasource.url=jdbc:postgresql://${db.host}:5432/tickets
spring.data.redis.host=cache
search.url=http://${SEARCH_HOST:lookup}:9200
spring.kafka.bootstrap-servers=\\
    bus:9092
#---
spring.config.activate.on-profile=dev
spring.datasource.url=jdbc:postgresql://stub:5432/tickets
payments.url=http://stub:1
",
        ),
        ("tickets/src/main/resources/application-test.yml", "seats: {url: 'http://stub:1'}\n"),
        (
            "seats/src/main/resources/application.properties",
            "%dev.quarkus.datasource.jdbc.url=jdbc:postgresql://stub/seats
%prod.quarkus.datasource.jdbc.url=jdbc:postgresql://store/seats
quarkus.rest-client.\"com.acme.Venues\".url=http\\://venues\\:8080
quarkus.http.host=stub
",
        ),
        (
            "venues/src/main/resources/application.yml",
            "spring: {datasource: {url: 'jdbc:postgresql://store/venues'}}\n",
        ),
        (
            "door/src/main/resources/application.yml",
            "spring:
  cloud:
    gateway:
      routes:
        - {id: a, uri: 'lb://TICKETS', predicates: ['Host=stub:1']}
---
spring: {config: {activate: {on-profile: docker}}}
venues: {base-url: 'http://venues:8080'}
",
        ),
    ],
    edges: &[
        "door>tickets",
        "door>venues",
        "seats>archive",
        "seats>venues",
        "tickets>bus",
        "tickets>finder",
        "tickets>sessions",
        "tickets>store",
    ],
};

/// A project of several files: included, extended, overridden. Traps: values that are overridden or reset, an order of start and a link that
/// are never taken along, a file outside of the scanned folder, variables of the included project that the outer one sets otherwise.
const FILES: Estate = Estate {
    habit: "a project of several files",
    files: &[
        ("shop/.env", "STORE=ledger\n"),
        (
            "shop/compose.yaml",
            "include:
  - ../data/compose.yaml
  - {path: ../jobs/all.yml, env_file: ../jobs/own.env}
  - ../../outside/compose.yaml
services:
  basket:
    extends: {file: ../shared/common.yml, service: program}
    image: acme/basket
    environment: {STORE_ADDR: 'ledger:5432'}
  money: {image: acme/money, environment: {OLD_URL: 'http://stock:1', NEW_URL: 'http://stock:1'}}
  stock: {image: acme/stock, profiles: [all]}
  bus: {image: 'nats:2'}
  stub: {image: acme/stub}
",
        ),
        (
            "shop/compose.override.yaml",
            "services:
  money: {environment: {OLD_URL: 'http://basket:1', NEW_URL: !reset null}}
  stock: {extends: {service: pattern}}
  pattern: {image: acme/pattern, environment: {BUS_HOST: bus}}
",
        ),
        (
            "shared/common.yml",
            "services:
  program:
    extends: {service: lowest}
    environment: [BUS_HOST=bus]
  lowest:
    environment: {STORE_ADDR: 'stub:1', MONEY_URL: 'http://money:1'}
    env_file: common.env
    depends_on: [stub]
    links: [stub]
",
        ),
        ("shared/common.env", "STOCK_HOST=stock\n"),
        ("data/.env", "STORE=stub\nFEED=bus\n"),
        (
            "data/compose.yaml",
            "services:
  ledger: {image: 'postgres:16'}
  loader: {image: acme/loader, environment: {TARGET_HOST: $STORE, FEED_ADDR: '${FEED}:1'}}
",
        ),
        ("jobs/own.env", "PEER=ledger\n"),
        ("jobs/all.yml", "services:\n  nightly: {image: acme/nightly, command: '--db-host=${PEER}'}\n"),
    ],
    edges: &[
        "basket>bus",
        "basket>ledger",
        "basket>money",
        "basket>stock",
        "loader>bus",
        "loader>ledger",
        "money>basket",
        "nightly>ledger",
        "pattern>bus",
        "stock>bus",
    ],
};

/// Base and overlay. Traps: a literal that is a name of a topic. Files that generators take are not read, so that what `seats.env` names is
/// not found.
const KUSTOMIZE: Estate = Estate {
    habit: "a kustomization with overlays",
    files: &[
        (
            "base/all.yaml",
            "apiVersion: apps/v1
kind: Deployment
metadata: {name: seats}
spec:
  selector: {matchLabels: {app: seats}}
  template:
    metadata: {labels: {app: seats}}
    spec: {containers: [{name: seats, image: acme/seats, envFrom: [{configMapRef: {name: seats-env}}, {configMapRef: {name: seats-file}}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: seats-svc}
spec: {selector: {app: seats}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: fares}
spec:
  template:
    metadata: {labels: {app: fares}}
    spec: {containers: [{name: fares, image: acme/fares}]}
---
apiVersion: v1
kind: Service
metadata: {name: fares}
spec: {selector: {app: fares}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: audit}
spec:
  template:
    metadata: {labels: {app: audit}}
    spec: {containers: [{name: audit, image: acme/audit}]}
---
apiVersion: v1
kind: Service
metadata: {name: audit}
spec: {selector: {app: audit}}
",
        ),
        (
            "base/kustomization.yaml",
            "apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: travel
resources: [all.yaml]
configMapGenerator:
  - name: seats-env
    literals: ['FARES_URL=http://fares.travel.svc.cluster.local', TOPIC=audit]
  - name: seats-file
    envs: [seats.env]
",
        ),
        ("base/seats.env", "AUDIT_HOST=audit\n"),
        (
            "overlays/prod/patch.yaml",
            "apiVersion: apps/v1
kind: Deployment
metadata: {name: fares}
spec:
  template:
    spec: {containers: [{name: fares, env: [{name: SEATS_ADDR, value: 'seats-svc:80'}]}]}
",
        ),
        (
            "overlays/prod/kustomization.yaml",
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../../base]\npatches: [{path: patch.yaml}]\n",
        ),
    ],
    edges: &["fares>seats", "seats>fares"],
};

/// A mesh, sidecars, pods by name, names with namespaces. Traps: a workload of the same name elsewhere, telemetry that is switched off.
const MESH: Estate = Estate {
    habit: "a mesh of several namespaces",
    files: &[(
        "k8s/all.yml",
        "apiVersion: apps/v1
kind: StatefulSet
metadata: {name: kafka, namespace: data}
spec:
  serviceName: kafka-headless
  replicas: 2
  template:
    metadata: {labels: {app: kafka}}
    spec: {containers: [{name: kafka, image: 'apache/kafka:3', env: [{name: KAFKA_ADVERTISED_LISTENERS, value: 'PLAINTEXT://kafka-0.kafka-headless:9092'}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: kafka-headless, namespace: data}
spec: {clusterIP: None, selector: {app: kafka}}
---
apiVersion: v1
kind: Service
metadata: {name: ledger, namespace: data}
spec: {type: ExternalName, externalName: books.money.svc.cluster.local}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: books, namespace: money}
spec:
  template:
    metadata: {labels: {app: books}}
    spec:
      containers:
        - name: books
          image: acme/books
          args: [--listen=:80, --brokers, 'kafka-0.kafka-headless.data.svc:9092,kafka-1.kafka-headless.data.svc:9092']
          env: [{name: RATES_HOST, value: rates}, {name: RATES_PORT, value: '80'}, {name: PROXY_ADDR, value: 'localhost:15001'}]
        - {name: proxy, image: acme/proxy, args: ['--upstream=http://rates:80']}
---
apiVersion: v1
kind: Service
metadata: {name: books, namespace: money}
spec: {selector: {app: books}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: rates-v2, namespace: money}
spec:
  template:
    metadata: {labels: {app: rates}}
    spec: {containers: [{name: rates, image: acme/rates, env: [{name: LEDGER_URL, value: 'http://ledger.data'}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: rates, namespace: money}
spec: {selector: {app: rates}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: books, namespace: money}
spec: {hosts: [books], http: [{route: [{destination: {host: books}}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: rates, namespace: data}
spec: {selector: {app: nobody}}
",
    )],
    edges: &["books>kafka", "books>rates-v2", "rates-v2>books"],
};

/// Files of a proxy in its own language. Traps: its own entry points, hosts of rules.
const PROXIES: Estate = Estate {
    habit: "files of proxies",
    files: &[
        (
            "compose.yaml",
            "services:
  front: {image: 'traefik:3', volumes: ['./traefik:/etc/traefik']}
  mesh: {image: 'envoyproxy/envoy:v1', volumes: ['./envoy.yaml:/etc/envoy/envoy.yaml']}
  scrape: {image: 'prom/prometheus', volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml']}
  shop: {image: acme/shop}
  stock: {image: acme/stock}
  audit: {image: acme/audit}
",
        ),
        (
            "traefik/dynamic.yml",
            "http:
  routers: {a: {rule: 'Host(`audit`)', service: s}}
  services: {s: {loadBalancer: {servers: [{url: 'http://shop:80'}]}}}
",
        ),
        (
            "envoy.yaml",
            "static_resources:
  listeners: [{address: {socket_address: {address: 0.0.0.0, port_value: 80}}}]
  clusters:
    - name: audit
      load_assignment:
        cluster_name: audit
        endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: stock, port_value: 80}}}}]}]
",
        ),
        ("prometheus.yml", "scrape_configs:\n  - job_name: audit\n    static_configs: [{targets: ['stock:9100']}]\n"),
    ],
    edges: &["front>shop", "mesh>stock", "scrape>stock"],
};

/// The same workloads in folders of two clusters. Traps: a chart that nobody rendered, values that nobody reads.
const CLUSTERS: Estate = Estate {
    habit: "folders of clusters beside a chart",
    files: &[
        (
            "prod/all.yaml",
            "apiVersion: apps/v1
kind: Deployment
metadata: {name: menu, namespace: prod}
spec:
  template:
    metadata: {labels: {app: menu}}
    spec: {containers: [{name: menu, image: acme/menu, env: [{name: COOK_URL, value: 'http://cook:80'}]}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: cook, namespace: prod}
spec: {template: {metadata: {labels: {app: cook}}, spec: {containers: [{name: cook, image: acme/cook}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: cook, namespace: prod}
spec: {selector: {app: cook}}
",
        ),
        (
            "staging/all.yaml",
            "apiVersion: apps/v1
kind: Deployment
metadata: {name: menu, namespace: staging}
spec:
  template:
    metadata: {labels: {app: menu}}
    spec: {containers: [{name: menu, image: acme/menu, env: [{name: COOK_URL, value: 'http://cook.prod:80'}]}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: taste, namespace: staging}
spec: {template: {metadata: {labels: {app: taste}}, spec: {containers: [{name: taste, image: acme/taste, env: [{name: COOK_URL, value: 'http://cook:80'}]}]}}}
",
        ),
        ("charts/menu/Chart.yaml", "apiVersion: v2\nname: menu\n"),
        ("charts/menu/values.yaml", "tasteUrl: http://taste:80\n"),
        ("charts/menu/templates/deployment.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: {{ .Release.Name }}}\n"),
    ],
    edges: &["menu>cook"],
};

/// Placeholders that are filled at run time, and settings that are shared with anchors. Traps: the placeholders themselves.
const PLACEHOLDERS: Estate = Estate {
    habit: "placeholders and anchors",
    files: &[(
        "docker-compose.yaml",
        "x-common: &common
  BUS_HOST: ${BUS:-bus}
  TELEMETRY_URL: http://{service}:4317
services:
  sales: {image: acme/sales, environment: {<<: *common, STOCK_URI: 'http://${STOCK_HOST:-stock}:8080/sales'}}
  stock: {image: acme/stock, environment: {<<: *common}}
  bus: {image: 'nats:2', command: [--cluster_name, sales]}
",
    )],
    edges: &["sales>bus", "sales>stock", "stock>bus"],
};

const ESTATES: [&Estate; 12] = [
    &SPRING,
    &DOTNET,
    &SCRIPTS,
    &PROJECTS,
    &OLDER,
    &PROFILES,
    &FILES,
    &KUSTOMIZE,
    &MESH,
    &PROXIES,
    &CLUSTERS,
    &PLACEHOLDERS,
];

/// What is missing from an estate's edges, and what is too much.
fn difference(estate: &Estate) -> Vec<String> {
    let root = tempfile::tempdir().expect("a folder of its own");
    for (path, text) in estate.files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }
    let (found, _) = edges(root.path(), Timestamp::MIN).expect("the folder can be scanned");
    let ends = |edge: &benches::edges::FoundEdge| format!("{}>{}", edge.from, edge.to);
    let missing = estate.edges.iter().filter(|wanted| !found.iter().any(|edge| ends(edge) == **wanted));
    let missing = missing.map(|edge| format!("{}: {edge} is missing", estate.habit));
    let known = |edge: &&benches::edges::FoundEdge| estate.edges.contains(&ends(edge).as_str());
    let extra = found.iter().filter(|edge| !known(edge));
    let extra = extra.map(|edge| format!("{}: {} is too much: {:?}", estate.habit, ends(edge), edge.evidence));
    missing.chain(extra).collect()
}

#[test]
fn edges_are_those_that_the_files_state() {
    let wrong: Vec<String> = ESTATES.into_iter().flat_map(difference).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
