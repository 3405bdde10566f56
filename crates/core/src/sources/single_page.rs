//! Loads one page of the inputs, for looking at it.

use copydesk_fetch::FetchRequest;

use super::SourceOptions;
use super::inputs::Inputs;
use super::loaded_page::LoadedPage;
use super::page_task::PageTask;
use crate::error::{Error, ErrorKind};

impl Inputs {
    /// Loads page `number` of the inputs, counted from 1: files first, then URLs. The pages before it are read and not
    /// kept. `None` if there are fewer.
    ///
    /// # Errors
    /// If a list of URLs cannot be opened, or a URL is to be fetched and there is no fetcher. What is wrong with the page
    /// itself is in [`LoadedPage::error`].
    pub fn load_page(
        &self,
        number: usize,
        options: &SourceOptions,
    ) -> Result<Option<LoadedPage>, Error> {
        let mut before = number.saturating_sub(1);
        for unit in self.units() {
            for task in unit.tasks(options) {
                if before == 0 {
                    return Ok(Some(task.load(options)));
                }
                before -= 1;
            }
        }
        if self.urls().is_empty() {
            return Ok(None);
        }
        let Some((_, url)) = self.urls().open()?.entries().nth(before) else { return Ok(None) };
        let task = match url {
            Ok(url) => {
                let fetcher = self.fetcher().ok_or(ErrorKind::NoFetcher)?;
                let mut results = fetcher.fetch_all(std::iter::once(FetchRequest::new(url)));
                results.next().map(|fetched| PageTask::fetched(Box::new(fetched)))
            }
            Err(unreadable) => Some(PageTask::failed(unreadable.source, unreadable.error)),
        };
        Ok(task.map(|task| task.load(options)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn pages_are_counted_over_all_inputs() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("a.html"), "<p>Ferry").unwrap();
        std::fs::write(path("b.jsonl"), "{\"text\":\"Dock\"}\n{\"text\":\"Quay\"}\n").unwrap();
        let inputs = Inputs::new([path("a.html"), path("b.jsonl")]);
        let options = SourceOptions::new(&Settings::default());
        let bytes = |number| inputs.load_page(number, &options).unwrap().map(|page| page.bytes);
        assert_eq!(bytes(1).as_deref(), Some(&b"<p>Ferry"[..]));
        assert_eq!(bytes(2).as_deref(), Some(&b"Dock"[..]));
        assert_eq!(bytes(3).as_deref(), Some(&b"Quay"[..]));
        assert_eq!(bytes(4), None);
        let url = Inputs::new(["https://coast.example/".into()]);
        assert!(url.load_page(1, &options).is_err(), "there is no fetcher");
    }
}
