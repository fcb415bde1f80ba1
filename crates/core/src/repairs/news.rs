//! Steps that need the resident: told by a system notification, in their language.

use linli_wire::{
    Language, Timestamp,
    community::Person,
    repairs::{Party, Repair, RepairNeed, RepairState},
};

use super::{need, parties};

/// What a repair newly asks of a person, or tells them.
#[derive(Clone, PartialEq, Debug)]
pub struct Ask {
    /// Key of its category.
    pub category: String,
    /// What it wants.
    pub what: What,
}

/// What a person is asked for, or told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// Agree to a time.
    Visit,
    /// Approve a price.
    Quote,
    /// Confirm that it is fixed.
    Confirm,
    /// It was refused, or given up.
    Closed,
}

/// How long after it was closed a repair that was not here before is told: a scope that is gained, or taken
/// again, brings years of them.
const NEWS_MS: i64 = 2 * 24 * 60 * 60 * 1000;

/// What is new of a repair for a person; `old` is what they had before, and whether it was theirs.
pub(super) fn asked(
    old: Option<(&Repair, bool)>,
    new: &Repair,
    mine: bool,
    me: &Person,
    at: Timestamp,
) -> Option<Ask> {
    let now = wanted(new, mine, me)?;
    let was_theirs = old.is_some_and(|(_, mine)| mine);
    if now == What::Closed && !was_theirs && at.millis_since(new.since) > NEWS_MS {
        return None;
    }
    let before =
        old.and_then(|(old, mine)| Some((wanted(old, mine, me)?, old.visit.map(|visit| visit.slot))));
    // Another time proposed is another question.
    (before != Some((now, new.visit.map(|visit| visit.slot))))
        .then(|| Ask { category: new.report.category.clone(), what: now })
}

fn wanted(repair: &Repair, mine: bool, me: &Person) -> Option<What> {
    let parties = parties(repair, mine, me);
    match need(repair, &parties) {
        Some(RepairNeed::Visit) => Some(What::Visit),
        Some(RepairNeed::Quote) => Some(What::Quote),
        Some(RepairNeed::Confirm) => Some(What::Confirm),
        Some(RepairNeed::Rate) => None,
        None => {
            let closed = matches!(repair.state, RepairState::Refused | RepairState::Unfixed);
            (closed && parties.contains(&Party::Affected)).then_some(What::Closed)
        }
    }
}

/// The sentence for it; `category` is the category's name.
pub(crate) fn words(what: What, category: &str, language: &Language) -> String {
    if language.as_str() == "zh" {
        match what {
            What::Visit => format!("“{category}”报修：物业约了上门时间，请确认或另选时间。"),
            What::Quote => format!("“{category}”报修：需要收费，请同意或拒绝报价。"),
            What::Confirm => format!("“{category}”报修：已处理，请确认是否修好。"),
            What::Closed => format!("“{category}”报修：未修理即关闭，请查看原因。"),
        }
    } else {
        match what {
            What::Visit => format!("{category}: a time to come was proposed. Agree, or propose another."),
            What::Quote => format!("{category}: it has a price. Approve or decline it before the work."),
            What::Confirm => format!("{category}: said to be done. Please confirm, or say that it is not."),
            What::Closed => format!("{category}: closed without being fixed. Please read the reason."),
        }
    }
}
