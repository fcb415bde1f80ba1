//! An entry of a statement, and the movements that it stands for.

use std::io::BufRead;

use linli_wire::money::Money;
use serde_json::Value;

use super::{
    Statement, account, day, money, signed,
    xml::{Node, Xml},
};
use crate::{
    Error,
    bank::{Account, Movement, one_line, refused},
};

/// Most transactions of an entry.
pub(super) const MAX_DETAILS: usize = 20_000;
/// Most characters of a movement's text, and most references of one.
const MAX_TEXT: usize = 4000;
const MAX_REFERENCES: usize = 100;

/// The movements of the entry that was entered last, in their order; none when it is not booked.
pub(super) fn read<R: BufRead>(
    xml: &mut Xml<R>,
    statement: &Statement,
    number: u64,
    place: &Value,
) -> Result<Vec<Movement>, Error> {
    let mut entry = Node::default();
    let mut details = Vec::new();
    while let Some(tag) = xml.child()? {
        if tag.name != "NtryDtls" {
            if entry.children.len() > 200 {
                return Err(refused("An entry of the statement is too long.", place.clone()));
            }
            entry.children.push(xml.tree(tag)?);
            continue;
        }
        while let Some(tag) = xml.child()? {
            if tag.name != "TxDtls" {
                xml.skip()?;
                continue;
            }
            if details.len() == MAX_DETAILS {
                return Err(refused("An entry of the statement has too many transactions.", place.clone()));
            }
            details.push(detail(&xml.tree(tag)?, &entry, statement, place)?);
        }
    }
    let status = entry.text(&["Sts", "Cd"]).or_else(|| entry.text(&["Sts"]));
    match status {
        Some("BOOK") => {}
        Some("PDNG" | "INFO" | "FUTR") => return Ok(Vec::new()),
        _ => return Err(refused("It cannot be read whether an entry is booked.", place.clone())),
    }
    let whole = whole(&entry, statement, number, place)?;
    Ok(match details.len() {
        0 => vec![whole],
        1 => details.into_iter().map(|detail| one(&whole, detail)).collect(),
        _ => match shares(&details, whole.minor) {
            Some(shares) => (1_u32..)
                .zip(details.into_iter().zip(shares))
                .map(|(at, (detail, minor))| part(&whole, detail, minor, at))
                .collect(),
            None => vec![all(whole, details)],
        },
    })
}

/// What a transaction says of itself.
struct Detail {
    id: Option<String>,
    end_to_end: Option<String>,
    /// In the currency of the entry, with the direction of money.
    minor: Option<i64>,
    /// In the currency of the entry; positive where it cost something.
    cost: i64,
    charges: Vec<Money>,
    original: Option<Money>,
    references: Vec<String>,
    text: String,
    name: Option<String>,
    account: Option<Account>,
    is_return: bool,
}

fn detail(node: &Node, entry: &Node, statement: &Statement, place: &Value) -> Result<Detail, Error> {
    let unread = || refused("An amount of an entry cannot be read.", place.clone());
    let booked = entry.first(&["Amt"]).and_then(|node| node.currency.clone()).ok_or_else(unread)?;
    let direction = if node.text(&["CdtDbtInd"]).is_some() { node } else { entry };
    let amounts = amounts(node).ok_or_else(unread)?;
    let minor = amounts.iter().find(|money| money.currency == booked).map(|money| money.minor);
    let minor = minor.map(|minor| signed(direction, minor).ok_or_else(unread)).transpose()?;
    let charges = charges(node).ok_or_else(unread)?;
    let mut cost = 0_i64;
    for charge in charges.iter().filter(|charge| charge.currency == booked) {
        cost = cost.checked_add(charge.minor).ok_or_else(unread)?;
    }
    let is_return = node.first(&["RtrInf"]).is_some();
    let reversal = is_return || is_reversal(entry, place)?;
    let (name, account) =
        other_side(node, minor.unwrap_or_else(|| signed(entry, 1).unwrap_or(1)), reversal, statement);
    Ok(Detail {
        id: reference(node, &["Refs", "AcctSvcrRef"]),
        end_to_end: reference(node, &["Refs", "EndToEndId"]),
        minor,
        cost,
        original: foreign(&booked, amounts),
        charges,
        references: node
            .all(&["RmtInf", "Strd", "CdtrRefInf", "Ref"])
            .into_iter()
            .filter_map(|node| one_line(&node.text))
            .take(MAX_REFERENCES)
            .collect(),
        text: text(node),
        name,
        account,
        is_return,
    })
}

