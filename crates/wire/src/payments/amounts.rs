//! What a line of a bill comes to.

use super::{Rate, Tax, WHOLE_BASIS_POINTS};

/// What a line comes to, in the smallest unit of its currency.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Amounts {
    /// Before the discount.
    pub full: i64,
    /// What the discount takes off.
    pub discount: i64,
    /// Without tax: `full - discount`, less the tax that it holds.
    pub net: i64,
    /// The tax.
    pub tax: i64,
    /// What is owed: `net + tax`.
    pub total: i64,
}

/// A line of `quantity_milli` thousandths at `rate`, for `share.0` of `share.1` days, less a discount and with tax,
/// the last two in hundredths of a per cent.
///
/// Three numbers are rounded, each once and half away from zero: the full amount, the discount, the tax. None when
/// one of them has no place in an `i64`, or a share has no days.
pub fn line_amounts(
    rate: Rate,
    quantity_milli: i64,
    share: (u32, u32),
    discount_basis_points: u16,
    tax: Tax,
) -> Option<Amounts> {
    let whole = i128::from(WHOLE_BASIS_POINTS);
    // Two of the three always fit into 128 bits.
    let exact = (i128::from(rate.0) * i128::from(quantity_milli)).checked_mul(i128::from(share.0))?;
    let full = rounded(exact, i128::from(Rate::PER_MINOR) * 1000 * i128::from(share.1))?;
    let discount = rounded(i128::from(full) * i128::from(discount_basis_points), whole)?;
    let price = full.checked_sub(discount)?;
    let points = i128::from(tax.basis_points);
    if tax.included {
        let tax = rounded(i128::from(price) * points, whole + points)?;
        Some(Amounts { full, discount, net: price.checked_sub(tax)?, tax, total: price })
    } else {
        let tax = rounded(i128::from(price) * points, whole)?;
        Some(Amounts { full, discount, net: price, tax, total: price.checked_add(tax)? })
    }
}

/// `number / by`, half away from zero.
fn rounded(number: i128, by: i128) -> Option<i64> {
    if by <= 0 {
        return None;
    }
    // Not the double of the number, which may leave 128 bits: what is left over is smaller than `by`.
    let (number_abs, by) = (number.unsigned_abs(), by.unsigned_abs());
    let size = number_abs / by + u128::from(number_abs % by >= by.div_ceil(2));
    let size = i64::try_from(size).ok()?;
    Some(if number < 0 { -size } else { size })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NO_TAX: Tax = Tax { basis_points: 0, included: false };

    #[test]
    fn a_flat_of_93_and_a_half_square_metres_pays_by_the_metre() {
        // 2.35 yuan × 93.45 m² = 219.6075, which is 219.61; 6 % of it is in it: 12.43.
        let tax = Tax { basis_points: 600, included: true };
        let amounts = line_amounts(Rate(2_350_000), 93_450, (1, 1), 0, tax).unwrap();
        let expected = Amounts { full: 21_961, discount: 0, net: 20_718, tax: 1_243, total: 21_961 };
        assert_eq!(amounts, expected);
        // Half of November, less 10 %, 9 % on top.
        let tax = Tax { basis_points: 900, included: false };
        let amounts = line_amounts(Rate(2_350_000), 93_450, (15, 30), 1000, tax).unwrap();
        let expected = Amounts { full: 10_980, discount: 1_098, net: 9_882, tax: 889, total: 10_771 };
        assert_eq!(amounts, expected);
    }

    #[test]
    fn halves_go_away_from_zero_and_what_is_too_much_is_none() {
        assert_eq!(line_amounts(Rate(5_000), 1000, (1, 1), 0, NO_TAX).unwrap().total, 1);
        assert_eq!(line_amounts(Rate(-5_000), 1000, (1, 1), 0, NO_TAX).unwrap().total, -1);
        assert_eq!(line_amounts(Rate(4_999), 1000, (1, 1), 0, NO_TAX).unwrap().total, 0);
        assert_eq!(line_amounts(Rate(i64::MAX), i64::MAX, (u32::MAX, 1), 0, NO_TAX), None);
        // The product is the largest that 128 bits hold: twice that has no place in them.
        let most = line_amounts(Rate(i64::MAX), 6_148_914_691_236_517_206, (3, u32::MAX), 0, NO_TAX);
        assert_eq!(most, None);
        assert_eq!(line_amounts(Rate(1), 1, (1, 0), 0, NO_TAX), None);
    }

    proptest! {
        #[test]
        fn what_has_no_place_is_none_and_never_wrong(rate: i64, quantity: i64, share: (u32, u32), discount: u16, basis_points: u16) {
            let tax = Tax { basis_points, included: false };
            if let Some(line) = line_amounts(Rate(rate), quantity, share, discount, tax) {
                prop_assert_eq!(line.net.checked_add(line.tax), Some(line.total));
                prop_assert_eq!(line.full.checked_sub(line.discount), Some(line.net));
            }
        }

        #[test]
        fn the_parts_of_a_line_are_its_whole(
            rate in 0..=Rate::MAX.0, quantity in 0..10_000_000_i64, days in 0..=31_u32,
            discount in 0..=WHOLE_BASIS_POINTS, basis_points in 0..=WHOLE_BASIS_POINTS, included: bool,
        ) {
            let tax = Tax { basis_points, included };
            if let Some(line) = line_amounts(Rate(rate), quantity, (days, 31), discount, tax) {
                prop_assert_eq!(line.net + line.tax, line.total);
                prop_assert!(line.discount <= line.full && line.net >= 0 && line.tax >= 0);
                let price = line.full - line.discount;
                prop_assert_eq!(if included { line.total } else { line.net }, price);
            }
        }
    }
}
