//! How an indicator reaches its next tier, in a merchant's words: the step in figures, and what a shop can do for it.
//!
//! In: an indicator, its value and what the next tier takes, in published units. Out: sentences in English or Chinese. The texts are
//! declared here and nowhere else: `explain`, the report and the view `improvements_in_words` are made of them.
//!
//! Figures are rounded so that whoever reaches the one told has reached the next tier: the value to reach towards the better, the
//! present value towards the worse.

use crate::answers::units::Language;
use crate::indicators::{Better, Indicator, Unit};

/// One step of a shop, all else standing still, as `improvements` has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    pub(crate) indicator: Indicator,
    pub(crate) value: f64,
    pub(crate) value_to_reach: f64,
    pub(crate) next_tier: i64,
    pub(crate) score_gain: f64,
}

/// What is said of an indicator, English and Chinese. `<value>` and `<goal>` stand for figures with their unit.
#[derive(Clone, Copy, Debug)]
struct Guidance {
    step: [&'static str; 2],
    what_to_do: [&'static str; 2],
}

/// What follows each step: the tier, and the points of the score.
const BRINGS: [&str; 2] = [": tier <tier>, +<gain> points", "，升至<tier>档，考核分增加<gain>分"];

/// How figures of a unit are told: multiplied, divided, rounded to a whole number, of which the last digits are decimals.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    /// For values below this.
    pub(crate) below: f64,
    pub(crate) times: f64,
    pub(crate) over: f64,
    pub(crate) decimals: usize,
    word: [&'static str; 2],
}

impl Scale {
    /// What follows the number.
    pub(crate) const fn word(&self, language: Language) -> &'static str {
        let [english, chinese] = self.word;
        language.of(english, chinese)
    }
}

const STARS: &[Scale] = &[Scale { below: f64::INFINITY, times: 1e4, over: 1.0, decimals: 4, word: ["", ""] }];
const PERCENT: &[Scale] = &[Scale { below: f64::INFINITY, times: 1e4, over: 1.0, decimals: 2, word: ["%", "%"] }];
const TIME: &[Scale] = &[
    Scale { below: 3600.0, times: 100.0, over: 60.0, decimals: 2, word: [" minutes", "分钟"] },
    Scale { below: f64::INFINITY, times: 100.0, over: 3600.0, decimals: 2, word: [" hours", "小时"] },
];
/// Of the score's gain.
pub(crate) const POINTS: Scale = Scale { below: f64::INFINITY, times: 1e4, over: 1.0, decimals: 4, word: ["", ""] };

/// What a quotient may be beside a whole number and still be meant as it.
pub(crate) const SLACK: f64 = 1e-6;

/// By the value, the first that it is below.
pub(crate) const fn scales(unit: Unit) -> &'static [Scale] {
    match unit {
        Unit::Stars => STARS,
        Unit::Ratio => PERCENT,
        Unit::Seconds => TIME,
    }
}

/// The sentence of an indicator's step, with gaps: `<value>`, `<goal>`, `<tier>` and `<gain>`.
pub(crate) fn template(indicator: Indicator, language: Language) -> String {
    let ([english, chinese], [brings, brings_chinese]) = (guidance(indicator).step, BRINGS);
    language.of(english, chinese).to_owned() + language.of(brings, brings_chinese)
}

/// The step in a sentence without its full stop.
pub(crate) fn step(step: &Step, language: Language) -> String {
    let spec = step.indicator.spec();
    let figure = |value: f64, is_up: bool| told(value, scales(spec.unit), is_up, language);
    let is_high = spec.better == Better::High;
    template(step.indicator, language)
        .replace("<value>", &figure(step.value, !is_high))
        .replace("<goal>", &figure(step.value_to_reach, is_high))
        .replace("<tier>", &step.next_tier.to_string())
        .replace("<gain>", &told(step.score_gain, &[POINTS], false, language))
}

/// What a shop can do for an indicator.
pub(crate) fn what_to_do(indicator: Indicator, language: Language) -> &'static str {
    let [english, chinese] = guidance(indicator).what_to_do;
    language.of(english, chinese)
}

