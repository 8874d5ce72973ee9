//! What the score decides, one line each: marketing, the newest monthly assessment, the month end ahead, the annual refund.

use crate::answers::units::{Language, money};
use crate::answers::words::told;
use crate::explanation::Explanation;
use crate::explanation::verdicts::{Assessed, Heading, Marketing, Thresholds};

pub(super) fn verdict_lines(explained: &Explanation, language: Language) -> Vec<String> {
    let Explanation { marketing, assessed, outlook, thresholds, .. } = explained;
    let marketing = marketing.as_ref().map(|marketing| marketing_line(marketing, language));
    let assessed = assessed.as_ref().map(|assessed| assessed_line(assessed, language));
    let outlook = outlook.as_ref().map(|outlook| outlook_line(outlook, language));
    let thresholds = thresholds.as_ref().map(|thresholds| thresholds_line(thresholds, language));
    [marketing, assessed, outlook, thresholds].into_iter().flatten().collect()
}

fn marketing_line(marketing: &Marketing, language: Language) -> String {
    let Marketing { marketing_min, marketing_eligible, short_by } = marketing;
    let short = short_by.map_or(String::new(), |short| match language {
        Language::En => format!(", short by {short}"),
        Language::Zh => format!("，差{short}分"),
    });
    match language {
        Language::En => {
            format!("marketing: {} (from {marketing_min}{short})", if *marketing_eligible { "yes" } else { "no" })
        }
        Language::Zh => {
            format!("营销准入：{}（最低{marketing_min}分{short}）", if *marketing_eligible { "符合" } else { "不符合" })
        }
    }
}

fn assessed_line(assessed: &Assessed, language: Language) -> String {
    let Assessed { month_end, status, failures, .. } = assessed;
    let status = told(status, language);
    let or_dash = |figure: Option<f64>| figure.map_or("-".to_owned(), |figure| figure.to_string());
    let (score, least) = (or_dash(assessed.score), or_dash(assessed.monthly_min));
    let limit = assessed.failure_limit.map_or("-".to_owned(), |limit| limit.to_string());
    let left = assessed.failures_left.map_or("-".to_owned(), |left| left.to_string());
    let risk = assessed.risk.as_deref().map_or("-", |risk| told(risk, language));
    let cycle = assessed.cycle_starts_on.map_or("-".to_owned(), |day| day.to_string());
    match language {
        Language::En => format!(
            "monthly assessment of {month_end}: {status} ({score}, from {least}); cycle since {cycle}: {failures} failures of \
             {limit}, {left} left, risk {risk}"
        ),
        Language::Zh => format!(
            "月度考核（{month_end}）：{status}（{score}分，最低{least}分）；考核周期起始日{cycle}，本周期未达标{failures}个月，\
             清退月数{limit}，剩余{left}个月，风险{risk}"
        ),
    }
}

fn outlook_line(outlook: &Heading, language: Language) -> String {
    let Heading { month_end, days_known, .. } = outlook;
    let none = language.of("none yet", "暂无");
    let score = outlook.score.map_or(none.to_owned(), |score| score.to_string());
    let verdict = outlook.verdict.as_deref().map_or(none, |verdict| told(verdict, language));
    let least = outlook.monthly_min.map_or(String::new(), |least| match language {
        Language::En => format!(", from {least}"),
        Language::Zh => format!("，最低{least}分"),
    });
    match language {
        Language::En => format!("outlook on {month_end}, by {days_known} days: {verdict} ({score}{least})"),
        Language::Zh => format!("预计月末（{month_end}，已知{days_known}天）：{verdict}（{score}{least}）"),
    }
}

fn thresholds_line(thresholds: &Thresholds, language: Language) -> String {
    let Thresholds { row, annual_min, .. } = thresholds;
    let fees = [thresholds.annual_fee_fen, thresholds.sales_half_refund_fen, thresholds.sales_full_refund_fen];
    let [fee, half, full] = fees.map(|fen| money(fen, language));
    let place = format!("{}:{}", row.file, row.line);
    match language {
        Language::En => format!(
            "annual refund: average of the month ends from {annual_min}, half of {fee} from sales of {half}, all of it from \
             {full}; thresholds: {place}"
        ),
        Language::Zh => format!(
            "年费返还：月末分均值最低{annual_min}分，年费{fee}，销售额{half}起返还一半，{full}起全部返还；门槛出处：{place}"
        ),
    }
}
