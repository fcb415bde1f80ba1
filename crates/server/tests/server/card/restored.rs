//! Money that came after the backup that is brought back.

use linli_server::{backup, db::Location};
use linli_wire::payments::PaymentState;

use super::stripe::GOOD;
use crate::shops;

shops! {
    async fn of_a_backup_without_card_payments_is_asked_what_came_after_it(shop) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("backup.tar");
        let before = shop.world.now();
        backup::backup(&shop.world.app.db, &shop.world.app.shelf.files, &file).await.unwrap();
        let (_, lost_intent) = shop.begun(10_000).await;
        shop.stripe.pay(&lost_intent, GOOD).await;
        assert_eq!(shop.tell("succeeded", &lost_intent).await, 204);
        shop.world.later(24 * 60 * 60 * 1000);
        let mut shop = shop;
        let place = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(place.path().join("linli.db"));
        let db = linli_server::db::Database::open(&location, shop.world.time.clock()).await.unwrap();
        let files = linli_server::attachments::files::Files::open(place.path()).unwrap();
        backup::restore(&db, &files, &file).await.unwrap();
        let data = place.path().to_owned();
        shop.world.start_again(|settings| (settings.database, settings.data) = (location, data)).await;
        for _ in 0..200 {
            if !shop.troubles().await.is_empty() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let troubles = shop.troubles().await;
        assert!(troubles.len() == 1 && troubles[0].contains(&lost_intent), "{troubles:?}");
        let hour = 60 * 60;
        let [since] = shop.stripe.since()[..] else { panic!("{:?}", shop.stripe.since()) };
        assert!((before.0 / 1000 - 2 * hour..=before.0 / 1000).contains(&since), "{since} {}", before.0);
    }

    async fn what_was_paid_after_the_backup_is_shown_once_it_is_brought_back(shop) {
        // Known to the backup, and paid after it.
        let (known, known_intent) = shop.begun(20_000).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("backup.tar");
        backup::backup(&shop.world.app.db, &shop.world.app.shelf.files, &file).await.unwrap();
        let (lost, lost_intent) = shop.begun(10_000).await;
        let (_, open_intent) = shop.begun(5_000).await;
        for intent in [&known_intent, &lost_intent] {
            shop.stripe.pay(intent, GOOD).await;
            assert_eq!(shop.tell("succeeded", intent).await, 204);
        }
        assert_eq!((shop.held(lost.id).await.state, shop.booked().await), (PaymentState::Paid, 2));
        shop.world.later(60 * 60 * 1000);
        let mut shop = shop;
        let place = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(place.path().join("linli.db"));
        let db = linli_server::db::Database::open(&location, shop.world.time.clock()).await.unwrap();
        let files = linli_server::attachments::files::Files::open(place.path()).unwrap();
        backup::restore(&db, &files, &file).await.unwrap();
        let data = place.path().to_owned();
        shop.world.start_again(|settings| (settings.database, settings.data) = (location, data)).await;
        shop.join_again().await;
        shop.until(known.id, PaymentState::Paid).await;
        for _ in 0..200 {
            if !shop.troubles().await.is_empty() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let troubles = shop.troubles().await;
        assert!(troubles.len() == 1 && troubles[0].contains(&lost_intent), "{troubles:?} {open_intent}");
        assert_eq!(shop.booked().await, 1);
        shop.is_sound().await;
    }
}
