//! Who of the controller-managers leads: the Lease that they share.

use super::super::{Caller, eventually};

const LEASE: &str = "lease/kube-controller-manager --namespace kube-system";

/// Their election.
pub struct Election {
    administrator: Caller,
}

impl Election {
    /// The cluster's.
    pub fn of(administrator: &Caller) -> Self {
        Self { administrator: administrator.clone() }
    }

    /// Who leads, or led last.
    pub fn leader(&self) -> Option<String> {
        let asked = format!("get {LEASE} --ignore-not-found -o jsonpath={{.spec.holderIdentity}}");
        Some(self.administrator.try_kubectl(&asked, "").stdout).filter(|name| !name.is_empty())
    }

    /// Waits until somebody else leads.
    pub fn reach_another_leader_than(&self, before: Option<&str>) {
        eventually("another controller-manager leads", || self.leader().filter(|now| Some(now.as_str()) != before));
    }

    /// Waits until somebody leads, in vain if need be: a test that fails must not fail once more.
    pub fn is_reached(&self) {
        for _ in 0..100 {
            if self.leader().is_some() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    }

    /// Lets the next candidate lead at once.
    pub fn forget(&self) {
        self.administrator.try_kubectl(&format!("delete {LEASE} --ignore-not-found"), "");
    }
}
