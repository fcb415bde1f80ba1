//! Meters: what is read fits to what was read.

use linli_wire::{
    Code,
    id::UnitId,
    ops::Outcome,
    payments::{Meter, NewReading},
};

use super::prepared::*;
use crate::both;

fn reading(unit_id: UnitId, day: &str, value: i64) -> NewReading {
    NewReading {
        unit_id,
        day: day.to_owned(),
        value_milli: value * 1000,
        is_new_meter: false,
        old_final_milli: None,
    }
}

fn code(outcome: Outcome) -> Option<Code> {
    match outcome {
        Outcome::Refused { error } => Some(error.code),
        _ => None,
    }
}

both! {
    async fn what_a_meter_counted_is_billed_once(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.zhao).await;
        let resident = world.join(&sun, sun.wang_mei).await;
        let id = fee(&world, &office, water()).await;
        let unit = sun.unit_1201;
        let first = vec![reading(unit, "2026-08-31", 100), reading(unit, "2026-09-20", 112)];
        assert_eq!(code(read(&world, &resident, id, first.clone()).await), Some(Code::NotAllowed));
        assert_eq!(code(read(&world, &office, id, first.clone()).await), None);
        // The same again changes nothing.
        assert_eq!(code(read(&world, &office, id, first).await), None);
        let meters: Vec<Meter> = held(&world, &office, "meter").await;
        assert_eq!((meters.len(), meters[0].version, meters[0].readings[0].value_milli), (1, 2, 112_000));
        assert_eq!(held::<Meter>(&world, &resident, "meter").await, []);
        let made = bill_month(&world, &office, "2026-09").await;
        assert_eq!((made.bills, made.total), (1, 6_000));
        assert_eq!(preview(&world, &office, "2026-09").await.bills, 0);
        // What is billed stays as it was read.
        assert_eq!(code(read(&world, &office, id, vec![reading(unit, "2026-09-20", 111)]).await), Some(Code::InvalidInput));
        assert_eq!(code(read(&world, &office, id, vec![reading(unit, "2026-09-01", 101)]).await), Some(Code::InvalidInput));
        assert_eq!(code(read(&world, &office, id, vec![reading(unit, "2026-09-21", 115)]).await), None);
        assert_eq!(preview(&world, &office, "2026-10").await.total, 1_500);
        is_sound(&world).await;
    }

    async fn a_reading_fits_between_its_neighbours(world) {
        let (sun, moon) = (world.sun.clone(), world.moon.clone());
        let office = world.join(&sun, sun.chen_jing).await;
        let (id, area) = (fee(&world, &office, water()).await, fee(&world, &office, by_area()).await);
        let unit = sun.unit_1201;
        read(&world, &office, id, vec![reading(unit, "2026-08-10", 100), reading(unit, "2026-08-30", 120)]).await;
        for (reading, why) in [
            (reading(unit, "2026-08-20", 99), "less than before"),
            (reading(unit, "2026-08-20", 121), "more than after"),
            (reading(unit, "2026-09-01", 119), "less than before"),
            (reading(unit, "2026-09-22", 130), "tomorrow"),
            (reading(unit, "2026-9-1", 130), "no day"),
            (reading(unit, "2026-09-01", -1), "below nothing"),
            (reading(unit, "2026-09-01", i64::MAX / 1000), "longer than a meter"),
        ] {
            assert_eq!(code(read(&world, &office, id, vec![reading]).await), Some(Code::InvalidInput), "{why}");
        }
        assert_eq!(code(read(&world, &office, id, vec![reading(moon.unit_101, "2026-09-01", 1)]).await), Some(Code::NotFound));
        assert_eq!(code(read(&world, &office, area, vec![reading(unit, "2026-09-01", 130)]).await), Some(Code::InvalidInput));
        // Put right before it is billed; a new meter begins where it begins.
        assert_eq!(code(read(&world, &office, id, vec![reading(unit, "2026-08-30", 121)]).await), None);
        let new = NewReading { is_new_meter: true, ..reading(unit, "2026-09-01", 3) };
        assert_eq!(code(read(&world, &office, id, vec![new]).await), None);
        assert_eq!(code(read(&world, &office, id, vec![reading(unit, "2026-09-20", 8)]).await), None);
        // 21 on the old one, 5 on the new one.
        let seen = preview(&world, &office, "2026-09").await;
        let water = seen.fees.iter().find(|fee| fee.fee_id == id).unwrap();
        assert_eq!((water.lines, water.total), (1, 26 * 500));
        is_sound(&world).await;
    }

    async fn what_an_old_meter_counted_to_its_end_is_billed(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let id = fee(&world, &office, water()).await;
        let unit = sun.unit_1201;
        read(&world, &office, id, vec![reading(unit, "2026-08-30", 100)]).await;
        // Read and changed on one day: what was read of the old one is its end.
        read(&world, &office, id, vec![reading(unit, "2026-09-01", 104)]).await;
        let new = |old: i64| NewReading { is_new_meter: true, old_final_milli: Some(old * 1000), ..reading(unit, "2026-09-01", 0) };
        for (reading, why) in [
            (new(99), "less than before"),
            (new(-1), "below nothing"),
            (NewReading { is_new_meter: false, ..new(104) }, "no new meter"),
        ] {
            assert_eq!(code(read(&world, &office, id, vec![reading]).await), Some(Code::InvalidInput), "{why}");
        }
        assert_eq!(code(read(&world, &office, id, vec![new(104)]).await), None);
        assert_eq!(code(read(&world, &office, id, vec![reading(unit, "2026-08-31", 105)]).await), Some(Code::InvalidInput), "more than its end");
        // The new one begins again from nothing at a hundred thousand, and shows twelve: it would be 100,012.
        read(&world, &office, id, vec![reading(unit, "2026-09-10", 99_990)]).await;
        let again = NewReading { is_new_meter: true, old_final_milli: Some(100_012_000), ..reading(unit, "2026-09-20", 12) };
        assert_eq!(code(read(&world, &office, id, vec![again]).await), None);
        let seen = preview(&world, &office, "2026-09").await;
        let water = seen.fees.iter().find(|fee| fee.fee_id == id).unwrap();
        // 4 on the first, 100,012 on the second.
        assert_eq!((water.lines, water.total), (1, 100_016 * 500));
        is_sound(&world).await;
    }
}
