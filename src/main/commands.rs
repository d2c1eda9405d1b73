//! Runs each command: resolves its arguments and returns its exit code.

use std::io::Write;

use chrono::{DateTime, Utc};
use purchase_etl::cli::{
    self, Command, JobsCommand, LogFormat, PlanFormat, ReferencePage, RulesCommand, RulesFormat,
    RunArguments,
};
use purchase_etl::job::file::{self, ResolveContext, schema};
use purchase_etl::job::{
    CheckJob, DashboardJob, IngestJob, JobError, LakeJob, ReportJob, RunJob, as_text, check_files,
    parse_variables,
};
use purchase_etl::pipeline::{
    Exit, PipelineError, RunContext, run_check, run_dashboard, run_ingest, run_job_file, run_lake,
    run_report, run_runs,
};
use purchase_etl::rules::{self, RuleId};

use crate::arguments::{ParsedArguments, environment};

/// Runs a command, or prints its settings for `--explain-config`.
pub(crate) fn execute(
    parsed: ParsedArguments,
    job: Option<RunJob>,
    now: DateTime<Utc>,
    context: &mut RunContext<'_>,
) -> anyhow::Result<Exit> {
    if let Some(format) = parsed.cli.explain_config {
        print(context.stdout, &parsed.explained(format, job.as_ref())?)?;
        return Ok(Exit::Done);
    }
    let exit = match parsed.cli.command {
        Command::Ingest(arguments) => {
            let job = IngestJob::resolve(arguments, now).map_err(PipelineError::from)?;
            run_ingest(&job, context)?
        }
        Command::Check(arguments) => {
            let job = CheckJob::resolve(arguments, now).map_err(PipelineError::from)?;
            run_check(&job, context)?
        }
        Command::Report(command) => {
            let job = ReportJob::resolve(command, now).map_err(PipelineError::from)?;
            run_report(&job, context)?
        }
        Command::Dashboard(arguments) => {
            let job = DashboardJob::resolve(arguments, now).map_err(PipelineError::from)?;
            run_dashboard(&job, context)?
        }
        Command::Lake(command) => {
            let job = LakeJob::resolve(command, now).map_err(PipelineError::from)?;
            run_lake(&job, context)?
        }
        Command::Run(_) => job.map_or(Ok(Exit::Usage), |job| run_job_file(&job, context))?,
        Command::Jobs(command) => jobs(command, now, context.stdout)?,
        Command::Runs(command) => run_runs(&command.into(), context)?,
        Command::Rules(command) => {
            print(context.stdout, &rules_text(command)?)?;
            Exit::Done
        }
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut cli::command(), "purchase-etl", &mut text);
            print(context.stdout, &String::from_utf8_lossy(&text))?;
            Exit::Done
        }
        Command::Reference { page } => {
            print(context.stdout, &reference(page))?;
            Exit::Done
        }
    };
    Ok(exit)
}

/// The job of a `run`.
pub(crate) fn job(
    parsed: &ParsedArguments,
    now: DateTime<Utc>,
) -> Result<Option<RunJob>, JobError> {
    let (Command::Run(arguments), Some(text)) = (&parsed.cli.command, &parsed.job) else {
        return Ok(None);
    };
    let of_log = match parsed.cli.log_format {
        LogFormat::Text => PlanFormat::Text,
        LogFormat::Json => PlanFormat::Json,
    };
    let arguments = RunArguments {
        plan_format: arguments.plan_format.or(Some(of_log)),
        ..arguments.clone()
    };
    RunJob::resolve(arguments, text, now, &environment).map(Some)
}

fn jobs(command: JobsCommand, now: DateTime<Utc>, stdout: &mut dyn Write) -> anyhow::Result<Exit> {
    let JobsCommand::Check {
        files,
        date,
        set,
        format,
    } = command
    else {
        print(stdout, &schema()?)?;
        return Ok(Exit::Done);
    };
    let resolve_context = ResolveContext {
        date: date.unwrap_or_else(|| now.date_naive()),
        now,
        clock: now,
        set: &parse_variables(&set).map_err(PipelineError::from)?,
        environment: &environment,
    };
    let checked = check_files(&files, &resolve_context);
    let text = match format {
        PlanFormat::Text => as_text(&checked),
        PlanFormat::Json => serde_json::to_string_pretty(&checked)? + "\n",
    };
    print(stdout, &text)?;
    let is_wrong = checked.iter().any(|file| !file.problems.is_empty());
    Ok(if is_wrong { Exit::Usage } else { Exit::Done })
}

fn rules_text(command: RulesCommand) -> anyhow::Result<String> {
    Ok(match command {
        RulesCommand::List {
            filter,
            format: RulesFormat::Text,
        } => rules::render_list(filter.as_deref()),
        RulesCommand::List {
            filter,
            format: RulesFormat::Json,
        } => rules::list_json(filter.as_deref()),
        RulesCommand::Explain { id, format } => {
            let rule: RuleId = id.parse()?;
            match format {
                RulesFormat::Text => rules::render_explain(rule.rule()),
                RulesFormat::Json => rules::explain_json(rule.rule()),
            }
        }
    })
}

fn reference(page: ReferencePage) -> String {
    match page {
        ReferencePage::Commands => cli::reference::commands(),
        ReferencePage::JobFiles => file::reference(),
        ReferencePage::Rules => cli::reference::header("rules", "Rules") + &rules::reference(),
        ReferencePage::ExitCodes => cli::reference::exit_codes(),
    }
}

fn print(stdout: &mut dyn Write, text: &str) -> Result<(), PipelineError> {
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    written.map_err(PipelineError::Stdout)
}
