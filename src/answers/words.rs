//! The words of published codes for people, in English and Chinese.

use super::units::{Language, duration_at_least};
use crate::comparison::causes::Cause;
use crate::domain::Dimension;
use crate::explanation::reach::{Event, Way};
use crate::explanation::stored::UnknownDays;
use crate::indicators::Indicator;

/// Codes of published columns and of answers, each in English and Chinese.
pub(crate) const CODES: &[(&str, &str, &str)] = &[
    ("category_without_weights", "no row of weights.csv is for its category", "类目没有考核权重"),
    ("no_data", "no indicator that weighs anything has data", "考核指标均无数据"),
    ("not_present", "not present on that day", "当日不在考核店铺之列"),
    ("not_joined_yet", "it had not joined yet", "尚未入驻"),
    ("left", "it has left", "已退出"),
    ("exempt", "exempt", "免考核"),
    ("not_assessed", "not assessed", "不考核"),
    ("exit", "exit", "清退"),
    ("not_scored", "not scored", "暂不计分"),
    ("fail", "fail", "未达标"),
    ("pass", "pass", "达标"),
    ("high", "high", "高"),
    ("medium", "medium", "中"),
    ("low", "low", "低"),
    ("not_stored", "STATE does not keep them", "状态目录未保留"),
    ("damaged", "what STATE keeps of them is damaged", "状态目录中的数据已损坏"),
    ("changed_since", "changed after that night", "该日之后有变更"),
    ("days_unknown", "not known", "未知"),
    ("counted", "counted", "计入"),
    ("retracted", "taken out by an appeal", "申诉剔除"),
    ("quarantined", "quarantined", "隔离"),
    ("expired", "their extracts are gone", "原始数据已过期"),
];

/// Causes of moved scores in Chinese; in English their names say it.
pub(crate) const CAUSES: [(Cause, &str); Cause::ALL.len()] = [
    (Cause::OwnFigures, "自身数据"),
    (Cause::Appeals, "申诉剔除"),
    (Cause::OtherShops, "同类店铺变动"),
    (Cause::Presence, "店铺进出"),
    (Cause::Category, "类目调整"),
    (Cause::Rules, "规则调整"),
];

/// What a code says; a code of no such list is shown as it is.
pub(crate) fn told(code: &str, language: Language) -> &str {
    let found = CODES.iter().find(|(known, ..)| *known == code);
    found.map_or(code, |(_, english, chinese)| language.of(english, chinese))
}

pub(crate) fn indicator(indicator: Indicator, language: Language) -> &'static str {
    language.of(indicator.name(), indicator.spec().chinese)
}

pub(crate) fn dimension(dimension: Dimension, language: Language) -> &'static str {
    language.of(dimension.name(), dimension.chinese())
}

/// What would have to happen so often as `{}` says, in English and Chinese.
pub(crate) const EVENTS: &[(Event, &str, &str)] = &[
    (Event::FiveStarRatings, "{} more five-star ratings", "再有{}个五星评价"),
    (Event::PickupsInTime, "{} more pickups in time", "再有{}单及时揽收"),
    (Event::LatePickupsInTime, "{} of the late pickups in time instead", "{}单由超时变为及时揽收"),
    (Event::AnsweredConsultations, "{} more answered consultations", "再有{}次咨询得到回复"),
    (Event::UnansweredAnswered, "{} of the unanswered consultations answered instead", "{}次未回复的咨询改为回复"),
    (Event::FewerDisputes, "{} fewer disputes at fault", "减少{}笔有责纠纷"),
    (Event::PaymentsWithoutDispute, "{} more payments without a dispute at fault", "再有{}笔无纠纷的付款"),
    (Event::FewerSeconds, "{} less in all refunds together", "减少{}的退款总时长"),
    (Event::RefundsAtOnce, "{} more refunds completed at once", "再有{}笔即时完结的退款"),
];

/// A way to the next tier: `4 more five-star ratings`.
pub(crate) fn way(Way { event, count }: Way, language: Language) -> String {
    let amount = if event == Event::FewerSeconds { duration_at_least(count, language) } else { count.to_string() };
    let found = EVENTS.iter().find(|(known, ..)| *known == event);
    found.map_or(String::new(), |(_, english, chinese)| language.of(*english, *chinese).replace("{}", &amount))
}

/// Days of a table whose figures or records are not known.
pub(crate) fn unknown_days(UnknownDays { table, first, last, reason }: &UnknownDays, language: Language) -> String {
    let reason = told(reason, language);
    match language {
        Language::En => format!("not known: {table} {first} to {last}: {reason}"),
        Language::Zh => format!("无每日数据：{table} {first}至{last}，{reason}"),
    }
}
