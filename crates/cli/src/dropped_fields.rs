//! Fields that were asked for and that the output format cannot hold.

use copydesk_core::settings::{ExtraField, Settings};
use copydesk_core::sinks::Format;

/// A warning that names the fields; `None` if the format holds all of them. Documents show title, text and comments;
/// tables have room for everything, and rows with columns added for the text alone.
pub(crate) fn dropped_fields(settings: &Settings, format: Format) -> Option<String> {
    if !settings.add_columns.is_empty() {
        let mut fields: Vec<String> =
            settings.extra_fields.iter().map(|field| format!("`{}`", field.name())).collect();
        fields.extend(settings.comments.then(|| "`comments`".to_owned()));
        let list = fields.join(" and ");
        return (!fields.is_empty()).then(|| format!("--add-columns has no column for {list}"));
    }
    if format.is_tabular() {
        return None;
    }
    let is_shown = |field: &ExtraField| field.name() == format.name();
    let extra = settings.extra_fields.iter().filter(|field| !is_shown(field));
    let mut fields: Vec<String> = extra.map(|field| format!("`{}`", field.name())).collect();
    if settings.pass_through {
        fields.push("the fields of the input (--pass-through)".into());
    }
    let list = fields.join(" and ");
    (!fields.is_empty()).then(|| format!("{} output has no room for {list}", format.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_say_which_fields_they_drop() {
        let settings = Settings {
            extra_fields: vec![ExtraField::Markdown, ExtraField::Html],
            pass_through: true,
            ..Settings::default()
        };
        assert_eq!(dropped_fields(&settings, Format::Csv), None);
        let rows = Settings { add_columns: "clean".into(), ..settings.clone() };
        assert_eq!(
            dropped_fields(&rows, Format::Csv).as_deref(),
            Some("--add-columns has no column for `markdown` and `html`")
        );
        assert_eq!(dropped_fields(&Settings::default(), Format::Txt), None);
        assert_eq!(
            dropped_fields(&settings, Format::Markdown).as_deref(),
            Some(
                "markdown output has no room for `html` and the fields of the input (--pass-through)"
            )
        );
    }
}
