//! Events as JSON, one object a line.

use std::fmt::{self, Debug, Display};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::{LookupSpan, Scope};

/// Writes each event as a flat object: log collectors look for the message and the fields beside the level. Each key is
/// there once, which the format of `tracing-subscriber` does not ensure: a field that is called like another, or like one
/// of the own keys, gets a number.
pub(crate) struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut time = String::new();
        SystemTime.format_time(&mut Writer::new(&mut time))?;
        let mut object = UniqueKeys::default();
        object.add("timestamp", time);
        object.add("level", event.metadata().level().to_string());
        let mut fields = UniqueKeys::default();
        event.record(&mut fields);
        if let Some(message) = fields.0.shift_remove("message") {
            object.add("message", message);
        }
        object.add("target", event.metadata().target());
        for (name, value) in fields.0 {
            object.add(&name, value);
        }
        let spans: Vec<Value> = context
            .event_scope()
            .into_iter()
            .flat_map(Scope::from_root)
            .map(|span| {
                let mut object = UniqueKeys::default();
                object.add("name", span.name());
                let extensions = span.extensions();
                let fields = extensions.get::<FormattedFields<N>>();
                let fields = fields.map(|fields| serde_json::from_str(&fields.fields));
                if let Some(Ok(Value::Object(fields))) = fields {
                    for (name, value) in fields {
                        object.add(&name, value);
                    }
                }
                Value::Object(object.0)
            })
            .collect();
        if !spans.is_empty() {
            object.add("spans", spans);
        }
        writeln!(writer, "{}", Value::Object(object.0))
    }
}

/// An object whose keys are all different.
#[derive(Default)]
struct UniqueKeys(Map<String, Value>);

impl UniqueKeys {
    fn add(&mut self, name: &str, value: impl Into<Value>) {
        let mut key = name.to_owned();
        for number in 2.. {
            if !self.0.contains_key(&key) {
                break;
            }
            key = format!("{name}_{number}");
        }
        self.0.insert(key, value.into());
    }

    fn add_text(&mut self, field: &Field, text: impl Display) {
        // A raw identifier, such as `r#type`.
        let name = field.name();
        self.add(name.strip_prefix("r#").unwrap_or(name), text.to_string());
    }
}

impl Visit for UniqueKeys {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field.name(), value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add_text(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.add_text(field, format_args!("{value:?}"));
    }
}
