//! Connections: so many at a time, and none that takes for ever.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_io_timeout::TimeoutStream;

use super::connections::{ConnectionPlace, Connections};
use super::tls::{Encryption, Wire};

/// How long the head of a request may take, and how long nothing may come, or be taken.
const HEAD: Duration = Duration::from_secs(10);
pub(super) const STILL: Duration = Duration::from_secs(30);
/// How long answers under way may take when the server is told to stop.
const LAST: Duration = Duration::from_secs(5);
/// The most bytes of a head. It has a hundred fields at most: more are refused by hyper as it comes.
pub(super) const HEAD_BYTES: usize = 64 << 10;

/// Answers connections until the process is told to stop; then those that are open may finish.
pub(super) async fn listen(listener: TcpListener, router: Router, encryption: Option<Encryption>) {
    let connections = Arc::new(Connections::default());
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(told_to_stop());
    loop {
        let (stream, from) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, from)) => (stream, from),
                Err(_) => {
                    // Out of files, perhaps: it will pass.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        // Where all are busy, there is no answer to give: whoever comes now is let go.
        let Some(place) = connections.place(from.ip()) else {
            continue;
        };
        let place = Arc::new(place);
        let (watcher, router) = (graceful.watcher(), router.clone());
        let encryption = encryption.clone();
        tokio::spawn(async move {
            let answered = async {
                // That somebody went away, or was too slow, is nobody's business.
                if let Ok(Ok(wire)) = timeout(HEAD, wire(stream, encryption)).await {
                    let _ = watcher.watch(connection(wire, router, place.clone())).await;
                }
            };
            tokio::select! {
                () = answered => {}
                () = place.leave.notified() => {}
            }
        });
    }
    // Whoever is still connected then has had their time.
    let _ = tokio::time::timeout(LAST, graceful.shutdown()).await;
}

/// The router, for a connection of which it is noted when it is idle.
#[derive(Clone)]
struct Noting {
    router: TowerToHyperService<Router>,
    place: Arc<ConnectionPlace>,
}

impl Service<Request<Incoming>> for Noting {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let (place, answer) = (self.place.clone(), self.router.call(request));
        place.is_busy(true);
        Box::pin(async move {
            let answer = answer.await;
            place.is_busy(false);
            answer
        })
    }
}

/// A stream on which nothing may stand still for too long, encrypted if that is wanted.
async fn wire(stream: TcpStream, encryption: Option<Encryption>) -> std::io::Result<Box<dyn Wire>> {
    // Answers are small, and written at once.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_read_timeout(Some(STILL));
    stream.set_write_timeout(Some(STILL));
    let stream = Box::pin(stream);
    match encryption {
        Some(encryption) => encryption.agree(stream).await,
        None => Ok(Box::new(stream)),
    }
}

fn connection(
    wire: Box<dyn Wire>,
    router: Router,
    place: Arc<ConnectionPlace>,
) -> http1::Connection<TokioIo<Box<dyn Wire>>, Noting> {
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(
            TokioIo::new(wire),
            Noting {
                router: TowerToHyperService::new(router),
                place,
            },
        )
}

#[cfg(unix)]
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return interrupted().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        () = interrupted() => {}
    }
}

#[cfg(not(unix))]
async fn told_to_stop() {
    interrupted().await;
}

async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        // It cannot be heard; other ways to stop are left.
        std::future::pending::<()>().await;
    }
}
