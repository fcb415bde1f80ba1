//! How high the rows of a list are, as far as that is known.

/// Heights by row, some measured, the others estimated.
#[derive(Default)]
pub(super) struct Heights {
    pub(super) known: Vec<Option<f64>>,
    /// Top of each row and the end of the last; one longer than `known`.
    tops: Vec<f64>,
    estimate: f64,
}

impl Heights {
    /// Of no rows yet; `estimate` is the height of one that was never on screen.
    pub(super) fn new(estimate: f64) -> Self {
        Self { estimate, ..Self::default() }
    }

    pub(super) fn count(&self) -> usize {
        self.known.len()
    }

    pub(super) fn resize(&mut self, count: usize) {
        let same = self.known.len().min(count);
        self.known.resize(count, None);
        self.add_up_from(same);
    }

    pub(super) fn set(&mut self, row: usize, height: f64) -> f64 {
        let Some(slot) = self.known.get_mut(row) else { return 0.0 };
        let before = slot.unwrap_or(self.estimate);
        *slot = Some(height);
        height - before
    }

    /// Rows were put in at the front (or taken out, if negative); gives the change of height.
    pub(super) fn shift(&mut self, rows: i64) -> f64 {
        let count = usize::try_from(rows.unsigned_abs()).unwrap_or_default();
        let before = self.tops.last().copied().unwrap_or_default();
        if rows > 0 {
            self.known.splice(0..0, std::iter::repeat_n(None, count));
        } else {
            self.known.drain(..count.min(self.known.len()));
        }
        self.add_up();
        self.tops.last().copied().unwrap_or_default() - before
    }

    pub(super) fn add_up(&mut self) {
        self.add_up_from(0);
    }

    /// As [`Self::add_up`], where nothing before `row` has changed.
    pub(super) fn add_up_from(&mut self, row: usize) {
        let row = row.min(self.tops.len().saturating_sub(1)).min(self.known.len());
        self.tops.truncate(row + 1);
        let mut top = self.tops.last().copied().unwrap_or_default();
        if self.tops.is_empty() {
            self.tops.push(top);
        }
        for height in self.known.iter().skip(row) {
            top += height.unwrap_or(self.estimate);
            self.tops.push(top);
        }
    }

    pub(super) fn top(&self, row: usize) -> f64 {
        self.tops.get(row).or(self.tops.last()).copied().unwrap_or_default()
    }

    pub(super) fn row_at(&self, offset: f64) -> usize {
        self.tops
            .partition_point(|top| *top <= offset)
            .saturating_sub(1)
            .min(self.known.len().saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn heights(count: usize) -> Heights {
        let mut heights = Heights::new(100.0);
        heights.resize(count);
        heights
    }

    #[test]
    fn rows_are_found_by_offset_within_bounds() {
        let mut heights = heights(10_000);
        assert_eq!(heights.row_at(-50.0), 0);
        assert_eq!(heights.row_at(0.0), 0);
        assert_eq!(heights.row_at(250.0), 2);
        assert_eq!(heights.row_at(9e9), 9_999);
        assert!((heights.set(0, 40.0) + 60.0).abs() < 1e-9, "a smaller row tells how much smaller");
        heights.add_up();
        assert_eq!(heights.row_at(50.0), 1);
        assert!((heights.top(10_000) - 999_940.0).abs() < 1e-6);
    }

    #[test]
    fn rows_put_in_front_keep_what_was_measured() {
        let mut heights = heights(3);
        heights.set(1, 300.0);
        heights.add_up();
        assert!((heights.shift(2) - 200.0).abs() < 1e-9);
        assert_eq!(heights.known.get(3), Some(&Some(300.0)));
        assert!((heights.shift(-2) + 200.0).abs() < 1e-9);
        assert_eq!(heights.known.get(1), Some(&Some(300.0)));
    }

    #[test]
    fn adding_up_from_a_row_is_adding_up() {
        let mut heights = heights(50);
        for (row, height) in [(0, 7.0), (20, 31.0), (49, 300.0)] {
            heights.set(row, height);
            heights.add_up_from(row);
            let tops = heights.tops.clone();
            heights.add_up();
            assert_eq!(tops, heights.tops, "row {row}");
        }
        heights.resize(10);
        assert_eq!((heights.tops.len(), heights.row_at(9e9)), (11, 9));
        heights.resize(60);
        assert_eq!((heights.tops.len(), heights.row_at(9e9)), (61, 59));
    }

    #[test]
    fn an_empty_list_has_no_rows_and_no_height() {
        let heights = heights(0);
        assert_eq!(heights.row_at(100.0), 0);
        assert!(heights.top(0).abs() < 1e-9);
    }
}
