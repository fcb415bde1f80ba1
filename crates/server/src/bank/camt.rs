//! Bank statements as ISO 20022 has them: camt.053, versions .001.02 and .001.08.
//!
//! A statement is read as a stream: [`read`] hands out one [`Item`] after the other, and keeps no more of the file than
//! the entry that it reads, and a fingerprint of each name that it gave, of which [`MAX_MOVEMENTS`] sets the limit. What
//! it handed out counts only when it ends well: a file that was cut, or that holds one amount which cannot be read, ends
//! in an error, and its caller lets go of everything.
//!
//! Habits of banks, and what is made of them:
//! - An entry may stand for many transactions. Where their amounts make up the entry, each of them is a movement, be it
//!   before or after the charges that they name; else the entry is one movement, with all that its details say.
//! - What is not booked (`PDNG`, `INFO`, `FUTR`) is passed over. It comes again when it is booked.
//! - `AcctSvcrRef` names a movement for good. Banks also write it on charges and on what they take back, and give one to
//!   all transactions of an entry, so what goes out, what is taken back and what is repeated are told apart. Without it,
//!   the id of the statement goes before `NtryRef`, which many banks count from one in every statement, and before the
//!   place of the entry where there is none either.
//! - With a reversal the parties keep the parts that they had in what is taken back. Where the account of the other side
//!   would be the community's own, it is the other one.
//! - Amounts have no sign; `CdtDbtInd` says the direction that money really took, reversals included.
//!
//! Turned down: to read camt.052 and .054, since what they tell comes in a statement again, under other names.

mod entry;
mod xml;

use std::{collections::HashMap, io::BufRead};

use jiff::civil::Date;
use linli_wire::money::Money;
use serde_json::json;

use super::{Account, Movement, amount, fingerprint, one_line, refused};
use crate::Error;
use xml::{Node, Tag, Xml};

/// Most movements of a file.
pub const MAX_MOVEMENTS: usize = 500_000;

const VERSIONS: [&str; 2] =
    ["urn:iso:std:iso:20022:tech:xsd:camt.053.001.02", "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"];

/// What a file says, in its order: each statement, its movements, its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Item {
    /// A statement begins.
    Statement(Statement),
    /// A booked movement of the statement that began last.
    Movement(Box<Movement>),
    /// The statement that began last ends; whether its movements make up for what changed.
    End(Sum),
}

/// The head of a statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statement {
    /// What the bank calls it.
    pub id: String,
    /// The account that it is about.
    pub account: Account,
    /// Its number, counted by the bank: the electronic one, else the legal one.
    pub number: Option<u64>,
    /// What stood in the account before.
    pub opening: Option<Balance>,
    /// What stands in the account after.
    pub closing: Option<Balance>,
}

/// A booked balance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Balance {
    /// In the smallest unit; below zero when the account is overdrawn.
    pub minor: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// Its day.
    pub day: Date,
}

/// Whether opening balance and movements make the closing balance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sum {
    /// They do.
    Agrees,
    /// The closing balance is so much above it, in the smallest unit: the bank left something out or told it twice.
    Differs(i128),
    /// It cannot be said: a balance is missing, as on a page that is not the last one, or is in another currency.
    Unknown,
}

/// Reads a file of one or more statements and hands out what it says. The input should be buffered.
///
/// # Errors
/// `unsupported_file` for all that is wrong with the file, whose message is a sentence; what `take` answers; `internal`
/// when the input breaks off. Nothing that was handed out counts then.
pub fn read(input: impl BufRead, mut take: impl FnMut(Item) -> Result<(), Error>) -> Result<(), Error> {
    let mut xml = Xml::new(input)?;
    let root = xml.child()?.ok_or_else(|| refused("The file is empty.", json!({})))?;
    check_version(&root)?;
    let mut count = Count::default();
    while let Some(message) = xml.child()? {
        if message.name != "BkToCstmrStmt" {
            xml.skip()?;
            continue;
        }
        while let Some(tag) = xml.child()? {
            if tag.name == "Stmt" {
                count.statements += 1;
                statement(&mut xml, &mut count, &mut take)?;
            } else {
                xml.skip()?;
            }
        }
    }
    if xml.child()?.is_some() {
        return Err(refused("Something stands behind the end of the statement.", json!({})));
    }
    if count.statements == 0 {
        return Err(refused("The file holds no statement.", json!({})));
    }
    Ok(())
}

fn check_version(root: &Tag) -> Result<(), Error> {
    let namespace = root.namespace.as_deref().unwrap_or_default();
    if root.name == "Document" && VERSIONS.contains(&namespace) {
        return Ok(());
    }
    let told = json!({ "namespace": namespace, "known": VERSIONS });
    Err(refused("The file is not a bank statement camt.053 of version 001.02 or 001.08.", told))
}

/// What has been read of a file.
#[derive(Default)]
struct Count {
    statements: u64,
    movements: usize,
}

