//! Who may call what: one row for each route and for each kind of operation.
//!
//! The router is built from [`ROUTES`]; operations go through [`op`]. What has no row here cannot be
//! called, and the tests take the rows to try every one as every kind of caller.

use std::{fmt, future::Future, pin::Pin};

use axum::{response::Response, routing::MethodFilter};
use linli_wire::{Code, attachments::MAX_FILE_BYTES, community::Role, ops::MAX_BATCH_BYTES};

use super::{Call, limits::Limit, routes, uploads};
use crate::{
    Error,
    auth::{self, Caller},
    live,
};

/// Who may call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Who {
    /// Anybody, also without a token.
    Anyone,
    /// Every member of the community.
    Member,
    /// Staff and managers.
    Office,
    /// Managers.
    Manager,
}

impl Who {
    /// Refuses a caller who may not.
    ///
    /// # Errors
    /// `not_allowed`.
    pub fn allow(self, caller: &Caller) -> Result<(), Error> {
        match self {
            Self::Anyone | Self::Member => Ok(()),
            Self::Office if caller.role.is_office() => Ok(()),
            Self::Manager if caller.role == Role::Manager => Ok(()),
            Self::Office | Self::Manager => Err(auth::not_allowed()),
        }
    }
}

/// A method that the API uses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// Reads.
    Get,
    /// Does.
    Post,
    /// Asks for the head of an answer.
    Head,
    /// Stores under an id.
    Put,
    /// Adds to what is stored.
    Patch,
    /// Ends.
    Delete,
}

impl Method {
    /// As on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Head => "HEAD",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    pub(super) const fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Head => MethodFilter::HEAD,
            Self::Put => MethodFilter::PUT,
            Self::Patch => MethodFilter::PATCH,
            Self::Delete => MethodFilter::DELETE,
        }
    }
}

pub(super) type Answer = Pin<Box<dyn Future<Output = Result<Response, Error>> + Send>>;

/// A row of the table.
pub struct Route {
    /// Method.
    pub method: Method,
    /// Path as axum writes it.
    pub path: &'static str,
    /// Who may call.
    pub who: Who,
    /// The bucket it draws from.
    pub limit: Limit,
    /// Most bytes of a body.
    pub body: usize,
    /// Whether the answer is compressed for those who ask.
    pub gzip: bool,
    pub(super) handler: fn(Call) -> Answer,
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {:?}", self.method.as_str(), self.path, self.who)
    }
}

const JSON: usize = 64 * 1024;

macro_rules! routes {
    ($($method:ident $path:literal $who:ident $limit:ident $body:expr, $gzip:literal => $handler:path;)*) => {
        /// Every route of the server.
        pub static ROUTES: &[Route] = &[$(Route {
            method: Method::$method,
            path: $path,
            who: Who::$who,
            limit: Limit::$limit,
            body: $body,
            gzip: $gzip,
            handler: |call| Box::pin($handler(call)),
        },)*];
    };
}

