//! The commands between the face and the core, each declared once: name, request, reply.
//!
//! From the one list below come a marker type for each command (the face calls
//! `ipc::call::<NoticesList>(request)`), the trait [`Commands`] with one method for each (the core
//! implements it; a missing method does not compile), and [`dispatch`], which the shell and the
//! browser host put behind their single entry. Requests and replies cross as JSON *text*, so that
//! 64-bit numbers survive JavaScript.

mod app;
mod chat;
mod community;
mod devices;
mod keys;
mod notices;
mod outbox;
mod payments;
mod repairs;
mod rounds;
#[cfg(feature = "openapi")]
mod shape;
mod typed;

use std::future::Future;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    Code, WireError,
    attachments::{Attachment, FileBytes, NewFile},
    chat::{
        AgreeToRules, AnswerAppeal, AppealTo, AskInRoom, BlockPerson, CivilView, DecideCase, EditMessage,
        MessageHits, MessageSearch, MessagesPage, MessagesQuery, NameModerator, NeighboursView, PersonInRoom,
        PinMessage, ReactToMessage, ReportMessage, RoomPeople, RoomView, RoomsView, SaveRoom, SayInRoom,
        SeenRoom, TellOfRoom, VoteInPoll,
    },
    community::ProfileChange,
    join::{JoinWith, Letter},
    notices::{
        Audience, AudienceCount, KeepDraft, NoticeGet, NoticeReaders, NoticeView, NoticesPage, NoticesQuery,
        OfficeNotice, OfficeNoticesPage, OfficeNoticesQuery, SaveNotice,
    },
    outbox::{KeptPage, OutboxPage},
    payments::{
        ArrearsPage, ArrearsQuery, BankImport, BankMovement, BankMovementsPage, BankMovementsQuery, BillRun,
        BillRunPreview, BillRuns, BillView, FeesView, HouseholdPayments, MetersQuery, MetersView,
        MoneyByMonth, OfficeBillsPage, OfficeBillsQuery, Payment, PaymentsExport, PaymentsView, PreviewBills,
        Refund, Refunds, Relative, RelativeCode, RelativeOffer, Spendings,
    },
    repairs::{
        RepairBoard, RepairCards, RepairChoices, RepairDraft, RepairEvents, RepairFigures, RepairQueuePage,
        RepairQueueQuery, RepairView, RepairsPage, RepairsQuery,
    },
    rounds::{FindPoint, PointKey, RoundLabels, RoundPlans, RoundPoint, RoundView, RoundsPage, RoundsQuery},
    settings::{Preferences, Settings},
    typed::{Typed, TypedPlace},
};

pub use app::*;
pub use chat::*;
pub use community::*;
pub use devices::*;
pub use keys::*;
pub use notices::*;
pub use outbox::*;
pub use payments::*;
pub use repairs::*;
pub use rounds::*;
#[cfg(feature = "openapi")]
pub use shape::Shapes;
pub use typed::*;

/// A command: its name and what goes in and out.
pub trait Command {
    /// Name on the wire.
    const NAME: &'static str;
    /// What goes in.
    type Request: Serialize + DeserializeOwned;
    /// What comes out.
    type Reply: Serialize + DeserializeOwned;
}

/// `Send` where there are threads; nothing in the browser.
#[cfg(not(target_arch = "wasm32"))]
pub trait MaybeSend: Send {}
#[cfg(not(target_arch = "wasm32"))]
impl<T: Send> MaybeSend for T {}
/// `Send` where there are threads; nothing in the browser.
#[cfg(target_arch = "wasm32")]
pub trait MaybeSend {}
#[cfg(target_arch = "wasm32")]
impl<T> MaybeSend for T {}

