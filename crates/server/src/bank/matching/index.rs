//! What is owed and who pays, so that one look finds it.

use std::collections::HashMap;

use jiff::civil::Date;
use linli_wire::id::{BillId, HouseholdId};

use super::{Bill, Payer, Target, name};
use crate::bank::{Account, reference::Reference};

/// Most households that are taken to have one name.
const MAX_NAMESAKES: usize = 20;
/// Most households that are paid for from one account, such as that of an office which pays for many.
const MAX_SHARING: usize = 200;
/// Most names that are looked through for one word.
const MAX_SCANNED: usize = 2000;

/// Bills by reference and household, households by account and name.
pub(super) struct Index<'a> {
    bills: &'a [Bill],
    places: HashMap<BillId, usize>,
    by_reference: HashMap<&'a Reference, Target>,
    /// In the order in which they are due.
    by_household: HashMap<HouseholdId, Vec<usize>>,
    by_account: HashMap<&'a Account, Vec<HouseholdId>>,
    /// Names by that of their words which the fewest names have.
    by_word: HashMap<String, Vec<(Vec<String>, HouseholdId)>>,
}

impl<'a> Index<'a> {
    pub(super) fn of(bills: &'a [Bill], payers: &'a [Payer]) -> Self {
        let mut by_reference = HashMap::with_capacity(bills.len());
        let mut by_household: HashMap<HouseholdId, Vec<usize>> = HashMap::new();
        for (at, bill) in bills.iter().enumerate().filter(|(_, bill)| bill.owed > 0) {
            by_reference.insert(&bill.reference, Target::Bill(bill.id));
            by_household.entry(bill.household).or_default().push(at);
        }
        let places = bills.iter().enumerate().map(|(at, bill)| (bill.id, at)).collect();
        let when = |at: &usize| bills.get(*at).map(|bill| (bill.due, bill.id));
        for of in by_household.values_mut() {
            of.sort_by_key(when);
        }
        let mut by_account: HashMap<&Account, Vec<HouseholdId>> = HashMap::new();
        for payer in payers {
            if let Some(reference) = &payer.reference {
                by_reference.insert(reference, Target::Household(payer.household));
            }
            for account in &payer.accounts {
                let of = by_account.entry(account).or_default();
                if !of.contains(&payer.household) {
                    of.push(payer.household);
                }
            }
        }
        Self { bills, places, by_reference, by_household, by_account, by_word: by_word(payers) }
    }
}

fn by_word(payers: &[Payer]) -> HashMap<String, Vec<(Vec<String>, HouseholdId)>> {
    let mut names: Vec<(Vec<String>, HouseholdId)> = payers
        .iter()
        .flat_map(|payer| payer.names.iter().map(|name| (name::words(name), payer.household)))
        .filter(|(words, _)| !words.is_empty())
        .collect();
    names.sort_unstable();
    names.dedup();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for word in names.iter().flat_map(|(words, _)| words) {
        *counts.entry(word).or_default() += 1;
    }
    let mut found: HashMap<String, Vec<(Vec<String>, HouseholdId)>> = HashMap::new();
    for (words, household) in &names {
        let rarest = words.iter().min_by_key(|word| counts.get(word.as_str()));
        if let Some(rarest) = rarest {
            found.entry(rarest.clone()).or_default().push((words.clone(), *household));
        }
    }
    found
}

impl Index<'_> {
    /// What a reference stands for, if something is owed under it in this currency; a household's always does.
    pub(super) fn target(&self, reference: &Reference, currency: &str) -> Option<Target> {
        let target = *self.by_reference.get(reference)?;
        let is_there = matches!(target, Target::Household(_)) || !self.bills(target, currency).is_empty();
        is_there.then_some(target)
    }

    /// The places of the bills of a target in a currency, in the order in which they are due.
    pub(super) fn bills(&self, target: Target, currency: &str) -> Vec<usize> {
        let all = match target {
            Target::Bill(id) => self.places.get(&id).copied().into_iter().collect(),
            Target::Household(household) => self.by_household.get(&household).cloned().unwrap_or_default(),
        };
        all.into_iter()
            .filter(|at| self.bills.get(*at).is_some_and(|bill| bill.currency == currency))
            .collect()
    }

    /// The ids of bills.
    pub(super) fn ids(&self, places: &[usize]) -> Vec<BillId> {
        places.iter().filter_map(|at| self.bills.get(*at)).map(|bill| bill.id).collect()
    }

    pub(super) fn household(&self, place: usize) -> Option<HouseholdId> {
        self.bills.get(place).map(|bill| bill.household)
    }

    pub(super) fn due(&self, place: usize) -> Option<Date> {
        self.bills.get(place).map(|bill| bill.due)
    }

    /// Whether nothing was paid of a bill of which so much is left.
    pub(super) fn is_whole(&self, place: usize, left: i64) -> bool {
        self.bills.get(place).is_some_and(|bill| bill.owed == left)
    }

    /// The households that paid from an account; none when it is too many.
    pub(super) fn by_account(&self, account: &Account) -> &[HouseholdId] {
        self.by_account.get(account).filter(|of| of.len() <= MAX_SHARING).map_or(&[], Vec::as_slice)
    }

    /// The households of which all words of a name stand in this one; none when it is too many.
    pub(super) fn by_name(&self, name: &str) -> Vec<HouseholdId> {
        let words = name::words(name);
        let mut found: Vec<HouseholdId> = Vec::new();
        for names in
            words.iter().filter_map(|word| self.by_word.get(word)).filter(|of| of.len() <= MAX_SCANNED)
        {
            let fits = |known: &[String]| known.iter().all(|word| words.binary_search(word).is_ok());
            found.extend(names.iter().filter(|(known, _)| fits(known)).map(|(_, household)| *household));
        }
        found.sort_unstable();
        found.dedup();
        if found.len() > MAX_NAMESAKES { Vec::new() } else { found }
    }
}
