//! `report supplier-purchases`: one page, the whole list in one file, or every page in its own file.

use std::path::{Path, PathBuf};

use clap::Args;

use super::answer::Report;
use super::options::ReportOptions;
use crate::commands::output::{put_file, put_file_with, put_with, store_url};
use crate::commands::tables::{OpenedTable, supplier_purchases};
use crate::commands::{CommandError, OptionError, OutputTarget, RunContext};
use crate::ingest::supplier_purchases::supplier_purchases_spec;
use crate::lake::{Lake, TableSpec};
use crate::render::{
    Format, NullHandling, supplier_page_json, write_supplier_list, write_supplier_pages,
};
use crate::report::{
    SupplierListParameters, SupplierListRequest, SupplierPurchaseFile, SupplierPurchasePage,
    supplier_purchases as answer_page,
};
use crate::storage::Stores;

/// `report supplier-purchases`
#[derive(Clone, Debug, Args)]
pub struct SupplierPurchasesReport {
    /// Parameters
    #[command(flatten)]
    list: SupplierListRequest,
    /// Write every page to a file in this folder: page-1.json, page-2.json and so on
    #[arg(
        long,
        value_name = "DIR",
        conflicts_with_all = ["page", "output", "format"],
        help_heading = "Output"
    )]
    all_pages: Option<PathBuf>,
    /// Omit keys without a value instead of writing null (JSON only)
    #[arg(long, help_heading = "Output")]
    omit_null: bool,
    /// Lake and output
    #[command(flatten)]
    options: ReportOptions,
}

impl Report for SupplierPurchasesReport {
    fn name(&self) -> &'static str {
        "supplier-purchases"
    }

    fn options(&self) -> &ReportOptions {
        &self.options
    }

    fn table(&self) -> TableSpec {
        supplier_purchases_spec()
    }

    fn validate(&self) -> Result<(), OptionError> {
        // The format selects the scope of the list, and both scopes have the same formats. Clap
        // refuses a format of a folder with all pages, which are always JSON.
        self.options.check_format::<SupplierPurchasePage>()?;
        let is_other = self
            .options
            .format
            .is_some_and(|format| format != Format::Json);
        if self.omit_null && is_other {
            return Err(OptionError::NotApplicable {
                option: "--omit-null",
                reason: "applies to --format json only; remove it, or choose --format json",
            });
        }
        Ok(())
    }

    fn destination(&self) -> Option<String> {
        let output = || {
            self.options
                .output
                .as_ref()
                .map(|path| path.display().to_string())
        };
        let pages = self.all_pages.as_ref();
        let pages = pages.map(|folder| format!("{}/page-*.json", folder.display()));
        pages.or_else(output)
    }

    fn output(&self) -> OutputTarget {
        let first_page = self
            .all_pages
            .as_ref()
            .map(|folder| folder.join("page-1.json"));
        OutputTarget::of(first_page.as_deref().or(self.options.output.as_deref()))
    }

    fn write(&self, context: &mut RunContext<'_>) -> Result<(), CommandError> {
        let parameters = SupplierListParameters::resolve(&self.list)?;
        let table = open(&self.options, parameters.company_id(), context)?;
        let format = self.options.format(context);
        let is_one_page = matches!(format, Format::Json | Format::Table | Format::Html)
            || self.list.page.is_some();
        match &self.all_pages {
            Some(folder) => self.write_pages(&parameters, &table, folder, context),
            None if is_one_page => self.write_page(&parameters, &table, context),
            None => self.write_list(&parameters, &table, format, context),
        }
    }
}

type SupplierTable = OpenedTable<SupplierPurchaseFile>;

impl SupplierPurchasesReport {
    fn nulls(&self) -> NullHandling {
        if self.omit_null {
            NullHandling::Omitted
        } else {
            NullHandling::Written
        }
    }

    fn write_page(
        &self,
        parameters: &SupplierListParameters,
        table: &SupplierTable,
        context: &mut RunContext<'_>,
    ) -> Result<(), CommandError> {
        let page = answer_page(parameters, &table.files)?;
        if self.omit_null {
            let bytes = supplier_page_json(&page, self.nulls())?;
            return self.options.put_bytes(&bytes, context);
        }
        let provenance = table.supplier_provenance(parameters.settings());
        self.options.put(&page, &provenance, context)
    }

    /// The whole list in one file, streamed.
    fn write_list(
        &self,
        parameters: &SupplierListParameters,
        table: &SupplierTable,
        format: Format,
        context: &mut RunContext<'_>,
    ) -> Result<(), CommandError> {
        let write = |file: &std::fs::File| {
            write_supplier_list::<_, CommandError>(parameters, &table.files, format, file).map(drop)
        };
        let stores = &context.shared.stores;
        match &self.options.output {
            Some(path) => put_file_with(stores, path, write),
            None => put_with(stores, context.stdout, write),
        }
    }

    /// Every page, each in a file.
    fn write_pages(
        &self,
        parameters: &SupplierListParameters,
        table: &SupplierTable,
        folder: &Path,
        context: &RunContext<'_>,
    ) -> Result<(), CommandError> {
        let stores = &context.shared.stores;
        let mut put = |name: &str, bytes: &[u8]| put_file(stores, &folder.join(name), bytes);
        let pages =
            write_supplier_pages::<CommandError>(parameters, &table.files, self.nulls(), &mut put)?;
        tracing::info!(pages, folder = %folder.display(), "pages written");
        remove_later_pages(stores, folder, pages)
    }
}

/// The files of the purchases of a company.
pub(super) fn open(
    options: &ReportOptions,
    company_id: i64,
    context: &RunContext<'_>,
) -> Result<SupplierTable, CommandError> {
    let lake = Lake::at(&options.lake, &context.shared.stores)?;
    let table = supplier_purchases(&lake, options.version(), Some(company_id))?;
    if table.files.is_empty() {
        tracing::warn!(
            lake = options.lake,
            company_id,
            "the lake has no purchases of this company"
        );
    }
    Ok(table)
}

/// Deletes the pages of an earlier, longer list, which would seem to belong to this one.
fn remove_later_pages(stores: &Stores, folder: &Path, pages: u64) -> Result<(), CommandError> {
    let is_later = |name: &str| {
        let number = name
            .strip_prefix("page-")
            .and_then(|rest| rest.strip_suffix(".json"))
            .and_then(|number| number.parse::<u64>().ok());
        number.is_some_and(|number| number > pages)
    };
    if let Some(url) = store_url(folder)? {
        for object in stores.list(&url)? {
            let below = object.url.key().get(url.key().len()..).unwrap_or_default();
            if is_later(below.trim_start_matches('/')) {
                stores.delete(&object.url)?;
            }
        }
        return Ok(());
    }
    let failed = |source| CommandError::Output {
        path: folder.to_owned(),
        source,
    };
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && name.to_str().is_some_and(is_later) {
            let path = entry.path();
            std::fs::remove_file(&path).map_err(|source| CommandError::Output { path, source })?;
        }
    }
    Ok(())
}
