//! From commits to the hub, and between servers.
//!
//! Several servers may stand on one PostgreSQL. Each tells the others that the log has grown with one
//! NOTIFY for all commits of a short window: a NOTIFY in every transaction would serialise their
//! commits. Who hears it reads the log; the message itself says only who sent it. On SQLite another
//! process (import, invite) may write to the same file, so the heads are looked at now and then.

use std::{future::poll_fn, pin::pin, time::Duration};

use tokio::sync::broadcast::{
    Receiver,
    error::{RecvError, TryRecvError},
};
use tokio_postgres::{AsyncMessage, NoTls};

use crate::{
    App, Error,
    db::{Commit, Tx},
    params,
};

/// Commits of this window share one NOTIFY.
const WINDOW: Duration = Duration::from_millis(20);
/// How often the heads are looked at on SQLite.
const LOOK: Duration = Duration::from_secs(2);
/// How often they are looked at on PostgreSQL, should a NOTIFY get lost with its sender.
const LOOK_ANYWAY: Duration = Duration::from_secs(10);

/// Hands every commit of this server to its streams.
pub(crate) async fn dispatch(app: App, mut commits: Receiver<Commit>) {
    loop {
        match commits.recv().await {
            Ok(commit) => app.hub.hand_out(&app.db, &commit).await,
            Err(RecvError::Lagged(_)) => app.hub.look(&app.db).await,
            Err(RecvError::Closed) => return,
        }
    }
}

/// Hears of what others write.
pub(crate) async fn wake(app: App) {
    loop {
        if let Some(config) = app.db.postgres_config()
            && let Err(error) = listen(&app, config).await
        {
            tracing::warn!(%error, "the wake-up connection broke; it is opened again");
        }
        tokio::time::sleep(LOOK).await;
        app.hub.look(&app.db).await;
    }
}

/// Wakes every server on this database when the transaction commits. For a program beside them that ends
/// somebody's access: open streams must not go on until the next look at the heads.
pub(crate) fn tell(tx: &mut Tx<'_>) -> Result<(), Error> {
    if !tx.is_postgres() {
        return Ok(());
    }
    // Without the row no server has been here yet, and nobody listens.
    if let Some(row) = tx.query_opt("SELECT id FROM instance WHERE one = 1", &[])? {
        let channel = channel(&row.get(0)?);
        tx.execute("SELECT pg_notify($1, 'beside')", params![channel])?;
    }
    Ok(())
}

/// The channel of a database.
fn channel(instance: &[u8; 16]) -> String {
    format!("linli_{}", hex(instance))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn listen(app: &App, config: tokio_postgres::Config) -> Result<(), tokio_postgres::Error> {
    let (client, mut connection) = config.connect(NoTls).await?;
    let channel = channel(&app.instance.id);
    let me = hex(&crate::clock::random::<8>().unwrap_or_default());
    let mut commits = app.db.commits();
    let tell = format!("NOTIFY {channel}, '{me}'");
    // Statements on this client move only while the connection is polled below.
    let mut speak = pin!(async {
        client.batch_execute(&format!("LISTEN {channel}")).await?;
        // For what this server committed before it could tell.
        client.batch_execute(&tell).await?;
        loop {
            match commits.recv().await {
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Ok(()),
            }
            tokio::time::sleep(WINDOW).await;
            while matches!(commits.try_recv(), Ok(_) | Err(TryRecvError::Lagged(_))) {}
            client.batch_execute(&tell).await?;
        }
    });
    // Its first tick comes at once: for what was committed while this server was not listening.
    let mut anyway = tokio::time::interval(LOOK_ANYWAY);
    loop {
        tokio::select! {
            message = poll_fn(|context| connection.poll_message(context)) => match message {
                Some(Ok(AsyncMessage::Notification(note))) if note.payload() != me => {
                    app.hub.look(&app.db).await;
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
                None => return Ok(()),
            },
            _ = anyway.tick() => app.hub.look(&app.db).await,
            result = &mut speak => return result,
        }
    }
}
