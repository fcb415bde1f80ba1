//! What banks write above the columns of a statement, in English, German and Chinese.
//!
//! A heading is compared without case, blanks and signs: `Buchungstag`, `buchungs-tag` and `Booking date` count by their
//! letters. A column that is not known is passed over. Where several columns mean the same, the first counts, but all
//! texts are kept.

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Column {
    Booked,
    Value,
    Amount,
    Debit,
    Credit,
    /// Whether money came in, where amounts have no sign.
    Direction,
    Currency,
    Name,
    Account,
    Text,
    Reference,
    /// Whether the bank has booked it, or only announced.
    State,
}

const KNOWN: [(Column, &[&str]); 12] = [
    (
        Column::Booked,
        &[
            "date",
            "bookingdate",
            "bookeddate",
            "postingdate",
            "transactiondate",
            "datebooked",
            "completeddate",
            "buchungstag",
            "buchungsdatum",
            "buchung",
            "datum",
            "交易日期",
            "记账日期",
            "入账日期",
            "日期",
            "交易时间",
            "記帳日期",
            "交易日",
        ],
    ),
    (
        Column::Value,
        &[
            "valuedate",
            "valuta",
            "valutadatum",
            "wertstellung",
            "wertstellungsdatum",
            "wert",
            "起息日",
            "起息日期",
        ],
    ),
    (
        Column::Amount,
        &[
            "amount",
            "transactionamount",
            "betrag",
            "umsatz",
            "buchungsbetrag",
            "betrageur",
            "betragineur",
            "金额",
            "交易金额",
            "发生额",
            "交易金额元",
            "金额元",
        ],
    ),
    (
        Column::Debit,
        &[
            "debit",
            "debitamount",
            "paidout",
            "moneyout",
            "withdrawal",
            "withdrawals",
            "soll",
            "ausgaben",
            "lastschrift",
            "belastung",
            "支出",
            "支出金额",
            "借方",
            "借方金额",
            "借方发生额",
            "支出元",
        ],
    ),
    (
        Column::Credit,
        &[
            "credit",
            "creditamount",
            "paidin",
            "moneyin",
            "deposit",
            "deposits",
            "haben",
            "einnahmen",
            "gutschrift",
            "收入",
            "收入金额",
            "贷方",
            "贷方金额",
            "贷方发生额",
            "收入元",
            "存入",
        ],
    ),
    (
        Column::Direction,
        &[
            "debitcredit",
            "creditdebit",
            "debitorcredit",
            "crdr",
            "drcr",
            "dc",
            "cd",
            "direction",
            "sollhaben",
            "sh",
            "sollhabenkennzeichen",
            "sollhabenkennung",
            "借贷",
            "借贷标志",
            "借贷方向",
            "收支",
            "收支方向",
            "收付标志",
        ],
    ),
    (
        Column::Currency,
        &["currency", "currencycode", "ccy", "währung", "waehrung", "whg", "币种", "货币", "币别"],
    ),
    (
        Column::Name,
        &[
            "name",
            "payee",
            "payer",
            "counterparty",
            "counterpartyname",
            "payername",
            "payeename",
            "partnername",
            "beneficiary",
            "begünstigterzahlungspflichtiger",
            "beguenstigterzahlungspflichtiger",
            "auftraggeberempfänger",
            "empfängerauftraggeber",
            "auftraggeberbegünstigter",
            "zahlungsbeteiligter",
            "namezahlungsbeteiligter",
            "zahlungspflichtige",
            "对方户名",
            "对方名称",
            "对方账户名称",
            "交易对方",
            "户名",
            "对方姓名",
            "付款人",
            "付款人名称",
        ],
    ),
    (
        Column::Account,
        &[
            "account",
            "iban",
            "accountnumber",
            "counterpartyaccount",
            "counterpartyiban",
            "partneriban",
            "payeraccount",
            "kontonummeriban",
            "kontonummer",
            "gegenkonto",
            "ibanzahlungsbeteiligter",
            "对方账号",
            "对方账户",
            "对方卡号",
            "对方帐号",
            "账号",
            "付款账号",
        ],
    ),
    (
        Column::Text,
        &[
            "text",
            "description",
            "details",
            "purpose",
            "memo",
            "narrative",
            "remittanceinformation",
            "paymentdetails",
            "message",
            "verwendungszweck",
            "buchungstext",
            "vorgangverwendungszweck",
            "zahlungsgrund",
            "beschreibung",
            "附言",
            "摘要",
            "备注",
            "用途",
            "交易摘要",
            "交易附言",
            "说明",
        ],
    ),
    (
        Column::Reference,
        &[
            "reference",
            "paymentreference",
            "creditorreference",
            "structuredreference",
            "customerreference",
            "referenz",
            "kundenreferenz",
            "zahlungsreferenz",
            "kundenreferenzendtoend",
            "endtoendreference",
            "endtoendreferenz",
            "参考号",
            "业务参考号",
            "付款参考号",
        ],
    ),
    (
        Column::State,
        &[
            "state",
            "status",
            "info",
            "transactionstate",
            "transactionstatus",
            "bookingstatus",
            "umsatzstatus",
            "buchungsstatus",
            "状态",
            "交易状态",
            "记账状态",
            "当前状态",
        ],
    ),
];

