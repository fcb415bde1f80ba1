//! The adapter and the log: commit order is the order of numbers, on both engines.

use std::{
    collections::BTreeMap,
    sync::{Arc, Barrier},
};

use linli_server::{
    Error,
    db::{Database, Tx},
    params,
};
use linli_wire::{
    Code,
    id::CommunityId,
    sync::{Entity, Scope},
};

use crate::{both, world::new_id};

fn scopes() -> (CommunityId, Scope, Scope) {
    let community = CommunityId(new_id());
    (community, Scope::Community(community), Scope::Staff(community))
}

fn log(tx: &mut Tx<'_>, community: CommunityId, scope: Scope) {
    tx.log(community, scope, Entity::Notice, new_id(), 1, Some("{}".into()));
}

/// What a follower sees beyond `position`, with the head of the scope in the same view.
async fn follow(db: &Database, scope: Scope, position: u64) -> Vec<u64> {
    db.read(move |tx| {
        let rows = tx.query(
            "SELECT seq FROM changes WHERE scope = $1 AND seq > $2 ORDER BY seq LIMIT 500",
            params![scope, position],
        )?;
        rows.iter().map(|row| Ok(row.get(0)?)).collect()
    })
    .await
    .unwrap()
}

both! {
    async fn a_follower_skips_nothing_while_many_write(world) {
        const WRITERS: u64 = 8;
        const EACH: u64 = 1250;
        let (community, one, two) = scopes();
        let db = world.app.db.clone();
        let mut writers = tokio::task::JoinSet::new();
        for writer in 0..WRITERS {
            let db = db.clone();
            writers.spawn(async move {
                for at in 0..EACH {
                    // Half of them name the scopes the other way round.
                    let (first, second) = if (writer + at) % 2 == 0 { (one, two) } else { (two, one) };
                    db.write(move |tx| {
                        log(tx, community, first);
                        if at % 5 == 0 {
                            log(tx, community, second);
                        }
                        Ok(())
                    })
                    .await
                    .unwrap();
                }
            });
        }
        let follower = tokio::spawn(async move {
            let mut seen: BTreeMap<Scope, u64> = BTreeMap::new();
            let total = WRITERS * EACH + WRITERS * EACH / 5;
            while seen.values().sum::<u64>() < total {
                for scope in [one, two] {
                    let position = seen.entry(scope).or_default();
                    for seq in follow(&db, scope, *position).await {
                        assert_eq!(seq, *position + 1, "a number appeared out of order in {scope}");
                        *position = seq;
                    }
                }
            }
        });
        while let Some(done) = writers.join_next().await {
            done.unwrap();
        }
        follower.await.unwrap();
    }

    async fn transactions_held_open_crosswise_commit_in_order(world) {
        if world.app.db.engine() == "sqlite" {
            // One writer: there are no two transactions to hold open.
            return;
        }
        let (community, one, two) = scopes();
        for _ in 0..50 {
            let both_open = Arc::new(Barrier::new(2));
            let start = |first: Scope, second: Scope| {
                let (db, both_open) = (world.app.db.clone(), Arc::clone(&both_open));
                tokio::spawn(async move {
                    db.write(move |tx| {
                        log(tx, community, first);
                        both_open.wait();
                        log(tx, community, second);
                        Ok(())
                    })
                    .await
                })
            };
            let (a, b) = (start(one, two), start(two, one));
            a.await.unwrap().unwrap();
            b.await.unwrap().unwrap();
        }
        for scope in [one, two] {
            assert_eq!(follow(&world.app.db, scope, 0).await, (1..=100).collect::<Vec<u64>>());
        }
    }

    async fn an_uncommitted_number_hides_no_later_one(world) {
        if world.app.db.engine() == "sqlite" {
            return;
        }
        let (community, scope, _) = scopes();
        let (sealed, is_sealed) = std::sync::mpsc::channel();
        let (go_on, goes_on) = std::sync::mpsc::channel::<()>();
        let db = world.app.db.clone();
        let slow = tokio::spawn(async move {
            db.write(move |tx| {
                log(tx, community, scope);
                tx.seal()?;
                sealed.send(()).unwrap();
                goes_on.recv().unwrap();
                Ok(())
            })
            .await
        });
        tokio::task::spawn_blocking(move || is_sealed.recv().unwrap()).await.unwrap();
        let db = world.app.db.clone();
        let quick = tokio::spawn(async move {
            db.write(move |tx| {
                log(tx, community, scope);
                Ok(())
            })
            .await
        });
        // The first holds number 1 open: nobody may see number 2 before it.
        for _ in 0..20 {
            assert_eq!(follow(&world.app.db, scope, 0).await, Vec::<u64>::new());
        }
        go_on.send(()).unwrap();
        slow.await.unwrap().unwrap();
        quick.await.unwrap().unwrap();
        assert_eq!(follow(&world.app.db, scope, 0).await, vec![1, 2]);
    }

    async fn what_fails_leaves_nothing(world) {
        let (community, scope, _) = scopes();
        let db = &world.app.db;
        let failed: Result<(), Error> = db
            .write(move |tx| {
                log(tx, community, scope);
                tx.execute("INSERT INTO preferences (community_id) VALUES ($1)", params!["x"])?;
                Ok(())
            })
            .await;
        assert!(matches!(failed, Err(Error::Database(_))));
        let refused: Result<(), Error> = db
            .write(move |tx| {
                log(tx, community, scope);
                tx.seal()?;
                Err(Error::not_found())
            })
            .await;
        assert_eq!(refused.unwrap_err().code(), Code::NotFound);
        let panicked: Result<(), Error> = db
            .write(move |tx| {
                log(tx, community, scope);
                tx.savepoint(|_| panic!("in the middle"))
            })
            .await;
        assert_eq!(panicked.unwrap_err().code(), Code::Internal);
        assert_eq!(follow(db, scope, 0).await, Vec::<u64>::new());
        // The database works on, and a part that was undone takes its log entries with it.
        db.write(move |tx| {
            log(tx, community, scope);
            let undone = tx.savepoint(|tx| {
                log(tx, community, scope);
                Err::<(), _>(Error::not_found())
            });
            assert_eq!(undone.unwrap_err().code(), Code::NotFound);
            log(tx, community, scope);
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!(follow(db, scope, 0).await, vec![1, 2]);
    }

    async fn those_who_share_a_commit_do_not_share_their_failures(world) {
        let (community, scope, _) = scopes();
        let writes = (0..200_u32).map(|at| {
            world.app.db.write(move |tx| {
                log(tx, community, scope);
                match at % 4 {
                    1 => Err(Error::not_found()),
                    2 => panic!("one of many"),
                    3 => Ok(tx.execute("INSERT INTO scope (scope) VALUES (NULL)", &[]).map(drop)?),
                    _ => Ok(()),
                }
            })
        });
        let results = futures_util::future::join_all(writes).await;
        for (at, result) in results.iter().enumerate() {
            assert_eq!(result.is_ok(), at % 4 == 0, "{at} {result:?}");
        }
        assert_eq!(follow(&world.app.db, scope, 0).await, (1..=50).collect::<Vec<u64>>());
    }

    async fn a_full_disk_is_told_and_loses_nothing(world) {
        if world.app.db.engine() == "postgres" {
            // Its disk is not in this test's hands.
            return;
        }
        let (community, scope, _) = scopes();
        let db = &world.app.db;
        let limit = async |pages: u32| {
            let sql = format!("PRAGMA max_page_count = {pages}");
            db.write(move |tx| Ok(tx.query(&sql, &[])?)).await.unwrap();
        };
        db.write(move |tx| {
            log(tx, community, scope);
            Ok(())
        }).await.unwrap();
        // Smaller than the file: no page more.
        limit(1).await;
        let full = db.write(move |tx| {
            let body: String = "长".repeat(100_000);
            tx.log(community, scope, Entity::Notice, new_id(), 1, Some(format!("\"{body}\"").into()));
            Ok(())
        }).await;
        assert_eq!(full.unwrap_err().code(), Code::StorageFull);
        assert_eq!(follow(db, scope, 0).await, vec![1]);
        limit(1_000_000).await;
        db.write(move |tx| {
            log(tx, community, scope);
            Ok(())
        }).await.unwrap();
        assert_eq!(follow(db, scope, 0).await, vec![1, 2]);
    }

    async fn one_row_stands_for_an_entity(world) {
        let (community, scope, _) = scopes();
        let (a, b) = (new_id(), new_id());
        for (id, version) in [(a, 1), (b, 1), (a, 2), (a, 3)] {
            world.app.db.write(move |tx| {
                tx.log(community, scope, Entity::Notice, id, version, Some("{}".into()));
                Ok(())
            }).await.unwrap();
        }
        let effects = world.app.db.write(move |tx| {
            tx.log(community, scope, Entity::Notice, b, 2, Some("{}".into()));
            tx.log(community, scope, Entity::Notice, b, 3, None);
            Ok(tx.seal()?.effects)
        }).await.unwrap();
        assert_eq!(effects.iter().map(|effect| effect.seq).collect::<Vec<_>>(), vec![5, 5]);
        assert_eq!(follow(&world.app.db, scope, 0).await, vec![4, 5]);
    }

    async fn parameters_are_bound_by_number(world) {
        let row = world.app.db.read(|tx| {
            Ok(tx.query_one(
                "SELECT CAST($2 AS TEXT), CAST($1 AS BIGINT), CAST($2 AS TEXT), '$1', CAST($3 AS BIGINT)",
                params![7_i64, "seven", None::<i64>],
            )?)
        }).await.unwrap();
        assert_eq!(row.get::<String>(0).unwrap(), "seven");
        assert_eq!(row.get::<i64>(1).unwrap(), 7);
        assert_eq!(row.get::<String>(2).unwrap(), "seven");
        assert_eq!(row.get::<String>(3).unwrap(), "$1");
        assert_eq!(row.get::<Option<i64>>(4).unwrap(), None);
        assert!(row.get::<i64>(0).is_err());
        assert!(row.get::<String>(9).is_err());
    }

    async fn readers_cannot_write(world) {
        let written = world.app.db.read(|tx| Ok(tx.execute("DELETE FROM scope", &[])?)).await;
        assert!(matches!(written, Err(Error::Database(_))));
    }

    async fn a_newer_or_altered_database_is_refused(world) {
        let location = world.app.settings.database.clone();
        world.app.db.write(|tx| {
            tx.execute("UPDATE migration SET checksum = 'another' WHERE number = 1", &[])?;
            Ok(())
        }).await.unwrap();
        let altered = Database::open(&location, world.time.clock()).await.unwrap_err();
        assert_eq!(altered.code(), Code::DatabaseNewer);
        world.app.db.write(|tx| {
            tx.execute("INSERT INTO migration (number, checksum, at) VALUES (999, 'x', 0)", &[])?;
            tx.execute("DELETE FROM migration WHERE number = 1", &[])?;
            Ok(())
        }).await.unwrap();
        let newer = Database::open(&location, world.time.clock()).await.unwrap_err();
        assert_eq!(newer.code(), Code::DatabaseNewer);
    }
}
