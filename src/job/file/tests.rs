use super::*;

const DATE: &str = "2026-11-05";

fn resolve_with(text: &str, set: &[(&str, &str)]) -> Result<JobPlan, Vec<JobFileProblem>> {
    let job = JobText {
        path: PathBuf::from("jobs/test.toml"),
        text: text.to_owned(),
    };
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let set: Vec<(String, String)> = set.iter().map(owned).collect();
    let context = ResolveContext {
        clock: DateTime::UNIX_EPOCH,
        date: DATE.parse().unwrap(),
        now: DateTime::UNIX_EPOCH,
        set: &set,
        environment: &|name| (name == "ZONE").then(|| "America/Sao_Paulo".to_owned()),
    };
    job.resolve(&context).map_err(|error| match error {
        JobError::File { problems, .. } => problems,
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
report = { question = "supplier-purchases", company_id = "{company}", per_page = 5, all_pages = "out/{date}" }
"#,
    )
    .unwrap();
    assert_eq!(plan.lake, "at-2026-11-05/lake");
    assert_eq!(plan.steps[1].needs, ["in"]);
    let Action::Ingest(ingest) = &plan.steps[0].action else {
        panic!("{plan:?}")
    };
    assert_eq!(ingest.read.inputs, ["d/2026/11/05"]);
    assert_eq!(ingest.lake, plan.lake);
    assert_eq!(
        ingest.read.effective_settings["company_path"],
        "12/{company_id}/*"
    );
    assert_eq!(
        ingest.read.effective_settings["default_timezone"],
        "America/Sao_Paulo"
    );
    assert_eq!(ingest.read.effective_settings["max_depth"], "12");
    let setting = |step: usize, name: &str| {
        let mut all = plan.steps[step].settings.iter();
        all.find(|one| one.name == name)
            .unwrap_or_else(|| panic!("{name}"))
    };
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
        page = { output = \"{company}\", company_id = \"{company}\" }\n";
    let plan = resolve_with(text, &[("company", "34"), ("lake", "other{date}")]).unwrap();
    // A value of `--set` is taken as it stands.
    assert_eq!(plan.lake, "other{date}");
    let Action::Dashboard(page) = &plan.steps[0].action else {
        panic!("{plan:?}")
    };
    assert_eq!(page.output, PathBuf::from("34"));
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
fn every_problem_is_told_with_its_line_key_and_remedy() {
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
report = { question = "quantity-series", lenght = 3, company_id = 12 }
[[steps]]
report = { question = "quantity" }
"#;
    let expected = [
        "2:1: colour: this key is not known; there are `lake`, `variables`, `settings`, `steps`",
        "6:11: steps.\"first\".ingest.inputs: {day} is not known; did you mean `date`?",
        "6:22: steps.\"first\".ingest.inputs: this is a value of type integer, and the key takes a text; write a text",
        "7:8: steps.\"first\".ingest.kind: \"suppliers\" is none of its values; there are `purchases`, `supplier-purchases`, `auto`",
        "8:11: steps.\"first\".ingest.lenient: this is a value of type string, and the key takes true or false; write true or false",
        "9:1: steps.\"first\".ingest.max_deph: this key is not known; did you mean `max_depth`?",
        "12:10: steps.\"second\".needs: no step has the name \"frist\"; did you mean `first`?",
        "13:42: steps.\"second\".report.lenght: this key is not known; did you mean `length`?",
        "13:54: steps.\"second\".report.company_id: this is no parameter of quantity-series; leave it out, or ask another question",
        "14:1: steps[3].name: the step has no name; write name = \"…\": it stands in the log and in `needs`",
        "15:23: steps[3].report.question: \"quantity\" is no question; there are `quantity-series`, `revenue-series`, `product-list`, `supplier-purchases`, `supplier-summary`",
    ];
    let found = problems_of(text);
    assert_eq!(found, expected, "{found:#?}");
}

/// A step with a mistake, and what is told about it.
const WRONG_STEPS: [(&str, &str); 17] = [
    (
        "ingest = { inputs = [\"x\"], reject_limit = \"many\" }",
        "4:43: steps.\"one\".ingest.reject_limit: \"many\" is not understood; give a share",
    ),
    (
        "ingest = { inputs = [\"x\"], company_id = 12 }",
        "4:41: steps.\"one\".ingest.company_id: is for supplier purchases; add kind supplier-purchases",
    ),
    (
        "ingest = { inputs = [] }",
        "4:21: steps.\"one\".ingest.inputs: `inputs` names nothing; add it",
    ),
    (
        "ingest = { kind = \"auto\" }",
        "4:10: steps.\"one\".ingest.inputs: `inputs` is missing; add it",
    ),
    (
        "ingest = { inputs = [\"x\"], lake = \"y\" }",
        "4:28: steps.\"one\".ingest.lake: this is no key of a step; it stands once",
    ),
    (
        "ingest = { inputs = [\"x\"], kind = \"supplier-purchases\", company_id = 1, company_path = \"{company_id}\" }",
        "exclude each other; give one of the two",
    ),
    (
        "report = { question = \"product-list\", page = \"{env:ZONE}\" }",
        "4:46: steps.\"one\".report.page: invalid digit found in string; correct",
    ),
    (
        "report = { question = \"quantity-series\", ending_at = 2026-11-05 }",
        "the key takes a text; write it in quotes",
    ),
    (
        "report = { question = \"quantity-series\", lake_version = 1, as_of = \"2026\" }",
        "`as_of` and `lake_version` exclude each other",
    ),
    (
        "page = { length = 3 }",
        "steps.\"one\".page.output: `output` is missing; add it",
    ),
    (
        "page = { output = \"{env:NONE}\" }",
        "4:19: steps.\"one\".page.output: the environment variable NONE is not set; set it, or write {env:NONE:-default}",
    ),
    (
        "",
        "2:1: steps.\"one\": the step does nothing; give it one of",
    ),
    (
        "days_in_parallel = true\npage = { output = \"x\" }",
        "4:20: steps.\"one\".days_in_parallel: only the ingest of customer purchases",
    ),
    (
        "needs = \"one\"\npage = { output = \"x\" }",
        "4:9: steps.\"one\".needs: this is no list of names",
    ),
    (
        "needs = [\"one\"]\npage = { output = \"x\" }",
        "4:10: steps.\"one\".needs: the step needs itself",
    ),
    (
        "page = { output = \"x\" }\nreport = { question = \"product-list\" }",
        "the step does several things",
    ),
    (
        "page = \"x\"",
        "4:8: steps.\"one\".page: this is a value of type string; write a table",
    ),
];

#[test]
fn what_keys_mean_together_is_told_at_the_key() {
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
fn the_top_of_a_file_is_held_to_the_same() {
    for (text, expected) in [
        ("", "1:1: lake: the job names no lake"),
        ("lake = \"\"\n", "1:8: lake: the text is empty"),
        ("lake = 3\n", "1:8: lake: this is integer"),
        ("lake = \"{bucket}\"\n", "1:8: lake: {bucket} is not known"),
        (
            "lake = \"x\"\nsteps = 3\n",
            "2:9: steps: the job has no steps",
        ),
        ("lake = \"x\"\nlake = \"y\"\n", "2:1: duplicate key"),
        ("lake = \"x\n", "1:"),
        (
            "lake = \"x\"\n[variables]\ndate = \"x\"\n",
            "3:1: variables.date: \"date\" is no name",
        ),
        (
            "lake = \"x\"\n[settings]\nquiet = 3\n",
            "3:9: settings.quiet: this is a value of type integer",
        ),
        (
            "lake = \"x\"\n[settings]\nquite = true\n",
            "3:1: settings.quite: no option of all commands has this name; did you mean `quiet`?",
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
    let page = "page = { output = \"x\" }\n[[steps]]\nname = \"two\"\n";
    let found = problems_of(&format!("{HEAD}{page}{parallel}"));
    assert!(found[0].contains("day after day"), "{found:?}");
}

#[test]
fn the_schema_has_the_keys_of_the_parser_and_no_others() {
    let schema: serde_json::Value = serde_json::from_str(&schema().unwrap()).unwrap();
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
    assert_eq!(names(&schema), sorted(&parser::TOP_LEVEL_KEYS));
    let step = &schema["properties"]["steps"]["items"];
    let actions = keys::ActionName::ALL.map(keys::ActionName::key);
    assert_eq!(
        names(step),
        sorted(&[&steps::STEP_KEYS[..], &actions].concat())
    );
    for action in keys::ActionName::ALL {
        let table = &step["properties"][action.key()];
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
            wanted.extend(action.selector().map(|selector| selector.key.to_owned()));
            wanted.sort();
            assert_eq!(names(table), wanted, "{action:?}");
        }
    }
}

#[test]
fn the_documentation_names_every_key() {
    let documentation = include_str!("../../../docs/jobs.md");
    let tops = parser::TOP_LEVEL_KEYS
        .iter()
        .chain(&steps::STEP_KEYS)
        .map(|name| (*name).to_owned());
    let commands = keys::ActionName::ALL.map(keys::ActionName::command);
    let all = commands.iter().flat_map(|command| {
        let questions = command.get_subcommands().chain([command]);
        questions.flat_map(keys::keys).map(|key| key.name)
    });
    for name in all.chain(tops) {
        let is_named = documentation.contains(&format!("`{name}`"));
        assert!(is_named, "docs/jobs.md does not name {name}");
    }
}
