//! What a change of an attribute means: the attributes of which a change of a scenario can say something, and what it says.
//!
//! An attribute that no row lists is never read, only named. Names and places of resources come from the table of states.

use twin_core::schema::{Kind, kind};

use crate::terraform_state::table;

/// What an attribute says of what it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Meaning {
    /// How many copies run.
    Copies,
    /// How many copies run at the least, where something else decides how many.
    Least,
    /// On how large a machine, or how much of one.
    Size,
    /// In which version.
    Version,
    /// Which image runs.
    Image,
    /// In which region.
    Region,
    /// In which zone of a region.
    Zone,
    /// Whether a copy stands by in another zone.
    Standby,
}

use Meaning::*;

/// Beginnings of types, paths and meanings. Lists on the way are walked through. The rows of one meaning stand in the order in which they count.
const ROWS: &[(&str, &str, Meaning)] = &[
    ("aws_ecs_service", "desired_count", Copies),
    ("aws_autoscaling_group", "desired_capacity", Copies),
    ("aws_autoscaling_group", "min_size", Least),
    ("aws_eks_node_group", "scaling_config.desired_size", Copies),
    ("aws_eks_node_group", "scaling_config.min_size", Least),
    ("aws_appautoscaling_target", "min_capacity", Least),
    ("aws_elasticache_replication_group", "num_cache_clusters", Copies),
    ("aws_elasticache_replication_group", "number_cache_clusters", Copies),
    ("aws_elasticache_replication_group", "num_node_groups", Copies),
    ("aws_elasticache_cluster", "num_cache_nodes", Copies),
    ("aws_opensearch_domain", "cluster_config.instance_count", Copies),
    ("aws_elasticsearch_domain", "cluster_config.instance_count", Copies),
    ("aws_msk_cluster", "number_of_broker_nodes", Copies),
    ("aws_kinesis_stream", "shard_count", Copies),
    ("aws_redshift_cluster", "number_of_nodes", Copies),
    ("aws_memorydb_cluster", "num_shards", Copies),
    ("google_container_node_pool", "node_count", Copies),
    ("google_container_cluster", "initial_node_count", Copies),
    ("google_compute_instance_group_manager", "target_size", Copies),
    ("google_compute_region_instance_group_manager", "target_size", Copies),
    ("google_spanner_instance", "num_nodes", Copies),
    ("google_bigtable_instance", "cluster.num_nodes", Copies),
    ("google_redis_instance", "replica_count", Copies),
    ("google_memcache_instance", "node_count", Copies),
    ("google_cloud_run_v2_service", "template.scaling.min_instance_count", Least),
    ("google_cloudfunctions", "min_instances", Least),
    ("azurerm_kubernetes_cluster_node_pool", "node_count", Copies),
    ("azurerm_kubernetes_cluster", "default_node_pool.node_count", Copies),
    ("azurerm_linux_virtual_machine_scale_set", "instances", Copies),
    ("azurerm_windows_virtual_machine_scale_set", "instances", Copies),
    ("azurerm_service_plan", "worker_count", Copies),
    ("azurerm_container_app", "template.min_replicas", Least),
    ("azurerm_eventhub_namespace", "capacity", Copies),
    ("kubernetes_", "spec.replicas", Copies),
    ("aws_", "instance_type", Size),
    ("aws_", "instance_types", Size),
    ("aws_", "instance_class", Size),
    ("aws_", "db_cluster_instance_class", Size),
    ("aws_", "node_type", Size),
    ("aws_", "cluster_config.instance_type", Size),
    ("aws_", "broker_node_group_info.instance_type", Size),
    ("aws_mq_broker", "host_instance_type", Size),
    ("aws_lambda_function", "memory_size", Size),
    ("aws_ecs_task_definition", "cpu", Size),
    ("aws_ecs_task_definition", "memory", Size),
    ("aws_apprunner_service", "instance_configuration.cpu", Size),
    ("aws_apprunner_service", "instance_configuration.memory", Size),
    ("google_", "machine_type", Size),
    ("google_", "settings.tier", Size),
    ("google_", "tier", Size),
    ("google_", "node_config.machine_type", Size),
    ("google_redis_instance", "memory_size_gb", Size),
    ("google_memcache_instance", "node_config.cpu_count", Size),
    ("google_memcache_instance", "node_config.memory_size_mb", Size),
    ("google_cloudfunctions", "available_memory_mb", Size),
    ("google_cloudfunctions", "service_config.available_memory", Size),
    ("google_cloud_run_v2", "template.containers.resources.limits.cpu", Size),
    ("google_cloud_run_v2", "template.containers.resources.limits.memory", Size),
    ("azurerm_", "vm_size", Size),
    ("azurerm_", "default_node_pool.vm_size", Size),
    ("azurerm_linux_virtual_machine", "size", Size),
    ("azurerm_windows_virtual_machine", "size", Size),
    ("azurerm_", "sku_name", Size),
    ("azurerm_", "sku", Size),
    ("azurerm_redis_cache", "capacity", Size),
    ("azurerm_redis_cache", "family", Size),
    ("azurerm_container_app", "template.container.cpu", Size),
    ("azurerm_container_app", "template.container.memory", Size),
    ("kubernetes_", "spec.template.spec.container.resources.requests.cpu", Size),
    ("kubernetes_", "spec.template.spec.container.resources.requests.memory", Size),
    ("kubernetes_", "spec.template.spec.container.resources.limits.cpu", Size),
    ("kubernetes_", "spec.template.spec.container.resources.limits.memory", Size),
    ("aws_", "engine_version", Version),
    ("aws_msk_cluster", "kafka_version", Version),
    ("aws_eks_", "version", Version),
    ("aws_lambda_function", "runtime", Version),
    ("aws_ecs_service", "task_definition", Version),
    ("aws_instance", "ami", Version),
    ("google_", "database_version", Version),
    ("google_redis_instance", "redis_version", Version),
    ("google_memcache_instance", "memcache_version", Version),
    ("google_container_cluster", "min_master_version", Version),
    ("google_container_node_pool", "version", Version),
    ("google_cloudfunctions", "runtime", Version),
    ("google_cloudfunctions", "build_config.runtime", Version),
    ("azurerm_", "kubernetes_version", Version),
    ("azurerm_redis_cache", "redis_version", Version),
    ("azurerm_postgresql", "version", Version),
    ("azurerm_mysql", "version", Version),
    ("azurerm_mariadb", "version", Version),
    ("azurerm_mssql_server", "version", Version),
    ("helm_release", "version", Version),
    ("aws_lambda_function", "image_uri", Image),
    ("aws_apprunner_service", "source_configuration.image_repository.image_identifier", Image),
    ("google_cloud_run_service", "template.spec.containers.image", Image),
    ("google_cloud_run_v2_service", "template.containers.image", Image),
    ("google_cloud_run_v2_job", "template.template.containers.image", Image),
    ("azurerm_container_app", "template.container.image", Image),
    ("kubernetes_", "spec.template.spec.container.image", Image),
    ("kubernetes_cron_job", "spec.job_template.spec.template.spec.container.image", Image),
    ("aws_", "region", Region),
    ("google_", "region", Region),
    ("google_", "location", Region),
    ("azurerm_", "location", Region),
    ("aws_", "availability_zone", Zone),
    ("google_", "zone", Zone),
    ("aws_db_instance", "multi_az", Standby),
    ("aws_elasticache_replication_group", "multi_az_enabled", Standby),
];

