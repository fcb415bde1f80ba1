//! What the core announces as changed wakes the pages that show it.

use leptos::prelude::*;
use linli_wire::command::Topic;

use super::host::{self, NoHost};

/// Counts of announcements by topic. Made once; pages find it as context.
#[derive(Clone, Copy)]
pub struct Topics {
    counts: [RwSignal<u32>; Topic::ALL.len()],
}

impl Topics {
    /// Connects to the host and listens from now on.
    ///
    /// # Errors
    /// [`NoHost`] in a browser without the host's token.
    pub fn listen() -> Result<Self, NoHost> {
        host::take_token()?;
        let topics = Self { counts: std::array::from_fn(|_| RwSignal::new(0)) };
        host::listen(move |text| {
            for topic in serde_json::from_str::<Vec<Topic>>(text).unwrap_or_default() {
                topics.announce(topic);
            }
        });
        Ok(topics)
    }

    /// Wakes what shows `topic`, as if the core had announced it.
    pub fn announce(&self, topic: Topic) {
        self.count(topic).update(|count| *count = count.wrapping_add(1));
    }

    /// Runs the reactive code around this call again when `topic` is announced.
    pub fn track(&self, topic: Topic) {
        self.count(topic).track();
    }

    const fn count(&self, topic: Topic) -> RwSignal<u32> {
        let [app, notices, repairs, rounds, payments, chat, community, devices, outbox, typed] = self.counts;
        match topic {
            Topic::App => app,
            Topic::Notices => notices,
            Topic::Repairs => repairs,
            Topic::Rounds => rounds,
            Topic::Payments => payments,
            Topic::Chat => chat,
            Topic::Community => community,
            Topic::Devices => devices,
            Topic::Outbox => outbox,
            Topic::Typed => typed,
        }
    }
}
