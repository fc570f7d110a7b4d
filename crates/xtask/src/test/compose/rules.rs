//! Rules for all services beyond the schema: programs are confined, images are pinned, no port is open by default.

use serde_json::{Value, json};

/// Faults of a project, as printed by `docker compose config`.
pub(super) fn faults(project: &Value) -> Vec<String> {
    let services = project.get("services").and_then(Value::as_object).into_iter().flatten();
    services
        .flat_map(|(name, service)| {
            let of_program = if is_program(service) { program(service) } else { Vec::new() };
            [any(service), of_program].concat().into_iter().map(move |fault| format!("{name}: {fault}"))
        })
        .collect()
}

/// The secrets that a text names by their path, and that the service does not have there.
pub(super) fn unmounted<'a>(project: &Value, service: &str, text: &'a str) -> impl Iterator<Item = &'a str> {
    let secrets: Vec<_> =
        items(project.pointer(&format!("/services/{service}/secrets")).unwrap_or(&Value::Null))
            .filter_map(|secret| secret["target"].as_str().or_else(|| secret["source"].as_str()))
            .filter_map(|place| place.rsplit('/').next().map(str::to_owned))
            .collect();
    let is_of_path = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let named = text.split("/run/secrets/").skip(1);
    let named = named.filter_map(move |rest| rest.split(|letter| !is_of_path(letter)).next());
    named.filter(move |name| !secrets.iter().any(|secret| secret == name))
}

/// The programs have a profile: nobody starts one that is not set up.
fn is_program(service: &Value) -> bool {
    !service["profiles"].is_null()
}

fn any(service: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let image = service["image"].as_str().unwrap_or_default();
    let tag = image.rsplit('/').next().and_then(|name| name.split_once(':')).map(|(_, tag)| tag);
    if tag.is_none_or(|tag| tag == "latest" || !tag.contains('.')) {
        faults.push(format!("the image {image} is not of one version"));
    }
    if !texts(&service["security_opt"]).any(|option| option == "no-new-privileges:true") {
        faults.push("may gain privileges".to_owned());
    }
    for (key, why) in [
        ("privileged", "is privileged"),
        ("network_mode", "leaves the network"),
        ("pid", "sees other programs"),
    ] {
        if !service[key].is_null() {
            faults.push(why.to_owned());
        }
    }
    if items(&service["volumes"])
        .any(|volume| volume["source"].as_str().is_some_and(|path| path.ends_with("docker.sock")))
    {
        faults.push("has Docker's socket, which is as good as root".to_owned());
    }
    let open = items(&service["ports"]).filter(|port| port["host_ip"] != json!("127.0.0.1"));
    faults.extend(open.map(|port| format!("port {} is open to everybody", port["target"])));
    faults
}

fn program(service: &Value) -> Vec<String> {
    let expected = [
        ("user", json!("65532:65532")),
        ("read_only", json!(true)),
        ("cap_drop", json!(["ALL"])),
        ("stop_grace_period", json!("30s")),
    ];
    let unmet = expected.iter().filter(|(key, value)| service[*key] != *value);
    let mut faults: Vec<_> = unmet.map(|(key, value)| format!("{key} is not {value}")).collect();
    if service["mem_limit"].is_null() {
        faults.push("has no limit of memory".to_owned());
    }
    let foreign = items(&service["volumes"]).filter(|volume| volume["type"] != json!("volume"));
    faults.extend(foreign.map(|volume| format!("mounts {}", volume["source"])));
    if texts(&service["profiles"]).any(|profile| profile == "jobs") != (service["restart"] == json!("no")) {
        faults.push("jobs, and only they, are not started again".to_owned());
    }
    let variables = service["environment"].as_object().into_iter().flatten();
    let is_secret =
        |name: &str| ["_KEY", "_TOKEN", "_PASSWORD", "_SECRET"].iter().any(|end| name.ends_with(end));
    let written = variables.filter(|(name, value)| is_secret(name) && !value.is_null());
    faults.extend(written.map(|(name, _)| format!("{name} does not come from a secret")));
    faults
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    items(value).filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tides() -> Value {
        json!({
            "image": "registry.example:5000/lego/tides:0.1.0",
            "profiles": ["jobs"], "restart": "no", "user": "65532:65532", "read_only": true, "cap_drop": ["ALL"],
            "security_opt": ["no-new-privileges:true"], "stop_grace_period": "30s", "mem_limit": "67108864",
            "environment": { "TIDES_KEY_FILE": "/run/secrets/tides.key" },
            "volumes": [{ "type": "volume", "source": "tides", "target": "/data" }],
            "ports": [{ "host_ip": "127.0.0.1", "target": 8080 }],
        })
    }

    fn broken(key: &str, value: Value) -> String {
        let mut service = tides();
        service[key] = value;
        faults(&json!({ "services": { "tides": service } })).join("; ")
    }

    #[test]
    fn a_confined_program_has_no_fault() {
        assert_eq!(broken("restart", json!("no")), "");
    }

    #[test]
    fn weakened_isolation_is_found() {
        assert_eq!(broken("read_only", Value::Null), "tides: read_only is not true");
        assert!(broken("cap_drop", json!(["NET_RAW"])).contains("cap_drop"));
        assert!(broken("security_opt", json!([])).contains("may gain privileges"));
        assert!(broken("privileged", json!(true)).contains("privileged"));
        assert!(broken("network_mode", json!("host")).contains("leaves the network"));
        assert!(broken("mem_limit", Value::Null).contains("limit of memory"));
        assert!(broken("restart", json!("always")).contains("not started again"));
        assert!(broken("volumes", json!([{ "type": "bind", "source": "/dev" }])).contains("mounts \"/dev\""));
        assert!(
            broken("volumes", json!([{ "type": "bind", "source": "/var/run/docker.sock" }]))
                .contains("socket")
        );
    }

    #[test]
    fn a_secret_that_is_named_and_not_mounted_is_found() {
        let secrets = json!([{ "source": "a.token", "target": "b" }, { "source": "c.key" }]);
        let project = json!({ "services": { "it": { "secrets": secrets } } });
        let text = "x: $__file{/run/secrets/b}\ny: /run/secrets/c.key\nz: /run/secrets/a.token\n";
        assert_eq!(unmounted(&project, "it", text).collect::<Vec<_>>(), ["a.token"]);
    }

    #[test]
    fn floating_versions_open_ports_and_inline_secrets_are_found() {
        assert!(broken("image", json!("registry.example:5000/lego/tides")).contains("not of one version"));
        assert!(broken("image", json!("tides:latest")).contains("not of one version"));
        assert!(broken("ports", json!([{ "target": 8080 }])).contains("port 8080 is open"));
        assert!(
            broken("environment", json!({ "TIDES_KEY": "abc" }))
                .contains("TIDES_KEY does not come from a secret")
        );
    }
}
