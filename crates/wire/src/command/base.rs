//! What the face can ask about everything that has no list of its own.

use super::{
    AccountKey, ActOnRepair, AppView, AttachmentKey, Blocks, CommunityMapView, DeviceKey, DeviceLinkView,
    DevicesView, Done, Empty, HomeView, InspectPoint, KeepTyped, Keeping, MaybeText, Me, NewNotice,
    NoticeKey, NoticeKeys, OpKey, PeoplePage, PeopleQuery, PersonKey, RateRepair, RenameDevice, RepairDrafts,
    RepairExport, RepairKey, RepairLike, RepairOlder, RoundKey, RoundPlanKey, SaveRepairCategory,
    SaveRoundPlan, SaveTemplate, SayOnRepair, TemplateKey, Templates, Text, UnlockWith,
};
use crate::{
    attachments::{Attachment, FileBytes, NewFile},
    community::ProfileChange,
    join::{JoinWith, Letter},
    notices::{
        Audience, AudienceCount, KeepDraft, NoticeGet, NoticeReaders, NoticeView, NoticesPage, NoticesQuery,
        OfficeNotice, OfficeNoticesPage, OfficeNoticesQuery, SaveNotice,
    },
    outbox::{KeptPage, OutboxPage},
    repairs::{
        RepairBoard, RepairCards, RepairChoices, RepairDraft, RepairEvents, RepairFigures, RepairQueuePage,
        RepairQueueQuery, RepairView, RepairsPage, RepairsQuery,
    },
    rounds::{FindPoint, PointKey, RoundLabels, RoundPlans, RoundPoint, RoundView, RoundsPage, RoundsQuery},
    settings::{Preferences, Settings},
    typed::{Typed, TypedPlace},
};

commands! {
    /// What the face can ask about everything that has no list of its own.
    BaseCommands;

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
    /// Choose a photo of oneself: checked, made a small square and cleaned here, saved through the outbox.
    PhotoSave photo_save "community.save_photo" (NewFile) -> Done;
    /// Take the photo of oneself away, through the outbox.
    PhotoRemove photo_remove "community.remove_photo" (Empty) -> Done;

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
