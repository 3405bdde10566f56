//! Reads the setting `status_hosts`.

use toml::Spanned;
use url::Host;

use super::source::JobsFileSource;
use crate::error::Error;

/// The names in the form in which browsers send them: lower case, international names in Punycode.
///
/// # Errors
/// If an entry is not a plain host name. One with a scheme, a port or a wildcard would never match a request,
/// and the page would be refused without a visible reason.
pub(super) fn status_hosts(
    source: &JobsFileSource<'_>,
    written: &[Spanned<String>],
) -> Result<Vec<String>, Error> {
    let normalized = |name: &Spanned<String>| match Host::parse(name.get_ref()) {
        Ok(Host::Domain(domain)) if !domain.contains('*') => Ok(domain),
        // Always accepted, so listing them is harmless.
        Ok(address @ (Host::Ipv4(_) | Host::Ipv6(_))) => Ok(address.to_string()),
        _ => {
            let message = format!("`{}` is not a host name", name.get_ref());
            let hint = "write the name without scheme, port or wildcard: \"desk.example\"";
            Err(source.error_with_hint(&name.span(), message, Some(hint.into())))
        }
    };
    written.iter().map(normalized).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use copydesk_core::settings::Settings;

    use crate::error::{Error, ErrorKind};
    use crate::jobs::JobsFile;

    fn parse(status_hosts: &str) -> Result<JobsFile, Error> {
        let text = format!(
            "{status_hosts}\n[[job]]\nname = \"harbour\"\nseeds = [\"https://news.example/\"]\n\
             [[job.output]]\npath = \"out.jsonl\"\n"
        );
        JobsFile::parse(&text, Path::new("jobs.toml"), &Settings::default())
    }

    #[test]
    fn host_names_are_normalized_as_browsers_send_them() {
        assert_eq!(parse("").unwrap().status_hosts, Vec::<String>::new());
        let file =
            parse("status_hosts = [\"Desk.example\", \"bücher.example\", \"desk\"]").unwrap();
        assert_eq!(file.status_hosts, ["desk.example", "xn--bcher-kva.example", "desk"]);
    }

    #[test]
    fn other_things_than_host_names_are_refused_with_their_line() {
        for entry in ["https://desk.example", "desk.example:8190", "*.desk.example", ""] {
            let error = parse(&format!("status_hosts = [\"{entry}\"]")).unwrap_err();
            let message = error.to_string();
            assert!(message.contains(&format!("`{entry}` is not a host name")), "{message}");
            assert!(message.contains("line 1"), "{message}");
            let ErrorKind::JobFile { hint, .. } = error.kind() else { panic!("{error}") };
            assert!(hint.as_ref().unwrap().contains("without scheme, port or wildcard"));
        }
    }
}
