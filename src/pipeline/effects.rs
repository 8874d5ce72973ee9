//! What other rules or policies do to a day, counted: whose score moves, who gains or loses what.
//!
//! Grain in: one shift a shop. Grain out: the shops by what becomes of them, each list in the order of the shops.

use serde::{Serialize, Serializer};

use crate::assessments::monthly::Status;
use crate::pipeline::whatif::Shift;

/// The shops that rules or policies reach; in answers of the first two lists their lengths.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Effects {
    /// Whose score is another one, or is there no more or newly.
    #[serde(serialize_with = "length")]
    #[cfg_attr(test, schemars(with = "usize"))]
    pub(crate) other_score: Vec<i64>,
    /// Who holds another tier of some indicator.
    #[serde(serialize_with = "length")]
    #[cfg_attr(test, schemars(with = "usize"))]
    pub(crate) other_tier: Vec<i64>,
    /// Shops that gain admission to marketing.
    pub(crate) gains_admission: Vec<i64>,
    /// Shops that lose admission to marketing.
    pub(crate) loses_admission: Vec<i64>,
    /// Whose month end would come to this, and would not have.
    pub(crate) newly_passes: Vec<i64>,
    /// Shops whose month end would fail, and would not have.
    pub(crate) newly_fails: Vec<i64>,
    /// Shops whose month end would mean exit, and would not have.
    pub(crate) newly_exits: Vec<i64>,
}

#[allow(clippy::ptr_arg, reason = "a field is given as it is")]
fn length<S: Serializer>(shops: &Vec<i64>, serializer: S) -> Result<S::Ok, S::Error> {
    shops.len().serialize(serializer)
}

/// Whether a month end comes to a status only by the shift.
pub(crate) fn is_newly(shift: &Shift, status: Status) -> bool {
    shift.after.status == Some(status) && shift.before.status != Some(status)
}

impl Effects {
    pub(crate) fn of<'a>(shifts: &(impl Iterator<Item = &'a Shift> + Clone)) -> Self {
        let shops = |is: &dyn Fn(&Shift) -> bool| {
            shifts.clone().filter(|shift| is(shift)).map(|shift| shift.before.shop_id).collect()
        };
        Self {
            other_score: shops(&|shift| shift.before.score != shift.after.score),
            other_tier: shops(&|shift| shift.before.tiers != shift.after.tiers),
            gains_admission: shops(&|shift| !shift.before.is_eligible && shift.after.is_eligible),
            loses_admission: shops(&|shift| shift.before.is_eligible && !shift.after.is_eligible),
            newly_passes: shops(&|shift| is_newly(shift, Status::Pass)),
            newly_fails: shops(&|shift| is_newly(shift, Status::Fail)),
            newly_exits: shops(&|shift| is_newly(shift, Status::Exit)),
        }
    }

    /// Each list that has shops, with what becomes of them.
    pub(crate) fn named(&self) -> Vec<(&'static str, &[i64])> {
        let lists: [(&str, &[i64]); 7] = [
            ("have another score", &self.other_score),
            ("hold another tier", &self.other_tier),
            ("lose admission", &self.loses_admission),
            ("gain admission", &self.gains_admission),
            ("would newly exit", &self.newly_exits),
            ("would newly fail", &self.newly_fails),
            ("would newly pass", &self.newly_passes),
        ];
        lists.into_iter().filter(|(_, shops)| !shops.is_empty()).collect()
    }
}
