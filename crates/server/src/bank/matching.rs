//! Which bill a movement pays: what came in, laid beside what is owed.
//!
//! What it guarantees: the same input gives the same answer; a match is certain only where a reference with right check
//! digits stands in the movement and the amount is what the reference stands for, to the cent and in the same currency;
//! and no bill is paid in whole for certain twice. Everything else is for a person to decide, with a reason.
//!
//! References come first, for all movements in their order. Only then are proposals made, and not of bills that are paid
//! for certain. A payer is known by the IBAN that the household paid from before, or by a name whose words all stand in
//! the name of the account's owner, whatever their order, case and accents (banks write `Müller` as `MUELLER`).
//!
//! Nothing is compared with everything: movements look up references, IBANs and, of a name, the word that the fewest
//! households have. A name that too many households have proposes nothing.
//!
//! Turned down: to propose a bill by its amount alone, since most households owe the same; and to correct references, since
//! a wrong digit may make the reference of a neighbour.

mod index;
mod name;
pub mod sample;

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use linli_wire::id::{BillId, HouseholdId};

use super::{
    Account, Movement,
    reference::{self, Reference},
};
use index::Index;

/// Most proposals for a movement.
pub const MAX_PROPOSALS: usize = 5;
/// Most bills of a household that are tried in every combination.
const MAX_COMBINED: usize = 12;

/// A bill of which something is owed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bill {
    /// The bill.
    pub id: BillId,
    /// What it is paid under.
    pub reference: Reference,
    /// Who owes it.
    pub household: HouseholdId,
    /// What is owed of it, in the smallest unit; above zero.
    pub owed: i64,
    /// ISO 4217 code.
    pub currency: String,
    /// When it is due.
    pub due: Date,
}

/// What is known of a household that pays.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Payer {
    /// The household.
    pub household: HouseholdId,
    /// What it pays under without a bill.
    pub reference: Option<Reference>,
    /// Names of its people, and of those who paid for it before.
    pub names: Vec<String>,
    /// Accounts from which it paid before.
    pub accounts: Vec<Account>,
}

/// What a movement is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It pays these bills in whole: one, or all that its references stand for.
    Certain(Vec<BillId>),
    /// Its reference is right, and its amount is another one.
    ByReference {
        /// What the reference stands for.
        target: Target,
        /// What was owed of it, less what movements before this one pay: less than the amount when it is too much.
        owed: i64,
    },
    /// It may be for one of these, the likeliest first.
    Proposed(Vec<Proposal>),
    /// Nothing is known of it.
    Nothing,
}

/// What a reference stands for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Target {
    /// A bill.
    Bill(BillId),
    /// All that a household owes, and what it pays in advance.
    Household(HouseholdId),
}

/// Bills of a household that together are owed what came in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proposal {
    /// The household.
    pub household: HouseholdId,
    /// Its bills, the one that is due first in front; none when it is only known who paid.
    pub bills: Vec<BillId>,
    /// Why.
    pub reason: Reason,
}

/// Why bills are proposed, the likeliest reason first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Reason {
    /// The references of several bills stand in it, and its amount is not their sum.
    References,
    /// The amount of a bill, from an account that the household paid from before.
    AccountAndAmount,
    /// The amount of a bill, and a name of the household.
    NameAndAmount,
    /// The sum of several bills, from an account that the household paid from before.
    AccountAndSum,
    /// The sum of several bills, and a name of the household.
    NameAndSum,
    /// An account that the household paid from before, and another amount.
    Account,
}

/// Says for each movement, in their order, what it is for. What went out, and what came back because a payment of the
/// community's own bounced, is for nothing.
pub fn settle(movements: &[Movement], bills: &[Bill], payers: &[Payer]) -> Vec<Outcome> {
    let index = Index::of(bills, payers);
    let mut left = Left { owed: bills.iter().map(|bill| bill.owed).collect(), paid: HashSet::new() };
    let certain: Vec<Option<Outcome>> =
        movements.iter().map(|movement| by_reference(movement, &index, &mut left)).collect();
    let propose = |(movement, outcome): (&Movement, Option<Outcome>)| match outcome {
        Some(outcome) => outcome,
        None if is_payment(movement) => match proposals(movement, &index, &left) {
            found if found.is_empty() => Outcome::Nothing,
            found => Outcome::Proposed(found),
        },
        None => Outcome::Nothing,
    };
    movements.iter().zip(certain).map(propose).collect()
}

