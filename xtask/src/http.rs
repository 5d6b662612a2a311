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
    // In one piece: a server may answer and close once it has read enough.
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
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
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;

    #[test]
    fn reads_the_status_code() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let request: Vec<String> =
                BufReader::new(&stream).lines().map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
            stream.write_all(b"HTTP/1.1 503 Service Unavailable\r\n\r\n").unwrap();
            request
        });
        assert_eq!(status(&address, "/readyz").unwrap(), 503);
        assert_eq!(server.join().unwrap()[0], "GET /readyz HTTP/1.1");
    }

    #[test]
    fn nobody_there_is_an_error() {
        let port = free_port().unwrap();
        assert!(status(&format!("127.0.0.1:{port}"), "/readyz").is_err());
    }
}
