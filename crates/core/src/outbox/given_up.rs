//! What is given up goes back to where it was typed.

use linli_wire::{Code, id::OpId};
use rusqlite::Transaction;

use super::{discard, open};
use crate::{
    cache::Cache,
    chat, community,
    error::{Error, Result},
    notices::office,
    payments,
    ports::System,
    repairs, rounds,
};

/// Gives an operation up; nothing when it is done.
///
/// # Errors
/// [`Code::OnItsWay`] while it is being sent: nobody could say whether it got there. Trouble of the cache.
pub fn give_up(cache: &Cache, system: &dyn System, id: OpId) -> Result<()> {
    cache.write(|tx| {
        let left = open::left(tx, id)?;
        let Some(op) = discard(tx, id)? else { return still_going(tx, id) };
        office::take_back(tx, &op)?;
        repairs::given_up(tx, system, &op)?;
        repairs::take_back(tx, &op)?;
        rounds::take_back(tx, &op)?;
        community::give_photo_up(tx, &op)?;
        payments::give_fee_back(tx, system, &op)?;
        rounds::give_plan_back(tx, system, &op)?;
        chat::give_back(tx, system, &op, left.as_ref())
    })
}

fn still_going(tx: &Transaction<'_>, id: OpId) -> Result<()> {
    let going = "SELECT EXISTS (SELECT 1 FROM outbox WHERE id = ?1 AND state = 'sending')";
    if tx.query_row(going, [id.0], |row| row.get(0))? {
        return Err(Error::new(Code::OnItsWay, "being sent"));
    }
    Ok(())
}
