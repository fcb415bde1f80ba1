//! The community's bank, for the office: statements go to the server as they are, and it is asked what they told.
//!
//! Nothing of it is kept or queued here. A statement that is sent again brings nothing, and a movement is decided once,
//! so after a lost answer the same is simply asked again.

use linli_wire::{
    attachments::NewFile,
    command::{DecideMovement, MovementDecision},
    payments::{BankImport, BankMovement, BankMovementsQuery},
};

use crate::{
    account::{Account, authorised},
    attachments,
    error::Result,
};

/// Takes a statement in, or of it only what no file of the other format told of before.
///
/// # Errors
/// `too_large`, `invalid_input` for what is no file; the server's.
pub(crate) async fn add_statement(account: &Account, file: &NewFile, only_new: bool) -> Result<BankImport> {
    let bytes = bytes::Bytes::from(attachments::bytes_of(file)?);
    let path = if only_new { "/v1/bank-statements?only_new=true" } else { "/v1/bank-statements" };
    authorised!(account, |api| api.post_file(path, bytes.clone()))
}

/// Where movements are asked for.
pub fn movements_path(query: &BankMovementsQuery) -> String {
    let BankMovementsQuery { state, offset, limit } = query;
    format!("/v1/bank-movements?state={}&offset={offset}&limit={limit}", state.as_str())
}

/// Decides about a movement.
///
/// # Errors
/// The server's; `conflict` when somebody decided otherwise.
pub(crate) async fn decide(account: &Account, asked: DecideMovement) -> Result<BankMovement> {
    let path = |deed: &str| format!("/v1/bank-movements/{}/{deed}", asked.id);
    match &asked.decision {
        MovementDecision::Payment(payment) => authorised!(account, |api| api.post(&path("book"), payment)),
        MovementDecision::Spending(spending) => {
            authorised!(account, |api| api.post(&path("spend"), spending))
        }
        MovementDecision::Own(own) => authorised!(account, |api| api.post(&path("own"), own)),
        MovementDecision::Settle(settle) => authorised!(account, |api| api.post(&path("settle"), settle)),
        MovementDecision::OpenAgain(why) => authorised!(account, |api| api.post(&path("open-again"), why)),
        MovementDecision::SetAside(aside) => authorised!(account, |api| api.post(&path("set-aside"), aside)),
    }
}
