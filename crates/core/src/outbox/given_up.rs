//! What is given up goes back to where it was typed.

use linli_wire::id::OpId;

use super::discard;
use crate::{cache::Cache, error::Result, notices::office, ports::System, repairs, rounds};

/// Gives an operation up; nothing when it is on its way or done.
///
/// # Errors
/// Trouble of the cache.
pub fn give_up(cache: &Cache, system: &dyn System, id: OpId) -> Result<()> {
    cache.write(|tx| {
        let Some(op) = discard(tx, id)? else { return Ok(()) };
        office::take_back(tx, &op)?;
        repairs::given_up(tx, system, &op)?;
        repairs::take_back(tx, &op)?;
        rounds::take_back(tx, &op)?;
        rounds::give_plan_back(tx, system, &op)
    })
}
