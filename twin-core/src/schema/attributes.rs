//! The rows of attributes.

use crate::schema::AttributeName;

/// The type of an attribute's value; units are part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueType {
    /// Text.
    Text,
    /// A list of texts.
    Texts,
    /// A whole number.
    Integer,
    /// Yes or no.
    Flag,
    /// An amount in a currency.
    Money,
    /// Microseconds.
    Duration,
    /// Bytes.
    Bytes,
    /// Parts per million.
    Ratio,
    /// A moment.
    Timestamp,
    /// A histogram of durations.
    Sketch,
}

impl ValueType {
    /// Whether `value` is of this type.
    pub fn admits(self, value: &crate::schema::Value) -> bool {
        use crate::schema::Value;
        matches!(
            (self, value),
            (ValueType::Text, Value::Text(_))
                | (ValueType::Texts, Value::Texts(_))
                | (ValueType::Integer, Value::Integer(_))
                | (ValueType::Flag, Value::Flag(_))
                | (ValueType::Money, Value::Money(_))
                | (ValueType::Duration, Value::Duration(_))
                | (ValueType::Bytes, Value::Bytes(_))
                | (ValueType::Ratio, Value::Ratio(_))
                | (ValueType::Timestamp, Value::Timestamp(_))
                | (ValueType::Sketch, Value::Sketch(_))
        )
    }
}

/// One attribute.
#[derive(Clone, Debug)]
pub struct AttributeRow {
    /// The name; OpenTelemetry's, FOCUS's or MADR's where they have one.
    pub name: AttributeName,
    /// The type with its unit.
    pub value: ValueType,
    /// One sentence for people.
    pub doc: &'static str,
    /// The questions that read it.
    pub read_by: &'static [&'static str],
}

/// The names of the attributes that ship with the crate.
pub mod attribute {
    use crate::schema::AttributeName;

