//! How bills are paid, fees, readings and what was before. Fees may be changed in the app, too.

use jiff::{Span, civil::Date};
use linli_wire::{
    id::{CommunityId, LedgerEntryId, UnitId},
    payments::{
        BankAccount, Basis, Discount, FeeContent, NewReading, PaymentWays, Spend, SpendingHeading, Tax,
    },
};

use super::{CONFLICT, Import, PAYMENTS, READINGS, Taking};
use crate::{
    Error, bank,
    db::Tx,
    import::{
        folder::{FeeRow, PastMonthRow, UnitCode},
        ids, payments as reading,
        problem::Problem,
    },
    payments::{self, PastMonth},
};

impl Import<'_> {
    pub(super) fn payments(&mut self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let folder = self.folder;
        let Some(file) = &folder.payments else { return Ok(()) };
        let community = self.community;
        let ways = PaymentWays {
            version: 0,
            bank: file.ways.bank.as_ref().map(|bank| BankAccount {
                holder: bank.holder.clone(),
                number: bank.number.replace(' ', ""),
                bank: bank.bank.clone(),
                bic: bank.bic.clone(),
            }),
            card: false,
            counter: file.ways.counter.clone(),
            days_to_pay: file.ways.days_to_pay,
            reminders: file.ways.reminders.clone(),
            spending: (file.ways.spending.iter())
                .map(|row| SpendingHeading { key: row.key.clone(), name: row.name.clone() })
                .collect(),
        };
        self.row(tx, PAYMENTS, "ways", &file.ways, |tx, _| {
            payments::put_ways(tx, community, &ways).map(|_| Taking::All)
        })?;
        for (code, row) in &file.fees {
            self.fee(tx, code, row, file.shift_days)?;
        }
        for ((fee, unit, day), row) in &file.readings {
            let new = NewReading {
                unit_id: ids::unit(community, unit),
                day: row.day.to_string(),
                value_milli: row.value_milli,
                is_new_meter: false,
                old_final_milli: None,
            };
            let reader = self.reader();
            let (fee, key) = (ids::fee(community, fee), format!("{fee} {unit} {day}"));
            // Days in a folder to try move with the present: what was read once was read.
            let mut conflict = false;
            self.row(tx, READINGS, &key, &row.value_milli, |tx, last| {
                conflict = last.is_some();
                let Some(reader) = reader.filter(|_| !conflict) else { return Ok(Taking::Nothing) };
                payments::put_readings(tx, community, reader, fee, &[new])?;
                Ok(Taking::All)
            })?;
            if conflict {
                self.stays(&key, "was taken over already; put it right in the app");
            }
        }
        for (key, row) in &file.months {
            let (past, by) = (past(community, row)?, ids::person(community, &row.by));
            self.row(tx, PAYMENTS, &format!("month {key}"), key, |tx, last| {
                if last.is_none() {
                    payments::put_past(tx, community, by, &past)?;
                }
                Ok(Taking::All)
            })?;
        }
        for row in &file.spent {
            let spend = Spend {
                id: LedgerEntryId(ids::spent(community, &row.code)),
                day: row.day.to_string(),
                heading: row.heading.clone(),
                minor: bank::amount::minor(&row.amount, &folder.community.fields.currency)
                    .unwrap_or_default(),
                words: row.words.clone(),
                in_cash: false,
            };
            let by = ids::person(community, &row.by);
            let mut conflict = false;
            self.row(
                tx,
                PAYMENTS,
                &format!("spent {}", row.code),
                &(&row.heading, &row.amount),
                |tx, last| {
                    // What stands in the ledger is never changed.
                    conflict = last.is_some();
                    if conflict {
                        return Ok(Taking::Nothing);
                    }
                    payments::put_spending(tx, community, by, &spend)?;
                    Ok(Taking::All)
                },
            )?;
            if conflict {
                self.stays(&row.code, "is in the ledger already and stays as it was");
            }
        }
        Ok(())
    }

    fn fee(&mut self, tx: &mut Tx<'_>, code: &str, row: &FeeRow, shift_days: i32) -> Result<(), Error> {
        let (community, how) = (self.community, self.how);
        let currency = self.folder.community.fields.currency.clone();
        let id = ids::fee(community, code);
        let mut conflict = false;
        self.row(tx, PAYMENTS, &format!("fee {code}"), row, |tx, last| {
            let last: Option<FeeRow> = last.and_then(|last| serde_json::from_str(last).ok());
            let stored = payments::fee(tx, community, id)?.map(|fee| fee.content);
            let mut content = content(community, &currency, row, shift_days)?;
            if let (Some(stored), Some(last)) = (&stored, last) {
                let mut own = self::content(community, &currency, &last, shift_days)?;
                // In a folder to try, days move with the present; a fee keeps those that it began with.
                (own.from, own.until) = (stored.from.clone(), stored.until.clone());
                if (last.from, last.until) == (row.from, row.until) {
                    (content.from, content.until) = (stored.from.clone(), stored.until.clone());
                }
                conflict = own != *stored && *stored != content && !how.overwrite;
                if conflict {
                    return Ok(Taking::Nothing);
                }
            }
            payments::put_fee(tx, community, id, &content).map(|_| Taking::All)
        })?;
        if conflict {
            self.stays(code, CONFLICT);
        }
        Ok(())
    }

    /// Says of something that it is taken over once.
    fn stays(&mut self, what: &str, why: &str) {
        let message = format!("{what}: {why}");
        self.summary.conflicts.push(Problem { file: PAYMENTS.to_owned(), row: 0, column: None, message });
    }

    /// Who is said to have read the meters: the first of the office.
    fn reader(&self) -> Option<linli_wire::id::PersonId> {
        let office = self.folder.people.iter().find(|(_, person)| person.role.is_office());
        office.map(|(code, _)| ids::person(self.community, code))
    }
}

