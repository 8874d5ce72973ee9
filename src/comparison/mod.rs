//! Two published nights beside each other: whose score moved, by how much, through which indicator, because of what.
//!
//! In: what two nights published, the rules that each went by, and what appeals took out of the later figures besides. Out: for each
//! shop whose score moved the parts of the move, which add up to it exactly, in ten-thousandths.
//!
//! **The order of substitution.** From the first night to the second one cause after another takes the second night's place, and
//! within a cause one indicator after another in the order in which they are published; the weights come last:
//!
//! 1. own figures: the shop's own sums, with the appeals known as on the first night, among the others as they were;
//! 2. appeals: what appeals took out since of the second night's window;
//! 3. other shops: the values of the shops that are ranked with it on both nights;
//! 4. presence: the shops that came into its group or left it;
//! 5. category: the group and the weights of the category that it has on the second night, by the rules of the first;
//! 6. rules: the second night's cut-offs, logistics indicators, weights and policies.
//!
//! A part is the difference of two scores, each rounded as published: what rounding does lies in the part in which it happens, and
//! there is nothing left over. An indicator that only one of the nights assesses comes or goes with the category or the rules.
//!
//! **The rules that counted** are those recorded with each night (`rules`): a rule edited in place is a cause, whatever the rule tables
//! say of that day now. What reaches into the sums themselves (the length of the window, the time zone, goods made to order, a day
//! that was delivered again) cannot be told apart from own figures.

pub(crate) mod categories;
pub(crate) mod causes;
mod path;
mod peers;
pub(crate) mod published;
pub(crate) mod rules;
pub(crate) mod shops;
pub(crate) mod statuses;
pub(crate) mod taken_out;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

const STAGE: &str = "comparison";
