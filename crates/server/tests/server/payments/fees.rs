//! Fees: who may settle them, and what they must be.

use linli_wire::{
    Code, Localized,
    id::{FeeId, UnitId},
    ops::Outcome,
    payments::{Basis, Discount, Fee, FeeContent, Rate, Tax},
};

use super::prepared::*;
use crate::{both, repairs::zh, world::new_id};

fn code(outcome: Outcome) -> Option<Code> {
    match outcome {
        Outcome::Refused { error } => Some(error.code),
        _ => None,
    }
}

both! {
    async fn the_office_settles_fees_and_a_lost_race_says_what_stands(world) {
        let (sun, moon) = (world.sun.clone(), world.moon.clone());
        let office = world.join(&sun, sun.chen_jing).await;
        let resident = world.join(&sun, sun.wang_mei).await;
        let elsewhere = world.join(&moon, moon.chen_jing).await;
        let id = fee(&world, &office, by_area()).await;
        let dearer = FeeContent { rate: Rate(2_500_000), ..by_area() };
        assert_eq!(code(save(&world, &resident, id, 1, dearer.clone()).await), Some(Code::NotAllowed));
        assert_eq!(code(save(&world, &elsewhere, id, 1, dearer.clone()).await), Some(Code::NotFound));
        assert_eq!(code(save(&world, &office, id, 1, dearer.clone()).await), None);
        let Outcome::Refused { error } = save(&world, &office, id, 1, by_area()).await else { panic!() };
        assert_eq!(error.code, Code::Conflict);
        let current: Fee = serde_json::from_value(error.details["current"].clone()).unwrap();
        assert_eq!((current.version, &current.content), (2, &dearer));
        assert_eq!(held::<Fee>(&world, &office, "fee").await, [current]);
        assert_eq!(held::<Fee>(&world, &resident, "fee").await, []);
        // What it is counted under, and by, stays.
        let elsewhere = FeeContent { heading: "other".to_owned(), ..by_area() };
        assert_eq!(code(save(&world, &office, id, 2, elsewhere).await), Some(Code::InvalidInput));
        let otherwise = FeeContent { basis: Basis::Unit, ..by_area() };
        assert_eq!(code(save(&world, &office, id, 2, otherwise).await), Some(Code::InvalidInput));
        is_sound(&world).await;
    }

    async fn a_fee_that_makes_no_sense_is_refused(world) {
        let (sun, moon) = (world.sun.clone(), world.moon.clone());
        let office = world.join(&sun, sun.chen_jing).await;
        let discount = |basis_points, units| Discount { name: zh("空置"), basis_points, units, until: None };
        let unknown = vec![UnitId(new_id())];
        let wrong = [
            FeeContent { name: Localized::default(), ..by_area() },
            FeeContent { name: zh("  "), ..by_area() },
            FeeContent { name: zh(&"费".repeat(81)), ..by_area() },
            FeeContent { heading: "Property Fee".to_owned(), ..by_area() },
            FeeContent { heading: String::new(), ..by_area() },
            FeeContent { rate: Rate(0), ..by_area() },
            FeeContent { rate: Rate(-1), ..by_area() },
            FeeContent { rate: Rate(i64::MAX), ..by_area() },
            FeeContent { every_months: 0, ..by_area() },
            FeeContent { every_months: 5, ..by_area() },
            FeeContent { from: "2026-02-30".to_owned(), ..by_area() },
            FeeContent { from: "20260201".to_owned(), ..by_area() },
            FeeContent { until: Some("2025-12-31".to_owned()), ..by_area() },
            FeeContent { basis: Basis::Meter { measure: String::new() }, ..by_area() },
            FeeContent { basis: Basis::Meter { measure: "cubic metres".to_owned() }, ..by_area() },
            FeeContent { tax: Tax { basis_points: 10_001, included: false }, ..by_area() },
            FeeContent { units: unknown.clone(), ..by_area() },
            FeeContent { units: vec![moon.unit_101], ..by_area() },
            FeeContent { discounts: vec![discount(0, Vec::new())], ..by_area() },
            FeeContent { discounts: vec![discount(10_001, Vec::new())], ..by_area() },
            FeeContent { discounts: vec![discount(1, unknown)], ..by_area() },
            FeeContent { discounts: vec![discount(1, Vec::new()); 21], ..by_area() },
        ];
        for content in wrong {
            let outcome = save(&world, &office, FeeId(new_id()), 0, content.clone()).await;
            assert_eq!(code(outcome), Some(Code::InvalidInput), "{content:?}");
        }
    }
}
