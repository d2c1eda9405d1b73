use clap::{Arg, ArgAction};

use super::keys::ACTIONS;
use super::schema::schema;
use super::*;
use crate::commands::OutputTarget;

const DATE: &str = "2026-11-05";

/// A program with one global option.
fn program() -> clap::Command {
    let quiet = Arg::new("quiet").long("quiet").global(true);
    clap::Command::new("program").arg(quiet.action(ArgAction::SetTrue))
}

fn resolve_with(text: &str, set: &[(&str, &str)]) -> Result<JobPlan, Vec<JobFileProblem>> {
    let job = JobText {
        path: PathBuf::from("jobs/test.toml"),
        text: text.to_owned(),
    };
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let set: Vec<(String, String)> = set.iter().map(owned).collect();
    let context = ResolveContext {
        date: DATE.parse().unwrap(),
        set: &set,
        environment: &|name| (name == "ZONE").then(|| "America/Sao_Paulo".to_owned()),
        program: &program(),
    };
    job.resolve(&context).map_err(|error| match error {
        JobFileError::Invalid { problems, .. } => problems,
        other => panic!("{other}"),
    })
}

fn resolve(text: &str) -> Result<JobPlan, Vec<JobFileProblem>> {
    resolve_with(text, &[])
}

/// `line:column: key: message; remedy` of each problem.
fn problems_of(text: &str) -> Vec<String> {
    let problems = resolve(text).unwrap_err();
    problems.iter().map(ToString::to_string).collect()
}

const HEAD: &str = "lake = \"lake\"\n[[steps]]\nname = \"one\"\n";

#[test]
fn steps_take_the_options_of_their_commands() {
    let plan = resolve(
        r#"
lake = "{where}/lake"
[variables]
where = "at-{date}"
company = 12
[[steps]]
name = "in"
[steps.ingest]
inputs = ["d/{date:%Y/%m/%d}"]
kind = "supplier-purchases"
company_path = "{company}/{company_id}/*"
default_timezone = "{env:ZONE}"
max_depth = "{env:DEPTH:-12}"
[[steps]]
name = "list"
report = { type = "supplier-purchases", company_id = "{company}", per_page = 5, all_pages = "out/{date}" }
"#,
    )
    .unwrap();
    assert_eq!(plan.lake, "at-2026-11-05/lake");
    assert_eq!(plan.steps[1].needs, ["in"]);
    let ingest = plan.steps[0].action.command();
    assert_eq!(ingest.name(), "ingest");
    assert_eq!(ingest.inputs(), ["d/2026/11/05"]);
    assert_eq!(ingest.lake(), Some(plan.lake.as_str()));
    let setting = |step: usize, name: &str| {
        let mut all = plan.steps[step].settings.iter();
        all.find(|one| one.name == name)
            .unwrap_or_else(|| panic!("{name}"))
    };
    for (name, value) in [
        ("company_path", "12/{company_id}/*"),
        ("default_timezone", "America/Sao_Paulo"),
        ("max_depth", "12"),
    ] {
        assert_eq!(setting(0, name).value.as_deref(), Some(value));
    }
    assert_eq!(setting(1, "company_id").value.as_deref(), Some("12"));
    assert_eq!(
        setting(1, "company_id").from.to_string(),
        "job file jobs/test.toml:16"
    );
    assert_eq!(setting(1, "format").from.to_string(), "default");
    let lakes = plan
        .steps
        .iter()
        .flat_map(|step| &step.settings)
        .filter(|one| one.name == "lake");
    assert_eq!(lakes.count(), 0, "the lake is the job's");
}

#[test]
fn set_goes_before_the_file() {
    let text = "lake = \"lake\"\n[variables]\ncompany = 12\n[[steps]]\nname = \"x\"\n\
        dashboard = { output = \"{company}\", company_id = \"{company}\" }\n";
    let plan = resolve_with(text, &[("company", "34"), ("lake", "other{date}")]).unwrap();
    // A value of `--set` is used literally.
    assert_eq!(plan.lake, "other{date}");
    let page = OutputTarget::File(PathBuf::from("34/index.html"));
    assert_eq!(plan.steps[0].action.command().output(), Some(page));
    let origins: Vec<String> = plan
        .settings
        .iter()
        .map(|one| one.from.to_string())
        .collect();
    assert_eq!(origins, ["flag", "flag"]);
    let plain = resolve(text).unwrap();
    assert_ne!(plain.digest, plan.digest);
    assert_eq!(
        plain.settings[1].from.to_string(),
        "job file jobs/test.toml:3"
    );
}

