//! `--help`: the usage, the program's own settings, and one line for each group of the others.

use settings::Variable;

use crate::Program;
use crate::terminal::{Part, Style, column};
use crate::usage::{self, EXIT_CODES, Group};

/// Widest name of an option or a variable that has its text beside it.
const WIDEST: usize = 26;

/// The part of the help that a call asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Topic {
    /// Usage, own settings, a line for each group.
    Overview,
    /// Everything.
    All,
    /// The settings of one group.
    Group(String),
}

/// The help text.
///
/// # Errors
///
/// The program has no such group.
pub(crate) fn text(
    program: &Program,
    variables: &[Variable],
    topic: &Topic,
    style: Style,
) -> Result<String, String> {
    let groups = usage::groups(variables.iter().filter_map(|variable| variable.group));
    match topic {
        Topic::Overview => Ok(overview(program, variables, &groups, style)),
        Topic::All => Ok(all(program, variables, &groups, style)),
        Topic::Group(name) => match groups.iter().find(|group| group.name == *name) {
            Some(group) => Ok(format!("{}\n{}", section(variables, group, style), files(style))),
            None => {
                let names = groups.iter().map(|group| group.name).collect::<Vec<_>>().join(", ");
                Err(format!("--help has no group `{name}`; there are {names} and all"))
            }
        },
    }
}

fn overview(program: &Program, variables: &[Variable], groups: &[Group], style: Style) -> String {
    let count = |group: &Group| of_group(variables, Some(group.name)).count();
    let rows: Vec<_> = groups
        .iter()
        .map(|group| {
            let text = format!("{} ({})", group.description, count(group));
            (group.name.to_owned(), vec![Part::plain(text.trim_start().to_owned())])
        })
        .collect();
    let others =
        format!("{}\n{}", style.heading("More settings (--help GROUP, --help all)"), columns(&rows, style));
    [head(program, style), own(program, variables, style), others, exits(style), files(style)].join("\n")
}

fn all(program: &Program, variables: &[Variable], groups: &[Group], style: Style) -> String {
    let mut sections = vec![head(program, style), own(program, variables, style)];
    sections.extend(groups.iter().map(|group| section(variables, group, style)));
    sections.extend([exits(style), files(style)]);
    sections.join("\n")
}

fn head(program: &Program, style: Style) -> String {
    let options = usage::options(program).into_iter();
    let rows: Vec<_> = options.map(|option| (option.option, vec![Part::plain(option.description)])).collect();
    let Program { name, version, description, kind, .. } = program;
    format!(
        "{} {version}\n{}\n{} {name} [OPTION]\n\n{}\n{}\n{}",
        style.heading(name),
        style.paragraph(description),
        style.heading("Usage:"),
        style.paragraph(usage::summary(*kind)),
        style.heading("Options"),
        columns(&rows, style)
    )
}

fn own(program: &Program, variables: &[Variable], style: Style) -> String {
    let rows: Vec<_> = of_group(variables, None).map(row).collect();
    let heading = style.heading(&format!("Settings of {}", program.name));
    if rows.is_empty() {
        format!("{heading}\n  none\n")
    } else {
        format!("{heading}\n{}", columns(&rows, style))
    }
}

fn section(variables: &[Variable], group: &Group, style: Style) -> String {
    let rows: Vec<_> = of_group(variables, Some(group.name)).map(row).collect();
    let heading = format!("Settings: {}", group.name);
    let subject =
        if group.description.is_empty() { String::new() } else { format!(" ({})", group.description) };
    format!("{}{}\n{}", style.heading(&heading), style.faint(&subject), columns(&rows, style))
}

fn exits(style: Style) -> String {
    let row = |exit: &usage::ExitCode| (exit.code.to_string(), vec![Part::plain(exit.description)]);
    let rows: Vec<_> = EXIT_CODES.iter().map(row).collect();
    format!("{}\n{}", style.heading("Exit codes"), columns(&rows, style))
}

fn files(style: Style) -> String {
    style.paragraph(
        "Settings are environment variables. Each can also be set as NAME_FILE, the path of a file with the value, \
         and in the TOML file that CONFIG_FILE names.",
    )
}

fn of_group<'a>(variables: &'a [Variable], group: Option<&'a str>) -> impl Iterator<Item = &'a Variable> {
    variables.iter().filter(move |variable| variable.group == group)
}

fn row(variable: &Variable) -> (String, Vec<Part>) {
    let accepts = variable.accepts();
    let mut traits: Vec<String> = (accepts != "text").then(|| accepts.into_owned()).into_iter().collect();
    traits.extend(variable.required.then(|| "required".to_owned()));
    traits.extend(variable.default.map(|default| format!("default {default}")));
    if !variable.also.is_empty() {
        traits.push(format!("also {}", variable.also.join(", ")));
    }
    let mut parts = vec![Part::plain(variable.description)];
    if !traits.is_empty() {
        parts.push(Part::faint(traits.join(" · ")));
    }
    (variable.name.to_owned(), parts)
}

fn columns(rows: &[(String, Vec<Part>)], style: Style) -> String {
    style.columns(rows, column(rows.iter().map(|(name, _)| name.as_str()), WIDEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: Style = Style { width: 80, has_color: false };

    fn variable(name: &'static str, group: Option<&'static str>) -> Variable {
        Variable {
            name,
            also: &[],
            takes: "text",
            required: group.is_none(),
            secret: false,
            range: None,
            default: None,
            group,
            description: "Places to read.",
        }
    }

    fn help(topic: &Topic) -> Result<String, String> {
        let program = Program::new("weather", "0.1.0", "Stores the weather.").with_history();
        let variables =
            [variable("CITY", None), variable("INFLUXDB_URL", Some("stores")), variable("ODD", Some("odd"))];
        text(&program, &variables, topic, STYLE)
    }

    #[test]
    fn the_overview_has_own_settings_and_one_line_for_each_group() {
        let text = help(&Topic::Overview).unwrap();
        assert!(text.contains("  CITY  Places to read.\n        required\n"), "{text}");
        assert!(text.contains("  stores  InfluxDB, PostgreSQL, SQLite: where records go (1)\n"), "{text}");
        assert!(text.contains("  odd     (1)\n"), "{text}");
        assert!(!text.contains("INFLUXDB_URL"), "{text}");
        assert!(text.contains("--since T [--until T]") && text.contains("\n  65  "), "{text}");
    }

    #[test]
    fn a_group_and_all_of_it_can_be_asked_for() {
        let group = help(&Topic::Group("stores".into())).unwrap();
        assert!(group.contains("INFLUXDB_URL") && !group.contains("CITY"), "{group}");
        let all = help(&Topic::All).unwrap();
        assert!(all.contains("INFLUXDB_URL") && all.contains("CITY") && all.contains("ODD"), "{all}");
        let none = help(&Topic::Group("store".into())).unwrap_err();
        assert_eq!(none, "--help has no group `store`; there are stores, odd and all");
    }
}