    macro_rules! attributes {
        ($($constant:ident $name:literal $value:ident $read_by:tt $doc:literal)*) => {
            $(#[doc = $doc] pub const $constant: AttributeName = AttributeName::of($name);)*

            pub(in crate::schema) fn rows() -> Vec<super::AttributeRow> {
                vec![$(super::AttributeRow {
                    name: $constant,
                    value: super::ValueType::$value,
                    doc: $doc,
                    read_by: &$read_by,
                }),*]
            }
        };
    }

    attributes! {
        DESCRIPTION "description" Text ["describe"] "What people say it is."
        PLATFORM_KIND "platform.kind" Text ["describe"] "The source's own word for the record's type, such as `StatefulSet` or `aws_db_instance`."
        API_VERSION "api.version" Text ["describe"] "The version of the platform's interface that the record is written in."
        REALIZES "realizes" Text ["blast_radius", "describe"] "The kind of resource that the workload is, where it is no service: DataStore, Cache, Queue, Bucket, IdentityProvider."
        REPLICAS "replicas" Integer ["describe", "blast_radius"] "How many of it are wanted."
        IMAGE_TAG "image.tag" Text ["describe"] "The tag or digest of the image that runs."
        PORT "port" Integer ["describe"] "A port that it listens on or is called at."
        PROTOCOL "protocol" Text ["describe", "drift"] "How the two ends talk: http, grpc, postgresql, kafka."
        DATABASE "db.namespace" Text ["describe"] "The database's name within its server."
        ENVIRONMENT "deployment.environment.name" Text ["describe", "find"] "The environment, as OpenTelemetry names it."
        REGION "cloud.region" Text ["describe"] "The region, as OpenTelemetry names it."
        ZONE "cloud.availability_zone" Text ["describe"] "The zone, as OpenTelemetry names it."
        ACCOUNT "cloud.account.id" Text ["describe", "cost"] "The account, as OpenTelemetry names it."
        VERSION "service.version" Text ["describe"] "The version that the thing says it has."
        LABELS "labels" Texts ["describe"] "Labels as `key=value`."
        SUSPENDED "suspended" Flag ["describe"] "The source says that it is switched off."
        OPERATION "operation" Text ["scenario", "describe"] "The operation that is called, as its server names it."
        CALLER_OPERATION "caller.operation" Text ["scenario"] "The operation of the caller during which the call is made."
        ENTRY_SERVICE "entry.service" Text ["scenario"] "The service where the traces began."
        ENTRY_OPERATION "entry.operation" Text ["scenario"] "The operation at which the traces began."
        REQUESTS "requests" Integer ["scenario", "describe", "drift"] "Calls counted in the window; a lower bound where traces are sampled."
        TRACES "traces" Integer ["scenario"] "Distinct traces counted in the window."
        ERRORS "errors" Integer ["scenario", "describe"] "Calls of the window that ended in an error."
        LATENCY "latency" Sketch ["describe"] "How long the calls of the window took, as their caller saw it where it was observed, else as their server did."
        WINDOW_START "window.start" Timestamp ["scenario", "cost", "describe"] "The window's first moment."
        WINDOW_END "window.end" Timestamp ["scenario", "cost", "describe"] "The moment after the window."
        EXEMPLARS "exemplars" Texts ["describe"] "A few span ids out of the window."
        STATUS "status" Text ["decisions", "describe"] "MADR: proposed, accepted, rejected, deprecated, superseded."
        DATE "date" Timestamp ["decisions", "describe"] "When it was decided or last changed."
        DECIDERS "decision-makers" Texts ["decisions"] "Who decided, as opaque handles."
        FORBIDS "forbids" Texts ["decisions"] "What the decision rules out, each as `left relation right`."
        PATTERN "pattern" Text ["owners"] "The paths that an ownership rule is about."
        OWNERS "owners" Texts ["owners"] "Who owns what matches; empty takes ownership away."
        SECTION "section" Text ["owners"] "The section that the rule stands in; each section has a last match of its own."
        POSITION "position" Integer ["owners"] "The rule's place in its file, first is 1."
        BASE_PATH "base.path" Text ["owners"] "The folder that the patterns start from."
        BILLED_COST "BilledCost" Money ["cost"] "FOCUS: what is invoiced."
        EFFECTIVE_COST "EffectiveCost" Money ["cost"] "FOCUS: amortised cost after discounts."
        CHARGE_CATEGORY "ChargeCategory" Text ["cost"] "FOCUS: usage, purchase, tax, credit, adjustment."
        CHARGE_SERVICE "ServiceName" Text ["cost"] "FOCUS: the provider's name of what was used."
        CHARGE_REGION "RegionId" Text ["cost"] "FOCUS: where it was used."
        RESOURCE_ID "ResourceId" Text ["cost"] "FOCUS: the provider's id of the resource."
        SUB_ACCOUNT "SubAccountId" Text ["cost"] "FOCUS: the account within the bill."
        TAGS "Tags" Texts ["cost"] "FOCUS: tags as `key=value`."
        LICENSE "license" Text ["describe"] "The licence that a package says it is under, as an SPDX expression where its author wrote one."
        DEPENDENCY_SCOPE "dependency.scope" Text ["describe"] "What a dependency is for, where it is not needed at run time: development, build, optional, peer."
        VERSION_RANGE "version.range" Text ["describe"] "The versions of the right end that the left end accepts, as its manifest writes them."
        BUILD_FILE "build.file" Text ["describe"] "The file that says how an image is built, relative to the root of its source."
        PROFILES "profiles" Texts ["describe"] "The profiles in which it runs; it does not run where none of them is chosen."
        JOBS "jobs" Texts ["describe"] "The jobs of a pipeline, in the order of its file."
        TRIGGERS "triggers" Texts ["describe"] "What starts a pipeline."
        REPOSITORY_URL "vcs.repository.url.full" Text ["describe"] "Where a repository is kept, without credentials; as OpenTelemetry names it."
        BRANCH "vcs.ref.head.name" Text ["describe"] "The branch that is checked out, as OpenTelemetry names it."
        REVISION "vcs.ref.head.revision" Text ["describe"] "The commit that is checked out, as OpenTelemetry names it."
        VERSION_TAGS "vcs.tags" Texts ["describe"] "The tags of a repository, the latest first."
        COMMITS "commits" Integer ["describe"] "Commits counted in the window."
        LAST_CHANGE "last.change" Timestamp ["describe"] "When version control last saw it change."
        AUTHORS "authors" Texts ["describe"] "Who changed it in the window, as opaque handles, most commits first."
        PREVIOUS_PATHS "previous.paths" Texts ["describe"] "Where it stood before, by the renames that version control saw, the latest first."
        PREDICTION "prediction" Text ["predictions"] "Everything that a prediction says, as canonical JSON: it is named by its digest."
        START_CONDITION "start.condition" Text ["describe"] "What the start of one waits for: that the other was started, is healthy, or has completed."
        CONDITION "condition" Text ["describe"] "Under what condition the relation holds."
    }
}

pub(super) use attribute::rows;
