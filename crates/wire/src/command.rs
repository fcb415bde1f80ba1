//! The commands between the face and the core, each declared once: name, request, reply.
//!
//! From the one list below come a marker type for each command (the face calls
//! `ipc::call::<NoticesList>(request)`), the trait [`Commands`] with one method for each (the core
//! implements it; a missing method does not compile), and [`dispatch`], which the shell and the
//! browser host put behind their single entry. Requests and replies cross as JSON *text*, so that
//! 64-bit numbers survive JavaScript.

use std::{collections::BTreeMap, future::Future};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    Code, Timestamp, WireError,
    attachments::{Attachment, FileBytes, NewFile},
    community::{Building, Community, Household, Person, ProfileChange, Unit},
    devices::{Device, DeviceLink},
    id::{AccountId, AttachmentId, DeviceId, NoticeId, OpId, PersonId, TemplateId},
    join::{InvitationStatus, JoinWith, Letter, Qr},
    markdown::Block,
    notices::{
        Audience, AudienceCount, KeepDraft, NoticeContent, NoticeGet, NoticeReaders, NoticeRow,
        NoticeTemplate, NoticeView, NoticesPage, NoticesQuery, OfficeNotice, OfficeNoticesPage,
        OfficeNoticesQuery, SaveNotice,
    },
    outbox::{KeptPage, OutboxCounts, OutboxPage},
    settings::{Preferences, Settings},
};

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
    /// Take a file in for a notice: checked, scaled and cleaned here, sent with the notice.
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
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// [`AppView`]: stage, accounts, settings, connection, counts.
    App,
    /// Notices, read marks, templates.
    Notices,
    /// Community, people, invitations.
    Community,
    /// Devices.
    Devices,
    /// The outbox.
    Outbox,
}

impl Topic {
    /// All of them: another community is shown, or too much was missed.
    pub const ALL: [Self; 5] = [Self::App, Self::Notices, Self::Community, Self::Devices, Self::Outbox];
}

/// A request that says nothing.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
pub struct Empty {}

/// A reply that says nothing but that it is done, or safely queued.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
pub struct Done {}

/// A text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Text {
    /// The text.
    pub text: String,
}

/// A text or none.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct MaybeText {
    /// The text.
    pub text: Option<String>,
}

/// The frame around the pages.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct AppView {
    /// Which screen comes before all others.
    pub stage: Stage,
    /// Settings of this device.
    pub settings: Settings,
    /// Whether the person has chosen settings, or they are still the system's.
    pub settings_chosen: bool,
    /// Communities joined on this device.
    pub accounts: Vec<AccountCard>,
    /// The person in the current community.
    pub me: Option<Me>,
    /// The network.
    pub connection: Connection,
    /// Why the cache takes nothing in just now, such as `storage_full`: what is here can be read, nothing new
    /// arrives and nothing is sent. It is tried again by itself; [`SyncNow`] tries at once.
    #[serde(default)]
    pub trouble: Option<WireError>,
    /// What waits.
    pub outbox: OutboxCounts,
    /// Things a person wrote that are kept of memberships that the server ended: see [`OutboxKept`].
    #[serde(default)]
    pub kept: u32,
    /// Unread notices.
    pub unread_notices: u32,
    /// How the cache is kept.
    pub keeping: Option<Keeping>,
    /// People of the demo to step in as; empty elsewhere.
    pub demo: Vec<DemoPerson>,
    /// A link that the system opened the app with, to be confirmed by the person.
    pub opened_link: Option<String>,
    /// Version of the app.
    pub version: String,
}

/// Which screen comes before all others.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Stage {
    /// The cache is being opened.
    Opening,
    /// The cache cannot be opened.
    Locked {
        /// Why: one of the `key_store_*` codes, `passphrase_wrong`, `storage_full`, `database_*`.
        trouble: WireError,
        /// Whether a passphrase can open it.
        passphrase: bool,
        /// Writes in it that were not sent yet, as far as is known.
        unsent: Option<u32>,
    },
    /// No key store, and nothing kept yet: the person chooses.
    ChooseKeeping {
        /// Why there is none.
        trouble: WireError,
    },
    /// No community joined yet.
    Welcome,
    /// The current community ended this device's membership: what it kept is deleted.
    SignedOut {
        /// `signed_out` or `device_revoked`.
        trouble: WireError,
    },
    /// In a community.
    Ready,
}

/// How a device keeps what it receives.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Keeping {
    /// Encrypted, with a key in the system's key store.
    KeyStore {
        /// Whether a passphrase opens it too.
        passphrase: bool,
    },
    /// Encrypted, with a passphrase. When choosing, the passphrase; when told, empty.
    Passphrase {
        /// At least 8 characters.
        passphrase: String,
    },
    /// Nothing is kept when the app closes.
    Nothing,
}

/// How to open the cache.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(tag = "with", rename_all = "snake_case")]
pub enum UnlockWith {
    /// The key store.
    KeyStore,
    /// The passphrase.
    Passphrase {
        /// As typed.
        passphrase: String,
    },
}

