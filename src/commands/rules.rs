//! `rules`: the catalogue of rules.

use clap::Subcommand;

use super::output::{put, put_text};
use super::{CommandError, ListFormat, ListOutput, RunContext};
use crate::rules::{self, RuleId, RuleSeverities, RuleSeverity};
use crate::values::ExitCode;

/// `rules`
#[derive(Clone, Debug, Subcommand)]
pub enum RulesCommand {
    /// List the rules with their severity and requirement
    #[command(after_long_help = "Example:\n  purchase-etl rules list BRZ-TIME")]
    List {
        /// List rules whose id contains this text, or of this severity, e.g. BRZ-TIME or warn
        filter: Option<String>,
        /// Show the severities of a run with this option; repeatable
        #[arg(long, value_name = "RULE=SEVERITY")]
        rule: Vec<RuleSeverity>,
        /// Format
        #[command(flatten)]
        output: ListOutput,
    },
    /// Explain a rule: its source, an accepted and a rejected example, and the remedy
    #[command(after_long_help = "Example:\n  purchase-etl rules explain BRZ-QTY-RANGE")]
    Explain {
        /// Explain the rule with this id, e.g. BRZ-QTY-RANGE
        #[arg(value_name = "RULE")]
        id: String,
        /// Format
        #[command(flatten)]
        output: ListOutput,
    },
}

impl RulesCommand {
    /// Lists rules or explains one.
    ///
    /// # Errors
    /// The rule does not exist, or stdout cannot be written.
    pub fn run(&self, context: &mut RunContext<'_>) -> Result<ExitCode, CommandError> {
        let text = match self {
            Self::List {
                filter,
                rule,
                output,
            } => {
                let severities = RuleSeverities::of(rule);
                match output.format {
                    ListFormat::Text => {
                        let text = rules::render_list(filter.as_deref(), &severities);
                        put_text(context, &text)?;
                        return Ok(ExitCode::Done);
                    }
                    ListFormat::Json => rules::list_json(filter.as_deref(), &severities),
                }
            }
            Self::Explain { id, output } => {
                let rule: RuleId = id.parse()?;
                match output.format {
                    ListFormat::Text => rules::render_explain(rule.rule()),
                    ListFormat::Json => rules::explain_json(rule.rule()),
                }
            }
        };
        put(context.stdout, text.as_bytes())?;
        Ok(ExitCode::Done)
    }
}