#[test]
fn every_problem_is_reported_with_its_line_key_and_remedy() {
    let text = r#"lake = "lake"
colour = 1
[[steps]]
name = "first"
[steps.ingest]
inputs = ["{day}/*", 3]
kind = "suppliers"
lenient = "yes"
max_deph = 3
[[steps]]
name = "second"
needs = ["frist"]
report = { type = "quantity-series", lenght = 3, company_id = 12 }
[[steps]]
report = { type = "quantity" }
"#;
    let expected = [
        "2:1: colour: unknown key; choose one of `lake`, `timezone`, `variables`, `mapping`, `rules`, `settings`, `steps`",
        "6:11: steps.\"first\".ingest.inputs: unknown variable {day}; did you mean `date`?",
        "6:22: steps.\"first\".ingest.inputs: expected a string, found integer; write a string",
        "7:8: steps.\"first\".ingest.kind: invalid value \"suppliers\"; choose one of `purchases`, `supplier-purchases`, `auto`",
        "8:11: steps.\"first\".ingest.lenient: expected true or false, found string; write true or false",
        "9:1: steps.\"first\".ingest.max_deph: unknown key; did you mean `max_depth`?",
        "12:10: steps.\"second\".needs: unknown step \"frist\"; did you mean `first`?",
        "13:38: steps.\"second\".report.lenght: unknown key; did you mean `length`?",
        "13:50: steps.\"second\".report.company_id: not a parameter of quantity-series; remove it, or choose another report type",
        "14:1: steps[3].name: the step has no name; add name = \"…\"",
        "15:19: steps[3].report.type: \"quantity\" is not a report type; choose one of `quantity-series`, `revenue-series`, `product-list`, `supplier-purchases`, `supplier-summary`",
    ];
    let found = problems_of(text);
    assert_eq!(found, expected, "{found:#?}");
}

/// A step with a mistake, and its message.
const WRONG_STEPS: [(&str, &str); 17] = [
    (
        "ingest = { inputs = [\"x\"], reject_limit = \"many\" }",
        "4:43: steps.\"one\".ingest.reject_limit: invalid value \"many\"; use a share",
    ),
    (
        "ingest = { inputs = [\"x\"], company_id = 12 }",
        "4:41: steps.\"one\".ingest.company_id: applies to supplier purchases only; add kind supplier-purchases",
    ),
    (
        "ingest = { inputs = [] }",
        "4:21: steps.\"one\".ingest.inputs: `inputs` is empty; add it",
    ),
    (
        "ingest = { kind = \"auto\" }",
        "4:10: steps.\"one\".ingest.inputs: `inputs` is missing; add it",
    ),
    (
        "ingest = { inputs = [\"x\"], lake = \"y\" }",
        "4:28: steps.\"one\".ingest.lake: not a key of a step; set it once",
    ),
    (
        "ingest = { inputs = [\"x\"], kind = \"supplier-purchases\", company_id = 1, company_path = \"{company_id}\" }",
        "cannot be used together; remove one of them",
    ),
    (
        "report = { type = \"product-list\", page = \"{env:ZONE}\" }",
        "4:42: steps.\"one\".report.page: invalid digit found in string; correct",
    ),
    (
        "report = { type = \"quantity-series\", ending_at = 2026-11-05 }",
        "expected a string, found datetime; write it in quotes",
    ),
    (
        "report = { type = \"quantity-series\", lake_version = 1, as_of = \"2026-11-05\" }",
        "`as_of` and `lake_version` cannot be used together",
    ),
    (
        "dashboard = { length = 3 }",
        "steps.\"one\".dashboard.output: `output` is missing; add it",
    ),
    (
        "dashboard = { output = \"{env:NONE}\" }",
        "4:24: steps.\"one\".dashboard.output: the environment variable NONE is not set; set it, or write {env:NONE:-default}",
    ),
    (
        "",
        "2:1: steps.\"one\": the step has no action; use exactly one of",
    ),
    (
        "days_in_parallel = true\ndashboard = { output = \"x\" }",
        "4:20: steps.\"one\".days_in_parallel: only the ingest of customer purchases",
    ),
    (
        "needs = \"one\"\ndashboard = { output = \"x\" }",
        "4:9: steps.\"one\".needs: expected an array of step names",
    ),
    (
        "needs = [\"one\"]\ndashboard = { output = \"x\" }",
        "4:10: steps.\"one\".needs: the step needs itself",
    ),
    (
        "dashboard = { output = \"x\" }\nreport = { type = \"product-list\" }",
        "the step has more than one action",
    ),
    (
        "dashboard = \"x\"",
        "4:13: steps.\"one\".dashboard: expected a table, found string; write a table",
    ),
];