routes! {
    Get "/healthz" Anyone Free 0, false => routes::health;
    Get "/readyz" Anyone Public 0, false => routes::ready;
    Get "/openapi.json" Anyone Public 0, true => routes::openapi;
    Get "/v1/community" Anyone Public 0, false => routes::community;
    Post "/v1/join" Anyone Join JSON, false => routes::join;
    Post "/v1/session/refresh" Anyone Refresh JSON, false => routes::refresh;
    Delete "/v1/session" Member Device 0, false => routes::sign_out;
    Get "/v1/sync" Member Device 0, true => routes::sync;
    Get "/v1/live" Member Live 0, false => live::open;
    Post "/v1/ops" Member Device MAX_BATCH_BYTES, false => routes::ops;
    Put "/v1/attachments/{id}" Member File FILE, false => routes::put_attachment;
    Put "/v1/attachments/{id}/upload" Member File PART, false => uploads::begin;
    Head "/v1/attachments/{id}/upload" Member File 0, false => uploads::arrived;
    Patch "/v1/attachments/{id}/upload" Member File PART, false => uploads::patch;
    Get "/v1/attachments/{id}" Member File 0, false => routes::get_attachment;
    Get "/v1/notices/{id}/readers" Office Device 0, false => routes::readers;
    Get "/v1/repairs" Office Device 0, true => routes::repairs;
    Get "/v1/repairs/{id}/events" Member Device 0, true => routes::repair_events;
    Get "/v1/repairs/figures" Member Device 0, true => routes::repair_figures;
    Get "/v1/repairs/export" Office Device 0, true => routes::repair_export;
    Get "/v1/money" Member Device 0, true => routes::payments::money;
    Get "/v1/bills" Office Device 0, true => routes::payments::bills;
    Get "/v1/arrears" Office Device 0, true => routes::payments::arrears;
    Get "/v1/payments/export" Office Device 0, true => routes::payments::export;
    Post "/v1/bills/{id}/credit" Office Device JSON, false => routes::payments::credit;
    Get "/v1/bill-runs" Office Device 0, true => routes::payments::runs;
    Post "/v1/bill-runs" Office Device JSON, false => routes::payments::publish;
    Post "/v1/bill-runs/preview" Office Device JSON, true => routes::payments::preview;
    Get "/v1/households/{id}/payments" Office Device 0, true => routes::payments::household;
    Get "/v1/households/{id}/statement" Member Device 0, false => routes::payments::statement;
    Post "/v1/households/{id}/relative-code" Member Codes JSON, false => routes::payments::relative_code;
    Post "/v1/relatives" Member Codes JSON, false => routes::payments::begin_relative;
    Post "/v1/relatives/look" Member Codes JSON, false => routes::payments::look_at_relative_code;
    Post "/v1/relatives/{id}/end" Member Device JSON, false => routes::payments::end_relative;
    Post "/v1/households/{id}/automatic" Member Device JSON, false => routes::payments::automatic;
    Get "/v1/payments/{id}/receipt" Member Device 0, false => routes::payments::receipt;
    Post "/v1/payments/{id}/close-trouble" Office Device JSON, false => routes::payments::close_trouble;
    Get "/v1/refunds" Office Device 0, true => routes::payments::refunds;
    Post "/v1/refunds" Office Device JSON, false => routes::payments::ask_refund;
    Post "/v1/refunds/{id}/decide" Office Device JSON, false => routes::payments::decide_refund;
    Get "/v1/spending" Office Device 0, true => routes::payments::spendings;
    Post "/v1/spending/{id}/take-back" Office Device JSON, false => routes::payments::take_spending_back;
    Post "/v1/spending" Office Device JSON, false => routes::payments::spend;
    Post "/v1/bank-statements" Office File FILE, false => routes::bank::statement;
    Get "/v1/bank-movements" Office Device 0, true => routes::bank::movements;
    Post "/v1/bank-movements/{id}/book" Office Device JSON, false => routes::bank::book;
    Post "/v1/bank-movements/{id}/spend" Office Device JSON, false => routes::bank::spend;
    Post "/v1/bank-movements/{id}/settle" Office Device JSON, false => routes::bank::settle;
    Post "/v1/bank-movements/{id}/open-again" Office Device JSON, false => routes::bank::open_own_again;
    Post "/v1/bank-movements/{id}/own" Office Device JSON, false => routes::bank::book_own;
    Post "/v1/bank-movements/{id}/set-aside" Office Device JSON, false => routes::bank::set_aside;
    Post "/v1/payments/counter" Office Device JSON, false => routes::payments::counter;
    Post "/v1/payments/balance" Member Device JSON, false => routes::payments::balance;
    Post "/v1/payments/card" Member Device JSON, false => routes::card::begin;
    Post "/v1/webhooks/stripe" Anyone Webhook EVENT, false => routes::card::stripe;
    Get "/pay/page.css" Anyone Public 0, true => routes::card::style;
    Get "/pay/page.js" Anyone Public 0, true => routes::card::script;
    Get "/pay/{id}" Anyone Public 0, false => routes::card::page;
    Post "/pay/{id}" Anyone Public 0, false => routes::card::state;
    Get "/v1/rooms/{id}/people" Member Device 0, true => routes::chat::people;
    Post "/v1/rooms/{id}/typing" Member Device 0, false => routes::chat::typing;
    Post "/v1/invitations" Office Codes JSON, false => routes::invite;
    Post "/v1/devices/link" Member Codes JSON, false => routes::link_device;
    Post "/v1/devices/{id}/revoke" Member Device JSON, false => routes::revoke_device;
}

#[expect(clippy::cast_possible_truncation, reason = "12 MiB fits")]
const FILE: usize = MAX_FILE_BYTES as usize;
/// What a provider tells at once.
const EVENT: usize = 256 * 1024;
/// Largest part of a file: it is in memory until it is here as a whole.
const PART: usize = 1024 * 1024;

/// Every kind of operation of `POST /v1/ops`.
pub static OPS: &[(&str, Who)] = &[
    ("save_notice", Who::Office),
    ("withdraw_notice", Who::Office),
    ("read_notices", Who::Member),
    ("save_template", Who::Office),
    ("delete_template", Who::Office),
    ("change_profile", Who::Member),
    ("save_photo", Who::Member),
    ("save_preferences", Who::Member),
    ("rename_device", Who::Member),
    ("report_repair", Who::Member),
    ("act_on_repair", Who::Member),
    ("join_repair", Who::Member),
    ("message_on_repair", Who::Member),
    ("rate_repair", Who::Member),
    ("note_on_repair", Who::Office),
    ("save_repair_category", Who::Office),
    ("save_round_plan", Who::Office),
    ("inspect_point", Who::Office),
    ("save_fee", Who::Office),
    ("save_readings", Who::Office),
    ("send_message", Who::Member),
    ("open_room", Who::Member),
    ("edit_message", Who::Member),
    ("delete_message", Who::Member),
    ("react_to_message", Who::Member),
    ("vote_in_poll", Who::Member),
    ("pin_message", Who::Member),
    ("read_room", Who::Member),
    ("tell_of_room", Who::Member),
    ("save_room", Who::Member),
    ("enter_room", Who::Member),
    ("leave_room", Who::Member),
    ("invite_to_room", Who::Member),
    ("remove_from_room", Who::Member),
    ("agree_to_rules", Who::Member),
    ("block_person", Who::Member),
    ("report_message", Who::Member),
    ("moderate", Who::Member),
    ("appeal", Who::Member),
    ("answer_appeal", Who::Member),
    ("name_moderator", Who::Manager),
];

/// Who may do operations of this kind.
///
/// # Errors
/// `unknown_command` for a kind without a row.
pub fn op(kind: &str) -> Result<Who, Error> {
    let row = OPS.iter().find(|(name, _)| *name == kind);
    row.map(|(_, who)| *who).ok_or_else(|| Error::refused(Code::UnknownCommand, "no such operation"))
}
