//! `/openapi.json`, generated from the handlers.

use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder};

pub fn base() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Pilothouse")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "One console for many Kubernetes clusters: registry, live view, explainable scheduling, alerts.",
        ))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build();
    OpenApiBuilder::new().info(info).build()
}