fn statement<R: BufRead>(
    xml: &mut Xml<R>,
    count: &mut Count,
    take: &mut impl FnMut(Item) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut before = Node::default();
    let mut head: Option<Statement> = None;
    let mut names = Names::default();
    let mut moved = Some(0_i128);
    let mut entries = 0_u64;
    while let Some(tag) = xml.child()? {
        match tag.name.as_str() {
            "Ntry" => {
                let known = match &mut head {
                    Some(known) => known,
                    none => {
                        let known = head_of(&before, count.statements)?;
                        take(Item::Statement(known.clone()))?;
                        none.insert(known)
                    }
                };
                entries += 1;
                let place = json!({ "statement": count.statements, "entry": entries });
                for mut movement in entry::read(xml, known, entries, &place)? {
                    count.movements += 1;
                    if count.movements > MAX_MOVEMENTS {
                        return Err(refused(
                            "The file holds too many movements.",
                            json!({ "limit": MAX_MOVEMENTS }),
                        ));
                    }
                    let same =
                        known.closing.as_ref().is_some_and(|closing| closing.currency == movement.currency);
                    moved = moved.filter(|_| same).map(|sum| sum + i128::from(movement.minor));
                    names.tell_apart(&mut movement.id);
                    take(Item::Movement(Box::new(movement)))?;
                }
            }
            "Id" | "ElctrncSeqNb" | "LglSeqNb" | "Acct" | "Bal" if head.is_none() => {
                before.children.push(xml.tree(tag)?);
                if before.children.len() > MAX_HEAD {
                    let place = json!({ "statement": count.statements });
                    return Err(refused("The statement names too many balances.", place));
                }
            }
            "Bal" => {
                let place = json!({ "statement": count.statements });
                return Err(refused("A balance stands behind the entries of the statement.", place));
            }
            _ => xml.skip()?,
        }
    }
    let head = if let Some(head) = head {
        head
    } else {
        let head = head_of(&before, count.statements)?;
        take(Item::Statement(head.clone()))?;
        head
    };
    take(Item::End(sum(&head, moved)))
}

/// Most elements before the entries: a statement has a handful of balances.
const MAX_HEAD: usize = 100;

fn head_of(before: &Node, number: u64) -> Result<Statement, Error> {
    let place = json!({ "statement": number });
    let lacks = |what: &str| refused(&format!("The statement has no {what}."), place.clone());
    let account = before.first(&["Acct", "Id"]).and_then(account).ok_or_else(|| lacks("account"))?;
    let whole = |name| before.text(&[name]).and_then(|text| text.parse().ok());
    Ok(Statement {
        id: before.text(&["Id"]).and_then(one_line).ok_or_else(|| lacks("id"))?,
        account,
        number: whole("ElctrncSeqNb").or_else(|| whole("LglSeqNb")),
        // The balance at the end of the statement before is what this one opens with.
        opening: balance(before, &["OPBD", "PRCD"], &place)?,
        closing: balance(before, &["CLBD"], &place)?,
    })
}

fn balance(before: &Node, codes: &[&str], place: &serde_json::Value) -> Result<Option<Balance>, Error> {
    let all = before.all(&["Bal"]);
    let coded = |code| all.iter().find(move |node| node.text(&["Tp", "CdOrPrtry", "Cd"]) == Some(code));
    let Some(node) = codes.iter().find_map(|code| coded(*code)) else { return Ok(None) };
    let unread = || refused("A balance of the statement cannot be read.", place.clone());
    let money = node.first(&["Amt"]).and_then(money).ok_or_else(unread)?;
    let minor = signed(node, money.minor).ok_or_else(unread)?;
    let day = day(node, "Dt").ok_or_else(unread)?;
    Ok(Some(Balance { minor, currency: money.currency, day }))
}

fn sum(head: &Statement, moved: Option<i128>) -> Sum {
    match (&head.opening, &head.closing, moved) {
        (Some(opening), Some(closing), Some(moved)) if opening.currency == closing.currency => {
            match i128::from(closing.minor) - i128::from(opening.minor) - moved {
                0 => Sum::Agrees,
                by => Sum::Differs(by),
            }
        }
        _ => Sum::Unknown,
    }
}

/// An account's `Id`.
fn account(id: &Node) -> Option<Account> {
    let text = id.text(&["IBAN"]).or_else(|| id.text(&["Othr", "Id"]))?;
    Account::read(text)
}

/// An amount with its currency.
fn money(node: &Node) -> Option<Money> {
    let currency = node.currency.as_deref()?;
    Some(Money { minor: amount::minor(&node.text, currency)?, currency: currency.to_owned() })
}

/// An amount with the direction that stands beside it.
fn signed(beside: &Node, minor: i64) -> Option<i64> {
    match beside.text(&["CdtDbtInd"])? {
        "CRDT" => Some(minor),
        "DBIT" => Some(-minor),
        _ => None,
    }
}

/// A day, as such or as the day of a moment, on the bank's own clock.
fn day(node: &Node, name: &str) -> Option<Date> {
    let text = node.text(&[name, "Dt"]).or_else(|| node.text(&[name, "DtTm"]))?;
    text.get(..10).filter(|day| !day.starts_with(['-', '+']))?.parse().ok()
}

/// The names that a statement gave to its movements.
#[derive(Default)]
struct Names(HashMap<[u8; 16], u32>);

impl Names {
    /// Makes a name that came before another one, the same whenever this statement is read.
    fn tell_apart(&mut self, name: &mut String) {
        let times = self.0.entry(fingerprint([name.as_str()])).or_default();
        *times += 1;
        if *times > 1 {
            *name = format!("{name}#{times}");
        }
    }
}

#[cfg(test)]
mod tests;
