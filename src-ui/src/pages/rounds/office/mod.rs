//! Plans of rounds: their list, one with its labels and what was found, and the editor.

mod checks;
mod editor;
mod labels;
mod plan;
mod plans;

pub use editor::Editor;
pub use labels::Labels;
pub use plan::Plan;
pub use plans::List;

use linli_wire::id::RoundPlanId;

use crate::components::page_header::Back;

/// Where the way back from something of a plan leads.
fn to_plan(id: RoundPlanId, name: &str) -> Back {
    (format!("/office/rounds/{id}"), name.to_owned())
}
