//! The pieces that pages are made of: one folder each, with its style sheet.
//!
//! Pieces without behaviour exist only as CSS; the comment at the top of their sheet shows the markup.

#[path = "attachment/attachment.rs"]
pub mod attachment;
#[path = "avatar/avatar.rs"]
pub mod avatar;
#[path = "badge/badge.rs"]
pub mod badge;
#[path = "banner/banner.rs"]
pub mod banner;
#[path = "bar/bar.rs"]
pub mod bar;
#[path = "choice/choice.rs"]
pub mod choice;
#[path = "dialog/dialog.rs"]
pub mod dialog;
#[path = "empty-state/empty_state.rs"]
pub mod empty_state;
#[path = "error-state/error_state.rs"]
pub mod error_state;
#[path = "field/field.rs"]
pub mod field;
#[path = "help-bar/help_bar.rs"]
pub mod help_bar;
#[path = "icon/icon.rs"]
pub mod icon;
#[path = "page-header/page_header.rs"]
pub mod page_header;
#[path = "pending/pending.rs"]
pub mod pending;
#[path = "prose/prose.rs"]
pub mod prose;
#[path = "qr/qr.rs"]
pub mod qr;
#[path = "search-field/search_field.rs"]
pub mod search_field;
#[path = "sidebar/sidebar.rs"]
pub mod sidebar;
#[path = "skeleton/skeleton.rs"]
pub mod skeleton;
#[path = "stepper/stepper.rs"]
pub mod stepper;
#[path = "switch/switch.rs"]
pub mod switch;
#[path = "text-size/text_size.rs"]
pub mod text_size;
#[path = "toast/toast.rs"]
pub mod toast;
#[path = "virtual-list/virtual_list.rs"]
pub mod virtual_list;

#[cfg(all(test, target_arch = "wasm32"))]
mod tests;
