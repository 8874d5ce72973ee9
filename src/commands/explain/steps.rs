//! How the shop reaches the standard: its single steps by dimension, the greatest gain first, and what it can do for each.

use crate::answers::units::Language;
use crate::answers::words;
use crate::explanation::Explanation;
use crate::explanation::indicators::{IndicatorFigures, NextTier};

/// A line that opens them, then two a step; none where no step is left.
pub(super) fn step_lines(explained: &Explanation, language: Language) -> Vec<String> {
    let with_step = |figures: &'_ IndicatorFigures| figures.next.is_some();
    let gain = |figures: &IndicatorFigures| figures.next.as_ref().map_or(0.0, |next| next.score_gain);
    let mut steps: Vec<_> = explained.indicators.iter().filter(|figures| with_step(figures)).collect();
    // Equal gains stay in the order in which they are published.
    steps.sort_by(|one, other| gain(other).total_cmp(&gain(one)));
    let opens = language.of("how to reach the standard, each step by itself:", "如何达标（每步单独计算，其他不变）：");
    let lines = steps.into_iter().filter_map(|figures| {
        let next = figures.next.as_ref()?;
        Some([step_line(explained, figures, next, language), format!("    {}", advice(next, language))])
    });
    let lines: Vec<String> = lines.flatten().collect();
    if lines.is_empty() { lines } else { [opens.to_owned()].into_iter().chain(lines).collect() }
}

fn advice(next: &NextTier, language: Language) -> &str {
    language.of(next.what_to_do, next.what_to_do_zh)
}

/// `after_sales: Shorten …: tier 4, +0.1 points; enough for marketing admission`.
fn step_line(explained: &Explanation, figures: &IndicatorFigures, next: &NextTier, language: Language) -> String {
    let dimension = words::dimension(figures.of.spec().dimension, language);
    let missing = explained.marketing.as_ref().filter(|marketing| !marketing.marketing_eligible);
    let is_enough = missing.is_some_and(|marketing| next.score >= marketing.marketing_min);
    let enough = if is_enough { language.of("; enough for marketing admission", "，可达营销准入") } else { "" };
    let step = language.of(&next.step, &next.step_zh);
    format!("  {dimension}{}{step}{enough}", language.of(": ", "："))
}
