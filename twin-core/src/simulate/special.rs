//! Special functions: the normal and the gamma distribution.

/// Terms of a series or fraction, at most. For shapes up to 10,000 far fewer are needed.
const MOST_TERMS: usize = 10_000;

/// The polynomial with these coefficients, the constant one first.
#[inline]
fn polynomial(coefficients: &[f64; 8], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |sum, coefficient| sum * x + coefficient)
}

/// The value that a standard normal variable does not exceed with probability `p`, to 16 digits; infinite at 0 and 1.
///
/// Wichura (1988), "Algorithm AS 241: the percentage points of the normal distribution", PPND16.
pub(super) fn normal_quantile(p: f64) -> f64 {
    if (p - 0.5).abs() <= CENTRAL { central_quantile(p) } else { tail_quantile(p) }
}

/// So many numbers are worked on together: none of the loops over them asks anything, so that compilers take several at a time.
const TOGETHER: usize = 64;

/// The same of many probabilities, in their place.
pub(super) fn normal_quantiles(shares: &mut [f64]) {
    let (mut quantiles, mut tails) = ([0.0; TOGETHER], [0_usize; TOGETHER]);
    for shares in shares.chunks_mut(TOGETHER) {
        // Of all, as most are central; then again of those in a tail.
        quantiles.iter_mut().zip(&*shares).for_each(|(quantile, p)| *quantile = central_quantile(*p));
        let mut count = 0;
        for (place, p) in shares.iter().enumerate() {
            tails[count] = place;
            count += usize::from((*p - 0.5).abs() > CENTRAL);
            if count == TOGETHER {
                break;
            }
        }
        tails[..count].iter().for_each(|place| quantiles[*place] = tail_quantile(shares[*place]));
        shares.iter_mut().zip(&quantiles).for_each(|(share, quantile)| *share = *quantile);
    }
}

/// The exponentials of many numbers, in their place, to 15 digits. Each is the same whatever stands beside it, and up to 700 in size the same on every machine.
///
/// e^x is 2^k e^r, with k the whole number nearest to x / ln 2, and r so small that fourteen terms of the series are enough.
pub(super) fn exponentials(values: &mut [f64]) {
    // Within this no power of two goes beyond what a number holds.
    const LARGEST: f64 = 700.0;
    for values in values.chunks_mut(TOGETHER) {
        if values.iter().all(|x| x.abs() <= LARGEST) {
            values.iter_mut().for_each(|x| *x = exponential(*x));
        } else {
            values.iter_mut().for_each(|x| *x = if x.abs() <= LARGEST { exponential(*x) } else { x.exp() });
        }
    }
}

#[inline]
fn exponential(x: f64) -> f64 {
    // Beside a number this large there is no room for a fraction, so that adding it rounds; its last bits are then those of the whole number.
    const ROUNDS: f64 = 6_755_399_441_055_744.0;
    // ln 2 in two parts, of which the first has so few digits that its product with k is exact: Cody and Waite (1980), "Software manual for the elementary functions".
    const LN_2_HIGH: f64 = 0.693_359_375;
    const LN_2_LOW: f64 = -2.121_944_400_546_905_8e-4;
    // One over the factorials.
    const LOW: [f64; 8] = [1.0, 1.0, 1.0 / 2.0, 1.0 / 6.0, 1.0 / 24.0, 1.0 / 120.0, 1.0 / 720.0, 1.0 / 5_040.0];
    const HIGH: [f64; 8] = [
        1.0 / 40_320.0,
        1.0 / 362_880.0,
        1.0 / 3_628_800.0,
        1.0 / 39_916_800.0,
        1.0 / 479_001_600.0,
        1.0 / 6_227_020_800.0,
        0.0,
        0.0,
    ];
    let shifted = x * std::f64::consts::LOG2_E + ROUNDS;
    let whole = shifted - ROUNDS;
    let r = (x - whole * LN_2_HIGH) - whole * LN_2_LOW;
    let r4 = (r * r) * (r * r);
    let series = polynomial(&LOW, r) + polynomial(&HIGH, r) * (r4 * r4);
    // The exponent of a number stands in its first bits, 1,023 above what it is.
    series * f64::from_bits((shifted.to_bits() << 52).wrapping_add(1_023 << 52))
}

/// How far from a half one fraction of polynomials is enough.
const CENTRAL: f64 = 0.425;

