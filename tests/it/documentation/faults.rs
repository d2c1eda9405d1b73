//! Pages with a fault: each is found, with its line.

use super::links::check_links;
use super::{Page, check_blocks};

/// The problems of a page, which is in `docs`.
fn problems(text: &str) -> Vec<String> {
    let page = Page {
        name: "docs/fault.md".to_owned(),
        text: text.to_owned(),
    };
    let mut problems = check_blocks(&page).problems;
    problems.extend(check_links(&page));
    problems
}

/// Fails unless the page has exactly one problem, at this line and with this text.
#[track_caller]
fn assert_fault(text: &str, line: usize, message: &str) {
    let problems = problems(text);
    let [problem] = problems.as_slice() else {
        panic!("expected one problem: {problems:#?}\n{text}");
    };
    let place = format!("docs/fault.md:{line}: ");
    assert!(problem.starts_with(&place), "{problem}\n{text}");
    assert!(problem.contains(message), "{problem}\n{text}");
}

#[test]
fn a_sound_page_has_no_problem() {
    let page = r#"# A `page` & more

Links: [here](#a-page--more), [another
page](../CONTRIBUTING.md), [elsewhere](https://example.com/#x), `[none](nowhere.md)`.

```sh
cd sample_data  # the session keeps its folder
PAGE='web_2026-10.ndjson'
```

- in a list

  ```sh
  purchase-etl check "$PAGE" \
    --findings first |
      head -1
  ```

<!-- exit: 2 -->
```sh
ls "$PAGE"
purchase-etl check --no-such-option
```

```sh parse
for store in a b; do echo "$store"; done
purchase-etl ingest --lake s3://bucket/lake \
  's3://dumps/*.json' | tee log  # a comment
AWS_REGION=x purchase-etl run ../jobs/nightly.toml --date 2026-10-05 > nightly.log
```

```python
import pathlib
assert pathlib.Path("web_2026-10.ndjson").is_file()
```

```text
(output)
```

```toml
lake = "lake"
[[steps]]
name = "ingest"
ingest = { inputs = ["dumps"] }
```

```toml fragment
inputs = ["a"]
```

```json
{"a": [1, 2]}
```

```json fragment
"a": …
```

```sh make
make test   # all tests
cargo run --release --example generate_dump -- --rows 10
```
"#;
    let none: [&str; 0] = [];
    assert_eq!(problems(page), none);
}

#[test]
fn a_failing_command_is_found() {
    assert_fault("```sh\ntrue\nfalse\ntrue\n```\n", 3, "exit code 1");
    assert_fault(
        "```sh\ntrue\n```\n\n```sh\nfalse | cat\n```\n",
        6,
        "exit code 1",
    );
    assert_fault(
        "# T\n\n```sh\npurchase-etl check nothing.json\n```\n",
        4,
        "nothing.json",
    );
    assert_fault("```sh\nif true\n```\n", 1, "syntax error");
    assert_fault("```sh\nexit 0\n```\n", 1, "the session ends in this block");
    assert_fault("```python\n\nassert False\n```\n", 1, "line 3");
}

#[test]
fn blocks_behind_a_failing_one_are_not_run() {
    assert_fault(
        "```sh\nfalse\n```\n```sh\nalso-false\n```\n",
        2,
        "exit code 1",
    );
}

#[test]
fn a_wrong_exit_code_is_found() {
    let page =
        |code: &str, command: &str| format!("<!-- exit: {code} -->\n```sh\n{command}\n```\n");
    assert_fault(&page("3", "(exit 2)"), 2, "exit code 2, expected 3");
    assert_fault(&page("3", "true"), 2, "exit code 0, expected 3");
    // Only the last command may fail.
    assert_fault(&page("3", "(exit 3)\n(exit 3)"), 3, "exit code 3");
    assert_fault(&page("3", "(exit 3)\ntrue"), 2, "exit code 0, expected 3");
    assert_fault(&page("many", "true"), 1, "expected <!-- exit: N -->");
    assert_fault(
        "<!-- exit: 1 -->\n\n```sh\ntrue\n```\n",
        1,
        "not followed by a block",
    );
    assert_fault("<!-- exit: 1 -->\n```text\n```\n", 2, "only a block `sh`");
}

#[test]
fn an_unknown_option_is_found_without_running_the_command() {
    let page =
        "```sh parse\nsystemctl status\npurchase-etl ingest --lake l \\\n  --no-such x\n```\n";
    assert_fault(page, 3, "--no-such");
    let page = "```sh parse\npurchase-etl run jobs/none.toml\n```\n";
    assert_fault(page, 2, "jobs/none.toml");
}

#[test]
fn examples_that_do_not_parse_are_found() {
    assert_fault("```toml\nlake = \"lake\"\n\nsteps = 1\n```\n", 1, ":4:");
    assert_fault("```toml fragment\na = \n```\n", 1, "not TOML");
    assert_fault("```json\n{\n\"a\": 1,\n}\n```\n", 4, "not JSON");
    assert_fault("```sh make\nmake tests\n```\n", 2, "no target tests");
    assert_fault(
        "```sh make\ncargo run --example dump\n```\n",
        2,
        "examples has no dump",
    );
    assert_fault("```sh make\nrm -rf target\n```\n", 2, "neither make");
}

#[test]
fn no_block_is_skipped() {
    assert_fault("```\nls\n```\n", 1, "no info string");
    assert_fault("```bash\nls\n```\n", 1, "unknown info string \"bash\"");
    assert_fault("a\n\n```text\nnever closed\n", 3, "not closed");
    assert_fault("> ```sh\n> false\n", 1, "quotation");
    assert_fault("a\n\n    ls\n", 3, "indented");
    assert_fault("<pre>ls</pre>\n", 1, "<pre>");
}

#[test]
fn a_broken_link_is_found() {
    assert_fault("a\n[b](none.md)\n", 2, "there is no docs/none.md");
    assert_fault("[b](../../x.md)\n", 1, "out of the project");
    assert_fault("[b](../target/release)\n", 1, "not part of the project");
    assert_fault("# One\n\n[b](#two)\n", 3, "no heading for #two");
    assert_fault(
        "[a\nb](../CONTRIBUTING.md#none)\n",
        2,
        "no heading for #none",
    );
    assert_fault("[a](../Makefile#L1)\n", 1, "only a page");
    assert_fault("[a]: none.md\n", 1, "there is no docs/none.md");
    assert_fault("<a href=\"none.md\">x</a>\n", 1, "there is no docs/none.md");
}
