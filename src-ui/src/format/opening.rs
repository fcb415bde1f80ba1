//! Whether an office is open, from its times of the week.

use linli_wire::community::Opening;

/// How an office stands at a moment. Minutes count from midnight.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Open now, and until then.
    OpenUntil(u16),
    /// Closed now, and opens later today.
    OpensAt(u16),
    /// Closed for today.
    Closed,
}

/// How it stands on `day` (1 Monday to 7 Sunday) at `minute`. Times that touch, such as 8:00–12:00 and
/// 12:00–18:00, count as one.
pub fn standing(opening: &[Opening], (day, minute): (u8, u16)) -> Standing {
    let today = || opening.iter().filter(|times| times.days.contains(&day));
    let mut until = minute;
    while let Some(times) = today().find(|times| times.from <= until && until < times.until) {
        until = times.until;
    }
    if until > minute {
        return Standing::OpenUntil(until);
    }
    let next = today().map(|times| times.from).filter(|from| *from > minute).min();
    next.map_or(Standing::Closed, Standing::OpensAt)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn times(days: &[u8], from: u16, until: u16) -> Opening {
        Opening { days: days.to_vec(), from: from * 60, until: until * 60 }
    }

    #[test]
    fn an_office_with_a_noon_break_opens_twice() {
        let week = [times(&[1, 2, 3, 4, 5], 8, 12), times(&[1, 2, 3, 4, 5], 14, 18), times(&[6], 9, 12)];
        let at = |day, hour: u16, minute: u16| standing(&week, (day, hour * 60 + minute));
        assert_eq!(at(1, 7, 59), Standing::OpensAt(8 * 60));
        assert_eq!(at(1, 8, 0), Standing::OpenUntil(12 * 60));
        assert_eq!(at(1, 12, 0), Standing::OpensAt(14 * 60));
        assert_eq!(at(5, 17, 59), Standing::OpenUntil(18 * 60));
        assert_eq!(at(5, 18, 0), Standing::Closed);
        assert_eq!(at(6, 13, 0), Standing::Closed);
        assert_eq!(at(7, 10, 0), Standing::Closed);
    }

    #[test]
    fn times_that_touch_are_one_and_the_day_ends_at_midnight() {
        let week = [times(&[1], 12, 18), times(&[1], 8, 12), times(&[2], 20, 24)];
        assert_eq!(standing(&week, (1, 9 * 60)), Standing::OpenUntil(18 * 60));
        assert_eq!(standing(&week, (2, 23 * 60)), Standing::OpenUntil(24 * 60));
        assert_eq!(standing(&[], (1, 600)), Standing::Closed);
    }
}
