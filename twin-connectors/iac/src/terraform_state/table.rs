//! The allow-list: for each type of resource what it is, and which of its attributes may be read and as what.
//!
//! An attribute that no row lists is never read. The rows of a whole provider (`aws_*`) list only what identifies and places a resource.

use twin_core::schema::{Kind, kind};

/// What an attribute says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    /// The name for people.
    Name,
    /// The name by which a queue's users call it, in a messaging system that goes by this name in OpenTelemetry.
    Destination(&'static str),
    /// An id that the platform guarantees to be unique; kept only where it looks like one.
    Id,
    /// A host, a `host:port`, a URL of which only the host is kept, or a list of them with commas between.
    Host,
    /// The port.
    Port,
    /// The engine, by the name of its protocol.
    Engine,
    /// The engine's version.
    Version,
    /// The name of the database within its server.
    Database,
    /// The region.
    Region,
    /// The zone.
    Zone,
    /// The account, subscription or project.
    Account,
    /// How many of it are wanted.
    Replicas,
    /// A team's handle.
    Team,
    /// Tags or labels, of which only the conventional ones are kept.
    Tags,
    /// An object of variables, of which only the endpoints are kept.
    Variables,
    /// A list of variables, each with `name` and `value`, of which only the endpoints are kept.
    VariableList,
    /// A text in JSON: containers, each with `environment`, of which only the endpoints are kept.
    Containers,
    /// The id of what configures it.
    ConfiguredBy,
}

/// One type of resource, or all whose type starts with what stands before `*`.
pub(crate) struct Row {
    of: &'static str,
    /// What it is.
    pub kind: Kind,
    facts: &'static [(&'static str, Fact)],
}

impl Row {
    /// What may be read: the type's own attributes, then those that all types of its provider have. A path's steps are divided by dots;
    /// lists on the way are walked through.
    pub fn facts(&self) -> impl Iterator<Item = (&'static str, Fact)> {
        let provider = PROVIDERS.iter().find(|(prefix, _)| self.of.starts_with(prefix));
        self.facts.iter().chain(provider.into_iter().flat_map(|(_, facts)| *facts)).copied()
    }

    /// Whether it is about all types of a provider that no row of their own is about.
    pub fn is_of_family(&self) -> bool {
        self.of.ends_with('*')
    }

    fn fits(&self, resource_type: &str) -> bool {
        match self.of.strip_suffix('*') {
            Some(prefix) => resource_type.starts_with(prefix),
            None => resource_type == self.of,
        }
    }
}

/// The first row that fits; none for a type of which only its existence is told.
pub(crate) fn row(resource_type: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.fits(resource_type))
}

/// The kinds that the table names.
pub(crate) fn kinds() -> impl Iterator<Item = Kind> {
    ROWS.iter().map(|row| row.kind.clone())
}

use Fact::*;

/// What every resource of a provider may say.
const PROVIDERS: &[(&str, &[(&str, Fact)])] = &[
    ("aws_", &[("arn", Id), ("region", Region), ("availability_zone", Zone), ("tags_all", Tags), ("tags", Tags)]),
    (
        "google_",
        &[
            ("self_link", Id),
            ("id", Id),
            ("project", Account),
            ("region", Region),
            ("location", Region),
            ("zone", Zone),
            ("effective_labels", Tags),
            ("labels", Tags),
        ],
    ),
    ("azurerm_", &[("id", Id), ("location", Region), ("tags", Tags)]),
    ("kubernetes_", &[("metadata.labels", Tags)]),
];

