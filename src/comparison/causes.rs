//! Why a score moved: causes, and the parts of a move.

use serde::Serialize;

use crate::indicators::Indicator;
use crate::rulebook::Decimal4;

/// What takes the second night's place, in the order in which it does; in answers by these names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) enum Cause {
    /// The shop's own figures, but for what appeals took out since.
    #[strum(serialize = "own figures")]
    OwnFigures,
    /// What appeals took out since.
    #[strum(serialize = "appeals")]
    Appeals,
    /// The figures of the shops that are ranked with it on both nights.
    #[strum(serialize = "other shops")]
    OtherShops,
    /// Shops that came into its group or left it.
    #[strum(serialize = "presence")]
    Presence,
    /// Its own category.
    #[strum(serialize = "category")]
    Category,
    /// Cut-offs, logistics indicators, weights, policies and limits.
    #[strum(serialize = "rules")]
    Rules,
}

impl Cause {
    /// All six, in the order of substitution.
    pub(crate) const ALL: [Self; 6] =
        [Self::OwnFigures, Self::Appeals, Self::OtherShops, Self::Presence, Self::Category, Self::Rules];

    /// The name for people.
    pub(crate) fn name(self) -> &'static str {
        self.into()
    }
}

/// One substitution that changed what a score is made of, and the score after it; none where nothing that weighs had a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) cause: Cause,
    /// None of the weights, and of how tiers are mixed.
    pub(crate) indicator: Option<Indicator>,
    pub(crate) score: Option<Decimal4>,
}

/// A part of a move, in ten-thousandths; never 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ScorePart {
    pub(crate) cause: Cause,
    pub(crate) indicator: Option<Indicator>,
    pub(crate) ten_thousandths: i64,
}

/// The parts of the move from a score through these steps. A step that leaves no score is taken together with the next one that
/// has one again.
pub(crate) fn parts(from: Decimal4, steps: &[Step]) -> Vec<ScorePart> {
    let mut before = from;
    let mut parts = Vec::new();
    for Step { cause, indicator, score } in steps {
        let Some(after) = *score else { continue };
        let ten_thousandths = after.ten_thousandths() - before.ten_thousandths();
        before = after;
        if ten_thousandths != 0 {
            parts.push(ScorePart { cause: *cause, indicator: *indicator, ten_thousandths });
        }
    }
    parts
}

/// What moved a score most: the cause whose parts add up to most either way, and of several the first.
pub(crate) fn main_cause(parts: &[ScorePart]) -> Option<Cause> {
    greatest(Cause::ALL.map(Some), |cause| sum(parts, |part| Some(part.cause) == cause)).flatten()
}

/// Through which indicator it moved most, likewise; none where it was through the weights.
pub(crate) fn main_indicator(parts: &[ScorePart]) -> Option<Indicator> {
    let through = Indicator::ALL.into_iter().map(Some).chain([None]);
    greatest(through, |indicator| sum(parts, |part| part.indicator == indicator)).flatten()
}

/// What some parts add up to, in ten-thousandths.
pub(crate) fn sum(parts: &[ScorePart], are_meant: impl Fn(&ScorePart) -> bool) -> i64 {
    parts.iter().filter(|part| are_meant(part)).map(|part| part.ten_thousandths).sum()
}

/// That of which `size` is greatest either way, of several the first; none where all are 0.
fn greatest<T: Copy>(of: impl IntoIterator<Item = T>, size: impl Fn(T) -> i64) -> Option<T> {
    let sized = of.into_iter().map(|item| (item, size(item).abs())).filter(|(_, size)| *size > 0);
    sized.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(item, _)| item)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: [(Cause, Option<Indicator>, Option<i64>); 4] = [
        (Cause::OwnFigures, Some(Indicator::DisputeRate), Some(20_000)),
        (Cause::OtherShops, Some(Indicator::DisputeRate), None),
        (Cause::OtherShops, Some(Indicator::ResponseRate), Some(28_000)),
        (Cause::Rules, None, Some(26_000)),
    ];

    #[test]
    fn parts_add_up_to_the_move_and_a_step_without_a_score_goes_with_the_next() {
        let score = Decimal4::from_ten_thousandths;
        let steps = STEPS.map(|(cause, indicator, after)| Step { cause, indicator, score: after.map(score) });
        let parts = parts(score(25_000), &steps);
        let shown: Vec<_> = parts.iter().map(|part| (part.cause, part.ten_thousandths)).collect();
        assert_eq!(shown, [(Cause::OwnFigures, -5_000), (Cause::OtherShops, 8_000), (Cause::Rules, -2_000)]);
        assert_eq!(sum(&parts, |_| true), 1_000);
        assert_eq!(main_cause(&parts), Some(Cause::OtherShops));
        assert_eq!(main_indicator(&parts), Some(Indicator::ResponseRate));
    }

    #[test]
    fn of_equal_causes_the_first_is_the_main_one_and_of_none_there_is_none() {
        let part = |cause, ten_thousandths| ScorePart { cause, indicator: None, ten_thousandths };
        let parts = [part(Cause::Rules, 5), part(Cause::Presence, -5)];
        assert_eq!((main_cause(&parts), main_indicator(&parts)), (Some(Cause::Presence), None));
        assert_eq!((main_cause(&[]), main_indicator(&[])), (None, None));
    }
}
