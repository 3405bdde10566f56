//! Sitemaps with a URL a line.

use super::{Sitemap, SitemapEntry, SitemapKind};
use crate::discover::absolute_url;

/// Reads the lines. Text in which no line is a URL is not a sitemap.
pub(super) fn read(text: &str, sitemap: &mut Sitemap) {
    for line in text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()) {
        match absolute_url(line) {
            Some(url) => {
                sitemap.kind = SitemapKind::Text;
                if !sitemap.push(SitemapEntry::new(url)) {
                    return;
                }
            }
            None => sitemap.rejected += 1,
        }
    }
}
