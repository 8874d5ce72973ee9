//! The words that the page's data speaks in, each in English and Chinese: codes, events, indicators and dimensions in their order.

use serde_json::{Value, json};

use crate::answers::units::Language;
use crate::answers::words::{CAUSES, CODES, EVENTS};
use crate::assessments::monthly::Status;
use crate::domain::Dimension;
use crate::guidance::what_to_do;
use crate::indicators::{Better, Indicator, Unit};

pub(super) fn words() -> Value {
    let codes = CODES.iter().map(|(code, english, chinese)| ((*code).to_owned(), json!([english, chinese])));
    let causes = CAUSES.map(|(cause, chinese)| (json!(cause), json!([cause.name(), chinese])));
    let causes = causes.into_iter().filter_map(|(code, words)| Some((code.as_str()?.to_owned(), words)));
    let events = EVENTS.iter().map(|(_, english, chinese)| json!([english, chinese]));
    let indicators = Indicator::ALL.map(|indicator| {
        let spec = indicator.spec();
        let (unit, better): (&str, &str) = (Unit::into(spec.unit), Better::into(spec.better));
        let name = indicator.name();
        let dimension = spec.dimension.name();
        let what_to_do = [Language::En, Language::Zh].map(|language| what_to_do(indicator, language));
        json!({
            "name": name, "zh": spec.chinese, "dimension": dimension, "unit": unit, "better": better, "what_to_do": what_to_do,
        })
    });
    let dimensions = Dimension::ALL.map(|dimension| json!({ "name": dimension.name(), "zh": dimension.chinese() }));
    json!({
        "codes": codes.chain(causes).collect::<serde_json::Map<_, _>>(),
        "events": events.collect::<Vec<_>>(),
        "indicators": indicators,
        "dimensions": dimensions,
        "statuses": Status::ALL.map(Status::name),
    })
}
