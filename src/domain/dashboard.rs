//! The dashboard's values: counts with their precision, and the time spans for which events are counted.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

/// A count and its precision. No count is worth scanning a large table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// How many.
    pub count: i64,
    /// How exact the count is.
    pub precision: Precision,
}

/// How exact a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// Counted.
    Exact,
    /// Computed from a sample of the table.
    Estimate,
    /// Counted up to a bound: there are at least as many.
    AtLeast,
}

impl Precision {
    /// Every one of them.
    pub const ALL: [Self; 3] = [Self::Exact, Self::Estimate, Self::AtLeast];

    /// The word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Estimate => "estimate",
            Self::AtLeast => "at_least",
        }
    }
}

impl Figure {
    /// A count that stopped at `bound`.
    pub fn bounded(count: i64, bound: i64) -> Self {
        let precision = if count >= bound {
            Precision::AtLeast
        } else {
            Precision::Exact
        };
        Self { count, precision }
    }

    /// The whole, extrapolated from `counted` rows in a sample of `percent` per cent of a table.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "an estimate needs no more digits than a float has"
    )]
    pub fn sampled(counted: i64, percent: f64) -> Self {
        if percent >= 100.0 {
            return Self {
                count: counted,
                precision: Precision::Exact,
            };
        }
        Self {
            count: (counted as f64 * 100.0 / percent).round() as i64,
            precision: Precision::Estimate,
        }
    }

    /// The sum of both, with the lower of the two precisions.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let exact = |figure: Self| figure.precision == Precision::Exact;
        Self {
            count: self.count + other.count,
            precision: if exact(self) {
                other.precision
            } else {
                self.precision
            },
        }
    }
}

/// A time span that is counted separately; its end is excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Its beginning.
    pub from: DateTime<Utc>,
    /// Its end, where the next one begins.
    pub to: DateTime<Utc>,
}

/// The last 24 hours of the clock, the running one last.
pub fn hours(now: DateTime<Utc>) -> Vec<Span> {
    spans(now, TimeDelta::hours(1), 24)
}

/// The last 30 days of the calendar in UTC, today last.
pub fn days(now: DateTime<Utc>) -> Vec<Span> {
    spans(now, TimeDelta::days(1), 30)
}

fn spans(now: DateTime<Utc>, length: TimeDelta, count: i32) -> Vec<Span> {
    let running = now.duration_trunc(length).unwrap_or(now);
    let span = |back: i32| {
        let from = running - length * back;
        Span {
            from,
            to: from + length,
        }
    };
    (0..count).rev().map(span).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_follow_each_other_up_to_now() {
        let now = DateTime::from_timestamp(1_772_546_700, 0).unwrap();
        for (spans, count) in [(hours(now), 24), (days(now), 30)] {
            assert_eq!(spans.len(), count);
            assert!(spans.windows(2).all(|pair| pair[0].to == pair[1].from));
            let last = spans[count - 1];
            assert!(last.from <= now && now < last.to);
        }
        assert_eq!(days(now)[29].from.to_rfc3339(), "2026-03-03T00:00:00+00:00");
    }

    #[test]
    fn a_count_has_a_precision() {
        assert_eq!(Figure::bounded(9, 10).precision, Precision::Exact);
        assert_eq!(Figure::bounded(10, 10).precision, Precision::AtLeast);
        assert_eq!(Figure::sampled(7, 100.0).precision, Precision::Exact);
        let tenth = Figure::sampled(7, 10.0);
        assert_eq!((tenth.count, tenth.precision), (70, Precision::Estimate));
        assert_eq!(
            tenth.and(Figure::bounded(1, 10)),
            Figure { count: 71, ..tenth }
        );
    }
}
