//! Reading server-sent events (WHATWG HTML §9.2) from a stream of bytes.

use futures_util::StreamExt;

use crate::ports::{ByteStream, NetworkError};

/// Longest event that is read, in bytes: a page and room.
const MAX_EVENT: usize = 4 * 1024 * 1024;

/// An event. A comment, such as a heartbeat, is an event without name and data.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SseEvent {
    /// `event:`.
    pub name: String,
    /// `data:` lines, joined.
    pub data: String,
}

/// Cuts a byte stream into events.
pub struct SseReader {
    stream: ByteStream,
    buffer: Vec<u8>,
    event: SseEvent,
}

impl SseReader {
    /// Reads from `stream`.
    pub fn new(stream: ByteStream) -> Self {
        Self { stream, buffer: Vec::new(), event: SseEvent::default() }
    }

    /// The next event; none when the stream ends. Safe to drop while waiting: nothing is lost.
    pub async fn next(&mut self) -> Option<Result<SseEvent, NetworkError>> {
        loop {
            while let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.buffer.drain(..=end).collect();
                if let Some(event) = self.line(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']))
                {
                    return Some(Ok(event));
                }
            }
            if self.buffer.len() + self.event.data.len() > MAX_EVENT {
                return Some(Err(NetworkError("event too large".to_owned())));
            }
            match self.stream.next().await? {
                Ok(bytes) => self.buffer.extend_from_slice(&bytes),
                Err(error) => return Some(Err(error)),
            }
        }
    }

    fn line(&mut self, line: &str) -> Option<SseEvent> {
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            return (event != SseEvent::default()).then_some(event);
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "" => return Some(SseEvent::default()),
            "event" => value.clone_into(&mut self.event.name),
            "data" => {
                if !self.event.data.is_empty() {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use futures_util::{FutureExt, stream};

    use super::*;

    fn read(parts: &[&[u8]]) -> Vec<SseEvent> {
        let parts: Vec<_> = parts.iter().map(|part| Ok(bytes::Bytes::copy_from_slice(part))).collect();
        let mut reader = SseReader::new(Box::pin(stream::iter(parts)));
        std::iter::from_fn(|| reader.next().now_or_never().unwrap()).map(Result::unwrap).collect()
    }

    #[test]
    fn events_cut_anywhere_are_put_together() {
        let whole = ": hi\n\nevent: page\nid: 7\ndata: {\"a\":\ndata: \"停水\"}\n\n".as_bytes();
        let expected =
            vec![SseEvent::default(), SseEvent { name: "page".into(), data: "{\"a\":\n\"停水\"}".into() }];
        for cut in 0..whole.len() {
            let (one, other) = whole.split_at(cut);
            assert_eq!(read(&[one, other]), expected, "cut at {cut}");
        }
    }

    #[test]
    fn an_event_without_its_end_is_not_one() {
        assert_eq!(read(&[b"event: page\ndata: x\n"]), Vec::new());
    }
}
