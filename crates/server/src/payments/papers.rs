//! Receipts and yearly statements: what the ledger says, as it is printed.
//!
//! A receipt says what was booked then, so it is the same whenever it is asked for, until the payment is given back. A
//! statement is the household's side of the ledger for a year, entry by entry: what it owes less what is kept for it.

use jiff::civil::Date;
use linli_wire::{
    Code, Language,
    community::Community,
    id::{CommunityId, HouseholdId, PaymentId},
    payments::{Payment, PaymentState, Way},
};

use super::{
    numbers::{self, Paper},
    pay, relatives, today,
};
use crate::{
    Error,
    auth::Caller,
    bank::amount::decimal,
    calendar::Calendar,
    community,
    db::Tx,
    paper::{Entry, Head, Line, Receipt, YearStatement},
    params,
};

/// The receipt of a payment, to be written by [`crate::paper::receipt`].
///
/// # Errors
/// `not_found` for a payment of others, or one that did not come; the database's.
pub fn receipt(
    tx: &mut Tx<'_>,
    caller: &Caller,
    id: PaymentId,
    language: &Language,
) -> Result<Receipt, Error> {
    let (community, _) = today(tx, caller.community)?;
    let payment = pay::payment(tx, caller.community, id)?;
    must_see(tx, caller, payment.household_id)?;
    let (number, booked) = payment.receipt.as_ref().zip(payment.booked_at).ok_or_else(Error::not_found)?;
    let day = Calendar::of(&community)?.today(booked)?;
    let say = Say(language);
    let head = head(tx, &community, payment.household_id, language, number.clone(), day)?;
    let mut lines: Vec<Line> = payment
        .parts
        .iter()
        .map(|part| line(say.bill(&part.number), part.minor, &payment.currency))
        .collect();
    if payment.kept > 0 {
        let kept = say.of("Kept for your household, for bills to come", "存入本户余额，用于以后的账单");
        lines.push(line(kept.to_owned(), payment.kept, &payment.currency));
    }
    Ok(Receipt {
        head: Head { made_at: booked, ..head },
        lines,
        taxes: Vec::new(),
        total: money(payment.minor, &payment.currency),
        received: day,
        way: say.way(payment.way).to_owned(),
        payer: payment.payer.clone().unwrap_or_default(),
        reference: String::new(),
        open: String::new(),
        notes: given_back(&payment, &community, say)?,
    })
}

/// What became of a payment that was given back.
fn given_back(payment: &Payment, of: &Community, say: Say<'_>) -> Result<Vec<String>, Error> {
    let Some(back) = payment.given_back.as_ref().filter(|_| payment.state == PaymentState::GivenBack) else {
        return Ok(Vec::new());
    };
    let day = Calendar::of(of)?.today(back.at)?;
    let words = if back.booked_wrongly {
        say.of(
            "This payment was booked for your household by mistake, and taken back on {day}: {reason}",
            "此笔缴费误记在本户名下，已于 {day} 冲回：{reason}",
        )
    } else {
        say.of("This payment was given back on {day}: {reason}", "此笔缴费已于 {day} 退回：{reason}")
    };
    Ok(vec![words.replace("{day}", &day.to_string()).replace("{reason}", &back.reason)])
}