fn content(
    community: CommunityId,
    currency: &str,
    row: &FeeRow,
    shift_days: i32,
) -> Result<FeeContent, Error> {
    let shift = |day: Date| day.checked_add(Span::new().days(shift_days)).unwrap_or(day);
    let rate = reading::rate(&row.rate, currency).ok_or_else(|| Error::invalid("rate", "is not a price"))?;
    let basis = match row.by.as_str() {
        "square_metre" => Basis::SquareMetre,
        "once" => Basis::Once,
        by => match by.strip_prefix("meter ") {
            Some(measure) => Basis::Meter { measure: measure.to_owned() },
            None => Basis::Unit,
        },
    };
    let units = |codes: &[String]| -> Vec<UnitId> {
        codes.iter().filter_map(|code| UnitCode::read(code)).map(|code| ids::unit(community, &code)).collect()
    };
    Ok(FeeContent {
        name: row.name.clone(),
        heading: row.code.clone(),
        basis,
        rate,
        every_months: row.every_months,
        from: shift(row.from).to_string(),
        until: row.until.map(|day| shift(day).to_string()),
        tax: Tax { basis_points: row.tax_basis_points, included: row.tax_included },
        units: units(&row.units),
        discounts: (row.discounts.iter())
            .map(|discount| Discount {
                name: discount.name.clone(),
                basis_points: discount.basis_points,
                units: units(&discount.units),
                until: None,
            })
            .collect(),
    })
}

fn past(community: CommunityId, row: &PastMonthRow) -> Result<PastMonth, Error> {
    let day = |day: i8| {
        let month = row.month;
        let year = i16::try_from(month.year()).unwrap_or_default();
        let date = jiff::civil::Date::new(year, i8::try_from(month.month()).unwrap_or(1), day);
        date.map_err(|_| Error::invalid("month", "has no such day"))
    };
    let unpaid = row.unpaid.iter().map(|code| ids::household(community, code)).collect();
    let paid_within = i16::from(row.paid_within);
    Ok(PastMonth { month: row.month, issued: day(row.issued)?, due: day(row.due)?, paid_within, unpaid })
}
