//! Linli's community server.

pub mod attachments;
pub mod auth;
pub mod clock;
pub mod community;
pub mod config;
pub mod db;
pub mod devices;
mod error;
pub mod import;
pub mod input;
pub mod instance;
pub mod join;
pub mod log;
pub mod session;
pub mod settings;

pub use error::Error;
