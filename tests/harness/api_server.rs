//! The API server of the cluster, which a test may kill and start again.
//!
//! All other tests would notice. So the name of such a test begins with `controllers_` or `kwok_soak_`: it runs alone.

use super::process::{Recipe, end_all};
use super::{Caller, eventually, settings};

const PROGRAM: &str = "kube-apiserver";

/// Who gives up when the API server is away for long.
const OTHERS: [&str; 3] = ["kube-controller-manager", "kube-scheduler", "kwok"];

/// The API server, as it runs.
pub struct ApiServer {
    recipe: Recipe,
    others: Vec<Recipe>,
    administrator: Caller,
}

impl ApiServer {
    /// That of the cluster.
    pub fn of_the_cluster() -> Self {
        Self {
            recipe: Recipe::of_the_running(PROGRAM),
            others: OTHERS.map(Recipe::of_the_running).into(),
            administrator: Caller::of(settings::cluster_folder().join("kubeconfig.yaml")),
        }
    }

    /// Kills it and starts it again. It is ready when this returns.
    pub fn restart(&self) {
        end_all(PROGRAM);
        eventually("the API server is ready", || {
            // The port of the one that was killed may be free only a little later than it is gone.
            if !self.recipe.runs() {
                self.recipe.start_for_good();
            }
            let asked = self.administrator.try_kubectl("get --raw /readyz --request-timeout 5s", "");
            (asked.code() == Some(0)).then_some(())
        });
    }
}

impl Drop for ApiServer {
    fn drop(&mut self) {
        // However the test ends, the next one finds the cluster whole.
        for recipe in std::iter::once(&self.recipe).chain(&self.others).filter(|recipe| !recipe.runs()) {
            recipe.start_for_good();
        }
    }
}
