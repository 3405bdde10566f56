//! A small dataset for the tests of this module.

use std::fs;
use std::path::Path;

pub(super) const FIRST: &str = "The harbour ferry sailed again on Monday after nine weeks in the dry \
    dock, and the crew cheered.";
pub(super) const SECOND: &str = "Repairs to the engine took longer than planned because two parts had \
    to come from Norway by train.";

/// Adds a page to the dataset at `root`.
pub(super) fn write(root: &Path, id: &str, page_type: &str, html: &str, content: &str) {
    for folder in ["html", "ground-truth"] {
        fs::create_dir_all(root.join(folder)).unwrap();
    }
    let truth = serde_json::json!({
        "url": format!("https://news.example/{id}"),
        "_internal": { "page_type": { "primary": page_type } },
        "ground_truth": {
            "title": null, "author": "", "publish_date": null, "main_content": content,
            "with": ["sailed again", "never written"], "without": ["from Norway"],
        },
    });
    fs::write(root.join(format!("ground-truth/{id}.json")), truth.to_string()).unwrap();
    fs::write(root.join(format!("html/{id}.html")), html).unwrap();
}