/// The references that stand in a movement, structured or in its text: for each place what it may be, longest first.
///
/// With it a caller finds bills that are no longer open.
pub fn references(movement: &Movement) -> Vec<Vec<Reference>> {
    let structured = movement.references.iter().map(String::as_str);
    structured
        .chain([movement.text.as_str()])
        .chain(movement.end_to_end.as_deref())
        .flat_map(reference::find)
        .collect()
}

/// What is left of bills after the movements so far, by their place.
struct Left {
    owed: Vec<i64>,
    /// Those that are paid in whole for certain.
    paid: HashSet<usize>,
}

impl Left {
    fn of(&self, bill: usize) -> i64 {
        self.owed.get(bill).copied().unwrap_or_default()
    }

    fn sum(&self, bills: &[usize]) -> i64 {
        bills.iter().fold(0, |sum, bill| sum.saturating_add(self.of(*bill)))
    }

    /// Takes what was paid off these bills, in their order; what is too much is taken off none.
    fn pay(&mut self, bills: &[usize], mut minor: i64) {
        for bill in bills {
            if let Some(owed) = self.owed.get_mut(*bill) {
                let part = minor.min(*owed);
                *owed -= part;
                minor -= part;
            }
        }
    }
}

fn is_payment(movement: &Movement) -> bool {
    movement.minor > 0 && !movement.reversal
}

/// The outcome of a movement with a reference that is known; none for all others.
fn by_reference(movement: &Movement, index: &Index<'_>, left: &mut Left) -> Option<Outcome> {
    if !is_payment(movement) {
        return None;
    }
    let mut targets: Vec<Target> = Vec::new();
    for place in references(movement) {
        // A longer reading that nothing is owed under is a reference with a word behind it.
        let known = place.iter().find_map(|reference| index.target(reference, &movement.currency));
        targets.extend(known.filter(|target| !targets.contains(target)));
    }
    // Who names a bill and the household means the bill.
    if targets.iter().any(|target| matches!(target, Target::Bill(_))) {
        targets.retain(|target| matches!(target, Target::Bill(_)));
    }
    let target = match targets.as_slice() {
        [] => return None,
        [target] => *target,
        _ => return Some(several(movement, &targets, index, left)),
    };
    let bills = index.bills(target, &movement.currency);
    let owed = left.sum(&bills);
    // A household's reference with the amount of one of its bills, and no other one of that amount, is for that bill.
    let exact: Vec<usize> = bills.iter().copied().filter(|bill| left.of(*bill) == movement.minor).collect();
    let exact = if owed == movement.minor { bills.clone() } else { exact };
    let is_one = owed == movement.minor || exact.len() == 1;
    let open: Vec<usize> = exact.into_iter().filter(|bill| left.of(*bill) > 0).collect();
    if is_one && open.iter().all(|bill| index.is_whole(*bill, left.of(*bill))) {
        return Some(certain(open, movement.minor, index, left));
    }
    left.pay(&bills, movement.minor);
    Some(Outcome::ByReference { target, owed })
}

/// The outcome of a movement with the references of several bills or households.
fn several(movement: &Movement, targets: &[Target], index: &Index<'_>, left: &mut Left) -> Outcome {
    let mut bills: Vec<usize> = Vec::new();
    for target in targets {
        bills.extend(index.bills(*target, &movement.currency));
    }
    bills.sort_unstable();
    bills.dedup();
    bills.retain(|bill| left.of(*bill) > 0);
    let is_whole = bills.iter().all(|bill| index.is_whole(*bill, left.of(*bill)));
    if is_whole && !bills.is_empty() && left.sum(&bills) == movement.minor {
        return certain(bills, movement.minor, index, left);
    }
    let mut by_household: Vec<(HouseholdId, Vec<usize>)> = Vec::new();
    for bill in bills {
        let Some(household) = index.household(bill) else { continue };
        match by_household.iter_mut().find(|(known, _)| *known == household) {
            Some((_, bills)) => bills.push(bill),
            None => by_household.push((household, vec![bill])),
        }
    }
    let proposal = |(household, bills): (HouseholdId, Vec<usize>)| Proposal {
        household,
        bills: index.ids(&bills),
        reason: Reason::References,
    };
    let found: Vec<Proposal> = by_household.into_iter().map(proposal).take(MAX_PROPOSALS).collect();
    if found.is_empty() { Outcome::Nothing } else { Outcome::Proposed(found) }
}

