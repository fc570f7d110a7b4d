//! A panic becomes a line. Alone in its file, since the hook is the process's own.

use std::sync::{Arc, Mutex};

use logging::{Format, Identity, install_panic_hook, layer, run_id};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::Registry;

#[test]
fn a_panic_is_an_error_with_its_message_and_place() {
    let lines = Arc::new(Mutex::new(String::new()));
    let sink = Arc::clone(&lines);
    let identity =
        Identity { program: "weather".into(), instance: None, version: "1.2.3".into(), run_id: run_id() };
    let capture = layer(identity, Format::Json, secret::Redactor::default(), move |line| {
        sink.lock().unwrap().push_str(line);
    });
    let caught = tracing::subscriber::with_default(Registry::default().with(capture), || {
        install_panic_hook();
        std::panic::catch_unwind(|| panic!("no {}", "way"))
    });
    drop(std::panic::take_hook());
    assert!(caught.is_err());
    let line: serde_json::Value = serde_json::from_str(&lines.lock().unwrap()).unwrap();
    assert_eq!(line["level"], "error");
    assert_eq!(line["message"], "panicked: no way");
    assert!(line["location"].as_str().unwrap().contains("panic.rs:"), "{line}");
}
