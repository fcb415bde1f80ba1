//! A question that a page keeps open.

use std::{any::Any, marker::PhantomData, pin::Pin, sync::Arc};

use leptos::prelude::*;
use leptos::task::spawn_local;
use linli_wire::{
    Code, WireError,
    command::{Command, Topic},
};

use super::{Topics, call};

/// Most rows that the core gives at once.
const WINDOW: u32 = 200;

/// What a page knows about its question.
#[derive(Clone, PartialEq, Debug)]
pub enum Answer<T> {
    /// Not answered yet.
    Loading,
    /// The newest answer.
    Ready(T),
    /// Never answered, and the last attempt failed.
    Failed(WireError),
}

/// A question and its answer as a signal. While it is asked again, and when that fails, the old
/// answer stays, unless what was asked about is there no more.
///
/// The signal holds replies of every type alike, so that signals and effects are compiled once and not for every
/// command; the type is in `Asked` alone.
pub struct Asked<T: 'static> {
    answer: RwSignal<Answer<Reply>>,
    again: RwSignal<u32>,
    of: PhantomData<fn() -> T>,
}

/// A reply of some command.
type Reply = Arc<dyn Any + Send + Sync>;

/// A question that can be asked again and again.
type Asking = Box<dyn Fn() -> Pin<Box<dyn Future<Output = Result<Reply, WireError>>>>>;

impl<T: 'static> Clone for Asked<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: 'static> Copy for Asked<T> {}

impl<T: Clone + 'static> Asked<T> {
    /// The answer; follows it.
    pub fn get(&self) -> Answer<T> {
        self.answer.with(|answer| match answer {
            Answer::Loading => Answer::Loading,
            Answer::Ready(reply) => reply.downcast_ref().cloned().map_or(Answer::Loading, Answer::Ready),
            Answer::Failed(error) => Answer::Failed(error.clone()),
        })
    }

    /// The answer if there is one; follows it.
    pub fn ready(&self) -> Option<T> {
        self.with(|answer| answer.cloned())
    }

    /// Looks at the answer without a copy; follows it.
    pub fn with<R>(&self, look: impl FnOnce(Option<&T>) -> R) -> R {
        self.answer.with(|answer| match answer {
            Answer::Ready(reply) => look(reply.downcast_ref()),
            Answer::Loading | Answer::Failed(_) => look(None),
        })
    }

    /// Looks at the answer without following it.
    pub fn with_untracked<R>(&self, look: impl FnOnce(Option<&T>) -> R) -> R {
        untrack(|| self.with(look))
    }

    /// Asks once more.
    pub fn again(&self) {
        self.again.update(|count| *count = count.wrapping_add(1));
    }

    /// A callback that asks once more, for "Try again".
    pub fn retry(&self) -> Callback<()> {
        let asked = *self;
        Callback::new(move |()| asked.again())
    }
}

/// Asks command `C` now, and again whenever `request` changes or one of `topics` is announced.
///
/// Answers of an earlier request that come late are dropped.
pub fn ask<C>(topics: &'static [Topic], request: impl Fn() -> C::Request + 'static) -> Asked<C::Reply>
where
    C: Command + 'static,
    C::Reply: Clone + Send + Sync + 'static,
{
    follow(
        topics,
        Box::new(move || {
            let reply = call::<C>(request());
            Box::pin(async move { Ok(shared(reply.await?)) })
        }),
    )
}

/// Like [`ask`], for a list of which more is wanted than the core gives at once: `request` makes the question
/// for a window from its first row and its number of rows, `join` puts a later window behind the earlier ones.
pub fn ask_rows<C>(
    topics: &'static [Topic],
    wanted: impl Fn() -> u32 + 'static,
    request: impl Fn(u32, u32) -> C::Request + 'static,
    join: fn(&mut C::Reply, C::Reply),
) -> Asked<C::Reply>
where
    C: Command + 'static,
    C::Request: 'static,
    C::Reply: Clone + Send + Sync + 'static,
{
    let asking = move || -> Pin<Box<dyn Future<Output = Result<Reply, WireError>>>> {
        let wanted = wanted().max(1);
        let offsets = (0..wanted).step_by(WINDOW as usize);
        let windows: Vec<C::Request> =
            offsets.map(|offset| request(offset, WINDOW.min(wanted - offset))).collect();
        Box::pin(async move {
            let mut whole: Option<C::Reply> = None;
            for window in windows {
                let reply = call::<C>(window).await?;
                match &mut whole {
                    Some(whole) => join(whole, reply),
                    None => whole = Some(reply),
                }
            }
            whole.map(shared).ok_or_else(|| WireError::new(Code::Internal, "no window"))
        })
    };
    follow(topics, Box::new(asking))
}

fn shared<T: Send + Sync + 'static>(reply: T) -> Reply {
    Arc::new(reply)
}

fn follow<T>(topics: &'static [Topic], asking: Asking) -> Asked<T> {
    let (answer, again) = follow_any(topics, asking);
    Asked { answer, again, of: PhantomData }
}

fn follow_any(topics: &'static [Topic], asking: Asking) -> (RwSignal<Answer<Reply>>, RwSignal<u32>) {
    let (answer, again) = (RwSignal::new(Answer::Loading), RwSignal::new(0_u32));
    let turn = StoredValue::new(0_u32);
    let announced = use_context::<Topics>();
    Effect::new(move |_| {
        again.track();
        if let Some(announced) = announced {
            for topic in topics {
                announced.track(*topic);
            }
        }
        let reply = asking();
        turn.update_value(|turn| *turn = turn.wrapping_add(1));
        let mine = turn.get_value();
        spawn_local(async move {
            let reply = reply.await;
            // None when the page has gone meanwhile.
            if turn.try_get_value() != Some(mine) {
                return;
            }
            let _ = answer.try_update(|answer| match (reply, &answer) {
                (Ok(value), _) => *answer = Answer::Ready(value),
                // What is there no more is not shown any longer.
                (Err(error), Answer::Ready(_)) if error.code != Code::NotFound => {}
                (Err(error), _) => *answer = Answer::Failed(error),
            });
        });
    });
    (answer, again)
}
