//! Private values, on every database there is: nothing of them stands anywhere unsealed, nobody sees more than he should, and what is erased is
//! gone for good while the journal stays whole.

mod centre;
mod erasing;
mod keeping;
mod sealing;
mod secret;
