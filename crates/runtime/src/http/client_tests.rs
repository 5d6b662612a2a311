use super::*;
use crate::egress::Reason;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const TOKEN: &str = "t0p-s3cret-t0ken";

/// Answers every connection with the same bytes, then keeps it open.
async fn server(answer: impl Into<Vec<u8>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = answer.into();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let _ = socket.read(&mut request).await;
                socket.write_all(&answer).await.ok();
                let _ = socket.read(&mut request).await;
            });
        }
    });
    address
}

fn client() -> GuardedClient {
    let policy = TargetPolicy::new(vec!["127.0.0.0/8".parse().unwrap()]);
    GuardedClient::new(Arc::new(policy), TargetKind::Channel, Trust::WebRoots).unwrap()
}

fn post(url: &str) -> Outgoing<'_> {
    Outgoing {
        method: Method::POST,
        url,
        headers: HeaderMap::new(),
        body: Bytes::from_static(b"{}"),
        deadline: Duration::from_secs(5),
        max_body: 100,
    }
}

async fn failure(url: &str, deadline: Duration) -> HttpError {
    let outgoing = Outgoing { deadline, ..post(url) };
    let Err(error) = client().call(outgoing).await else { panic!("an answer where none was to come") };
    let text = format!("{error} {error:?}");
    assert!(!text.contains(TOKEN) && !text.contains("127.0.0.1"), "{text}");
    error
}

#[tokio::test]
async fn an_answer_is_read_and_a_redirect_is_not_followed() {
    let trap = server("HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\ncaught").await;
    let answer = format!("HTTP/1.1 302 Found\r\nlocation: http://{trap}/\r\ncontent-length: 4\r\n\r\ngone");
    let address = server(answer).await;
    let reply = client().call(post(&format!("http://{address}/?k={TOKEN}"))).await.unwrap();
    assert_eq!((reply.status.as_u16(), &reply.body[..]), (302, &b"gone"[..]));
}

#[tokio::test]
async fn failures_are_told_apart_and_show_no_url() {
    let long = Duration::from_secs(5);
    let silent = server("").await;
    let error = failure(&format!("http://{silent}/?k={TOKEN}"), Duration::from_millis(50)).await;
    assert_eq!(error, HttpError::Timeout);

    let garbage = server("SSH-2.0-OpenSSH_9.2\r\n").await;
    assert_eq!(failure(&format!("http://{garbage}/?k={TOKEN}"), long).await, HttpError::Http);
    let error = failure(&format!("https://{garbage}/?k={TOKEN}"), long).await;
    assert!(matches!(error, HttpError::Tls(_)), "{error:?}");

    let declared = server("HTTP/1.1 200 OK\r\ncontent-length: 101\r\n\r\n").await;
    let too_large = HttpError::TooLarge { cap: 100 };
    assert_eq!(failure(&format!("http://{declared}/?k={TOKEN}"), long).await, too_large);
    let endless = [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &[b'x'; 5000]].concat();
    let endless = server(endless).await;
    assert_eq!(failure(&format!("http://{endless}/?k={TOKEN}"), long).await, too_large);

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap();
    drop(listener);
    assert_eq!(failure(&format!("http://{closed}/?k={TOKEN}"), long).await, HttpError::Refused);

    let forbidden = failure(&format!("https://169.254.169.254/?k={TOKEN}"), long).await;
    assert_eq!(forbidden, HttpError::Forbidden(Reason::Metadata.into()));
}