/// The entry as one movement, without what its transactions say.
fn whole(entry: &Node, statement: &Statement, number: u64, place: &Value) -> Result<Movement, Error> {
    let unread = |what: &str| refused(&format!("The {what} of an entry cannot be read."), place.clone());
    let Money { minor, currency } = entry.first(&["Amt"]).and_then(money).ok_or_else(|| unread("amount"))?;
    let minor = signed(entry, minor).ok_or_else(|| unread("direction"))?;
    let value = day(entry, "ValDt");
    let reversal = is_reversal(entry, place)?;
    let id = match (reference(entry, &["AcctSvcrRef"]), reference(entry, &["NtryRef"])) {
        (Some(reference), _) => reference,
        (None, Some(reference)) => format!("{}/{reference}", statement.id),
        (None, None) => format!("{}//{number}", statement.id),
    };
    let amounts = amounts(entry).ok_or_else(|| unread("amount"))?;
    Ok(Movement {
        id: directed(&id, minor, reversal),
        minor,
        original: foreign(&currency, amounts),
        currency,
        booked: day(entry, "BookgDt").or(value).ok_or_else(|| unread("day"))?,
        value,
        end_to_end: None,
        references: Vec::new(),
        text: entry.text(&["AddtlNtryInf"]).and_then(one_line).unwrap_or_default(),
        name: None,
        account: None,
        reversal,
        charges: charges(entry).ok_or_else(|| unread("charges"))?,
    })
}

/// An entry with one transaction: the entry's amount, the transaction's words.
fn one(whole: &Movement, detail: Detail) -> Movement {
    let reversal = whole.reversal || detail.is_return;
    Movement {
        id: detail.id.map_or_else(|| whole.id.clone(), |id| directed(&id, whole.minor, reversal)),
        minor: whole.minor,
        currency: whole.currency.clone(),
        booked: whole.booked,
        value: whole.value,
        end_to_end: detail.end_to_end,
        references: detail.references,
        text: if detail.text.is_empty() { whole.text.clone() } else { detail.text },
        name: detail.name,
        account: detail.account,
        reversal,
        charges: if detail.charges.is_empty() { whole.charges.clone() } else { detail.charges },
        original: detail.original.or_else(|| whole.original.clone()),
    }
}

/// One of many transactions that make up an entry.
fn part(whole: &Movement, detail: Detail, minor: i64, at: u32) -> Movement {
    let (own, charges, original) = (detail.id.clone(), detail.charges.clone(), detail.original.clone());
    let part = one(whole, detail);
    let id = own.map_or_else(|| format!("{}/{at}", whole.id), |id| directed(&id, minor, part.reversal));
    Movement { id, minor, charges, original, ..part }
}

/// What each of the transactions moved, if together they make up their entry: their amounts, or what is left of them
/// after the charges that they name.
fn shares(details: &[Detail], whole: i64) -> Option<Vec<i64>> {
    let before: Vec<i64> = details.iter().map(|detail| detail.minor).collect::<Option<_>>()?;
    let after = details.iter().zip(&before).map(|(detail, minor)| minor.checked_sub(detail.cost));
    let sum = |shares: &[i64]| shares.iter().copied().map(i128::from).sum::<i128>();
    if sum(&before) == i128::from(whole) {
        return Some(before);
    }
    after.collect::<Option<Vec<i64>>>().filter(|after| sum(after) == i128::from(whole))
}

/// An entry whose transactions do not make it up: one movement with all that they say.
fn all(mut whole: Movement, details: Vec<Detail>) -> Movement {
    let mut lines = Vec::new();
    for detail in details {
        whole.reversal |= detail.is_return;
        whole.references.extend(detail.references);
        whole.charges.extend(detail.charges);
        lines.push(detail.text);
    }
    whole.references.truncate(MAX_REFERENCES);
    whole.charges.truncate(MAX_REFERENCES);
    lines.retain(|line| !line.is_empty());
    if !lines.is_empty() {
        whole.text = lines.join("\n").chars().take(MAX_TEXT).collect();
    }
    whole
}

/// What a movement is called where the bank gave one name to several: to a payment, its charge, and its return.
fn directed(id: &str, minor: i64, reversal: bool) -> String {
    let out = if minor < 0 { "/out" } else { "" };
    let back = if reversal { "/back" } else { "" };
    format!("{id}{out}{back}")
}