#[test]
fn conflicting_keys_are_reported_at_the_key() {
    for (step, expected) in WRONG_STEPS {
        let found = problems_of(&format!("{HEAD}{step}\n"));
        assert!(
            found.iter().any(|one| one.contains(expected)),
            "{step}: {found:#?}"
        );
        assert_eq!(found.len(), 1, "{step}: {found:#?}");
    }
}

#[test]
fn the_top_level_of_a_file_is_checked_in_the_same_way() {
    for (text, expected) in [
        ("", "1:1: lake: the job has no lake"),
        ("lake = \"\"\n", "1:8: lake: the value is empty"),
        ("lake = 3\n", "1:8: lake: expected a string, found integer"),
        (
            "lake = \"{bucket}\"\n",
            "1:8: lake: unknown variable {bucket}",
        ),
        (
            "lake = \"x\"\nsteps = 3\n",
            "2:9: steps: the job has no steps",
        ),
        ("lake = \"x\"\nlake = \"y\"\n", "2:1: duplicate key"),
        ("lake = \"x\n", "1:"),
        (
            "lake = \"x\"\n[variables]\ndate = \"x\"\n",
            "3:1: variables.date: invalid variable name \"date\"",
        ),
        (
            "lake = \"x\"\n[settings]\nquiet = 3\n",
            "3:9: settings.quiet: expected true or false, found integer",
        ),
        (
            "lake = \"x\"\n[settings]\nquite = true\n",
            "3:1: settings.quite: unknown setting; did you mean `quiet`?",
        ),
    ] {
        let found = problems_of(text);
        assert!(
            found.iter().any(|one| one.starts_with(expected)),
            "{text:?}: {found:#?}"
        );
    }
}

#[test]
fn steps_that_may_pass_each_other_come_first() {
    let parallel = "days_in_parallel = true\ningest = { inputs = [\"x\"] }\n";
    let plan = resolve(&format!(
        "{HEAD}{parallel}[[steps]]\nname = \"two\"\n{parallel}"
    ))
    .unwrap();
    assert!(plan.steps.iter().all(|step| step.days_in_parallel));
    let page = "dashboard = { output = \"x\" }\n[[steps]]\nname = \"two\"\n";
    let found = problems_of(&format!("{HEAD}{page}{parallel}"));
    assert!(found[0].contains("days_in_parallel"), "{found:?}");
}

#[test]
fn the_schema_has_the_keys_of_the_parser_and_no_others() {
    let schema: serde_json::Value = serde_json::from_str(&schema(&program()).unwrap()).unwrap();
    let names = |at: &serde_json::Value| -> Vec<String> {
        at["properties"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect()
    };
    let sorted = |names: &[&str]| {
        let mut names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&schema), sorted(&keys::names(keys::TOP_KEYS)));
    let step = &schema["properties"]["steps"]["items"];
    let actions = ACTIONS.each_ref().map(|action| action.key);
    assert_eq!(
        names(step),
        sorted(&[&keys::names(keys::STEP_KEYS)[..], &actions].concat())
    );
    for action in &ACTIONS {
        let table = &step["properties"][action.key];
        let command = action.command();
        let all = match table["oneOf"].as_array() {
            None => vec![(table, command)],
            Some(tables) => tables
                .iter()
                .zip(command.get_subcommands().cloned())
                .collect(),
        };
        for (table, command) in all {
            let mut wanted: Vec<String> = keys::keys(&command)
                .into_iter()
                .map(|key| key.name)
                .collect();
            wanted.extend(action.selector.map(|selector| selector.key.to_owned()));
            wanted.sort();
            assert_eq!(names(table), wanted, "{action:?}");
        }
    }
}

#[test]
fn the_documentation_names_every_key() {
    let documentation = include_str!("../../docs/reference/job-files.md");
    let tops = keys::names(keys::TOP_KEYS)
        .into_iter()
        .chain(keys::names(keys::STEP_KEYS))
        .map(ToOwned::to_owned);
    let commands = ACTIONS.each_ref().map(keys::ActionSpec::command);
    let all = commands.iter().flat_map(|command| {
        let questions = command.get_subcommands().chain([command]);
        questions.flat_map(keys::keys).map(|key| key.name)
    });
    for name in all.chain(tops) {
        let is_named = documentation.contains(&format!("`{name}`"));
        assert!(is_named, "docs/reference/job-files.md does not name {name}");
    }
}
