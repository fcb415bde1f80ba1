//! All tables, in an order in which their rows can be inserted.

/// A table.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [&'static str],
    /// How many of the first columns make its primary key.
    pub key: usize,
}

macro_rules! tables {
    ($($name:ident [$($key:ident)+] $($column:ident)*;)*) => {
        /// All tables but `migration`, referenced ones first. A test holds it against the catalog of
        /// both engines, so that a table added by a migration cannot be forgotten in a backup.
        pub const TABLES: &[Table] = &[$(Table {
            name: stringify!($name),
            columns: &[$(stringify!($key),)+ $(stringify!($column),)*],
            key: [$(stringify!($key)),+].len(),
        },)*];
    };
}

tables! {
    instance [one] id epoch cursor_key token_key code_salt created_at restored_at seen_at back_at;
    scope [scope] community_id head;
    changes [scope entity id] community_id seq version body at;
    community [id] name time_zone currency languages office categories version created_at;
    building [community_id id] code name version;
    household [community_id id] code version;
    unit [community_id id] building_id code household_id version area;
    person [community_id id] code name given_name phone role household_id language simple visible_flat
        visible_phone visible_listed visible_photo joined version left_at;
    device [id] community_id person_id name device_key version joined_at revoked_at;
    invitation [id] community_id person_id kind secret_hash code_hash issued_at expires_at ended_at used_at used_op
        used_key device_id version;
    session [device_id] community_id refresh_hash expires_at previous_hash previous_nonce_hash rotated_at;
    spent_refresh [device_id hash] at;
    access_token [hash] device_id community_id expires_at;
    op [device_id op_id] community_id hash outcome at;
    preferences [community_id person_id] body version;
    attachment [community_id id] name media_type bytes sha256 received_sha256 width height person_id at;
    photo [community_id person_id] version attachment_id;
    notice [community_id id] version author_id author_name author_role state publish_at published_at changed_at
        withdrawn_at content;
    notice_scope [community_id notice_id scope];
    notice_attachment [community_id notice_id attachment_id];
    notice_template [community_id id] name content version deleted_at;
    read_mark [community_id notice_id person_id] read_at version;
    repair_category [community_id id] key content version;
    common_area [community_id id] code name building_id version;
    repair [community_id id] version state is_open urgency category building_id household_id reporter_id assignee_id
        reported_at changed_at month promised_by kept worked_ms reopened stars due_at archived card_scope body;
    repair_event [community_id repair_id number] id at person_id body;
    repair_joined [community_id repair_id person_id] at;
    repair_scope [community_id repair_id scope];
    repair_attachment [community_id repair_id attachment_id];
    repair_note [community_id repair_id number] id at body;
    round_plan [community_id id] version content next_on due_at;
    round [community_id id] version plan_id due_on state due_at archived body;
    ledger_account [community_id id] kind household_id heading currency;
    ledger_entry [community_id id] kind currency day lines reason person_id provider provider_id reverses at;
    posting [community_id entry_id line] account_id minor bill_id;
    fee [community_id id] version heading content;
    numbering [community_id kind year] last;
    meter [community_id fee_id unit_id] version;
    reading [community_id fee_id unit_id day] value_milli is_new_meter at person_id bill_id old_final_milli;
    bill_run [community_id id] month due_on currency bills total at person_id;
    bill [community_id id] version household_id run_id month year number issued_on due_on currency total;
    bill_line [community_id bill_id line] fee_id unit_id period total body;
    reminder [community_id bill_id step] day at;
    credit [community_id id] bill_id year number day reason minor parts at person_id;
    payment [community_id id] version household_id way state minor currency meant_for at booked_at year number
        person_id payer;
    household_account [community_id household_id] version automatic;
    relative_code [community_id id] household_id person_id code_hash issued_at expires_at ended_at;
    relative [community_id id] version household_id person_id let_by code_id household_name name since ended_at
        ended_by;
    payment_ways [community_id] version body;
    bank_movement [community_id id] account name day minor currency other_name other_account state reason entry_id
        at person_id body;
    refund [community_id id] household_id payment_id way minor currency reason asked_at asked_by state held
        decided_at decided_by version;
    card_payment [community_id payment_id] provider intent link_hash link_expires_at asked ask_at language;
    card_refund [community_id id] payment_id minor state provider_id at asked ask_at;
    card_trouble [provider intent what] at;
    room [community_id id] version kind owner_id last card made_at body;
    room_seat [community_id room_id person_id] version state agreed muted_until invitation;
    room_mark [community_id room_id person_id] version read tell;
    message [community_id id] room_id number version person_id at body hidden;
    message_attachment [community_id message_id attachment_id];
    taken_back [community_id message_id] at body;
    reaction [community_id message_id person_id] version emoji;
    poll_vote [community_id message_id person_id] version choices;
    neighbour [community_id id] version body;
    neighbour_scope [community_id neighbour_id scope];
    block [community_id person_id other_id] version name at;
    message_report [community_id message_id person_id] at;
    reported_message [community_id id] version body;
    moderation [community_id id] version message_id person_id at body;
    moderator [community_id person_id] version name duty;
    audit [id] community_id at event person_id device_id details;
    import_row [community_id kind code] body at;
}

impl Table {
    /// The statement that reads `limit` rows in the order of the key; with `after`, those behind the
    /// key in the first parameters.
    pub(super) fn select(&self, after: bool, limit: usize) -> String {
        let columns = self.columns.join(", ");
        let key = self.columns.get(..self.key).unwrap_or_default().join(", ");
        let behind = if after {
            let places: Vec<String> = (1..=self.key).map(|n| format!("${n}")).collect();
            format!(" WHERE ({key}) > ({})", places.join(", "))
        } else {
            String::new()
        };
        format!("SELECT {columns} FROM {}{behind} ORDER BY {key} LIMIT {limit}", self.name)
    }

    /// The statement that inserts a row.
    pub(super) fn insert(&self) -> String {
        let places: Vec<String> = (1..=self.columns.len()).map(|n| format!("${n}")).collect();
        format!("INSERT INTO {} ({}) VALUES ({})", self.name, self.columns.join(", "), places.join(", "))
    }
}
