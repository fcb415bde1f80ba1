//! The shape of what crosses between face and core, as text that a test can pin.

use std::{collections::BTreeMap, fmt, fmt::Write};

use serde_json::Value;
use utoipa::ToSchema;

use super::Command;

/// Commands by name with the names of their types, and the types.
#[derive(Default, Debug)]
pub struct Shapes {
    commands: Vec<(&'static str, String, String)>,
    types: BTreeMap<String, Value>,
}

impl Shapes {
    pub(super) fn add<C: Command<Request: ToSchema, Reply: ToSchema>>(&mut self) {
        let (request, reply) = (self.take::<C::Request>(), self.take::<C::Reply>());
        self.commands.push((C::NAME, request, reply));
    }

    fn take<T: ToSchema>(&mut self) -> String {
        let mut schemas = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut schemas);
        for (name, schema) in schemas {
            self.types.insert(name, serde_json::to_value(schema).unwrap_or_default());
        }
        T::name().into_owned()
    }
}

/// One line for each command, then one for each field of each type.
impl fmt::Display for Shapes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, request, reply) in &self.commands {
            writeln!(f, "{name} ({request}) -> {reply}")?;
        }
        for (name, schema) in &self.types {
            writeln!(f, "\n{name} = {}", shape(schema, 0))?;
        }
        Ok(())
    }
}

fn shape(schema: &Value, depth: usize) -> String {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return reference.rsplit('/').next().unwrap_or_default().to_owned();
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values.iter().map(Value::to_string).collect::<Vec<_>>().join(" | ");
    }
    for kind in ["oneOf", "anyOf", "allOf"] {
        if let Some(parts) = schema.get(kind).and_then(Value::as_array) {
            let between = if kind == "allOf" { " & " } else { " | " };
            return parts.iter().map(|part| shape(part, depth)).collect::<Vec<_>>().join(between);
        }
    }
    let kind = match schema.get("type") {
        Some(Value::String(kind)) => kind.clone(),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" | "),
        _ => "any".to_owned(),
    };
    if let Some(items) = schema.get("prefixItems").and_then(Value::as_array) {
        return format!("[{}]", items.iter().map(|item| shape(item, depth)).collect::<Vec<_>>().join(", "));
    }
    if let Some(item) = schema.get("items") {
        return format!("[{}]", shape(item, depth));
    }
    if let Some(value) = schema.get("additionalProperties").filter(|value| value.is_object()) {
        return format!("{{ [key]: {} }}", shape(value, depth));
    }
    let Some(fields) = schema.get("properties").and_then(Value::as_object) else {
        return match schema.get("format").and_then(Value::as_str) {
            Some(format) => format!("{kind} ({format})"),
            None => kind,
        };
    };
    let required = schema.get("required").and_then(Value::as_array);
    let mut text = "{".to_owned();
    for (name, field) in fields {
        let must = required.is_some_and(|names| names.iter().any(|other| other == name));
        let _ = write!(
            text,
            "\n{}{name}{}: {}",
            "  ".repeat(depth + 1),
            if must { "" } else { "?" },
            shape(field, depth + 1)
        );
    }
    text + "\n" + &"  ".repeat(depth) + "}"
}
