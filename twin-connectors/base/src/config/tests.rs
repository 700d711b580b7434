//! Settings of every format, and what they name.

use proptest::prelude::*;

use super::interpolation::{Syntax, Variables};
use super::*;

mod frameworks;

/// `line:key=raw` for each mention, then the application after `@`.
fn shown(path: &str, text: &str) -> String {
    let Some(format) = format_of(path).or(path.ends_with("Dockerfile").then_some(Format::Dockerfile)) else {
        return "no format".to_owned();
    };
    let settings = settings(path, text, format, &Limits::default());
    for mention in &settings.mentions {
        let line = text.lines().nth(mention.line - 1).unwrap_or_default();
        assert!(line.contains(&mention.endpoint.raw), "{mention:?} does not stand in {line}");
    }
    let mentions = settings.mentions.iter().map(|mention| {
        let port = mention.endpoint.port.map_or("-".to_owned(), |port| port.to_string());
        format!("{}:{}={} {}", mention.line, mention.key, mention.endpoint.raw, port)
    });
    let application = settings.application.iter().map(|(name, line)| format!("@{name}:{line}"));
    mentions
        .chain(application)
        .chain(settings.diagnostics.iter().map(|d| format!("!{}", d.locator)))
        .collect::<Vec<_>>()
        .join(" | ")
}

fn check(path: &str, text: &str, expected: &str) {
    assert_eq!(shown(path, text), expected, "{path}\n{text}");
}

#[test]
fn each_format_names_its_peers_by_line() {
    check(
        "a/application.yml",
        "spring:\n  application: {name: cart}\n  redis:\n    host: cache\n    port: 6379\n  datasource:\n    url: jdbc:postgresql://db:5432/x\n    password: secret:1\nserver:\n  port: 80\n  address: cart\n",
        "4:spring.redis.host=cache 6379 | 7:spring.datasource.url=db:5432 5432 | @cart:2",
    );
    check("appsettings.json", "{\n \"Urls\": [\"http://a:1\",\n \"http://b:2\"]\n}", "2:Urls=a:1 1 | 3:Urls=b:2 2");
    check(
        "application-prod.properties",
        "# http://no:1\nspring.application.name=cart\nx.url = http\\://a\\:1/y\nbrokers=k1:9092,\\\n  k2:9092\nz:b:2\n",
        "3:x.url=a 1 | 4:brokers=k1:9092 9092 | 5:brokers=k2:9092 9092 | 6:z=b:2 2 | @cart:2",
    );
    check(
        "config.toml",
        "[db]\nhost = \"db\"\nport = 5432\n[[peers]]\nurl = \"http://a:1\"\n",
        "2:db.host=db 5432 | 5:peers.url=a:1 1",
    );
    check(
        "shop.env",
        "# x\nexport A_HOST='a' # c\nB_URL=\"http://b:1\"\nC_ADDR=${A_HOST}:2\nPASSWORD=x:1\nD_ADDR=d:3 # e:4\n",
        "2:A_HOST=a - | 3:B_URL=b:1 1 | 2:C_ADDR=a 2 | 6:D_ADDR=d:3 3",
    );
    check(
        "shop/Dockerfile",
        "ARG V=1\nFROM x:$V AS base\nENV A_URL=http://a:1 B=\"c d\"\nFROM y AS other\nENV NO_URL=http://no:1\nFROM --platform=z base\nARG Q=q\nENV Q_HOST $Q\nENV B_ADDR=b:2 \\\n # no\n C_ADDR=c:3\n",
        "3:A_URL=a:1 1 | 7:Q_HOST=q - | 9:B_ADDR=b:2 2 | 11:C_ADDR=c:3 3",
    );
}

#[test]
fn proxies_name_their_upstreams() {
    let nginx = "upstream api { server api:80 weight=2;\n server unix:/x; }\nserver {\n listen 80;\n set $b \"cart:81\";\n location / { proxy_pass http://api/; }\n location /b { proxy_pass http://$b/x; }\n location /c { grpc_pass grpc://pay:82; } # proxy_pass http://no;\n location /d { proxy_pass http://${HOST}:1; }\n}\n";
    check(
        "nginx.conf",
        nginx,
        "1:upstream.server=api:80 80 | 5:upstream.server=cart:81 81 | 8:upstream.server=pay:82 82",
    );
    let envoy = "static_resources:\n  listeners:\n  - address:\n      socket_address: {address: self, port_value: 1}\n  clusters:\n  - name: x\n    load_assignment:\n      endpoints:\n      - socket_address: {address: cart, port_value: 80}\n";
    check("envoy.yaml", envoy, "9:static_resources.clusters.load_assignment.endpoints.socket_address.address=cart 80");
}