/// A figure with its unit; no zeros at the end of its decimals.
#[allow(clippy::cast_possible_truncation, reason = "stars, shares, and durations that 64 bits hold")]
fn told(value: f64, scales: &[Scale], is_up: bool, language: Language) -> String {
    let Some(scale) = scales.iter().find(|scale| value < scale.below) else { return value.to_string() };
    let scaled = value * scale.times / scale.over;
    let digits = if is_up { (scaled - SLACK).ceil() } else { (scaled + SLACK).floor() } as i64;
    let one = 10_i64.pow(u32::try_from(scale.decimals).unwrap_or_default());
    let number = format!("{}.{:0width$}", digits / one, digits % one, width = scale.decimals);
    let number = number.trim_end_matches('0').trim_end_matches('.');
    format!("{number}{}", scale.word(language))
}

/// What is declared of an indicator. The advice is that of the articles that the rules come from, in words of our own; what they leave
/// out, disputes, goes by what counts.
const fn guidance(indicator: Indicator) -> Guidance {
    match indicator {
        Indicator::DisputeRate => DISPUTES,
        Indicator::LogisticsRating => LOGISTICS_RATINGS,
        Indicator::PickupTimeliness => PICKUPS,
        Indicator::ProductRating => PRODUCT_RATINGS,
        Indicator::RefundOnlyDuration => REFUNDS_WITHOUT_RETURN,
        Indicator::ResponseRate => RESPONSES,
        Indicator::ReturnRefundDuration => REFUNDS_WITH_RETURN,
    }
}

const PRODUCT_RATINGS: Guidance = Guidance {
    step: [
        "Raise the mean of the description stars from <value> to <goal> or more",
        "把描述相符的平均星级从<value>提高到<goal>或更高",
    ],
    what_to_do: [
        "Read what buyers complain of in their reviews, and change first what is named most often: the goods, or how they are \
         described. An order without a review counts nothing, nobody gets five stars by default. Report blackmail and reviews by \
         competitors (规蜜): what is upheld no longer counts.",
        "查看买家评价，按出现次数从多到少整改商品或商品描述。没有评价的订单不计入，系统不会默认好评。遇到敲诈勒索或同行恶评可在规蜜投诉，\
         成立后该评价不再计入。",
    ],
};

const PICKUPS: Guidance = Guidance {
    step: [
        "Raise the share of orders that are picked up before they are due from <value> to <goal> or more",
        "把在应揽收时间前揽收的订单占比从<value>提高到<goal>或更高",
    ],
    what_to_do: [
        "Find in the logistics analysis (生意参谋) where parcels wait, and compare it with what reviews say. Use carriers that report \
         the pickup: one that is not reported counts as late. Where goods wait for custom-made ones, set their shipping time \
         (发货时间工具) and keep it. Orders that need no shipping, and custom-made categories, do not count.",
        "在生意参谋的物流分析中找出包裹滞留的环节，并与买家评价对照。选择会回传揽收信息的物流，未回传视为未及时揽收。普通商品需随定制商品发出的，\
         用发货时间工具设置发货时间并按时揽收。无需物流的订单和定制类目的订单不计入。",
    ],
};

const LOGISTICS_RATINGS: Guidance = Guidance {
    step: [
        "Raise the mean of the logistics stars from <value> to <goal> or more",
        "把物流服务的平均星级从<value>提高到<goal>或更高",
    ],
    what_to_do: [
        "Find in the logistics analysis (生意参谋) and in reviews which carriers, warehouses and routes buyers are unhappy with, and \
         change those first. Orders without a rating count nothing.",
        "结合生意参谋的物流分析和买家评价，找出买家不满意的物流商、仓库和线路，先改这些。没有评价的订单不计入。",
    ],
};

const REFUNDS_WITHOUT_RETURN: Guidance = Guidance {
    step: [
        "Shorten refunds without return, from request to completion, from a mean of <value> to <goal> or less",
        "把仅退款从申请到完结的平均时长从<value>缩短到<goal>或更短",
    ],
    what_to_do: [
        "Look up the durations in the shop diagnosis (客户之声), and begin with the longest: give those who handle refunds rules by \
         which they may grant at once, and look at open requests several times a day. Only refunds that the shop completes itself \
         count, while the sale is open and after it.",
        "在客户之声的店铺诊断中查看退款时长，从最长的开始处理。明确哪些退款可由客服直接同意，每天多次处理待办退款。售中和售后由店铺自主完结的\
         仅退款才计入。",
    ],
};

