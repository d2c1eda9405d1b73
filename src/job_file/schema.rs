//! The JSON Schema of job files, from the same table of keys that the parser uses.

use serde_json::{Map, Value, json};

use super::keys::{self, ACTIONS, ActionSpec, JobFileKey, KeyType, STEP_KEYS, TOP_KEYS, meaning};
use super::limits::MAX_RETRIES;

/// The schema, as `purchase-etl jobs schema` prints it, from the parser of the program.
///
/// JSON has no dates, so the schema requires strings: a job file writes its dates in quotes.
///
/// # Errors
/// None in practice: the schema contains strings and arrays only.
pub fn schema(program: &clap::Command) -> Result<String, serde_json::Error> {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:purchase-etl:schema:job",
        "title": "purchase-etl job file",
        "type": "object",
        "required": ["steps"],
        "additionalProperties": false,
        "properties": {
            "lake": text(meaning(&TOP_KEYS, "lake")),
            "timezone": text(meaning(&TOP_KEYS, "timezone")),
            "variables": {
                "type": "object",
                "description": meaning(&TOP_KEYS, "variables"),
                "propertyNames": {
                    "pattern": "^[a-z0-9_]+$",
                    "not": { "enum": super::parser::RESERVED_NAMES },
                },
                "additionalProperties": { "type": ["string", "integer"] },
            },
            "mapping": mapping(meaning(&TOP_KEYS, "mapping")),
            "rules": rules(meaning(&TOP_KEYS, "rules")),
            "settings": {
                "type": "object",
                "description": meaning(&TOP_KEYS, "settings"),
                "additionalProperties": false,
                "properties": properties(&keys::settings(program)),
            },
            "steps": { "type": "array", "minItems": 1, "items": step() },
        },
    });
    serde_json::to_string_pretty(&schema).map(|text| text + "\n")
}

fn step() -> Value {
    let mut properties = Map::new();
    properties.insert("name".to_owned(), text(meaning(&STEP_KEYS, "name")));
    properties.insert(
        "needs".to_owned(),
        json!({
            "type": "array",
            "items": text("Name of a step"),
            "description": meaning(&STEP_KEYS, "needs"),
        }),
    );
    let help = meaning(&STEP_KEYS, "days_in_parallel");
    properties.insert(
        "days_in_parallel".to_owned(),
        json!({ "type": "boolean", "description": help }),
    );
    for name in ["timeout", "retry_pause"] {
        properties.insert(name.to_owned(), text(meaning(&STEP_KEYS, name)));
    }
    let help = meaning(&STEP_KEYS, "retries");
    properties.insert(
        "retries".to_owned(),
        json!({ "type": "integer", "minimum": 0, "maximum": MAX_RETRIES, "description": help }),
    );
    for action in &ACTIONS {
        properties.insert(action.key.to_owned(), table(action));
    }
    let one_of = ACTIONS
        .each_ref()
        .map(|action| json!({ "required": [action.key] }));
    json!({
        "type": "object",
        "required": ["name"],
        "additionalProperties": false,
        "properties": properties,
        "oneOf": one_of,
    })
}

/// The table of an action; the keys of a report depend on its type, and so on.
fn table(action: &ActionSpec) -> Value {
    let command = action.command();
    let Some(selector) = action.selector else {
        return object(&command, Map::new(), &[]);
    };
    let chosen = command.get_subcommands().map(|chosen| {
        let name = json!({ "const": chosen.get_name(), "description": help(chosen) });
        let first = Map::from_iter([(selector.key.to_owned(), name)]);
        object(chosen, first, &[selector.key])
    });
    json!({ "oneOf": chosen.collect::<Vec<_>>() })
}

fn object(command: &clap::Command, first: Map<String, Value>, required: &[&str]) -> Value {
    let keys = keys::keys(command);
    let mut all = first;
    all.extend(properties(&keys));
    let of_command = keys
        .iter()
        .filter(|key| key.is_required)
        .map(|key| key.name.as_str());
    let required: Vec<&str> = required.iter().copied().chain(of_command).collect();
    json!({
        "type": "object",
        "required": required,
        "additionalProperties": false,
        "properties": all,
    })
}

fn help(command: &clap::Command) -> String {
    command
        .get_about()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn properties(keys: &[JobFileKey]) -> Map<String, Value> {
    keys.iter()
        .map(|key| (key.name.clone(), property(key)))
        .collect()
}

fn property(key: &JobFileKey) -> Value {
    // A template may produce an integer or one of the choices.
    let template = json!({ "type": "string", "pattern": "\\{" });
    let mut property = match &key.key_type {
        KeyType::Switch => json!({ "type": "boolean" }),
        KeyType::Integer => json!({ "anyOf": [{ "type": "integer" }, template] }),
        KeyType::Text => json!({ "type": "string" }),
        KeyType::IntegerOrText => json!({ "type": ["integer", "string"] }),
        KeyType::List if key.is_required => {
            json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 })
        }
        KeyType::List if key.name == "map" => {
            json!({ "anyOf": [{ "type": "array", "items": { "type": "string" } }, mapping(&key.help)] })
        }
        KeyType::List if key.name == "rule" => {
            json!({ "anyOf": [{ "type": "array", "items": { "type": "string" } }, rules(&key.help)] })
        }
        KeyType::List => json!({ "type": "array", "items": { "type": "string" } }),
        KeyType::Choice(choices) => json!({ "anyOf": [{ "enum": choices }, template] }),
    };
    property["description"] = Value::String(key.help.clone());
    property
}

/// What fills each field: a source, or a table of the source and its format, a default or a constant.
fn mapping(description: &str) -> Value {
    let value = json!({ "type": ["string", "integer", "boolean"] });
    let string = json!({ "type": "string", "minLength": 1 });
    let entry = json!({
        "type": "object",
        "minProperties": 1,
        "additionalProperties": false,
        "properties": { "from": string, "format": string, "default": value, "value": value },
        "dependentRequired": { "format": ["from"] },
        "not": {
            "required": ["value"],
            "anyOf": [{ "required": ["from"] }, { "required": ["default"] }],
        },
    });
    json!({
        "type": "object",
        "description": description,
        "additionalProperties": { "anyOf": [string, entry] },
    })
}

/// Severities by rule; a template may produce one of them.
fn rules(description: &str) -> Value {
    json!({
        "type": "object",
        "description": description,
        "propertyNames": { "pattern": "^[A-Za-z0-9-]+$" },
        "additionalProperties": {
            "anyOf": [
                { "enum": ["reject", "warn", "off"] },
                { "type": "string", "pattern": "\\{" },
            ],
        },
    })
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "minLength": 1, "description": description })
}
