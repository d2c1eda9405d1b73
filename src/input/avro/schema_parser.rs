//! Reads a schema from its JSON text (Apache Avro 1.11, "Schema Declaration"). Documentation, default
//! values, aliases, the order of fields and unknown keys are not used. A type that contains itself is
//! refused: purchases have no such type, and their records could nest without a bound.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::fault::AvroFault;
use super::schema::{AvroField, AvroRecord, AvroType, TimestampUnit};

/// Maximum number of fields of all records of a schema. Those of Currents have up to 23.
pub(super) const MAX_FIELDS: usize = 1_000;

/// The largest scale of a decimal: the digits that a price may have.
const MAX_SCALE: u64 = 64;

/// Logical types of dates and times that are read as the numbers they are stored as.
const OTHER_TIMES: [&str; 7] = [
    "date",
    "time-millis",
    "time-micros",
    "timestamp-nanos",
    "local-timestamp-millis",
    "local-timestamp-micros",
    "local-timestamp-nanos",
];

/// Reads the schema of a file, which is a record.
///
/// # Errors
/// `FILE-AVRO-SCHEMA`: not JSON, no record, an undefined, repeated or recursive name.
/// `FILE-LIMIT`: too many fields, or types nested deeper than `max_depth`.
pub(super) fn parse_schema(text: &[u8], max_depth: usize) -> Result<Arc<AvroRecord>, AvroFault> {
    let schema: Value = serde_json::from_slice(text)
        .map_err(|error| AvroFault::schema(format!("the schema is not JSON: {error}")))?;
    let mut parser = SchemaParser {
        named: HashMap::new(),
        fields: 0,
        max_depth,
    };
    let (parsed, _) = parser.parse(&schema, "", 0)?;
    match parsed {
        AvroType::Record(record) => Ok(record),
        other => Err(AvroFault::schema(format!(
            "the schema is {}, not a record",
            other.shown()
        ))),
    }
}

/// A type, and how many arrays, maps and records it nests.
type SizedType = (AvroType, usize);

struct SchemaParser {
    /// The named types by full name; `None` while the type is being read.
    named: HashMap<String, Option<SizedType>>,
    fields: usize,
    max_depth: usize,
}

impl SchemaParser {
    fn parse(
        &mut self,
        schema: &Value,
        namespace: &str,
        depth: usize,
    ) -> Result<SizedType, AvroFault> {
        if depth > self.max_depth {
            return Err(self.too_deep());
        }
        let parsed = match schema {
            Value::String(name) => self.reference(name, namespace)?,
            Value::Array(branches) => self.union(branches, namespace, depth)?,
            Value::Object(object) => self.object(object, namespace, depth)?,
            other => {
                return Err(AvroFault::schema(format!(
                    "a type of the schema is {other}, not a name, list or object"
                )));
            }
        };
        if depth + parsed.1 > self.max_depth {
            return Err(self.too_deep());
        }
        Ok(parsed)
    }

    fn too_deep(&self) -> AvroFault {
        AvroFault::limit(format!(
            "the types of the schema nest deeper than {} levels; raise --max-depth if this is intended",
            self.max_depth
        ))
    }

    fn reference(&self, name: &str, namespace: &str) -> Result<SizedType, AvroFault> {
        if let Some(primitive) = primitive(name) {
            return Ok((primitive, 0));
        }
        let full_name = qualified(name, namespace);
        let found = self.named.get(&full_name).or_else(|| self.named.get(name));
        match found {
            Some(Some(known)) => Ok(known.clone()),
            Some(None) => Err(AvroFault::schema(format!(
                "the type {name} of the schema contains itself, which is not supported"
            ))),
            None => Err(AvroFault::schema(format!(
                "the schema does not define the type {name}"
            ))),
        }
    }

