//! Times, sizes and counts as a person reads them.

mod money;
mod opening;
mod time;
mod zone;

pub use money::{amount, money, price, read_money, read_price, read_thousandths, thousandths, typed_price};
pub use opening::{Standing, standing};
pub use time::{Clock, month, now};
pub use zone::{from_local_input, to_local_input};

/// A size in bytes as `640 KB` or `1.2 MB`.
pub fn file_size(bytes: u64) -> String {
    const KB: u64 = 1024;
    match bytes {
        0..KB => format!("{bytes} B"),
        KB..1_048_576 => format!("{} KB", bytes.div_ceil(KB)),
        _ => {
            let tenths = bytes.saturating_mul(10) / (KB * KB);
            if tenths.is_multiple_of(10) {
                format!("{} MB", tenths / 10)
            } else {
                format!("{}.{} MB", tenths / 10, tenths % 10)
            }
        }
    }
}

/// A count on a badge: above 99 it says so.
pub fn badge(count: u32) -> String {
    if count > 99 { "99+".to_owned() } else { count.to_string() }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn sizes_are_short_and_never_rounded_to_nothing() {
        assert_eq!(file_size(0), "0 B");
        assert_eq!(file_size(1), "1 B");
        assert_eq!(file_size(1025), "2 KB");
        assert_eq!(file_size(12 * 1024 * 1024), "12 MB");
        assert_eq!(file_size(1_258_291), "1.1 MB");
    }

    #[test]
    fn badges_stay_narrow() {
        assert_eq!(badge(99), "99");
        assert_eq!(badge(1500), "99+");
    }
}
