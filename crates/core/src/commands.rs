//! The commands of the face: adapters of a few lines over the domains.

use linli_wire::{
    Code, Language, WireError,
    attachments::{Attachment, FileBytes, NewFile},
    chat::{
        AgreeToRules, AnswerAppeal, AppealTo, AskInRoom, BlockPerson, CivilView, DecideCase, EditMessage,
        MessageHits, MessageSearch, MessagesPage, MessagesQuery, NameModerator, NeighboursView, PersonInRoom,
        PinMessage, ReactToMessage, ReportMessage, RoomPeople, RoomView, RoomsView, SaveRoom, SayInRoom,
        SeenRoom, TellOfRoom, VoteInPoll,
    },
    command::*,
    community::ProfileChange,
    devices::DeviceLink,
    join::{Invitation, InviteRequest, JoinWith, Letter},
    notices::*,
    outbox::{KeptPage, OutboxPage},
    payments::*,
    repairs::*,
    rounds::*,
    settings::{Preferences, Settings},
    typed::{Typed, TypedPlace},
};

use crate::{
    account::authorised,
    app::Core,
    attachments, chat, community, devices,
    error::{Result, not_found},
    join, keys, markdown,
    notices::{self, office, templates},
    outbox, payments, qr, repairs, rounds, typed,
};

type Answer<T> = std::result::Result<T, WireError>;

impl Core {
    fn language(&self) -> Result<Language> {
        Ok(self.settings()?.unwrap_or_default().language)
    }

    fn announce(&self, topics: &[Topic]) {
        topics.iter().for_each(|topic| (self.ports.announce)(*topic));
    }

    /// After something was queued.
    fn queued(&self, topics: &[Topic]) -> Answer<Done> {
        self.account()?.wake_sender();
        self.announce(topics);
        self.announce(&[Topic::Outbox, Topic::App]);
        Ok(Done {})
    }
}

impl Commands for Core {
    async fn app_get(&self, _: Empty) -> Answer<AppView> {
        self.opened_or_not().await;
        Ok(self.view()?)
    }

    async fn diagnostics(&self, _: Empty) -> Answer<Text> {
        Ok(Text { text: self.diagnosis()? })
    }

    async fn open_url(&self, Text { text }: Text) -> Answer<Done> {
        let known = ["https://", "mailto:", "tel:"].iter().any(|scheme| text.starts_with(scheme));
        if !known {
            return Err(WireError::invalid("text", "https, mailto or tel"));
        }
        if self.ports.desktop.open_url(&text) {
            Ok(Done {})
        } else {
            Err(WireError::new(Code::UnknownCommand, "this host cannot open links"))
        }
    }

    async fn unlock(&self, with: UnlockWith) -> Answer<Done> {
        Core::unlock(self, with).await?;
        Ok(Done {})
    }

    async fn choose_keeping(&self, keeping: Keeping) -> Answer<Done> {
        Core::choose_keeping(self, keeping)?;
        Ok(Done {})
    }

    async fn set_passphrase(&self, MaybeText { text }: MaybeText) -> Answer<Done> {
        let opened = self.opened()?;
        let (Some(folder), Some(key)) = (&self.ports.folder, &opened.key) else {
            return Err(WireError::invalid("passphrase", "nothing is kept on this device"));
        };
        keys::set_passphrase(folder, key, text.as_deref(), &*self.ports.system)?;
        self.announce(&[Topic::App]);
        Ok(Done {})
    }

    async fn set_aside(&self, _: Empty) -> Answer<Done> {
        Core::set_aside(self).await?;
        Ok(Done {})
    }

    async fn join(&self, with: JoinWith) -> Answer<Me> {
        Ok(join::join(self, with).await?)
    }

    async fn letter_scan(&self, picture: NewFile) -> Answer<Text> {
        Ok(Text { text: qr::read(&picture)?.to_string() })
    }

    async fn switch_account(&self, AccountKey { id }: AccountKey) -> Answer<Done> {
        self.switch_to(id)?;
        Ok(Done {})
    }

    async fn leave_account(&self, AccountKey { id }: AccountKey) -> Answer<Done> {
        join::leave(self, id).await?;
        Ok(Done {})
    }

    async fn save_settings(&self, settings: Settings) -> Answer<Done> {
        self.choose_settings(settings)?;
        self.announce(&[Topic::App, Topic::Notices, Topic::Repairs, Topic::Rounds, Topic::Chat]);
        Ok(Done {})
    }

