//! The commands between the face and the core, each declared once: name, request, reply.
//!
//! From the lists in [`base`], [`chat`] and [`payments`] come a marker type for each command (the face calls
//! `ipc::call::<NoticesList>(request)`), a trait for each list with one method for each command (the core
//! implements them; a missing method does not compile), and [`dispatch`], which the shell and the
//! browser host put behind their single entry. Requests and replies cross as JSON *text*, so that
//! 64-bit numbers survive JavaScript.

#[macro_use]
mod declare;

mod app;
mod base;
mod chat;
mod community;
mod devices;
mod keys;
mod notices;
mod outbox;
mod payments;
mod repairs;
mod rounds;
#[cfg(feature = "openapi")]
mod shape;
mod typed;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{Code, WireError};

pub use app::*;
pub use base::*;
pub use chat::*;
pub use community::*;
pub use devices::*;
pub use keys::*;
pub use notices::*;
pub use outbox::*;
pub use payments::*;
pub use repairs::*;
pub use rounds::*;
#[cfg(feature = "openapi")]
pub use shape::Shapes;
pub use typed::*;

/// A command: its name and what goes in and out.
pub trait Command {
    /// Name on the wire.
    const NAME: &'static str;
    /// What goes in.
    type Request: Serialize + DeserializeOwned;
    /// What comes out.
    type Reply: Serialize + DeserializeOwned;
}

/// `Send` where there are threads; nothing in the browser.
#[cfg(not(target_arch = "wasm32"))]
pub trait MaybeSend: Send {}
#[cfg(not(target_arch = "wasm32"))]
impl<T: Send> MaybeSend for T {}
/// `Send` where there are threads; nothing in the browser.
#[cfg(target_arch = "wasm32")]
pub trait MaybeSend {}
#[cfg(target_arch = "wasm32")]
impl<T> MaybeSend for T {}

/// Everything that the face can ask; the core answers.
pub trait Commands: BaseCommands + ChatCommands + PaymentsCommands {}
impl<C: BaseCommands + ChatCommands + PaymentsCommands> Commands for C {}

/// The names of all commands, for capability lists and tests.
pub fn names() -> impl Iterator<Item = &'static str> {
    [base::NAMES, chat::NAMES, payments::NAMES].into_iter().flatten().copied()
}

/// What every command takes and gives, for the test that pins it.
#[cfg(feature = "openapi")]
pub fn shapes() -> Shapes {
    let mut shapes = Shapes::default();
    base::shapes(&mut shapes);
    payments::shapes(&mut shapes);
    chat::shapes(&mut shapes);
    shapes
}

/// Reads the request, runs the command, writes the reply.
///
/// # Errors
/// `unknown_command`, `invalid_input` for a request that does not fit, or the command's own.
pub async fn dispatch<C: Commands>(commands: &C, name: &str, request: &str) -> Result<String, WireError> {
    if let Some(answer) = base::dispatch(commands, name, request).await {
        return answer;
    }
    if let Some(answer) = payments::dispatch(commands, name, request).await {
        return answer;
    }
    let answer = chat::dispatch(commands, name, request).await;
    answer.unwrap_or_else(|| Err(WireError::new(Code::UnknownCommand, "no such command")))
}

fn read<T: DeserializeOwned>(request: &str) -> Result<T, WireError> {
    serde_json::from_str(request).map_err(|error| WireError::invalid("request", error.to_string()))
}

fn reply<T: Serialize>(reply: T) -> Result<String, WireError> {
    serde_json::to_string(&reply).map_err(|error| WireError::new(Code::Internal, error.to_string()))
}

/// What changed, for pages to ask again. Announced by the core, at most one of each kind at a time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// [`AppView`]: stage, accounts, settings, connection, counts.
    App,
    /// Notices, read marks, templates.
    Notices,
    /// Repairs, what is kept of them here, and what they are sorted by.
    Repairs,
    /// Rounds, their plans, and what is kept of them here.
    Rounds,
    /// Bills, payments, fees and meters.
    Payments,
    /// Rooms, messages, and what is done to keep them civil.
    Chat,
    /// Community, people, invitations.
    Community,
    /// Devices.
    Devices,
    /// The outbox.
    Outbox,
    /// Something that was given up stands in a field again.
    Typed,
}

impl Topic {
    /// All of them: another community is shown, or too much was missed.
    pub const ALL: [Self; 10] = [
        Self::App,
        Self::Notices,
        Self::Repairs,
        Self::Rounds,
        Self::Payments,
        Self::Chat,
        Self::Community,
        Self::Devices,
        Self::Outbox,
        Self::Typed,
    ];
}

/// A request that says nothing.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Empty {}

/// A reply that says nothing but that it is done, or safely queued.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Done {}

/// A text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Text {
    /// The text.
    pub text: String,
}

/// A text or none.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MaybeText {
    /// The text.
    pub text: Option<String>,
}