macro_rules! commands {
    ($($(#[$doc:meta])* $marker:ident $method:ident $name:literal ($request:ty) -> $reply:ty;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $marker;

            impl Command for $marker {
                const NAME: &'static str = $name;
                type Request = $request;
                type Reply = $reply;
            }
        )*

        /// Everything that the face can ask; the core answers.
        pub trait Commands {
            $($(#[$doc])* fn $method(&self, request: $request) -> impl Future<Output = Result<$reply, WireError>> + MaybeSend;)*
        }

        /// The names of all commands, for capability lists and tests.
        pub const NAMES: &[&str] = &[$($name,)*];

        /// What every command takes and gives, for the test that pins it.
        #[cfg(feature = "openapi")]
        pub fn shapes() -> Shapes {
            let mut shapes = Shapes::default();
            $(shapes.add::<$marker>();)*
            shapes
        }

        /// Reads the request, runs the command, writes the reply.
        ///
        /// # Errors
        /// `unknown_command`, `invalid_input` for a request that does not fit, or the command's own.
        pub async fn dispatch<C: Commands>(commands: &C, name: &str, request: &str) -> Result<String, WireError> {
            match name {
                $($name => reply(commands.$method(read(request)?).await?),)*
                _ => Err(WireError::new(Code::UnknownCommand, "no such command")),
            }
        }
    };
}

fn read<T: DeserializeOwned>(request: &str) -> Result<T, WireError> {
    serde_json::from_str(request).map_err(|error| WireError::invalid("request", error.to_string()))
}

fn reply<T: Serialize>(reply: T) -> Result<String, WireError> {
    serde_json::to_string(&reply).map_err(|error| WireError::new(Code::Internal, error.to_string()))
}

commands! {
    /// The whole frame around the pages: ask at start and whenever [`Topic::App`] is announced.
    AppGet app_get "app.get" (Empty) -> AppView;
    /// Text without personal data, to send to whoever helps.
    Diagnostics diagnostics "app.diagnostics" (Empty) -> Text;
    /// Open a link, a telephone number or a mail address outside of the app.
    OpenUrl open_url "app.open_url" (Text) -> Done;

    /// Open the cache with the key store (again), or with a passphrase.
    Unlock unlock "keys.unlock" (UnlockWith) -> Done;
    /// First start without a key store: how this device keeps what it receives.
    ChooseKeeping choose_keeping "keys.choose" (Keeping) -> Done;
    /// Set or remove the passphrase that opens the cache beside the key store.
    SetPassphrase set_passphrase "keys.set_passphrase" (MaybeText) -> Done;
    /// The cache can no longer be opened: put it aside for 30 days and start anew.
    SetAside set_aside "keys.set_aside" (Empty) -> Done;

    /// Join a community.
    Join join "join.join" (JoinWith) -> Me;
    /// Find the link of a letter or of another device in a picture of its QR. Nothing is sent.
    LetterScan letter_scan "join.scan" (NewFile) -> Text;
    /// Switch to another community of this device.
    SwitchAccount switch_account "join.switch" (AccountKey) -> Done;
    /// Leave a community on this device: signs out and deletes what it kept.
    LeaveAccount leave_account "join.leave" (AccountKey) -> Done;

    /// Change the settings of this device.
    SaveSettings save_settings "settings.save" (Settings) -> Done;
    /// Preferences that follow the person.
    PreferencesGet preferences_get "settings.preferences" (Empty) -> Preferences;
    /// Change the preferences.
    PreferencesSave preferences_save "settings.save_preferences" (Preferences) -> Done;
    /// Change what the person may change about themselves.
    ChangeProfile change_profile "community.change_profile" (ProfileChange) -> Done;

    /// Home: what needs the person now.
    HomeGet home_get "home.get" (Empty) -> HomeView;

    /// A window of the list of notices.
    NoticesList notices_list "notices.list" (NoticesQuery) -> NoticesPage;
    /// A notice opened.
    NoticeOpen notice_open "notices.get" (NoticeGet) -> NoticeView;
    /// Mark notices as read.
    NoticesRead notices_read "notices.read" (NoticeKeys) -> Done;

    /// A file's bytes: from the cache, else from the server.
    AttachmentRead attachment_read "attachments.read" (AttachmentKey) -> FileBytes;
    /// Save a file outside of the app and open it there.
    AttachmentOpen attachment_open "attachments.open" (AttachmentKey) -> Done;
    /// Take a file in for a notice or a repair: checked, scaled and cleaned here, sent with it.
    AttachmentAdd attachment_add "attachments.add" (NewFile) -> Attachment;

    /// The office's list of notices.
    OfficeNoticesList office_notices_list "notices.office_list" (OfficeNoticesQuery) -> OfficeNoticesPage;
    /// A notice opened for editing.
    OfficeNoticeOpen office_notice_open "notices.office_get" (NoticeKey) -> OfficeNotice;
    /// A new notice, empty or from a template, kept on this device.
    NoticeNew notice_new "notices.new" (NewNotice) -> OfficeNotice;
    /// Keep what stands in the editor.
    NoticeKeep notice_keep "notices.keep" (KeepDraft) -> Done;
    /// Forget the local copy: back to the server's.
    NoticeForget notice_forget "notices.forget" (NoticeKey) -> Done;
    /// Save through the outbox.
    NoticeSave notice_save "notices.save" (SaveNotice) -> Done;
    /// Take back, or delete a draft.
    NoticeWithdraw notice_withdraw "notices.withdraw" (NoticeKey) -> Done;
    /// Markdown as it will look.
    NoticePreview notice_preview "notices.preview" (Text) -> Blocks;
    /// How many people and homes an audience reaches. The office only.
    AudienceCountGet audience_count_get "notices.audience_count" (Audience) -> AudienceCount;
    /// Who has read it, by building. Needs the network.
    NoticeReadersGet notice_readers_get "notices.readers" (NoticeKey) -> NoticeReaders;
    /// Templates of the office.
    TemplatesList templates_list "notices.templates" (Empty) -> Templates;
    /// Save a template.
    TemplateSave template_save "notices.save_template" (SaveTemplate) -> Done;
    /// Delete a template.
    TemplateDelete template_delete "notices.delete_template" (TemplateKey) -> Done;

    /// What a report can be made of: categories, homes, buildings, common areas.
    RepairChoicesGet repair_choices_get "repairs.choices" (Empty) -> RepairChoices;
    /// A new report, empty, kept on this device.
    RepairNew repair_new "repairs.new" (Empty) -> RepairDraft;
    /// Keep what stands in the form.
    RepairKeep repair_keep "repairs.keep" (RepairDraft) -> Done;
    /// Reports that are not sent yet.
    RepairDraftsList repair_drafts_list "repairs.drafts" (Empty) -> RepairDrafts;
    /// Forget a report that is not sent yet.
    RepairForget repair_forget "repairs.forget" (RepairKey) -> Done;
    /// Open reports of the same place and category.
    RepairsLike repairs_like "repairs.like" (RepairLike) -> RepairCards;
    /// Report through the outbox.
    RepairReportNow repair_report_now "repairs.report" (RepairDraft) -> Done;
    /// A window of the person's repairs.
    RepairsList repairs_list "repairs.list" (RepairsQuery) -> RepairsPage;
    /// A repair opened.
    RepairOpen repair_open "repairs.get" (RepairKey) -> RepairView;
    /// Do something to a repair, by the table of acts.
    RepairActNow repair_act_now "repairs.act" (ActOnRepair) -> Done;
    /// Wait for a repair that somebody else reported, too.
    RepairJoin repair_join "repairs.join" (RepairKey) -> Done;
    /// Write to everybody on a repair.
    RepairSay repair_say "repairs.message" (SayOnRepair) -> Done;
    /// Rate a repair that is fixed.
    RepairRate repair_rate "repairs.rate" (RateRepair) -> Done;
    /// How repairs go, by month and category. Needs the network.
    RepairFiguresGet repair_figures_get "repairs.figures" (Empty) -> RepairFigures;
    /// What happened to a repair before what it carries. Needs the network.
    RepairOlderGet repair_older_get "repairs.older" (RepairOlder) -> RepairEvents;
    /// Save repairs as a spreadsheet outside of the app and open it there. The office only; needs the network.
    RepairExportOpen repair_export_open "repairs.export" (RepairExport) -> Done;
    /// The office's queue.
    RepairQueueList repair_queue_list "repairs.queue" (RepairQueueQuery) -> RepairQueuePage;
    /// How much is on the office's board.
    RepairBoardGet repair_board_get "repairs.board" (Empty) -> RepairBoard;
    /// Write a note for the office itself.
    RepairNoteAdd repair_note_add "repairs.note" (SayOnRepair) -> Done;
    /// Save a kind of repair. The office only.
    RepairCategorySave repair_category_save "repairs.save_category" (SaveRepairCategory) -> Done;

    /// A window of the rounds. The office only.
    RoundsList rounds_list "rounds.list" (RoundsQuery) -> RoundsPage;
    /// A round opened.
    RoundOpen round_open "rounds.get" (RoundKey) -> RoundView;
    /// Find the point of a label by its code in the round that is due, and note that somebody stands there.
    PointFind point_find "rounds.find" (FindPoint) -> PointKey;
    /// The same, with a picture of the label.
    PointScan point_scan "rounds.scan" (NewFile) -> PointKey;
    /// Keep what stands in the checklist of a point.
    PointKeep point_keep "rounds.keep" (InspectPoint) -> Done;
    /// Forget what stands in the checklist of a point.
    PointForget point_forget "rounds.forget" (PointKey) -> Done;
    /// Say what was found at a point, through the outbox.
    PointInspect point_inspect "rounds.inspect" (InspectPoint) -> Done;
    /// Plans of rounds.
    RoundPlansList round_plans_list "rounds.plans" (Empty) -> RoundPlans;
    /// A new point for a plan, with a code of its own; kept with the plan only.
    RoundPointNew round_point_new "rounds.new_point" (Empty) -> RoundPoint;
    /// Save a plan of rounds.
    RoundPlanSave round_plan_save "rounds.save_plan" (SaveRoundPlan) -> Done;
    /// The labels of a plan, to be printed.
    RoundLabelsGet round_labels_get "rounds.labels" (RoundPlanKey) -> RoundLabels;

    /// What the person's households owe and have paid.
    PaymentsGet payments_get "payments.get" (Empty) -> PaymentsView;
    /// A bill opened.
    BillOpen bill_open "payments.bill" (BillKey) -> BillView;
    /// A new try to move money.
    AttemptNew attempt_new "payments.attempt" (Empty) -> Attempt;
    /// Pay bills from what is kept for the household. Needs the network, and is never queued.
    PayFromBalance pay_from_balance "payments.pay_from_balance" (PayBills) -> Payment;
    /// Pay bills by card: begins it and opens the page on which it is paid, as does the same asked again. What becomes of it
    /// is told by sync. Needs the network, and is never queued.
    PayByCard pay_by_card "payments.pay_by_card" (PayBills) -> CardPage;
    /// Let bills be paid by themselves from what is kept, or not. Needs the network, and is never queued.
    AutomaticSet automatic_set "payments.set_automatic" (PayAutomatically) -> Done;
    /// A code with which somebody of another household may see and pay the bills of the person's own. Needs the network, and
    /// is never queued, as the next ones.
    RelativeCodeNew relative_code_new "payments.relative_code" (Empty) -> RelativeCode;
    /// Whose household a code is of.
    RelativeLook relative_look "payments.look_at_relative_code" (TypedRelativeCode) -> RelativeOffer;
    /// Pay for that household from now on.
    RelativeBegin relative_begin "payments.begin_relative" (PayForHousehold) -> Relative;
    /// Pay for a household no longer, or let somebody pay no longer. The same again is the same.
    RelativeEnd relative_end "payments.end_relative" (RelativeKey) -> Done;
    /// What the community earned and spent. Needs the network.
    MoneyGet money_get "payments.money" (Empty) -> MoneyByMonth;
    /// Fees. The office only.
    FeesGet fees_get "payments.fees" (Empty) -> FeesView;
    /// Save a fee through the outbox.
    FeeSave fee_save "payments.save_fee" (SaveFee) -> Done;
    /// Meters of a fee, to be read. The office only.
    MetersGet meters_get "payments.meters" (MetersQuery) -> MetersView;
    /// Save what a meter showed, through the outbox.
    ReadingSave reading_save "payments.save_reading" (SaveReading) -> Done;
    /// Bill runs. The office only; needs the network, like all that follows.
    BillRunsGet bill_runs_get "payments.runs" (Empty) -> BillRuns;
    /// What a run would make.
    BillRunPreviewGet bill_run_preview_get "payments.preview" (PreviewBills) -> BillRunPreview;
    /// Publish a run.
    BillRunPublish bill_run_publish "payments.publish" (PublishRun) -> BillRun;
    /// Bills of all households.
    OfficeBillsList office_bills_list "payments.bills" (OfficeBillsQuery) -> OfficeBillsPage;
    /// Households with something overdue.
    ArrearsList arrears_list "payments.arrears" (ArrearsQuery) -> ArrearsPage;
    /// A household's bills and payments.
    HouseholdPaymentsGet household_payments_get "payments.household" (HouseholdKey) -> HouseholdPayments;
    /// Take money at the counter.
    CounterPay counter_pay "payments.counter" (PayBills) -> Payment;
    /// Save a file for the bookkeeper outside of the app and open it there.
    PaymentsExportOpen payments_export_open "payments.export" (PaymentsExport) -> Done;
    /// Take a part of a bill back.
    BillCredit bill_credit "payments.credit" (CreditOnBill) -> Done;
    /// Take a bank statement in: camt.053 or CSV, whose bytes go to the server as they are. Where a file of the other format
    /// told of some of it before, it is a `conflict`.
    BankStatementAdd bank_statement_add "payments.add_statement" (NewFile) -> BankImport;
    /// Take in of it only what no file of the other format told of before, once somebody has agreed to that.
    BankStatementAddNew bank_statement_add_new "payments.add_new_of_statement" (NewFile) -> BankImport;
    /// What the bank told.
    BankMovementsList bank_movements_list "payments.movements" (BankMovementsQuery) -> BankMovementsPage;
    /// Decide about a movement. The same again is the same.
    BankMovementDecide bank_movement_decide "payments.decide_movement" (DecideMovement) -> BankMovement;
    /// What was spent.
    SpendingGet spending_get "payments.spending" (Empty) -> Spendings;
    /// Note what was spent.
    SpendingNote spending_note "payments.note_spending" (NoteSpending) -> Done;
    /// Take back what was noted as spent.
    SpendingTakeBack spending_take_back "payments.take_back_spending" (TakeBackSpending) -> Done;
    /// Refunds: those that wait for a second person, and the last ones.
    RefundsGet refunds_get "payments.refunds" (Empty) -> Refunds;
    /// Ask for money to go back to a household.
    RefundAsk refund_ask "payments.ask_refund" (RefundMoney) -> Refund;
    /// Decide about a refund that somebody else asked for.
    RefundDecide refund_decide "payments.decide_refund" (DecideOnRefund) -> Refund;
    /// Save the receipt of a payment outside of the app and open it there. For everybody; needs the network if it was
    /// not fetched before, as the next one does.
    ReceiptOpen receipt_open "payments.receipt" (PaymentKey) -> Done;
    /// Save a household's statement of a year outside of the app and open it there.
    StatementOpen statement_open "payments.statement" (StatementKey) -> Done;

    /// The person's rooms.
    RoomsGet rooms_get "chat.rooms" (Empty) -> RoomsView;
    /// A room opened.
    RoomOpen room_open "chat.room" (RoomKey) -> RoomView;
    /// Messages of a room.
    MessagesGet messages_get "chat.messages" (MessagesQuery) -> MessagesPage;
    /// Search messages.
    MessagesSearch messages_search "chat.search" (MessageSearch) -> MessageHits;
    /// Who is in a room. Needs the network.
    RoomPeopleGet room_people_get "chat.people" (RoomKey) -> RoomPeople;
    /// The directory, and whom the person does not want to hear.
    NeighboursGet neighbours_get "chat.neighbours" (Empty) -> NeighboursView;
    /// Write in a room, through the outbox, as all that follows.
    MessageSay message_say "chat.say" (SayInRoom) -> MessageKey;
    /// Ask something with choices.
    MessageAsk message_ask "chat.ask" (AskInRoom) -> MessageKey;
    /// Change one's own words.
    MessageEdit message_edit "chat.edit" (EditMessage) -> Done;
    /// Take one's own message back.
    MessageDelete message_delete "chat.delete" (MessageKey) -> Done;
    /// Put something on a message, or take it off.
    MessageReact message_react "chat.react" (ReactToMessage) -> Done;
    /// Choose in a poll.
    PollVoteNow poll_vote_now "chat.vote" (VoteInPoll) -> Done;
    /// Pin a message, or take it down.
    MessagePin message_pin "chat.pin" (PinMessage) -> Done;
    /// Note how far a room was seen.
    RoomRead room_read "chat.read" (SeenRoom) -> Done;
    /// Choose of what to be told in a room.
    RoomTell room_tell "chat.tell" (TellOfRoom) -> Done;
    /// The room with one neighbour; it is begun with the first message.
    DirectOpen direct_open "chat.direct" (NeighbourKey) -> RoomKey;
    /// The room with the office; it is begun with the first message.
    OfficeRoomOpen office_room_open "chat.office" (Empty) -> RoomKey;
    /// Make or change an interest room.
    RoomSave room_save "chat.save_room" (SaveRoom) -> RoomKey;
    /// Come into a room.
    RoomEnter room_enter "chat.enter" (RoomKey) -> Done;
    /// Leave a room, or turn an invitation down.
    RoomLeave room_leave "chat.leave" (RoomKey) -> Done;
    /// Invite somebody into a room.
    RoomInvite room_invite "chat.invite" (PersonInRoom) -> Done;
    /// Let somebody go from a room.
    RoomRemove room_remove "chat.remove" (PersonInRoom) -> Done;
    /// Agree to the rules of a room.
    RoomAgree room_agree "chat.agree" (AgreeToRules) -> Done;
    /// Not to hear somebody any more, or again.
    PersonBlock person_block "chat.block" (BlockPerson) -> Done;
    /// Report a message.
    MessageReport message_report "chat.report" (ReportMessage) -> Done;
    /// Tell a room that the person is typing. Not kept, and not queued.
    TypingTell typing_tell "chat.typing" (RoomKey) -> Done;
    /// Reports, what was done, and who keeps it civil.
    CivilGet civil_get "chat.civil" (Empty) -> CivilView;
    /// Decide about a reported message.
    CaseDecide case_decide "chat.decide" (DecideCase) -> Done;
    /// Object to what a moderator did.
    AppealMake appeal_make "chat.appeal" (AppealTo) -> Done;
    /// Answer an appeal.
    AppealAnswerNow appeal_answer_now "chat.answer_appeal" (AnswerAppeal) -> Done;
    /// Name a moderator or a reader, or end it. The manager only.
    ModeratorName moderator_name "chat.name_moderator" (NameModerator) -> Done;

    /// What was typed into a field and not sent.
    TypedGet typed_get "typed.get" (TypedPlace) -> Typed;
    /// Keep what stands in a field.
    TypedKeep typed_keep "typed.keep" (KeepTyped) -> Done;

    /// Buildings and, for the office, units: to choose an audience from.
    CommunityMap community_map "community.map" (Empty) -> CommunityMapView;
    /// People of the community, for the office.
    PeopleList people_list "community.people" (PeopleQuery) -> PeoplePage;
    /// Issue an invitation letter. Needs the network.
    Invite invite "join.invite" (PersonKey) -> Letter;

    /// My devices.
    DevicesList devices_list "devices.list" (Empty) -> DevicesView;
    /// A code for one more device. Needs the network.
    DeviceAdd device_add "devices.link" (Empty) -> DeviceLinkView;
    /// Remove a device at once. Needs the network.
    DeviceRevoke device_revoke "devices.revoke" (DeviceKey) -> Done;
    /// The person has seen that these devices were added.
    DevicesSeen devices_seen "devices.seen" (Empty) -> Done;
    /// Rename a device.
    DeviceRename device_rename "devices.rename" (RenameDevice) -> Done;

    /// What waits to be sent, and what got stuck.
    OutboxList outbox_list "outbox.list" (Empty) -> OutboxPage;
    /// Send a stuck write again.
    OutboxRetry outbox_retry "outbox.retry" (OpKey) -> Done;
    /// Give a write up.
    OutboxDiscard outbox_discard "outbox.discard" (OpKey) -> Done;
    /// What is kept of memberships that the server ended.
    OutboxKept outbox_kept "outbox.kept" (Empty) -> KeptPage;
    /// Give up, for good, what is kept of one of them.
    OutboxDiscardKept outbox_discard_kept "outbox.discard_kept" (AccountKey) -> Done;
    /// Try the network now.
    SyncNow sync_now "sync.now" (Empty) -> Done;
}

/// What changed, for pages to ask again. Announced by the core, at most one of each kind at a time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// [`AppView`]: stage, accounts, settings, connection, counts.
    App,
    /// Notices, read marks, templates.
    Notices,
    /// Repairs, what is kept of them here, and what they are sorted by.
    Repairs,
    /// Rounds, their plans, and what is kept of them here.
    Rounds,
    /// Bills, payments, fees and meters.
    Payments,
    /// Rooms, messages, and what is done to keep them civil.
    Chat,
    /// Community, people, invitations.
    Community,
    /// Devices.
    Devices,
    /// The outbox.
    Outbox,
    /// Something that was given up stands in a field again.
    Typed,
}

impl Topic {
    /// All of them: another community is shown, or too much was missed.
    pub const ALL: [Self; 10] = [
        Self::App,
        Self::Notices,
        Self::Repairs,
        Self::Rounds,
        Self::Payments,
        Self::Chat,
        Self::Community,
        Self::Devices,
        Self::Outbox,
        Self::Typed,
    ];
}

/// A request that says nothing.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Empty {}

/// A reply that says nothing but that it is done, or safely queued.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Done {}

/// A text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Text {
    /// The text.
    pub text: String,
}

/// A text or none.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MaybeText {
    /// The text.
    pub text: Option<String>,
}