    async fn preferences_get(&self, _: Empty) -> Answer<Preferences> {
        Ok(self.account()?.cache.read(community::preferences)?)
    }

    async fn preferences_save(&self, preferences: Preferences) -> Answer<Done> {
        community::save_preferences(&self.account()?.cache, &*self.ports.system, preferences)?;
        self.queued(&[])
    }

    async fn change_profile(&self, change: ProfileChange) -> Answer<Done> {
        community::change_profile(&self.account()?.cache, &*self.ports.system, change)?;
        self.queued(&[])
    }

    async fn home_get(&self, _: Empty) -> Answer<HomeView> {
        let account = self.account()?;
        let mut home = notices::home(&account.cache, &self.language()?, self.ports.system.now())?;
        home.new_devices = devices::added(&account.cache)?;
        home.rounds_due = rounds::due(&account.cache)?;
        Ok(home)
    }

    async fn notices_list(&self, query: NoticesQuery) -> Answer<NoticesPage> {
        Ok(notices::list(&self.account()?.cache, &query, &self.language()?, self.ports.system.now())?)
    }

    async fn notice_open(&self, request: NoticeGet) -> Answer<NoticeView> {
        Ok(notices::open(&self.account()?.cache, &request, &self.language()?)?)
    }

    async fn notices_read(&self, NoticeKeys { ids }: NoticeKeys) -> Answer<Done> {
        if notices::read(&self.account()?.cache, &*self.ports.system, &ids)? {
            self.queued(&[Topic::Notices])
        } else {
            Ok(Done {})
        }
    }

    async fn attachment_read(&self, AttachmentKey { id }: AttachmentKey) -> Answer<FileBytes> {
        Ok(attachments::file_bytes(&self.account()?.file(id).await?))
    }

    async fn attachment_open(&self, AttachmentKey { id }: AttachmentKey) -> Answer<Done> {
        let kept = self.account()?.file(id).await?;
        opened(self.ports.desktop.open_file(&attachments::opened_as(&kept)?, &kept.bytes))
    }

    async fn attachment_add(&self, file: NewFile) -> Answer<Attachment> {
        let account = self.account()?;
        let about = attachments::add(&account.cache, &*self.ports.system, &file)?;
        account.wake_sender();
        Ok(about)
    }

    async fn office_notices_list(&self, query: OfficeNoticesQuery) -> Answer<OfficeNoticesPage> {
        Ok(office::list(&self.account()?.cache, &query, &self.language()?, self.ports.system.now())?)
    }

    async fn office_notice_open(&self, NoticeKey { id }: NoticeKey) -> Answer<OfficeNotice> {
        Ok(office::open(&self.account()?.cache, id)?)
    }

    async fn notice_new(&self, NewNotice { template }: NewNotice) -> Answer<OfficeNotice> {
        let notice = office::new(&self.account()?.cache, &*self.ports.system, template)?;
        self.announce(&[Topic::Notices]);
        Ok(notice)
    }

    async fn notice_keep(&self, draft: KeepDraft) -> Answer<Done> {
        office::keep(&self.account()?.cache, &*self.ports.system, &draft)?;
        Ok(Done {})
    }

    async fn notice_forget(&self, NoticeKey { id }: NoticeKey) -> Answer<Done> {
        office::forget(&self.account()?.cache, id)?;
        self.announce(&[Topic::Notices, Topic::Outbox, Topic::App]);
        Ok(Done {})
    }

    async fn notice_save(&self, request: SaveNotice) -> Answer<Done> {
        office::save(&self.account()?.cache, &*self.ports.system, request)?;
        self.queued(&[Topic::Notices])
    }

    async fn notice_withdraw(&self, NoticeKey { id }: NoticeKey) -> Answer<Done> {
        office::withdraw(&self.account()?.cache, &*self.ports.system, id, &self.language()?)?;
        self.queued(&[Topic::Notices])
    }

    async fn notice_preview(&self, Text { text }: Text) -> Answer<Blocks> {
        if text.chars().count() > MAX_BODY {
            return Err(WireError::new(Code::TooLarge, "body too long")
                .with_details(serde_json::json!({ "limit": MAX_BODY })));
        }
        let mut blocks = markdown::parse(&text);
        if let Ok(account) = self.account() {
            attachments::size_pictures(&account.cache, &mut blocks)?;
        }
        Ok(Blocks { blocks, html: markdown::holds_html(&text) })
    }

    async fn audience_count_get(&self, audience: Audience) -> Answer<AudienceCount> {
        Ok(community::audience_count(&self.account()?.cache, &audience)?)
    }

