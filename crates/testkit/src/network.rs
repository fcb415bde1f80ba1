//! The network at the core's port: every request is seen, and may go wrong in a chosen way.
//!
//! In front of a real network. What a fault does is exact (the third request, after its answer), which
//! sockets cannot promise; what sockets do under load is [`crate::Proxy`]'s.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use linli_core::ports::{Answer, ByteStream, Network, NetworkError, Request, Task};
use tokio::sync::{Notify, watch};

/// How long a request that is held back waits for another one to overtake it.
const HELD_BACK: Duration = Duration::from_millis(20);

/// A request as it was asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    /// `GET`, `HEAD`, `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// Scheme, host and port.
    pub server: String,
    /// Path and query.
    pub path: String,
    /// Whether a token went with it.
    pub with_token: bool,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let path_at = request.url.find("://").and_then(|at| {
            let rest = request.url.get(at + 3..)?;
            Some(at + 3 + rest.find('/').unwrap_or(rest.len()))
        });
        let (server, path) = request.url.split_at(path_at.unwrap_or(request.url.len()));
        Self {
            method: request.method,
            server: server.to_owned(),
            path: path.to_owned(),
            with_token: request.headers.contains_key("authorization"),
        }
    }

    /// Whether this is a batch of writes.
    pub fn is_ops(&self) -> bool {
        self.path == "/v1/ops"
    }
}

/// What happens to a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Nothing: it goes through.
    None,
    /// It never leaves.
    Unreachable,
    /// It arrives and is acted upon, and its answer is lost.
    AnswerLost,
    /// Its answer breaks off after so many bytes.
    Cut(usize),
    /// It arrives twice; the second answer is the one that comes back.
    Twice,
    /// It leaves after the next one has been answered, or after a moment.
    HeldBack,
    /// Something else answers in the server's place.
    Answered {
        /// HTTP status.
        status: u16,
        /// `content-type`.
        content_type: &'static str,
        /// The body.
        body: Bytes,
    },
}

type Plan = Box<dyn FnMut(&Asked) -> Fault + Send>;

/// A [`Network`] in front of another one.
pub struct FaultyNetwork {
    inner: Arc<dyn Network>,
    plan: Mutex<Plan>,
    asked: Mutex<Vec<Asked>>,
    moved: watch::Sender<()>,
    cuts: watch::Sender<u64>,
    answered: Notify,
}

impl FaultyNetwork {
    /// A network without faults so far.
    pub fn new(inner: Arc<dyn Network>) -> Self {
        Self {
            inner,
            plan: Mutex::new(Box::new(|_| Fault::None)),
            asked: Mutex::default(),
            moved: watch::Sender::default(),
            cuts: watch::Sender::new(0),
            answered: Notify::new(),
        }
    }

    /// From now on, each request is given to `plan`, in the order of asking.
    pub fn plan(&self, plan: impl FnMut(&Asked) -> Fault + Send + 'static) {
        *held(&self.plan) = Box::new(plan);
    }

    /// Pulls the cable: open streams break, and nothing leaves.
    pub fn cut(&self) {
        self.plan(|_| Fault::Unreachable);
        self.break_streams();
    }

    /// Breaks what is open; the next request may go through.
    pub fn break_streams(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }

    /// Plugs the cable in again.
    pub fn mend(&self) {
        self.plan(|_| Fault::None);
    }

    /// A fault of a kind that follows from `seed`, for `permille` of the requests.
    pub fn be_faulty(&self, seed: u64, permille: u64) {
        let mut random = oorandom::Rand64::new(u128::from(seed));
        self.plan(move |_| {
            if random.rand_range(0..1000) >= permille {
                return Fault::None;
            }
            match random.rand_range(0..6) {
                0 => Fault::Unreachable,
                1 | 2 => Fault::AnswerLost,
                3 => Fault::Cut(usize::try_from(random.rand_range(0..4000)).unwrap_or(0)),
                4 => Fault::Twice,
                _ => Fault::HeldBack,
            }
        });
    }

    /// What was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        held(&self.asked).clone()
    }

    /// Changes whenever something is asked or answered.
    pub(crate) fn moved(&self) -> watch::Receiver<()> {
        self.moved.subscribe()
    }

    async fn pass(&self, request: Request) -> Result<Answer, NetworkError> {
        let cuts = self.cuts.subscribe();
        let answer = self.inner.send(request).await;
        self.answered.notify_waiters();
        self.moved.send_replace(());
        let answer = answer?;
        Ok(Answer { body: breakable(answer.body, cuts, usize::MAX), ..answer })
    }
}

impl Network for FaultyNetwork {
    fn send(&self, request: Request) -> Task<'_, Result<Answer, NetworkError>> {
        let asked = Asked::of(&request);
        let fault = held(&self.plan)(&asked);
        held(&self.asked).push(asked);
        self.moved.send_replace(());
        Box::pin(async move {
            match fault {
                Fault::None => self.pass(request).await,
                Fault::Unreachable => Err(NetworkError("unreachable".to_owned())),
                Fault::AnswerLost => {
                    read_some(self.pass(request).await?).await;
                    Err(NetworkError("the answer was lost".to_owned()))
                }
                Fault::Cut(after) => {
                    let cuts = self.cuts.subscribe();
                    let answer = self.pass(request).await?;
                    Ok(Answer { body: breakable(answer.body, cuts, after), ..answer })
                }
                Fault::Twice => {
                    // The first may fail where the second does not.
                    if let Ok(first) = self.pass(request.clone()).await {
                        read_some(first).await;
                    }
                    self.pass(request).await
                }
                Fault::HeldBack => {
                    tokio::select! {
                        () = self.answered.notified() => {}
                        () = tokio::time::sleep(HELD_BACK) => {}
                    }
                    self.pass(request).await
                }
                Fault::Answered { status, content_type, body } => Ok(Answer {
                    status,
                    content_type: content_type.to_owned(),
                    upload_offset: None,
                    body: Box::pin(stream::iter([Ok(body)])),
                }),
            }
        })
    }
}

/// Reads an answer to its end, or a stream's first part: then the server has done what was asked.
async fn read_some(mut answer: Answer) {
    let endless = answer.content_type.starts_with("text/event-stream");
    while let Some(Ok(_)) = answer.body.next().await {
        if endless {
            break;
        }
    }
}

/// A body that breaks off after `room` bytes, or when the cable is pulled.
fn breakable(body: ByteStream, cuts: watch::Receiver<u64>, room: usize) -> ByteStream {
    Box::pin(stream::unfold(Some((body, cuts, room)), |state| async move {
        let (mut body, mut cuts, room) = state?;
        let part = tokio::select! {
            biased;
            Ok(()) = cuts.changed() => Some(Err(NetworkError("cut".to_owned()))),
            part = body.next() => part,
        };
        match part? {
            Ok(part) if part.len() > room => Some((Ok(part.slice(..room)), Some((broken(), cuts, 0)))),
            Ok(part) => {
                let left = if room == usize::MAX { room } else { room - part.len() };
                Some((Ok(part), Some((body, cuts, left))))
            }
            Err(error) => Some((Err(error), None)),
        }
    }))
}

fn broken() -> ByteStream {
    Box::pin(stream::iter([Err(NetworkError("cut".to_owned()))]))
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
