//! A network that fails: stands before a store, and refuses, cuts and loses answers by a plan.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing: it is answered.
    None,
    /// The store is too busy, and does not see it.
    Busy,
    /// The store does it, and half of the answer arrives.
    Cut,
    /// The store does it, and no answer arrives.
    Lost,
    /// Nobody is there: no answer arrives, and the store does nothing.
    Down,
    /// The store does not accept the credentials any more.
    Expired,
    /// Somebody is there and says nothing, for as long as the client waits; the store does nothing.
    Hangs,
}

/// A proxy on loopback; its threads end with the process of the test.
pub(crate) struct Faulty {
    pub(crate) address: SocketAddr,
    faults: Arc<AtomicUsize>,
}

impl Faulty {
    /// Stands before `store`; `plan` is asked with the number of each request.
    pub(crate) fn before(store: SocketAddr, plan: fn(usize) -> Fault) -> Self {
        Self::planned(store, move |number, _line| plan(number))
    }

    /// The same, with the first line of the request besides its number.
    pub(crate) fn planned(
        store: SocketAddr,
        plan: impl Fn(usize, &str) -> Fault + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let address = listener.local_addr().expect("its address");
        let faults = Arc::new(AtomicUsize::new(0));
        let requests = AtomicUsize::new(0);
        let made = Arc::clone(&faults);
        let plan = Arc::new(move |line: &str| {
            let fault = plan(requests.fetch_add(1, Ordering::SeqCst), line);
            made.fetch_add(usize::from(fault != Fault::None), Ordering::SeqCst);
            fault
        });
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let plan = Arc::clone(&plan);
                // A client that gives up is part of the plan.
                std::thread::spawn(move || drop(serve(client, store, &*plan)));
            }
        });
        Self { address, faults }
    }

    /// How many requests have failed.
    pub(crate) fn faults(&self) -> usize {
        self.faults.load(Ordering::SeqCst)
    }
}

/// Serves one request; the connection ends with it.
fn serve(
    mut client: TcpStream,
    store: SocketAddr,
    plan: &dyn Fn(&str) -> Fault,
) -> std::io::Result<()> {
    let request = read_request(&mut client)?;
    let line = request.split(|byte| *byte == b'\r').next();
    let fault = plan(&String::from_utf8_lossy(line.unwrap_or_default()));
    match fault {
        Fault::Down => return Ok(()),
        Fault::Hangs => return client.read_to_end(&mut Vec::new()).map(drop),
        Fault::Busy => return client.write_all(&answer("503 Slow Down", "")),
        Fault::Expired => {
            let body = "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>";
            return client.write_all(&answer("400 Bad Request", body));
        }
        Fault::None | Fault::Cut | Fault::Lost => {}
    }
    let mut upstream = TcpStream::connect(store)?;
    upstream.write_all(&request)?;
    let mut response = Vec::new();
    upstream.read_to_end(&mut response)?;
    match fault {
        Fault::Cut => client.write_all(&response[..response.len() / 2]),
        Fault::Lost => Ok(()),
        _ => client.write_all(&response),
    }
}

fn answer(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
        .into_bytes()
}

/// The request with its body, and with the wish that the connection ends after the answer.
fn read_request(client: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let length = text
        .lines()
        .find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let is_length = name.eq_ignore_ascii_case("content-length");
            is_length.then(|| value.trim().parse::<usize>().ok())?
        })
        .unwrap_or(0);
    let mut body = vec![0; length];
    client.read_exact(&mut body)?;
    let kept = text
        .lines()
        .filter(|line| !line.is_empty() && !line.to_ascii_lowercase().starts_with("connection:"));
    let mut request = kept.collect::<Vec<_>>().join("\r\n").into_bytes();
    request.extend_from_slice(b"\r\nConnection: close\r\n\r\n");
    request.extend_from_slice(&body);
    Ok(request)
}
