//! Workloads such as a shop's fleet runs.

/// A service of a team.
pub(super) struct Service {
    pub namespace: &'static str,
    pub name: &'static str,
    pub image: &'static str,
    pub port: u16,
    /// CPU in thousandths and memory in MiB before scaling to the wanted fill.
    pub cpu: i64,
    pub mib: i64,
    /// Names of extra variables.
    pub needs: &'static [&'static str],
}

const fn service(
    namespace: &'static str,
    name: &'static str,
    image: &'static str,
    (port, cpu, mib): (u16, i64, i64),
    needs: &'static [&'static str],
) -> Service {
    Service { namespace, name, image, port, cpu, mib, needs }
}

pub(super) const SERVICES: [Service; 30] = [
    service(
        "shop",
        "storefront",
        "registry.example.com/shop/storefront:4.18.2",
        (8080, 400, 1024),
        &["CATALOG_URL", "CART_URL"],
    ),
    service(
        "shop",
        "catalog",
        "registry.example.com/shop/catalog:2.61.0",
        (8080, 500, 2048),
        &["POSTGRES_DSN", "REDIS_ADDR"],
    ),
    service("shop", "cart", "registry.example.com/shop/cart:1.33.7", (8080, 250, 768), &["REDIS_ADDR"]),
    service("shop", "checkout", "registry.example.com/shop/checkout:3.9.1", (8080, 500, 1536), &["PAYMENTS_URL"]),
    service(
        "shop",
        "recommendations",
        "registry.example.com/shop/recommendations:0.44.0",
        (9000, 750, 3072),
        &["MODEL_BUCKET"],
    ),
    service("shop", "image-proxy", "registry.example.com/shop/image-proxy:7.2.0", (8081, 300, 512), &[]),
    service("payments", "ledger", "registry.example.com/payments/ledger:5.0.4", (8443, 600, 2048), &["POSTGRES_DSN"]),
    service("payments", "gateway", "registry.example.com/payments/gateway:2.12.0", (8443, 400, 1024), &["LEDGER_URL"]),
    service(
        "payments",
        "fraud-score",
        "registry.example.com/payments/fraud-score:1.7.3",
        (9000, 900, 4096),
        &["MODEL_BUCKET"],
    ),
    service("payments", "invoice", "registry.example.com/payments/invoice:1.20.1", (8080, 200, 512), &["SMTP_ADDR"]),
    service(
        "payments",
        "reconciler",
        "registry.example.com/payments/reconciler:0.9.8",
        (8080, 300, 1024),
        &["KAFKA_BROKERS"],
    ),
    service("search", "query", "registry.example.com/search/query:6.3.0", (9200, 800, 4096), &["INDEX_URL"]),
    service("search", "indexer", "registry.example.com/search/indexer:6.3.0", (9200, 600, 3072), &["KAFKA_BROKERS"]),
    service("search", "suggest", "registry.example.com/search/suggest:1.14.2", (8080, 300, 2048), &["INDEX_URL"]),
    service("search", "synonyms", "registry.example.com/search/synonyms:0.3.5", (8080, 100, 256), &[]),
    service(
        "platform",
        "ingress-nginx-controller",
        "registry.k8s.io/ingress-nginx/controller:v1.14.0",
        (443, 300, 512),
        &[],
    ),
    service("platform", "cert-manager", "quay.io/jetstack/cert-manager-controller:v1.19.1", (9402, 100, 256), &[]),
    service("platform", "external-dns", "registry.k8s.io/external-dns/external-dns:v0.19.0", (7979, 50, 128), &[]),
    service(
        "platform",
        "identity",
        "registry.example.com/platform/identity:8.1.0",
        (8080, 500, 1536),
        &["POSTGRES_DSN"],
    ),
    service(
        "platform",
        "feature-flags",
        "registry.example.com/platform/feature-flags:3.2.2",
        (8080, 150, 384),
        &["REDIS_ADDR"],
    ),
    service(
        "monitoring",
        "prometheus-adapter",
        "registry.k8s.io/prometheus-adapter/prometheus-adapter:v0.12.0",
        (6443, 150, 512),
        &[],
    ),
    service("monitoring", "grafana", "docker.io/grafana/grafana:12.2.0", (3000, 250, 768), &["POSTGRES_DSN"]),
    service(
        "monitoring",
        "kube-state-metrics",
        "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.17.0",
        (8080, 100, 384),
        &[],
    ),
    service("monitoring", "loki-read", "docker.io/grafana/loki:3.5.7", (3100, 400, 1536), &["BUCKET"]),
    service(
        "data",
        "etl-worker",
        "registry.example.com/data/etl-worker:2025.11.2",
        (8080, 700, 3072),
        &["WAREHOUSE_DSN", "KAFKA_BROKERS"],
    ),
    service(
        "data",
        "schema-registry",
        "docker.io/confluentinc/cp-schema-registry:8.1.0",
        (8081, 250, 1024),
        &["KAFKA_BROKERS"],
    ),
    service("logistics", "routing", "registry.example.com/logistics/routing:1.52.0", (8080, 800, 2048), &["MAPS_URL"]),
    service(
        "logistics",
        "tracking",
        "registry.example.com/logistics/tracking:2.8.4",
        (8080, 300, 768),
        &["KAFKA_BROKERS"],
    ),
    service(
        "logistics",
        "warehouse-api",
        "registry.example.com/logistics/warehouse-api:4.4.1",
        (8080, 350, 1024),
        &["POSTGRES_DSN"],
    ),
    service("logistics", "label-printer", "registry.example.com/logistics/label-printer:0.19.0", (8080, 80, 192), &[]),
];

/// Stateful services.
pub(super) const STATEFUL: [Service; 4] = [
    service("shop", "catalog-postgres", "docker.io/library/postgres:18.1", (5432, 500, 2048), &["POSTGRES_DB"]),
    service("shop", "redis", "docker.io/library/redis:8.2", (6379, 200, 1024), &[]),
    service("data", "kafka", "quay.io/strimzi/kafka:0.48.0-kafka-4.1.0", (9092, 600, 3072), &["CLUSTER_ID"]),
    service("search", "index", "docker.io/opensearchproject/opensearch:3.3.0", (9200, 700, 4096), &["DISCOVERY_HOSTS"]),
];

/// One pod on every node.
pub(super) const DAEMONS: [Service; 3] = [
    service("kube-system", "kube-proxy", "registry.k8s.io/kube-proxy:v1.37.0", (10249, 50, 96), &[]),
    service("kube-system", "cilium", "quay.io/cilium/cilium:v1.18.3", (9962, 100, 256), &[]),
    service("monitoring", "node-exporter", "quay.io/prometheus/node-exporter:v1.10.2", (9100, 30, 64), &[]),
];

/// Workloads of the cluster itself.
pub(super) const SYSTEM: [Service; 2] = [
    service("kube-system", "coredns", "registry.k8s.io/coredns/coredns:v1.13.1", (53, 100, 128), &[]),
    service(
        "kube-system",
        "metrics-server",
        "registry.k8s.io/metrics-server/metrics-server:v0.8.0",
        (10250, 100, 256),
        &[],
    ),
];

/// A workload for the GPU nodes.
pub(super) const INFERENCE: Service = service(
    "ml",
    "ranker-inference",
    "registry.example.com/ml/ranker-inference:0.12.0",
    (8000, 4000, 12288),
    &["MODEL_BUCKET"],
);
