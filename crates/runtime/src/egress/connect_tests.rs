use super::*;
use crate::egress::Reason;
use std::sync::Mutex;
use tokio::net::TcpListener;

/// Answers each question with the next of its answers, the last one for ever.
struct Scripted(Mutex<Vec<Vec<SocketAddr>>>);

impl Resolve for Scripted {
    fn resolve(&self, _: String, _: u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
        let mut answers = self.0.lock().unwrap();
        let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        Box::pin(async move { Ok(answer) })
    }
}

fn connector(allow: &str, answers: Vec<Vec<SocketAddr>>) -> GuardedConnector {
    let policy = TargetPolicy::new(vec![allow.parse().unwrap()]);
    let resolver = Arc::new(Scripted(Mutex::new(answers)));
    GuardedConnector::with_resolver(Arc::new(policy), TargetKind::Cluster, resolver)
}

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

#[tokio::test]
async fn a_name_is_judged_by_what_it_resolves_to_each_time() {
    let (_good, allowed) = listener().await;
    let (trap, forbidden) = listener().await;
    let script = vec![vec![allowed], vec![forbidden], vec![forbidden, allowed], vec![forbidden]];
    let connector = connector(&format!("127.0.0.1/32:{}", allowed.port()), script);
    let uri: Uri = "https://rebind.example".parse().unwrap();
    assert!(connector.connect(&uri).await.is_ok());
    let refused = connector.connect(&uri).await.unwrap_err();
    assert!(matches!(refused, ConnectError::Forbidden(f) if f.reason == Reason::Loopback));
    assert!(connector.connect(&uri).await.is_ok(), "the allowed one of two addresses is used");
    for _ in 0..100 {
        assert!(connector.connect(&uri).await.is_err());
    }
    // A connection made to the trap would wait in its queue.
    let caught = timeout(Duration::from_millis(50), trap.accept()).await;
    assert!(caught.is_err(), "a forbidden address was connected to");
    assert_eq!(connector.meter().connects(), 2);
}

#[tokio::test]
async fn literals_never_pass_by_the_check() {
    let (_listener, address) = listener().await;
    let connector = connector("203.0.113.0/24", vec![vec![]]);
    for host in ["127.0.0.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "localhost"] {
        let uri: Uri = format!("https://{host}:{}", address.port()).parse().unwrap();
        let refused = connector.connect(&uri).await.unwrap_err();
        assert!(matches!(refused, ConnectError::Forbidden(_)), "{host}: {refused}");
    }
}

#[tokio::test]
async fn failures_are_told_apart() {
    let (listener, address) = listener().await;
    drop(listener);
    let name: Uri = "https://down.example".parse().unwrap();
    let refused = connector("127.0.0.0/8", vec![vec![address]]).connect(&name).await.unwrap_err();
    assert!(matches!(refused, ConnectError::Refused));
    let nowhere = connector("127.0.0.0/8", vec![vec![]]).connect(&name).await.unwrap_err();
    assert!(matches!(nowhere, ConnectError::Dns));
}
