//! The API's description, made from the policy table and the types of `linli-wire`, so that neither a
//! route nor a field can be forgotten in it.

use linli_wire::{
    WireError, attachments::Attachment, chat, community::ServerInfo, devices, join, notices, ops, payments,
    repairs, rounds, session, settings, sync,
};
use utoipa::{
    OpenApi, ToSchema,
    openapi::{
        Components, ContentBuilder, InfoBuilder, OpenApi as Document, OpenApiBuilder, PathsBuilder, Ref,
        Required,
        path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, PathItem},
        request_body::RequestBodyBuilder,
        response::ResponseBuilder,
        schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type},
        security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
    },
};

use crate::http::policy::{Method, ROUTES, Route, Who};

/// Everything that crosses the wire; what these types hold comes with them.
#[derive(OpenApi)]
#[openapi(components(schemas(
    WireError,
    ServerInfo,
    Attachment,
    join::JoinRequest,
    join::JoinReply,
    join::InviteRequest,
    join::Invitation,
    join::InvitationStatus,
    session::RefreshRequest,
    session::Tokens,
    devices::Device,
    devices::DeviceLink,
    sync::SyncPage,
    ops::OpsRequest,
    ops::OpsReply,
    notices::Notice,
    notices::NoticeTemplate,
    notices::NoticeReaders,
    repairs::Repair,
    repairs::RepairNotes,
    repairs::RepairCard,
    repairs::RepairCategory,
    repairs::CommonArea,
    repairs::RepairList,
    repairs::RepairFigures,
    repairs::RepairEvents,
    rounds::RoundPlan,
    rounds::Round,
    chat::Room,
    chat::RoomCard,
    chat::RoomSeat,
    chat::RoomMark,
    chat::Message,
    chat::Reaction,
    chat::PollVote,
    chat::Neighbour,
    chat::Block,
    chat::ReportedMessage,
    chat::Moderation,
    chat::Moderator,
    chat::RoomPeople,
    payments::Fee,
    payments::Meter,
    payments::Bill,
    payments::Payment,
    payments::HouseholdAccount,
    payments::PaymentWays,
    payments::MoneyByMonth,
    payments::OfficeBillsPage,
    payments::ArrearsPage,
    payments::CreditBill,
    payments::BillRuns,
    payments::PublishBills,
    payments::PreviewBills,
    payments::BillRunPreview,
    payments::PreviewLeftOut,
    payments::HouseholdPayments,
    payments::CounterPayment,
    payments::BalancePayment,
    payments::AutomaticPayment,
    payments::MoneyBack,
    payments::Relative,
    payments::RelativeCode,
    payments::LookAtRelativeCode,
    payments::RelativeOffer,
    payments::BeginRelative,
    payments::CardPayment,
    payments::CardPaymentBegun,
    payments::Spend,
    payments::Spendings,
    payments::TakeSpendingBack,
    payments::BankImport,
    payments::BankMovementsPage,
    payments::BookMovement,
    payments::SpendMovement,
    payments::BankCounted,
    payments::SettleMovement,
    payments::BankOwn,
    payments::OwnPlace,
    payments::BookOwnMovement,
    payments::MovementFee,
    payments::OpenMovementAgain,
    payments::SetMovementAside,
    payments::AskRefund,
    payments::DecideRefund,
    payments::Refund,
    payments::Refunds,
    payments::CardTrouble,
    payments::CardTroubleKind,
    payments::CloseCardTrouble,
    settings::Preferences,
    linli_wire::community::Community,
    linli_wire::community::Building,
    linli_wire::community::Unit,
    linli_wire::community::Household,
    linli_wire::community::Person,
)))]
struct Types;

/// What a route takes and gives.
struct About {
    summary: &'static str,
    takes: Content,
    gives: Content,
}

enum Content {
    Nothing,
    Json(String),
    Bytes,
    Events(String),
    Any,
}

fn of<T: ToSchema>() -> Content {
    Content::Json(T::name().into_owned())
}