#[test]
fn a_value_in_quotes_may_have_several_lines() {
    check(
        "x.env",
        "KEY=\"-----\nA_URL=http://no:1\n-----\"\nB_URL='http://b:2'\nOPEN=\"x\nC_URL=http://c:3\n",
        "4:B_URL=b:2 2",
    );
    check(
        "nginx.conf",
        "location / { proxy_pass http://$a; }\nupstream x { server b:1; }\n",
        "2:upstream.server=b:1 1",
    );
}

#[test]
fn placeholders_stand_for_their_defaults() {
    let text = "a:\n  url: http://${HOST:cart}:${PORT:80}\n  b_url: http://${NONE}:1\n  c_url: ${X:http://c:2}\n  d_addr: ${env:Y:-d:3}\n";
    check("application.yaml", text, "2:a.url=cart 80 | 4:a.c_url=c:2 2 | 5:a.d_addr=d:3 3");
}

#[test]
fn broken_settings_are_told_by_line() {
    check("config.toml", "a = 1\nb = = 2\n", "!config.toml:2");
    check("config.yml", "a: [1\n", &shown("config.yml", "a: [1\n"));
    assert!(shown("config.yml", "a: [1\n").starts_with("!config.yml:"));
    check("Cargo.toml", "a = 'http://a:1'", "no format");
    check("x/y.yaml", "a: http://a:1", "no format");
}

#[test]
fn variables_keep_the_way_to_where_they_were_written() {
    let mut known = Variables::default();
    known.read(".env", "A=a\nB=${A}:${P:-80}\nC='$A'\nD=$$x\nE=\"${B}\"\n");
    let value = interpolation::expand("http://${E}/${NONE}${C:+y}$Z$", Syntax::Shell, &known);
    assert_eq!(value.text, "http://a:80/y$");
    assert_eq!(value.trail_at(7).iter().map(|origin| origin.line).collect::<Vec<_>>(), [5, 2, 1]);
    assert_eq!(value.unknown.iter().map(String::as_str).collect::<Vec<_>>(), ["NONE", "Z"]);
    assert_eq!(known.get("C").map(|value| value.text.as_str()), Some("$A"));
    assert_eq!(known.get("D").map(|value| value.text.as_str()), Some("$x"));
}

#[test]
fn hostile_settings_name_nobody() {
    let size = 200_000;
    let growing: String = (0..60).map(|index| format!("A{}=${{A{index}}}${{A{index}}}\n", index + 1)).collect();
    let texts = [
        format!("A_URL={}", "${".repeat(size)),
        format!("A_URL={}", "${A:-".repeat(size)),
        format!("A_URL={}", "http://a@".repeat(size)),
        format!("A_URL={}", "x,".repeat(size)),
        format!("A='{}", "x\n".repeat(size)),
        format!("A0=x\n{growing}"),
        format!("proxy_pass http://{};", "${".repeat(size)),
        format!("set $a $a$a; proxy_pass http://{};", "$a".repeat(size)),
        "{".repeat(size),
    ];
    for text in &texts {
        for format in
            [Format::Yaml, Format::Properties, Format::Toml, Format::DotEnv, Format::Nginx, Format::Dockerfile]
        {
            assert_eq!(settings("x", text, format, &Limits::default()).mentions, [], "{format:?}");
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_read(text in "[\\PC\n\t${}:=#\"'\\\\;]{0,200}", format in 0usize..6) {
        let formats =
            [Format::Yaml, Format::Properties, Format::Toml, Format::DotEnv, Format::Nginx, Format::Dockerfile];
        let format = formats[format];
        let found = settings("x", &text, format, &Limits::default());
        for mention in found.mentions {
            prop_assert!(text.lines().nth(mention.line - 1).is_some_and(|line| line.contains(&mention.endpoint.raw)));
        }
    }
}
