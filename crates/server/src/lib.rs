//! Linli's community server.

pub mod clock;
pub mod db;
mod error;
pub mod log;

pub use error::Error;
