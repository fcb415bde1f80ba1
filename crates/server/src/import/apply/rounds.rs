//! Plans of rounds, which the office may change in the app, too, and how they were walked before.

use linli_wire::{
    id::{CommunityId, RoundPlanId},
    repairs::RepairPlace,
    rounds::{Interval, IntervalUnit, PointCode, RoundCheck, RoundPlanContent, RoundPoint},
};

use super::{CONFLICT, Import, ROUNDS, Taking};
use crate::{
    Error, clock,
    db::Tx,
    import::{
        folder::{RoundPlanRow, RoundPointRow},
        ids,
        problem::Problem,
        rounds as reading,
    },
    rounds,
};

impl Import<'_> {
    pub(super) fn round_plans(&mut self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let folder = self.folder;
        for (code, row) in &folder.round_plans {
            let (community, how) = (self.community, self.how);
            let id = ids::round_plan(community, code);
            let stored = rounds::plan(tx, community, id)?.map(|plan| plan.content);
            let content = self.content(row, id, stored.as_ref())?;
            let mut conflict = false;
            let walked = self.walked(row);
            self.row(tx, ROUNDS, code, row, |tx, last| {
                if let (Some(stored), Some(last)) = (&stored, last) {
                    // What was imported last, under the codes that stand there now.
                    let last: Option<RoundPlanRow> = serde_json::from_str(last).ok();
                    let own = last.is_some_and(|last| says(stored, community, &last));
                    conflict = !own && *stored != content && !how.overwrite;
                    if conflict {
                        return Ok(Taking::Nothing);
                    }
                }
                let content = rounds::checked(tx, community, id, &content)?;
                let walked = if last.is_none() { walked.as_slice() } else { &[] };
                rounds::put_plan(tx, community, id, &content, walked)?;
                Ok(Taking::All)
            })?;
            if conflict {
                self.summary.conflicts.push(Problem {
                    file: ROUNDS.to_owned(),
                    row: 0,
                    column: None,
                    message: format!("{code}: {CONFLICT}"),
                });
            }
        }
        Ok(())
    }

    /// The plan of a row; points that there are keep what stands on their labels.
    fn content(
        &self,
        row: &RoundPlanRow,
        plan: RoundPlanId,
        stored: Option<&RoundPlanContent>,
    ) -> Result<RoundPlanContent, Error> {
        let mut points = Vec::with_capacity(row.points.len());
        for point in &row.points {
            let id = ids::round_point(plan, &point.code);
            let known = stored.and_then(|stored| stored.points.iter().find(|known| known.id == id));
            let code = match known {
                Some(known) => known.code.clone(),
                None => PointCode::from_random(&clock::random::<64>()?)
                    .ok_or_else(|| Error::invalid("code", "could not be made"))?,
            };
            let place = place(self.community, point);
            let checks = (1..).zip(&point.checks);
            let checks = checks.map(|(number, words)| RoundCheck { number, words: words.clone() }).collect();
            let (name, category) = (point.name.clone(), point.category.clone());
            points.push(RoundPoint { id, code, name, place, category, checks });
        }
        let nowhere = Interval { count: 0, unit: IntervalUnit::Days };
        Ok(RoundPlanContent {
            name: row.name.clone(),
            every: reading::interval(&row.every).unwrap_or(nowhere),
            first: row.first.to_string(),
            days: row.days,
            points,
            retired: row.retired,
        })
    }

    fn walked(&self, row: &RoundPlanRow) -> Vec<rounds::Walked> {
        let walk = |walked: &crate::import::folder::WalkedRow| rounds::Walked {
            day: walked.day,
            by: walked.by.as_ref().map(|code| ids::person(self.community, code)),
            failed: walked.failed.as_ref().and_then(|failed| {
                let place = row.points.iter().position(|point| point.code == failed.point)?;
                Some((place, failed.check, failed.words.clone()))
            }),
        };
        row.walked.iter().map(walk).collect()
    }
}

/// Where a point of a row is.
fn place(community: CommunityId, row: &RoundPointRow) -> RepairPlace {
    match (&row.building, &row.area) {
        (_, Some(area)) => RepairPlace::Area { area_id: ids::common_area(community, area) },
        (building, None) => {
            let building = building.as_deref().unwrap_or_default();
            RepairPlace::Building { building_id: ids::building(community, building) }
        }
    }
}

/// Whether a plan says what a row does, whatever its codes.
fn says(stored: &RoundPlanContent, community: CommunityId, row: &RoundPlanRow) -> bool {
    let same_points = stored.points.len() == row.points.len()
        && stored.points.iter().zip(&row.points).all(|(stored, row)| {
            stored.name == row.name
                && stored.category == row.category
                && stored.place == place(community, row)
                && stored.checks.iter().map(|check| &check.words).eq(&row.checks)
        });
    stored.name == row.name
        && stored.first == row.first.to_string()
        && stored.days == row.days
        && stored.retired == row.retired
        && Some(stored.every) == reading::interval(&row.every)
        && same_points
}