    async fn notice_readers_get(&self, NoticeKey { id }: NoticeKey) -> Answer<NoticeReaders> {
        let account = self.account()?;
        let path = format!("/v1/notices/{id}/readers");
        Ok(authorised!(account, |api| api.get(&path))?)
    }

    async fn templates_list(&self, _: Empty) -> Answer<Templates> {
        Ok(templates::list(&self.account()?.cache)?)
    }

    async fn template_save(&self, request: SaveTemplate) -> Answer<Done> {
        templates::save(&self.account()?.cache, &*self.ports.system, request)?;
        self.queued(&[Topic::Notices])
    }

    async fn template_delete(&self, TemplateKey { id }: TemplateKey) -> Answer<Done> {
        templates::delete(&self.account()?.cache, &*self.ports.system, id)?;
        self.queued(&[Topic::Notices])
    }

    async fn repair_choices_get(&self, _: Empty) -> Answer<RepairChoices> {
        Ok(repairs::choices(&self.account()?.cache)?)
    }

    async fn repair_new(&self, _: Empty) -> Answer<RepairDraft> {
        let draft = repairs::new(&self.account()?.cache, &*self.ports.system)?;
        self.announce(&[Topic::Repairs]);
        Ok(draft)
    }

    async fn repair_keep(&self, draft: RepairDraft) -> Answer<Done> {
        repairs::keep(&self.account()?.cache, &*self.ports.system, &draft)?;
        Ok(Done {})
    }

    async fn repair_drafts_list(&self, _: Empty) -> Answer<RepairDrafts> {
        Ok(repairs::drafts(&self.account()?.cache)?)
    }

    async fn repair_forget(&self, RepairKey { id }: RepairKey) -> Answer<Done> {
        repairs::forget(&self.account()?.cache, id)?;
        self.announce(&[Topic::Repairs, Topic::Outbox, Topic::App]);
        Ok(Done {})
    }

    async fn repairs_like(&self, request: RepairLike) -> Answer<RepairCards> {
        Ok(repairs::like(&self.account()?.cache, &request, &self.language()?, self.ports.system.now())?)
    }

    async fn repair_report_now(&self, draft: RepairDraft) -> Answer<Done> {
        repairs::report(&self.account()?.cache, &*self.ports.system, &draft)?;
        self.queued(&[Topic::Repairs])
    }

    async fn repairs_list(&self, query: RepairsQuery) -> Answer<RepairsPage> {
        Ok(repairs::list(&self.account()?.cache, &query, &self.language()?, self.ports.system.now())?)
    }

    async fn repair_open(&self, RepairKey { id }: RepairKey) -> Answer<RepairView> {
        Ok(repairs::open(&self.account()?.cache, id, &self.language()?, self.ports.system.now())?)
    }

    async fn repair_act_now(&self, request: ActOnRepair) -> Answer<Done> {
        repairs::act(&self.account()?.cache, &*self.ports.system, request)?;
        self.queued(&[Topic::Repairs])
    }

    async fn repair_join(&self, RepairKey { id }: RepairKey) -> Answer<Done> {
        repairs::join(&self.account()?.cache, &*self.ports.system, id)?;
        self.queued(&[Topic::Repairs])
    }

    async fn repair_say(&self, request: SayOnRepair) -> Answer<Done> {
        repairs::message(&self.account()?.cache, &*self.ports.system, request)?;
        self.queued(&[Topic::Repairs])
    }

    async fn repair_rate(&self, request: RateRepair) -> Answer<Done> {
        repairs::rate(&self.account()?.cache, &*self.ports.system, request)?;
        self.queued(&[Topic::Repairs])
    }

    async fn repair_figures_get(&self, _: Empty) -> Answer<RepairFigures> {
        let account = self.account()?;
        Ok(authorised!(account, |api| api.get("/v1/repairs/figures"))?)
    }

    async fn repair_older_get(&self, request: RepairOlder) -> Answer<RepairEvents> {
        Ok(self.account()?.older(request).await?)
    }

    async fn repair_export_open(&self, request: RepairExport) -> Answer<Done> {
        let (name, sheet) = self.account()?.sheet(&request).await?;
        opened(self.ports.desktop.open_file(&name, &sheet))
    }

    async fn repair_queue_list(&self, query: RepairQueueQuery) -> Answer<RepairQueuePage> {
        Ok(repairs::queue(&self.account()?.cache, &query, &self.language()?, self.ports.system.now())?)
    }

