//! How much of one device is under way at the same time.
//!
//! A request holds its place until the last piece of its answer has been handed to the connection. So
//! however many connections a device opens, and however slowly it reads, it holds only so many bodies in
//! memory. Whoever finds no place waits a moment for one, since an app may well ask for six pictures at once.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use linli_wire::id::DeviceId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Error, error::too_many};

/// Longest piece of a body that is handed to a connection at once.
const PIECE: usize = 32 * 1024;
/// What a device that found no place is asked to wait, in seconds.
const COME_BACK: u64 = 10;

/// So many places for each device.
#[derive(Debug)]
pub(crate) struct Places {
    each: usize,
    patience: Duration,
    devices: Mutex<HashMap<DeviceId, Arc<Semaphore>>>,
}

impl Places {
    /// `each` places for a device; who finds none waits for `patience`.
    pub(crate) fn new(each: usize, patience: Duration) -> Self {
        Self { each, patience, devices: Mutex::default() }
    }

    /// A place.
    pub(crate) async fn take(&self, device: DeviceId) -> Result<OwnedSemaphorePermit, Error> {
        let places = {
            let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(devices.entry(device).or_insert_with(|| Arc::new(Semaphore::new(self.each))))
        };
        match tokio::time::timeout(self.patience, places.acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            _ => Err(too_many(COME_BACK)),
        }
    }

    /// Forgets devices that have nothing under way.
    pub(crate) fn forget_idle(&self) {
        let mut devices = self.devices.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever waits holds a clone as well.
        devices.retain(|_, places| Arc::strong_count(places) > 1 || places.available_permits() < self.each);
    }
}

/// A body that keeps its place until it has been handed over, in pieces.
pub(crate) fn held(body: Body, place: OwnedSemaphorePermit) -> Body {
    Body::new(Held { body, rest: Bytes::new(), _place: place })
}

struct Held {
    body: Body,
    rest: Bytes,
    _place: OwnedSemaphorePermit,
}

impl Held {
    /// Hyper takes a frame whole, so a large one would leave its place at once.
    fn piece(&mut self) -> Frame<Bytes> {
        Frame::data(self.rest.split_to(self.rest.len().min(PIECE)))
    }
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            match std::task::ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(other) => return Poll::Ready(Some(Ok(other))),
                },
                other => return Poll::Ready(other),
            }
        }
        Poll::Ready(Some(Ok(self.piece())))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (body, rest) = (self.body.size_hint(), self.rest.len() as u64);
        let mut all = SizeHint::new();
        all.set_lower(body.lower() + rest);
        if let Some(upper) = body.upper() {
            all.set_upper(upper + rest);
        }
        all
    }
}
