//! Watches that keep a snapshot current.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::StreamExt as _;
use kube::runtime::watcher::Event;

use crate::cluster::{Cluster, Scope, WatchStream};
use crate::failure::Failure;
use crate::object::{Object, ObjectId};
use crate::snapshot::{Snapshot, version};

/// How long nothing must be reported for a watch to be up to date: a turn of the event loop.
const MOMENT: Duration = Duration::from_millis(1);

/// How many events are taken in before a decision, however many more there are: a namespace may never be quiet.
const AT_ONCE: usize = 1000;

/// A set of watches and what each of them has shown.
pub struct Watch {
    cluster: Cluster,
    stream: WatchStream,
    scopes: Vec<Watched>,
}

struct Watched {
    scope: Scope,
    known: BTreeSet<ObjectId>,
    listing: Option<BTreeSet<ObjectId>>,
    /// The newest state in the lists.
    newest: u64,
    complete: bool,
}

impl Watch {
    /// Begins to watch, and waits until every scope has been listed into the snapshot.
    ///
    /// # Errors
    /// If a scope may not be watched, or cannot be listed.
    pub async fn begin(cluster: &Cluster, scopes: Vec<Scope>, snapshot: &mut Snapshot) -> Result<Self, Failure> {
        let stream = cluster.watch(&scopes);
        let watched = |scope| Watched { scope, known: BTreeSet::new(), listing: None, newest: 0, complete: false };
        let mut watch = Self { cluster: cluster.clone(), stream, scopes: scopes.into_iter().map(watched).collect() };
        while watch.scopes.iter().any(|watched| !watched.complete) {
            watch.next(snapshot).await?;
        }
        Ok(watch)
    }

    /// Takes in what has been reported by now, so that the next decision is made on the newest state.
    ///
    /// # Errors
    /// If a scope may no longer be watched.
    pub async fn catch_up(&mut self, snapshot: &mut Snapshot) -> Result<(), Failure> {
        for _ in 0..AT_ONCE {
            match tokio::time::timeout(MOMENT, self.next(snapshot)).await {
                Ok(news) => news?,
                Err(_) => break,
            }
        }
        Ok(())
    }

    /// Takes in the next event.
    ///
    /// # Errors
    /// If a scope may no longer be watched.
    pub async fn next(&mut self, snapshot: &mut Snapshot) -> Result<(), Failure> {
        let Some((position, event)) = self.stream.next().await else {
            return Err(Failure::new("the watch has ended"));
        };
        let watched = &mut self.scopes[position];
        match event {
            Ok(event) => watched.take(event, snapshot),
            // What is not fatal is tried again by the stream itself, ever more slowly.
            Err(error) => {
                if let Some(error) = self.cluster.fatal(&watched.scope, error, watched.complete) {
                    return Err(error.into());
                }
            }
        }
        Ok(())
    }
}

impl Watched {
    fn take(&mut self, event: Event<Object>, snapshot: &mut Snapshot) {
        let kind = self.scope.kind;
        let told = match &event {
            Event::Apply(object) | Event::Delete(object) => Some(version(object)),
            Event::InitDone => Some(self.newest),
            Event::Init | Event::InitApply(_) => None,
        };
        let observe = |mut object: Object, snapshot: &mut Snapshot| {
            object.set_kind(kind);
            snapshot.observe(kind, object)
        };
        match event {
            Event::Init => self.listing = Some(BTreeSet::new()),
            Event::InitApply(object) => {
                self.newest = self.newest.max(version(&object));
                let id = observe(object, snapshot);
                self.listing.get_or_insert_default().insert(id);
            }
            Event::InitDone => {
                let listed = self.listing.take().unwrap_or_default();
                // An object that was read or written otherwise, and is not there any more.
                let name = self.scope.name.as_deref();
                self.known.extend(name.map(|name| ObjectId::new(kind, &self.scope.namespace, name)));
                for gone in self.known.difference(&listed) {
                    if let Some(uid) = snapshot.get(gone).map(|object| object.uid().to_owned()) {
                        snapshot.forget(gone, &uid);
                    }
                }
                self.known = listed;
                self.complete = true;
            }
            Event::Apply(object) => {
                self.known.insert(observe(object, snapshot));
            }
            Event::Delete(object) => {
                let uid = object.uid().to_owned();
                let namespace = object.metadata().namespace.clone().filter(|_| kind.namespaced());
                let id = ObjectId { kind, namespace, name: object.name().to_owned() };
                snapshot.forget(&id, &uid);
                self.known.remove(&id);
            }
        }
        if let Some(told) = told {
            snapshot.tell(kind, told);
        }
    }
}
