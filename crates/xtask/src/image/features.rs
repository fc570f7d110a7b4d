//! The features that cargo turns on for each program, and groups of programs that can share a call of cargo.

use super::{Architecture, Places};
use crate::features::{self, Features};

/// Sorts programs into groups, none of which changes a feature of its members when cargo builds it in one call.
///
/// Cargo gives a package the features that all programs of a call ask for. If two programs give the same
/// features to every package that both have, the call adds none.
pub(crate) fn groups(
    places: &Places,
    programs: &[String],
    architecture: Architecture,
) -> Result<Vec<Vec<String>>, String> {
    let features = |program: &String| Ok((program.clone(), of(places, program, architecture)?));
    Ok(grouped(programs.iter().map(features).collect::<Result<Vec<_>, String>>()?))
}

/// The features of all that a program is built from, as it is built alone.
fn of(places: &Places, program: &str, architecture: Architecture) -> Result<Features, String> {
    let target = architecture.target();
    features::of(&places.root, &["--edges", "normal,build", "--package", program, "--target", &target])
}

/// Puts each program into the first group that agrees with it.
fn grouped(programs: Vec<(String, Features)>) -> Vec<Vec<String>> {
    let mut groups: Vec<(Vec<String>, Features)> = Vec::new();
    for (program, features) in programs {
        match groups.iter_mut().find(|(_, shared)| agree(shared, &features)) {
            Some((members, shared)) => {
                members.push(program);
                shared.extend(features);
            }
            None => groups.push((vec![program], features)),
        }
    }
    groups.into_iter().map(|(members, _)| members).collect()
}

fn agree(one: &Features, other: &Features) -> bool {
    other.iter().all(|(package, features)| one.get(package).is_none_or(|shared| shared == features))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_that_differ_in_a_feature_do_not_share_a_call() {
        let program = |name: &str, tree: &str| (name.to_owned(), features::parse(tree));
        let groups = grouped(vec![
            program("tides", "tides v1.0.0|\nlibc v0.2.1|std\nlibc v0.2.1|std (*)\n"),
            program("soil", "soil v1.0.0|\nlibc v0.2.1|extra_traits,std\n"),
            program("waves", "waves v1.0.0|\nlibc v0.2.1|std\nurl v2.5.8|std\n"),
            // It agrees with `tides`, and not with `waves`.
            program("wind", "wind v1.0.0|\nurl v2.5.8|\n"),
        ]);
        assert_eq!(groups, [vec!["tides", "waves"], vec!["soil", "wind"]]);
    }
}
