//! Files of two formats that tell of the same days.
//!
//! A bank calls a movement by a name in camt.053, and not at all in CSV, where it is named after what its row says. So
//! one that came in both formats has two names, and would count twice. What both say of it is the account, the day on
//! which it was booked and the amount; the rest is told in other words. Here a movement of a file is laid beside one of
//! the other format that is the same in these three, each beside one at most: of two equal payments of a day, one that is
//! here and one that is not, the second is new. Where there are several, the likest are laid beside each other, by name
//! and references.
//!
//! What is laid beside another one is not taken in; a person who brings such a file is asked first.

use std::collections::{BTreeMap, BTreeSet};

use linli_wire::id::CommunityId;

use super::{KEPT, Kept, import::named_anew};
use crate::{Error, bank::Movement, db::Tx, params};

/// What a file and the table are compared by: day, amount and currency.
type Place = (String, i64, String);

fn place(of: &Movement) -> Place {
    (of.booked.to_string(), of.minor, of.currency.clone())
}

/// Whether a movement came from CSV: those are named by us.
fn is_csv(name: &str) -> bool {
    name.starts_with("csv-")
}

/// Which of the movements of a file on an account, by their places in it, were told of before by a file of the other
/// format. Those that are known by their own names are none of them.
///
/// # Errors
/// The database's.
pub(super) fn told_before(
    tx: &mut Tx<'_>,
    community: CommunityId,
    account: &str,
    all: &[(usize, &Movement)],
) -> Result<BTreeSet<usize>, Error> {
    let days = || all.iter().map(|(_, movement)| movement.booked.to_string());
    let (Some(first), Some(last)) = (days().min(), days().max()) else { return Ok(BTreeSet::new()) };
    let mut here: BTreeMap<Place, Vec<Movement>> = BTreeMap::new();
    let mut known = BTreeSet::new();
    let sql = format!("{KEPT} AND account = $2 AND day >= $3 AND day <= $4 ORDER BY day, id");
    for row in tx.query(&sql, params![community, account, &first, &last])? {
        let movement = Kept::of(&row)?.movement;
        known.insert((movement.id.clone(), place(&movement)));
        here.entry(place(&movement)).or_default().push(movement);
    }
    let mut told = BTreeSet::new();
    let mut places: BTreeMap<Place, Vec<(usize, &Movement)>> = BTreeMap::new();
    let is_new = |movement: &Movement| {
        let names = [movement.id.clone(), named_anew(movement)];
        !names.into_iter().any(|name| known.contains(&(name, place(movement))))
    };
    for (at, movement) in all.iter().filter(|(_, movement)| is_new(movement)) {
        places.entry(place(movement)).or_default().push((*at, movement));
    }
    for (place, mut mine) in places {
        let mut theirs = here.remove(&place).unwrap_or_default();
        theirs.retain(|other| mine.first().is_some_and(|(_, one)| is_csv(&one.id) != is_csv(&other.id)));
        while let Some((one, other)) = likest(&mine, &theirs) {
            told.insert(mine.remove(one).0);
            theirs.remove(other);
        }
    }
    Ok(told)
}

/// The pair that has most in common, of movements that are alike in day and amount.
fn likest(mine: &[(usize, &Movement)], theirs: &[Movement]) -> Option<(usize, usize)> {
    let pairs = mine.iter().enumerate().flat_map(|(one, (_, mine))| {
        theirs.iter().enumerate().map(move |(other, theirs)| (in_common(mine, theirs), one, other))
    });
    // Of equals the first, so that the same file is always read alike.
    let best = pairs
        .max_by_key(|(common, one, other)| (*common, std::cmp::Reverse(*one), std::cmp::Reverse(*other)));
    best.map(|(_, one, other)| (one, other))
}

/// How much two movements say alike besides day and amount.
fn in_common(one: &Movement, other: &Movement) -> u32 {
    let words = |of: &Movement| -> BTreeSet<String> {
        let all = [of.text.as_str(), of.name.as_deref().unwrap_or_default()].into_iter();
        let all = all.chain(of.references.iter().map(String::as_str)).chain(of.end_to_end.as_deref());
        all.flat_map(str::split_whitespace).map(str::to_lowercase).collect()
    };
    let shared = words(one).intersection(&words(other)).count();
    let same_account = one.account.is_some() && one.account == other.account;
    u32::try_from(shared).unwrap_or(u32::MAX).saturating_add(if same_account { 4 } else { 0 })
}