    async fn repair_board_get(&self, _: Empty) -> Answer<RepairBoard> {
        Ok(repairs::board(&self.account()?.cache, self.ports.system.now())?)
    }

    async fn repair_note_add(&self, request: SayOnRepair) -> Answer<Done> {
        repairs::note(&self.account()?.cache, &*self.ports.system, request)?;
        self.queued(&[Topic::Repairs])
    }

    async fn repair_category_save(&self, request: SaveRepairCategory) -> Answer<Done> {
        repairs::save_category(&self.account()?.cache, &*self.ports.system, request)?;
        self.queued(&[Topic::Repairs])
    }

    async fn rounds_list(&self, query: RoundsQuery) -> Answer<RoundsPage> {
        Ok(rounds::list(&self.account()?.cache, &query, &self.language()?)?)
    }

    async fn round_open(&self, RoundKey { id }: RoundKey) -> Answer<RoundView> {
        Ok(rounds::open(&self.account()?.cache, id, &self.language()?, self.ports.system.now())?)
    }

    async fn point_find(&self, sought: FindPoint) -> Answer<PointKey> {
        let key = rounds::find(&self.account()?.cache, &*self.ports.system, &sought)?;
        self.announce(&[Topic::Rounds]);
        Ok(key)
    }

    async fn point_scan(&self, picture: NewFile) -> Answer<PointKey> {
        let key = rounds::scan(&self.account()?.cache, &*self.ports.system, &picture)?;
        self.announce(&[Topic::Rounds]);
        Ok(key)
    }

    async fn point_keep(&self, request: InspectPoint) -> Answer<Done> {
        rounds::keep(&self.account()?.cache, &*self.ports.system, request)?;
        Ok(Done {})
    }

    async fn point_forget(&self, key: PointKey) -> Answer<Done> {
        self.account()?.cache.write(|tx| rounds::forget(tx, key))?;
        self.announce(&[Topic::Rounds]);
        Ok(Done {})
    }

