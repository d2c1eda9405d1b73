//! Assigns inputs to record kinds: by `--kind`, by the lake for ingested inputs, or by their content.

use std::sync::Arc;

use super::read::{KindSettings, RecordKindSelection};
use crate::ingest::purchases::Purchases;
use crate::ingest::record_kind::RecordKind;
use crate::ingest::supplier_purchases::SupplierPurchases;
use crate::ingest::{DetectedKind, ListedInputs, RunSettings, detect_kind};
use crate::input::{Input, InputError, ReaderOptions, Refusal};
use crate::lake::{Lake, LakeError, TableSpec};
use crate::rules::RuleId;
use crate::run_report::{InputOutcome, InputReport, RecordCounts, RefusalReport, RuleCounts};

/// Inputs by record kind, with the settings of the kind; a kind without inputs may be absent.
pub(super) struct AssignedInputs<'j> {
    pub(super) purchases: Option<(Vec<Input>, &'j RunSettings<Purchases>)>,
    pub(super) supplier_purchases: Option<(Vec<Input>, &'j RunSettings<SupplierPurchases>)>,
    /// Inputs whose kind cannot be detected.
    pub(super) refused: Vec<InputReport>,
    pub(super) known: ListedInputsByKind,
}

/// The inputs that the lake lists, by record kind.
#[derive(Default)]
pub(super) struct ListedInputsByKind {
    pub(super) purchases: Arc<ListedInputs>,
    pub(super) supplier_purchases: Arc<ListedInputs>,
}

impl ListedInputsByKind {
    /// Reads those of the selected kinds from the lake. Unless `trusts_files`, no file is known.
    pub(super) fn of(
        lake: &Lake,
        kind: RecordKindSelection,
        trusts_files: bool,
    ) -> Result<Self, LakeError> {
        let load = |spec: TableSpec, kind: &str| -> Result<Arc<ListedInputs>, LakeError> {
            let listed = ListedInputs::load(lake, &spec, kind)?;
            let all_read = !trusts_files;
            Ok(Arc::new(if all_read {
                listed.with_files_unknown()
            } else {
                listed
            }))
        };
        let mut known = Self::default();
        if kind != RecordKindSelection::SupplierPurchases {
            known.purchases = load(Purchases::table(), Purchases::NAME)?;
        }
        if kind != RecordKindSelection::Purchases {
            let spec = SupplierPurchases::table();
            known.supplier_purchases = load(spec, SupplierPurchases::NAME)?;
        }
        Ok(known)
    }

    /// Whether the input is one of them, of any kind.
    pub(super) fn contains(&self, input: &Input) -> bool {
        self.purchases.contains(input) || self.supplier_purchases.contains(input)
    }

    /// Whether the input is an ignored file, of any kind.
    pub(super) fn is_ignored(&self, input: &Input) -> bool {
        let kinds = [&self.purchases, &self.supplier_purchases];
        kinds.iter().any(|listed| listed.is_ignored_file(input))
    }

    /// The kind of an input: the one it was ingested as, or the one its content has.
    fn kind_of(&self, input: &Input, reader: &ReaderOptions) -> Result<DetectedKind, InputError> {
        let known = (
            self.purchases.contains(input),
            self.supplier_purchases.contains(input),
        );
        match known {
            (true, false) => Ok(DetectedKind::Purchases),
            (false, true) => Ok(DetectedKind::SupplierPurchases),
            (true, true) | (false, false) => detect_kind(input, reader),
        }
    }
}

/// Assigns inputs to kinds; the order within a kind is kept.
pub(super) fn assign_inputs(
    inputs: Vec<Input>,
    kinds: &KindSettings,
    known: ListedInputsByKind,
) -> Result<AssignedInputs<'_>, InputError> {
    let (for_purchases, for_suppliers) = match kinds {
        KindSettings::Purchases(settings) => {
            return Ok(AssignedInputs {
                purchases: Some((inputs, settings)),
                supplier_purchases: None,
                refused: Vec::new(),
                known,
            });
        }
        KindSettings::SupplierPurchases(settings) => {
            return Ok(AssignedInputs {
                purchases: None,
                supplier_purchases: Some((inputs, settings)),
                refused: Vec::new(),
                known,
            });
        }
        KindSettings::Auto(for_purchases, for_suppliers) => (for_purchases, &**for_suppliers),
    };
    let (mut purchases, mut supplier_purchases, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    for input in inputs {
        if !input.is_rereadable() {
            refused.push(refused_input_report(&input, &pipe_refusal()));
            continue;
        }
        match known.kind_of(&input, &for_purchases.reader)? {
            DetectedKind::Purchases => purchases.push(input),
            DetectedKind::SupplierPurchases => supplier_purchases.push(input),
            DetectedKind::Refused(refusal) => refused.push(refused_input_report(&input, &refusal)),
        }
    }
    let some = |inputs: Vec<Input>| (!inputs.is_empty()).then_some(inputs);
    Ok(AssignedInputs {
        purchases: some(purchases).map(|inputs| (inputs, for_purchases)),
        supplier_purchases: some(supplier_purchases).map(|inputs| (inputs, for_suppliers)),
        refused,
        known,
    })
}

/// A pipe can be read only once, and detection would consume its first records.
fn pipe_refusal() -> Refusal {
    Refusal::new(
        RuleId::FileWrongKind,
        "cannot detect the record kind of a pipe; set --kind",
    )
}

fn refused_input_report(input: &Input, refusal: &Refusal) -> InputReport {
    InputReport {
        path: input.location.to_string(),
        record_kind: "unknown",
        outcome: InputOutcome::Refused,
        shape: None,
        digest: None,
        bytes: 0,
        counts: RecordCounts::default(),
        rejected_by_rule: RuleCounts::new(),
        refusal: Some(RefusalReport::from(refusal)),
        dialect: Vec::new(),
        notes: Vec::new(),
        findings: Vec::new(),
        refused_findings: Vec::new(),
    }
}
