//! Relatives whom a household lets pay: who gets in, what they see, and that nothing is left when it ends.

use linli_server::community;
use linli_wire::{
    Code,
    community::Role,
    id::{HouseholdId, PaymentId, RelativeId},
    join::JoinCode,
    payments::{
        AutomaticPayment, BalancePayment, BeginRelative, CardPayment, LookAtRelativeCode, Payment,
        PaymentState, Relative, RelativeCode, RelativeOffer,
    },
    sync::{Entity, Scope},
};
use reqwest::Method;

use super::prepared::*;
use crate::{
    both,
    card::stripe::{DECLINED, GOOD},
    device::{Live, snapshot},
    shops,
    world::{Device, World, new_id, person},
};

async fn code(world: &World, device: &Device, household: HouseholdId) -> JoinCode {
    let path = format!("/v1/households/{household}/relative-code");
    let code: RelativeCode = world.ok(Method::POST, &path, Some(&device.tokens.access), None::<&()>).await;
    JoinCode::read(&code.code).unwrap()
}

fn beginning(code: &JoinCode) -> BeginRelative {
    BeginRelative { id: RelativeId(new_id()), code: code.clone() }
}

async fn begin(world: &World, device: &Device, asked: &BeginRelative) -> Relative {
    world.ok(Method::POST, "/v1/relatives", Some(&device.tokens.access), Some(asked)).await
}

async fn not_begun(world: &World, device: &Device, code: &JoinCode) -> Code {
    let (looked, access) = (LookAtRelativeCode { code: code.clone() }, Some(device.tokens.access.as_str()));
    let looked = world.refused(Method::POST, "/v1/relatives/look", access, Some(&looked)).await.code;
    let begun = world.refused(Method::POST, "/v1/relatives", access, Some(&beginning(code))).await.code;
    assert_eq!(looked, begun, "who looks is told what who confirms would be");
    begun
}

async fn end(world: &World, device: &Device, id: RelativeId) -> Relative {
    let path = format!("/v1/relatives/{id}/end");
    world.ok(Method::POST, &path, Some(&device.tokens.access), None::<&()>).await
}

/// Li Qiang may pay for the Wangs.
pub(super) async fn let_in(world: &World, wang: &Device, li: &Device) -> Relative {
    let code = code(world, wang, world.sun.wang).await;
    begin(world, li, &beginning(&code)).await
}

