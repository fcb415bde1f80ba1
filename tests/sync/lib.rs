//! What the tests in `tests/` share: trying a story on both engines, and comparing what people see.

/// Makes a test of an async function for each engine: `story::sqlite` and `story::postgres`.
#[macro_export]
macro_rules! on_both_engines {
    ($($(#[$doc:meta])* async fn $name:ident($engine:ident) $body:block)*) => {$(
        $(#[$doc])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn story($engine: linli_testkit::Engine) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                story(linli_testkit::Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if linli_testkit::Engine::Postgres.is_here() {
                    story(linli_testkit::Engine::Postgres).await;
                }
            }
        }
    )*};
}
