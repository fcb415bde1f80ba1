//! Files for the bookkeeper: asked of the server, and saved where the person looks for what they downloaded.

use bytes::Bytes;
use linli_wire::payments::PaymentsExport;

use crate::{
    account::{Account, authorised},
    error::Result,
};

/// A file, and the name to save it under.
///
/// # Errors
/// The server's, `server_unreachable`, `too_large`.
pub(crate) async fn exported(account: &Account, wanted: PaymentsExport) -> Result<(String, Bytes)> {
    let PaymentsExport { sheet, from, until } = wanted;
    let path = format!("/v1/payments/export?sheet={}&from={from}&until={until}", sheet.as_str());
    let name = format!("{}-{from}-{until}.{}", sheet.as_str(), sheet.ending());
    Ok((name, authorised!(account, |api| api.get_sheet(&path))?))
}
