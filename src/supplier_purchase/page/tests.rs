use super::*;

fn meta(text: &str) -> Result<Option<Page>, (String, String)> {
    read_meta(text, JsonOptions::default()).map_err(|fault| {
        assert_eq!(fault.rule, RuleId::CplMetaShape);
        (fault.field, fault.value)
    })
}

#[test]
fn the_documented_meta_is_read() {
    let page = Page {
        current_page: 1,
        last_page: 10,
        per_page: 20,
        total: 200,
    };
    let text = r#"{"current_page":1,"last_page":10,"per_page":20,"total":200,"path":"x"}"#;
    assert_eq!(meta(text), Ok(Some(page)));
    assert_eq!(meta("null"), Ok(None));
}

#[test]
fn a_meta_without_its_whole_numbers_is_named() {
    let fault = |field: &str, value: &str| Err((field.to_owned(), value.to_owned()));
    let with_total =
        |total: &str| format!(r#"{{"current_page":1,"last_page":1,"per_page":20{total}}}"#);
    assert_eq!(meta(&with_total("")), fault("meta.total", ""));
    for total in [
        "-1",
        "1.0",
        "1e2",
        "\"1\"",
        "null",
        "18446744073709551616",
        "true",
    ] {
        let text = with_total(&format!(",\"total\":{total}"));
        assert_eq!(meta(&text), fault("meta.total", total.trim_matches('"')));
    }
    let twice = with_total(",\"total\":1,\"total\":1");
    assert_eq!(meta(&twice), fault("meta.total", ""));
    for other in ["[]", "5", "\"x\"", "[", ""] {
        assert!(meta(other).is_err(), "{other}");
    }
}

/// Pages of a dump as `page/last total=rows` words.
fn dump(words: &str) -> Vec<DumpPage> {
    let number = |text: &str| text.parse::<u64>().unwrap();
    (words.split_whitespace())
        .map(|word| {
            let (page, rest) = word.split_once('/').unwrap();
            let (last, rest) = rest.split_once(':').unwrap();
            let (total, rows) = rest.split_once('=').unwrap();
            let page = Page {
                current_page: number(page),
                last_page: number(last),
                per_page: 20,
                total: number(total),
            };
            DumpPage {
                page,
                rows: number(rows),
            }
        })
        .collect()
}

fn notes(words: &str, repeated_ids: u64) -> Vec<(RuleId, String)> {
    let notes = completeness(&dump(words), repeated_ids).into_iter();
    notes.map(|note| (note.rule, note.detail)).collect()
}

#[test]
fn whole_dumps_are_whole() {
    for words in [
        "",
        "1/1:0=0",
        "1/1:7=7",
        "1/3:50=20 2/3:50=20 3/3:50=10",
        "2/2:30=10 1/2:30=20",
        "1/1:7=7 2/1:7=0",
    ] {
        assert_eq!(notes(words, 0), [], "{words}");
    }
}

#[test]
fn absent_pages_are_named() {
    let gap = |what: &str| {
        vec![(
            RuleId::CplPageGap,
            format!("dump incomplete: {what} absent"),
        )]
    };
    let ten = |pages: &[u64]| {
        let words: Vec<String> = pages
            .iter()
            .map(|page| format!("{page}/10:200=20"))
            .collect();
        notes(&words.join(" "), 0)
    };
    assert_eq!(ten(&[1, 2, 4, 5, 6, 7, 8, 9, 10]), gap("page 3 of 10"));
    assert_eq!(ten(&[1, 2, 4, 8, 9, 10]), gap("pages 3, 5-7 of 10"));
    assert_eq!(ten(&[3]), gap("pages 1-2, 4-10 of 10"));
    assert_eq!(ten(&[1, 2, 3, 4, 5, 6, 7, 8, 9]), gap("page 10 of 10"));
    assert_eq!(ten(&[2, 3, 4, 5, 6, 7, 8, 9, 10]), gap("page 1 of 10"));
}

#[test]
fn a_list_that_moved_is_named() {
    let drift = |detail: &str| vec![(RuleId::CplPageDrift, detail.to_owned())];
    let moved = "the pages do not agree on the total: 30 and 31 purchases";
    assert_eq!(notes("1/2:30=20 2/2:31=11", 0), drift(moved));
    let short = "all pages are there, with 29 purchases, but the total is 30";
    assert_eq!(notes("1/2:30=20 2/2:30=9", 0), drift(short));
    let repeated = "2 purchase(s) stand on more than one page: the list moved while it was read";
    assert_eq!(notes("1/2:30=20 2/2:30=10", 2), drift(repeated));
    // A page that is there twice counts once.
    assert_eq!(notes("1/2:30=20 1/2:30=20 2/2:30=10", 0), []);
    let both: Vec<RuleId> = notes("1/3:30=20 3/3:31=1", 0)
        .into_iter()
        .map(|(rule, _)| rule)
        .collect();
    assert_eq!(both, [RuleId::CplPageDrift, RuleId::CplPageGap]);
}

#[test]
fn the_largest_numbers_cost_nothing() {
    let most = u64::MAX;
    let found = notes(
        &format!("{most}/{most}:{most}={most} 1/{most}:{most}={most}"),
        0,
    );
    assert_eq!(
        found,
        [(
            RuleId::CplPageGap,
            format!("dump incomplete: pages 2-{} of {most} absent", most - 1)
        )]
    );
    let words: Vec<String> = (0..500)
        .map(|page| format!("{}/{most}:5=0", 2 * page + 1))
        .collect();
    let found = notes(&words.join(" "), 0);
    assert!(
        found[0].1.contains("and 480 more stretches") && found[0].1.len() < 200,
        "{}",
        found[0].1
    );
}
