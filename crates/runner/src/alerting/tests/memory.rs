//! Alerts of a program that runs on, while nothing can be stored.

use super::*;

#[tokio::test(start_paused = true)]
async fn without_storage_a_program_that_runs_on_sends_an_alert_once_and_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let (state, fallback) = (state(&file), fallback(&file));
    let (channels, unstored) = ([Recorder::new(None)], UnstoredAlerts::default());
    let storage = AlertStorage { state: &state, fallback: &fallback };
    for failure in [Some("load"), Some("load"), Some("load"), None, None] {
        assert!(!update_in(&channels, storage, "a", run(failure), &unstored).await);
    }
    assert_eq!(channels[0].titles(), ["nws failed at load", "nws works again after 0 s"]);
}

#[tokio::test(start_paused = true)]
async fn an_alert_that_did_not_arrive_is_sent_again_though_it_could_not_be_stored() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let (state, fallback) = (state(&file), fallback(&file));
    let (channels, unstored) = ([Recorder::new(None)], UnstoredAlerts::default());
    let storage = AlertStorage { state: &state, fallback: &fallback };
    channels[0].refusal.set(Some(Kind::Temporary));
    update_in(&channels, storage, "a", run(Some("load")), &unstored).await;
    channels[0].refusal.set(None);
    update_in(&channels, storage, "a", Vec::new(), &unstored).await;
    assert_eq!(channels[0].titles(), ["nws failed at load"]);
}

#[tokio::test(start_paused = true)]
async fn alerts_in_memory_move_to_the_state_when_it_can_store_them() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let (full, fallback) = (state(&file), fallback(&file));
    let (channels, unstored) = ([Recorder::new(None)], UnstoredAlerts::default());
    let storage = AlertStorage { state: &full, fallback: &fallback };
    update_in(&channels, storage, "a", run(Some("load")), &unstored).await;
    std::fs::remove_file(&file).unwrap();
    assert!(update_in(&channels, storage, "a", run(Some("load")), &unstored).await);
    assert!(unstored.borrow().is_empty());
    // Another start of the program knows the alert.
    assert!(update_in(&channels, storage, "b", run(None), &UnstoredAlerts::default()).await);
    assert_eq!(channels[0].titles(), ["nws failed at load", "nws works again after 0 s"]);
}
