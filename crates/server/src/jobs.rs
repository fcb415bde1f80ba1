//! What the server does by itself.

use std::sync::{Arc, Mutex, PoisonError};

use linli_wire::{
    Timestamp,
    id::{CommunityId, HouseholdId},
    sync::Entity,
};
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use crate::{
    App, Error, card, chat,
    clock::Watch,
    db::{Database, Tx},
    notices, params, payments, repairs, rounds, session,
};

/// Publishes scheduled notices when they are due.
pub async fn publish(app: App) {
    in_time(app, &[Entity::Notice], publish_due).await;
}

/// Lets silence confirm repairs, and takes up those whose pause is over.
pub async fn tend_repairs(app: App) {
    in_time(app, &[Entity::Repair], tend_due).await;
}

/// Lets rounds fall due by the calendar of each community, and says which were missed.
pub async fn tend_rounds(app: App) {
    let watch = Arc::new(Mutex::new(Watch::default()));
    in_time(app, &[Entity::RoundPlan, Entity::Round], |app| rounds_due(app, Arc::clone(&watch))).await;
}

/// Does what is due at the very moment: it sleeps until the next time that `work` told, and looks again
/// whenever an entity of the kinds changes or the clock is set.
async fn in_time<W: Future<Output = Option<Timestamp>>>(
    app: App,
    entities: &[Entity],
    work: impl Fn(App) -> W,
) {
    let mut commits = app.db.commits();
    let mut next = work(app.clone()).await;
    loop {
        tokio::select! {
            () = app.db.clock().wait_until(next) => {}
            commit = commits.recv() => match commit {
                Ok(commit) if commit.iter().all(|change| !entities.contains(&change.entity)) => continue,
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            },
        }
        // What was committed until now is one reason to look, however many commits there were.
        while !matches!(commits.try_recv(), Err(TryRecvError::Empty | TryRecvError::Closed)) {}
        next = work(app.clone()).await;
    }
}

