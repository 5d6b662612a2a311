//! As much HTTP as asking our own server on loopback takes.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use anyhow::{Context, Result};

/// The status code of `GET path` at `address` (`host:port`), plain HTTP.
///
/// # Errors
/// When nothing answers within two seconds, or what answers is not HTTP.
pub fn status(address: &str, path: &str) -> Result<u16> {
    let limit = Duration::from_secs(2);
    let socket = address.to_socket_addrs()?.next().with_context(|| format!("{address} is no address"))?;
    let mut stream = TcpStream::connect_timeout(&socket, limit)?;
    stream.set_read_timeout(Some(limit))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut head = [0_u8; 12];
    stream.read_exact(&mut head)?;
    std::str::from_utf8(&head)?.split(' ').nth(1).and_then(|code| code.parse().ok()).context("not an HTTP answer")
}

/// A TCP port on 127.0.0.1 that nobody listens on now.
///
/// # Errors
/// When the system has none.
pub fn free_port() -> Result<u16> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).context("find a free port")?;
    Ok(listener.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::{free_port, status};
    use std::io::{Read, Write};
    use std::net::TcpListener;

    #[test]
    fn reads_the_status_code() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let length = stream.read(&mut request).unwrap();
            stream.write_all(b"HTTP/1.1 503 Service Unavailable\r\n\r\n").unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        });
        assert_eq!(status(&address, "/readyz").unwrap(), 503);
        assert!(server.join().unwrap().starts_with("GET /readyz HTTP/1.1\r\n"));
    }

    #[test]
    fn nobody_there_is_an_error() {
        let port = free_port().unwrap();
        assert!(status(&format!("127.0.0.1:{port}"), "/readyz").is_err());
    }
}