#[inline]
fn central_quantile(p: f64) -> f64 {
    let middle = p - 0.5;
    let r = 0.180_625 - middle * middle;
    middle * fraction_of(&CENTRE, r)
}

#[inline]
fn tail_quantile(p: f64) -> f64 {
    let tail = p.min(1.0 - p);
    if tail <= 0.0 {
        return f64::INFINITY.copysign(p - 0.5);
    }
    let r = (-tail.ln()).sqrt();
    // With the coefficients in the code of each way.
    let quantile = if r <= 5.0 { fraction_of(&NEAR_TAIL, r - 1.6) } else { fraction_of(&FAR_TAIL, r - 5.0) };
    quantile.copysign(p - 0.5)
}

#[inline]
fn fraction_of((above, below): &Fraction, x: f64) -> f64 {
    polynomial(above, x) / polynomial(below, x)
}

/// Numerator and denominator.
type Fraction = ([f64; 8], [f64; 8]);

const CENTRE: Fraction = (
    [
        3.387_132_872_796_366_5,
        133.141_667_891_784_38,
        1_971.590_950_306_551_3,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ],
    [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_854,
    ],
);

const NEAR_TAIL: Fraction = (
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        0.241_780_725_177_450_6,
        0.022_723_844_989_269_184,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        0.689_767_334_985_1,
        0.148_103_976_427_480_08,
        0.015_198_666_563_616_457,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
);

const FAR_TAIL: Fraction = (
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        0.296_560_571_828_504_87,
        0.026_532_189_526_576_124,
        0.001_242_660_947_388_078_4,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        0.599_832_206_555_888,
        0.136_929_880_922_735_8,
        0.014_875_361_290_850_615,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
);

/// The logarithm of the gamma function of a positive number, to 14 digits: Lanczos (1964), with g = 7 and nine coefficients.
pub(super) fn ln_gamma(x: f64) -> f64 {
    const G: f64 = 7.0;
    const FIRST: f64 = 0.999_999_999_999_809_9;
    const COEFFICIENTS: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    // The sum holds for x - 1; below 1/2 the recurrence leads to where it is accurate.
    if x < 0.5 {
        return ln_gamma_above(x + 1.0) - x.ln();
    }
    return ln_gamma_above(x);

    fn ln_gamma_above(x: f64) -> f64 {
        let y = x - 1.0;
        let sum = COEFFICIENTS.iter().zip(1_u8..).fold(FIRST, |sum, (c, place)| sum + c / (y + f64::from(place)));
        let t = y + G + 0.5;
        0.5 * std::f64::consts::TAU.ln() + (y + 0.5) * t.ln() - t + sum.ln()
    }
}

/// The logarithms of the shares of a gamma distribution of mean `shape` and scale 1 below and above e^y, each to the same relative accuracy.
///
/// The series below the mean and Lentz's continued fraction above it: Gautschi (1979), "A computational procedure for incomplete gamma functions".
pub(super) fn ln_gamma_shares(shape: f64, y: f64) -> (f64, f64) {
    let x = y.exp();
    let front = shape * y - x - ln_gamma(shape);
    if x < shape + 1.0 {
        let below = front + series(shape, x).ln();
        (below, (-below.exp_m1()).ln())
    } else {
        let above = front + fraction(shape, x).ln();
        ((-above.exp_m1()).ln(), above)
    }
}

/// 1/s + x/(s(s+1)) + x²/(s(s+1)(s+2)) + …
fn series(shape: f64, x: f64) -> f64 {
    let (mut term, mut sum, mut divisor) = (1.0 / shape, 1.0 / shape, shape);
    for _ in 0..MOST_TERMS {
        divisor += 1.0;
        term *= x / divisor;
        sum += term;
        if term < sum * f64::EPSILON {
            break;
        }
    }
    sum
}

