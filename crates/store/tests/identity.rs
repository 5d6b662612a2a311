//! Users, sessions, tokens, set-up links, role bindings, settings.

mod common;

use common::{Bench, at, json};
use store::{
    Digest, PageRequest, StoreError, Unique,
    repositories::{
        role_bindings::RoleBinding,
        sessions::Session,
        setup_tokens::Redeemed,
        tokens::Token,
        users::{NewUser, Role},
    },
};

fn session(hash: u8, user_id: &str) -> Session {
    Session {
        id_hash: Digest::from([hash; 32]),
        user_id: user_id.to_owned(),
        created_at: at(i64::from(hash)),
        last_seen_at: at(i64::from(hash)),
        idle_expires_at: at(1800),
        absolute_expires_at: at(3600),
        user_agent: Some("Firefox".to_owned()),
        ip: Some("192.0.2.1".to_owned()),
    }
}

#[tokio::test]
async fn a_user_lives_through_its_changes() {
    let bench = Bench::new().await;
    let mut unit = bench.begin().await;
    let new = NewUser { id: "u1", name: "Ada", role: Role::Admin, password_hash: Some("$argon2id$x") };
    unit.users().insert(&new, at(0)).await.unwrap();
    assert_eq!(unit.users().count_admins().await.unwrap(), 1);
    assert_eq!(unit.users().login_failed("u1", at(10)).await.unwrap(), 1);
    assert_eq!(unit.users().login_failed("u1", at(20)).await.unwrap(), 2);
    let user = unit.users().by_name("ＡDA").await.unwrap();
    assert_eq!((user.name.as_str(), user.role, user.failed_logins), ("Ada", Role::Admin, 2));
    assert_eq!(user.retry_at, Some(at(20)));
    assert_eq!(user.password_hash.as_deref(), Some("$argon2id$x"));
    assert_eq!((user.created_at, user.updated_at), (at(0), at(0)));
    assert!(!format!("{user:?}").contains("argon2"));
    unit.users().login_succeeded("u1", at(30)).await.unwrap();
    unit.users().set_access("u1", Role::Viewer, true, at(40)).await.unwrap();
    unit.users().set_password("u1", "$argon2id$y", at(50)).await.unwrap();
    let user = unit.users().get("u1").await.unwrap();
    assert_eq!((user.role, user.disabled, user.failed_logins, user.retry_at), (Role::Viewer, true, 0, None));
    assert_eq!((user.last_login_at, user.updated_at), (Some(at(30)), at(50)));
    assert_eq!(unit.users().count_admins().await.unwrap(), 0);
    unit.users().delete("u1").await.unwrap();
    assert!(matches!(unit.users().get("u1").await, Err(StoreError::NotFound { what: "user" })));
    assert!(matches!(unit.users().delete("u1").await, Err(StoreError::NotFound { .. })));
    assert!(matches!(unit.users().login_failed("u1", at(0)).await, Err(StoreError::NotFound { .. })));
}

#[tokio::test]
async fn names_that_differ_by_case_or_form_only_are_taken() {
    let bench = Bench::new().await;
    bench.add_user("u1", "Zoë").await;
    for name in ["zoë", "ZOË", "Zoe\u{308}"] {
        let mut unit = bench.begin().await;
        let new = NewUser { id: "u2", name, role: Role::Viewer, password_hash: None };
        let taken = unit.users().insert(&new, at(0)).await;
        assert!(matches!(taken, Err(StoreError::Conflict { what: Unique::UserName })), "{name}");
    }
    let mut unit = bench.begin().await;
    let blank = NewUser { id: "u2", name: " ", role: Role::Viewer, password_hash: None };
    assert!(matches!(unit.users().insert(&blank, at(0)).await, Err(StoreError::Invalid { .. })));
}

