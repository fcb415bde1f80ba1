//! The commands of the face: adapters of a few lines over the domains.

mod chat;
mod payments;

use linli_wire::{
    Code, WireError,
    attachments::{Attachment, FileBytes, NewFile},
    command::*,
    community::ProfileChange,
    devices::DeviceLink,
    join::{Invitation, InviteRequest, JoinWith, Letter},
    notices::*,
    outbox::{KeptPage, OutboxPage},
    repairs::*,
    rounds::*,
    settings::{Preferences, Settings},
    typed::{Typed, TypedPlace},
};

use crate::{
    account::authorised,
    app::Core,
    attachments, community, devices,
    error::not_found,
    join, keys, markdown,
    notices::{self, office, templates},
    outbox, qr, repairs, rounds, typed,
};

type Answer<T> = std::result::Result<T, WireError>;

impl Core {
    /// After something was queued.
    fn queued(&self, topics: &[Topic]) -> Answer<Done> {
        self.account()?.wake_sender();
        self.announce(topics);
        self.announce(&[Topic::Outbox, Topic::App]);
        Ok(Done {})
    }
}

impl BaseCommands for Core {
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

    async fn photo_save(&self, file: NewFile) -> Answer<Done> {
        community::save_photo(&self.account()?.cache, &*self.ports.system, &file)?;
        self.queued(&[Topic::Community])
    }

    async fn photo_remove(&self, _: Empty) -> Answer<Done> {
        community::remove_photo(&self.account()?.cache, &*self.ports.system)?;
        self.queued(&[Topic::Community])
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
        Ok(self.account()?.cache.read(|db| outbox::page(db, self.ports.system.now()))?)
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
