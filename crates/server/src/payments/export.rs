//! `GET /v1/payments/export`: bills, payments and the journal of a few months, for the bookkeeper.
//!
//! Days are those of the ledger. Accounts are named by kind and by the office's code of a household, never by a
//! person's name. Amounts have the decimals of their currency and are written from whole numbers.
//!
//! A file is read and written page by page as it is taken, each page in a transaction of its own. Pages are ordered by
//! what never changes, and an entry stands in it whole, so what was taken balances whatever is posted meanwhile.

mod bills;
mod journal;
mod payments;

use std::{collections::BTreeMap, io, sync::Arc};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use linli_wire::{
    Code, Language,
    id::{CommunityId, HouseholdId},
    payments::{BookSheet, MAX_EXPORT_MONTHS, Month},
};

use super::{payers, today};
use crate::{
    Error,
    auth::Caller,
    bank::amount::decimal,
    db::{Database, Row, Tx, Value},
    http::query::Query,
    params, sheet,
};

/// Rows that are read at a time.
const ROWS: i64 = 200;

/// A file for the bookkeeper, the journal of this month unless asked otherwise, and which one it is. Trouble on the way breaks the stream off.
///
/// # Errors
/// `not_allowed`; `invalid_input` for no such file, what is no month, or more than three years of them.
pub async fn export(
    db: &Database,
    caller: Caller,
    query: Query,
) -> Result<(BookSheet, impl Stream<Item = io::Result<Bytes>> + Send + use<>), Error> {
    let book = Arc::new(db.read(move |tx| Book::read(tx, &caller, &query)).await?);
    let (kind, head) = (book.sheet, book.head()?);
    let rows = stream::try_unfold((db.clone(), Some(Place::default())), move |(db, after)| {
        let book = Arc::clone(&book);
        async move {
            let Some(after) = after else { return Ok(None) };
            let page = db.read(move |tx| book.page(tx, &after)).await;
            let (text, next) = page.map_err(|error| {
                tracing::error!(%error, "a file for the bookkeeper broke off");
                io::Error::other(error)
            })?;
            Ok(Some((text, (db, next))))
        }
    });
    Ok((kind, stream::iter([Ok(head)]).chain(rows)))
}

/// Where a page ends: behind the row with this day and id.
type Place = (String, String);

/// A page, and where it ends; none at the end of all.
type Page = (Bytes, Option<Place>);

/// Which file, and what stands in it for ids.
struct Book {
    sheet: BookSheet,
    community: CommunityId,
    language: Language,
    /// The first and the last day.
    days: (String, String),
    /// The office's codes of households.
    codes: BTreeMap<HouseholdId, String>,
    /// Units of households, such as `3-1201`.
    units: BTreeMap<HouseholdId, Vec<String>>,
}

impl Book {
    fn read(tx: &mut Tx<'_>, caller: &Caller, query: &Query) -> Result<Self, Error> {
        caller.must_be_office()?;
        let (of, today) = today(tx, caller.community)?;
        let sheet = query.read("sheet", BookSheet::from_name)?.unwrap_or(BookSheet::Journal);
        let this = Month::of_day(&today.to_string());
        let month =
            |name: &str| Ok::<_, Error>(query.read(name, |text| text.parse::<Month>().ok())?.or(this));
        let wrong = || {
            Error::invalid("from", format!("must be less than {MAX_EXPORT_MONTHS} months before the last"))
        };
        let (from, until) = month("from")?.zip(month("until")?).ok_or_else(wrong)?;
        if !(0..MAX_EXPORT_MONTHS).contains(&until.months_since(from)) {
            return Err(wrong());
        }
        let mut units: BTreeMap<HouseholdId, Vec<String>> = BTreeMap::new();
        for payer in payers(tx, caller.community)? {
            units.entry(payer.household).or_default().push(payer.name);
        }
        let codes =
            tx.query("SELECT id, code FROM household WHERE community_id = $1", params![caller.community])?;
        Ok(Self {
            sheet,
            community: caller.community,
            language: of.languages.first().cloned().unwrap_or_else(Language::en),
            // Days are ordered as text, and no month has more.
            days: (from.first_day(), format!("{until}-31")),
            codes: codes.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_, Error>>()?,
            units,
        })
    }

    /// What stands before all rows.
    fn head(&self) -> Result<Bytes, Error> {
        match self.sheet {
            BookSheet::Bills => sheet::table(sheet::MARK, [bills::HEADER.map(str::to_owned)]),
            BookSheet::Payments => sheet::table(sheet::MARK, [payments::HEADER.map(str::to_owned)]),
            BookSheet::Journal => sheet::table(sheet::MARK, [journal::HEADER.map(str::to_owned)]),
            BookSheet::Ledger => Ok(journal::plain_head(&self.days)),
        }
    }

    fn page(&self, tx: &mut Tx<'_>, after: &Place) -> Result<Page, Error> {
        match self.sheet {
            BookSheet::Bills => self.bills(tx, after),
            BookSheet::Payments => self.payments(tx, after),
            BookSheet::Journal | BookSheet::Ledger => self.journal(tx, after),
        }
    }

    /// The code of a household; its id where it is gone, which it never is.
    fn code(&self, id: HouseholdId) -> String {
        self.codes.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }

    fn units(&self, id: HouseholdId) -> String {
        self.units.get(&id).map(|units| units.join(" ")).unwrap_or_default()
    }

    /// English or Chinese.
    fn say(&self, english: &'static str, chinese: &'static str) -> &'static str {
        if self.language.as_str() == "zh" { chinese } else { english }
    }
}

/// Where the next page begins, of rows that begin with day and id; none behind the last one.
fn next(rows: &[Row]) -> Result<Option<Place>, Error> {
    let last = rows.last().filter(|_| i64::try_from(rows.len()) == Ok(ROWS));
    last.map(|last| Ok((last.get(0)?, last.get(1)?))).transpose()
}

/// `$first, $second, …` for ids, and the community before them as parameters.
fn among<T: Copy + Into<Value<'static>>>(community: CommunityId, ids: &[T]) -> (String, Vec<Value<'static>>) {
    let places: Vec<String> = (2..ids.len() + 2).map(|at| format!("${at}")).collect();
    let values = [Value::from(community)].into_iter().chain(ids.iter().map(|id| (*id).into()));
    (places.join(", "), values.collect())
}

/// An amount with the decimals of its currency.
fn amount(minor: i64, currency: &str) -> Result<String, Error> {
    decimal(minor, currency).ok_or_else(|| Error::refused(Code::Internal, "a currency that is not listed"))
}