#[tokio::test]
async fn users_are_listed_page_by_page() {
    let bench = Bench::new().await;
    for name in ["dora", "Ada", "carl", "Bob", "eve"] {
        bench.add_user(name, name).await;
    }
    let mut unit = bench.store.read().await.unwrap();
    let (mut names, mut sizes, mut cursor) = (vec![], vec![], None);
    loop {
        let page = unit.users().list(&PageRequest::new(2, cursor).unwrap()).await.unwrap();
        sizes.push(page.items.len());
        names.extend(page.items.into_iter().map(|user| user.name));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(names, ["Ada", "Bob", "carl", "dora", "eve"]);
    assert_eq!(sizes, [2, 2, 1]);
}

#[tokio::test]
async fn a_session_ends_when_idle_when_old_and_when_ended() {
    let bench = Bench::new().await;
    bench.add_user("u1", "ada").await;
    let mut unit = bench.begin().await;
    let first = session(1, "u1");
    unit.sessions().insert(&first).await.unwrap();
    assert_eq!(unit.sessions().live(&first.id_hash, at(1799)).await.unwrap(), first);
    assert!(unit.sessions().live(&first.id_hash, at(1800)).await.is_err());
    assert!(unit.sessions().touch(&first.id_hash, at(1800), at(5000)).await.is_err(), "ended stays ended");
    unit.sessions().touch(&first.id_hash, at(1700), at(9000)).await.unwrap();
    assert_eq!(unit.sessions().live(&first.id_hash, at(3599)).await.unwrap().last_seen_at, at(1700));
    assert!(unit.sessions().live(&first.id_hash, at(3600)).await.is_err(), "absolute end");
    for hash in [2, 3] {
        unit.sessions().insert(&session(hash, "u1")).await.unwrap();
    }
    let hashes: Vec<_> = unit.sessions().of_user("u1", at(1)).await.unwrap();
    assert_eq!(hashes.iter().map(|s| s.id_hash.as_bytes()[0]).collect::<Vec<_>>(), [3, 2, 1]);
    assert_eq!(unit.sessions().delete_of_user("u1", Some(&session(3, "u1").id_hash)).await.unwrap(), 2);
    assert_eq!(unit.sessions().prune(at(1000)).await.unwrap(), 0);
    assert_eq!(unit.sessions().prune(at(1800)).await.unwrap(), 1);
    unit.sessions().insert(&session(4, "u1")).await.unwrap();
    assert!(matches!(unit.sessions().insert(&session(4, "u1")).await, Err(StoreError::Conflict { .. })));
    unit.sessions().delete(&session(4, "u1").id_hash).await.unwrap();
    assert!(unit.sessions().delete(&session(4, "u1").id_hash).await.is_err());
    assert!(matches!(unit.sessions().insert(&session(5, "nobody")).await, Err(StoreError::Reference)));
}

#[tokio::test]
async fn what_belongs_to_a_user_goes_with_it() {
    let bench = Bench::new().await;
    bench.add_user("u1", "ada").await;
    let mut unit = bench.begin().await;
    let token = Token {
        id: "t1".to_owned(),
        user_id: "u1".to_owned(),
        label: "ci".to_owned(),
        secret_hash: Digest::from([9; 32]),
        created_at: at(0),
        expires_at: Some(at(100)),
        last_used_at: None,
    };
    unit.tokens().insert(&token).await.unwrap();
    unit.sessions().insert(&session(1, "u1")).await.unwrap();
    unit.users().delete("u1").await.unwrap();
    assert!(unit.tokens().live(&token.secret_hash, at(1)).await.is_err());
    assert!(unit.sessions().live(&session(1, "u1").id_hash, at(1)).await.is_err());
}

#[tokio::test]
async fn a_token_is_found_by_its_digest_until_it_ends() {
    let bench = Bench::new().await;
    bench.add_user("u1", "ada").await;
    bench.add_user("u2", "bob").await;
    let mut unit = bench.begin().await;
    let token = |id: &str, user_id: &str, hash: u8, expires_at| Token {
        id: id.to_owned(),
        user_id: user_id.to_owned(),
        label: "ci".to_owned(),
        secret_hash: Digest::from([hash; 32]),
        created_at: at(0),
        expires_at,
        last_used_at: None,
    };
    let (ends, stays) = (token("t1", "u1", 1, Some(at(100))), token("t2", "u2", 2, None));
    unit.tokens().insert(&ends).await.unwrap();
    unit.tokens().insert(&stays).await.unwrap();
    assert_eq!(unit.tokens().live(&ends.secret_hash, at(99)).await.unwrap(), ends);
    assert!(unit.tokens().live(&ends.secret_hash, at(100)).await.is_err());
    unit.tokens().used("t2", at(7)).await.unwrap();
    assert_eq!(unit.tokens().live(&stays.secret_hash, at(1_000_000)).await.unwrap().last_used_at, Some(at(7)));
    let page = unit.tokens().list(Some("u2"), &PageRequest::first()).await.unwrap();
    assert_eq!(page.items.iter().map(|t| t.id.as_str()).collect::<Vec<_>>(), ["t2"]);
    let page = unit.tokens().list(None, &PageRequest::new(1, None).unwrap()).await.unwrap();
    let rest = PageRequest::new(1, page.next).unwrap();
    assert_eq!(unit.tokens().list(None, &rest).await.unwrap().items, std::slice::from_ref(&ends));
    unit.tokens().delete("t1").await.unwrap();
    assert!(unit.tokens().get("t1").await.is_err());
}

#[tokio::test]
async fn a_set_up_link_works_once_in_time_and_only_the_newest() {
    let bench = Bench::new().await;
    let digest = |n: u8| Digest::from([n; 32]);
    let mut unit = bench.begin().await;
    unit.setup_tokens().replace(&digest(1), at(0), at(1800)).await.unwrap();
    unit.setup_tokens().replace(&digest(2), at(10), at(1800)).await.unwrap();
    for (hash, when, expected) in [
        (1, 20, Redeemed::Unknown),
        (2, 1800, Redeemed::Expired),
        (2, 1799, Redeemed::Accepted),
        (2, 1799, Redeemed::AlreadyUsed),
        (3, 20, Redeemed::Unknown),
    ] {
        assert_eq!(unit.setup_tokens().redeem(&digest(hash), at(when)).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn bindings_and_settings_round_trip() {
    let bench = Bench::new().await;
    bench.add_user("u1", "ada").await;
    let mut unit = bench.begin().await;
    let binding = RoleBinding {
        id: "b1".to_owned(),
        user_id: "u1".to_owned(),
        role: Role::Operator,
        clusters: json(r#"{"names":["sh"]}"#),
        namespaces: vec!["shop".to_owned()],
        created_at: at(0),
    };
    unit.role_bindings().insert(&binding).await.unwrap();
    assert_eq!(unit.role_bindings().of_user("u1").await.unwrap(), std::slice::from_ref(&binding));
    assert_eq!(unit.role_bindings().all().await.unwrap(), [binding]);
    unit.role_bindings().delete("b1").await.unwrap();
    assert!(unit.role_bindings().delete("b1").await.is_err());
    assert_eq!(unit.role_bindings().delete_of_user("u1").await.unwrap(), 0);

    assert_eq!(unit.settings().get("instance").await.unwrap(), None);
    unit.settings().set("instance", &json(r#""a""#), at(0)).await.unwrap();
    unit.settings().set("instance", &json(r#""b""#), at(1)).await.unwrap();
    assert_eq!(unit.settings().get("instance").await.unwrap(), Some(json(r#""b""#)));
    unit.settings().delete("instance").await.unwrap();
    assert!(unit.settings().delete("instance").await.is_err());
}
