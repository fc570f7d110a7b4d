//! Prometheus: the programs that it asks for numbers, under Docker Compose and in a cluster.

use serde_json::{Value, json};

use super::describe::ProgramKind;
use super::file::File;
use super::model::{Endpoint, Model, Program};
use super::template::render;

/// The files by name, and their templates.
const TEMPLATES: [(&str, &str); 2] = [
    ("prometheus.yaml", include_str!("prometheus.yaml.j2")),
    ("kubernetes.yaml", include_str!("kubernetes.yaml.j2")),
];

/// The variable of a service that says which bearer token it asks for.
const TOKEN: &str = "ACCESS_TOKEN";

/// `monitoring/prometheus/prometheus.yaml` for Docker Compose, `kubernetes.yaml` for a cluster.
pub(super) fn files(model: &Model) -> Result<Vec<File>, String> {
    let of_kind = |kind: ProgramKind| {
        let programs = model.continuous().filter(move |program| program.kind == kind);
        programs.filter_map(|program| Some(target(program, program.serves.as_ref()?))).collect::<Vec<_>>()
    };
    let context = json!({
        "devices": of_kind(ProgramKind::Device),
        "services": of_kind(ProgramKind::Service),
        "namespace": model.delivery.name,
        "ports": { "device": ProgramKind::Device.port_name(), "service": ProgramKind::Service.port_name() },
    });
    let file = |(name, template)| {
        let origin =
            format!("the manifests of the programs, or crates/xtask/src/generate/prometheus/{name}.j2");
        let text = render(name, template, &context)?;
        Ok(File::with_hash(format!("monitoring/prometheus/{name}"), &origin, &text))
    };
    TEMPLATES.into_iter().map(file).collect()
}

fn target(program: &Program, endpoint: &Endpoint) -> Value {
    // The operator decides about a token that the program does not require, so it is left out.
    let token = program.variables.iter().find(|it| it.name == TOKEN && it.required);
    json!({ "name": program.name, "port": endpoint.port, "token": token.map(|token| &token.name) })
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn devices_and_services_are_scraped_by_name_and_port() {
        let text = files(&sample::model()).unwrap().remove(0).text;
        assert!(
            text.contains("      - { names: [dust], type: A, port: 9464, refresh_interval: 30s }\n"),
            "{text}"
        );
        assert!(
            text.contains("  - job_name: page\n    static_configs:\n      - targets: [\"page:8080\"]\n"),
            "{text}"
        );
        assert!(!text.contains("tides") && !text.contains("moist"), "{text}");
    }

    #[test]
    fn a_service_that_asks_for_a_token_gets_it_from_a_file() {
        let mut model = sample::model();
        let page = model.programs.iter_mut().find(|program| program.name == "page").unwrap();
        page.variables.push(serde_json::from_str(&sample::variable(TOKEN, &["required", "secret"])).unwrap());
        let text = files(&model).unwrap().remove(0).text;
        assert!(text.contains("      credentials_file: /run/secrets/page-token\n"), "{text}");
    }

    #[test]
    fn a_cluster_finds_by_their_port_all_services_but_those_that_ask_for_a_token() {
        let mut model = sample::model();
        let in_a_cluster = |model: &Model| files(model).unwrap().remove(1).text;
        let text = in_a_cluster(&model);
        assert!(text.contains("        regex: http\n        action: keep\n"), "{text}");
        assert!(text.contains("namespaces: { names: [lego] }") && !text.contains("page"), "{text}");
        let page = model.programs.iter_mut().find(|program| program.name == "page").unwrap();
        page.variables.push(serde_json::from_str(&sample::variable(TOKEN, &["required", "secret"])).unwrap());
        let text = in_a_cluster(&model);
        assert!(text.contains("        regex: page\n        action: drop\n"), "{text}");
        assert!(text.contains("      credentials_file: /etc/prometheus/secrets/page-token\n"), "{text}");
        assert!(text.contains("      - targets: [page.lego:8080]\n"), "{text}");
    }

    #[test]
    fn without_a_device_nothing_is_asked() {
        let mut model = sample::model();
        model.programs.retain(|program| program.kind == ProgramKind::Service);
        let text = files(&model).unwrap().remove(0).text;
        assert!(text.contains("  - job_name: devices\n    static_configs: []\n"), "{text}");
    }
}
