//! Linli's community server.

pub mod app;
pub mod attachments;
pub mod auth;
pub mod backup;
pub mod check;
pub mod cli;
pub mod clock;
pub mod community;
pub mod config;
pub mod db;
pub mod devices;
mod error;
pub mod generate;
pub mod http;
pub mod import;
pub mod input;
pub mod instance;
mod jobs;
pub mod join;
pub mod letter;
mod live;
pub mod log;
mod metrics;
pub mod notices;
pub mod openapi;
pub mod ops;
mod private;
pub mod repairs;
pub mod rounds;
mod scratch;
pub mod session;
pub mod settings;
pub mod shown;
pub mod sync;

pub use app::{App, Settings};
pub use error::Error;