const REFUNDS_WITH_RETURN: Guidance = Guidance {
    step: [
        "Shorten refunds with return, from request to completion, from a mean of <value> to <goal> or less",
        "把退货退款从申请到完结的平均时长从<value>缩短到<goal>或更短",
    ],
    what_to_do: [
        "The time that a buyer takes to send the goods back counts, too: write to buyers and ask for it, and pay back on the day that \
         the parcel arrives. Look up the durations in the shop diagnosis (客户之声). Report malicious buyers (规蜜): what is upheld is \
         taken out within 24 to 48 hours.",
        "买家寄回商品的时间也计入：主动联系买家尽快寄回，收到退货当天完成退款。在客户之声的店铺诊断中查看退款时长。遇恶意用户可在规蜜投诉，\
         成立后24至48小时内剔除。",
    ],
};

const DISPUTES: Guidance = Guidance {
    step: [
        "Bring down refunds that were decided against the shop from <value> of its payments to <goal> or less",
        "把判定为卖家责任的退款笔数占支付笔数的比例从<value>降到<goal>或更低",
    ],
    what_to_do: [
        "Talk to the buyer before the platform has to decide, and find out what they really want. Only what is decided against the \
         seller and in effect counts. Report malicious buyers (规蜜): what is upheld no longer counts.",
        "在平台介入前与买家沟通，了解其真实诉求并协商解决。只计判定为卖家责任且已生效的退款。遇恶意用户可在规蜜投诉，成立后不再计入。",
    ],
};

const RESPONSES: Guidance = Guidance {
    step: [
        "Raise the share of consultations that are answered on their day from <value> to <goal> or more",
        "把当日得到回复的咨询人次占比从<value>提高到<goal>或更高",
    ],
    what_to_do: [
        "Look up the replies of each day in the shop diagnosis (客户之声), and put people where they are missing. Let the robot \
         (店小蜜) receive buyers at other times: that counts as answered. A reply after midnight does not.",
        "在客户之声的店铺诊断中查看每日回复情况，在缺人的时段安排客服。其余时段由店小蜜接待，同样算作已回复。次日才回复的不算。",
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_says_what_to_reach_and_never_less() {
        use Indicator::{DisputeRate, PickupTimeliness, ProductRating, RefundOnlyDuration};
        for (indicator, [value, value_to_reach], english, chinese) in [
            (ProductRating, [178.0 / 41.0, 4.4], "from 4.3414 to 4.4 or more", "从4.3414提高到4.4"),
            (PickupTimeliness, [58.0 / 62.0, 33.0 / 34.0], "from 93.54% to 97.06% or more", "从93.54%提高到97.06%"),
            (PickupTimeliness, [0.5, 1.0], "from 50% to 100% or more", "从50%提高到100%"),
            // 0.57 is a little less than 57 hundredths.
            (DisputeRate, [2.0 / 3.0, 0.57], "from 66.67% of its payments to 57% or less", "从66.67%降到57%"),
            (DisputeRate, [1.0, 0.0], "from 100% of its payments to 0% or less", "从100%降到0%"),
            (
                RefundOnlyDuration,
                [63_480.0, 3_599.0],
                "from a mean of 17.64 hours to 59.98 minutes",
                "从17.64小时缩短到59.98分钟",
            ),
        ] {
            let taken = Step { indicator, value, value_to_reach, next_tier: 4, score_gain: 0.25 };
            let said = [Language::En, Language::Zh].map(|language| step(&taken, language));
            assert!(said[0].contains(english) && said[0].ends_with(": tier 4, +0.25 points"), "{}", said[0]);
            assert!(said[1].contains(chinese) && said[1].ends_with("，升至4档，考核分增加0.25分"), "{}", said[1]);
        }
    }

    #[test]
    fn every_indicator_has_both_figures_and_texts_that_sql_need_not_quote() {
        for indicator in Indicator::ALL {
            let Guidance { step, what_to_do } = guidance(indicator);
            assert!(step.iter().all(|text| text.matches('<').count() == 2 && text.contains("<goal>")), "{step:?}");
            assert!(step.iter().all(|text| text.contains("<value>")), "{step:?}");
            let texts = step.iter().chain(&what_to_do);
            assert!(texts.clone().all(|text| !text.contains(['\'', '\\', ';'])), "{indicator:?}");
            assert!(texts.into_iter().all(|text| !text.contains("  ")), "{indicator:?}");
        }
    }
}
