//! The link over HTTP: what surely was not sent, and what may have been.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread::JoinHandle;

use mesto_client::http::HttpLink;
use mesto_client::{Link as _, LinkAnswer, LinkError, LinkRequest, Method};

/// Serves one connection: reads the request, writes these bytes, closes.
fn server(answer: &'static [u8]) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let heard = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut part = [0; 1024];
        while !request.windows(4).any(|end| end == b"\r\n\r\n") {
            let read = stream.read(&mut part).unwrap();
            request.extend_from_slice(&part[..read]);
        }
        stream.write_all(answer).unwrap();
        String::from_utf8(request).unwrap()
    });
    (address, heard)
}

fn send(address: &str) -> Result<LinkAnswer, LinkError> {
    let request = LinkRequest {
        method: Method::Post,
        path: "/v1/tickets?x=1".to_owned(),
        headers: vec![("idempotency-key".to_owned(), "key-of-sixteen-signs".to_owned())],
        body: Some(b"{}".to_vec()),
    };
    let link = HttpLink::new(address).unwrap();
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(link.send(request))
}

#[test]
fn an_answer_comes_with_status_headers_and_body() {
    let (address, heard) = server(b"HTTP/1.1 422 No\r\nMesto-Time: 17\r\nContent-Length: 4\r\n\r\nbody");
    let answer = send(&format!("{address}/")).unwrap();
    assert_eq!(
        (answer.status, answer.header("mesto-time"), answer.body.as_slice()),
        (422, Some("17"), b"body".as_slice())
    );
    let request = heard.join().unwrap().to_lowercase();
    assert!(request.starts_with("post /v1/tickets?x=1 http/1.1\r\n"), "{request}");
    assert!(request.contains("idempotency-key: key-of-sixteen-signs"), "{request}");
}

#[test]
fn where_nobody_listens_nothing_was_sent() {
    // A port that was free a moment ago.
    let address = format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    assert!(matches!(send(&address), Err(LinkError::NotSent(_))));
}

#[test]
fn a_connection_that_breaks_later_may_have_carried_it() {
    for answer in [
        b"".as_slice(),
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nConte",
        b"\x00\x01\x02\x03\r\n\r\n",
    ] {
        let (address, heard) = server(answer);
        let outcome = send(&address);
        assert!(matches!(outcome, Err(LinkError::Unknown(_))), "{outcome:?}");
        heard.join().unwrap();
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let (address, heard) = server(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(send(&address).unwrap().status, 302);
    heard.join().unwrap();
}

#[test]
fn a_token_never_travels_in_the_clear() {
    for address in ["http://operator.example", "http://192.0.2.1:80", "ftp://operator.example", "operator.example", ""]
    {
        assert!(HttpLink::new(address).is_err(), "{address}");
    }
    assert!(HttpLink::new("https://operator.example").is_ok());
}
