//! Pooling against slow counting, over made-up figures.

mod pooling {
    use proptest::prelude::*;

    use super::super::*;
    use crate::answer::{AsOf, Interval, IntervalKind};
    use crate::base::{Context, Timestamp};
    use crate::schema::Schema;
    use crate::simulate::calibration::Trust;
    use crate::simulate::{Basis, Dimension};
    use crate::testkit::SnapshotBuilder;

    const EVER: AsOf = AsOf { valid: Timestamp::MIN, known: Timestamp::MIN };

    fn figure(place: usize, dimension: Dimension, predicted: f64, interval: Option<Interval>) -> PredictedFigure {
        PredictedFigure {
            dimension,
            about: None,
            detail: Some(place.to_string()),
            unit: "ms".to_owned(),
            baseline: Some(1.0),
            predicted: Some(predicted),
            interval,
            basis: Basis::Observed,
            unknown: None,
        }
    }

    /// A prediction of such figures, made.
    fn made(figures: Vec<PredictedFigure>) -> (Prediction, ChangesSeen) {
        let content = PredictionContent {
            name: "made up".to_owned(),
            author: None,
            changes: Vec::new(),
            figures,
            method: String::new(),
            assumptions: Vec::new(),
            blind_spots: Vec::new(),
            seed: None,
            revision: 0,
            as_of: EVER,
        };
        let prediction = Prediction { id: name_of(&content.to_json()), made_at: Timestamp::MIN, content };
        let seen = ChangesSeen::unknown(&[], "made up".to_owned()).told(Some(Timestamp::MIN));
        (prediction, seen)
    }

    fn measured(place: usize, dimension: Dimension, value: f64) -> Measured {
        let detail = Some(place.to_string());
        let (prediction, about, unit, low, high, samples) = (None, None, None, None, None, None);
        Measured { prediction, dimension, about, detail, unit, value, low, high, samples }
    }

    fn scored(figures: Vec<PredictedFigure>, measured: Vec<Measured>) -> Scores {
        let reality = Reality { measured, made: Vec::new() };
        let after = SnapshotBuilder::new(Schema::default()).build();
        score(&[made(figures)], &after, &reality, &Context::new(Timestamp::MIN)).unwrap()
    }

    #[test]
    fn a_simulator_is_trusted_as_far_as_what_came_allows() {
        let cases = [
            (9, 9, None, 1, Trust::TooFew),
            (10, 10, Some(true), 0, Trust::Calibrated),
            (36, 40, Some(true), 0, Trust::Calibrated),
            (25, 40, Some(false), 0, Trust::TooNarrow),
            (60, 60, Some(true), 0, Trust::TooWide),
        ];
        for (inside, all, may, needed, trust) in cases {
            let interval = Interval { kind: IntervalKind::Confidence, low: 9.0, high: 12.0 };
            let figures = (0..all).map(|place| figure(place, Dimension::LatencyP95, 11.0, Some(interval))).collect();
            let value = |place: usize| if place < inside { 10.0 } else { 20.0 };
            let came = (0..all).map(|place| measured(place, Dimension::LatencyP95, value(place))).collect();
            let pooled = &scored(figures, came).simulators[0];
            assert_eq!((pooled.may_be_trusted, pooled.needed, pooled.trust), (may, needed, trust), "{}", pooled.why);
            assert_eq!((pooled.inside, pooled.scored, pooled.claimed_is_default), (inside, all, false));
        }
    }

    proptest! {
        #[test]
        fn pooled_figures_are_what_counting_says(
            rows in proptest::collection::vec((0.1_f64..100.0, 0.0_f64..50.0, 0.1_f64..200.0, 0_u8..3), 0..40)
        ) {
            let interval = |row: &(f64, f64, f64, u8)| {
                let kind = [IntervalKind::Bounds, IntervalKind::Confidence][usize::from(row.3.min(1))];
                (row.3 < 2).then_some(Interval { kind, low: row.0 - row.1, high: row.0 + row.1 })
            };
            let figures: Vec<PredictedFigure> = rows.iter().enumerate()
                .map(|(place, row)| figure(place, Dimension::LatencyP50, row.0, interval(row))).collect();
            let came = rows.iter().enumerate().map(|(place, row)| measured(place, Dimension::LatencyP50, row.2)).collect();
            let scores = scored(figures, came);
            let counted: usize = scores.simulators.iter().map(|pooled| pooled.scored + pooled.unchanged).sum();
            prop_assert_eq!(counted, rows.len());
            for pooled in &scores.simulators {
                let own: Vec<_> = rows.iter().filter(|row| match pooled.claim {
                    Claim::Bounds => row.3 == 0,
                    Claim::Confidence => row.3 == 1,
                    Claim::Exact => row.3 == 2,
                }).collect();
                let width = |row: &(f64, f64, f64, u8)| if row.3 < 2 { row.1 } else { 0.0 };
                let inside = own.iter().filter(|row| (row.0 - row.2).abs() <= width(row) + 1e-12).count();
                prop_assert_eq!((pooled.scored, pooled.inside), (own.len(), inside));
                if let (Some(bias), Some(interval)) = (pooled.bias, pooled.bias_interval) {
                    prop_assert!(interval.low <= bias && bias <= interval.high);
                }
            }
            for levels in scores.plot.windows(2) {
                prop_assert!(levels[0].inside <= levels[1].inside, "a wider interval holds no less");
            }
        }

        #[test]
        fn the_order_of_figures_and_of_what_was_measured_does_not_matter(values in proptest::collection::vec(0.1_f64..9.0, 1..20)) {
            let interval = Interval { kind: IntervalKind::Confidence, low: 2.0, high: 5.0 };
            let figures = |reverse: bool| {
                let mut figures: Vec<_> = (0..values.len())
                    .map(|place| figure(place, Dimension::Completion, 3.0, Some(interval))).collect();
                if reverse { figures.reverse(); }
                figures
            };
            let came = |reverse: bool| {
                let mut came: Vec<_> = values.iter().enumerate()
                    .map(|(place, value)| measured(place, Dimension::Completion, *value)).collect();
                if reverse { came.reverse(); }
                came
            };
            let (one, other) = (scored(figures(false), came(true)), scored(figures(true), came(false)));
            prop_assert_eq!((one.simulators, one.plot), (other.simulators, other.plot));
        }
    }
}
