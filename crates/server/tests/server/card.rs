//! Payments by card against localstripe, a stand-in for Stripe with real HTTP, behind a front that loses answers.

mod faults;
mod killed;
mod page;
mod paying;
mod refunds;
mod restored;
mod schedules;
pub mod shop;
pub mod stripe;

/// How often something is to be tried, where a variable says it.
fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

/// Runs a test on both engines, where LINLI_LOCALSTRIPE names the program; see [`shop::Shop`].
#[macro_export]
macro_rules! shops {
    ($($(#[$meta:meta])* async fn $name:ident($shop:ident) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;
            async fn run($shop: $crate::card::shop::Shop) $body

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                match $crate::card::shop::Shop::sqlite().await {
                    Some(shop) => run(shop).await,
                    None => eprintln!("LINLI_LOCALSTRIPE is not set: not run"),
                }
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                match $crate::card::shop::Shop::postgres().await {
                    Some(shop) => run(shop).await,
                    None => eprintln!("LINLI_LOCALSTRIPE or LINLI_TEST_POSTGRES is not set: not run"),
                }
            }
        }
    )*};
}