/// What a state says, in letters and digits, of a row that the bank has not booked and may never book.
const NOT_BOOKED: [&str; 31] = [
    "vorgemerkt",
    "umsatzvorgemerkt",
    "umsatzvorgemerktundnichtgebucht",
    "nichtgebucht",
    "inbearbeitung",
    "ausstehend",
    "abgelehnt",
    "fehlgeschlagen",
    "abgebrochen",
    "announced",
    "notbooked",
    "pending",
    "pdng",
    "processing",
    "inprogress",
    "authorised",
    "authorized",
    "reverted",
    "declined",
    "rejected",
    "failed",
    "cancelled",
    "canceled",
    "处理中",
    "待处理",
    "待入账",
    "未入账",
    "失败",
    "交易失败",
    "交易关闭",
    "已撤销",
];

/// Where the columns of a table stand.
#[derive(Debug)]
pub(super) struct Headings {
    columns: Vec<(Column, usize, String)>,
    width: usize,
}

impl Headings {
    /// The headings of a row; none unless it names a day and an amount.
    pub(super) fn of(cells: &csv::StringRecord) -> Option<Self> {
        let known = |title: &str| {
            let plain = plain(title);
            KNOWN.iter().find(|(_, titles)| titles.contains(&plain.as_str())).map(|(column, _)| *column)
        };
        let columns = cells
            .iter()
            .enumerate()
            .filter_map(|(at, title)| Some((known(title)?, at, title.trim().to_owned())));
        let found = Self { columns: columns.collect(), width: cells.len() };
        let has = |column| found.place(column).is_some();
        let has_amount = has(Column::Amount) || (has(Column::Debit) && has(Column::Credit));
        (has(Column::Booked) && has_amount).then_some(found)
    }

    /// Where a column stands, counted from 0.
    pub(super) fn place(&self, column: Column) -> Option<usize> {
        self.all(column).next()
    }

    /// Where all columns of a kind stand.
    pub(super) fn all(&self, column: Column) -> impl Iterator<Item = usize> {
        self.columns.iter().filter(move |(known, ..)| *known == column).map(|(_, at, _)| *at)
    }

    /// What stands above a column.
    pub(super) fn title(&self, column: Column) -> &str {
        self.columns.iter().find(|(known, ..)| *known == column).map_or("", |(_, _, title)| title)
    }

    /// How many columns there are.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// How many columns are known.
    pub(super) fn count(&self) -> usize {
        self.columns.len()
    }
}

/// Whether money came in, as banks say it beside an amount.
pub(super) fn is_in(text: &str) -> Option<bool> {
    match plain(text).as_str() {
        "c" | "cr" | "crdt" | "credit" | "h" | "haben" | "gutschrift" | "贷" | "贷方" | "收" | "收入"
        | "in" => Some(true),
        "d" | "dr" | "dbit" | "debit" | "s" | "soll" | "lastschrift" | "借" | "借方" | "支" | "支出"
        | "付" | "out" => Some(false),
        _ if text == "+" => Some(true),
        _ if text == "-" => Some(false),
        _ => None,
    }
}

/// Whether a row that stands so tells of no money: announced, declined, or taken back before it was booked.
pub(super) fn is_not_booked(state: &str) -> bool {
    NOT_BOOKED.contains(&plain(state).as_str())
}

/// The ISO 4217 code of a currency as it stands in a cell.
pub(super) fn currency(text: &str) -> String {
    match text {
        "€" | "Euro" => "EUR".to_owned(),
        "人民币" | "人民币元" | "RMB" | "元" => "CNY".to_owned(),
        code => code.to_uppercase(),
    }
}

/// The letters and digits of a title, in lower case.
fn plain(title: &str) -> String {
    title.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::{KNOWN, NOT_BOOKED, plain};

    #[test]
    fn every_title_is_known_in_its_plain_form_and_means_one_thing() {
        let mut titles: Vec<&str> = KNOWN.iter().flat_map(|(_, titles)| titles.iter().copied()).collect();
        assert!(titles.iter().all(|title| plain(title) == *title), "{titles:?}");
        let all = titles.len();
        titles.sort_unstable();
        titles.dedup();
        assert_eq!(titles.len(), all);
        assert!(NOT_BOOKED.iter().all(|word| plain(word) == *word), "{NOT_BOOKED:?}");
    }
}
