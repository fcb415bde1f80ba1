//! The commands of payments.

use linli_wire::{attachments::*, command::*, payments::*};

use super::{Answer, opened};
use crate::{account::authorised, app::Core, payments};

impl PaymentsCommands for Core {
    async fn payments_get(&self, _: Empty) -> Answer<PaymentsView> {
        Ok(payments::view(&self.account()?.cache)?)
    }

    async fn bill_open(&self, BillKey { id }: BillKey) -> Answer<BillView> {
        Ok(payments::bill(&self.account()?.cache, id)?)
    }

    async fn attempt_new(&self, _: Empty) -> Answer<Attempt> {
        Ok(payments::new_attempt(&*self.ports.system))
    }

    async fn pay_from_balance(&self, request: PayBills) -> Answer<Payment> {
        Ok(payments::from_balance(&*self.account()?, request).await?)
    }

    async fn automatic_set(&self, request: PayAutomatically) -> Answer<Done> {
        payments::set_automatic(&*self.account()?, request).await?;
        Ok(Done {})
    }

    async fn pay_by_card(&self, request: PayBills) -> Answer<CardPage> {
        let (payment, link) = payments::by_card(&*self.account()?, request, self.language()?).await?;
        let is_open = link.as_ref().is_some_and(|link| self.ports.desktop.open_url(link));
        Ok(CardPage { payment, link, is_open })
    }

    async fn relative_code_new(&self, _: Empty) -> Answer<RelativeCode> {
        Ok(payments::relative_code(&*self.account()?).await?)
    }

    async fn relative_look(&self, TypedRelativeCode { code }: TypedRelativeCode) -> Answer<RelativeOffer> {
        Ok(payments::look_at_relative_code(&*self.account()?, &code).await?)
    }

    async fn relative_begin(&self, request: PayForHousehold) -> Answer<Relative> {
        Ok(payments::begin_relative(&*self.account()?, request).await?)
    }

    async fn relative_end(&self, RelativeKey { id }: RelativeKey) -> Answer<Done> {
        payments::end_relative(&*self.account()?, id).await?;
        Ok(Done {})
    }

    async fn money_get(&self, _: Empty) -> Answer<MoneyByMonth> {
        let account = self.account()?;
        Ok(authorised!(account, |api| api.get("/v1/money"))?)
    }

    async fn fees_get(&self, _: Empty) -> Answer<FeesView> {
        Ok(payments::fees(&self.account()?.cache, &self.language()?)?)
    }

    async fn fee_save(&self, request: SaveFee) -> Answer<Done> {
        payments::save_fee(&self.account()?.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Payments])
    }

    async fn meters_get(&self, MetersQuery { fee_id }: MetersQuery) -> Answer<MetersView> {
        Ok(payments::meters(&self.account()?.cache, fee_id)?)
    }

    async fn reading_save(&self, request: SaveReading) -> Answer<Done> {
        payments::save_reading(&self.account()?.cache, &*self.ports.system, request)?;
        self.queued(&[Topic::Payments])
    }

    async fn bill_runs_get(&self, _: Empty) -> Answer<BillRuns> {
        let account = self.account()?;
        Ok(authorised!(account, |api| api.get("/v1/bill-runs"))?)
    }

    async fn bill_run_preview_get(&self, request: PreviewBills) -> Answer<BillRunPreview> {
        let account = self.account()?;
        Ok(authorised!(account, |api| api.post("/v1/bill-runs/preview", &request))?)
    }

    async fn bill_run_publish(&self, request: PublishRun) -> Answer<BillRun> {
        Ok(payments::publish(&*self.account()?, request).await?)
    }

    async fn office_bills_list(&self, query: OfficeBillsQuery) -> Answer<OfficeBillsPage> {
        let (account, path) = (self.account()?, payments::bills_path(&query));
        Ok(authorised!(account, |api| api.get(&path))?)
    }

    async fn arrears_list(&self, query: ArrearsQuery) -> Answer<ArrearsPage> {
        let (account, path) = (self.account()?, payments::arrears_path(query));
        Ok(authorised!(account, |api| api.get(&path))?)
    }

    async fn household_payments_get(&self, HouseholdKey { id }: HouseholdKey) -> Answer<HouseholdPayments> {
        let (account, path) = (self.account()?, format!("/v1/households/{id}/payments"));
        Ok(authorised!(account, |api| api.get(&path))?)
    }

    async fn counter_pay(&self, request: PayBills) -> Answer<Payment> {
        Ok(payments::take_at_counter(&*self.account()?, request).await?)
    }

    async fn payments_export_open(&self, request: PaymentsExport) -> Answer<Done> {
        let (name, sheet) = payments::exported(&*self.account()?, request).await?;
        opened(self.ports.desktop.open_file(&name, &sheet))
    }

    async fn bill_credit(&self, request: CreditOnBill) -> Answer<Done> {
        payments::credit(&*self.account()?, request).await?;
        Ok(Done {})
    }

    async fn bank_statement_add(&self, file: NewFile) -> Answer<BankImport> {
        Ok(payments::add_statement(&*self.account()?, &file, false).await?)
    }

    async fn bank_statement_add_new(&self, file: NewFile) -> Answer<BankImport> {
        Ok(payments::add_statement(&*self.account()?, &file, true).await?)
    }

    async fn bank_movements_list(&self, query: BankMovementsQuery) -> Answer<BankMovementsPage> {
        let (account, path) = (self.account()?, payments::movements_path(&query));
        Ok(authorised!(account, |api| api.get(&path))?)
    }

    async fn bank_movement_decide(&self, request: DecideMovement) -> Answer<BankMovement> {
        Ok(payments::decide(&*self.account()?, request).await?)
    }

    async fn receipt_open(&self, key: PaymentKey) -> Answer<Done> {
        let (name, pdf) = payments::receipt(&*self.account()?, key, &self.language()?).await?;
        opened(self.ports.desktop.open_file(&name, &pdf))
    }

    async fn statement_open(&self, key: StatementKey) -> Answer<Done> {
        let (name, pdf) = payments::statement(&*self.account()?, key, &self.language()?).await?;
        opened(self.ports.desktop.open_file(&name, &pdf))
    }

    async fn spending_get(&self, _: Empty) -> Answer<Spendings> {
        let account = self.account()?;
        Ok(authorised!(account, |api| api.get("/v1/spending"))?)
    }

    async fn spending_note(&self, request: NoteSpending) -> Answer<Done> {
        payments::note_spending(&*self.account()?, request).await?;
        Ok(Done {})
    }

    async fn spending_take_back(&self, request: TakeBackSpending) -> Answer<Done> {
        payments::take_back_spending(&*self.account()?, request).await?;
        Ok(Done {})
    }

    async fn refunds_get(&self, _: Empty) -> Answer<Refunds> {
        let account = self.account()?;
        Ok(authorised!(account, |api| api.get("/v1/refunds"))?)
    }

    async fn refund_ask(&self, request: RefundMoney) -> Answer<Refund> {
        Ok(payments::ask_refund(&*self.account()?, request).await?)
    }

    async fn card_trouble_close(&self, request: CloseTrouble) -> Answer<Done> {
        payments::close_card_trouble(&*self.account()?, request).await?;
        Ok(Done {})
    }

    async fn refund_decide(&self, request: DecideOnRefund) -> Answer<Refund> {
        Ok(payments::decide_refund(&*self.account()?, request).await?)
    }
}
