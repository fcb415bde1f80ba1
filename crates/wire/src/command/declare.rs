//! How a list of commands becomes types, a trait, and a way to call them by name.

/// From a list of commands: a marker type for each (the face calls `ipc::call::<NoticesList>(request)`), a trait with one
/// method for each, and what [`super::dispatch`], [`super::names`] and [`super::shapes`] are made of.
macro_rules! commands {
    ($(#[$about:meta])* $list:ident; $($(#[$doc:meta])* $marker:ident $method:ident $name:literal ($request:ty) -> $reply:ty;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $marker;

            impl $crate::command::Command for $marker {
                const NAME: &'static str = $name;
                type Request = $request;
                type Reply = $reply;
            }
        )*

        $(#[$about])*
        pub trait $list {
            $($(#[$doc])* fn $method(&self, request: $request) -> impl Future<Output = Result<$reply, $crate::WireError>> + $crate::command::MaybeSend;)*
        }

        pub(super) const NAMES: &[&str] = &[$($name,)*];

        #[cfg(feature = "openapi")]
        pub(super) fn shapes(shapes: &mut $crate::command::Shapes) {
            $(shapes.add::<$marker>();)*
        }

        /// None for a command of another list.
        pub(super) async fn dispatch<C: $list>(
            commands: &C,
            name: &str,
            request: &str,
        ) -> Option<Result<String, $crate::WireError>> {
            use $crate::command::{read, reply};
            let answer = match name {
                $($name => match read(request) {
                    Ok(request) => commands.$method(request).await.and_then(reply),
                    Err(error) => Err(error),
                },)*
                _ => return None,
            };
            Some(answer)
        }
    };
}
