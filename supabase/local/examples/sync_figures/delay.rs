//! A TCP proxy that delays every byte by half of a round trip.

use anyhow::Result;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::{Instant, sleep_until};

/// A running proxy. It stops when it is dropped.
pub struct Proxy {
    port: u16,
    // Dropping it would stop its thread.
    _runtime: Runtime,
}

impl Proxy {
    /// Starts a proxy for the server at `url` on a free port. `delay` is added to each round trip, in milliseconds.
    pub fn open(url: &str, delay: u64) -> Result<Self> {
        let server: SocketAddr = url.trim_start_matches("http://").parse()?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let half = Duration::from_millis(delay) / 2;
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            loop {
                let (near, _) = listener.accept().await?;
                tokio::spawn(join(near, server, half));
            }
            #[expect(unreachable_code, reason = "says what the errors above are")]
            std::io::Result::Ok(())
        });
        Ok(Self { port, _runtime: runtime })
    }

    /// Returns its URL.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

async fn join(near: TcpStream, server: SocketAddr, late: Duration) -> std::io::Result<()> {
    let far = TcpStream::connect(server).await?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    let ((from_near, to_near), (from_far, to_far)) = (near.into_split(), far.into_split());
    let back = tokio::spawn(forward(from_far, to_near, late));
    forward(from_near, to_far, late).await?;
    back.await?
}

/// Forwards bytes with the delay, and reads on meanwhile.
async fn forward(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    late: Duration,
) -> std::io::Result<()> {
    let (line, mut end) = unbounded_channel::<(Instant, Vec<u8>)>();
    let reading = tokio::spawn(async move {
        let mut buffer = vec![0; 1 << 16];
        loop {
            match from.read(&mut buffer).await {
                Ok(read @ 1..)
                    if line.send((Instant::now() + late, buffer[..read].into())).is_ok() => {}
                _ => return,
            }
        }
    });
    while let Some((at, bytes)) = end.recv().await {
        sleep_until(at).await;
        to.write_all(&bytes).await?;
    }
    reading.await?;
    to.shutdown().await
}