/// 1/(x+1-s- 1(1-s)/(x+3-s- 2(2-s)/(x+5-s- …
fn fraction(shape: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - shape;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / if b.abs() < TINY { TINY } else { b };
    let mut value = d;
    for place in (1_u32..).map(f64::from).take(MOST_TERMS) {
        let a = -place * (place - shape);
        b += 2.0;
        let (next_d, next_c) = (a * d + b, b + a / c);
        d = 1.0 / if next_d.abs() < TINY { TINY } else { next_d };
        c = if next_c.abs() < TINY { TINY } else { next_c };
        value *= d * c;
        if (d * c - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    value
}

/// The logarithm of the share of a standard normal variable below `z`.
pub(super) fn ln_normal_share(z: f64) -> f64 {
    let y = (z * z / 2.0).max(f64::MIN_POSITIVE).ln();
    let (_, beyond) = ln_gamma_shares(0.5, y);
    let tail = beyond - std::f64::consts::LN_2;
    if z <= 0.0 { tail } else { (-tail.exp()).ln_1p() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) -> bool {
        (found - expected).abs() <= 1e-12 * expected.abs().max(1e-3)
    }

    #[test]
    fn normal_quantiles_as_tables_have_them() {
        let cases = [
            (0.5, 0.0),
            (0.975, 1.959_963_984_540_054),
            (0.995, 2.575_829_303_548_901),
            (0.841_344_746_068_542_9, 1.0),
            (1e-9, -5.997_807_015_007_687),
            (1e-300, -37.047_096_299_361_2),
        ];
        for (p, z) in cases {
            assert!(near(normal_quantile(p), z), "{p}: {}", normal_quantile(p));
        }
        assert_eq!((normal_quantile(0.0), normal_quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
    }

    #[test]
    fn many_at_once_are_as_one_by_one() {
        for count in [1, 63, 64, 65, 1_000] {
            let shares: Vec<f64> =
                (1..=count).map(|at| f64::from(at) / f64::from(count + 1)).chain([0.0, 1.0, 1e-300]).collect();
            let mut found = shares.clone();
            normal_quantiles(&mut found);
            assert_eq!(found, shares.iter().map(|p| normal_quantile(*p)).collect::<Vec<f64>>(), "{count}");
        }
        // Nothing but tails.
        let mut found = [0.01; TOGETHER + 1];
        normal_quantiles(&mut found);
        assert_eq!(found, [normal_quantile(0.01); TOGETHER + 1]);
    }

    #[test]
    fn exponentials_as_the_library_has_them() {
        let values: Vec<f64> = (-70_000..=70_000).map(|at| f64::from(at) / 100.0).collect();
        let mut found = values.clone();
        exponentials(&mut found);
        for (x, found) in values.iter().zip(found) {
            assert!((found / x.exp() - 1.0).abs() < 1e-15, "{x}: {found}");
        }
        let mut far = [-1e9, -745.0, 0.0, 709.0, 1e9];
        exponentials(&mut far);
        assert_eq!(far, [0.0, (-745.0_f64).exp(), 1.0, 709.0_f64.exp(), f64::INFINITY]);
        // Whoever stands beside one changes nothing about it.
        for x in (-700..=700).map(|at| f64::from(at) * 0.97) {
            let (mut alone, mut beside) = ([x], [x, -1e9]);
            exponentials(&mut alone);
            exponentials(&mut beside);
            assert_eq!(alone[0].to_bits(), beside[0].to_bits(), "{x}");
        }
    }

    #[test]
    fn shares_lead_back_to_quantiles() {
        for step in -80..=80 {
            let z = f64::from(step) / 10.0;
            let below = ln_normal_share(z).exp();
            let back = if z > 5.0 { -normal_quantile(ln_normal_share(-z).exp()) } else { normal_quantile(below) };
            assert!((back - z).abs() < 1e-9, "{z}: {back}");
        }
    }

    #[test]
    fn gamma_functions_in_closed_form() {
        assert!(near(ln_gamma(1.0).exp(), 1.0) && near(ln_gamma(0.5).exp(), std::f64::consts::PI.sqrt()));
        assert!(near(ln_gamma(11.0).exp(), 3_628_800.0) && near(ln_gamma(0.01).exp(), 99.432_585_119_150_6));
        for x in [1e-3_f64, 0.5, 1.0, 1.9, 2.1, 5.0, 50.0] {
            let (below, above) = ln_gamma_shares(1.0, x.ln());
            assert!(near(below.exp(), -(-x).exp_m1()) && near(above, -x), "{x}");
            let (below, above) = ln_gamma_shares(3.0, x.ln());
            let beyond = (-x).exp() * (1.0 + x + x * x / 2.0);
            assert!(near(above.exp(), beyond) && (below.exp() + beyond - 1.0).abs() < 1e-14, "{x}");
        }
    }
}