fn is_reversal(entry: &Node, place: &Value) -> Result<bool, Error> {
    match entry.text(&["RvslInd"]) {
        None | Some("false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(_) => Err(refused("It cannot be read whether an entry takes another one back.", place.clone())),
    }
}

/// A reference, unless it is one of the words by which banks say that there is none.
fn reference(node: &Node, path: &[&str]) -> Option<String> {
    let text = one_line(node.text(path)?)?;
    let words = ["NOTPROVIDED", "NONREF", "NOTAVAILABLE", "NOREF"];
    (!words.contains(&text.to_ascii_uppercase().replace([' ', '-', '_'], "").as_str())).then_some(text)
}

/// The amounts of a transaction or an entry, those first that say best what was booked. None when one cannot be read.
fn amounts(node: &Node) -> Option<Vec<Money>> {
    let paths: [&[&str]; 4] = [
        &["Amt"],
        &["AmtDtls", "TxAmt", "Amt"],
        &["AmtDtls", "CntrValAmt", "Amt"],
        &["AmtDtls", "InstdAmt", "Amt"],
    ];
    paths.iter().filter_map(|path| node.first(path)).map(money).collect()
}

/// What was paid in another currency than what was booked; what the payer named before what the bank made of it.
fn foreign(booked: &str, amounts: Vec<Money>) -> Option<Money> {
    amounts.into_iter().rev().find(|money| money.currency != booked)
}

/// What banks took; none at all when an amount cannot be read.
fn charges(node: &Node) -> Option<Vec<Money>> {
    let mut charges = Vec::new();
    for block in node.all(&["Chrgs"]) {
        // Version 02 repeats the block, version 08 has records in it; a total alone is better than nothing.
        let records = block.all(&["Rcrd"]);
        let told = if records.is_empty() { vec![block] } else { records };
        let amounts = told.iter().filter_map(|charge| Some((*charge, charge.first(&["Amt"])?)));
        let mut amounts: Vec<(&Node, &Node)> = amounts.collect();
        if amounts.is_empty() {
            amounts.extend(block.first(&["TtlChrgsAndTaxAmt"]).map(|total| (block, total)));
        }
        for (charge, amount) in amounts {
            let Money { minor, currency } = money(amount)?;
            let given = charge.text(&["CdtDbtInd"]) == Some("CRDT");
            if minor != 0 && charges.len() < MAX_REFERENCES {
                charges.push(Money { minor: if given { -minor } else { minor }, currency });
            }
        }
    }
    Some(charges)
}

/// What the payer wrote, else what the bank says.
fn text(node: &Node) -> String {
    let paths: [&[&str]; 3] = [&["RmtInf", "Ustrd"], &["RmtInf", "Strd", "AddtlRmtInf"], &["AddtlTxInf"]];
    for path in paths {
        let lines: Vec<String> = node.all(path).into_iter().filter_map(|node| one_line(&node.text)).collect();
        if !lines.is_empty() {
            return lines.join("\n").chars().take(MAX_TEXT).collect();
        }
    }
    String::new()
}

/// Name and account of whoever stands on the other side.
fn other_side(
    node: &Node,
    minor: i64,
    reversal: bool,
    statement: &Statement,
) -> (Option<String>, Option<Account>) {
    let party = |role: &str, ultimate: &str, of_account: &str| {
        let named = |role: &str| {
            let name = node
                .text(&["RltdPties", role, "Nm"])
                .or_else(|| node.text(&["RltdPties", role, "Pty", "Nm"]));
            name.and_then(one_line)
        };
        let account = node.first(&["RltdPties", of_account, "Id"]).and_then(account);
        (named(role).or_else(|| named(ultimate)), account)
    };
    let (payer, payee) = (party("Dbtr", "UltmtDbtr", "DbtrAcct"), party("Cdtr", "UltmtCdtr", "CdtrAcct"));
    // Money came from the payer, unless it came back from the payee.
    let (expected, other) = if (minor > 0) == reversal { (payee, payer) } else { (payer, payee) };
    let is_own = |side: &(Option<String>, Option<Account>)| side.1.as_ref() == Some(&statement.account);
    let says_nothing = expected == (None, None) && other.1.is_some() && !is_own(&other);
    if is_own(&expected) || says_nothing { other } else { expected }
}
