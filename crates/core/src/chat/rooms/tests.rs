use linli_wire::chat::Tell;

use super::{Mark, unread_from};
use crate::{account, cache::Cache};

#[test]
fn what_is_unread_is_counted_without_looking_at_a_message() {
    let cache = Cache::in_memory(account::MIGRATIONS).unwrap();
    for is_known in [false, true] {
        let from = unread_from(&Mark { read: 0, tell: Tell::Usual, is_known });
        for sql in [format!("SELECT named FROM {from}"), format!("SELECT number FROM {from} ORDER BY number")]
        {
            let plan: Vec<String> = cache
                .read(|db| {
                    let mut explain = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                    let rows = explain.query_map([rusqlite::types::Null; 4], |row| row.get(3))?;
                    Ok(rows.collect::<Result<_, _>>()?)
                })
                .unwrap();
            let looks = plan.iter().find(|line| line.contains(" message ")).unwrap();
            assert!(looks.contains("USING COVERING INDEX message_place"), "{plan:?}");
            assert!(!plan.iter().any(|line| line.contains("TEMP B-TREE")), "{plan:?}");
        }
    }
}
