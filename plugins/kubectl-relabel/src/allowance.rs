//! What the user insists on.

use crate::args::Args;

/// What is allowed that would be refused otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Allowance {
    /// What somebody else would bring back may be made anew.
    pub managed: bool,
    /// A Service may be left without a ready pod.
    pub empty: bool,
    /// Pods may fall out of policies and budgets.
    pub impact: bool,
    /// Services that would be left empty are taken along.
    pub services: bool,
    /// A rollout in progress is waited for.
    pub rollout: bool,
}

impl Allowance {
    /// What the command line allows.
    #[must_use]
    pub const fn by(args: &Args) -> Self {
        Self {
            managed: args.allow_managed,
            empty: args.allow_empty,
            impact: args.allow_impact,
            services: args.with_services,
            rollout: args.wait_rollout,
        }
    }
}