fn about(route: &Route) -> Option<About> {
    use Content::{Any, Bytes, Events, Nothing};
    let (summary, takes, gives) = match (route.method, route.path) {
        (Method::Get, "/healthz") => ("Whether the process lives", Nothing, Any),
        (Method::Get, "/readyz") => ("Whether the database answers", Nothing, Any),
        (Method::Get, "/openapi.json") => ("This document", Nothing, Any),
        (Method::Get, "/v1/community") => ("What anybody may know", Nothing, of::<ServerInfo>()),
        (Method::Post, "/v1/join") => {
            ("Join with a code", of::<join::JoinRequest>(), of::<join::JoinReply>())
        }
        (Method::Post, "/v1/session/refresh") => {
            ("The next tokens", of::<session::RefreshRequest>(), of::<session::Tokens>())
        }
        (Method::Delete, "/v1/session") => ("Sign this device out", Nothing, Nothing),
        (Method::Get, "/v1/sync") => ("The log behind a cursor", Nothing, of::<sync::SyncPage>()),
        (Method::Get, "/v1/live") => {
            let page = Events(sync::SyncPage::name().into_owned());
            ("The log as it grows; Last-Event-ID is the cursor", Nothing, page)
        }
        (Method::Post, "/v1/ops") => ("A batch of writes", of::<ops::OpsRequest>(), of::<ops::OpsReply>()),
        (Method::Put, "/v1/attachments/{id}") => {
            ("Send a file; its name is in the header Linli-Name", Bytes, of::<Attachment>())
        }
        (Method::Put, "/v1/attachments/{id}/upload") => {
            ("Send the first part of a file; its name is in the header Linli-Name", Bytes, of::<Attachment>())
        }
        (Method::Head, "/v1/attachments/{id}/upload") => {
            ("How much of an upload in parts is here: Upload-Offset", Nothing, Nothing)
        }
        (Method::Patch, "/v1/attachments/{id}/upload") => (
            "Send the next part of a file; the answer to the last is that of the whole",
            Bytes,
            of::<Attachment>(),
        ),
        (Method::Get, "/v1/attachments/{id}") => ("A file's bytes", Nothing, Bytes),
        (Method::Get, "/v1/notices/{id}/readers") => {
            ("Who has read a notice, by building", Nothing, of::<notices::NoticeReaders>())
        }
        (Method::Get, "/v1/repairs") => {
            ("A page of all repairs, newest first", Nothing, of::<repairs::RepairList>())
        }
        (Method::Get, "/v1/repairs/{id}/events") => {
            ("What happened to a repair, in pages backwards", Nothing, of::<repairs::RepairEvents>())
        }
        (Method::Get, "/v1/repairs/figures") => {
            ("How repairs go, by month and category", Nothing, of::<repairs::RepairFigures>())
        }
        (Method::Get, "/v1/repairs/export") => ("Repairs as CSV, oldest first", Nothing, Bytes),
        (Method::Get, "/v1/money") => {
            ("What the community earned and spent, by month", Nothing, of::<payments::MoneyByMonth>())
        }
        (Method::Get, "/v1/bills") => {
            ("Bills of all households, the longest overdue first", Nothing, of::<payments::OfficeBillsPage>())
        }
        (Method::Get, "/v1/payments/export") => {
            ("Bills, payments or the journal of months, as CSV or plain text", Nothing, Bytes)
        }
        (Method::Get, "/v1/arrears") => {
            ("Households with something overdue", Nothing, of::<payments::ArrearsPage>())
        }
        (Method::Post, "/v1/bills/{id}/credit") => {
            ("Take a part of a bill back", of::<payments::CreditBill>(), Nothing)
        }
        (Method::Get, "/v1/bill-runs") => ("Bill runs, newest first", Nothing, of::<payments::BillRuns>()),
        (Method::Post, "/v1/bill-runs") => {
            ("Publish a bill run", of::<payments::PublishBills>(), of::<payments::BillRun>())
        }
        (Method::Post, "/v1/bill-runs/preview") => {
            ("What a bill run would make", of::<payments::PreviewBills>(), of::<payments::BillRunPreview>())
        }
        (Method::Get, "/v1/households/{id}/payments") => {
            ("A household's bills and payments", Nothing, of::<payments::HouseholdPayments>())
        }
        (Method::Post, "/v1/households/{id}/relative-code") => (
            "A code with which somebody of another household may pay for the caller's",
            Nothing,
            of::<payments::RelativeCode>(),
        ),
        (Method::Post, "/v1/relatives/look") => (
            "Whose household a code is of",
            of::<payments::LookAtRelativeCode>(),
            of::<payments::RelativeOffer>(),
        ),
        (Method::Post, "/v1/relatives") => (
            "Pay for the household of a code from now on; the same again is answered the same",
            of::<payments::BeginRelative>(),
            of::<payments::Relative>(),
        ),
        (Method::Post, "/v1/relatives/{id}/end") => (
            "Pay for a household no longer, or let somebody pay no longer",
            Nothing,
            of::<payments::Relative>(),
        ),
        (Method::Post, "/v1/households/{id}/automatic") => (
            "Let bills be paid by themselves from what is kept",
            of::<payments::AutomaticPayment>(),
            of::<payments::HouseholdAccount>(),
        ),
        (Method::Get, "/v1/households/{id}/statement") => {
            ("A household's statement of a year, as PDF", Nothing, Bytes)
        }
        (Method::Get, "/v1/payments/{id}/receipt") => ("The receipt of a payment, as PDF", Nothing, Bytes),
        (Method::Post, "/v1/payments/{id}/close-trouble") => (
            "Say that a payment by card that does not fit is dealt with at its provider; the same again is the same",
            of::<payments::CloseCardTrouble>(),
            Nothing,
        ),
        (Method::Get, "/v1/refunds") => {
            ("Refunds that wait, and the last ones", Nothing, of::<payments::Refunds>())
        }
        (Method::Post, "/v1/refunds") => {
            ("Ask for a refund", of::<payments::AskRefund>(), of::<payments::Refund>())
        }
        (Method::Post, "/v1/refunds/{id}/decide") => (
            "Decide about a refund that somebody else asked for",
            of::<payments::DecideRefund>(),
            of::<payments::Refund>(),
        ),
        (Method::Get, "/v1/spending") => {
            ("What was spent, the newest day first", Nothing, of::<payments::Spendings>())
        }
        (Method::Post, "/v1/spending/{id}/take-back") => (
            "Take spending back, by an entry that says the opposite; the same again is the same",
            of::<payments::TakeSpendingBack>(),
            Nothing,
        ),
        (Method::Post, "/v1/spending") => ("Note what was spent", of::<payments::Spend>(), Nothing),
        (Method::Post, "/v1/bank-statements") => {
            ("Take in a bank statement, camt.053 or CSV", Bytes, of::<payments::BankImport>())
        }
        (Method::Get, "/v1/bank-movements") => {
            ("What the bank told, with proposals", Nothing, of::<payments::BankMovementsPage>())
        }
        (Method::Post, "/v1/bank-movements/{id}/book") => {
            ("Book what came in as a payment", of::<payments::BookMovement>(), of::<payments::BankMovement>())
        }
        (Method::Post, "/v1/bank-movements/{id}/spend") => (
            "Book what went out as spending",
            of::<payments::SpendMovement>(),
            of::<payments::BankMovement>(),
        ),
        (Method::Post, "/v1/bank-movements/{id}/settle") => (
            "Say that a movement is what the books hold already",
            of::<payments::SettleMovement>(),
            of::<payments::BankMovement>(),
        ),
        (Method::Post, "/v1/bank-movements/{id}/own") => (
            "Book a movement as money that was only moved",
            of::<payments::BookOwnMovement>(),
            of::<payments::BankMovement>(),
        ),
        (Method::Post, "/v1/bank-movements/{id}/open-again") => (
            "Open a movement again that was booked so",
            of::<payments::OpenMovementAgain>(),
            of::<payments::BankMovement>(),
        ),
        (Method::Post, "/v1/bank-movements/{id}/set-aside") => (
            "Set a movement aside, for a reason",
            of::<payments::SetMovementAside>(),
            of::<payments::BankMovement>(),
        ),
        (Method::Post, "/v1/payments/counter") => {
            ("Take money at the counter", of::<payments::CounterPayment>(), of::<payments::Payment>())
        }
        (Method::Post, "/v1/payments/balance") => (
            "Pay bills from what is kept for the household",
            of::<payments::BalancePayment>(),
            of::<payments::Payment>(),
        ),
        (Method::Post, "/v1/payments/card") => (
            "Pay bills by card, on the page that the link leads to",
            of::<payments::CardPayment>(),
            of::<payments::CardPaymentBegun>(),
        ),
        (Method::Post, "/v1/webhooks/stripe") => ("What Stripe tells by itself", Any, Nothing),
        (Method::Get, "/pay/page.css") => ("The style of the pay page", Nothing, Bytes),
        (Method::Get, "/pay/page.js") => ("The script of the pay page", Nothing, Bytes),
        (Method::Get, "/pay/{id}") => ("The pay page of a payment by card", Nothing, Bytes),
        (Method::Post, "/pay/{id}") => ("How the payment of a pay page stands", Nothing, Any),
        (Method::Get, "/v1/rooms/{id}/people") => ("Who is in a room", Nothing, of::<chat::RoomPeople>()),
        (Method::Post, "/v1/rooms/{id}/typing") => {
            ("Tell a room that one is typing; live streams get an event typing", Nothing, Nothing)
        }
        (Method::Post, "/v1/invitations") => {
            ("Invite a person", of::<join::InviteRequest>(), of::<join::Invitation>())
        }
        (Method::Post, "/v1/devices/link") => {
            ("A code for one more device", Nothing, of::<devices::DeviceLink>())
        }
        (Method::Post, "/v1/devices/{id}/revoke") => ("Remove a device", Nothing, Nothing),
        _ => return None,
    };
    Some(About { summary, takes, gives })
}

