//! What the face says about payments.

use super::{Done, Empty};
use crate::attachments::NewFile;
use crate::payments::{
    ArrearsPage, ArrearsQuery, BankImport, BankMovement, BankMovementsPage, BankMovementsQuery, BillRun,
    BillRunPreview, BillRuns, BillView, FeesView, HouseholdPayments, MetersQuery, MetersView, MoneyByMonth,
    OfficeBillsPage, OfficeBillsQuery, Payment, PaymentsExport, PaymentsView, PreviewBills, Refund, Refunds,
    Relative, RelativeCode, RelativeOffer, Spendings,
};
use serde::{Deserialize, Serialize};

use crate::{
    id::{BankMovementId, BillId, FeeId, HouseholdId, LedgerEntryId, OpId, PaymentId, RefundId, RelativeId},
    payments::{
        BookMovement, BookOwnMovement, CreditPart, FeeContent, Month, NewReading, OpenMovementAgain,
        SetMovementAside, SettleMovement, SpendMovement, Way,
    },
};

/// A bill.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BillKey {
    /// Its id.
    pub id: BillId,
}

/// A household.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HouseholdKey {
    /// Its id.
    pub id: HouseholdId,
}

/// Save a fee; none makes a new one.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SaveFee {
    /// Which.
    pub id: Option<FeeId>,
    /// The version that the editing began from; 0 for a new one.
    pub base_version: u64,
    /// What it says.
    pub content: FeeContent,
}

/// Save what a meter showed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SaveReading {
    /// Of which fee.
    pub fee_id: FeeId,
    /// What was read.
    pub reading: NewReading,
}

/// A try to move money: named before it is asked for, so that asking again after a lost answer is the same.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Attempt {
    /// Its id.
    pub id: OpId,
}

/// Take a part of a bill back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreditOnBill {
    /// The try: the same one until it is answered.
    pub attempt: OpId,
    /// The bill.
    pub bill_id: BillId,
    /// Why; the household reads it.
    pub reason: String,
    /// Of which lines, and how much.
    pub parts: Vec<CreditPart>,
}

/// Pay bills of a household.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PayBills {
    /// The try: the same one until it is answered.
    pub attempt: OpId,
    /// Whose bills.
    pub household_id: HouseholdId,
    /// Which bills, in the order in which they are paid.
    pub bills: Vec<BillId>,
    /// How much.
    pub minor: i64,
}

/// Let bills of a household be paid by themselves from what is kept, or not.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PayAutomatically {
    /// Whose.
    pub household_id: HouseholdId,
    /// The most that a bill may come to; none for no bill.
    pub limit: Option<i64>,
}

/// A code of a household that lets somebody pay, as typed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TypedRelativeCode {
    /// The code.
    pub code: String,
}

/// Pay for another household from now on.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PayForHousehold {
    /// The try: the same one until it is answered.
    pub attempt: OpId,
    /// The code, as typed.
    pub code: String,
}

/// Somebody whom a household lets pay.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RelativeKey {
    /// The arrangement.
    pub id: RelativeId,
}

/// A payment by card was begun.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CardPage {
    /// The payment as it stands.
    pub payment: Payment,
    /// The page on which it is paid; none where there is nothing left to do.
    pub link: Option<String>,
    /// Whether that page was opened in a browser; a host that cannot do so leaves it to the face.
    pub is_open: bool,
}

/// A payment.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PaymentKey {
    /// Its id.
    pub id: PaymentId,
}

/// The statement of a household for a year.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementKey {
    /// Whose.
    pub household_id: HouseholdId,
    /// Such as 2026.
    pub year: i16,
}

/// Ask for money to go back to a household.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundMoney {
    /// The try: the same one until it is answered.
    pub attempt: OpId,
    /// To whom.
    pub household_id: HouseholdId,
    /// The payment that is to be given back as a whole; none for what is kept.
    pub payment_id: Option<PaymentId>,
    /// How it goes back; for a payment, as it came.
    pub way: Way,
    /// How much; for a payment, all of it.
    pub minor: i64,
    /// Why; the household reads it.
    pub reason: String,
    /// Whether nothing is to go back, since the payment was booked for the wrong household.
    #[serde(default)]
    pub booked_wrongly: bool,
}

/// Decide about a refund that somebody else asked for.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecideOnRefund {
    /// Which.
    pub id: RefundId,
    /// Whether the money goes back.
    pub goes_back: bool,
}

/// Publish what a preview showed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublishRun {
    /// The try: the same one until it is answered.
    pub attempt: OpId,
    /// The month.
    pub month: Month,
    /// The day on which its bills are due.
    pub due_on: String,
    /// [`crate::payments::BillRunPreview::digest`].
    pub digest: String,
}

/// Note what was spent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoteSpending {
    /// The try: the same one until it is answered.
    pub attempt: OpId,
    /// The day, such as `2026-11-30`.
    pub day: String,
    /// The key of its heading.
    pub heading: String,
    /// How much.
    pub minor: i64,
    /// For what, and whose bill it was.
    pub words: String,
    /// Whether it was paid in cash, or else from the bank.
    pub in_cash: bool,
}

/// Take back what was noted as spent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TakeBackSpending {
    /// The try: the same one until it is answered.
    pub attempt: OpId,
    /// Which.
    pub id: LedgerEntryId,
    /// Why.
    pub reason: String,
}

/// Say that a payment by card that does not fit is dealt with at its provider.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CloseTrouble {
    /// The payment.
    pub id: PaymentId,
    /// What was done there.
    pub reason: String,
}

/// Decide about a movement of the bank.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecideMovement {
    /// Which.
    pub id: BankMovementId,
    /// What it is.
    pub decision: MovementDecision,
}

/// What becomes of a movement of the bank.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum MovementDecision {
    /// A household's payment.
    Payment(BookMovement),
    /// Spending.
    Spending(SpendMovement),
    /// Money which the community only moved.
    Own(BookOwnMovement),
    /// What the books hold already.
    Settle(SettleMovement),
    /// Booked wrongly as such by somebody else.
    OpenAgain(OpenMovementAgain),
    /// None of the ledger's business.
    SetAside(SetMovementAside),
}

commands! {
    /// What the face can ask about payments.
    PaymentsCommands;

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
    /// Say that a payment by card that does not fit is dealt with at its provider. The same again is the same.
    CardTroubleClose card_trouble_close "payments.close_card_trouble" (CloseTrouble) -> Done;
    /// Save the receipt of a payment outside of the app and open it there. For everybody; needs the network if it was
    /// not fetched before, as the next one does.
    ReceiptOpen receipt_open "payments.receipt" (PaymentKey) -> Done;
    /// Save a household's statement of a year outside of the app and open it there.
    StatementOpen statement_open "payments.statement" (StatementKey) -> Done;
}