    fn union(
        &mut self,
        branches: &[Value],
        namespace: &str,
        depth: usize,
    ) -> Result<SizedType, AvroFault> {
        let mut parsed = Vec::new();
        let mut height = 0;
        for branch in branches {
            if branch.is_array() {
                return Err(AvroFault::schema("a union of the schema contains a union"));
            }
            let (branch, branch_height) = self.parse(branch, namespace, depth)?;
            height = height.max(branch_height);
            parsed.push(branch);
        }
        if parsed.is_empty() {
            return Err(AvroFault::schema("a union of the schema is empty"));
        }
        Ok((AvroType::Union(parsed), height))
    }

    fn object(
        &mut self,
        object: &Map<String, Value>,
        namespace: &str,
        depth: usize,
    ) -> Result<SizedType, AvroFault> {
        let Some(Value::String(name)) = object.get("type") else {
            // `{"type": …}` around a list or an object is the same as what is in it.
            let inner = object.get("type").filter(|inner| !inner.is_null());
            let inner =
                inner.ok_or_else(|| AvroFault::schema("a type of the schema has no name"))?;
            return self.parse(inner, namespace, depth + 1);
        };
        match name.as_str() {
            "record" | "error" => self.record(object, namespace, depth),
            "enum" => self.enumeration(object, namespace),
            "fixed" => self.fixed(object, namespace),
            "array" => {
                let (items, height) = self.parse(member(object, "items")?, namespace, depth + 1)?;
                Ok((AvroType::Array(Box::new(items)), height + 1))
            }
            "map" => {
                let (values, height) =
                    self.parse(member(object, "values")?, namespace, depth + 1)?;
                Ok((AvroType::Map(Box::new(values)), height + 1))
            }
            name => {
                let (plain, height) = self.reference(name, namespace)?;
                Ok((with_logical_type(plain, object), height))
            }
        }
    }

    fn record(
        &mut self,
        object: &Map<String, Value>,
        namespace: &str,
        depth: usize,
    ) -> Result<SizedType, AvroFault> {
        let full_name = self.define(object, namespace)?;
        let inner_namespace = full_name.rsplit_once('.').map_or("", |(inner, _)| inner);
        let Value::Array(declared) = member(object, "fields")? else {
            return Err(AvroFault::schema(format!(
                "the fields of {full_name} are not a list"
            )));
        };
        let mut fields: Vec<AvroField> = Vec::new();
        let mut height = 0;
        for field in declared {
            let name = field.get("name").and_then(Value::as_str);
            let name = name
                .ok_or_else(|| AvroFault::schema(format!("a field of {full_name} has no name")))?;
            if fields.iter().any(|known| known.name == name) {
                let message = format!("the field {name} of {full_name} is defined twice");
                return Err(AvroFault::schema(message));
            }
            self.fields += 1;
            if self.fields > MAX_FIELDS {
                let message = format!("the schema has more than {MAX_FIELDS} fields");
                return Err(AvroFault::limit(message));
            }
            let declared_type = field.get("type").ok_or_else(|| {
                AvroFault::schema(format!("the field {name} of {full_name} has no type"))
            })?;
            let (avro_type, field_height) =
                self.parse(declared_type, inner_namespace, depth + 1)?;
            height = height.max(field_height);
            fields.push(AvroField {
                name: name.to_owned(),
                avro_type,
            });
        }
        let record = AvroRecord {
            full_name: full_name.clone(),
            fields,
        };
        let parsed = (AvroType::Record(Arc::new(record)), height + 1);
        self.named.insert(full_name, Some(parsed.clone()));
        Ok(parsed)
    }

    fn enumeration(
        &mut self,
        object: &Map<String, Value>,
        namespace: &str,
    ) -> Result<SizedType, AvroFault> {
        let full_name = self.define(object, namespace)?;
        let symbols = member(object, "symbols")?.as_array();
        let symbols = symbols.and_then(|symbols| {
            let texts = symbols
                .iter()
                .map(|symbol| symbol.as_str().map(str::to_owned));
            texts.collect::<Option<Vec<String>>>()
        });
        let symbols = symbols.ok_or_else(|| {
            AvroFault::schema(format!(
                "the symbols of {full_name} are not a list of texts"
            ))
        })?;
        let parsed = (AvroType::Enum(symbols.into()), 0);
        self.named.insert(full_name, Some(parsed.clone()));
        Ok(parsed)
    }

