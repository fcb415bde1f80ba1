UPDATE instance SET back_at = 1789900000000;