fn certain(bills: Vec<usize>, minor: i64, index: &Index<'_>, left: &mut Left) -> Outcome {
    left.pay(&bills, minor);
    let ids = index.ids(&bills);
    left.paid.extend(bills);
    Outcome::Certain(ids)
}

/// What a movement without a reference may be for.
fn proposals(movement: &Movement, index: &Index<'_>, left: &Left) -> Vec<Proposal> {
    let by_account = movement.account.as_ref().map(|account| index.by_account(account)).unwrap_or_default();
    let by_name = movement.name.as_deref().map(|name| index.by_name(name)).unwrap_or_default();
    let mut found: HashMap<(HouseholdId, Vec<usize>), Reason> = HashMap::new();
    let mut note = |household, bills, reason: Reason| {
        let known = found.entry((household, bills)).or_insert(reason);
        *known = reason.min(*known);
    };
    let of_account = by_account.iter().map(|household| (*household, true));
    for (household, is_account) in of_account.chain(by_name.iter().map(|household| (*household, false))) {
        let mut bills = index.bills(Target::Household(household), &movement.currency);
        bills.retain(|bill| !left.paid.contains(bill) && left.of(*bill) > 0);
        let mut is_exact = false;
        for bill in bills.iter().filter(|bill| left.of(**bill) == movement.minor) {
            is_exact = true;
            note(
                household,
                vec![*bill],
                if is_account { Reason::AccountAndAmount } else { Reason::NameAndAmount },
            );
        }
        let reason = if is_account { Reason::AccountAndSum } else { Reason::NameAndSum };
        if let Some(sum) = combined(&bills, movement.minor, left) {
            note(household, sum, reason);
        } else if is_account && !is_exact {
            note(household, Vec::new(), Reason::Account);
        }
    }
    let mut found: Vec<(Reason, Option<Date>, HouseholdId, Vec<usize>)> = found
        .into_iter()
        .map(|((household, bills), reason)| {
            (reason, bills.first().and_then(|bill| index.due(*bill)), household, bills)
        })
        .collect();
    found.sort_unstable();
    found.truncate(MAX_PROPOSALS);
    let proposal = |(reason, _, household, bills): (Reason, Option<Date>, HouseholdId, Vec<usize>)| {
        Proposal { household, bills: index.ids(&bills), reason }
    };
    found.into_iter().map(proposal).collect()
}

/// Two bills or more that are owed an amount together: all of them, those that are due first, or else any, of which
/// those that are due first win. Bills come in the order in which they are due.
fn combined(bills: &[usize], minor: i64, left: &Left) -> Option<Vec<usize>> {
    if bills.len() < 2 {
        return None;
    }
    let mut sum = 0_i64;
    for (at, bill) in bills.iter().enumerate() {
        sum = sum.saturating_add(left.of(*bill));
        if sum == minor && at > 0 {
            return bills.get(..=at).map(<[usize]>::to_vec);
        }
    }
    if sum < minor {
        return None;
    }
    // The sum of every combination is that of a smaller one and one more bill.
    let few = bills.get(..bills.len().min(MAX_COMBINED)).unwrap_or_default();
    let mut sums = vec![0_i64];
    for bill in few {
        let with: Vec<i64> = sums.iter().map(|sum| sum.saturating_add(left.of(*bill))).collect();
        sums.extend(with);
    }
    let combination =
        sums.iter().enumerate().position(|(mask, sum)| *sum == minor && mask.count_ones() > 1)?;
    Some(
        few.iter()
            .enumerate()
            .filter(|(at, _)| combination & (1 << at) != 0)
            .map(|(_, bill)| *bill)
            .collect(),
    )
}

#[cfg(test)]
mod tests;
