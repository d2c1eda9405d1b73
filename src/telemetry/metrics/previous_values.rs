//! Restores the values of the previous metrics file. Lines that this program did not write are
//! ignored.

use std::collections::HashMap;

use super::families::MetricFamilies;

/// Sets the metric families to the values written by a previous run.
pub(super) fn restore(families: &MetricFamilies, text: &str) {
    for sample in text.lines().filter_map(MetricSample::parse) {
        let labels: HashMap<&str, &str> = sample
            .labels
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        // Labels that do not match the family are from another version of this program.
        if let Some(counter) = families.counter(sample.name) {
            if let Ok(counter) = counter.get_metric_with(&labels)
                && sample.value >= 0.0
            {
                counter.inc_by(sample.value);
            }
        } else if let Some(gauge) = families.gauge(sample.name)
            && let Ok(gauge) = gauge.get_metric_with(&labels)
        {
            gauge.set(sample.value);
        }
    }
}

struct MetricSample<'a> {
    name: &'a str,
    labels: Vec<(&'a str, String)>,
    value: f64,
}

impl<'a> MetricSample<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (series, value) = line.rsplit_once(' ')?;
        let (name, labels) = series.split_once('{')?;
        Some(Self {
            name,
            labels: labels_of(labels.strip_suffix('}')?)?,
            value: value.parse().ok().filter(|value: &f64| value.is_finite())?,
        })
    }
}

/// `a="x",b="y"`, in which `\\`, `\"` and `\n` stand for a backslash, a quote and a line feed.
fn labels_of(mut text: &str) -> Option<Vec<(&str, String)>> {
    let mut labels = Vec::new();
    while !text.is_empty() {
        let (name, rest) = text.split_once("=\"")?;
        let mut value = String::new();
        let mut characters = rest.char_indices();
        let end = loop {
            match characters.next()? {
                (at, '"') => break at,
                (_, '\\') => value.push(match characters.next()?.1 {
                    'n' => '\n',
                    other => other,
                }),
                (_, other) => value.push(other),
            }
        };
        labels.push((name, value));
        let rest = rest.get(end + 1..)?;
        text = rest.strip_prefix(',').unwrap_or(rest);
    }
    Some(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_as_they_were_written() {
        let written = r#"step="a \"b\" \\ c\nd",kind="x,y=\"z\"""#;
        let expected = vec![
            ("step", "a \"b\" \\ c\nd".to_owned()),
            ("kind", "x,y=\"z\"".to_owned()),
        ];
        assert_eq!(labels_of(written), Some(expected));
        assert_eq!(labels_of("step=\"a"), None);
    }

    #[test]
    fn values_of_a_previous_run_are_restored_and_unknown_lines_ignored() {
        let families = MetricFamilies::new().unwrap();
        let text = "# HELP purchase_etl_read_bytes_total x\n\
            purchase_etl_read_bytes_total{etl_job=\"\",kind=\"purchases\",step=\"\"} 12\n\
            purchase_etl_read_bytes_total{colour=\"red\"} 5\n\
            purchase_etl_read_bytes_total nonsense\n\
            other_total{a=\"b\"} 3\n";
        restore(&families, text);
        let lines: Vec<_> = families
            .text()
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect();
        let samples: Vec<_> = lines.iter().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            samples,
            ["purchase_etl_read_bytes_total{etl_job=\"\",kind=\"purchases\",step=\"\"} 12"]
        );
    }
}