const fn row_of(of: &'static str, kind: Kind, facts: &'static [(&'static str, Fact)]) -> Row {
    Row { of, kind, facts }
}

const RELATIONAL: &[(&str, Fact)] = &[
    ("identifier", Name),
    ("cluster_identifier", Name),
    ("address", Host),
    ("endpoint", Host),
    ("reader_endpoint", Host),
    ("port", Port),
    ("engine", Engine),
    ("engine_version", Version),
    ("db_name", Database),
    ("database_name", Database),
];
const ELASTICACHE: &[(&str, Fact)] = &[
    ("replication_group_id", Name),
    ("cluster_id", Name),
    ("name", Name),
    ("primary_endpoint_address", Host),
    ("reader_endpoint_address", Host),
    ("configuration_endpoint_address", Host),
    ("configuration_endpoint", Host),
    ("cluster_address", Host),
    ("cache_nodes.address", Host),
    ("endpoint.address", Host),
    ("port", Port),
    ("engine", Engine),
    ("engine_version", Version),
];
const NAMED: &[(&str, Fact)] = &[("name", Name)];
const BALANCER: &[(&str, Fact)] = &[("name", Name), ("dns_name", Host)];
const AZURE_SQL: &[(&str, Fact)] =
    &[("name", Name), ("fqdn", Host), ("fully_qualified_domain_name", Host), ("version", Version)];
const AZURE_BUS: &[(&str, Fact)] = &[("name", Name), ("endpoint", Host)];
const AZURE_APP: &[(&str, Fact)] = &[("name", Name), ("default_hostname", Host), ("app_settings", Variables)];
const CLOUD_FUNCTION: &[(&str, Fact)] = &[
    ("name", Name),
    ("https_trigger_url", Host),
    ("url", Host),
    ("environment_variables", Variables),
    ("service_config.environment_variables", Variables),
    ("service_config.uri", Host),
];

/// Rows are tried in this order: the ones of whole families stand behind those of single types.
const ROWS: &[Row] = &[
    row_of("aws_db_instance", kind::DATA_STORE, RELATIONAL),
    row_of("aws_rds_cluster", kind::DATA_STORE, RELATIONAL),
    row_of("aws_rds_cluster_instance", kind::DATA_STORE, RELATIONAL),
    row_of("aws_docdb_cluster", kind::DATA_STORE, RELATIONAL),
    row_of("aws_neptune_cluster", kind::DATA_STORE, RELATIONAL),
    row_of(
        "aws_redshift_cluster",
        kind::DATA_STORE,
        &[("cluster_identifier", Name), ("dns_name", Host), ("port", Port)],
    ),
    row_of("aws_dynamodb_table", kind::DATA_STORE, NAMED),
    row_of(
        "aws_opensearch_domain",
        kind::DATA_STORE,
        &[("domain_name", Name), ("endpoint", Host), ("engine_version", Version)],
    ),
    row_of("aws_elasticsearch_domain", kind::DATA_STORE, &[("domain_name", Name), ("endpoint", Host)]),
    row_of("aws_efs_file_system", kind::DATA_STORE, &[("dns_name", Host)]),
    row_of("aws_elasticache_cluster", kind::CACHE, ELASTICACHE),
    row_of("aws_elasticache_replication_group", kind::CACHE, ELASTICACHE),
    row_of("aws_elasticache_serverless_cache", kind::CACHE, ELASTICACHE),
    row_of(
        "aws_memorydb_cluster",
        kind::DATA_STORE,
        &[("name", Name), ("cluster_endpoint.address", Host), ("port", Port)],
    ),
    row_of(
        "aws_s3_bucket",
        kind::BUCKET,
        &[("bucket", Name), ("bucket_domain_name", Host), ("bucket_regional_domain_name", Host)],
    ),
    row_of("aws_sqs_queue", kind::QUEUE, &[("name", Name), ("name", Destination("aws_sqs")), ("url", Id)]),
    row_of("aws_sns_topic", kind::QUEUE, NAMED),
    row_of("aws_kinesis_stream", kind::QUEUE, NAMED),
    row_of("aws_kinesis_firehose_delivery_stream", kind::QUEUE, NAMED),
    row_of(
        "aws_msk_cluster",
        kind::QUEUE,
        &[
            ("cluster_name", Name),
            ("bootstrap_brokers", Host),
            ("bootstrap_brokers_tls", Host),
            ("bootstrap_brokers_sasl_iam", Host),
            ("bootstrap_brokers_sasl_scram", Host),
            ("kafka_version", Version),
        ],
    ),
    row_of(
        "aws_mq_broker",
        kind::QUEUE,
        &[("broker_name", Name), ("instances.endpoints", Host), ("engine_type", Engine), ("engine_version", Version)],
    ),
    row_of("aws_cloudwatch_event_bus", kind::QUEUE, NAMED),
    row_of("aws_lb", kind::LOAD_BALANCER, BALANCER),
    row_of("aws_alb", kind::LOAD_BALANCER, BALANCER),
    row_of("aws_elb", kind::LOAD_BALANCER, BALANCER),
    row_of("aws_cloudfront_distribution", kind::LOAD_BALANCER, &[("domain_name", Host), ("aliases", Host)]),
    row_of("aws_api_gateway_rest_api", kind::LOAD_BALANCER, NAMED),
    row_of("aws_apigatewayv2_api", kind::LOAD_BALANCER, &[("name", Name), ("api_endpoint", Host)]),
    row_of("aws_api_gateway_domain_name", kind::LOAD_BALANCER, &[("domain_name", Host)]),
    row_of("aws_lb_target_group", kind::RESOURCE, &[("name", Name), ("port", Port)]),
    row_of("aws_lambda_function", kind::WORKLOAD, &[("function_name", Name), ("environment.variables", Variables)]),
    row_of("aws_lambda_function_url", kind::RESOURCE, &[("function_url", Host)]),
    row_of(
        "aws_ecs_service",
        kind::WORKLOAD,
        &[("name", Name), ("id", Id), ("desired_count", Replicas), ("task_definition", ConfiguredBy)],
    ),
    row_of("aws_ecs_task_definition", kind::CONFIGURATION, &[("family", Name), ("container_definitions", Containers)]),
    row_of("aws_apprunner_service", kind::WORKLOAD, &[("service_name", Name), ("service_url", Host)]),
    row_of("aws_ecs_cluster", kind::CLUSTER, NAMED),
    row_of("aws_eks_cluster", kind::CLUSTER, &[("name", Name), ("endpoint", Host), ("version", Version)]),
    row_of("aws_instance", kind::NODE, &[("private_dns", Host), ("public_dns", Host)]),
    row_of("aws_route53_zone", kind::DNS_ZONE, NAMED),
    row_of("aws_route53_record", kind::RESOURCE, &[("name", Name), ("fqdn", Host)]),
    row_of("aws_acm_certificate", kind::CERTIFICATE, &[("domain_name", Name)]),
    row_of("aws_kms_key", kind::KEY_STORE, &[]),
    row_of("aws_secretsmanager_secret", kind::KEY_STORE, NAMED),
    row_of("aws_cognito_user_pool", kind::IDENTITY_PROVIDER, NAMED),
    row_of("aws_iam_openid_connect_provider", kind::IDENTITY_PROVIDER, &[("url", Host)]),
    row_of("aws_iam_saml_provider", kind::IDENTITY_PROVIDER, NAMED),
    row_of("aws_iam_access_key", kind::RESOURCE, &[]),
    row_of("aws_organizations_account", kind::CLOUD_ACCOUNT, &[("name", Name), ("id", Account)]),
    row_of("aws_iam_role", kind::RESOURCE, NAMED),
    row_of("aws_iam_policy", kind::RESOURCE, NAMED),
    row_of("aws_*", kind::RESOURCE, &[]),
    row_of(
        "google_sql_database_instance",
        kind::DATA_STORE,
        &[("name", Name), ("dns_name", Host), ("connection_name", Id), ("database_version", Engine)],
    ),
    row_of("google_spanner_instance", kind::DATA_STORE, NAMED),
    row_of("google_spanner_database", kind::DATA_STORE, NAMED),
    row_of("google_firestore_database", kind::DATA_STORE, NAMED),
    row_of("google_bigtable_instance", kind::DATA_STORE, NAMED),
    row_of("google_alloydb_cluster", kind::DATA_STORE, &[("cluster_id", Name)]),
    row_of("google_bigquery_dataset", kind::DATA_STORE, &[("dataset_id", Name)]),
    row_of("google_bigquery_table", kind::RESOURCE, &[("table_id", Name)]),
    row_of(
        "google_redis_instance",
        kind::CACHE,
        &[("name", Name), ("host", Host), ("port", Port), ("redis_version", Version)],
    ),
    row_of("google_memcache_instance", kind::CACHE, &[("name", Name), ("discovery_endpoint", Host)]),
    row_of("google_storage_bucket", kind::BUCKET, NAMED),
    row_of("google_pubsub_topic", kind::QUEUE, &[("name", Name), ("name", Destination("gcp_pubsub"))]),
    row_of("google_pubsub_subscription", kind::QUEUE, NAMED),
    row_of(
        "google_container_cluster",
        kind::CLUSTER,
        &[("name", Name), ("endpoint", Host), ("master_version", Version)],
    ),
    row_of(
        "google_cloud_run_service",
        kind::WORKLOAD,
        &[("name", Name), ("status.url", Host), ("template.spec.containers.env", VariableList)],
    ),
    row_of(
        "google_cloud_run_v2_service",
        kind::WORKLOAD,
        &[("name", Name), ("uri", Host), ("template.containers.env", VariableList)],
    ),
    row_of(
        "google_cloud_run_v2_job",
        kind::WORKLOAD,
        &[("name", Name), ("template.template.containers.env", VariableList)],
    ),
    row_of("google_cloudfunctions_function", kind::WORKLOAD, CLOUD_FUNCTION),
    row_of("google_cloudfunctions2_function", kind::WORKLOAD, CLOUD_FUNCTION),
    row_of("google_compute_instance", kind::NODE, &[("name", Name), ("hostname", Host)]),
    row_of("google_compute_forwarding_rule", kind::LOAD_BALANCER, &[("name", Name), ("service_name", Host)]),
    row_of("google_compute_global_forwarding_rule", kind::LOAD_BALANCER, NAMED),
    row_of("google_dns_managed_zone", kind::DNS_ZONE, &[("dns_name", Name)]),
    row_of("google_dns_record_set", kind::RESOURCE, &[("name", Host)]),
    row_of("google_compute_ssl_certificate", kind::CERTIFICATE, NAMED),
    row_of("google_compute_managed_ssl_certificate", kind::CERTIFICATE, NAMED),
    row_of("google_kms_key_ring", kind::KEY_STORE, NAMED),
    row_of("google_kms_crypto_key", kind::KEY_STORE, NAMED),
    row_of("google_secret_manager_secret", kind::KEY_STORE, &[("secret_id", Name)]),
    row_of("google_project", kind::CLOUD_ACCOUNT, &[("name", Name), ("project_id", Account)]),
    row_of("google_*", kind::RESOURCE, &[]),
    row_of("azurerm_postgresql_server", kind::DATA_STORE, AZURE_SQL),
    row_of("azurerm_postgresql_flexible_server", kind::DATA_STORE, AZURE_SQL),
    row_of("azurerm_mysql_server", kind::DATA_STORE, AZURE_SQL),
    row_of("azurerm_mysql_flexible_server", kind::DATA_STORE, AZURE_SQL),
    row_of("azurerm_mariadb_server", kind::DATA_STORE, AZURE_SQL),
    row_of("azurerm_mssql_server", kind::DATA_STORE, AZURE_SQL),
    row_of("azurerm_sql_server", kind::DATA_STORE, AZURE_SQL),
    row_of("azurerm_mssql_database", kind::DATA_STORE, NAMED),
    row_of("azurerm_cosmosdb_account", kind::DATA_STORE, &[("name", Name), ("endpoint", Host)]),
    row_of(
        "azurerm_redis_cache",
        kind::CACHE,
        &[("name", Name), ("hostname", Host), ("ssl_port", Port), ("redis_version", Version)],
    ),
    row_of(
        "azurerm_storage_account",
        kind::BUCKET,
        &[
            ("name", Name),
            ("primary_blob_host", Host),
            ("primary_blob_endpoint", Host),
            ("primary_queue_host", Host),
            ("primary_table_host", Host),
            ("primary_file_host", Host),
        ],
    ),
    row_of("azurerm_storage_container", kind::BUCKET, NAMED),
    row_of("azurerm_servicebus_namespace", kind::QUEUE, AZURE_BUS),
    row_of("azurerm_servicebus_queue", kind::QUEUE, &[("name", Name), ("name", Destination("servicebus"))]),
    row_of("azurerm_servicebus_topic", kind::QUEUE, &[("name", Name), ("name", Destination("servicebus"))]),
    row_of("azurerm_eventhub_namespace", kind::QUEUE, AZURE_BUS),
    row_of("azurerm_eventhub", kind::QUEUE, NAMED),
    row_of("azurerm_eventgrid_topic", kind::QUEUE, AZURE_BUS),
    row_of(
        "azurerm_kubernetes_cluster",
        kind::CLUSTER,
        &[("name", Name), ("fqdn", Host), ("private_fqdn", Host), ("kubernetes_version", Version)],
    ),
    row_of("azurerm_linux_web_app", kind::WORKLOAD, AZURE_APP),
    row_of("azurerm_windows_web_app", kind::WORKLOAD, AZURE_APP),
    row_of(
        "azurerm_app_service",
        kind::WORKLOAD,
        &[("name", Name), ("default_site_hostname", Host), ("app_settings", Variables)],
    ),
    row_of("azurerm_linux_function_app", kind::WORKLOAD, AZURE_APP),
    row_of("azurerm_windows_function_app", kind::WORKLOAD, AZURE_APP),
    row_of(
        "azurerm_container_app",
        kind::WORKLOAD,
        &[
            ("name", Name),
            ("latest_revision_fqdn", Host),
            ("ingress.fqdn", Host),
            ("template.container.env", VariableList),
        ],
    ),
    row_of("azurerm_linux_virtual_machine", kind::NODE, NAMED),
    row_of("azurerm_windows_virtual_machine", kind::NODE, NAMED),
    row_of("azurerm_lb", kind::LOAD_BALANCER, NAMED),
    row_of("azurerm_application_gateway", kind::LOAD_BALANCER, NAMED),
    row_of("azurerm_dns_zone", kind::DNS_ZONE, NAMED),
    row_of("azurerm_private_dns_zone", kind::DNS_ZONE, NAMED),
    row_of("azurerm_dns_*", kind::RESOURCE, &[("name", Name), ("fqdn", Host)]),
    row_of("azurerm_private_dns_*", kind::RESOURCE, &[("name", Name), ("fqdn", Host)]),
    row_of("azurerm_key_vault", kind::KEY_STORE, &[("name", Name), ("vault_uri", Host)]),
    row_of("azurerm_subscription", kind::CLOUD_ACCOUNT, &[("subscription_name", Name), ("subscription_id", Account)]),
    row_of("azurerm_*", kind::RESOURCE, NAMED),
    row_of("kubernetes_*", kind::RESOURCE, &[("metadata.name", Name)]),
    row_of("github_repository", kind::REPOSITORY, &[("full_name", Name), ("html_url", Id)]),
    row_of("github_team", kind::TEAM, &[("name", Name), ("slug", Team)]),
];
