//! Kinds of repair, which the office may change in the app, too, and common areas.

use linli_wire::repairs::{CommonArea, RepairCategoryContent};

use super::{COMMON_AREAS, CONFLICT, Import, REPAIR_CATEGORIES, Taking};
use crate::{
    Error,
    db::Tx,
    import::{folder::RepairCategoryRow, ids, problem::Problem},
    repairs::settings,
};

impl Import<'_> {
    pub(super) fn repair_categories(&mut self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let folder = self.folder;
        for (code, row) in &folder.repair_categories {
            let (community, how) = (self.community, self.how);
            let id = ids::repair_category(community, code);
            let content = content(code, row);
            let mut conflict = false;
            self.row(tx, REPAIR_CATEGORIES, code, row, |tx, last| {
                if settings::category(tx, community, code)?.is_some_and(|other| other.id != id) {
                    // The office made one of its own under this key in the app: two cannot stand under one.
                    conflict = true;
                    return Ok(Taking::Nothing);
                }
                let last: Option<RepairCategoryRow> = last.and_then(|last| serde_json::from_str(last).ok());
                let own = last.map(|last| self::content(code, &last));
                if let Some(stored) = settings::category_by_id(tx, community, id)? {
                    conflict =
                        own.as_ref() != Some(&stored.content) && stored.content != content && !how.overwrite;
                    if conflict {
                        return Ok(Taking::Nothing);
                    }
                }
                settings::put_category(tx, community, id, &content).map(|_| Taking::All)
            })?;
            if conflict {
                self.summary.conflicts.push(Problem {
                    file: REPAIR_CATEGORIES.to_owned(),
                    row: folder.repair_category_lines.get(code).copied().unwrap_or_default(),
                    column: None,
                    message: format!("{code}: {CONFLICT}"),
                });
            }
        }
        Ok(())
    }

    pub(super) fn common_areas(&mut self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let folder = self.folder;
        for (code, row) in &folder.common_areas {
            let community = self.community;
            let area = CommonArea {
                id: ids::common_area(community, code),
                code: code.clone(),
                name: row.name.clone(),
                building_id: row.building.as_deref().map(|building| ids::building(community, building)),
            };
            self.row(tx, COMMON_AREAS, code, row, |tx, _| {
                settings::put_area(tx, community, &area).map(|_| Taking::All)
            })?;
        }
        Ok(())
    }
}

fn content(code: &str, row: &RepairCategoryRow) -> RepairCategoryContent {
    RepairCategoryContent {
        key: code.to_owned(),
        name: row.name.clone(),
        icon: row.icon.clone(),
        promised: row.promised,
        chargeable: row.chargeable,
        retired: row.retired,
    }
}
