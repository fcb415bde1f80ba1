//! Ids that follow from what a thing is, so that two who make it at once make the same.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// `UUIDv8` (RFC 9562, §5.8) of a hash. What it is of begins with a text that nothing else begins with, and its parts
/// cannot run together.
pub(crate) fn id(hash: Sha256) -> Uuid {
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash.finalize().iter()).for_each(|(to, from)| *to = *from);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
