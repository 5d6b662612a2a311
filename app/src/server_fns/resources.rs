//! Lists of resources over all clusters.

use super::Answer;
use leptos::server;
use leptos::server_fn::codec::GetUrl;
use model::wire::resource::ResourceList;

/// The page of a list; `list` is written as the address of the REST list writes it, with `kind` in front.
#[server(prefix = "/fn", endpoint = "list", input = GetUrl)]
pub async fn list_resources(list: String) -> Answer<ResourceList> {
    use crate::pages::resources::query::ListQuery;
    let (engine, caller) = super::ask()?;
    let asked = ListQuery::from_query_string(&list);
    let request = engine::resources::ListRequest {
        facets: asked.facets(),
        kind: asked.kind,
        clusters: asked.clusters,
        namespaces: asked.namespaces,
        q: asked.q,
        sort: asked.sort,
        limit: asked.limit,
        cursor: None,
        offset: asked.offset,
    };
    Ok(engine.list(&caller, &request)?)
}