    fn fixed(
        &mut self,
        object: &Map<String, Value>,
        namespace: &str,
    ) -> Result<SizedType, AvroFault> {
        let full_name = self.define(object, namespace)?;
        let size = member(object, "size")?.as_u64();
        let size = size.and_then(|size| usize::try_from(size).ok());
        let size = size.ok_or_else(|| {
            AvroFault::schema(format!("the size of {full_name} is not a whole number"))
        })?;
        let parsed = (with_logical_type(AvroType::Fixed(size), object), 0);
        self.named.insert(full_name, Some(parsed.clone()));
        Ok(parsed)
    }

    /// The full name of a named type, from here to its end marked as being read.
    fn define(
        &mut self,
        object: &Map<String, Value>,
        namespace: &str,
    ) -> Result<String, AvroFault> {
        let name = member(object, "name")?.as_str();
        let name = name.ok_or_else(|| AvroFault::schema("the name of a type is not a text"))?;
        let own = object.get("namespace").and_then(Value::as_str);
        let full_name = qualified(name, own.unwrap_or(namespace));
        if self.named.insert(full_name.clone(), None).is_some() {
            let message = format!("the type {full_name} is defined twice");
            return Err(AvroFault::schema(message));
        }
        Ok(full_name)
    }
}

fn member<'v>(object: &'v Map<String, Value>, key: &str) -> Result<&'v Value, AvroFault> {
    object
        .get(key)
        .ok_or_else(|| AvroFault::schema(format!("a type of the schema has no `{key}`")))
}

/// A name with its namespace; a name with a dot has its own.
fn qualified(name: &str, namespace: &str) -> String {
    if name.contains('.') || namespace.is_empty() {
        name.to_owned()
    } else {
        format!("{namespace}.{name}")
    }
}

fn primitive(name: &str) -> Option<AvroType> {
    Some(match name {
        "null" => AvroType::Null,
        "boolean" => AvroType::Boolean,
        "int" => AvroType::Int,
        "long" => AvroType::Long,
        "float" => AvroType::Float,
        "double" => AvroType::Double,
        "bytes" => AvroType::Bytes,
        "string" => AvroType::Text,
        _ => return None,
    })
}

/// The type with its logical type; one that is unknown, or that does not fit the type, is ignored, as
/// the specification demands.
fn with_logical_type(plain: AvroType, object: &Map<String, Value>) -> AvroType {
    let Some(logical) = object.get("logicalType").and_then(Value::as_str) else {
        return plain;
    };
    match (logical, plain) {
        ("timestamp-millis", AvroType::Long) => AvroType::Timestamp(TimestampUnit::Millis),
        ("timestamp-micros", AvroType::Long) => AvroType::Timestamp(TimestampUnit::Micros),
        ("decimal", plain @ (AvroType::Bytes | AvroType::Fixed(_))) => {
            let scale = object.get("scale").map_or(Some(0), Value::as_u64);
            let scale = scale.filter(|scale| *scale <= MAX_SCALE);
            let fixed = match plain {
                AvroType::Fixed(size) => Some(size),
                _ => None,
            };
            match scale.and_then(|scale| u8::try_from(scale).ok()) {
                Some(scale) => AvroType::Decimal { scale, fixed },
                None => plain,
            }
        }
        (logical, plain @ (AvroType::Int | AvroType::Long)) => {
            let is_long = plain == AvroType::Long;
            let mut known = OTHER_TIMES.into_iter();
            match known.find(|known| *known == logical) {
                Some(logical_type) => AvroType::OtherTime {
                    is_long,
                    logical_type,
                },
                None => plain,
            }
        }
        (_, plain) => plain,
    }
}