/// The document as JSON.
pub fn document() -> String {
    build().to_pretty_json().unwrap_or_default()
}

fn build() -> Document {
    let mut paths = PathsBuilder::new();
    for route in ROUTES {
        let method = match route.method {
            Method::Get => HttpMethod::Get,
            Method::Post => HttpMethod::Post,
            Method::Head => HttpMethod::Head,
            Method::Put => HttpMethod::Put,
            Method::Patch => HttpMethod::Patch,
            Method::Delete => HttpMethod::Delete,
        };
        if let Some(about) = about(route) {
            paths = paths.path(route.path, PathItem::new(method, operation(route, about)));
        }
    }
    let mut components = Types::openapi().components.unwrap_or_else(Components::new);
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    components.add_security_scheme("access", SecurityScheme::Http(bearer));
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Linli community server")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(
                    "Ids are UUIDs made by the client, times UTC milliseconds. Errors are RFC 9457 problems \
                     with a `code`.",
                )),
        )
        .paths(paths)
        .components(Some(components))
        .build()
}

fn operation(route: &Route, about: About) -> OperationBuilder {
    let mut operation = OperationBuilder::new().summary(Some(about.summary));
    if route.who != Who::Anyone {
        operation = operation.security(SecurityRequirement::new("access", Vec::<String>::new()));
    }
    if route.who == Who::Office {
        operation = operation.description(Some("Staff and managers only."));
    }
    if route.path.contains("{id}") {
        operation = operation.parameter(parameter("id", ParameterIn::Path, Required::True));
    }
    let asks: &[&str] = match route.path {
        "/v1/sync" => &["cursor"],
        "/v1/repairs" => {
            &["state", "urgency", "building", "category", "assignee", "open", "overdue", "after"]
        }
        "/v1/repairs/{id}/events" => &["before"],
        "/v1/bank-movements" => &["state", "offset", "limit"],
        "/v1/households/{id}/statement" => &["year", "language"],
        "/v1/payments/{id}/receipt" => &["language"],
        "/v1/bills" => &["state", "month", "words", "offset", "limit"],
        "/v1/payments/export" => &["sheet", "from", "until"],
        "/v1/arrears" => &["by", "offset", "limit"],
        "/v1/repairs/figures" => &["from", "until"],
        "/v1/repairs/export" => &["from", "until", "state", "category"],
        _ => &[],
    };
    for name in asks {
        operation = operation.parameter(parameter(name, ParameterIn::Query, Required::False));
    }
    let headers: &[&str] = match (route.method, route.path) {
        (_, "/v1/live") => &["Last-Event-ID"],
        (Method::Put, "/v1/attachments/{id}/upload") => &["Upload-Complete", "Upload-Length", "Repr-Digest"],
        (Method::Patch, _) => &["Upload-Offset", "Upload-Complete"],
        _ => &[],
    };
    for name in headers {
        operation = operation.parameter(parameter(name, ParameterIn::Header, Required::False));
    }
    if let Some((kind, content)) = content(&about.takes) {
        let body = RequestBodyBuilder::new().required(Some(Required::True)).content(kind, content);
        operation = operation.request_body(Some(body.build()));
    }
    let (status, mut answer) = match about.gives {
        Content::Nothing => ("204", ResponseBuilder::new().description("Done")),
        _ => ("200", ResponseBuilder::new().description("Done")),
    };
    if let Some((kind, content)) = content(&about.gives) {
        answer = answer.content(kind, content);
    }
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("WireError"))).build();
    let problem =
        ResponseBuilder::new().description("A problem").content("application/problem+json", problem);
    operation.response(status, answer).response("default", problem)
}

fn parameter(name: &str, place: ParameterIn, required: Required) -> ParameterBuilder {
    let text = ObjectBuilder::new().schema_type(Type::String);
    let text = if name == "id" { text.format(Some(SchemaFormat::Custom("uuid".to_owned()))) } else { text };
    ParameterBuilder::new().name(name).parameter_in(place).required(required).schema(Some(text))
}

fn content(what: &Content) -> Option<(&'static str, utoipa::openapi::Content)> {
    let named = |name: &str| ContentBuilder::new().schema(Some(Ref::from_schema_name(name))).build();
    Some(match what {
        Content::Nothing => return None,
        Content::Json(name) => ("application/json", named(name)),
        Content::Events(name) => ("text/event-stream", named(name)),
        Content::Any => ("application/json", ContentBuilder::new().build()),
        Content::Bytes => {
            let bytes = ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
            ("application/octet-stream", ContentBuilder::new().schema(Some(bytes)).build())
        }
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_route_is_described() {
        for route in super::ROUTES {
            assert!(super::about(route).is_some(), "{route:?}");
        }
    }
}