/// Asks about payments by card that are open, and says to communities whether there are any; beside that, once, about those
/// that a backup knows nothing of.
pub async fn tend_cards(app: App) {
    let tend = |app: App| async move {
        card::tend(&app).await.unwrap_or_else(|error| {
            tracing::error!(%error, "payments by card could not be tended; tried again in a minute");
            None
        })
    };
    let find_lost = async {
        while card::find_lost(&app).await.is_err() {
            app.db.clock().wait_until(None).await;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = in_time(app.clone(), &[Entity::Payment, Entity::Relative, Entity::Community], tend) => {}
        () = find_lost => {}
    }
}

/// Reminds households of bills that are not paid, in the morning of each community.
pub async fn remind(app: App) {
    let watch = Arc::new(Mutex::new(Watch::default()));
    let due = |app: App| {
        let watch = Arc::clone(&watch);
        async move {
            let mend_at = mended(&app, &watch, "reminders", mend_reminders).await;
            let next = by_household(app, "reminders", payments::due_reminders, payments::remind).await;
            [next, mend_at].into_iter().flatten().min()
        }
    };
    in_time(app, &[Entity::PaymentWays, Entity::Community], due).await;
}

/// One transaction for each household, so that nobody who pays meanwhile waits for all of them.
async fn mend_reminders(db: Database) -> Result<(), Error> {
    for (community, household) in db.read(payments::early_reminders).await? {
        db.write(move |tx| payments::take_back_reminders(tx, community, household)).await?;
    }
    Ok(())
}

async fn mend_rounds(db: Database) -> Result<(), Error> {
    db.write(rounds::mend).await
}

/// Pays what households want to have paid by itself, in the morning of each community and whenever there is more to pay it
/// from.
pub async fn pay(app: App) {
    let due = |app| by_household(app, "payments", payments::due_automatic, payments::pay_automatically);
    in_time(app, &[Entity::HouseholdAccount, Entity::Bill, Entity::Community], due).await;
}

async fn tend_due(app: App) -> Option<Timestamp> {
    let next = match app.db.read(repairs::next_due).await {
        Ok(Some(due)) if due <= app.db.now() => app.db.patient().write(repairs::tend).await,
        other => other,
    };
    next.unwrap_or_else(|error| {
        tracing::error!(%error, "repairs could not be tended; tried again in a minute");
        None
    })
}

/// Puts right what a clock did that went ahead, once it has settled. Tells when that is; none when nothing is left to do.
async fn mended<M: Future<Output = Result<(), Error>>>(
    app: &App,
    watch: &Mutex<Watch>,
    what: &'static str,
    mend: impl FnOnce(Database) -> M,
) -> Option<Timestamp> {
    let watch = || watch.lock().unwrap_or_else(PoisonError::into_inner);
    let now = app.db.now();
    let at = watch().look(now, session::DOUBT_MS)?;
    if at > now {
        return Some(at);
    }
    match mend(app.db.patient()).await {
        Ok(()) => watch().done(),
        // What could not be done now is not tried again at once.
        Err(error) => {
            tracing::error!(%error, what, "a clock's work could not be put right; tried again in a minute")
        }
    }
    None
}

async fn rounds_due(app: App, watch: Arc<Mutex<Watch>>) -> Option<Timestamp> {
    let mend_at = mended(&app, &watch, "rounds", mend_rounds).await;
    let next = match app.db.read(rounds::next_due).await {
        Ok(Some(due)) if due <= app.db.now() => app.db.patient().write(rounds::tend).await,
        other => other,
    };
    let next = next.unwrap_or_else(|error| {
        tracing::error!(%error, "rounds could not be tended; tried again in a minute");
        None
    });
    [next, mend_at].into_iter().flatten().min()
}

/// Does for each household what is due: one transaction for each, so that nobody who pays meanwhile waits for all of them.
/// What a stop in between left out is done at the next start, and nothing while the clock is doubted.
async fn by_household(
    app: App,
    what: &'static str,
    due: fn(&mut Tx<'_>) -> Result<payments::DueHouseholds, Error>,
    work: fn(&mut Tx<'_>, CommunityId, HouseholdId) -> Result<(), Error>,
) -> Option<Timestamp> {
    let db = app.db.patient();
    let failed = |error: Error| {
        tracing::error!(%error, what, "what is due of bills could not be done; tried again in a minute");
        None
    };
    let due = match db.read(due).await {
        Ok(due) => due,
        Err(error) => return failed(error),
    };
    if !due.households.is_empty() {
        match db.write(session::doubted_until).await {
            Ok(None) => {}
            Ok(doubted) => return doubted,
            Err(error) => return failed(error),
        }
    }
    let mut next = due.next;
    for (community, household) in due.households {
        let done = db.write(move |tx| work(tx, community, household)).await;
        next = done.map_or_else(failed, |()| next);
    }
    next
}

async fn publish_due(app: App) -> Option<Timestamp> {
    let due = app.db.read(|tx| {
        let row = tx.query_opt(
            "SELECT publish_at FROM notice WHERE state = 'scheduled' AND publish_at IS NOT NULL
             ORDER BY publish_at LIMIT 1",
            &[],
        )?;
        Ok(row.map(|row| row.get::<Timestamp>(0)).transpose()?)
    });
    let next = match due.await {
        Ok(Some(due)) if due <= app.db.now() => app.db.patient().write(notices::publish_due).await,
        other => other,
    };
    next.unwrap_or_else(|error| {
        tracing::error!(%error, "scheduled notices could not be published; tried again in a minute");
        None
    })
}

/// Once a day: looks through the ledger and what stands on it, as `linli-server ledger check` does.
pub async fn prove(app: App) {
    let mut day = tokio::time::interval(std::time::Duration::from_secs(24 * 3600));
    loop {
        day.tick().await;
        match app.prove().await {
            Ok(0) => {}
            Ok(count) => {
                tracing::error!(
                    count,
                    "the ledger does not fit together; `linli-server ledger check` says where"
                );
            }
            Err(error) => {
                tracing::error!(%error, "the ledger could not be looked through; tried again tomorrow");
            }
        }
    }
}

/// How long an operation is remembered: a phone may lie in a drawer for a year.
const OPS_MS: i64 = 400 * 24 * 60 * 60 * 1000;

/// Once an hour: sessions and tokens that ended, operations that nobody will repeat, messages that were taken back and whose
/// time to be reported is over, files that nothing shows, and the rate limits of those who left.
pub async fn tidy(app: App) {
    let mut hour = tokio::time::interval(std::time::Duration::from_secs(3600));
    loop {
        hour.tick().await;
        app.limits.forget_idle();
        app.known.forget_ended(app.db.now());
        let db = app.db.patient();
        let done = db.write(|tx| {
            let now = tx.now();
            session::tidy(tx)?;
            tx.execute("DELETE FROM op WHERE at <= $1", params![now.plus_millis(-OPS_MS)])?;
            chat::forget_taken_back(tx)?;
            Ok(())
        });
        if let Err(error) = done.await {
            tracing::error!(%error, "old rows could not be deleted; tried again in an hour");
        }
        if let Err(error) = app.shelf.sweep(&db).await {
            tracing::error!(%error, "files that nobody uses could not be removed; tried again in an hour");
        }
    }
}
