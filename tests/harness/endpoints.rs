//! The ready endpoints of Services, watched all the time.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::watch::Watch;
use super::{Caller, eventually};

/// A watch in the background. It ends with the test.
pub struct Endpoints {
    watch: Watch<BTreeMap<String, Service>>,
    first: String,
}

#[derive(Default)]
struct Service {
    slices: BTreeMap<String, BTreeSet<String>>,
    wanted: usize,
    lowest: usize,
}

impl Endpoints {
    /// Watches from when the Service has this many ready endpoints.
    pub fn of(caller: &Caller, service: &str, count: usize) -> Self {
        Self::of_each(caller, &[(service, count)])
    }

    /// Watches from when each Service has its many ready endpoints. What is said of no Service by name is said of the
    /// first.
    pub fn of_each(caller: &Caller, services: &[(&str, usize)]) -> Self {
        let named = services.iter().map(|(name, _)| ((*name).to_owned(), Service::default())).collect();
        let watch = Watch::of(caller, "endpointslices -l kubernetes.io/service-name", named, take);
        let endpoints = Self { watch, first: services.first().expect("there is a Service").0.to_owned() };
        for (service, count) in services {
            endpoints.reach_of(service, *count);
        }
        endpoints.watch.look(|known| {
            for (service, count) in services {
                let known = known.get_mut(*service).expect("it is one of them");
                (known.wanted, known.lowest) = (*count, known.count());
            }
        });
        endpoints
    }

    /// Waits until there are this many.
    pub fn reach(&self, count: usize) {
        self.reach_of(&self.first, count);
    }

    /// Waits until a Service has this many.
    pub fn reach_of(&self, service: &str, count: usize) {
        eventually(&format!("{count} ready endpoints of {service}"), || {
            self.watch.look(|known| known[service].count() == count).then_some(())
        });
    }

    /// The fewest that there ever were since the watch began.
    pub fn fewest(&self) -> usize {
        self.fewest_of(&self.first)
    }

    /// The fewest that a Service ever had since the watch began.
    pub fn fewest_of(&self, service: &str) -> usize {
        self.watch.catch_up();
        self.watch.look(|known| known[service].lowest)
    }

    /// No Service ever had fewer than when the watch began.
    #[track_caller]
    pub fn never_were_fewer(&self) {
        self.watch.catch_up();
        let fewer = self.watch.look(|known| {
            let fewer = known.iter().filter(|(_, service)| service.lowest < service.wanted);
            fewer.map(|(name, service)| format!("{name}: {} of {}", service.lowest, service.wanted)).collect::<Vec<_>>()
        });
        assert!(fewer.is_empty(), "endpoints were lost: {fewer:?}");
    }
}

impl Service {
    fn count(&self) -> usize {
        self.slices.values().flatten().collect::<BTreeSet<_>>().len()
    }
}

fn take(services: &mut BTreeMap<String, Service>, event: &Value) {
    let (slice, metadata) = (&event["object"], &event["object"]["metadata"]);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let Some(service) = services.get_mut(&text(&metadata["labels"]["kubernetes.io/service-name"])) else { return };
    if event["type"] == "DELETED" {
        service.slices.remove(&text(&metadata["name"]));
    } else {
        service.slices.insert(text(&metadata["name"]), ready(slice));
    }
    service.lowest = service.lowest.min(service.count());
}

fn ready(slice: &Value) -> BTreeSet<String> {
    let endpoints = slice["endpoints"].as_array().into_iter().flatten();
    let ready = endpoints.filter(|endpoint| endpoint["conditions"]["ready"] != false);
    ready.map(|endpoint| endpoint["targetRef"]["uid"].to_string()).collect()
}
