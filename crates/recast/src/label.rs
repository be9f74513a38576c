//! Label edits, `KEY=VALUE` and `KEY-`, and what they do to objects.
//!
//! An edit means the label wherever it counts: in a workload's selector and template, in the selector of a Service, in
//! the labels of a pod. [`relabel`] makes it a JSON patch.

mod edit;
mod edits;
mod error;
mod map;
mod object;
mod overwrite;
mod place;
mod reserved;
mod selector;
mod standing;
mod words;

pub use edit::LabelEdit;
pub use edits::LabelEdits;
pub use error::LabelError;
pub use object::{absent, changed_parts, overwritten, relabel};
pub use overwrite::Overwrite;
pub use place::KINDS;
pub(crate) use reserved::keeper;
pub use standing::standing;
pub(crate) use words::is_edit;
pub use words::{WordError, split};