both! {
    async fn a_code_lets_one_person_in_once_after_they_saw_whose_it_is(world) {
        let sun = world.sun.clone();
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let chen = world.join(&sun, sun.chen_jing).await;
        let first = code(&world, &wang, sun.wang).await;
        let second = code(&world, &wang, sun.wang).await;
        assert_eq!(not_begun(&world, &li, &first).await, Code::RelativeCodeEnded, "a newer one ends it");
        let access = Some(li.tokens.access.as_str());
        let look = LookAtRelativeCode { code: second.clone() };
        let text = world.send(Method::POST, "/v1/relatives/look", access, Some(&look)).await.text().await.unwrap();
        let offer: RelativeOffer = serde_json::from_str(&text).unwrap();
        let known_as = world.app.db.read(move |tx| community::person(tx, sun.id, sun.wang_mei)).await.unwrap().unwrap();
        assert_eq!((offer.household.as_str(), text), (known_as.given_name.as_str(), serde_json::to_string(&offer).unwrap()));
        assert_eq!(not_begun(&world, &wang, &second).await, Code::Conflict, "nobody lets themselves");
        let asked = beginning(&second);
        let relative = begin(&world, &li, &asked).await;
        assert_eq!((relative.person_id, relative.household_id, relative.ended_at), (sun.li_qiang, sun.wang, None));
        assert_eq!(begin(&world, &li, &asked).await, relative, "the same again is the same");
        let again = world.refused(Method::POST, "/v1/relatives", Some(&chen.tokens.access), Some(&asked)).await;
        assert_eq!(again.code, Code::OperationReused, "and somebody else's is not");
        assert_eq!(not_begun(&world, &chen, &second).await, Code::RelativeCodeEnded, "it was used");
        let third = code(&world, &wang, sun.wang).await;
        assert_eq!(not_begun(&world, &li, &third).await, Code::Conflict, "they may already");
        world.later(7 * 24 * 60 * 60 * 1000);
        let chen = world.join(&sun, sun.chen_jing).await;
        assert_eq!(not_begun(&world, &chen, &third).await, Code::RelativeCodeEnded, "it is a week old");
        is_sound(&world).await;
    }

    async fn codes_of_others_and_rubbish_let_nobody_in(world) {
        let (sun, moon) = (world.sun.clone(), world.moon.clone());
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let stranger = world.join(&moon, moon.wang_mei).await;
        let right = code(&world, &wang, sun.wang).await;
        assert_eq!(not_begun(&world, &stranger, &right).await, Code::RelativeCodeUnknown, "of another community");
        let letter = world.letter(&sun, sun.grandma).await;
        let letters = JoinCode::read(&letter.code).unwrap();
        let secret = linli_wire::join::JoinLink::read(&letter.link).unwrap().code;
        for wrong in [letters, secret, JoinCode::read("K7QP3MXR").unwrap()] {
            assert_eq!(not_begun(&world, &li, &wrong).await, Code::RelativeCodeUnknown, "{wrong}");
        }
        let path = "/v1/relatives";
        for rubbish in [serde_json::json!({}), serde_json::json!({ "id": new_id(), "code": "0OIL" }), serde_json::json!([1])] {
            let error = world.refused(Method::POST, path, Some(&li.tokens.access), Some(&rubbish)).await;
            assert_eq!(error.code, Code::InvalidInput, "{rubbish}");
        }
        for (device, household) in [(&li, sun.wang), (&wang, sun.li), (&stranger, sun.wang)] {
            let path = format!("/v1/households/{household}/relative-code");
            let error = world.refused(Method::POST, &path, Some(&device.tokens.access), None::<&()>).await;
            assert_eq!(error.code, Code::NotFound);
        }
        let relative = begin(&world, &li, &beginning(&right)).await;
        let path = format!("/v1/relatives/{}/end", relative.id);
        let chen = world.join(&sun, sun.chen_jing).await;
        for other in [&stranger, &chen] {
            let error = world.refused(Method::POST, &path, Some(&other.tokens.access), None::<&()>).await;
            assert_eq!(error.code, Code::NotFound, "it is not theirs to end");
        }
        is_sound(&world).await;
    }

    async fn a_relative_sees_bills_and_papers_until_either_side_ends_it(world) {
        let sun = world.sun.clone();
        let office = world.join(&sun, sun.chen_jing).await;
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let grandma = world.join(&sun, sun.grandma).await;
        let bill = wangs_bill(&world, &sun, &office).await;
        let paid = take(&world, &office, &handed_over(sun.wang, &[&bill], bill.total + 500)).await;
        let theirs = Scope::Payments(sun.wang);
        let mut live = Live::open(&world, &li, None).await.unwrap();
        let sees = |cache: &crate::device::Cache| cache.0.get(&theirs).is_some_and(|rows| rows.contains_key(&(Entity::Bill, bill.id.0)));
        let receipt = format!("/v1/payments/{}/receipt", paid.id);
        let statement = format!("/v1/households/{}/statement", sun.wang);
        let status = async |path: &str| world.send(Method::GET, path, Some(&li.tokens.access), None::<&()>).await.status().as_u16();
        for ended_by in [&grandma, &li] {
            assert!(!sees(&snapshot(&world, &li).await));
            assert_eq!((status(&receipt).await, status(&statement).await), (404, 404));
            let relative = let_in(&world, &wang, &li).await;
            // The open stream brings what was gained, and the snapshot is the same.
            live.until(sees).await;
            assert_eq!(live.cache, snapshot(&world, &li).await);
            assert_eq!((status(&receipt).await, status(&statement).await), (200, 200));
            let known: Vec<Relative> = held(&world, &grandma, "relative").await;
            assert!(known.contains(&relative), "everybody of the household reads it");
            // Nothing else of the household is theirs, nor what only its members decide.
            assert!(!live.cache.0.contains_key(&Scope::Household(sun.wang)));
            let balance = BalancePayment { id: PaymentId(new_id()), household_id: sun.wang, bills: vec![], minor: 1 };
            let error = world.refused(Method::POST, "/v1/payments/balance", Some(&li.tokens.access), Some(&balance)).await;
            assert_eq!(error.code, Code::NotFound, "what is kept is not theirs");
            let path = format!("/v1/households/{}/automatic", sun.wang);
            let limit = AutomaticPayment { limit: Some(1) };
            let error = world.refused(Method::POST, &path, Some(&li.tokens.access), Some(&limit)).await;
            assert_eq!(error.code, Code::NotFound);
            let path = format!("/v1/households/{}/relative-code", sun.wang);
            let error = world.refused(Method::POST, &path, Some(&li.tokens.access), None::<&()>).await;
            assert_eq!(error.code, Code::NotFound, "they let nobody else in");

            let ended = end(&world, ended_by, relative.id).await;
            assert!(ended.ended_at.is_some() && ended.ended_by.is_some(), "{ended:?}");
            live.until(|cache| !cache.0.contains_key(&theirs)).await;
            assert_eq!(live.cache, snapshot(&world, &li).await);
            assert_eq!((status(&receipt).await, status(&statement).await), (404, 404));
            assert_eq!(end(&world, ended_by, relative.id).await, ended, "the same again is the same");
            let known: Vec<Relative> = held(&world, &grandma, "relative").await;
            assert!(known.contains(&ended), "and that it ended");
            let known: Vec<Relative> = held(&world, &li, "relative").await;
            assert!(known.contains(&ended), "on both sides");
        }
        is_sound(&world).await;
    }

    async fn who_moves_lets_nobody_any_more(world) {
        let sun = world.sun.clone();
        let (wang, li) = (world.join(&sun, sun.wang_mei).await, world.join(&sun, sun.li_qiang).await);
        let grandma = world.join(&sun, sun.grandma).await;
        let open = async || {
            let known: Vec<Relative> = held(&world, &grandma, "relative").await;
            known.iter().filter(|relative| relative.ended_at.is_none()).count()
        };
        let lives = |who, code, name: &str, household| {
            let moved = person(who, code, name, Role::Resident, household);
            async { world.app.db.write(move |tx| community::put_person(tx, sun.id, &moved, "")).await.unwrap() }
        };
        // The member who let them moves out, and a code of theirs ends with it.
        let_in(&world, &wang, &li).await;
        let unused = code(&world, &wang, sun.wang).await;
        assert_eq!(open().await, 1);
        lives(sun.wang_mei, 0, "王梅", None).await;
        assert_eq!(open().await, 0);
        assert_eq!(not_begun(&world, &li, &unused).await, Code::RelativeCodeEnded);
        lives(sun.wang_mei, 0, "王梅", Some(sun.wang)).await;
        assert_eq!(not_begun(&world, &li, &unused).await, Code::RelativeCodeEnded, "also after they came back");
        // Who paid moves in, and needs no leave.
        let_in(&world, &wang, &li).await;
        lives(sun.li_qiang, 2, "李强", Some(sun.wang)).await;
        assert_eq!(open().await, 0);
        lives(sun.li_qiang, 2, "李强", Some(sun.li)).await;
        // Who paid moves elsewhere: nothing changes. They leave: it ends.
        let_in(&world, &wang, &li).await;
        lives(sun.li_qiang, 2, "李强", None).await;
        assert_eq!(open().await, 1);
        is_sound(&world).await;
        world.app.db.write(move |tx| community::leave(tx, sun.id, sun.li_qiang, "test").map(drop)).await.unwrap();
        assert_eq!(open().await, 0);
        is_sound(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_types_many_codes() {
    let folder = tempfile::tempdir().unwrap();
    let location = linli_server::db::Location::Sqlite(folder.path().join("linli.db"));
    let world = World::open(folder, location, |settings| settings.rate_factor = 1).await;
    let sun = world.sun.clone();
    let (li, wang) = (world.join(&sun, sun.li_qiang).await, world.join(&sun, sun.wang_mei).await);
    let again = world.join(&sun, sun.li_qiang).await;
    let looked = LookAtRelativeCode { code: JoinCode::read("K7QP3MXR").unwrap() };
    let ask = async |device: &Device| {
        let access = Some(device.tokens.access.as_str());
        world.refused(Method::POST, "/v1/relatives/look", access, Some(&looked)).await.code
    };
    let mut told = std::collections::BTreeMap::new();
    for at in 0..30 {
        // Two devices of one person share the limit.
        let device = if at % 2 == 0 { &li } else { &again };
        *told.entry(ask(device).await.as_str()).or_insert(0) += 1;
    }
    let unknown = told["relative_code_unknown"];
    assert!((20..=22).contains(&unknown) && told["too_many_tries"] == 30 - unknown, "{told:?}");
    assert_eq!(ask(&wang).await, Code::RelativeCodeUnknown, "and slow nobody else down");
}

shops! {
    async fn a_relative_pays_by_card_and_a_former_one_cannot(shop) {
        let (world, sun) = (&shop.world, shop.sun.clone());
        let li = world.join(&sun, sun.li_qiang).await;
        let relative = let_in(world, &shop.wang, &li).await;
        let access = Some(li.tokens.access.as_str());
        let begin = async |asked: &CardPayment| -> linli_wire::payments::CardPaymentBegun {
            world.ok(Method::POST, "/v1/payments/card", access, Some(asked)).await
        };
        let asked = shop.asked(10_000);
        let begun = begin(&asked).await;
        let intent = shop.intent_of(asked.id).await.unwrap();
        shop.stripe.pay(&intent, GOOD).await;
        assert_eq!(shop.tell("succeeded", &intent).await, 204);
        let paid = shop.held(asked.id).await;
        assert_eq!((paid.state, paid.payer.as_deref()), (PaymentState::Paid, Some("李强")), "the household reads who paid");
        assert_eq!(begun.payment.payer, paid.payer);
        assert_eq!(shop.stands().await, (shop.bill.total - 10_000, 0, 1));

        // One that is under way ends with the leave, here and at the provider.
        let open = CardPayment { minor: 5_000, ..shop.asked(5_000) };
        let page = begin(&open).await.link.unwrap();
        let intent = shop.intent_of(open.id).await.unwrap();
        assert_eq!(world.http.get(&page).send().await.unwrap().status(), 200);
        // Another card may be tried on the page of one that was declined.
        let tried = CardPayment { minor: 4_000, ..shop.asked(4_000) };
        let tried_page = begin(&tried).await.link.unwrap();
        let tried_intent = shop.intent_of(tried.id).await.unwrap();
        shop.stripe.pay(&tried_intent, DECLINED).await;
        assert_eq!(shop.tell("payment_failed", &tried_intent).await, 204);
        assert_eq!(world.http.get(&tried_page).send().await.unwrap().status(), 200);
        end(world, &shop.wang, relative.id).await;
        assert_eq!(world.http.get(&page).send().await.unwrap().status(), 404);
        assert_eq!(world.http.get(&tried_page).send().await.unwrap().status(), 404);
        shop.until(open.id, PaymentState::NotPaid).await;
        for intent in [&intent, &tried_intent] {
            for _ in 0..100 {
                if shop.stripe.intent(intent).await["status"] == "canceled" {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            assert_eq!(shop.stripe.intent(intent).await["status"], "canceled");
        }
        for asked in [&shop.asked(100), &open] {
            let error = world.refused(Method::POST, "/v1/payments/card", access, Some(asked)).await;
            assert_eq!(error.code, Code::NotFound);
        }
        let seen: Vec<Payment> = held(world, &li, "payment").await;
        assert!(seen.iter().all(|payment| payment.household_id != sun.wang), "{seen:?}");
        shop.is_sound().await;
    }
}