/// A community joined on this device.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct AccountCard {
    /// Key of its cache.
    pub id: AccountId,
    /// Address of its server.
    pub server: String,
    /// Name of the community, if it is known already.
    pub community: Option<crate::Localized>,
    /// Name of the person there.
    pub name: String,
    /// Whether it is the one shown.
    pub current: bool,
    /// Unread notices there.
    pub unread: u32,
}

/// The person in the current community.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct Me {
    /// The person.
    pub person: Person,
    /// The community.
    pub community: Community,
    /// Their household.
    pub household: Option<Household>,
}

/// The network, as the person needs to know it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct Connection {
    /// Whether the server answers.
    pub state: ConnectionState,
    /// When the cache last was level with the server.
    pub updated_at: Option<Timestamp>,
}

/// Whether the server answers.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// Not known yet.
    Connecting,
    /// It does.
    Online,
    /// It does not; everything received can be read, everything written waits.
    Offline,
}

/// A person of the demo community.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct DemoPerson {
    /// Stable key, such as `wang-mei`.
    pub key: String,
    /// Name and what they do, by language.
    pub name: crate::Localized,
    /// What they do, by language.
    pub about: crate::Localized,
    /// Settings that suit them.
    pub settings: Settings,
    /// Their invitation.
    pub link: String,
}

/// Home.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
pub struct HomeView {
    /// Emergencies that have not expired.
    pub emergencies: Vec<NoticeRow>,
    /// The newest unread notices, at most five.
    pub unread: Vec<NoticeRow>,
    /// How many are unread.
    pub unread_total: u32,
    /// The newest notices, at most five, for when nothing is unread.
    pub newest: Vec<NoticeRow>,
    /// Devices that were added to the person's since they last looked, other than the one in their hand.
    #[serde(default)]
    pub new_devices: Vec<Device>,
}

/// A notice.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct NoticeKey {
    /// Its id.
    pub id: NoticeId,
}

/// Notices.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct NoticeKeys {
    /// Their ids; empty means all.
    pub ids: Vec<NoticeId>,
}

/// A new notice.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct NewNotice {
    /// To start from.
    pub template: Option<TemplateId>,
}

/// A text as a tree.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct Blocks {
    /// The blocks.
    pub blocks: Vec<Block>,
    /// Whether HTML stood in the text: its words are shown, its marks are not.
    #[serde(default)]
    pub html: bool,
}

/// Templates.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct Templates {
    /// By name.
    pub templates: Vec<NoticeTemplate>,
}

/// Save a template; none makes a new one.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct SaveTemplate {
    /// Which.
    pub id: Option<TemplateId>,
    /// Its name.
    pub name: String,
    /// Its content.
    pub content: NoticeContent,
}

/// A template.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct TemplateKey {
    /// Its id.
    pub id: TemplateId,
}

/// A file.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct AttachmentKey {
    /// Its id.
    pub id: AttachmentId,
}

/// Buildings and units.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
pub struct CommunityMapView {
    /// By code.
    pub buildings: Vec<Building>,
    /// By building and code; the office only.
    pub units: Vec<Unit>,
}

/// People to list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug, Default)]
#[serde(default)]
pub struct PeopleQuery {
    /// A part of a name, code or unit.
    pub search: String,
    /// Rows to skip.
    pub offset: u32,
    /// Rows to give, at most 200; 0 means 50.
    pub limit: u32,
}

/// A window of the people.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug, Default)]
pub struct PeoplePage {
    /// The rows.
    pub rows: Vec<PersonRow>,
    /// How many there are in all under this search.
    pub total: u32,
}

/// A person in the office's list.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct PersonRow {
    /// The person.
    pub person: Person,
    /// Units such as `3-1201`.
    pub home: Vec<String>,
    /// Their newest invitation.
    pub invitation: Option<InvitationStatus>,
}

/// A person.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct PersonKey {
    /// Their id.
    pub id: PersonId,
}

/// An account of this device.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct AccountKey {
    /// Its id.
    pub id: AccountId,
}

/// Devices.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct DevicesView {
    /// Oldest first.
    pub devices: Vec<Device>,
    /// The one in the person's hand.
    pub this: Option<DeviceId>,
    /// Renames that wait or got stuck.
    pub pending: BTreeMap<DeviceId, crate::outbox::Pending>,
}

/// A code for one more device, with its QR.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
pub struct DeviceLinkView {
    /// The code.
    pub link: DeviceLink,
    /// The address to type beside it.
    pub server: String,
    /// The link as QR.
    pub qr: Qr,
}

/// A device.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct DeviceKey {
    /// Its id.
    pub id: DeviceId,
}

/// A new name for a device.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct RenameDevice {
    /// The device.
    pub id: DeviceId,
    /// 1 to 60 characters.
    pub name: String,
}

/// A queued write.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub struct OpKey {
    /// Its id.
    pub id: OpId,
}
