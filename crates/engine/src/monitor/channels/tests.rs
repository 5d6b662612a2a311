use super::*;
use crate::EngineConfig;
use runtime::egress::TargetPolicy;
use serde_json::{Value, json};
use std::sync::Arc;

const URL: &str = "https://oapi.dingtalk.com/robot/send?access_token=canary";

async fn engine(dir: &std::path::Path) -> Engine {
    let config = EngineConfig::new(dir.to_path_buf(), "https://ph.example.com".into());
    Engine::open(config, Arc::new(TargetPolicy::default())).await.unwrap()
}

async fn create(engine: &Engine, body: Value) -> Result<Channel, Problem> {
    engine.create_channel(&Caller::system(), serde_json::from_value(body).unwrap()).await
}

async fn put(engine: &Engine, body: Value) -> Result<Channel, Problem> {
    engine.put_channel(&Caller::system(), "ops", serde_json::from_value(body).unwrap()).await
}

async fn address(engine: &Engine) -> (String, Option<String>) {
    let row = engine.store().read().await.unwrap().channels().get("ops").await.unwrap();
    let address = Address::open(engine.keyring(), &row).unwrap();
    let text = |secret: secrets::Secret| secret.expose_str().unwrap().to_string();
    (text(address.url), address.secret.map(text))
}

#[tokio::test]
async fn an_address_is_kept_unless_it_is_given_and_a_new_one_needs_its_secret() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path()).await;
    let made = create(&engine, json!({"name": "ops", "kind": "dingtalk", "url": URL, "secret": "SECcanary"})).await;
    let made = serde_json::to_string(&made.unwrap()).unwrap();
    assert!(!made.contains("canary") && made.contains(r#""url":{"set":true},"secret":{"set":true}"#), "{made}");

    put(&engine, json!({"kind": "dingtalk", "language": "zh"})).await.unwrap();
    assert_eq!(address(&engine).await, (URL.into(), Some("SECcanary".into())));
    put(&engine, json!({"kind": "dingtalk", "url": URL})).await.unwrap();
    assert_eq!(address(&engine).await, (URL.into(), Some("SECcanary".into())), "the same address is no new one");

    let moved = put(&engine, json!({"kind": "dingtalk", "url": "https://evil.example.com/"})).await.unwrap_err();
    assert_eq!((moved.status, moved.code.as_str(), moved.fields[0].path.as_str()), (422, "secret_required", "secret"));
    assert_eq!(address(&engine).await.0, URL);
    put(&engine, json!({"kind": "dingtalk", "url": "https://a.example.com/", "secret": "SECnew"})).await.unwrap();
    assert_eq!(address(&engine).await, ("https://a.example.com/".into(), Some("SECnew".into())));
    put(&engine, json!({"kind": "dingtalk", "secret": ""})).await.unwrap();
    assert_eq!(address(&engine).await.1, None);

    let taken = create(&engine, json!({"name": "ops", "kind": "wecom", "url": URL})).await.unwrap_err();
    assert_eq!((taken.status, taken.code.as_str()), (409, "name_taken"));
    engine.delete_channel(&Caller::system(), "ops").await.unwrap();
    assert_eq!(put(&engine, json!({"kind": "dingtalk"})).await.unwrap_err().status, 404);
    let trail = engine.audit(&Caller::system(), crate::accounts::AuditQuery { limit: 100, ..Default::default() }).await;
    let trail = serde_json::to_string(&trail.unwrap()).unwrap();
    assert!(trail.contains("channel.create") && trail.contains("channel.delete") && !trail.contains("canary"));
}

#[tokio::test]
async fn an_address_moved_to_another_row_does_not_open() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path()).await;
    for (name, url) in [("ops", URL), ("other", "https://a.example.com/")] {
        create(&engine, json!({"name": name, "kind": "webhook", "url": url, "secret": "s"})).await.unwrap();
    }
    let mut unit = engine.store().begin().await.unwrap();
    let ops = unit.channels().get("ops").await.unwrap();
    let other = unit.channels().get("other").await.unwrap();
    let swapped = stored::Channel { sealed_url: other.sealed_url, ..ops };
    assert!(Address::open(engine.keyring(), &swapped).is_err());
}