/// The statement of a household for a year, this one where none is named, to be written by [`crate::paper::year_statement`].
///
/// # Errors
/// `not_found` for a household of others; `invalid_input` for a year that is not over yet and has not begun; the
/// database's.
pub fn statement(
    tx: &mut Tx<'_>,
    caller: &Caller,
    household: HouseholdId,
    year: Option<i16>,
    language: &Language,
) -> Result<YearStatement, Error> {
    must_see(tx, caller, household)?;
    let (community, today) = today(tx, caller.community)?;
    let year = year.unwrap_or_else(|| today.year());
    let wrong = || Error::invalid("year", "must be a year that has begun");
    if !(2000..=today.year()).contains(&year) {
        return Err(wrong());
    }
    let first = Date::new(year, 1, 1).map_err(|_| wrong())?;
    let last = Date::new(year, 12, 31).map_err(|_| wrong())?.min(today);
    let say = Say(language);
    let currency = community.currency.clone();
    let number = format!("{year}");
    let head = head(tx, &community, household, language, number, last)?;
    let moves = moves(tx, caller.community, household, &currency, &last)?;
    let too_much = || Error::refused(Code::Internal, "a statement comes to too much");
    let (mut balance, mut charged, mut paid) = (0_i64, 0_i64, 0_i64);
    let mut opening = 0_i64;
    let mut entries = Vec::new();
    for of in moves {
        balance = balance.checked_add(of.minor).ok_or_else(too_much)?;
        if of.day < first {
            opening = balance;
            continue;
        }
        let sum = if of.minor > 0 { &mut charged } else { &mut paid };
        *sum = sum.checked_add(of.minor.saturating_abs()).ok_or_else(too_much)?;
        let amount = money_alone(of.minor.saturating_abs(), &currency);
        let (debit, credit) = if of.minor > 0 { (amount, String::new()) } else { (String::new(), amount) };
        entries.push(Entry {
            day: of.day,
            what: say.entry(&of),
            small: of.reason,
            charged: debit,
            paid: credit,
            balance: money_alone(balance, &currency),
        });
    }
    let sentence = match balance {
        1.. => say.of("This is still to be paid.", "以上金额尚未缴清。"),
        0 => say.of("You owe nothing.", "您没有欠费。"),
        _ => say.of("This is kept for you, for bills to come.", "该金额为您保留，用于以后的账单。"),
    };
    Ok(YearStatement {
        head,
        from: first,
        until: last,
        opening: money_alone(opening, &currency),
        entries,
        charged: money_alone(charged, &currency),
        paid: money_alone(paid, &currency),
        closing: money(balance, &currency),
        sentences: vec![sentence.to_owned()],
        notes: Vec::new(),
    })
}

/// An entry of the ledger on the side of a household.
struct Move {
    day: Date,
    kind: String,
    reason: String,
    /// What it added to what is owed, less what is kept.
    minor: i64,
    /// The number of the bill, the credit note or the receipt that it is.
    number: Option<String>,
}

fn moves(
    tx: &mut Tx<'_>,
    community: CommunityId,
    household: HouseholdId,
    currency: &str,
    until: &Date,
) -> Result<Vec<Move>, Error> {
    let sql = "WITH of_household AS (
           SELECT posting.entry_id, CAST(SUM(posting.minor) AS BIGINT) AS minor FROM posting
           JOIN ledger_account AS account
             ON account.community_id = posting.community_id AND account.id = posting.account_id
           WHERE posting.community_id = $1 AND account.household_id = $2 AND account.kind IN ('receivable', 'prepaid')
             AND account.currency = $3
           GROUP BY posting.entry_id)
         SELECT entry.day, CASE WHEN refund.id IS NULL THEN entry.kind ELSE 'mistake' END, entry.reason, of_household.minor, bill.year, bill.number, credit.year, credit.number,
           payment.year, payment.number
         FROM of_household
         JOIN ledger_entry AS entry ON entry.community_id = $1 AND entry.id = of_household.entry_id
         LEFT JOIN bill ON bill.community_id = $1 AND bill.id = entry.id
         LEFT JOIN credit ON credit.community_id = $1 AND credit.id = entry.id
         LEFT JOIN payment ON payment.community_id = $1 AND (payment.id = entry.id OR payment.id = entry.reverses)
         LEFT JOIN refund ON refund.community_id = $1 AND refund.id = entry.id AND refund.way = 'stays'
         WHERE entry.day <= $4 AND of_household.minor <> 0
         ORDER BY entry.day, entry.at, entry.id";
    let rows = tx.query(sql, params![community, household, currency, &until.to_string()])?;
    rows.iter()
        .map(|row| {
            let written = |at: usize, paper| -> Result<Option<String>, Error> {
                let year: Option<i64> = row.get(at)?;
                Ok(year.zip(row.get(at + 1)?).map(|(year, number)| numbers::written(paper, year, number)))
            };
            let day: String = row.get(0)?;
            let number = match (written(4, Paper::Bill)?, written(6, Paper::Credit)?) {
                (None, None) => written(8, Paper::Receipt)?,
                (bill, credit) => bill.or(credit),
            };
            Ok(Move {
                day: super::day("day", &day)?,
                kind: row.get(1)?,
                reason: row.get(2)?,
                minor: row.get(3)?,
                number,
            })
        })
        .collect()
}

