//! Killed after any of its writes: the same command finishes it, `--abort` puts back what was.

use super::cases::{Case, Edit};
use super::scene::Scene;
use super::tool::Relabel as _;
use crate::harness::{Moment, killed};

/// Kills it after its first write, after its second one, and so on until it ends by itself.
fn after_each_write(case: Case, go_on: impl Fn(&mut Scene, Option<String>)) {
    let mut scene = Scene::of(case);
    for number in 1.. {
        let original = scene.uid();
        let start = |server: &str| scene.ns.begin_relabel(&format!("{} {server}", scene.words()));
        if let Some(ended) = killed(&scene.ns, Moment::After(number), start) {
            assert!(number > 5, "it has written more than that");
            ended.done();
            return scene.is_changed();
        }
        println!("{}: killed after write {number}", scene.words());
        go_on(&mut scene, original);
    }
}

fn is_finished_by_the_same_command(case: Case) {
    after_each_write(case, |scene, _| {
        scene.ns.relabel(&scene.words()).done();
        scene.is_changed();
        scene.number += 1;
    });
}

fn is_put_back_by_abort(case: Case) {
    after_each_write(case, |scene, original| {
        let is_under_way = scene.ns.has("secrets -l kube-recast/journal");
        let is_untouched = scene.uid() == original;
        let ended = scene.ns.relabel(&format!("--abort {}", scene.target()));
        if !is_under_way {
            ended.refused().said(&["no change of", "is under way", "hint: kubectl relabel --unfinished"]);
            scene.is_changed();
            *scene = Scene::of(case);
            return;
        }
        ended.done();
        assert!(!is_untouched || scene.uid() == original, "what was not deleted is not made anew");
        scene.is_as_before();
    });
}

/// Both, for each case.
macro_rules! killed {
    ($($finished:ident, $put_back:ident: $kind:literal, $edit:ident;)*) => {$(
        #[test]
        #[ignore = "needs a cluster: make test"]
        fn $finished() {
            is_finished_by_the_same_command(Case { kind: $kind, edit: Edit::$edit });
        }

        #[test]
        #[ignore = "needs a cluster: make test"]
        fn $put_back() {
            is_put_back_by_abort(Case { kind: $kind, edit: Edit::$edit });
        }
    )*};
}

killed! {
    a_label_added_to_a_daemon_set_is_finished, a_label_added_to_a_daemon_set_is_put_back: "ds", Add;
    a_label_changed_on_a_daemon_set_is_finished, a_label_changed_on_a_daemon_set_is_put_back: "ds", Change;
    a_daemon_set_whose_service_stands_on_a_label_is_finished, a_daemon_set_whose_service_stands_on_a_label_is_put_back: "ds", Bridge;
    a_label_removed_from_a_daemon_set_is_finished, a_label_removed_from_a_daemon_set_is_put_back: "ds", Remove;
    a_daemon_set_that_keeps_its_selector_is_finished, a_daemon_set_that_keeps_its_selector_is_put_back: "ds", Keep;
    a_label_added_to_a_deployment_is_finished, a_label_added_to_a_deployment_is_put_back: "deploy", Add;
    a_label_changed_on_a_deployment_is_finished, a_label_changed_on_a_deployment_is_put_back: "deploy", Change;
    a_label_removed_from_a_deployment_is_finished, a_label_removed_from_a_deployment_is_put_back: "deploy", Remove;
    a_deployment_that_keeps_its_selector_is_finished, a_deployment_that_keeps_its_selector_is_put_back: "deploy", Keep;
    a_label_added_to_a_stateful_set_is_finished, a_label_added_to_a_stateful_set_is_put_back: "sts", Add;
    a_label_changed_on_a_stateful_set_is_finished, a_label_changed_on_a_stateful_set_is_put_back: "sts", Change;
    a_label_removed_from_a_stateful_set_is_finished, a_label_removed_from_a_stateful_set_is_put_back: "sts", Remove;
    a_stateful_set_that_keeps_its_selector_is_finished, a_stateful_set_that_keeps_its_selector_is_put_back: "sts", Keep;
    a_label_added_to_a_replica_set_is_finished, a_label_added_to_a_replica_set_is_put_back: "rs", Add;
    a_label_changed_on_a_replica_set_is_finished, a_label_changed_on_a_replica_set_is_put_back: "rs", Change;
    a_label_removed_from_a_replica_set_is_finished, a_label_removed_from_a_replica_set_is_put_back: "rs", Remove;
    a_replica_set_that_keeps_its_selector_is_finished, a_replica_set_that_keeps_its_selector_is_put_back: "rs", Keep;
}