    async fn point_inspect(&self, request: InspectPoint) -> Answer<Done> {
        rounds::inspect(&self.account()?.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Rounds, Topic::Repairs])
    }

    async fn round_plans_list(&self, _: Empty) -> Answer<RoundPlans> {
        Ok(rounds::plans(&self.account()?.cache, &self.language()?)?)
    }

    async fn round_point_new(&self, _: Empty) -> Answer<RoundPoint> {
        Ok(rounds::new_point(&self.account()?.cache, &*self.ports.system)?)
    }

    async fn round_plan_save(&self, request: SaveRoundPlan) -> Answer<Done> {
        rounds::save_plan(&self.account()?.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Rounds])
    }

    async fn round_labels_get(&self, RoundPlanKey { id }: RoundPlanKey) -> Answer<RoundLabels> {
        Ok(rounds::labels(&self.account()?.cache, id, &self.language()?, self.ports.system.now())?)
    }

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
        let (payment, link) = payments::by_card(&*self.account()?, request).await?;
        let is_open = link.as_ref().is_some_and(|link| self.ports.desktop.open_url(link));
        Ok(CardPage { payment, link, is_open })
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
        Ok(payments::add_statement(&*self.account()?, &file).await?)
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

    async fn refunds_get(&self, _: Empty) -> Answer<Refunds> {
        let account = self.account()?;
        Ok(authorised!(account, |api| api.get("/v1/refunds"))?)
    }

    async fn refund_ask(&self, request: RefundMoney) -> Answer<Refund> {
        Ok(payments::ask_refund(&*self.account()?, request).await?)
    }

    async fn refund_decide(&self, request: DecideOnRefund) -> Answer<Refund> {
        Ok(payments::decide_refund(&*self.account()?, request).await?)
    }

    async fn rooms_get(&self, _: Empty) -> Answer<RoomsView> {
        Ok(chat::rooms(&self.account()?.cache, &self.language()?, self.ports.system.now())?)
    }

    async fn room_open(&self, RoomKey { id }: RoomKey) -> Answer<RoomView> {
        let (account, now) = (self.account()?, self.ports.system.now());
        account.saw_room(id, now);
        Ok(chat::open(&account.cache, id, &account.typing_in(id, now), &self.language()?, now)?)
    }

    async fn messages_get(&self, query: MessagesQuery) -> Answer<MessagesPage> {
        Ok(chat::messages(&self.account()?.cache, &query, &self.language()?, self.ports.system.now())?)
    }

    async fn messages_search(&self, query: MessageSearch) -> Answer<MessageHits> {
        Ok(chat::search(&self.account()?.cache, &query, &self.language()?, self.ports.system.now())?)
    }

    async fn room_people_get(&self, RoomKey { id }: RoomKey) -> Answer<RoomPeople> {
        let (account, path) = (self.account()?, format!("/v1/rooms/{id}/people"));
        Ok(authorised!(account, |api| api.get(&path))?)
    }

    async fn neighbours_get(&self, _: Empty) -> Answer<NeighboursView> {
        Ok(chat::neighbours(&self.account()?.cache, &self.language()?, self.ports.system.now())?)
    }

    async fn message_say(&self, request: SayInRoom) -> Answer<MessageKey> {
        let account = self.account()?;
        let id = chat::say(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])?;
        Ok(MessageKey { id })
    }

    async fn message_ask(&self, request: AskInRoom) -> Answer<MessageKey> {
        let account = self.account()?;
        let id = chat::ask(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])?;
        Ok(MessageKey { id })
    }

    async fn message_edit(&self, request: EditMessage) -> Answer<Done> {
        let account = self.account()?;
        chat::edit(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn message_delete(&self, MessageKey { id }: MessageKey) -> Answer<Done> {
        chat::delete(&self.account()?.cache, &*self.ports.system, &self.language()?, id)?;
        self.queued(&[Topic::Chat])
    }

    async fn message_react(&self, request: ReactToMessage) -> Answer<Done> {
        let account = self.account()?;
        chat::react(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn poll_vote_now(&self, request: VoteInPoll) -> Answer<Done> {
        let account = self.account()?;
        chat::vote(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn message_pin(&self, request: PinMessage) -> Answer<Done> {
        let account = self.account()?;
        chat::pin(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn room_read(&self, seen: SeenRoom) -> Answer<Done> {
        if chat::read(&self.account()?.cache, &*self.ports.system, seen)? {
            self.queued(&[Topic::Chat])
        } else {
            Ok(Done {})
        }
    }

    async fn room_tell(&self, request: TellOfRoom) -> Answer<Done> {
        let account = self.account()?;
        chat::tell(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn direct_open(&self, NeighbourKey { id }: NeighbourKey) -> Answer<RoomKey> {
        let id = chat::direct(&self.account()?.cache, &*self.ports.system, &self.language()?, id)?;
        Ok(RoomKey { id })
    }

    async fn office_room_open(&self, _: Empty) -> Answer<RoomKey> {
        Ok(RoomKey { id: chat::office_room(&self.account()?.cache, &*self.ports.system)? })
    }

    async fn room_save(&self, request: SaveRoom) -> Answer<RoomKey> {
        let account = self.account()?;
        let id = chat::save(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])?;
        Ok(RoomKey { id })
    }

    async fn room_enter(&self, RoomKey { id }: RoomKey) -> Answer<Done> {
        chat::enter(&self.account()?.cache, &*self.ports.system, &self.language()?, id)?;
        self.queued(&[Topic::Chat])
    }

    async fn room_leave(&self, RoomKey { id }: RoomKey) -> Answer<Done> {
        chat::leave(&self.account()?.cache, &*self.ports.system, &self.language()?, id)?;
        self.queued(&[Topic::Chat])
    }

    async fn room_invite(&self, request: PersonInRoom) -> Answer<Done> {
        let account = self.account()?;
        chat::invite(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn room_remove(&self, request: PersonInRoom) -> Answer<Done> {
        let account = self.account()?;
        chat::remove(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn room_agree(&self, request: AgreeToRules) -> Answer<Done> {
        let account = self.account()?;
        chat::agree(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn person_block(&self, request: BlockPerson) -> Answer<Done> {
        let account = self.account()?;
        chat::block(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn message_report(&self, request: ReportMessage) -> Answer<Done> {
        let account = self.account()?;
        chat::report(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn typing_tell(&self, RoomKey { id }: RoomKey) -> Answer<Done> {
        self.account()?.tell_typing(id).await;
        Ok(Done {})
    }

    async fn civil_get(&self, _: Empty) -> Answer<CivilView> {
        Ok(chat::civil(&self.account()?.cache, &self.language()?, self.ports.system.now())?)
    }

    async fn case_decide(&self, request: DecideCase) -> Answer<Done> {
        let account = self.account()?;
        chat::decide(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn appeal_make(&self, request: AppealTo) -> Answer<Done> {
        let account = self.account()?;
        chat::appeal(&account.cache, &*self.ports.system, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn appeal_answer_now(&self, request: AnswerAppeal) -> Answer<Done> {
        let account = self.account()?;
        chat::answer(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn moderator_name(&self, request: NameModerator) -> Answer<Done> {
        let account = self.account()?;
        chat::name_moderator(&account.cache, &*self.ports.system, &self.language()?, request)?;
        self.queued(&[Topic::Chat])
    }

    async fn typed_get(&self, place: TypedPlace) -> Answer<Typed> {
        Ok(self.account()?.cache.read(|db| typed::get(db, place))?)
    }

    async fn typed_keep(&self, request: KeepTyped) -> Answer<Done> {
        typed::keep(&self.account()?.cache, &*self.ports.system, &request)?;
        Ok(Done {})
    }

    async fn community_map(&self, _: Empty) -> Answer<CommunityMapView> {
        Ok(community::map(&self.account()?.cache)?)
    }

    async fn people_list(&self, query: PeopleQuery) -> Answer<PeoplePage> {
        Ok(community::people(&self.account()?.cache, &query)?)
    }

    async fn invite(&self, PersonKey { id }: PersonKey) -> Answer<Letter> {
        let account = self.account()?;
        let request = InviteRequest { person_id: id };
        let invitation: Invitation = authorised!(account, |api| api.post("/v1/invitations", &request))?;
        let (person, home) = account
            .cache
            .read(|db| community::person_with_home(db, id))?
            .ok_or_else(|| not_found("person"))?;
        Ok(Letter {
            qr: qr::draw(&invitation.link)?,
            invitation,
            name: person.name,
            home,
            role: person.role,
            language: person.language,
        })
    }

    async fn devices_list(&self, _: Empty) -> Answer<DevicesView> {
        Ok(devices::list(&self.account()?.cache)?)
    }

    async fn device_add(&self, _: Empty) -> Answer<DeviceLinkView> {
        let account = self.account()?;
        let link: DeviceLink = authorised!(account, |api| api.post("/v1/devices/link", &Empty {}))?;
        Ok(DeviceLinkView { qr: qr::draw(&link.link)?, link, server: account.session()?.server })
    }

    async fn device_revoke(&self, DeviceKey { id }: DeviceKey) -> Answer<Done> {
        let account = self.account()?;
        let path = format!("/v1/devices/{id}/revoke");
        authorised!(account, |api| api.act("POST", &path))?;
        Ok(Done {})
    }

    async fn devices_seen(&self, _: Empty) -> Answer<Done> {
        devices::seen(&self.account()?.cache)?;
        self.announce(&[Topic::Devices]);
        Ok(Done {})
    }

    async fn device_rename(&self, RenameDevice { id, name }: RenameDevice) -> Answer<Done> {
        devices::rename(&self.account()?.cache, &*self.ports.system, id, &name)?;
        self.queued(&[Topic::Devices])
    }

    async fn outbox_list(&self, _: Empty) -> Answer<OutboxPage> {
        Ok(OutboxPage { rows: self.account()?.cache.read(outbox::rows)? })
    }

    async fn outbox_retry(&self, OpKey { id }: OpKey) -> Answer<Done> {
        outbox::retry(&self.account()?.cache, id)?;
        self.queued(&[Topic::Notices, Topic::Repairs, Topic::Rounds, Topic::Payments, Topic::Chat])
    }

    async fn outbox_discard(&self, OpKey { id }: OpKey) -> Answer<Done> {
        outbox::give_up(&self.account()?.cache, &*self.ports.system, id)?;
        let topics =
            [Topic::Notices, Topic::Repairs, Topic::Rounds, Topic::Payments, Topic::Chat, Topic::Typed];
        self.queued(&topics)
    }

    async fn outbox_kept(&self, _: Empty) -> Answer<KeptPage> {
        Ok(self.kept()?)
    }

    async fn outbox_discard_kept(&self, AccountKey { id }: AccountKey) -> Answer<Done> {
        if !self.opened()?.kept.iter().any(|old| old.id == id) {
            return Err(not_found("kept work").into());
        }
        self.forget_account(id)?;
        Ok(Done {})
    }

    async fn sync_now(&self, _: Empty) -> Answer<Done> {
        self.account()?.wake();
        Ok(Done {})
    }
}

fn opened(is_open: bool) -> Answer<Done> {
    let cannot = || WireError::new(Code::UnknownCommand, "this host cannot open files");
    is_open.then_some(Done {}).ok_or_else(cannot)
}