fn must_see(tx: &mut Tx<'_>, caller: &Caller, household: HouseholdId) -> Result<(), Error> {
    let sees = caller.role.is_office() || relatives::may_pay(tx, caller, household)?;
    if sees { Ok(()) } else { Err(Error::not_found()) }
}

fn head(
    tx: &mut Tx<'_>,
    of: &Community,
    household: HouseholdId,
    language: &Language,
    number: String,
    day: Date,
) -> Result<Head, Error> {
    let known = community::household(tx, of.id, household)?.ok_or_else(Error::not_found)?;
    let sql = "SELECT name FROM person WHERE community_id = $1 AND household_id = $2 AND left_at IS NULL ORDER BY code";
    let names = tx.query(sql, params![of.id, household])?;
    let units: Vec<String> =
        known.units.iter().map(|unit| format!("{}-{}", unit.building_code, unit.code)).collect();
    let office = [of.office.address.in_language(language).to_owned(), of.office.phone.clone()];
    let midnight = Calendar::of(of)?.begins(day)?;
    Ok(Head {
        language: language.clone(),
        community: of.name.in_language(language).to_owned(),
        address: office.into_iter().filter(|line| !line.is_empty()).collect(),
        number,
        day,
        made_at: midnight,
        household: known.code,
        names: names.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?,
        home: units,
    })
}

fn line(what: String, minor: i64, currency: &str) -> Line {
    Line { what, total: money_alone(minor, currency), ..Line::default() }
}

/// An amount with its currency, such as `EUR 1,234.50`.
fn money(minor: i64, currency: &str) -> String {
    format!("{currency}\u{a0}{}", money_alone(minor, currency))
}

/// An amount such as `1,234.50`.
fn money_alone(minor: i64, currency: &str) -> String {
    let sign = if minor < 0 { "\u{2212}" } else { "" };
    let Some(text) = decimal(minor.saturating_abs(), currency) else { return format!("{minor}") };
    let (whole, part) =
        text.split_once('.').map_or((text.as_str(), None), |(whole, part)| (whole, Some(part)));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    part.map_or_else(|| format!("{sign}{grouped}"), |part| format!("{sign}{grouped}.{part}"))
}

/// What papers of payments say, in the language of a paper.
#[derive(Clone, Copy)]
struct Say<'a>(&'a Language);

impl Say<'_> {
    fn of(self, english: &'static str, chinese: &'static str) -> &'static str {
        if self.0.as_str() == "zh" { chinese } else { english }
    }

    fn bill(self, number: &str) -> String {
        self.of("Bill {number}", "账单 {number}").replace("{number}", number)
    }

    fn way(self, way: Way) -> &'static str {
        match way {
            Way::Card => self.of("Card", "银行卡"),
            Way::Transfer => self.of("Bank transfer", "银行转账"),
            Way::Counter => self.of("At the counter", "窗口缴费"),
            Way::Balance => self.of("From what was kept", "余额抵扣"),
            Way::Other => self.of("Another way", "其他方式"),
        }
    }

    fn entry(self, of: &Move) -> String {
        let name = match of.kind.as_str() {
            "bill" => self.of("Bill", "账单"),
            "credit" => self.of("Credit note", "冲减单"),
            "payment" | "prepaid" => self.of("Payment", "缴费"),
            "refund" => self.of("Money given back", "退款"),
            "reversal" => self.of("Payment given back", "缴费退回"),
            "mistake" => self.of("Payment booked by mistake, taken back", "误记缴费冲回"),
            _ => self.of("Entry", "记账"),
        };
        of.number.as_ref().map_or_else(|| name.to_owned(), |number| format!("{name} {number}"))
    }
}

#[cfg(test)]
mod tests {
    use super::{money, money_alone};

    #[test]
    fn amounts_have_the_decimals_of_their_currency() {
        assert_eq!(money_alone(123_450, "EUR"), "1,234.50");
        assert_eq!(money_alone(1_234_567, "JPY"), "1,234,567");
        assert_eq!(money_alone(-1_005, "BHD"), "\u{2212}1.005");
        assert_eq!(money_alone(99, "CNY"), "0.99");
        assert_eq!(money_alone(0, "CNY"), "0.00");
        assert_eq!(money(i64::MIN, "CNY"), "CNY\u{a0}\u{2212}92,233,720,368,547,758.07");
    }
}