/// The attributes of a type that mean something, in the order in which they count.
pub(super) fn meanings(resource_type: &str) -> impl Iterator<Item = (&'static str, Meaning)> {
    ROWS.iter().filter(move |(of, ..)| resource_type.starts_with(of)).map(|(_, path, meaning)| (*path, *meaning))
}

/// What is planned as Kubernetes has it: the twin knows it from manifests and clusters rather than from a state.
const OF_KUBERNETES: &[(&str, Kind)] = &[
    ("kubernetes_cron_job", kind::WORKLOAD),
    ("kubernetes_daemon", kind::WORKLOAD),
    ("kubernetes_deployment", kind::WORKLOAD),
    ("kubernetes_ingress", kind::LOAD_BALANCER),
    ("kubernetes_job", kind::WORKLOAD),
    ("kubernetes_namespace", kind::NAMESPACE),
    ("kubernetes_pod", kind::WORKLOAD),
    ("kubernetes_replication_controller", kind::WORKLOAD),
    ("kubernetes_service", kind::LOAD_BALANCER),
    ("kubernetes_stateful_set", kind::WORKLOAD),
];

/// What a type of resource is. `None`: nobody here knows its provider.
pub(super) fn kind_of(resource_type: &str) -> Option<Kind> {
    let bare = resource_type.strip_suffix("_v1").unwrap_or(resource_type);
    let known =
        OF_KUBERNETES.iter().find(|(of, _)| bare == *of || (*of == "kubernetes_daemon" && bare.starts_with(of)));
    known.map(|(_, kind)| kind.clone()).or_else(|| table::row(resource_type).map(|row| row.kind.clone()))
}

/// Whether a type has a row of its own: of others only that they are there would be known.
pub(super) fn is_listed(resource_type: &str) -> bool {
    let is_resource = kind_of(resource_type) == Some(kind::RESOURCE);
    kind_of(resource_type).is_some()
        && !(is_resource && table::row(resource_type).is_some_and(|row| row.is_of_family()))
}

/// The region that a zone lies in, as the clouds name them: `eu-west-1a` in `eu-west-1`, `europe-west1-b` in `europe-west1`.
pub(super) fn region_of_zone(resource_type: &str, zone: &str) -> Option<String> {
    let bare = zone.strip_suffix(|letter: char| letter.is_ascii_lowercase())?;
    match resource_type.starts_with("google_") {
        true => bare.strip_suffix('-').map(str::to_owned),
        false => bare.ends_with(|last: char| last.is_ascii_digit()).then(|| bare.to_owned()),
    }
}
